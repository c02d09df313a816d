"""What a page says about itself: JSON-LD, meta elements, headings, its address."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from index.extract.clean import clean_line
from index.extract.dates import Moment, date_in_url, find_date, read_moment
from index.extract.fields import Fields, at_midnight, author_names
from index.extract.head import is_date_line
from index.extract.language import language_code
from index.extract.lines import is_name
from index.extract.titles import choose_title, folded
from index.extract.urls import canonical_url, same_site, site_of

_ARTICLE_TYPE = re.compile(r"(?:\w*Article|BlogPosting|LiveBlogPosting|Report|Review|SocialMediaPosting)")
_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "publish-date",
    "publishdate",
    "pubdate",
    "publication_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "citation_publication_date",
    "sailthru.date",
    "article.published",
    "og:article:published_time",
    "cxenseparse:recs:publishtime",
)
_VAGUE = ("date", "dc.date", "dcterms.date")
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
)
_AUTHORS = (
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "sailthru.author",
    "citation_author",
    "og:article:author",
)
_HEADINGS = ("h1", "h2")
_UNSEEN = ("script", "style", "noscript", "template", "svg")
_UPDATE = re.compile(
    r"\b(?:updated?|modified|reviewed|revised|last edited|fact[- ]checked|aktualisiert|mis à jour|actualizado)\b", re.IGNORECASE
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
        authors=_authors(tree, nodes, node, metas, sites),
        modified=_modified(node, metas),
        language=_language(tree, node, metas),
    )
    fields = _dated(fields, tree, nodes, node, metas, address)
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
        value = value.get("name") or value.get("@value")
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
    headings = [clean_line(_words(heading)) for heading in tree.iter("h1")]
    page_title = next((_words(title) for title in tree.iter("title")), None)
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


def _words(element: Element) -> str:
    return " ".join(
        text
        for part in element.iter()
        if part.tag not in ("script", "style", "svg", "noscript")
        for text in [
            part.text if isinstance(part.tag, str) else None,
            part.tail if part is not element else None,
        ]
        if text
    )


def _authors(
    tree: Element,
    nodes: list[Mapping[str, Any]],
    node: Mapping[str, Any],
    metas: Mapping[str, list[str]],
    sites: tuple[str, ...],
) -> tuple[str, ...]:
    """The authors, in the order given: from JSON-LD, the meta elements, or what is marked as the byline."""
    listed = node.get("author")
    named = {str(other["@id"]): other for other in nodes if "@id" in other and "name" in other}
    given = []
    for author in listed if isinstance(listed, list) else [listed]:
        reference = str(author.get("@id")) if isinstance(author, dict) and "name" not in author else ""
        given.append(_plain(named.get(reference, author)))
    site_names = {folded(site) for site in sites}
    for values in (given, *(metas.get(name, []) for name in _AUTHORS), _marked_authors(tree)):
        names = (name for value in values for name in author_names(value))
        if kept := tuple(dict.fromkeys(name for name in names if _is_author(name, site_names))):
            return kept
    return ()


def _marked_authors(tree: Element) -> list[str]:
    """The names in elements marked as the author, those with ``rel="author"`` first."""
    marked = []
    for element in tree.iter("a", "span", "div", "p", "address", "li", "strong"):
        marks = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
        if "author" in (element.get("rel") or "").lower().split():
            marked.insert(0, clean_line(_words(element)))
        elif re.search(r"\b(?:author|byline)(?:[-_]*(?:name|link|title))?(?:\s|$)", marks):
            marked.append(clean_line(_words(element)))
    names = (re.sub(r"^(?:\w+ )?by:?\s+", "", text, flags=re.IGNORECASE) for text in marked)
    return [name for name in names if is_name(name)][:1]


def _is_author(name: str, site_names: set[str]) -> bool:
    """Whether this is the name of somebody, and not that of the site or of an account."""
    account = " " not in name and (name.islower() or any(character.isdigit() for character in name))
    return not account and folded(name) not in site_names and len(name) <= 80


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


def _dated(
    fields: Fields,
    tree: Element,
    nodes: list[Mapping[str, Any]],
    node: Mapping[str, Any],
    metas: Mapping[str, list[str]],
    url: str | None,
) -> Fields:
    """``fields`` with the day of first publication, from the surest place that gives it."""
    pages = [other for other in nodes if "WebPage" in _types(other)]
    linked = [found for found in (_plain(one.get("datePublished")) for one in (node, *pages)) if found]
    # What is not in ISO 8601, as schema.org wants it, mostly comes from a template: the day of the last build.
    for value in linked:
        if value[:4].isdigit() and (moment := read_moment(value)):
            return fields.dated(moment, "metadata", "datePublished")
    for name in _PUBLISHED:
        for value in metas.get(name, []):
            if moment := read_moment(value):
                return fields.dated(moment, "metadata", name)
    if moment := _time_element(tree):
        return fields.dated(moment, "byline", "time")
    if moment := _beside_heading(tree, fields.title):
        return fields.dated(moment, "byline", "byline")
    if url and (moment := date_in_url(url)):
        return fields.dated(moment, "url", "address")
    for value in linked:
        if moment := read_moment(value):
            return fields.dated(moment, "metadata", "datePublished")
    for name in _VAGUE:
        for value in metas.get(name, []):
            if moment := read_moment(value):
                return fields.dated(moment, "metadata", name)
    return _by_htmldate(fields, tree)


def _time_element(tree: Element) -> Moment | None:
    """The ``<time>`` that is marked as the date of publication, or the day on which all of them agree."""
    times = [
        (element, moment)
        for element in tree.iter("time")
        if (moment := read_moment(element.get("datetime") or ""))
        and not any(parent.tag in ("aside", "nav", "footer") for parent in element.iterancestors())
    ]
    for element, moment in times:
        marks = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
        if element.get("pubdate") is not None or re.search(r"publish|entry-date|posted", marks):
            return moment
    return times[0][1] if len({moment.day for _, moment in times}) == 1 else None


def _beside_heading(tree: Element, title: str | None) -> Moment | None:
    """The date in a line close to the headline, below it or above, unless it is that of an update."""
    texts = list(islice(_texts(tree), 4000))
    name = folded(title or "")
    places = [number for number, (tag, text) in enumerate(texts) if tag in _HEADINGS and name and folded(text) == name]
    if not places:
        return None
    at = places[0]
    below, length = [], 0
    for _, text in texts[at + 1 : at + 30]:
        length += len(text)
        if length > 1200:
            break
        below.append(text)
    above = [text for _, text in texts[max(0, at - 4) : at] if len(text) < 80]
    for number, text in enumerate([*below, *reversed(above)]):
        label = below[number - 1] if 0 < number < len(below) else ""
        if not is_date_line(text) or _UPDATE.search(text) or (len(label) < 40 and _UPDATE.search(label)):
            continue
        if moment := read_moment(text) or find_date(text):
            return moment
    return None


def _texts(tree: Element) -> Iterator[tuple[str, str]]:
    """The texts of the page in order, headings whole, each with the name of its element."""
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag
        if not isinstance(tag, str) or tag in _UNSEEN:
            continue
        if event == "end":
            if element.tail and element.tail.strip() and element is not tree:
                yield "", " ".join(element.tail.split())
        elif tag in _HEADINGS:
            yield tag, clean_line(_words(element))
        elif element.text and element.text.strip():
            yield tag, " ".join(element.text.split())


def _by_htmldate(fields: Fields, tree: Element) -> Fields:
    from htmldate import find_date as date_of_page

    try:
        found = date_of_page(tree, original_date=True, extensive_search=False, outputformat="%Y-%m-%d")
    except (ValueError, TypeError, AttributeError, OverflowError):
        return fields
    if not found:
        return fields
    return fields.dated(Moment(date.fromisoformat(found), None, found), "metadata", "page")
