"""Files and folders: what each holds, read within bounds, one article at a time."""

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

from index.article import Article, Failure
from index.errors import SourceError
from index.extract.formats import LINES, MOST_BYTES, TYPES, format_of, read_content
from index.extract.records import read_line

_OTHER_DOCUMENTS = (
    *(".doc", ".docx", ".odt", ".rtf", ".epub", ".pages", ".ppt", ".pptx", ".eml", ".msg", ".mht", ".mhtml"),
    *(".xml", ".rss", ".atom", ".parquet", ".warc"),
    *(".zip", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst"),
)
"""Endings of files that may hold articles but are not read; others in a folder are passed over silently."""

KNOWN = ".txt, .md, .html, .pdf, .json, .jsonl, each also with .gz"


def read_path(path: Path) -> Iterator[Article | Failure]:
    """The articles of a file, or of all files in a folder and the folders in it, in the order of their names.

    Hidden files are passed over, and so are files in a folder that are no articles by their ending (pictures,
    scripts, tables); one that may be (``.docx``) is named as a failure. Nothing is read before it is asked
    for, and of a ``.jsonl`` never more than a line at once.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield Failure(source=str(path), reason="does not exist; check the path")
        return
    except (OSError, ValueError) as error:
        yield Failure(source=str(path), reason=_trouble(error))
        return
    if stat.S_ISDIR(mode):
        yield from _read_folder(path)
    elif stat.S_ISREG(mode):
        yield from _read_file(path)
    else:
        yield Failure(source=str(path), reason="is neither a file nor a folder; give one of these")


def _read_folder(folder: Path) -> Iterator[Article | Failure]:
    fruitful = False
    for entry in _files(folder):
        fruitful = True
        if isinstance(entry, Failure):
            yield entry
        else:
            yield from _read_file(entry)
    if not fruitful:
        yield Failure(source=str(folder), reason=f"holds no file of a type that is read ({KNOWN})")


def _files(folder: Path) -> Iterator[Path | Failure]:
    """The files in a folder that are read, and what is in the way of others."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Failure(source=str(folder), reason=_trouble(error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = folder / entry.name
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(path)
                continue
            regular = entry.is_file()
        except OSError as error:
            yield Failure(source=str(path), reason=_trouble(error))
            continue
        if ending(entry.name) in TYPES:
            yield (
                path
                if regular
                else Failure(source=str(path), reason="is a link to nothing, or no file; remove it")
            )
        elif ending(entry.name) in _OTHER_DOCUMENTS and regular:
            yield Failure(
                source=str(path), reason=f"is of a type that is not read; convert it to one of {KNOWN}"
            )


def ending(name: str) -> str:
    """The ending of a file's name, lower-cased, without ``.gz``."""
    suffixes = [suffix.lower() for suffix in Path(name).suffixes[-2:]]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _read_file(path: Path) -> Iterator[Article | Failure]:
    source = str(path.resolve())
    if ending(path.name) not in TYPES:
        yield Failure(source=str(path), reason=f"is of a type that is not read; give one of {KNOWN}")
        return
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            stream: io.BufferedIOBase = gzip.GzipFile(fileobj=file) if packed else file
            if TYPES[ending(path.name)] == LINES:
                yield from _read_lines(io.BufferedReader(stream, 1 << 20), source)
                return
            content = stream.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        yield Failure(source=str(path), reason=_trouble(error))
        return
    if len(content) > MOST_BYTES:
        yield Failure(source=str(path), reason=too_long())
        return
    yield from read_content(content, source=source, form=format_of(content, TYPES[ending(path.name)]))


def _read_lines(stream: io.BufferedReader, source: str) -> Iterator[Article | Failure]:
    """The articles of a ``.jsonl``, line by line; a line over the limit is passed over in pieces."""
    number, empty = 0, True
    try:
        while line := stream.readline(MOST_BYTES + 1):
            number += 1
            where = f"{source}:{number}"
            if len(line) > MOST_BYTES:
                empty = False
                yield Failure(source=where, reason=too_long("line"))
                while line and not line.endswith(b"\n"):
                    line = stream.readline(1 << 20)
                continue
            if number == 1 and line.startswith(b"\xef\xbb\xbf"):
                line = line[3:]
            read = read_line(_text(line), source=source, where=where)
            if read is not None:
                empty = False
                yield read
    except (OSError, EOFError, zlib.error) as error:
        yield Failure(source=source, reason=f"{_trouble(error)} (after line {number})")
        return
    if empty:
        yield Failure(source=source, reason="is empty; check that the right file was given")


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        from index.extract.decode import decode

        return decode(line)


def too_long(what: str = "file") -> str:
    """The sentence on a file or a line over the limit."""
    return f"is a {what} of more than {MOST_BYTES // 1_000_000} MB, too long for an article; split it up"


def _trouble(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "may not be read; give yourself the right to read it"
    if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile):
        return "is a damaged .gz file; pack it anew"
    if isinstance(error, SourceError):
        return error.reason
    return f"cannot be read ({getattr(error, 'strerror', None) or 'its name is not valid'})"
