"""Taking articles out by hand: one by its id, or all that came from a file, a page, a feed, a site."""

from index.collect.pages import Pages
from index.collect.sources import Sources
from index.store.database import Database
from index.store.reading import Reader
from index.store.recording import remove

_BY_HAND = "It was taken out by hand."


def take_out(database: Database, name: str, *, purge: bool = False) -> list[str] | None:
    """Take out the article ``name``, or all that came from the source ``name``; the ids of those taken out.

    None where there is neither. The pages of a single article are not read for it again, and a source is not
    visited any more; with ``purge`` the texts are forgotten, too. The derived stores are the caller's to
    bring up to date.

    Raises:
        StoreError: the database failed.
    """
    pages, sources = Pages(database), Sources(database)
    source = sources.find(name)
    listed = Reader(database).listing()
    found = {name} | {one.id for one in listed if name in (one.source, one.url)}
    if source is not None:
        found |= sources.articles_of(source)
    with database.write() as connection:
        taken = [each for each in sorted(found) if remove(connection, each, purge=purge)]
    for each in taken:
        pages.withhold(each, reason=_BY_HAND)
    if source is not None:
        sources.remove(name)
    return taken if taken or source is not None else None
