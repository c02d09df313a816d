"""What a page says about itself: JSON-LD, meta elements, headings, its address."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml.etree import _Element as Element

from index.extract.bylines import read_authors
from index.extract.clean import clean_line
from index.extract.dates import read_moment
from index.extract.fields import Fields, at_midnight
from index.extract.language import language_code
from index.extract.page_dates import dated, words_of
from index.extract.titles import choose_title
from index.extract.urls import canonical_url, same_site, site_of

_ARTICLE_TYPE = re.compile(r"(?:\w*Article|BlogPosting|LiveBlogPosting|Report|Review|SocialMediaPosting)")
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """The fields of a page's article, and what tells whether there is one."""

    fields: Fields
    sites: tuple[str, ...]
    """Names of the site, the best first."""
    is_article: bool
    """Whether the page calls itself an article."""
    free: bool
    """False where it says that its text is for subscribers."""
    body: str
    """The text that JSON-LD carries, or nothing."""


def read_metadata(tree: Element, *, url: str | None) -> PageMetadata:
    """What ``tree``, a whole page, says about the article on it; ``url`` is where it was fetched."""
    metas = _metas(tree)
    canonical = _canonical(tree, metas, url)
    nodes = list(_linked_data(tree))
    node = _article_node(nodes, canonical)
    publisher = _publisher(node, nodes)
    sites = tuple(
        dict.fromkeys(
            filter(None, [*metas.get("og:site_name", []), publisher, *metas.get("application-name", [])])
        )
    )
    address = canonical or url
    fields = Fields(
        title=_title(tree, metas, node, sites, address),
        url=canonical,
        publisher=sites[0] if sites else site_of(address),
        authors=read_authors(tree, _authors(nodes, node), metas=metas, sites=sites),
        modified=_modified(node, metas),
        language=_language(tree, node, metas),
    )
    linked = [one.get("datePublished") for one in (node, *nodes) if one is node or "WebPage" in _types(one)]
    fields = dated(fields, tree, linked=[_plain(value) for value in linked], metas=metas, url=address)
    kind = " ".join(metas.get("og:type", [])).lower()
    return PageMetadata(
        fields=fields,
        sites=sites,
        is_article=bool(node) or "article" in kind,
        free=str(node.get("isAccessibleForFree", "true")).lower() != "false",
        body=_plain(node.get("articleBody")),
    )


def _metas(tree: Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        content = clean_line(meta.get("content") or "")
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if content and (name := meta.get(attribute)):
                found.setdefault(name.lower(), []).append(content)
    return found


def _linked_data(tree: Element) -> Iterator[Mapping[str, Any]]:
    """Every JSON-LD object of the page, those inside others too."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = re.sub(
            r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\]\]>|\]\]>)\s*$", "", script.text or ""
        )
        try:
            yield from _objects(json.loads(text, strict=False), depth=0)
        except (ValueError, RecursionError):
            continue


def _objects(value: object, *, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "hasPart"):
            yield from _objects(value.get(key), depth=depth + 1)
    elif isinstance(value, list):
        for item in value[:200]:
            yield from _objects(item, depth=depth + 1)


def _types(node: Mapping[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])]


def _article_node(nodes: list[Mapping[str, Any]], canonical: str | None) -> Mapping[str, Any]:
    """The JSON-LD object of the article of this page: the one at its address, else the first."""
    articles = [node for node in nodes if any(map(_ARTICLE_TYPE.fullmatch, _types(node)))]
    for node in articles:
        page = node.get("mainEntityOfPage") or node.get("url")
        address = page.get("@id") if isinstance(page, dict) else page
        if (
            canonical
            and isinstance(address, str)
            and canonical_url(address) == canonical
            and _plain(node.get("headline"))
        ):
            return node
    titled = [node for node in articles if _plain(node.get("headline") or node.get("name"))]
    return (titled or articles or [{}])[0]


def _plain(value: object) -> str:
    """A JSON-LD string as text: its entities read, often escaped twice."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        return _plain(value.get("name") or value.get("@value"))
    return html.unescape(html.unescape(value)).strip() if isinstance(value, str) else ""


def _canonical(tree: Element, metas: Mapping[str, list[str]], url: str | None) -> str | None:
    """The address that the page gives as its own; of another site only where none is known otherwise."""
    fetched = canonical_url(url) if url else None
    links = [
        link.get("href") or ""
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    for address in (*links, *metas.get("og:url", [])):
        named = canonical_url(address, base=fetched)
        if named is None:
            continue
        if fetched is None or (same_site(named, fetched) and not (_is_root(named) and not _is_root(fetched))):
            return named
    return fetched


def _is_root(url: str) -> bool:
    return url.split("/", 3)[3:] in ([], [""])


def _publisher(node: Mapping[str, Any], nodes: list[Mapping[str, Any]]) -> str | None:
    publisher = node.get("publisher")
    if isinstance(publisher, list):
        publisher = publisher[0] if publisher else None
    if isinstance(publisher, dict) and "name" not in publisher and "@id" in publisher:
        publisher = next(
            (other for other in nodes if other.get("@id") == publisher["@id"] and "name" in other), None
        )
    name = clean_line(_plain(publisher))
    return name if name and canonical_url(name) is None else None


def _title(
    tree: Element,
    metas: Mapping[str, list[str]],
    node: Mapping[str, Any],
    sites: tuple[str, ...],
    url: str | None,
) -> str | None:
    headings = [clean_line(words_of(heading)) for heading in tree.iter("h1")]
    page_title = next((words_of(title) for title in tree.iter("title")), None)
    headline = _plain(node.get("headline") or node.get("name"))
    named = [
        *metas.get("og:title", []),
        headline,
        *metas.get("twitter:title", []),
        *metas.get("dc.title", []),
    ]
    return choose_title(
        headings=headings,
        named=[html.unescape(title) for title in named],
        page_title=html.unescape(page_title) if page_title else None,
        sites=sites,
        url=url,
    )


def _authors(nodes: list[Mapping[str, Any]], node: Mapping[str, Any]) -> list[str]:
    """The authors that JSON-LD gives the article, those that stand elsewhere on the page looked up."""
    listed = node.get("author")
    named = {str(other["@id"]): other for other in nodes if "@id" in other and "name" in other}
    given = []
    for author in listed if isinstance(listed, list) else [listed]:
        reference = str(author.get("@id")) if isinstance(author, dict) and "name" not in author else ""
        given.append(_plain(named.get(reference, author)))
    return given


def _modified(node: Mapping[str, Any], metas: Mapping[str, list[str]]) -> datetime | None:
    values = [
        _plain(node.get("dateModified")),
        *(value for name in _MODIFIED for value in metas.get(name, [])),
    ]
    moment = next(filter(None, map(read_moment, values)), None)
    return at_midnight(moment) if moment else None


def _language(tree: Element, node: Mapping[str, Any], metas: Mapping[str, list[str]]) -> str | None:
    root = tree.getroottree().getroot()
    given = (
        _plain(node.get("inLanguage")),
        root.get("lang"),
        *metas.get("og:locale", []),
        *metas.get("content-language", []),
    )
    return next(filter(None, (language_code(value) for value in given if value)), None)
