"""Names and offices in an article: who a surname, "the minister" or "Mr. Marlow" is."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from index.countries import gazetteer, key
from retrieval.speech.words import DAYS, FUNCTION, ORGANISATION, ROLE_NOUNS, ROLES, SAME_OFFICE, TITLES

UPPER: Final = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻŁŃŅŇŌŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽȘȚ"
_PARTICLE: Final = r"(?:de|del|della|der|den|di|da|dos|du|van|von|ter|ten|bin|ibn|al|el|la|le|of)"
_TITLE: Final = r"(?:Mrs?|Ms|Dr|Prof|Sens?|Reps?|Gen|Gov|Lt|Col|Maj|Capt|Cmdr|Adm|Sgt|Brig|Jr|Sr|St)\."
_CAPITAL: Final = rf"(?:{_TITLE}|[{UPPER}]\.(?:[{UPPER}]\.)*|[{UPPER}][^\W\d_]*(?:[-'’.](?!s\b)[^\W\d_]+)*)"
NAME: Final = rf"{_CAPITAL}(?:(?:\s{_PARTICLE}){{0,2}}\s{_CAPITAL}|(?<=[a-z])-{_CAPITAL})*"
"""Words with capitals in a row, particles between them; not yet stripped of offices and countries."""
_NAME_AT_END: Final = re.compile(rf"(?<![\w’'-]){NAME}\Z")
_LONGEST_NAME: Final = 60
_JUNIOR: Final = re.compile(r",?\s(?:Jr|Sr)\.")


_OF_EVERY_COUNTRY: Final = frozenset(
    ("president", "prime minister", "premier", "leader", "chancellor", "king", "queen", "official")
)
"""Offices that several people in the news hold at once: "the president" alone says too little."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands at ``text[start:end]``, with the words of office or country before it taken off.

    ``office`` holds those words. ``person`` tells whether it can be somebody: two words or a title, and
    neither a country nor an organisation.
    """

    text: str
    start: int
    end: int
    office: str
    person: bool


def name_in(text: str, start: int, end: int) -> Name | None:
    """The name that words with capitals, ``text[start:end]``, amount to; None for "But" or "Monday"."""
    words = list(re.finditer(r"\S+", text[start:end]))
    while words and key(words[-1][0]) in DAYS:
        words.pop()
    stops = [at for at, word in enumerate(words) if _is_function(word[0])]
    words = words[stops[-1] + 1 :] if stops else words
    if not words:
        return None
    first = _first_of_name(words)
    if first == len(words):  # "the White House", "NATO": offices and bodies can speak for themselves
        office = _last_word(words[-1][0]) in ROLE_NOUNS
        return None if office else _made(text, start, words, 0, person=False)
    first = _without_calling(words, first)
    first, last = _without_place(words, first)
    words = words[:last]
    while first < last - 1 and words[first][0] == "of":
        first += 1
    kept = [key(word[0]) for word in words[first:]]
    before = _last_word(words[first - 1][0]) if first else ""
    titled = before in ROLE_NOUNS or before in TITLES
    places = gazetteer().names
    place = " ".join(kept) in places or kept[0] in places
    place = place or (kept[-1] in places and places[kept[-1]][1] == "name")
    body = place or bool(set(kept) & ORGANISATION) or _shouted(words[first:])
    person = titled or (len(kept) > 1 and not body)
    if not person and set(kept) & ORGANISATION:
        first = 0
    if titled and len(kept) == 1 and before in ("pope", "king", "queen", "prince", "princess"):
        first -= 1
    return _made(text, start, words, first, person=person)


def _without_calling(words: list[re.Match[str]], first: int) -> int:
    """Where the name begins after what somebody does: of four plain words or more it is the last two."""
    plain = [word[0] for word in words[first:] if word[0].istitle() and word[0].isalpha()]
    body = {key(word) for word in plain[-2:]} & ORGANISATION
    return len(words) - 2 if len(plain) == len(words) - first >= 4 and not body else first


def _without_place(words: list[re.Match[str]], first: int) -> tuple[int, int]:
    """What names somebody in "Ida Holm of Norway" or "Members of Ida Holm": the first word and the end."""
    linked = [at for at, word in enumerate(words) if at > first and word[0] == "of"]
    if not linked or {key(word[0]) for word in words[first : linked[0]]} & ORGANISATION:
        return first, len(words)
    if linked[0] - first >= 2:
        return first, linked[0]
    return linked[-1] + 1, len(words)


def _shouted(words: list[re.Match[str]]) -> bool:
    return all(word[0].isupper() and len(word[0]) > 2 for word in words)


def _made(text: str, offset: int, words: list[re.Match[str]], first: int, *, person: bool) -> Name:
    start, end = offset + words[first].start(), offset + words[-1].end()
    while text[end - 1] in ".,’'" and not re.search(r"\b(?:Jr|Sr|[A-Z])\.\Z", text[start:end]):
        end -= 1
    office = " ".join(word[0] for word in words[:first])
    return Name(text[start:end], start, end, office, person)


def _first_of_name(words: list[re.Match[str]]) -> int:
    """Where the name begins after offices and countries: the index of its first word, or their number."""
    first = 0
    for at, word in enumerate(words):
        low = key(word[0])
        rest = len(words) - at
        country = rest > 1 and at == first and (_is_country(low) or _is_hyphenated_country(word[0]))
        if _is_role(word[0]) or country:
            first = at + 1
    return first


def _is_country(low: str) -> bool:
    names = gazetteer().names
    return low in names and names[low][1] in ("name", "people")


def _is_hyphenated_country(word: str) -> bool:
    """Whether a word is one such as "Ukrainian-American"."""
    parts = word.split("-")
    return len(parts) > 1 and all(_is_country(key(part)) for part in parts)


def _is_function(word: str) -> bool:
    """Whether a word has its capital only from the beginning of a sentence: "When", "I’ve", "That’s"."""
    stem = (
        re.sub(r"[’'][a-z]+\Z", "", word)
        if re.match(r"(?:I|He|She|It|We|They|You|That|There)[’']", word)
        else word
    )
    return word[0].isupper() and key(stem) in FUNCTION


def _is_role(word: str) -> bool:
    return all(part in ROLES for part in key(word).split() or [""])


def _last_word(word: str) -> str:
    return (key(word).split() or [""])[-1]


class People:
    """Who is meant in one article. Looks up what it is asked: most of a text is never asked about."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._full: dict[str, str | None] = {}

    def full_name(self, name: Name) -> str:
        """The name as the article gives it in full; itself where it gives no more, or two that fit."""
        if " " in name.text and name.person and not self._runs_on(name.text):
            return name.text
        if name.person and " " in name.text:
            surname = name.text.split()[-1]
            return self._with_surname(surname) or surname
        return self._with_surname(name.text) or name.text

    def _runs_on(self, name: str) -> bool:
        """Whether a name is two in a row, as a byline and the next sentence: "Joan Reporter Holm said"."""
        first, _, last = name.rpartition(" ")
        if " " not in first or last.rstrip(".") in ("Jr", "Sr", "II", "III"):
            return False
        alone = rf"\b{re.escape(first)}\b(?!\s{re.escape(last)})"
        return self._with_surname(last) is not None and bool(re.search(alone, self._text))

    def is_person(self, name: Name) -> bool:
        """Whether a name means somebody, by its title or because the full name stands in the article."""
        return name.person or (
            (" " not in name.text or name.text[:1].islower()) and bool(self._with_surname(name.text))
        )

    def in_office(self, phrase: str, before: int) -> str | None:
        """The only person whom the article calls "the ``phrase``" before that place; None in doubt."""
        words = [word for word in re.findall(r"[\w.-]+", phrase.lower()) if word not in FUNCTION]
        if not words:
            return None
        noun = words[-1]
        if noun == "general" and words[-2:-1] == ["secretary"]:
            noun, words = "secretary general", words[:-1]
        if noun == "minister" and words[-2:-1] == ["prime"]:
            noun, words = "prime minister", words[:-1]
        if noun.split()[-1] not in ROLE_NOUNS and noun != "secretary general":
            return None
        if len(words) == 1 and noun in _OF_EVERY_COUNTRY:
            return None
        wanted = [
            key(word) for word in words[:-1] if word not in ("former", "new", "top", "country's", "country’s")
        ]
        holders: dict[str, None] = {}
        for office in SAME_OFFICE.get(noun, (noun,)):
            for person, described in self._holders(office, before):
                if all(_describes(described, word) for word in wanted):
                    holders[person] = None
        return next(iter(holders)) if len(holders) == 1 else None

    def gender(self, person: str) -> str | None:
        """``he`` or ``she`` where a title or the article's own words give it away."""
        first, surname = re.escape(person.split()[0]), re.escape(person.split()[-1])
        she = r"Ms|Mrs|Miss|Lady|Dame|Queen|Princess|[Ss]pokeswoman|[Cc]hairwoman|[Cc]ongresswoman|[Aa]ctress"
        he = r"Mr|Sir|King|Prince|Pope|[Ss]pokesman|[Cc]hairman|[Cc]ongressman"
        if re.search(rf"\b(?:{she})\.?\s(?:{first}\s)?(?:[A-Z]\.\s)?{surname}\b", self._text):
            return "she"
        if re.search(rf"\b(?:{he})\.?\s(?:{first}\s)?(?:[A-Z]\.\s)?{surname}\b", self._text):
            return "he"
        followed = Counter(re.findall(rf"\b{surname}\b[^.\n]{{0,200}}\.\s(He|She)\b", self._text))
        if len(followed) == 1:
            return "she" if "She" in followed else "he"
        own = re.search(rf"\b{surname}\s(?:has\s)?(?:said|told \w+|added)(?: that)? (he|she)\b", self._text)
        return own[1] if own else None

    def _with_surname(self, surname: str) -> str | None:
        if surname not in self._full:
            found: Counter[str] = Counter()
            for start in _occurrences(self._text, surname):
                offset = max(0, start - _LONGEST_NAME)
                words = _NAME_AT_END.search(self._text[offset : start + len(surname)])
                name = words and name_in(self._text, offset + words.start(), offset + words.end())
                if name and name.person and name.text.endswith(" " + surname):
                    junior = _JUNIOR.match(self._text, name.end)
                    found[name.text + (junior[0] if junior else "")] += 1
            self._full[surname] = _chief(found)
        return self._full[surname]

    def _holders(self, office: str, before: int) -> Iterator[tuple[str, str]]:
        """Persons introduced with an office before that place, each with the words of the introduction."""
        for match in re.finditer(rf"\b{re.escape(office)}\b", self._text[:before], re.IGNORECASE):
            following = re.compile(rf",?\s({NAME})").match(self._text, match.end())
            if (
                following
                and (name := name_in(self._text, following.start(1), following.end(1)))
                and name.person
            ):
                clause = re.split(r"[,.;:“”\"\n]", self._text[max(0, match.start() - 60) : match.start()])[-1]
                yield name.text, clause + match[0]
                continue
            line = self._text.rfind("\n", 0, match.start()) + 1
            lead = self._text[max(line, match.start() - 90) : match.start()]
            apposed = re.search(
                rf"({NAME}),\s(?:(?:the|a|an|who is|its|his|her)\s)?([^,.;“”\"]{{0,50}})\Z", lead
            )
            if apposed:
                offset = match.start() - len(lead)
                name = name_in(self._text, offset + apposed.start(1), offset + apposed.end(1))
                if name and name.person:
                    tail = re.match(r"[^,.;“”\"]{0,50}", self._text[match.end() :])
                    yield name.text, apposed[2] + match[0] + (tail[0] if tail else "")


