"""Figures in plain CSV: what is exported can be imported, and so can the usual tables that people keep.

A row is one figure (``metric`` and ``value``), or one country and year with a column a measure (``pct_gdp``,
``usd_m_current``, ``usd_m_const2015``). Every row must say its year and its edition, as "2025" beside a
column ``source`` or in words ("NATO 2025 edition (28 Aug 2025)"): without its edition it is no figure.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from pathlib import PurePath
from typing import cast

from index.countries import find_country
from index.errors import FiguresError
from index.figures.figure import (
    EUROPE_AND_CANADA,
    METRICS,
    NATO_TOTAL,
    Edition,
    Figure,
    Metric,
    Publisher,
    Release,
    unit_of,
)

COLUMNS = tuple(each.name for each in fields(Figure))
_MEASURES: tuple[tuple[re.Pattern[str], Metric], ...] = (
    (re.compile(r"(usd|dollars?).*const|constant.*(usd|dollars?)|usd-constant"), "usd-constant"),
    (re.compile(r"(pct|percent|share|%).*gdp|gdp.*(pct|percent|share|%)|^share$"), "share"),
    (re.compile(r"^(usd|us_?dollars?|million_us)(?!.*(per_capita|gdp))"), "usd"),
    (re.compile(r"equipment"), "equipment"),
    (re.compile(r"real_change|^change$"), "change"),
    (
        re.compile(
            r"^(national|nac|lcu|eur|gbp|pln|sek|dkk|nok|czk|huf|ron|try|cad|bgn|all|mkd)(_m|_million)?$"
        ),
        "national",
    ),
)
_CURRENCIES = {"eur": "Euros", "gbp": "Pounds", "pln": "Zlotys", "sek": "Kronor", "cad": "Canadian dollars"}
_NAMES = {
    "country": ("country", "nation", "ally", "name", "country_name", "entity"),
    "iso3": ("iso3", "iso", "code", "iso_code", "country_code", "iso_a3"),
    "year": ("year",),
    "edition": ("edition",),
    "source": ("source", "publisher"),
}
_EDITION = re.compile(r"\b(nato|sipri)?\b.*?\b(20\d\d)\b", re.IGNORECASE)
_DAY = re.compile(r"\b(\d{1,2})\s+([A-Z][a-z]{2})[a-z]*\s+(20\d\d)\b")


def write_rows(figures: Iterable[Figure]) -> str:
    """CSV of the figures with every column of their provenance."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for figure in figures:
        writer.writerow({name: _written(value) for name, value in figure.as_json().items()})
    return out.getvalue()


def _written(value: object) -> object:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def read_table(content: bytes, name: str, *, today: date) -> tuple[Release, ...]:
    """The editions that a CSV holds figures of, none of them as a whole.

    Raises:
        FiguresError: it is no such table; the reason names the column or the line.
    """
    file = PurePath(name).name
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as exc:
        raise FiguresError(f"{file} cannot be read as CSV in UTF-8.") from exc
    if not rows:
        raise FiguresError(f"{file} has no rows.")
    columns = {_plain(column): column for column in rows[0] if column}
    measures = _measures(columns)
    where = {
        key: next((columns[each] for each in names if each in columns), None) for key, names in _NAMES.items()
    }
    lacking = [key for key in ("year", "edition") if where[key] is None]
    if where["country"] is None and where["iso3"] is None:
        lacking.append("country")
    if not measures and not {"metric", "value"} <= columns.keys():
        lacking.append("metric and value (or pct_gdp, usd_m_current, …)")
    if lacking:
        raise FiguresError(f"{file} has no column that says {', '.join(lacking)}; nothing was taken in.")
    found: dict[tuple[Publisher, str, date | None], list[Figure]] = defaultdict(list)
    for line, row in enumerate(rows, start=2):
        cells = {plain: (row[column] or "").strip() for plain, column in columns.items()}
        named = {key: (row[column] or "").strip() if column else "" for key, column in where.items()}
        for figure in _figures(cells, named, measures, f"{file}, line {line}"):
            source = cast("Publisher", figure.source)  # `_said_edition` knows no others
            found[source, figure.edition, figure.edition_date].append(figure)
    if not found:
        raise FiguresError(f"{file} holds no figure.")
    return tuple(
        Release(edition=_edition(source, edition, day, file, today), figures=tuple(figures))
        for (source, edition, day), figures in found.items()
    )


