"""Paragraphs of an article that extraction passed over, put back where they stand on the page.

Extraction by density loses paragraphs that a page wraps in boxes of their own: quotes, key facts, sections
that unfold. What stands between two paragraphs that were found, reads as prose, and is in no box of the
page's own furniture, belongs to the article.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element as Element

from index.extract.clean import clean_line
from index.extract.lines import ends_sentence, words
from index.extract.titles import folded

_UNSEEN = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "iframe",
        "head",
        "dialog",
    )
)
_HEADINGS = frozenset(("h2", "h3", "h4", "h5"))
_BLOCKS = _HEADINGS | frozenset(
    ("p", "li", "blockquote", "dd", "dt", "figcaption", "td", "div", "section", "article")
)
_FURNITURE = re.compile(
    r"relat|sidebar|newsletter|subscri|promo|advert|\bads?\b|sponsor|cookie|consent|comment|share|social|"
    r"breadcrumb|menu|\bnav|footer|popup|modal|recommend|popular|trending|teaser|\bcta\b|banner|signup|"
    r"sign-up|author-?(?:bio|box|info)|bio\b|disclaim|widget|paywall|toc\b|table-of-contents|carousel|"
    r"slider|hidden|sr-only|tooltip|caption",
    re.IGNORECASE,
)
_LEAST_WORDS = 10


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text on the page that holds no other; ``key`` is what it is found again by."""

    text: str
    key: str
    tag: str
    linked: float
    """The share of its characters that are links."""


def blocks_of(tree: Element) -> list[Block]:
    """The blocks of a page in order, without those in boxes that are furniture by their names."""
    return list(_walk(tree))


def filled(lines: list[str], blocks: list[Block]) -> list[str]:
    """``lines`` with the prose among ``blocks`` that stands between them and is missing."""
    places: dict[str, int] = {}
    for number, line in enumerate(lines):
        places.setdefault(_key(line), number)
    found = [
        number for number, block in enumerate(blocks) if block.key in places and len(words(block.text)) >= 5
    ]
    if len(found) < 3:
        return lines
    whole = folded(" ".join(lines))
    missing: dict[int, list[str]] = {}
    place, heading = -1, ""
    for block in blocks[found[0] : found[-1] + 1]:
        if block.key in places:
            place, heading = max(place, places[block.key]), ""
        elif block.tag in _HEADINGS:
            heading = block.text
        elif _is_prose(block) and folded(block.text) not in whole:
            above = [heading] if heading and folded(heading) not in whole else []
            text = f"- {block.text}" if block.tag == "li" else block.text
            missing.setdefault(place, []).extend([*above, text])
            heading = ""
    return [new for number, line in enumerate(lines) for new in (line, *missing.get(number, ()))]


def _is_prose(block: Block) -> bool:
    return len(words(block.text)) >= _LEAST_WORDS and ends_sentence(block.text) and block.linked < 0.4


def _walk(element: Element) -> Iterator[Block]:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN or _is_box_of_furniture(element):
        return
    if element.tag in _BLOCKS and not any(
        child.tag in _BLOCKS or child.tag in ("ul", "ol", "table") for child in element.iterdescendants()
    ):
        text = clean_line(_words(element))
        if text:
            linked = sum(len(_words(link)) for link in element.iter("a"))
            yield Block(text, _key(text), element.tag, linked / max(len(text), 1))
        return
    for child in element:
        yield from _walk(child)


def _words(element: Element) -> str:
    return " ".join(text for text in element.itertext() if isinstance(text, str))


def _is_box_of_furniture(element: Element) -> bool:
    if element.tag in ("body", "html", "main", "article"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}"
    return _FURNITURE.search(names) is not None


def _key(text: str) -> str:
    return folded(text[:200])[:60]
