"""What a source lists: feeds (RSS, Atom, JSON Feed) read into items.

The bytes come from anyone. A document's own prolog, its DOCTYPE with it, is thrown away before a parser sees
it, and one that declares entities is refused, so that neither entity bombs nor outside files can be meant.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from index.article import Failure
from index.collect.inflate import GZIP_MAGIC, Damaged, TooLarge, inflated
from index.errors import SourceError
from index.extract.dates import Moment, read_moment
from index.extract.decode import decode
from index.extract.urls import canonical_url

ListingKind = Literal["rss", "atom", "json", "sitemap", "index"]

LONGEST = 50_000
"""Entries that are read of one listing; what a sitemap may hold at most."""
_UNPACKED = 50_000_000
_SUMMARY = 2_000
_FEED = 5_000_000
_TAG = re.compile(r"<(?P<closing>/?)[A-Za-z_][^<>]*?(?P<empty>/?)>")
_LONGEST_TAG = 8_192
_DEEPEST = 200
_ROOT = re.compile(
    r"<(?:[A-Za-z_][\w.-]*:)?(?P<name>html|head|body|rss|feed|RDF|urlset|sitemapindex)(?=[\s>/])",
    re.IGNORECASE,
)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})[\"']")
_PROLOG = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry: an article's address and what the list says of it."""

    url: str
    """Absolute, without what only tracks (`canonical_url`)."""
    title: str | None = None
    published: Moment | None = None
    modified: Moment | None = None
    summary: str | None = None
    """Plain text."""
    id: str | None = None
    """The entry's own identifier (``guid``, ``id``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A feed or sitemap: each entry is an item, one of the ``lists`` of an index, repeated, or a failure."""

    kind: ListingKind
    title: str | None = None
    items: tuple[Item, ...] = ()
    lists: tuple[Item, ...] = ()
    """The sitemaps that an index names; ``modified`` says when each last changed."""
    failures: tuple[Failure, ...] = ()
    repeated: tuple[str, ...] = ()
    """The addresses of entries left out because an earlier one has the same."""
    next: str | None = None
    """The address of an archived feed's next page (RFC 5005)."""


