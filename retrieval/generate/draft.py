"""What a model wrote, in sentences with what each cites; the words are not trusted yet."""

import re
from dataclasses import dataclass
from typing import Final

from index.sentences import sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A sentence without its markers; ``cited`` are the passages' numbers and ``rows`` those of figures."""

    text: str
    cited: tuple[int, ...]
    rows: tuple[int, ...]


NOTHING: Final = re.compile(r"\W*NONE\W*(?:\[[^\]]*\]\W*)*", re.IGNORECASE)
"""What the model writes where the passages do not answer."""
_BEGUN: Final = 12  # characters after which it is plain that a further sentence was begun


def drafted(text: str, *, whole: bool = True) -> list[Drafted]:
    """The sentences of ``text``; the last one is left out if it was cut off (``whole`` false).

    A marker behind a full stop belongs to the sentence before it. Thinking aloud is taken away.
    """
    text = _THOUGHT.sub("", text)
    text = _EMPHASIS.sub("", text)
    text = _NUMBERED.sub("", text)
    text = _GROUPED.sub(_parted, text)
    found: list[Drafted] = []
    for start, end in sentences(text):
        sentence = text[start:end]
        lead = _LEADING.match(sentence)
        if lead and found:
            before = found.pop()
            found.append(_with(before, lead[0]))
            sentence = sentence[lead.end() :]
        if sentence.strip(" .\t"):
            found.append(_of(sentence))
    if not whole and found and not re.search(r"[.!?]\W*(?:\[[^\]]*\]\s*)*$", text):
        found.pop()
    return found


def finished(text: str) -> list[Drafted]:
    """The sentences of a text that still grows, as far as what comes cannot change them.

    A sentence is over when the next one has begun: its marker may stand behind its full stop, and a short
    beginning may belong to an abbreviation.
    """
    found = drafted(text)
    if found and (len(found[-1].text) < _BEGUN or found[-1].text.startswith("[")):  # a marker, half written
        found = found[:-1]
    return found[:-1]


def _of(sentence: str) -> Drafted:
    words = " ".join(_MARKER.sub(" ", sentence).split())
    words = re.sub(r"\s+([.,;:!?])", r"\1", words)
    return _with(Drafted(text=words, cited=(), rows=()), sentence)


def _with(sentence: Drafted, markers: str) -> Drafted:
    cited, rows = [*sentence.cited], [*sentence.rows]
    for mark, number in _MARKER.findall(markers):
        (rows if mark else cited).append(int(number[:6]))
    return Drafted(text=sentence.text, cited=tuple(dict.fromkeys(cited)), rows=tuple(dict.fromkeys(rows)))


def _parted(group: re.Match[str]) -> str:
    """``[1, F2]`` as ``[1][F2]``."""
    return "".join(f"[{one.strip()}]" for one in re.split(r"[,;]|\band\b", group[1]) if one.strip())


_MARKER: Final = re.compile(r"\[\s*(?:(F)|passage\s|source\s)?\s*(\d+)\s*\]", re.IGNORECASE)
_GROUPED: Final = re.compile(r"\[\s*(F?\d+(?:\s*(?:,|;|and)\s*F?\d+)+)\s*\]", re.IGNORECASE)
_LEADING: Final = re.compile(r"\s*(?:\[\s*(?:F|passage\s|source\s)?\s*\d+\s*\][\s.]*)+", re.IGNORECASE)
_THOUGHT: Final = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_EMPHASIS: Final = re.compile(r"\*\*|__|^#+\s+", re.MULTILINE)
_NUMBERED: Final = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+(?=\S)", re.MULTILINE)
