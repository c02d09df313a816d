"""The world's countries: codes, every name they go by, and since when they are NATO's allies.

The table stands in ``countries.tsv`` beside this file, one country a row: ISO 3166 codes, year of accession
to NATO, our name, other English names, adjectives and inhabitants, names in other languages (as iso-codes has
them), capital. Its last row holds phrases that contain a country's name and mean none.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

NameKind = Literal["name", "people", "abroad", "capital"]


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


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """``names`` maps a folded name to its country, or to "" for phrases that only look like one.

    ``spellings`` are the names that a typing error may be traced back to: those of the countries of the news.
    """

    countries: dict[str, Country]
    names: dict[str, tuple[str, NameKind]]
    codes: dict[str, str]
    longest: int
    spellings: tuple[str, ...]


def country(iso3: str) -> Country:
    """The country with this ISO 3166 code.

    Raises:
        KeyError: there is none.
    """
    return gazetteer().countries[iso3]


def find_country(name: str) -> Country | None:
    """The country that ``name`` as a whole is a name or a code of; None where it is none."""
    found = gazetteer()
    iso3, _ = found.names.get(key(name), ("", ""))
    iso3 = iso3 or found.codes.get(name.strip().upper(), "")
    return found.countries.get(iso3)


def allies(year: int | None = None) -> tuple[Country, ...]:
    """NATO's members by name, at the end of ``year`` or today."""
    members = (each for each in gazetteer().countries.values() if is_ally(each.iso3, year))
    return tuple(sorted(members, key=lambda each: each.name))


def is_ally(iso3: str, year: int | None = None) -> bool:
    """Whether the country was a NATO ally at the end of ``year``, or is one today."""
    found = gazetteer().countries.get(iso3)
    return found is not None and found.joined is not None and (year is None or found.joined <= year)


@cache
def gazetteer() -> Gazetteer:
    """The whole table, read once a process, at first use."""
    countries: dict[str, Country] = {}
    names: dict[str, tuple[str, NameKind]] = {}
    codes: dict[str, str] = {}
    spellings: list[str] = []
    lines = files(__package__).joinpath("countries.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        iso3, iso2, joined, name, also, people, abroad, capital = line.split("\t")
        if not iso3:
            names |= {key(phrase): ("", "name") for phrase in also.split(";")}
            continue
        countries[iso3] = Country(iso3=iso3, iso2=iso2, name=name, joined=int(joined) if joined else None)
        codes |= {iso3: iso3, iso2: iso3}
        columns: tuple[tuple[str, NameKind], ...] = (
            (f"{name};{also}", "name"),
            (people, "people"),
            (abroad, "abroad"),
            (capital, "capital"),
        )
        for column, kind in columns:
            for each in filter(None, column.split(";")):
                folded = key(each)
                names.setdefault(folded, (iso3, kind))
                # Names abroad are given for the countries of the news: only those are guessed from a typo.
                if abroad and kind in ("name", "people") and " " not in folded and len(folded) >= 5:
                    spellings.append(folded)
    return Gazetteer(countries, names, codes, max(each.count(" ") for each in names) + 1, tuple(spellings))


WORD = re.compile(r"[^\W_]+")
_PLAIN = str.maketrans("łøđıæœ", "lodiao")


def fold(text: str) -> str:
    """``text`` in lower case without accents, character by character, so that offsets stay."""
    if text.isascii():
        return text.lower()
    return "".join(unicodedata.normalize("NFD", char.lower())[0] for char in text).translate(_PLAIN)


def key(name: str) -> str:
    """The form under which a name is looked up: its words, folded."""
    return " ".join(WORD.findall(fold(name)))
