"""PDF through pypdf: the text of its pages as paragraphs, without what every page repeats."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from statistics import median

from index.article import Article, Failure
from index.errors import SourceError
from index.extract.clean import clean_line, clean_lines
from index.extract.fields import Fields, article
from index.extract.head import read_head
from index.extract.lines import ends_sentence, is_bullet, is_name, words
from index.extract.titles import folded
from index.extract.wrapping import join

_EDGE = 2
"""How many lines at the top and at the bottom of a page may be its header and footer."""

_PAGE_NUMBER = re.compile(r"(?:page |seite )?\W*\d{1,4}\W*(?:(?:of|/|von) \d{1,4})?", re.IGNORECASE)

_LEAST = 25
"""Characters of text per page under which a document is taken for a scan."""


@dataclass(frozen=True, slots=True)
class PagedText:
    """The text of a document, and where each of its pages begins in it, in code points."""

    text: str
    starts: tuple[int, ...]


def read_pdf(content: bytes, *, source: str, identity: str, url: str | None = None) -> Article | Failure:
    """The article or report in a PDF."""
    try:
        pages, title, authors = _pages(content, source)
    except SourceError as error:
        return Failure(source=source, reason=error.reason)
    paged = paged_text(pages)
    lines = paged.text.split("\n")
    first_page = folded("".join(pages[0])) if pages else ""
    # The title in the file's properties is often that of a template: only one that stands on the page is.
    named = title if title and len(words(title)) >= 2 and folded(title) in first_page else None
    head, _ = read_head(list(lines), titled=named is None)
    fields = Fields(title=named, authors=authors).completed(head)
    return article(paged.text, fields, source=source, identity=identity, url=url, page_starts=paged.starts)


def paged_text(pages: list[list[str]]) -> PagedText:
    """The paragraphs of pages of lines, one a line."""
    paragraphs: list[str] = []
    starts: list[int] = []
    offset = 0  # of the next paragraph
    for body in map(_joined, _without_edges(pages)):
        fresh = body
        if paragraphs and body and not ends_sentence(paragraphs[-1]) and body[0][:1].islower():
            carried = join(paragraphs[-1], body[0])
            offset += len(carried) - len(paragraphs[-1])
            paragraphs[-1] = carried
            starts.append(offset - 1 - len(body[0]))
            fresh = body[1:]
        else:
            starts.append(offset)
        paragraphs += fresh
        offset += sum(len(paragraph) + 1 for paragraph in fresh)
    return PagedText("\n".join(paragraphs), tuple(starts))


def _pages(content: bytes, source: str) -> tuple[list[list[str]], str | None, tuple[str, ...]]:
    """The lines of each page; the title and the author in the file's properties."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    damage = (  # what pypdf lets through on broken files besides its own errors
        *(PyPdfError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
        *(OSError, RuntimeError, AssertionError, MemoryError),
    )
    try:
        reader = PdfReader(BytesIO(content))
        locked = reader.is_encrypted and not reader.decrypt("")
        pages = [] if locked else [clean_lines(page.extract_text()) for page in reader.pages]
        properties = None if locked else reader.metadata
        title = clean_line(str(properties.title or "")) if properties else ""
        author = clean_line(str(properties.author or "")) if properties else ""
    except DependencyError as error:
        raise SourceError(
            source, "is a PDF encrypted in a way that is not read; remove its password"
        ) from error
    except damage as error:
        raise SourceError(source, "is a damaged PDF; open it, save it anew and add it again") from error
    if locked:
        raise SourceError(source, "is an encrypted PDF; remove its password and add it again")
    if not pages:
        raise SourceError(source, "is a PDF without pages")
    if sum(len(line) for page in pages for line in page) < _LEAST * len(pages):
        raise SourceError(
            source,
            "is a scanned PDF, pictures of pages without text; run OCR (such as ocrmypdf) on it, then add it",
        )
    return pages, title or None, (author,) if is_name(author) else ()


def _without_edges(pages: list[list[str]]) -> list[list[str]]:
    """The pages without lines at top and bottom that recur on many pages, whatever numbers they hold."""
    full = [[line for line in page if line] for page in pages]
    recurring = Counter(key for page in full for key in {_key(line) for line in page[:_EDGE] + page[-_EDGE:]})
    often = max(2, len(pages) // 3) if len(pages) > 1 else 2

    def runs(line: str) -> bool:
        return recurring[_key(line)] >= often or _PAGE_NUMBER.fullmatch(line) is not None

    kept = []
    for page in full:
        start, end = 0, len(page)
        while start < min(_EDGE, end) and runs(page[start]):
            start += 1
        while end > max(len(page) - _EDGE, start) and runs(page[end - 1]):
            end -= 1
        kept.append(page[start:end])
    return kept


def _key(line: str) -> str:
    return re.sub(r"\d+", "0", line.lower())


def _joined(lines: list[str]) -> list[str]:
    """The paragraphs of a page: a line goes on unless it stops short, is a heading or begins a list."""
    if not lines:
        return []
    width = max(median(map(len, lines)), 0.8 * max(map(len, lines)))
    vocabulary = frozenset(word.lower() for line in lines for word in words(line))
    paragraphs = [lines[0]]
    for above, line in itertools.pairwise(lines):
        short = len(above) < 0.75 * width
        if is_bullet(line) or (short and (ends_sentence(above) or line[:1].isupper())):
            paragraphs.append(line)
        else:
            paragraphs[-1] = join(paragraphs[-1], line, vocabulary=vocabulary)
    return paragraphs
