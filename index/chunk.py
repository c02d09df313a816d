"""Articles into passages: along sentences, within two limits, tables never parted from their header."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from index.article import Passage
from index.embed import MAX_TOKENS
from index.sentences import clauses, sentences
from index.tables import TableSpan, cells, tables_in

MAX_CHARACTERS = 1200
HEADER_TOKENS = 96
"""Of MAX_TOKENS at most so many go to the header; a longer one is cut for embedding."""

GOAL_TOKENS = 170
"""What a passage has where sentences allow it, its header not counted: the model was trained on 128 tokens,
and says less of one sentence the more of them share a vector."""

_SPECIAL_TOKENS = 3  # [CLS], [SEP], and the line break between header and text
_HEADING_LENGTH = 80

TokenCounter = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence or a table row, with its number of tokens."""

    start: int
    end: int
    tokens: int
    heading: bool = False


def passages_of(text: str, *, title: str | None, count_tokens: TokenCounter) -> list[Passage]:
    """The passages of an article's text, in order; together they hold all of it but white space.

    Each has at most `MAX_CHARACTERS`, and with its header at most `MAX_TOKENS` tokens by ``count_tokens``.
    """
    header = _cut(title or "", HEADER_TOKENS, count_tokens)
    passages: list[Passage] = []
    position = 0
    for table in tables_in(text):
        passages += _prose(text, position, table.start, header, count_tokens)
        passages += _table(text, table, title or "", count_tokens)
        position = table.end
    passages += _prose(text, position, len(text), header, count_tokens)
    return passages


def embedded_text(passage: Passage, text: str) -> str:
    """What is embedded of ``passage``: its header, then its stretch of the article's ``text``."""
    body = text[passage.start : passage.end]
    return f"{passage.header}\n{body}" if passage.header else body


def _prose(text: str, start: int, end: int, header: str, count_tokens: TokenCounter) -> Iterator[Passage]:
    room = _room(header, count_tokens)
    pieces = list(_pieces(text, sentences(text, start, end), room, count_tokens))
    for group in _packed(pieces, room):
        yield Passage(start=group[0].start, end=group[-1].end, header=header)


def _table(text: str, table: TableSpan, title: str, count_tokens: TokenCounter) -> Iterator[Passage]:
    header = _table_header(text, table, title, count_tokens)
    room = _room(header, count_tokens)
    for group in _packed(
        list(_pieces(text, _table_spans(text, table, room, count_tokens), room, count_tokens)), room
    ):
        yield Passage(start=group[0].start, end=group[-1].end, header=header, table=True)


def _table_header(text: str, table: TableSpan, title: str, count_tokens: TokenCounter) -> str:
    """Title, caption and column names; too long, the title gives way first, the columns last."""
    caption = text[slice(*table.caption)] if table.caption else ""
    columns = " | ".join(cells(text[slice(*table.header)]))
    room = HEADER_TOKENS
    kept: list[str] = []
    for part in (columns, caption, title):
        cut = _cut(part, room, count_tokens)
        if cut:
            kept.insert(0, cut)
            room -= count_tokens([cut])[0]
    return "\n".join(kept)


def _table_spans(text: str, table: TableSpan, room: int, count_tokens: TokenCounter) -> list[tuple[int, int]]:
    """The rows, what stands above them with the first one: a head alone would answer nothing."""
    if not table.rows:
        return sentences(text, table.start, table.end)
    start, end = table.start, table.rows[0][1]
    if end - start <= MAX_CHARACTERS and count_tokens([text[start:end]])[0] <= room:
        return [(start, end), *table.rows[1:]]
    return [*sentences(text, start, table.rows[0][0]), *table.rows]


def _pieces(
    text: str, spans: Sequence[tuple[int, int]], room: int, count_tokens: TokenCounter
) -> Iterator[_Piece]:
    """The spans as pieces, those over a limit cut into several."""
    counts = count_tokens([text[start:end] for start, end in spans])
    for (start, end), tokens in zip(spans, counts, strict=True):
        if tokens <= room and end - start <= MAX_CHARACTERS:
            yield _Piece(start, end, tokens, heading=_is_heading(text, start, end))
            continue
        limit = min(MAX_CHARACTERS, max(1, (end - start) * room // (2 * tokens) if tokens > room else end))
        yield from _within(text, clauses(text, start, end, limit), room, count_tokens)


def _within(
    text: str, spans: Sequence[tuple[int, int]], room: int, count_tokens: TokenCounter
) -> Iterator[_Piece]:
    """Pieces of spans that were cut by characters; what still has too many tokens is halved."""
    for (start, end), tokens in zip(spans, count_tokens([text[a:b] for a, b in spans]), strict=True):
        if tokens <= room or end - start < 2:
            yield _Piece(start, end, tokens)
        else:
            middle = (start + end) // 2
            yield from _within(text, [(start, middle), (middle, end)], room, count_tokens)


def _packed(pieces: Sequence[_Piece], room: int) -> Iterator[list[_Piece]]:
    """Neighbours together up to the limits, in groups of about the same size; no heading ends a group."""
    total = sum(piece.tokens for piece in pieces)
    span = pieces[-1].end - pieces[0].start if pieces else 0
    groups = max(1, round(total / GOAL_TOKENS), ceil(total / room), ceil(span / MAX_CHARACTERS))
    goal = total / groups
    group: list[_Piece] = []
    tokens = 0
    for piece in pieces:
        full = tokens + piece.tokens > room or (group and piece.end - group[0].start > MAX_CHARACTERS)
        if group and (full or tokens >= goal):
            carried = _headings_at_end(group)
            yield group[: len(group) - len(carried)]
            group, tokens = carried, sum(one.tokens for one in carried)
            if tokens + piece.tokens > room or (group and piece.end - group[0].start > MAX_CHARACTERS):
                yield group
                group, tokens = [], 0
        group.append(piece)
        tokens += piece.tokens
    if group:
        yield group


def _headings_at_end(group: list[_Piece]) -> list[_Piece]:
    cut = len(group)
    while cut > 1 and group[cut - 1].heading:
        cut -= 1
    return group[cut:]


def _is_heading(text: str, start: int, end: int) -> bool:
    alone = (start == 0 or text[start - 1] == "\n") and (end == len(text) or text[end] == "\n")
    return alone and end - start <= _HEADING_LENGTH and text[end - 1].isalnum()


def _room(header: str, count_tokens: TokenCounter) -> int:
    return MAX_TOKENS - _SPECIAL_TOKENS - (count_tokens([header])[0] if header else 0)


def _cut(header: str, limit: int, count_tokens: TokenCounter) -> str:
    """``header`` within ``limit`` tokens, whole words of it."""
    if not header or count_tokens([header])[0] <= limit:
        return header
    words = header.split(" ")
    while len(words) > 1 and count_tokens([" ".join(words)])[0] > limit:
        words = words[: max(1, len(words) * 3 // 4)]
    cut = " ".join(words)
    while count_tokens([cut])[0] > limit:
        cut = cut[: len(cut) // 2]
    return cut
