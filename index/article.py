"""The records that pass between the parts of ``index`` and on to ``retrieval``: articles and passages.

Offsets count Unicode code points of ``Article.text``, as Python's ``str`` does.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

DateSource = Literal["given", "metadata", "url", "byline", "dateline", "text"]
"""Where a publication date was read: a field of a JSON line or front matter, a page's metadata, its address,
a line under the title, the dateline, or a sentence that says when this article itself appeared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One version of a news article, cleaned of page furniture.

    ``text`` is made of lines, each one paragraph, heading or row of a table; a blank line between them means
    nothing. A table is an optional caption line, a header row, a separator row (``---|---``) and its rows,
    the cells parted by ``|``. It holds neither NUL nor lone surrogates, and does not repeat the title.
    """

    identity: str
    """What makes it the same article tomorrow: its canonical URL; else source and the id given there; else
    its path."""
    source: str
    """What was added: the file's path, the feed's or the page's address."""
    text: str
    title: str | None = None
    url: str | None = None
    """The canonical address, without tracking parameters."""
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    published: date | None = None
    """The day the source says it appeared, never the day of collection; None where it does not say."""
    published_at: datetime | None = None
    """The same with the time of day and a zone, where the source gives one."""
    date_source: DateSource | None = None
    date_evidence: str | None = None
    """The words or the field that ``published`` was read from."""
    modified: datetime | None = None
    language: str | None = None
    """ISO 639-1 code, where the source says so or the text leaves no doubt."""
    external_id: str | None = None
    """The ``id`` that a JSON line gives."""
    page_starts: tuple[int, ...] = ()
    """Where each page of a PDF begins in ``text``; empty for what has no pages."""


def page_at(page_starts: Sequence[int], offset: int) -> int | None:
    """The number, counted from 1, of the page that ``offset`` lies on; None where there are none."""
    return max(bisect_right(page_starts, offset), 1) if page_starts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A source, or one article in it, that could not be taken in, and why, in one sentence.

    ``gone``: the page itself says that its article is no longer there.
    """

    source: str
    reason: str
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of an article that is embedded and found as one: ``text[start:end]``.

    ``header`` is what stands before it when it is embedded (the title; for rows of a table also the caption
    and the header row) and is no part of the text that can be quoted from it.
    """

    start: int
    end: int
    header: str
    table: bool = False
