"""Dated public events that questions measure time by: "since the Hague summit", "before the invasion".

The dates are those NATO gives for its summits and accessions, and the public record's for the rest. An
event is named here only if one name means one date, or one date for a year said with it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Event:
    """A dated event, both days included; ``name`` is how a window's reason calls it."""

    name: str
    first: date
    last: date


_SUMMITS = (
    ("Lisbon", date(2010, 11, 19), date(2010, 11, 20)),
    ("Chicago", date(2012, 5, 20), date(2012, 5, 21)),
    ("Wales", date(2014, 9, 4), date(2014, 9, 5)),
    ("Warsaw", date(2016, 7, 8), date(2016, 7, 9)),
    ("Brussels", date(2017, 5, 25), date(2017, 5, 25)),
    ("Brussels", date(2018, 7, 11), date(2018, 7, 12)),
    ("London", date(2019, 12, 3), date(2019, 12, 4)),
    ("Brussels", date(2021, 6, 14), date(2021, 6, 14)),
    ("Brussels", date(2022, 3, 24), date(2022, 3, 24)),
    ("Madrid", date(2022, 6, 28), date(2022, 6, 30)),
    ("Vilnius", date(2023, 7, 11), date(2023, 7, 12)),
    ("Washington", date(2024, 7, 9), date(2024, 7, 11)),
    ("Hague", date(2025, 6, 24), date(2025, 6, 25)),
    ("Ankara", date(2026, 7, 7), date(2026, 7, 8)),
)
_EXTRAORDINARY = date(2022, 3, 24)

_US_ELECTIONS = tuple(
    Event("the US election", day, day)
    for day in (date(2012, 11, 6), date(2016, 11, 8), date(2020, 11, 3), date(2024, 11, 5))
)
_INAUGURATIONS = {
    "obama": (date(2009, 1, 20), date(2013, 1, 21)),
    "trump": (date(2017, 1, 20), date(2025, 1, 20)),
    "biden": (date(2021, 1, 20),),
}

