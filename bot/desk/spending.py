"""What people type after ``/spending``, read as a query of the official figures."""

import re
from typing import Literal

from bot.desk.ports import SpendingQuery, View
from index.figures.figure import Metric
from retrieval.countries import aggregates_in, countries_in, country

HELP = (
    "`/spending poland` one country · `/spending compare germany france` side by side · "
    "`/spending rank 10` the highest shares · `/spending history poland` over the years · "
    "`/spending target 3.5` who meets a share of GDP. "
    "A year may follow: `/spending poland 2023`, an edition: `edition 2024`, another measure: `in dollars`, "
    "`in constant dollars`, `in national currency`, `real change`, `equipment`. SIPRI's figures: add `sipri`."
)
METRICS: dict[Metric, str] = {
    "share": "share of GDP",
    "usd": "in dollars",
    "usd-constant": "in constant dollars",
    "national": "in national currency",
    "change": "real change",
    "equipment": "equipment",
}
"""What is measured, in words that `parse` reads."""
_MEASURED: tuple[tuple[Metric, str], ...] = (
    ("usd-constant", r"(in )?constant (us )?(dollars?|usd|prices)"),
    ("usd", r"(in )?(us )?(dollars?|usd)"),
    ("national", r"(in )?(the )?(national|local) currency"),
    ("change", r"real change|growth"),
    ("equipment", r"equipment( share)?"),
    ("share", r"share of gdp"),
)
_VIEWS: dict[str, View] = {"compare": "compare", "rank": "rank", "history": "history", "target": "target"}


def parse(text: str) -> SpendingQuery | None:
    """The query that ``text`` asks for; None where it asks for help or nothing can be made of it."""
    first, _, rest = text.strip().partition(" ")
    view = _VIEWS.get(first.casefold())
    words, metric = _measured(rest if view else text)
    words, edition = _edition(words)
    source: Literal["nato", "sipri"] = "sipri" if re.search(r"\bsipri\b", words, re.I) else "nato"
    words = re.sub(r"\b(sipri|nato'?s figures)\b", " ", words, flags=re.I)
    years = [int(found) for found in re.findall(r"\b(?:19|20)\d\d\b", words)]
    numbers = [float(found) for found in re.findall(r"\b\d{1,3}(?:\.\d+)?\b", words)]
    names = _countries(words)
    if view in ("rank", "target"):
        if view == "target" and not numbers:
            return None
        return SpendingQuery(
            view=view,
            countries=names,
            year=years[0] if years else None,
            source=source,
            metric=metric,
            edition=edition,
            rank=max(1, min(50, round(numbers[0]))) if view == "rank" and numbers else None,
            target=numbers[0] if view == "target" else None,
        )
    if not names:
        return None
    if view is None:
        view = "compare" if len(names) > 1 else "country"
    year = years[0] if years else None
    return SpendingQuery(view=view, countries=names, year=year, source=source, metric=metric, edition=edition)


def _measured(words: str) -> tuple[str, Metric]:
    """The words without those that say what is measured, and what that is."""
    for metric, pattern in _MEASURED:
        rest, found = re.subn(rf"\b({pattern})\b", " ", words, flags=re.I)
        if found:
            return rest, metric
    return words, "share"


def _edition(words: str) -> tuple[str, str | None]:
    """The words without those that name an edition, and its year."""
    for pattern in (r"\bedition ((?:19|20)\d\d)\b", r"\b((?:19|20)\d\d) edition\b"):
        if found := re.search(pattern, words, re.I):
            return f"{words[: found.start()]} {words[found.end() :]}", found[1]
    return words, None


def _countries(words: str) -> tuple[str, ...]:
    places = [(m.start, country(m.iso3).name) for m in countries_in(words, typos=True) if m.iso3]
    places += [(m.start, m.name) for m in aggregates_in(words)]
    return tuple(dict.fromkeys(name for _, name in sorted(places)))
