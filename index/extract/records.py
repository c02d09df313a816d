"""JSON articles: one a line, one a file, or a list of them."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from index.article import Article, Failure
from index.extract.clean import clean_line, clean_lines, join_lines
from index.extract.dates import read_moment, read_timestamp
from index.extract.fields import (
    FIELD_OF,
    MOST_CHARACTERS,
    TOO_LONG,
    Fields,
    article,
    at_midnight,
    author_names,
)
from index.extract.furniture import is_furniture, is_reporters_credit
from index.extract.language import language_code
from index.extract.lines import table_lines
from index.extract.plain import without_repeats
from index.extract.titles import without_site

_LIST_KEYS = ("articles", "items", "data", "results", "documents")


def read_line(line: str, *, source: str, where: str) -> Article | Failure | None:
    """The article in one line of a ``.jsonl``, None in a blank one; ``where`` names the line in a failure."""
    if not line.strip():
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Failure(
            source=where, reason=f"is not JSON ({_complaint(error)}); each line must be one JSON object"
        )
    return read_record(record, source=source, where=where)


def read_document(text: str, *, source: str) -> Iterator[Article | Failure]:
    """The articles in a ``.json`` file: an object, a list of objects, or one object a line."""
    try:
        document = json.loads(text)
    except RecursionError:
        yield Failure(
            source=source, reason="is nested too deeply to be articles; give a list of JSON objects"
        )
        return
    except ValueError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2 or not all(
            line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines[:2]
        ):
            yield Failure(
                source=source, reason=f"is not JSON ({_complaint(error)}); mend it or give it as .txt"
            )
            return
        for number, line in enumerate(text.split("\n"), start=1):
            if (read := read_line(line, source=source, where=f"{source}:{number}")) is not None:
                yield read
        return
    if isinstance(document, dict) and "text" not in document:
        lists = [document[key] for key in _LIST_KEYS if isinstance(document.get(key), list)]
        document = lists[0] if lists else document
    if isinstance(document, list):
        if not document:
            yield Failure(
                source=source, reason="holds an empty list; give a list of objects with a text each"
            )
        for number, record in enumerate(document, start=1):
            yield read_record(record, source=source, where=f"{source}#{number}")
    else:
        yield read_record(document, source=source, where=source, alone=True)


def read_record(record: object, *, source: str, where: str, alone: bool = False) -> Article | Failure:
    """The article in one JSON object.

    Without URL and ``id`` its identity is the source with a hash of the text, so that lines can be added
    above or below it; ``alone`` (the only one of its file) it is the source.
    """
    if not isinstance(record, dict):
        return Failure(source=where, reason=f"is {_kind(record)} where a JSON object with a text is needed")
    text = record.get("text")
    if text is None or (isinstance(text, str) and not text.strip()):
        return Failure(source=where, reason='has no "text"; each article needs one')
    if not isinstance(text, str):
        return Failure(source=where, reason=f'has {_kind(text)} for "text"; it must be a string')
    if len(text) > MOST_CHARACTERS:
        return Failure(source=where, reason=TOO_LONG)
    read = _fields(record)
    if isinstance(read, str):
        return Failure(source=where, reason=read)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    result = article(tidy(text), read, source=source, identity=source if alone else f"{source}#{digest}")
    return Failure(source=where, reason=result.reason) if isinstance(result, Failure) else result


def tidy(text: str) -> str:
    """A text that was extracted already: characters cleaned, and only what cannot be a sentence taken out."""
    lines = clean_lines(text)
    rows = table_lines(lines) if "|" in text else frozenset()
    kept = [
        line
        for number, line in enumerate(lines)
        if number in rows or not line or not (is_furniture(line) or is_reporters_credit(line))
    ]
    return join_lines(without_repeats(kept))


def _fields(record: Mapping[str, Any]) -> Fields | str:
    """The fields besides the text, or a sentence about the first that has the wrong type."""
    values: dict[str, Any] = {}
    for key, value in record.items():
        field = FIELD_OF.get(key)
        if value is not None and field and (field not in values or key == field):
            values[field] = value
    for field in ("title", "url", "publisher", "language", "source"):
        if isinstance(values.get(field), dict):
            values[field] = values[field].get("name")
        if not isinstance(values.get(field, ""), str | None):
            return f'has {_kind(values[field])} for "{field}"; it must be a string'
    identifier = values.get("id")
    if not isinstance(identifier, str | int | float | None) or isinstance(identifier, bool):
        return f'has {_kind(identifier)} for "id"; it must be a string or a number'
    if isinstance(identifier, float) and not math.isfinite(identifier):
        return 'has a number for "id" that is not finite; give a string or a number'
    authors = values.get("authors") or []
    if isinstance(authors, str):
        authors = list(author_names(authors))
    elif isinstance(authors, list):
        authors = [author.get("name") if isinstance(author, dict) else author for author in authors]
    if not isinstance(authors, list) or not all(isinstance(author, str) for author in authors):
        return f'has {_kind(values["authors"])} for "authors"; it must be a list of names'
    return _dated(values, authors, identifier)


def _dated(values: Mapping[str, Any], authors: list[str], identifier: str | float | None) -> Fields | str:
    moments = {}
    for field in ("published", "modified"):
        value = values.get(field)
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            return f'has {_kind(value)} for "{field}"; it must be a date such as "2025-06-25"'
        moments[field] = (
            read_moment(value)
            if isinstance(value, str)
            else read_timestamp(value)
            if value is not None
            else None
        )
    url = values.get("url")
    modified = moments["modified"]
    fields = Fields(
        title=without_site(clean_line(values.get("title") or ""), url=url) or None,
        url=url,
        publisher=clean_line(values.get("publisher") or "") or None,
        authors=tuple(dict.fromkeys(name for name in map(clean_line, authors) if name)),
        modified=at_midnight(modified) if modified else None,
        language=language_code(values.get("language")),
        id=clean_line(str(identifier)) or None if identifier is not None else None,
    )
    return fields.dated(moments["published"], "given", "published")


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "an object")


def _complaint(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[0].lower()}{error.msg[1:]} at character {error.pos + 1}"
    return "nested too deeply" if isinstance(error, RecursionError) else "a number has too many digits"