def read_listing(content: bytes, *, url: str, media_type: str | None = None) -> Listing | None:
    """The feed or sitemap in ``content``, which came from ``url``; None where it is neither.

    Raises:
        SourceError: it is one, and cannot be read.
    """
    if content.startswith(GZIP_MAGIC):
        try:
            content = inflated([content], limit=_UNPACKED)
        except (TooLarge, Damaged) as exc:
            raise SourceError(url, "Its compressed bytes are damaged, or far too many.") from exc
    if content.startswith(b"%PDF-"):
        return None
    declared = _DECLARED.search(content[:1024])
    text = decode(content, media_type=f"; charset={declared[1].decode()}" if declared else media_type)
    if text.lstrip()[:1] == "{":
        return _json_feed(text, url)
    root = _ROOT.search(_without(text[:_PROLOG], "<!--", "-->"))
    if root is None or root["name"].lower() in {"html", "head", "body"}:
        return None
    if "<!ENTITY" in text[: root.start()].upper():
        raise SourceError(url, "It declares entities of its own, which are not read.")
    text = text[root.start() :]
    body = ('<?xml version="1.0" encoding="utf-8"?>' + text).encode("utf-8", "replace")
    if root["name"].lower() in {"urlset", "sitemapindex"}:
        from index.collect.sitemaps import read_sitemap

        return read_sitemap(body, url=url)
    if not _is_reasonable(text):
        raise SourceError(url, "It is too large, or built to be slow to read.")
    return _xml_feed(body, url)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Entries, parted."""

    items: tuple[Item, ...]
    failures: tuple[Failure, ...]
    repeated: tuple[str, ...]


def gathered(entries: Iterable[Item | Failure], *, url: str) -> Gathered:
    """Entries parted; of those with the same address the first counts, and the excess is one failure."""
    items: dict[str, Item] = {}
    failures: list[Failure] = []
    repeated: list[str] = []
    for number, entry in enumerate(entries):
        if number >= LONGEST:
            reason = f"It lists more than {LONGEST:,} entries; the rest is not read."
            failures.append(Failure(source=url, reason=reason))
            break
        if isinstance(entry, Failure):
            failures.append(entry)
        elif entry.url in items:
            repeated.append(entry.url)
        else:
            items[entry.url] = entry
    return Gathered(tuple(items.values()), tuple(failures), tuple(repeated))


def plain(markup: str | None, *, longest: int = _SUMMARY) -> str | None:
    """What a title or summary says, without its markup, cut to ``longest`` characters."""
    if not markup:
        return None
    text = markup[: 10 * longest]
    if "<" in text or "&" in text:
        from lxml import etree, html

        try:
            text = etree.tostring(html.fromstring(f"<div>{text}</div>"), method="text", encoding="unicode")
        except (etree.LxmlError, ValueError):
            text = re.sub(r"<[^>]*>", " ", text)
    return " ".join(text.split())[:longest] or None


def _without(text: str, opening: str, closing: str) -> str:
    """The same length, with what stands between the two marks blanked out."""
    pieces: list[str] = []
    at = 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start)) >= 0:
        pieces += text[at:start], " " * (end + len(closing) - start)
        at = end + len(closing)
    return "".join(pieces) + text[at:]


def _is_reasonable(text: str) -> bool:
    """Whether feedparser gets through in a time that grows with the size alone.

    It is slow beyond that on tags with thousands of attributes and on elements hundreds deep; libxml2, which
    reads the sitemaps, has limits of its own.
    """
    if len(text) > _FEED:
        return False
    depth = 0
    for tag in _TAG.finditer(_without(_without(text, "<![CDATA[", "]]>"), "<!--", "-->")):
        if len(tag[0]) > _LONGEST_TAG:
            return False
        depth += 0 if tag["empty"] else -1 if tag["closing"] else 1
        if depth > _DEEPEST:
            return False
    return True


def _xml_feed(body: bytes, url: str) -> Listing:
    import feedparser

    # A stream, because feedparser takes bytes for the name of a file first; its own clean-up of HTML is not
    # needed for addresses, titles and plain summaries.
    try:
        parsed = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-location": url, "content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError, AssertionError) as exc:
        raise SourceError(url, "Its markup is so broken that no feed can be made out.") from exc
    if not parsed.entries and parsed.bozo and not parsed.feed.get("title"):
        raise SourceError(url, "Its markup is so broken that no feed can be made out.")
    entries = gathered((_xml_item(entry, url) for entry in parsed.entries), url=url)
    kind: ListingKind = "atom" if str(parsed.version).startswith("atom") else "rss"
    onward = [link.get("href") for link in parsed.feed.get("links", []) if link.get("rel") == "next"]
    return Listing(
        kind=kind,
        title=plain(parsed.feed.get("title")),
        items=entries.items,
        failures=entries.failures,
        repeated=entries.repeated,
        next=canonical_url(onward[0], base=url) if onward and onward[0] else None,
    )


def _xml_item(entry: Any, url: str) -> Item | Failure:
    name = plain(entry.get("title"), longest=200)
    identifier = str(entry.get("id") or "").strip() or None
    links = [
        str(link.get("href"))
        for link in entry.get("links", [])
        if link.get("rel", "alternate") == "alternate"
    ]
    candidates = [str(entry.get("link") or ""), *links]
    if identifier and identifier.startswith(("http://", "https://")):
        candidates.append(identifier)
    address = next(filter(None, (canonical_url(each, base=url) for each in candidates if each.strip())), None)
    if address is None:
        return Failure(
            source=url, reason=f"The entry {name or identifier or 'without a title'!r} has no link to a page."
        )
    return Item(
        url=address,
        title=plain(entry.get("title")),
        published=_moment(entry.get("published")),
        modified=_moment(entry.get("updated") if "updated" in entry.keys() else None),  # noqa: SIM118 - a FeedParserDict answers "in" for published too
        summary=plain(entry.get("summary")),
        id=identifier,
    )


def _json_feed(text: str, url: str) -> Listing | None:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return None
    if "jsonfeed.org" not in str(feed.get("version", "")):
        return None
    entries = gathered(_json_items(feed["items"], url), url=url)
    onward = feed.get("next_url")
    return Listing(
        kind="json",
        title=plain(_text(feed.get("title"))),
        items=entries.items,
        failures=entries.failures,
        repeated=entries.repeated,
        next=canonical_url(onward, base=url) if isinstance(onward, str) else None,
    )


def _json_items(entries: list[Any], url: str) -> Iterator[Item | Failure]:
    for entry in entries:
        if not isinstance(entry, dict):
            yield Failure(source=url, reason="An entry is not an object.")
            continue
        title, identifier = plain(_text(entry.get("title"))), _text(entry.get("id"))
        candidates = filter(None, (_text(entry.get(key)) for key in ("url", "external_url")))
        address = next(filter(None, (canonical_url(each, base=url) for each in candidates)), None)
        if address is None and identifier and identifier.startswith(("http://", "https://")):
            address = canonical_url(identifier)
        if address is None:
            shown = title or identifier or "without a title"
            yield Failure(source=url, reason=f"The entry {shown!r} has no link to a page.")
            continue
        yield Item(
            url=address,
            title=title,
            published=_moment(_text(entry.get("date_published"))),
            modified=_moment(_text(entry.get("date_modified"))),
            summary=plain(_text(entry.get("summary")) or _text(entry.get("content_text"))),
            id=identifier,
        )


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _moment(value: str | None) -> Moment | None:
    return read_moment(value) if value else None
