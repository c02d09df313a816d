"""What people type after ``/spending``, read as a query of the official figures."""

import re
from typing import Literal

from bot.desk.ports import SpendingQuery, View
from retrieval.countries import aggregates_in, countries_in, country

HELP = (
    "`/spending poland` one country · `/spending compare germany france` side by side · "
    "`/spending rank 10` the highest shares · `/spending history poland` over the years · "
    "`/spending target 3.5` who meets a share of GDP. "
    "A year may follow: `/spending poland 2023`. SIPRI's figures: add `sipri`."
)
_VIEWS: dict[str, View] = {"compare": "compare", "rank": "rank", "history": "history", "target": "target"}


def parse(text: str) -> SpendingQuery | None:
    """The query that ``text`` asks for; None where it asks for help or nothing can be made of it."""
    first, _, rest = text.strip().partition(" ")
    view = _VIEWS.get(first.casefold())
    words = rest if view else text
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
            rank=max(1, min(50, round(numbers[0]))) if view == "rank" and numbers else None,
            target=numbers[0] if view == "target" else None,
        )
    if not names:
        return None
    if view is None:
        view = "compare" if len(names) > 1 else "country"
    return SpendingQuery(view=view, countries=names, year=years[0] if years else None, source=source)


def _countries(words: str) -> tuple[str, ...]:
    places = [(m.start, country(m.iso3).name) for m in countries_in(words, typos=True) if m.iso3]
    places += [(m.start, m.name) for m in aggregates_in(words)]
    return tuple(dict.fromkeys(name for _, name in sorted(places)))
