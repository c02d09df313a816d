"""Which kind of source some bytes are, and the reader for each kind."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Literal

from index.article import Article, Failure
from index.extract.decode import decode, is_binary
from index.extract.fields import MOST_CHARACTERS, TOO_LONG
from index.extract.markdown import read_markdown
from index.extract.plain import read_plain
from index.extract.records import read_document, read_line
from index.extract.urls import canonical_url

Format = Literal["plain", "markdown", "page", "pdf", "json", "lines"]

LINES: Format = "lines"
TYPES: dict[str, Format] = {
    ".txt": "plain",
    ".text": "plain",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "page",
    ".htm": "page",
    ".xhtml": "page",
    ".pdf": "pdf",
    ".json": "json",
    ".jsonl": "lines",
    ".ndjson": "lines",
}
"""Endings of files, and what such files hold."""

_MEDIA_TYPES: dict[str, Format] = {
    "text/plain": "plain",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/html": "page",
    "application/xhtml+xml": "page",
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/json": "json",
    "application/x-ndjson": "lines",
    "application/jsonl": "lines",
    "application/jsonlines": "lines",
}

MOST_BYTES = 50_000_000
"""The longest file, or line of a ``.jsonl``, that is read, after decompression."""

_MOST_MARKUP = 10_000_000
"""The longest page: parsing takes many times its size in memory."""

_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_SIGNATURES = (
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a database"),
)


def read_bytes(
    content: bytes,
    *,
    source: str,
    name: str | None = None,
    media_type: str | None = None,
    url: str | None = None,
) -> Iterator[Article | Failure]:
    """The articles in bytes from the web or from a message.

    What they are is told from their first bytes, then ``media_type`` (a Content-Type, which may also name the
    charset), then the ending of ``name``. ``url`` is where they were fetched; without one, and without a URL
    in the content, ``source`` is the article's identity.
    """
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                content = packed.read(MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            yield Failure(source=source, reason="is damaged gzip data; send it again or unpacked")
            return
    if len(content) > MOST_BYTES:
        yield Failure(
            source=source,
            reason=f"is more than {MOST_BYTES // 1_000_000} MB, too long for an article; split it up",
        )
        return
    declared = _MEDIA_TYPES.get((media_type or "").partition(";")[0].strip().lower())
    suffixes = [suffix.lower() for suffix in PurePosixPath(name or "").suffixes if suffix.lower() != ".gz"]
    by_name = TYPES.get(suffixes[-1]) if suffixes else None
    # Servers call Markdown and JSON lines "text/plain".
    given = by_name if declared in (None, "plain") and by_name else declared
    form = format_of(content, given or "plain")
    yield from read_content(content, source=source, form=form, media_type=media_type, url=url)


def format_of(content: bytes, given: Format) -> Format:
    """What ``content`` is by its first bytes where these leave no doubt, else ``given``."""
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if given in ("plain", "markdown") and _MARKUP.match(content[:4096]):
        return "page"
    return given


def read_content(
    content: bytes, *, source: str, form: Format, media_type: str | None = None, url: str | None = None
) -> Iterator[Article | Failure]:
    """The articles in ``content``, which is of the kind ``form``."""
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        yield Failure(source=source, reason="is empty; check that the right file was given")
        return
    identity = (canonical_url(url) if url else None) or source
    if form == "pdf":
        if b"%PDF-" not in content[:1024]:
            yield Failure(source=source, reason="is not a PDF, whatever its name says; check the file")
            return
        from index.extract.pdf import read_pdf

        yield read_pdf(content, source=source, identity=identity, url=url)
    elif is_binary(content):
        kind = next((words for start, words in _SIGNATURES if content.startswith(start)), "binary data")
        yield Failure(source=source, reason=f"is {kind} and no text; convert it to text, HTML or PDF")
    elif form == "page":
        if len(content) > _MOST_MARKUP:
            yield Failure(
                source=source,
                reason=f"is HTML of more than {_MOST_MARKUP // 1_000_000} MB, too long for an article",
            )
            return
        from index.extract.page import read_page

        yield read_page(content, source=source, identity=identity, media_type=media_type, url=url)
    else:
        yield from _read_text(
            decode(content, media_type=media_type), source=source, form=form, identity=identity, url=url
        )


def _read_text(
    text: str, *, source: str, form: Format, identity: str, url: str | None
) -> Iterator[Article | Failure]:
    if form == "json":
        yield from read_document(text, source=source)
    elif form == "lines":
        for number, line in enumerate(text.split("\n"), start=1):
            if (read := read_line(line, source=source, where=f"{source}:{number}")) is not None:
                yield read
    elif len(text) > MOST_CHARACTERS:
        yield Failure(source=source, reason=TOO_LONG)
    elif form == "markdown":
        yield read_markdown(text, source=source, identity=identity, url=url)
    else:
        yield read_plain(text, source=source, identity=identity, url=url)
