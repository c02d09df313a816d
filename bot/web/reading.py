"""The reading room's decisions: what is shown of an article, what is marked, what versions changed."""

import difflib
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

AROUND = 1200
"""Characters shown on each side of a quote to those who may not read whole articles."""
_OPENING = 600
_MOST_CHANGES = 30
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a paragraph, of the quote or not."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A line of an article; ``table`` marks a row of a table."""

    runs: tuple[Run, ...]
    table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is shown of an article: paragraphs, and whether there is more before and after them."""

    paragraphs: tuple[Paragraph, ...]
    before: bool
    after: bool

    @property
    def lines(self) -> Iterator[str]:
        """The text of each paragraph, as far as it is shown."""
        return ("".join(run.text for run in paragraph.runs) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A paragraph that a later version put in, took out, or changed; runs that are marked changed."""

    kind: Literal["added", "removed", "changed"]
    old: tuple[Run, ...] = ()
    new: tuple[Run, ...] = ()


def stretch(text: str, *, start: int = 0, end: int = 0, whole: bool = False) -> Stretch:
    """The paragraphs around ``text[start:end]``, which is marked; the opening where nothing is."""
    start = max(0, min(start, len(text)))
    end = max(start, min(end, len(text)))
    around = AROUND if end > start else _OPENING
    first, last = (0, len(text)) if whole else (max(0, start - around), min(len(text), end + around))
    if first > 0:
        first = _next_word(text, first, start)
    if last < len(text):
        last = _last_word(text, last, end)
    return Stretch(
        paragraphs=tuple(_paragraphs(text, first, last, start, end)), before=first > 0, after=last < len(text)
    )


def differences(old: str, new: str, *, among: Container[str] | None = None) -> list[Change]:
    """What ``new`` changed in ``old``, paragraph by paragraph, the first `_MOST_CHANGES`.

    With ``among``, only what changed in these paragraphs: whoever reads no more than them learns no more.
    """
    before, after = _lines(old), _lines(new)
    changes: list[Change] = []

    def shown(line: str) -> bool:
        return among is None or line in among

    for tag, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        pairs = min(j - i, m - k) if tag == "replace" else 0
        both = [(before[i + n], after[k + n]) for n in range(pairs)]
        changes += [_changed(one, other) for one, other in both if shown(one) or shown(other)]
        gone, come = before[i + pairs : j], after[k + pairs : m]
        changes += [Change(kind="removed", old=(Run(_short(line)),)) for line in gone if shown(line)]
        changes += [Change(kind="added", new=(Run(_short(line)),)) for line in come if shown(line)]
    return changes[:_MOST_CHANGES]


def _paragraphs(text: str, first: int, last: int, start: int, end: int) -> list[Paragraph]:
    found = []
    position = first
    for line in text[first:last].split("\n"):
        if line.strip():
            found.append(Paragraph(runs=_runs(line, start - position, end - position), table="|" in line))
        position += len(line) + 1
    return found


def _runs(line: str, start: int, end: int) -> tuple[Run, ...]:
    start, end = max(0, min(start, len(line))), max(0, min(end, len(line)))
    parts = (Run(line[:start]), Run(line[start:end], marked=True), Run(line[end:]))
    return tuple(part for part in parts if part.text)


def _changed(old: str, new: str) -> Change:
    words, others = re.findall(r"\S+\s*", old), re.findall(r"\S+\s*", new)
    gone: list[Run] = []
    come: list[Run] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        gone += (
            [Run(_middle("".join(words[i:j]), marked=tag != "equal"), marked=tag != "equal")] if j > i else []
        )
        come += (
            [Run(_middle("".join(others[k:m]), marked=tag != "equal"), marked=tag != "equal")]
            if m > k
            else []
        )
    return Change(kind="changed", old=tuple(gone), new=tuple(come))


def _middle(text: str, *, marked: bool) -> str:
    """Words that did not change are shown as far as they help to find the place."""
    if marked or len(text) <= 160:
        return _short(text) if marked else text
    return f"{text[:70].rsplit(' ', 1)[0]} … {text[-70:].split(' ', 1)[-1]}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0] + " …"


def _lines(text: str) -> Sequence[str]:
    return [line for line in text.split("\n") if line.strip()]


def _next_word(text: str, position: int, limit: int) -> int:
    """Where a word begins at or after ``position``, before ``limit``; ``position`` where none does."""
    found = re.search(r"\s", text[position:limit])
    return position + found.end() if found else position


def _last_word(text: str, position: int, limit: int) -> int:
    """Where a word ends at or before ``position``, after ``limit``; ``position`` where none does."""
    found = re.search(r"\s\S*$", text[limit:position])
    return limit + found.start() if found else position