_RUSSIAS = r"(?:russia[’']?s?\s+|russian\s+|putin[’']s\s+|moscow[’']s\s+)?"
_TOOK_OFFICE = r"took\s+(?:office|over)|became\s+(?:nato[’']s\s+|nato\s+)?(?:the\s+)?secretary[- ]general"
_ONCE: tuple[tuple[Event, tuple[str, ...]], ...] = (
    (
        Event("Russia's full-scale invasion of Ukraine", date(2022, 2, 24), date(2022, 2, 24)),
        (
            rf"{_RUSSIAS}(?:full[- ]scale\s+)?(?:russian\s+)?invasion(?:\s+of\s+ukraine)?(?!\s+of)",
            r"(?:full[- ]scale\s+)?war\s+in\s+ukraine\s+(?:began|started|broke\s+out)",
            r"russia\s+invaded\s+ukraine",
            r"(?:start|outbreak|beginning)\s+of\s+the\s+(?:full[- ]scale\s+)?war\s+in\s+ukraine",
            r"(?:start|outbreak|beginning)\s+of\s+the\s+(?:full[- ]scale\s+)?(?:war|invasion)",
        ),
    ),
    (
        Event("the annexation of Crimea", date(2014, 3, 18), date(2014, 3, 18)),
        (
            r"(?:russia[’']s\s+|russian\s+)?annexation\s+of\s+crimea",
            r"crimea[’']s\s+annexation",
            r"russia\s+annexed\s+crimea",
        ),
    ),
    (
        Event("Finland's accession", date(2023, 4, 4), date(2023, 4, 4)),
        (
            r"finland[’']s\s+(?:nato\s+)?accession(?:\s+to\s+nato)?",
            r"finland\s+joined(?:\s+nato)?",
            r"finnish\s+accession",
            r"finland[’']s\s+joining(?:\s+nato)?",
        ),
    ),
    (
        Event("Sweden's accession", date(2024, 3, 7), date(2024, 3, 7)),
        (
            r"sweden[’']s\s+(?:nato\s+)?accession(?:\s+to\s+nato)?",
            r"sweden\s+joined(?:\s+nato)?",
            r"swedish\s+accession",
            r"sweden[’']s\s+joining(?:\s+nato)?",
        ),
    ),
    (
        Event("Montenegro's accession", date(2017, 6, 5), date(2017, 6, 5)),
        (
            r"montenegro[’']s\s+(?:nato\s+)?accession(?:\s+to\s+nato)?",
            r"montenegro\s+joined(?:\s+nato)?",
        ),
    ),
    (
        Event("North Macedonia's accession", date(2020, 3, 27), date(2020, 3, 27)),
        (
            r"(?:north\s+)?macedonia[’']s\s+(?:nato\s+)?accession(?:\s+to\s+nato)?",
            r"north\s+macedonia\s+joined(?:\s+nato)?",
        ),
    ),
    (
        Event("Rutte's taking office", date(2024, 10, 1), date(2024, 10, 1)),
        (rf"(?:mark\s+)?rutte\s+(?:{_TOOK_OFFICE}|succeeded\s+(?:jens\s+)?stoltenberg)",),
    ),
    (
        Event("Stoltenberg's taking office", date(2014, 10, 1), date(2014, 10, 1)),
        (rf"(?:jens\s+)?stoltenberg\s+(?:{_TOOK_OFFICE}|succeeded\s+(?:anders\s+fogh\s+)?rasmussen)",),
    ),
    (
        Event("Trump's return to office", date(2025, 1, 20), date(2025, 1, 20)),
        (
            r"(?:donald\s+)?trump(?:[’']s)?\s+return(?:ed)?\s+to\s+(?:office|power|the\s+white\s+house)",
            r"(?:donald\s+)?trump(?:[’']s)?\s+second\s+(?:inauguration|term\s+began|swearing[- ]in)",
        ),
    ),
    (
        Event("the Brexit referendum", date(2016, 6, 23), date(2016, 6, 23)),
        (r"brexit\s+(?:referendum|vote)",),
    ),
    (
        Event("Brexit", date(2020, 1, 31), date(2020, 1, 31)),
        (
            r"brexit",
            r"britain\s+left\s+the\s+eu",
        ),
    ),
    (
        Event("the coup attempt in Turkey", date(2016, 7, 15), date(2016, 7, 16)),
        (
            r"(?:failed\s+|attempted\s+)?coup(?:\s+attempt)?\s+in\s+turk(?:ey|iye)",
            r"turkish\s+coup(?:\s+attempt)?",
        ),
    ),
    (
        Event("the fall of Kabul", date(2021, 8, 15), date(2021, 8, 15)),
        (
            r"(?:fall|taliban[’']?s?\s+takeover)\s+of\s+kabul",
            r"kabul\s+fell",
        ),
    ),
    (
        Event("the Nord Stream sabotage", date(2022, 9, 26), date(2022, 9, 26)),
        (
            r"nord\s+stream\s+(?:pipelines?\s+)?(?:sabotage|explosions?|blasts?|attacks?)",
            r"(?:sabotage\s+of|attack\s+on)\s+(?:the\s+)?nord\s+stream",
        ),
    ),
    (
        Event("the Kakhovka dam's collapse", date(2023, 6, 6), date(2023, 6, 6)),
        (
            r"kakhovka\s+dam(?:[’']s)?\s+(?:collapse|breach|destruction)",
            r"(?:collapse|breach|destruction)\s+of\s+the\s+kakhovka\s+dam",
        ),
    ),
    (
        Event("the Wagner mutiny", date(2023, 6, 23), date(2023, 6, 24)),
        (r"(?:wagner(?:\s+group)?(?:[’']s)?|prigozhin[’']s)\s+(?:mutiny|rebellion|revolt)",),
    ),
    (
        Event("the attack of 7 October 2023", date(2023, 10, 7), date(2023, 10, 7)),
        (
            r"hamas(?:[’']s?)?\s+attacks?(?:\s+on\s+israel)?",
            r"october\s+7\s+attacks?",
        ),
    ),
    (
        Event("the Alaska summit", date(2025, 8, 15), date(2025, 8, 15)),
        (
            r"(?:trump[-–]putin\s+)?(?:alaska|anchorage)\s+summit",
            r"summit\s+in\s+(?:alaska|anchorage)",
        ),
    ),
    (
        Event("the Helsinki summit", date(2018, 7, 16), date(2018, 7, 16)),
        (r"helsinki\s+summit",),
    ),
    (
        Event("the Geneva summit", date(2021, 6, 16), date(2021, 6, 16)),
        (r"geneva\s+summit",),
    ),
)

