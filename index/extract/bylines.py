"""Who wrote the article of a page: from JSON-LD, the meta elements, or what is marked as the byline."""

import re
from collections.abc import Iterator, Mapping

from lxml.etree import _Element as Element

from index.extract.clean import clean_line
from index.extract.fields import author_names
from index.extract.lines import is_name
from index.extract.page_dates import words_of
from index.extract.titles import folded

_METAS = (
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "sailthru.author",
    "cxenseparse:author",
    "citation_author",
    "og:article:author",
)
_MARK = re.compile(
    r"(?!comment)(?:.*[-_])?(?:author|by-?line)(?:[-_]*(?:name|link|title|text))?(?:__\w{2,8})?"
)
"""A class or ``itemprop`` that says whose name stands there; also as in ``a_authorName__X1``."""

_PAGE_OF_AUTHOR = re.compile(
    r"/(?:authors?|contributors?|journalists?|reporters?|writers?|staff|team)/[^/]+/?$"
)
_NOBODY = frozenset(("admin", "author", "editor", "guestauthor", "staff", "team", "theauthor", "user"))
_BY = re.compile(r"(?:written |posted |words )?by:?", re.IGNORECASE)


def read_authors(
    tree: Element,
    linked: list[str],
    *,
    metas: Mapping[str, list[str]],
    sites: tuple[str, ...],
) -> tuple[str, ...]:
    """The authors, in the order given; ``linked`` are those of JSON-LD, ``sites`` the names of the site.

    People come before the site itself, which is taken where nobody else is named. The names of accounts
    (``admin2``) are nobody's.
    """
    site_names = {folded(site) for site in sites}
    given = (linked, *(metas.get(name, []) for name in _METAS), _labelled(metas))
    people = [[name for name in _names(values) if folded(name) not in site_names] for values in given]
    marked = [[name] for name in _marked(tree)]
    for names in (*people, *marked, *map(_names, given)):
        if names:
            return tuple(dict.fromkeys(names))
    return ()


def _names(values: list[str]) -> list[str]:
    names = (name for value in values for name in author_names(value))
    return [name for name in names if len(name) <= 80 and not _is_account(name)]


def _is_account(name: str) -> bool:
    one_word = " " not in name and (name.islower() or any(character.isdigit() for character in name))
    return one_word or folded(name) in _NOBODY


def _labelled(metas: Mapping[str, list[str]]) -> list[str]:
    """What stands beside a label such as "Written by", as Twitter's cards have it."""
    labels = metas.get("twitter:label1", [""])
    return metas.get("twitter:data1", []) if _BY.fullmatch(labels[0].strip()) else []


def _marked(tree: Element) -> Iterator[str]:
    """The names that elements of the page give as the author's, the surest first."""
    by_mark: list[Element] = []
    by_word: list[Element] = []
    by_link: list[Element] = []
    for element in tree.iter("a", "span", "div", "p", "address", "li", "strong", "b"):
        if "author" in (element.get("rel") or "").lower().split():
            yield from _name_in(element)
        marks = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower().split()
        if any(map(_MARK.fullmatch, marks)):
            by_mark.append(element)
        elif _BY.fullmatch((element.text or "").strip()):
            by_word.append(element)
        elif element.tag == "a" and _PAGE_OF_AUTHOR.search(element.get("href") or ""):
            by_link.append(element)
    for element in (*by_mark, *by_word, *by_link):
        yield from _name_in(element)


def _name_in(element: Element) -> Iterator[str]:
    """The name that an element holds; where it holds only "Written by", the one that the next holds."""
    text = clean_line(words_of(element))
    if _BY.fullmatch(text) and (beside := element.getnext()) is not None:
        text = clean_line(words_of(beside))
    name = re.sub(r"^(?:\w+ )?by:?\s+", "", text, flags=re.IGNORECASE)
    if is_name(name):
        yield name
