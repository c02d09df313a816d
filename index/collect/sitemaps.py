"""Sitemaps (sitemaps.org), sitemap indexes and news sitemaps read into items."""

import io
from collections.abc import Iterator

from lxml import etree

from index.article import Failure
from index.collect.feeds import Item, Listing, gathered, plain
from index.errors import SourceError
from index.extract.dates import read_moment
from index.extract.urls import canonical_url

_FIELDS = {"loc", "lastmod", "title", "publication_date"}
_ENTRIES = {"url", "sitemap"}
_PICTURES = ("image", "video")


def read_sitemap(body: bytes, *, url: str) -> Listing:
    """The sitemap or sitemap index in ``body``: UTF-8, without a DOCTYPE.

    Raises:
        SourceError: its markup is broken before the first entry, or nested beyond all reason.
    """
    kinds: set[str] = set()
    try:
        found = gathered(_entries(body, url, kinds), url=url)
    except etree.XMLSyntaxError as exc:
        raise SourceError(url, "Its markup is broken.") from exc
    if "sitemap" in kinds:
        return Listing(kind="index", lists=found.items, failures=found.failures, repeated=found.repeated)
    return Listing(kind="sitemap", items=found.items, failures=found.failures, repeated=found.repeated)


def _entries(body: bytes, url: str, kinds: set[str]) -> Iterator[Item | Failure]:
    fields: dict[str, str] = {}
    for _, element in etree.iterparse(
        io.BytesIO(body),
        events=("end",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    ):
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element)
        if name.localname in _FIELDS and not any(kind in (name.namespace or "") for kind in _PICTURES):
            fields.setdefault(name.localname, (element.text or "").strip())
        if name.localname in _ENTRIES:
            kinds.add(name.localname)
            yield _entry(fields, url)
            fields = {}
            element.clear()
            while element.getprevious() is not None:  # what is read is let go, else the tree fills the memory
                del element.getparent()[0]


def _entry(fields: dict[str, str], url: str) -> Item | Failure:
    address = canonical_url(fields.get("loc", ""))
    if address is None:
        return Failure(
            source=url, reason=f"The entry {fields.get('loc', '')[:200]!r} is not the address of a page."
        )
    return Item(
        url=address,
        title=plain(fields.get("title")),
        published=read_moment(fields.get("publication_date", "")),
        modified=read_moment(fields.get("lastmod", "")),
    )
