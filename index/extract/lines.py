"""What a line of scraped text is, told from the line alone: table, list item, sentence, headline, name."""

import re

_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»“)\]*]*$")
_FULL_STOP = re.compile(r"[.!?…][\"'”’»“)\]*]*$")
_SEPARATOR = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?")
_BULLET = re.compile(r"(?:[-–—*•‣▪◦●·]|\d{1,2}[.)])\s+\S")
_QUOTED_END = re.compile(r"[”“\"»’'][.,]?$")
_QUOTED_START = re.compile(r"^[“„\"«‘]")
_PARTICLES = frozenset(
    (
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "di",
        "da",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ben",
        "of",
        "and",
        "the",
        "zu",
        "zur",
        "y",
        "e",
        "du",
        "dos",
    )
)
_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*")


def words(line: str) -> list[str]:
    """The words of a line, hyphenated ones and those with an apostrophe whole."""
    return _WORD.findall(line)


def is_separator(line: str) -> bool:
    """The row of dashes between a table's header and its rows."""
    return "--" in line and "|" in line and _SEPARATOR.fullmatch(line.strip()) is not None


def is_row(line: str) -> bool:
    """A line of cells parted by ``|``, or the separator; what makes it a table are its neighbours."""
    return is_separator(line) or sum(bool(cell.strip()) for cell in line.split("|")) >= 2


def table_lines(lines: list[str]) -> set[int]:
    """The numbers of the lines that belong to tables: a separator with the rows around it.

    Without a separator, three rows or more of the same number of cells.
    """
    found: set[int] = set()
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and "|" in lines[end] and lines[end].strip(" |"):
            end += 1
        block = lines[start:end]
        if any(map(is_separator, block)) or (len(block) >= 3 and len({row.count("|") for row in block}) == 1):
            found.update(range(start, end))
        start = max(end, start + 1)
    return found


def is_bullet(line: str) -> bool:
    """An item of a list."""
    return _BULLET.match(line) is not None


def ends_sentence(line: str) -> bool:
    """Whether the line ends as a sentence does, or as one that announces what follows."""
    return _SENTENCE_END.search(line) is not None


def is_paragraph(line: str) -> bool:
    """A line of running text: a whole sentence of some length, or too long for anything else."""
    count = len(words(line))
    return count >= 25 or (count >= 8 and _FULL_STOP.search(line) is not None and not is_headline(line))


def is_headline(line: str) -> bool:
    """A line that could be a title or a heading: short, begun with a capital, without a full stop."""
    count = len(words(line))
    if not 1 <= count <= 30 or len(line) > 220 or line.endswith((".", ",", ";", ":", "|", "-", "–", "—")):
        return False
    first = next((character for character in line if character.isalnum()), "")
    if first.islower() or is_bullet(line):
        return False
    if "|" in line and is_row(line):
        return False
    return not line.endswith(("”", '"', "…”", "!”", "?”")) or capitalised(line) > 0.7


def capitalised(line: str) -> float:
    """The share of the longer words that begin with a capital: near 1 in an English headline."""
    longer = [word for word in words(line) if len(word) > 3]
    return sum(not word[0].islower() for word in longer) / len(longer) if longer else 0.0


def is_name(line: str) -> bool:
    """Whether a line is the name of a person: two to five capitalised words, with no more than an office."""
    name = line.lstrip("—–- ").partition(",")[0]
    parts = name.split()
    return (
        2 <= len(parts) <= 6
        and len(words(line)) <= 14
        and all(part[0].isupper() or part.lower() in _PARTICLES for part in parts)
        and not re.search(r"[\d:!?|“”\"]", line)
    )


def names_in(line: str) -> tuple[str, ...]:
    """The names in a line that is nothing but names: ``Ann Smith, Bob Jones and Carl Young``."""
    parts = re.split(r",\s+(?:and\s+|und\s+)?|\s+(?:and|und|et|y|e|&)\s+", line)
    names = tuple(part for part in parts if part)
    return names if names and all(is_name(name) and len(name.split()) <= 4 for name in names) else ()


def is_quote(line: str) -> bool:
    """A paragraph that is, or ends, somebody's words: what a line with a name may follow."""
    return _QUOTED_END.search(line) is not None or _QUOTED_START.match(line) is not None
