"""Notes on cited articles that changed after they had been taken in: when, and what stood there before."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from index.sentences import sentences
from index.store.history import Change, changes
from index.store.reading import StoredArticle
from retrieval.answer import Citation

Versions = Mapping[str, Sequence[tuple[StoredArticle, str]]]
"""By article its versions, newest first, each with its text: `index.store.reading.Reader.versions`."""

_CORRECTED: Final = re.compile(
    r"\b(?:correct(?:ed|ion)|clarif(?:ied|ication)|erratum|earlier version|previously (?:stated|said))\b",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_LONGEST: Final = 240  # characters of what stood there before


@dataclass(frozen=True, slots=True)
class Correction:
    """A note, and the words of the stored versions that it rests on."""

    note: str
    source: str


def corrections(citations: Sequence[Citation], versions: Versions) -> list[Correction]:
    """One for each cited article whose text has changed.

    The change of the quoted words comes before any other, and that of a figure in them before all.
    """
    found: list[Correction] = []
    for article in dict.fromkeys(citation.article.id for citation in citations):
        cited = [citation for citation in citations if citation.article.id == article]
        correction = _correction(cited, versions.get(article, ()))
        found += [correction] if correction else []
    return found


def _correction(
    citations: Sequence[Citation], versions: Sequence[tuple[StoredArticle, str]]
) -> Correction | None:
    steps = [
        (_day_of(newer[0], older[0]), changes(older[1], newer[1]))
        for newer, older in pairwise(versions)
        if _folded(newer[1]) != _folded(older[1])
    ]
    cited = "".join(f"[{citation.n}]" for citation in citations)
    for day, step in steps:
        replaced = [change for change in step if change.before and change.after]
        touched = [(one, change) for one in citations for change in replaced if _concerns(change, one.quote)]
        if touched:
            citation, change = next((one for one in touched if _other_figures(one[1])), touched[0])
            return _with_before(f"What [{citation.n}] quotes was changed {day}.", change, day)
        if notice := next((change.after for change in step if _CORRECTED.search(change.after)), None):
            note = f"The article of {cited} was corrected {day}"
            if error := _owned_up(notice, replaced):
                return _with_before(f"{note}.", error, day)
            return Correction(f"{note}; what is quoted here is not what was replaced.", day)
        for citation in citations:
            if any(change.after and _concerns(change, citation.quote) for change in step):
                return Correction(f"What [{citation.n}] quotes was added to its article {day}.", day)
    if not steps:
        return None
    day = steps[0][0]
    return Correction(f"The article of {cited} was changed {day}; what is quoted stood in it before.", day)


def _other_figures(change: Change) -> bool:
    before = set(_NUMBER.findall(change.before))
    return bool(before) and before != set(_NUMBER.findall(change.after))


def _owned_up(notice: str, replaced: Sequence[Change]) -> Change | None:
    """The change that a notice of correction speaks of: the only one, or the one whose figure it repeats."""
    named = set(_NUMBER.findall(notice))
    meant = [change for change in replaced if named & set(_NUMBER.findall(change.before))]
    found = meant if len(replaced) > 1 else replaced
    return found[0] if len(found) == 1 else None


def _with_before(note: str, change: Change, day: str) -> Correction:
    return Correction(f"{note} Before, it said: “{_cut(change.before)}”", f"{day} . {change.before}")


def _concerns(change: Change, quote: str) -> bool:
    """Whether a sentence that came with a change is quoted, whole or in part."""
    words, after = _folded(quote), _folded(change.after)
    parts = [_folded(after[start:end]) for start, end in sentences(after)]
    return words in after or any(part in words for part in parts)


def _day_of(newer: StoredArticle, older: StoredArticle) -> str:
    """When a version came: on the day that the article itself names, else by the day on which it was seen."""
    seen = newer.seen_at.date()
    if newer.modified is not None and newer.modified != older.modified and newer.modified <= newer.seen_at:
        return f"on {_long(newer.modified.date())}"
    return f"by {_long(seen)}"


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _cut(text: str) -> str:
    text = _folded(text)
    if len(text) <= _LONGEST:
        return text
    return text[: _LONGEST - 1].rsplit(" ", 1)[0] + " …"


def _folded(text: str) -> str:
    return " ".join(text.split())
