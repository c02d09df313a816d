"""Countries by any name they go by: aliases, adjectives, inhabitants, flags, other languages, typing errors.

The names stand in ``countries.tsv`` beside this file, one country a row; names in other languages follow ISO
3166 as iso-codes translates them. Matching ignores case and accents, takes the longest name that fits, and
knows the phrases that only look like a country ("Latin American", "Northern Ireland", "tell us").
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

NATO_TOTAL = "NATO Total"
EUROPE_AND_CANADA = "NATO Europe and Canada"
ALLIES = "allies"

Kind = Literal["name", "people", "abroad", "capital", "flag", "code", "typo", "aggregate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country; ``joined`` is the year it became a NATO ally, None where it is none."""

    iso3: str
    iso2: str
    name: str
    joined: int | None

    @property
    def flag(self) -> str:
        """Its flag as emoji: two regional indicator letters."""
        return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in self.iso2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in a text, ``text[start:end]``, that names a country (or, without ``iso3``, an aggregate)."""

    iso3: str | None
    name: str
    start: int
    end: int
    kind: Kind = "name"


def country(iso3: str) -> Country:
    """The country with this ISO 3166 code.

    Raises:
        KeyError: there is none.
    """
    return _gazetteer().countries[iso3]


def find_country(name: str) -> Country | None:
    """The country that ``name`` as a whole is a name, a code or the flag of; None where it is none."""
    gazetteer = _gazetteer()
    key = _key(name)
    if key in gazetteer.names:
        iso3, _ = gazetteer.names[key]
        return gazetteer.countries[iso3] if iso3 else None
    code = name.strip().upper()
    by_code = gazetteer.codes.get(code) if len(code) in (2, 3) else None
    if by_code is None:
        flags = list(_flags_in(name.strip()))
        by_code = flags[0].iso3 if len(flags) == 1 else None
    return gazetteer.countries[by_code] if by_code else None


def find_aggregate(name: str) -> str | None:
    """`NATO_TOTAL`, `EUROPE_AND_CANADA` or `ALLIES` (each ally by itself) where ``name`` means one."""
    found = aggregates_in(name)
    return (
        found[0].name if len(found) == 1 and found[0].end - found[0].start >= len(name.strip()) - 4 else None
    )


def nearest_names(name: str, *, limit: int = 3) -> tuple[str, ...]:
    """The names of the countries whose spelling comes closest, best first; none where nothing is near."""
    from rapidfuzz import fuzz, process

    gazetteer = _gazetteer()
    found: list[str] = []
    matches = process.extract(_key(name), list(gazetteer.names), scorer=fuzz.ratio, limit=12, score_cutoff=62)
    for key, _, _ in matches:
        iso3, _ = gazetteer.names[key]
        if iso3 and gazetteer.countries[iso3].name not in found:
            found.append(gazetteer.countries[iso3].name)
    return tuple(found[:limit])


def countries_in(text: str, *, typos: bool = False, capitals: bool = False) -> list[Mention]:
    """The countries that ``text`` names, in order, every time they are named.

    ``typos`` also takes misspelt names of allies and other countries of the news ("Germny", "Lithunia"): for
    questions, not for articles. ``capitals`` takes a capital or seat of government for its country
    ("Warsaw spends"), unless a summit, treaty or the like of that place is meant.
    """
    mentions = list(_flags_in(text))
    mentions += [found for found in _named_in(text, typos=typos, capitals=capitals) if found.iso3]
    return sorted(mentions, key=lambda mention: mention.start)


def aggregates_in(text: str) -> list[Mention]:
    """The groups that ``text`` names: `NATO_TOTAL`, `EUROPE_AND_CANADA`, and `ALLIES` for "each ally"."""
    found: list[Mention] = []
    for name, pattern in _AGGREGATES:
        for match in pattern.finditer(text):
            if all(match.end() <= other.start or match.start() >= other.end for other in found):
                found.append(
                    Mention(iso3=None, name=name, start=match.start(), end=match.end(), kind="aggregate")
                )
    return sorted(found, key=lambda mention: mention.start)


def allies(year: int | None = None) -> tuple[Country, ...]:
    """NATO's members by name, at the end of ``year`` or today."""
    members = (each for each in _gazetteer().countries.values() if each.joined is not None)
    return tuple(
        sorted(
            (each for each in members if year is None or (each.joined or 0) <= year),
            key=lambda each: each.name,
        )
    )


def is_ally(iso3: str, year: int | None = None) -> bool:
    """Whether the country was a NATO ally at the end of ``year``, or is one today."""
    joined = _gazetteer().countries[iso3].joined if iso3 in _gazetteer().countries else None
    return joined is not None and (year is None or joined <= year)


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


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    """``names`` maps a folded name to its country, or to "" for phrases that only look like one."""

    countries: dict[str, Country]
    names: dict[str, tuple[str, Kind]]
    codes: dict[str, str]
    longest: int
    spellings: tuple[str, ...]


_ACRONYMS = frozenset({"gb", "us", "u s", "prc", "drc", "frg", "ksa", "abd", "ee uu", "car"})
_CAPITALISED = frozenset(
    {"polish", "pole", "poles", "finn", "dane", "swede", "swedes", "kiwi", "kiwis", "turk"}
)
_AFTER_US = re.compile(
    r"\W+(?:defen[cs]e|military|army|navy|troops|forces|government|president|spend\w*|budget|share)\b", re.I
)
_NOT_A_TYPO = frozenset({"finish", "turnkey", "germane", "brutish", "island", "islands", "chines", "grecian"})
_NOT_THE_STATE = re.compile(
    r"\W+(?:summit|meeting|conference|declaration|pledge|commitment|treaty|pact|agreement|accords?|process)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[\s.,'’&-]{1,3}")
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff]{2})|:flag[-_]([a-z]{2}):")