def _plain(column: str) -> str:
    return re.sub(r"[\s/]+", "_", column.strip().lower())


def _measures(columns: dict[str, str]) -> dict[str, Metric]:
    taken = {name for names in _NAMES.values() for name in names} | {"metric", "value", "unit", "base_year"}
    return {
        column: metric
        for column in columns
        if column not in taken and (metric := _metric(column)) is not None
    }


def _metric(name: str) -> Metric | None:
    plain = _plain(name)
    if plain in METRICS:
        return plain
    return next((metric for pattern, metric in _MEASURES if pattern.search(plain)), None)


def _figures(
    cells: dict[str, str], named: dict[str, str], measures: dict[str, Metric], where: str
) -> Iterable[Figure]:
    values = [(cells["metric"], cells["value"])] if "metric" in cells and "value" in cells else []
    values += [(column, cells[column]) for column in measures]
    if cells.get("derived") or (not named["year"] and not any(value for _, value in values)):
        return  # calculated from others, or a remark on a country without figures
    year = re.fullmatch(r"(20\d\d|19\d\d)(\.0)?\s*(e?)", named["year"])
    if not year:
        raise FiguresError(f"{where}: “{named['year'][:20]}” is no year.")
    source, edition, day = _said_edition(named["edition"], named["source"], cells, where)
    country, iso3 = _country(named, where)
    for name, written in values:
        metric = _metric(name)
        if metric is None:
            raise FiguresError(f"{where}: “{name[:30]}” is no measure known here.")
        base = re.search(r"(20\d\d|19\d\d)", f"{name} {cells.get('base_year', '')}")
        base_year = int(base[1]) if base and metric in ("share", "change", "usd-constant") else None
        currency = _CURRENCIES.get(_plain(name).split("_")[0])
        yield Figure(
            country=country,
            iso3=iso3,
            metric=metric,
            unit=cells.get("unit") or unit_of(metric, base_year=base_year, currency=currency),
            year=int(year[1]),
            value=_value(written, where),
            estimate=bool(year[3])
            or cells.get("estimate", "").lower() in {"e", "true", "yes", "1", "estimate"},
            edition=edition,
            edition_date=day,
            base_year=base_year,
            source=source,
            url=cells.get("url") or None,
        )


def _country(named: dict[str, str], where: str) -> tuple[str, str | None]:
    written = named["country"] or named["iso3"]
    for aggregate in (NATO_TOTAL, EUROPE_AND_CANADA):
        if written.casefold() == aggregate.casefold():
            return aggregate, None
    country = find_country(named["iso3"]) or find_country(named["country"])
    if country is None:
        raise FiguresError(f"{where}: “{written[:40]}” is no country known here.")
    return country.name, country.iso3


def _said_edition(
    edition: str, source: str, cells: dict[str, str], where: str
) -> tuple[Publisher, str, date | None]:
    match = _EDITION.search(edition)
    publisher = ((match[1] if match else None) or source).strip().lower()
    if not match or publisher not in ("nato", "sipri"):
        raise FiguresError(f"{where} does not say which edition of NATO's or SIPRI's tables it is from.")
    day: date | None = None
    if said := _DAY.search(edition):
        try:
            day = datetime.strptime(" ".join(said.groups()), "%d %b %Y").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            day = None
    elif cells.get("edition_date"):
        try:
            day = date.fromisoformat(cells["edition_date"])
        except ValueError:
            raise FiguresError(f"{where}: “{cells['edition_date'][:20]}” is no date.") from None
    return ("nato" if publisher == "nato" else "sipri"), match[2], day


def _value(written: str, where: str) -> float | None:
    plain = written.replace(",", "").rstrip("%").strip()
    if plain in {"", "..", "...", "NA", "n/a", "None"}:
        return None
    try:
        value = float(plain)
    except ValueError:
        raise FiguresError(f"{where}: “{written[:20]}” is no number.") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise FiguresError(f"{where}: “{written[:20]}” is no number.")
    return value


def _edition(source: Publisher, edition: str, day: date | None, file: str, today: date) -> Edition:
    return Edition(
        source=source,
        edition=edition,
        title="Defence Expenditure of NATO Countries"
        if source == "nato"
        else "SIPRI Military Expenditure Database",
        edition_date=day,
        known_by=day or today,
        url=None,
        whole=False,
        provenance=f"Taken from {file}.",
    )