def _occurrences(text: str, word: str) -> Iterator[int]:
    """Where ``word`` stands as a whole word."""
    at = text.find(word)
    while at >= 0:
        after = text[at + len(word) : at + len(word) + 1]
        if not (text[at - 1 : at].isalnum() or after.isalnum() or after == "-"):
            yield at
        at = text.find(word, at + 1)


def _chief(found: Counter[str]) -> str | None:
    """The full name that a surname alone stands for: the only one, or one far more frequent than the others.

    Of two that differ only by more words ("Ida Holm", "Meet Ida Holm") the more frequent one counts.
    """
    kept: list[tuple[str, int]] = []
    for name, count in sorted(found.items(), key=lambda item: (-item[1], len(item[0]))):
        words = set(name.split())
        if not any(words <= set(other.split()) or words >= set(other.split()) for other, _ in kept):
            kept.append((name, count))
    if not kept or (len(kept) > 1 and kept[0][1] < 3 * kept[1][1]):
        return None
    return kept[0][0]


def _describes(described: str, word: str) -> bool:
    parts = [key(part) for part in re.findall(r"[^\W_]+", described)]
    names = gazetteer().names
    iso3 = names.get(word, ("", ""))[0]
    return word in parts or (bool(iso3) and any(names.get(part, ("", ""))[0] == iso3 for part in parts))


def same_person(speaker: str, name: str) -> bool:
    """Whether a speaker can be whom ``name`` means: the same name, or a part of it that fits."""
    named, wanted = key(speaker).split(), key(name).split()
    if not wanted:
        return False
    return (
        set(wanted) <= set(named)
        or (len(wanted) > 1 and named == wanted[-1:])
        or (len(named) > 1 and len(wanted) > 1 and named[-1] == wanted[-1] and named[0] == wanted[0])
    )
