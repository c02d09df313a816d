"""HTML pages through trafilatura: the article, its tables as tables, and what the page says about it."""

from collections.abc import Iterator

from lxml.etree import LxmlError
from lxml.etree import _Element as Element

from index.article import Article, Failure
from index.extract.clean import clean_lines, join_lines
from index.extract.decode import decode
from index.extract.fields import article
from index.extract.furniture import cut_lists, without_furniture
from index.extract.gaps import blocks_of, filled
from index.extract.head import read_head
from index.extract.lines import table_lines
from index.extract.metadata import read_metadata
from index.extract.stubs import GONE, stub_reason
from index.extract.titles import folded

_NOT_HTML = "is HTML without an article; give the page of the article itself"


def read_page(
    content: bytes, *, source: str, identity: str, media_type: str | None = None, url: str | None = None
) -> Article | Failure:
    """The article of a page, or why it has none."""
    from trafilatura.utils import load_html

    try:
        tree = load_html(decode(content, media_type=media_type, markup=True))
        if tree is None:
            return Failure(source=source, reason=_NOT_HTML)
        metadata = read_metadata(tree, url=url)
        shown = " ".join(_shown(tree))
        lines = _extracted(tree, url=url)
    except (LxmlError, ValueError, TypeError, AttributeError, RecursionError):
        # trafilatura lets errors of its own through on broken markup.
        return Failure(source=source, reason="is HTML too broken to read; save the page anew from a browser")
    head, body = read_head(cut_lists(_once(lines, title=metadata.fields.title)), titled=False)
    lines = without_furniture(body)
    reason = stub_reason(
        lines, title=metadata.fields.title, page=shown, is_article=metadata.is_article, free=metadata.free
    )
    if reason is not None:
        return Failure(source=source, reason=reason, gone=reason is GONE)
    fields = metadata.fields.completed(head)
    return article(join_lines(lines), fields, source=source, identity=identity, url=url)


def _extracted(tree: Element, *, url: str | None) -> list[str]:
    """The lines of the article as trafilatura finds it, with the paragraphs that it passes over."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    blocks = blocks_of(tree)
    document = bare_extraction(tree, url=url, with_metadata=False, include_comments=False)
    if not isinstance(document, Document) or document.body is None:
        return []
    lines = clean_lines("\n".join(_lines(document.body)))
    return filled([line for line in lines if line], blocks)


def _once(lines: list[str], *, title: str | None) -> list[str]:
    """Without the title, and without the paragraphs that the page shows a second time."""
    rows = table_lines(lines)
    name = folded(title or "")
    seen: set[str] = set()
    kept: list[str] = []
    for number, line in enumerate(lines):
        repeated = len(line) >= 80 and line in seen
        if number in rows or not (repeated or (name and folded(line) == name)):
            kept.append(line)
        seen.add(line)
    return kept


def _lines(body: Element) -> Iterator[str]:
    """The lines of an extracted body: its paragraphs, headings, list items, quotes and tables."""
    for child in body:
        tag = child.tag
        if tag == "table":
            yield from _table(child)
        elif tag == "list":
            yield from _items(child)
        elif (
            tag in ("quote", "div", "body", "main")
            and len(child)
            and any(part.tag in _BLOCKS for part in child)
        ):
            if child.text and child.text.strip():
                yield child.text
            yield from _lines(child)
        else:
            yield from _text(child).split("\n")
        if child.tail and child.tail.strip():
            yield child.tail


_BLOCKS = frozenset(("p", "head", "list", "table", "quote", "div"))


def _items(element: Element) -> Iterator[str]:
    for item in element:
        if item.tag == "list":
            yield from _items(item)
            continue
        own = _text(item, without=("list", "table"))
        if own.strip():
            yield "- " + " ".join(own.split())
        for nested in item:
            if nested.tag == "list":
                yield from _items(nested)
            elif nested.tag == "table":
                yield from _table(nested)


def _table(element: Element) -> Iterator[str]:
    """Header row, separator, rows; a table of one column is a layout, and its cells are paragraphs."""
    rows = [[" ".join(_text(cell).split()) for cell in row.iter("cell")] for row in element.iter("row")]
    rows = [row for row in rows if any(row)]
    width = max(map(len, rows), default=0)
    if width < 2 or len(rows) < 2:
        for row in rows:
            yield from filter(None, row)
        return
    if sum(bool(cell) for cell in rows[0]) == 1 and len(rows) > 2:
        yield next(filter(None, rows.pop(0)))  # one cell over the whole width: the caption
    for number, row in enumerate(rows):
        cells = [cell.replace("|", "/") for cell in row]
        yield " | ".join(cells + [""] * (width - len(cells))).strip()
        if number == 0:
            yield "|".join(["---"] * width)


def _text(element: Element, *, without: tuple[str, ...] = ()) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.tag == "lb":
            parts.append("\n")
        elif child.tag not in without and child.tag != "graphic":
            inner = _text(child, without=without)
            parts.append(f"\n{inner}\n" if child.tag in _BLOCKS else inner)
        parts.append(child.tail or "")
    return "".join(parts)


def _shown(tree: Element) -> Iterator[str]:
    """The words that the page shows, wherever they stand: some 8,000 characters, enough to tell a stub."""
    length = 0
    for element in tree.iter():
        if element.tag not in ("script", "style", "noscript", "head", "title", "template") and isinstance(
            element.tag, str
        ):
            for text in (element.text, element.tail):
                if text and text.strip():
                    yield " ".join(text.split())
                    length += len(text)
        if length > 8000:
            return
