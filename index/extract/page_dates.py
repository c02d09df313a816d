"""When a page was first published, and what says so."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice

from lxml import etree
from lxml.etree import _Element as Element

from index.extract.clean import clean_line
from index.extract.dates import Moment, date_in_url, find_date, read_moment
from index.extract.fields import Fields
from index.extract.head import is_date_line
from index.extract.titles import folded

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
_ANEW_DAYS = 30
_HEADINGS = ("h1", "h2")
_UNSEEN = ("script", "style", "noscript", "template", "svg")
_UPDATE = re.compile(
    r"\b(?:updated?|modified|reviewed|revised|last edited|fact[- ]checked|aktualisiert|mis à jour|"
    r"actualizado)\b",
    re.IGNORECASE,
)


def dated(
    fields: Fields, tree: Element, *, linked: Sequence[str], metas: Mapping[str, list[str]], url: str | None
) -> Fields:
    """``fields`` with the day of first publication, from the surest place that gives it.

    ``linked`` are the dates of publication in JSON-LD, ``metas`` the contents of meta elements by their
    lower-cased names, ``url`` is the page's address. A date that only says when the page changed, or that
    stands somewhere in its text, is not taken; but see :func:`_issued_anew`.
    """
    # What is not in ISO 8601, as schema.org wants it, is mostly a template's: the day of the last build.
    strict = [("datePublished", value) for value in linked if value[:4].isdigit()]
    strict += [(name, value) for name in _PUBLISHED for value in metas.get(name, [])]
    loose = [("datePublished", value) for value in linked]
    loose += [(name, value) for name in _VAGUE for value in metas.get(name, [])]
    shown = _beside_heading(tree, fields.title)
    if (given := _first(strict)) and not (shown and _issued_anew(given[1], shown, fields.modified)):
        return fields.dated(given[1], "metadata", given[0])
    if not given and (moment := _time_element(tree)):
        return fields.dated(moment, "byline", "time")
    if shown:
        return fields.dated(shown, "byline", "byline")
    if url and (moment := date_in_url(url)):
        return fields.dated(moment, "url", "address")
    if given := _first(loose):
        return fields.dated(given[1], "metadata", given[0])
    return _by_htmldate(fields, tree)


def _first(values: list[tuple[str, str]]) -> tuple[str, Moment] | None:
    """The first of the named values that is a date."""
    return next(((name, moment) for name, value in values if (moment := read_moment(value))), None)


def _issued_anew(given: Moment, shown: Moment, modified: datetime | None) -> bool:
    """Whether the page was written anew and issued under another date, the one it shows.

    It then shows, without calling it an update, the day on which by its own metadata it was last changed,
    more than a month after its first publication. The text is of that day.
    """
    return modified is not None and shown.day == modified.date() and (shown.day - given.day).days > _ANEW_DAYS


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
    places = [
        number
        for number, (tag, text) in enumerate(texts)
        if tag in _HEADINGS and name and folded(text) == name
    ]
    if not places:
        return None
    at = places[0]
    below, length = [], 0
    for _, text in texts[at + 1 : at + 30]:
        length += len(text)
        if length > 1200:
            break
        below.append(text)
    above = [text for _, text in texts[max(0, at - 2) : at] if len(text) < 80]
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
            yield tag, clean_line(words_of(element))
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


def words_of(element: Element) -> str:
    """The words in an element, without those of scripts."""
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
