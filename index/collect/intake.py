"""What was fetched, read for articles, on its way to whatever takes them in."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from index.article import Article, Failure
from index.collect.pages import listed_moment
from index.collect.visit import Page, Received
from index.extract import read_bytes
from index.indexer import AddReport, Indexed

Told = Callable[[Indexed | Failure], None]
"""Is told what became of each article, in the thread that takes it in."""


class Intake(Protocol):
    """Takes articles into the collection, as `index.indexer.Indexer` does.

    Both methods raise StoreError and ModelError.
    """

    def add(self, found: Iterable[Article | Failure], *, each: Told = ...) -> AddReport:
        """Take in what is found, telling ``each`` as soon as its fate is certain."""

    def recover(self) -> None:
        """Bring the derived stores up to date with the database."""


def read_page(received: Received) -> Iterator[Article | Failure]:
    """The articles of a fetched page; what it leaves open is taken from the list that named it."""
    page = received.page
    for each in read_bytes(
        received.content, source=page.url, media_type=received.content_type, url=received.final_url
    ):
        yield _completed(each, page) if isinstance(each, Article) else each


def _completed(article: Article, page: Page) -> Article:
    title = article.title or page.listed.get("title")
    moment = listed_moment(page) if article.published is None else None
    if moment is None:
        return replace(article, title=title)
    return replace(
        article,
        title=title,
        published=moment.day,
        published_at=moment.at,
        date_source="metadata",
        date_evidence=f"listed as {moment.evidence}",
    )