_CITIES = "|".join(dict.fromkeys(city.lower() for city, _, _ in _SUMMITS))
_YEAR = r"(?:20\d\d)"
_SUMMIT = (
    rf"(?:(?P<year1>{_YEAR})\s+)?(?:nato(?:[’']s)?\s+)?(?:(?P<year2>{_YEAR})\s+)?(?P<which>extraordinary\s+|last\s+|latest\s+"
    rf"|most\s+recent\s+|previous\s+)?(?:(?P<city1>{_CITIES})\s+)?(?P<nato>nato\s+)?"
    rf"(?:leaders[’']?\s+)?summit(?!s)(?:\s+(?:in|at)\s+(?:the\s+)?(?P<city2>{_CITIES}))?(?:\s+(?:in"
    rf"|of)\s+(?P<year3>{_YEAR}))?"
)
_ELECTION = (
    r"(?:(?P<eyear1>20\d\d)\s+)?(?:us|u\.s\.|american)\s+(?:presidential\s+)?elections?(?:\s+(?:in"
    r"|of)\s+(?P<eyear2>20\d\d))?"
    r"|(?:donald\s+)?trump[’']s\s+(?P<trump>re-?election|election(?:\s+victory)?|victory)"
)
_INAUGURATION = (
    r"(?:president\s+)?(?:(?:donald|joe|barack)\s+)?(?P<who>trump|biden"
    r"|obama)(?:[’']s\s+(?:inauguration|swearing[- ]in)|\s+took\s+office)"
)

_NAMED = re.compile(
    rf"\b(?:(?P<summit>{_SUMMIT})|(?P<election>{_ELECTION})|(?P<inauguration>{_INAUGURATION})|"
    + "|".join(f"(?P<once{number}>{'|'.join(patterns)})" for number, (_, patterns) in enumerate(_ONCE))
    + r")\b",
    re.IGNORECASE,
)
_QUICK = re.compile(
    r"summit|election|victory|inaug|sworn|swearing|took |joined|joining|accession|invasion|invaded|annex"
    r"|return"
    r"|brexit|coup|kabul|nord stream|kakhovka|wagner|prigozhin|hamas|october 7|war in|the war|became"
    r"|succeeded|left"
    r"|second term",
    re.IGNORECASE,
)


def events_in(text: str, *, today: date) -> Iterator[tuple[int, int, Event]]:
    """The dated events that ``text`` names, as (start, end, event).

    A name shared by several dates ("the Brussels summit") means the one whose year is said, else the last
    one not after ``today``. Events after ``today`` are given too: the caller knows what a future one means.
    """
    # Most questions name no event, and the long pattern is the dearest thing here.
    if not _QUICK.search(text):
        return
    for match in _NAMED.finditer(text):
        event = _event(match, today)
        if event is not None:
            yield match.start(), match.end(), event


def _event(match: re.Match[str], today: date) -> Event | None:
    if match["summit"]:
        return _summit(match, today)
    if match["election"]:
        year = match["eyear1"] or match["eyear2"]
        return _pick(_US_ELECTIONS, int(year) if year else None, today)
    if match["inauguration"]:
        who = match["who"].lower()
        days = _INAUGURATIONS[who]
        return _pick(tuple(Event(f"{who.title()}'s inauguration", day, day) for day in days), None, today)
    for number, (event, _) in enumerate(_ONCE):
        if match[f"once{number}"]:
            return event
    return None


def _summit(match: re.Match[str], today: date) -> Event | None:
    city = (match["city1"] or match["city2"] or "").lower()
    year = match["year1"] or match["year2"] or match["year3"]
    which = (match["which"] or "").strip().lower()
    known = [
        (Event(_summit_name(name), first, last), first == _EXTRAORDINARY)
        for name, first, last in _SUMMITS
        if not city or name.lower() == city
    ]
    if which == "extraordinary":
        return _pick(tuple(event for event, extraordinary in known if extraordinary), None, today)
    regular = tuple(event for event, extraordinary in known if not extraordinary)
    if year and (asked := _pick(regular, int(year), today)):
        return asked
    if year and city:
        return _pick(tuple(event for event, _ in known), int(year), today)
    # "The summit" alone is any summit; it takes a city, a year, or NATO's name with "last" to mean one.
    if city or (which and "nato" in match["summit"].lower()):
        return _pick(regular, None, today)
    return None


def _summit_name(city: str) -> str:
    return f"the {city} summit"


def _pick(events: tuple[Event, ...], year: int | None, today: date) -> Event | None:
    if year is not None:
        return next((event for event in events if event.first.year == year), None)
    past = [event for event in events if event.first <= today]
    return past[-1] if past else (events[0] if events else None)