@cache
def _gazetteer() -> _Gazetteer:
    """Read the table, once a process, at first use."""
    countries: dict[str, Country] = {}
    names: dict[str, tuple[str, Kind]] = {}
    codes: dict[str, str] = {}
    spellings: list[str] = []
    lines = files(__package__).joinpath("countries.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        iso3, iso2, joined, name, also, people, abroad, capital = line.split("\t")
        if not iso3:  # phrases that hold a country's name and mean none
            names |= {_key(phrase): ("", "name") for phrase in also.split(";")}
            continue
        countries[iso3] = Country(iso3=iso3, iso2=iso2, name=name, joined=int(joined) if joined else None)
        codes |= {iso3: iso3, iso2: iso3}
        columns: tuple[tuple[str, Kind], ...] = (
            (f"{name};{also}", "name"),
            (people, "people"),
            (abroad, "abroad"),
            (capital, "capital"),
        )
        for column, kind in columns:
            for each in filter(None, column.split(";")):
                key = _key(each)
                names.setdefault(key, (iso3, kind))
                # Names abroad are given for the countries of the news: only those are guessed from a typo.
                if abroad and kind in ("name", "people") and " " not in key and len(key) >= 5:
                    spellings.append(key)
    return _Gazetteer(countries, names, codes, max(key.count(" ") for key in names) + 1, tuple(spellings))


_PLAIN = str.maketrans("łøđıæœ", "lodiao")


def _fold(text: str) -> str:
    """Lower case without accents, character by character, so that offsets stay."""
    if text.isascii():
        return text.lower()
    return "".join(unicodedata.normalize("NFD", char.lower())[0] for char in text).translate(_PLAIN)


def _key(name: str) -> str:
    return " ".join(_WORD.findall(_fold(name)))


def _flags_in(text: str) -> Iterator[Mention]:
    gazetteer = _gazetteer()
    for match in _FLAG.finditer(text):
        letters = match[1] and "".join(chr(ord(char) - 0x1F1E6 + ord("A")) for char in match[1])
        iso3 = gazetteer.codes.get(letters or match[2].upper())
        if iso3:
            name = gazetteer.countries[iso3].name
            yield Mention(iso3=iso3, name=name, start=match.start(), end=match.end(), kind="flag")


def _named_in(text: str, *, typos: bool, capitals: bool) -> Iterator[Mention]:
    gazetteer = _gazetteer()
    folded = _fold(text)
    words = list(_WORD.finditer(folded))
    position = 0
    while position < len(words):
        found = _longest(folded, words, position, gazetteer)
        if found is None:
            if typos and (iso3 := _misspelt(words[position].group(), gazetteer)):
                yield _mention(gazetteer, iso3, words[position].start(), words[position].end(), "typo")
            position += 1
            continue
        iso3, kind, length = found
        start, end = words[position].start(), words[position + length - 1].end()
        if text[end : end + 1] == "." and text[end - 2 : end - 1] == ".":  # the last full stop of "U.S."
            end += 1
        if iso3 and _meant(text, start, end, kind, capitals=capitals):
            yield _mention(gazetteer, iso3, start, end, kind)
        position += length


def _mention(gazetteer: _Gazetteer, iso3: str, start: int, end: int, kind: Kind) -> Mention:
    return Mention(iso3=iso3, name=gazetteer.countries[iso3].name, start=start, end=end, kind=kind)


def _longest(
    folded: str, words: list[re.Match[str]], position: int, gazetteer: _Gazetteer
) -> tuple[str, Kind, int] | None:
    """The longest name that begins at this word, as country, kind and number of words."""
    key, best = "", None
    for length in range(1, min(gazetteer.longest, len(words) - position) + 1):
        word = words[position + length - 1]
        if length > 1 and not _GAP.fullmatch(folded, words[position + length - 2].end(), word.start()):
            break
        key = f"{key} {word.group()}".strip()
        if key in gazetteer.names:
            best = (*gazetteer.names[key], length)
    return best


def _meant(text: str, start: int, end: int, kind: Kind, *, capitals: bool) -> bool:
    """Whether a word that is spelt like a country is one here."""
    written = text[start:end]
    key = _key(written)
    if kind == "capital":
        return capitals and not _NOT_THE_STATE.match(text, end)
    if key == "us" and written != "US":
        return text[:start].lower().endswith("the ") or bool(_AFTER_US.match(text, end))
    if key == "gb" and re.search(r"\d\s*$", text[:start]):
        return False
    if key in _ACRONYMS:
        return written.isupper() or "." in written
    if key == "the states":
        return "States" in written
    if key in _CAPITALISED and written[0].islower():
        return text.islower() and not re.search(r"\bto $", text[:start])
    return True


def _misspelt(word: str, gazetteer: _Gazetteer) -> str | None:
    """The country whose name is one slip away from ``word`` (two for long words), with the same initial."""
    if len(word) < 5 or word in _NOT_A_TYPO:
        return None
    from rapidfuzz.distance import OSA

    best, least = None, 3
    for spelling in gazetteer.spellings:
        if spelling[0] == word[0] and abs(len(spelling) - len(word)) <= 2:
            iso3, kind = gazetteer.names[spelling]
            allowed = 0 if len(spelling) == 5 and kind != "name" else 1 if len(spelling) < 8 else 2
            distance = OSA.distance(word, spelling, score_cutoff=allowed)
            if distance <= allowed and distance < least:
                best, least = iso3, distance
    return best
