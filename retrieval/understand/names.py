"""Proper names in a question or an answer, told apart into people and things by their form alone."""

import re
from dataclasses import dataclass

from retrieval.countries import countries_in
from retrieval.understand.wording import word_set


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name at ``text[start:end]``, its article included."""

    text: str
    start: int
    end: int
    is_person: bool


_NAME = re.compile(
    r"(?:\b[Tt]he\s+)?(?<![\w’'])[A-Z0-9]*[A-Z][\w.&’'-]*(?:\s+(?:(?:of|de|von|van|der|for"
    r"|and)\s+(?:the\s+)?(?=[A-Z]))?(?:[A-Z][\w.&’'-]*|\d[\w-]*)){0,6}"
)
_NOT_NAMES = word_set("""
    a about according after all also an and any are as at because before between but by can compare could
    did do does during explain for from give had has have he her his how i if in is it its list may might
    more most my name no not now of ok okay on our over please she should show since so some summarise
    summarize tell that the their then there these they this those to under until was we were what when
    where which while who whom whose why will with would yes you
""")
_THING = re.compile(
    r"\b(?:Centre|Center|Summit|Union|Ministry|Council|Army|Navy|Agency|Command|Group|Force|Forces"
    r"|Brigade|Party|Bank|University|School|Institute|Treaty|Alliance"
    r"|Commission|Parliament|Congress|Senate|House|Court|Office|Fund|Programme|Program|Plan|Act|Agreement"
    r"|Pact|Defender|Street|Sea|Ocean|River|Bridge|Dam|Stream"
    r"|Island|Islands|Airport|Base|Pentagon|Kremlin|NATO|EU|UN|Guard|Corps|Initiative|Company|Industries"
    r"|Media|News|Times|Post|Week|Day|War|Air|One|Stadium|Festival)\b"
    r"|^(?:the\s+)?[A-Z0-9-]{2,}s?$",
)
_TITLE = re.compile(
    r"\b(?:President|Prime Minister|Minister|Secretary|General|Chancellor|Admiral|Colonel|King|Queen"
    r"|Senator|Mr|Mrs|Ms|Dr|Sir|Ambassador|Commissioner)\b"
)
_TIMES = re.compile(
    r"^(?:January|February|March|April|May|June|July|August|September|October|November|December|(?:Mon"
    r"|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Q[1-4])\b"
)
_WITH_ARTICLE = frozenset(
    {
        "United Kingdom",
        "United States",
        "Netherlands",
        "Czech Republic",
        "Philippines",
        "United Arab Emirates",
    }
)


def names_in(text: str) -> list[Name]:
    """The proper names in ``text`` that are no countries and no dates, in order."""
    countries = countries_in(text, capitals=True)
    names: list[Name] = []
    for match in _NAME.finditer(text):
        start, end = _trimmed(match)
        name = text[start:end]
        is_country = any(
            start <= country.start < end or country.start <= start < country.end for country in countries
        )
        if name and not is_country and not _TIMES.match(name):
            names.append(Name(name, start, end, is_person(name)))
    return names


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """Where the name itself begins and ends: without "Which" and the like, without a possessive's ending."""
    text, start, end = match.string, match.start(), match.end()
    for word in re.finditer(r"\S+", match.group()):
        plain = re.sub(r"[’']s?$", "", word.group().lower())
        article = plain == "the" and match.start() + word.end() < end
        if plain not in _NOT_NAMES or (article and start > 0):
            start = match.start() + word.start()
            break
        start = match.start() + word.end()
    else:
        start = end
    return start, start + len(re.sub(r"(?:[’']s|[’'.]+)$", "", text[start:end]))


def is_person(name: str) -> bool:
    """Whether a name looks like a person's: no acronym, no body, no place by its own words."""
    if _THING.search(name) or any(char.isdigit() for char in name):
        return False
    return bool(_TITLE.search(name)) or not name.lower().startswith("the ")


def with_article(name: str) -> str:
    """A country's name as it stands in a sentence: "the Netherlands"."""
    return f"the {name}" if name in _WITH_ARTICLE else name


def possessive(name: str) -> str:
    """The owner's form of a name: "Rutte’s", "the Netherlands’"."""
    return f"{name}’" if name.endswith("s") else f"{name}’s"
