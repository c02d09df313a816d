"""Countries in texts: aliases, adjectives, inhabitants, flags, other languages, typing errors.

Matching ignores case and accents, takes the longest name that fits, and knows the phrases that only look like
a country ("Latin American", "Northern Ireland", "tell us"). The names themselves are ``index.countries``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from index.countries import WORD, Country, Gazetteer, NameKind, allies, country, fold, gazetteer, is_ally, key
from index.countries import find_country as named_country
from index.figures.figure import EUROPE_AND_CANADA, NATO_TOTAL

__all__ = [
    "ALLIES",
    "EUROPE_AND_CANADA",
    "NATO_TOTAL",
    "Country",
    "Group",
    "Mention",
    "aggregates_in",
    "allies",
    "countries_in",
    "country",
    "find_aggregate",
    "find_country",
    "is_ally",
    "nearest_names",
]

ALLIES = "allies"

Kind = NameKind | Literal["flag", "typo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in a text, ``text[start:end]``, that names a country; ``name`` is what we call it."""

    iso3: str
    name: str
    start: int
    end: int
    kind: Kind = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A place in a text that means several countries: `NATO_TOTAL`, `EUROPE_AND_CANADA`, or `ALLIES`."""

    name: str
    start: int
    end: int


def find_country(name: str) -> Country | None:
    """The country that ``name`` as a whole is a name, a code or the flag of; None where it is none."""
    flags = list(_flags_in(name.strip()))
    if len(flags) == 1:
        return country(flags[0].iso3)
    return named_country(name)


def find_aggregate(name: str) -> str | None:
    """`NATO_TOTAL`, `EUROPE_AND_CANADA` or `ALLIES` (each ally by itself) where ``name`` means one."""
    found = aggregates_in(name)
    return (
        found[0].name if len(found) == 1 and found[0].end - found[0].start >= len(name.strip()) - 4 else None
    )


def nearest_names(name: str, *, limit: int = 3) -> tuple[str, ...]:
    """The names of the countries whose spelling comes closest, best first; none where nothing is near."""
    from rapidfuzz import fuzz, process

    known = gazetteer()
    found: list[str] = []
    matches = process.extract(key(name), list(known.names), scorer=fuzz.ratio, limit=12, score_cutoff=62)
    for matched, _, _ in matches:
        iso3, _ = known.names[matched]
        if iso3 and known.countries[iso3].name not in found:
            found.append(known.countries[iso3].name)
    return tuple(found[:limit])


def countries_in(text: str, *, typos: bool = False, capitals: bool = False) -> list[Mention]:
    """The countries that ``text`` names, in order, every time they are named.

    ``typos`` also takes misspelt names of allies and other countries of the news ("Germny", "Lithunia"): for
    questions, not for articles. ``capitals`` takes a capital or seat of government for its country
    ("Warsaw spends"), unless a summit, treaty or the like of that place is meant.
    """
    mentions = [*_flags_in(text), *_named_in(text, typos=typos, capitals=capitals)]
    return sorted(mentions, key=lambda mention: mention.start)


def aggregates_in(text: str) -> list[Group]:
    """The groups that ``text`` names: `NATO_TOTAL`, `EUROPE_AND_CANADA`, and `ALLIES` for "each ally"."""
    found: list[Group] = []
    for name, pattern in _AGGREGATES:
        for match in pattern.finditer(text):
            if all(match.end() <= other.start or match.start() >= other.end for other in found):
                found.append(Group(name=name, start=match.start(), end=match.end()))
    return sorted(found, key=lambda mention: mention.start)


_ALLIANCE = r"(?:NATO|(?:the )?(?:North Atlantic )?Alliance)"
_AGGREGATES = (
    (
        EUROPE_AND_CANADA,
        re.compile(
            r"\b(?:NATO )?(?:Europe(?:an (?:NATO )?(?:allies|members))?(?: and|,| &) Canada"
            r"|Canada(?: and|,| &) (?:the )?(?:NATO )?Europe(?:an (?:NATO )?(?:allies|members))?)\b",
            re.IGNORECASE,
        ),
    ),
    (
        ALLIES,
        re.compile(
            rf"\b(?:(?:{_ALLIANCE}(?:'s|’s)? )?(?:allies|ally|member (?:states?|countries)|members"
            rf"|members? of {_ALLIANCE})|{_ALLIANCE} (?:countr(?:y|ies)|nations?|states?|governments?))\b",
            re.IGNORECASE,
        ),
    ),
    (
        NATO_TOTAL,
        re.compile(
            r"\b(?:NATO(?: total|'s|’s)?|(?:the )?North Atlantic Alliance|the [Aa]lliance)(?!\w)", re.I
        ),
    ),
)


_ACRONYMS = frozenset({"gb", "us", "u s", "prc", "drc", "frg", "ksa", "abd", "ee uu", "car"})
_CAPITALISED = frozenset(
    {"polish", "pole", "poles", "finn", "dane", "swede", "swedes", "kiwi", "kiwis", "turk"}
)
_AFTER_US = re.compile(
    r"\W+(?:defen[cs]e|military|army|navy|troops|forces|government|president|spend\w*|budget|share)\b", re.I
)
_MONEY = re.compile(r"(?:\s+(?:dollars?|francs?|kron[aeo]r?|pounds?|zloty\w*|lira)\b|\$)", re.IGNORECASE)
_NOT_A_TYPO = frozenset(
    {
        "finish",
        "turnkey",
        "germane",
        "brutish",
        "island",
        "islands",
        "chines",
        "grecian",
        "african",
        "africans",
    }
)
_NOT_THE_STATE = re.compile(
    r"\W+(?:summit|meeting|conference|declaration|pledge|commitment|treaty|pact|agreement|accords?|process)\b",
    re.IGNORECASE,
)
_GAP = re.compile(r"[\s.,'’&-]{1,3}")
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff]{2})|:flag[-_]([a-z]{2}):")


def _flags_in(text: str) -> Iterator[Mention]:
    known = gazetteer()
    for match in _FLAG.finditer(text):
        letters = match[1] and "".join(chr(ord(char) - 0x1F1E6 + ord("A")) for char in match[1])
        iso3 = known.codes.get(letters or match[2].upper())
        if iso3:
            name = known.countries[iso3].name
            yield Mention(iso3=iso3, name=name, start=match.start(), end=match.end(), kind="flag")


def _named_in(text: str, *, typos: bool, capitals: bool) -> Iterator[Mention]:
    known = gazetteer()
    folded = fold(text)
    words = list(WORD.finditer(folded))
    position = 0
    while position < len(words):
        found = _longest(folded, words, position, known)
        if found is None:
            if typos and (iso3 := _misspelt(words[position].group(), known)):
                yield _mention(known, iso3, words[position].start(), words[position].end(), "typo")
            position += 1
            continue
        iso3, kind, length = found
        start, end = words[position].start(), words[position + length - 1].end()
        if text[end : end + 1] == "." and text[end - 2 : end - 1] == ".":  # the last full stop of "U.S."
            end += 1
        if iso3 and _meant(text, start, end, kind, capitals=capitals):
            yield _mention(known, iso3, start, end, kind)
        position += length


def _mention(known: Gazetteer, iso3: str, start: int, end: int, kind: Kind) -> Mention:
    return Mention(iso3=iso3, name=known.countries[iso3].name, start=start, end=end, kind=kind)


def _longest(
    folded: str, words: list[re.Match[str]], position: int, known: Gazetteer
) -> tuple[str, Kind, int] | None:
    """The longest name that begins at this word, as country, kind and number of words."""
    name, best = "", None
    for length in range(1, min(known.longest, len(words) - position) + 1):
        word = words[position + length - 1]
        if length > 1 and not _GAP.fullmatch(folded, words[position + length - 2].end(), word.start()):
            break
        name = f"{name} {word.group()}".strip()
        if name in known.names:
            best = (*known.names[name], length)
    return best


def _meant(text: str, start: int, end: int, kind: Kind, *, capitals: bool) -> bool:
    """Whether a word that is spelt like a country is one here."""
    written = text[start:end]
    name = key(written)
    if kind == "capital":
        return capitals and not _NOT_THE_STATE.match(text, end)
    if name == "us" and written != "US":
        return text[:start].lower().endswith("the ") or bool(_AFTER_US.match(text, end))
    if name == "gb" and re.search(r"\d\s*$", text[:start]):
        return False
    if _MONEY.match(text, end):
        return False
    if name in _ACRONYMS:
        return written.isupper() or "." in written
    if name == "the states":
        return "States" in written
    if name in _CAPITALISED and written[0].islower():
        return text.islower() and not re.search(r"\bto $", text[:start])
    return True


def _misspelt(word: str, known: Gazetteer) -> str | None:
    """The country whose name is one slip away from ``word`` (two for long words), with the same initial."""
    if len(word) < 5 or word in _NOT_A_TYPO:
        return None
    from rapidfuzz.distance import OSA

    best, least = None, 3
    for spelling in known.spellings:
        if spelling[0] == word[0] and abs(len(spelling) - len(word)) <= 2:
            iso3, kind = known.names[spelling]
            allowed = 0 if len(spelling) == 5 and kind != "name" else 1 if len(spelling) < 8 else 2
            distance = OSA.distance(word, spelling, score_cutoff=allowed)
            if distance <= allowed and distance < least:
                best, least = iso3, distance
    return best
