"""Paragraphs that were broken into lines by width, put together again."""

import re
from statistics import quantiles

from index.extract.lines import ends_sentence, is_bullet, table_lines, words

_OPEN_END = re.compile(
    r"(?:an?|the|and|or|but|nor|of|to|in|on|at|by|for|with|from|as|that|which|who|than|into|over|under|about|"
    r"after|before|between|its|his|her|their|our|my|your|is|are|was|were|be|been|has|have|had|will|would|said|not|"
    r"der|die|das|und|oder|von|zu|mit|für|auf|im|des|dem|den|le|la|les|et|ou|du|de|une?|el|los|las|que)",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"[a-zß-öø-ÿа-яіїєґα-ω]")
_HYPHENATED = re.compile(r"[a-zß-öø-ÿа-яіїєґ]-$")


def unwrap(lines: list[str]) -> list[str]:
    """The lines with broken paragraphs joined.

    Where a text is wrapped to a width throughout, all lines between two blank ones are one paragraph;
    elsewhere a line is joined to the one above only where that stopped in the middle of a sentence.
    """
    rows = table_lines(lines)
    throughout = _is_wrapped(lines, rows)
    joined: list[str] = []
    above = ""  # the last physical line of what joined[-1] holds
    for number, line in enumerate(lines):
        part_of_table = number in rows or number - 1 in rows
        if joined and line and not part_of_table and _continues(joined, above, line, throughout=throughout):
            while not joined[-1]:
                joined.pop()
            joined[-1] = join(joined[-1], line)
        else:
            joined.append(line)
        above = line
    return joined


def join(first: str, second: str, *, vocabulary: frozenset[str] = frozenset()) -> str:
    """Two lines as one, without the hyphen of a word that was broken between them.

    ``vocabulary`` (lower-cased words of the document) tells ``well-`` + ``known`` from ``Ukrai-`` + ``nian``.
    """
    if _HYPHENATED.search(first) and _CONTINUES.match(second):
        left, right = first.split()[-1][:-1], re.split(r"[^\w-]", second, maxsplit=1)[0]
        whole = (left + right).lower().lstrip("(“\"'‘")
        if whole in vocabulary or f"{left}-{right}".lower() not in vocabulary:
            return first[:-1] + second if vocabulary else first + second
        return first + second
    return f"{first} {second}"


def _continues(joined: list[str], above: str, line: str, *, throughout: bool) -> bool:
    previous = above or next((text for text in reversed(joined) if text), "")
    if not previous or is_bullet(line) or ends_sentence(previous):
        # A wrapped paragraph may well have a line that ends with a sentence.
        return throughout and bool(above) and not is_bullet(line)
    if throughout and above:
        return True
    in_sentence = len(words(previous)) >= 6 and len(previous) >= 40
    if _CONTINUES.match(line):
        return in_sentence
    return (
        bool(above) and len(previous) >= 60 and _OPEN_END.fullmatch(previous.rsplit(None, 1)[-1]) is not None
    )


def _is_wrapped(lines: list[str], rows: set[int]) -> bool:
    """Whether line ends mean nothing here: blocks of lines of one width that break off in mid-sentence."""
    inner = [
        line
        for number, line in enumerate(lines[:-1])
        if line and lines[number + 1] and number not in rows and not is_bullet(lines[number + 1])
    ]
    if len(inner) < 4 or not any(not line for line in lines):
        return False
    lengths = sorted(map(len, inner))
    broken_off = sum(not ends_sentence(line) for line in inner)
    return (
        quantiles(lengths, n=20)[-1] <= 110
        and lengths[len(lengths) // 2] >= 45
        and broken_off >= 0.6 * len(inner)
    )
