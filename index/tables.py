"""Tables in an article's text: an optional caption line, a header row, a separator row, and rows."""

import re
from dataclasses import dataclass

Span = tuple[int, int]

_RULED = re.compile(r"^[ \t|:-]*+$", re.MULTILINE)
_RULE = re.compile(r":?-{2,}:?")
_CAPTION_LENGTH = 200


@dataclass(frozen=True, slots=True)
class TableSpan:
    """Where a table stands, its caption included; every span is of the article's text."""

    start: int
    end: int
    caption: Span | None
    header: Span
    rows: tuple[Span, ...]


def tables_in(text: str) -> list[TableSpan]:
    """The tables of ``text`` in order. Without a separator row lines with pipes are no table."""
    if "|" not in text:
        return []
    found: list[TableSpan] = []
    for separator in _RULED.finditer(text):
        if not _is_separator(separator[0]) or (found and separator.start() < found[-1].end):
            continue
        header = _line_before(text, separator.start())
        if header is None or "|" not in text[slice(*header)]:
            continue
        rows = _rows_after(text, separator.end())
        caption = _line_before(text, header[0])
        if caption is not None and (
            not _is_caption(text[slice(*caption)]) or (found and caption[0] < found[-1].end)
        ):
            caption = None
        found.append(
            TableSpan(
                start=caption[0] if caption else header[0],
                end=rows[-1][1] if rows else separator.end(),
                caption=caption,
                header=header,
                rows=tuple(rows),
            )
        )
    return found


def cells(row: str) -> list[str]:
    """The cells of a row, trimmed; outer pipes are no cells."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _is_separator(line: str) -> bool:
    return "|" in line and all(_RULE.fullmatch(cell) for cell in cells(line))


def _rows_after(text: str, position: int) -> list[Span]:
    rows: list[Span] = []
    while position < len(text) and text[position] == "\n":
        end = text.find("\n", position + 1)
        end = len(text) if end < 0 else end
        if "|" not in text[position + 1 : end]:
            break
        rows.append(_trimmed(text, position + 1, end))
        position = end
    return rows


def _line_before(text: str, position: int) -> Span | None:
    """The last line before ``position`` that is not blank."""
    end = position
    while end > 0 and text[end - 1].isspace():
        end -= 1
    if end == 0:
        return None
    return _trimmed(text, text.rfind("\n", 0, end) + 1, end)


def _trimmed(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends; a line that is looked at here is never blank."""
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return start, end


def _is_caption(line: str) -> bool:
    return (
        len(line) <= _CAPTION_LENGTH
        and "|" not in line
        and not line.rstrip().endswith((".", "”", '"', "!", "?"))
    )
