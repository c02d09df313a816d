"""SIPRI's workbook "SIPRI Military Expenditure Database": share of GDP, current and constant US dollars.

Each sheet has a legend, a row that begins with "Country", and one row a country under rows of regions.
Figures in blue are SIPRI's estimates and those in red highly uncertain: both count as estimates here. The
Share of GDP sheet holds fractions; they become percent.
"""

import re
from datetime import date
from io import BytesIO
from pathlib import PurePath
from typing import Any
from zipfile import BadZipFile

from index.countries import find_country
from index.errors import FiguresError
from index.figures.figure import Edition, Figure, Metric, Release, unit_of

_SHEETS: tuple[tuple[re.Pattern[str], Metric], ...] = (
    (re.compile(r"^share of gdp$", re.IGNORECASE), "share"),
    (re.compile(r"^current us\$$", re.IGNORECASE), "usd"),
    (re.compile(r"^constant \((\d{4})\) us\$$", re.IGNORECASE), "usd-constant"),
)
_NO_VALUE = {"", "...", "..", ". .", "xxx"}
_NO_STATE = {
    "czechoslovakia",
    "german democratic republic",
    "yugoslavia",
    "ussr",
    "european union",
    "yemen, north",
}
_COLOURS = {10, 12}
"""Red and blue in Excel's palette."""


def read_workbook(
    content: bytes, name: str, *, url: str | None = None, since: int = 1949, today: date
) -> Release:
    """The three sheets' figures from the year ``since`` on; the edition is the last year of the data.

    States that are gone (USSR, Yugoslavia) are left out.

    Raises:
        FiguresError: it is no workbook, or not laid out as SIPRI's.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    file = PurePath(name).name
    try:
        workbook = load_workbook(BytesIO(content), read_only=True, data_only=True)
        saved = workbook.properties.modified
    except (BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, OSError) as exc:
        raise FiguresError(f"{file} cannot be opened as an Excel workbook.") from exc
    cells: list[tuple[str, str, Metric, int, float | None, bool, int | None]] = []
    for pattern, metric in _SHEETS:
        sheet = next((sheet for sheet in workbook.worksheets if pattern.match(sheet.title.strip())), None)
        match = pattern.match(sheet.title.strip()) if sheet else None
        if sheet is None or match is None:
            raise FiguresError(f"{file} is not laid out as SIPRI's workbook: it has no sheet of {metric}.")
        base = int(match[1]) if pattern.groups else None
        cells += [(*cell, base) for cell in _cells(sheet, metric, since)]
    last = max(cell[3] for cell in cells)
    edition = Edition(
        source="sipri",
        edition=str(last),
        title=f"SIPRI Military Expenditure Database (to {last})",
        edition_date=None,
        known_by=min(saved.date() if saved else today, today),
        url=url,
        whole=True,
        provenance=f"SIPRI's own workbook {file}: share of GDP, current and constant US dollars.",
    )
    figures = tuple(
        Figure(
            country=country,
            iso3=iso3,
            metric=metric,
            unit=unit_of(metric, base_year=base),
            year=year,
            value=value,
            estimate=estimate,
            edition=edition.edition,
            edition_date=None,
            base_year=base,
            source="sipri",
            url=url,
        )
        for country, iso3, metric, year, value, estimate, base in cells
    )
    return Release(edition=edition, figures=figures)


def _cells(sheet: Any, metric: Metric, since: int) -> list[tuple[str, str, Metric, int, float | None, bool]]:
    years: dict[int, int] = {}
    found: list[tuple[str, str, Metric, int, float | None, bool]] = []
    for row in sheet.iter_rows():
        name = str(row[0].value).strip() if row and row[0].value is not None else ""
        if name.casefold() == "country":
            years = {
                column: int(cell.value)
                for column, cell in enumerate(row)
                if re.fullmatch(r"(19|20)\d\d", str(cell.value or ""))
            }
            if not years:
                raise FiguresError(f"The sheet “{sheet.title}” has no years beside “Country”.")
            continue
        if (
            not name
            or not years
            or not any(_filled(row[column].value) for column in years if column < len(row))
        ):
            continue  # the legend, or a region's heading
        if name.casefold() in _NO_STATE:
            continue
        country = find_country(name)
        if country is None:
            raise FiguresError(
                f"The sheet “{sheet.title}” has a row for “{name}”, which is no country known here."
            )
        for column, year in years.items():
            if year >= since and column < len(row):
                cell = row[column]
                value = _value(cell.value, f"{sheet.title}, {name} {year}")
                if value is not None:
                    scaled = value * 100 if metric == "share" else value
                    found.append((country.name, country.iso3, metric, year, scaled, _coloured(cell)))
    if not found:
        raise FiguresError(
            f"The sheet “{sheet.title}” is not laid out as SIPRI's: no row begins with “Country”."
        )
    return found


def _filled(value: object) -> bool:
    return value is not None and str(value).strip() != ""


def _value(value: object, where: str) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if str(value or "").strip() in _NO_VALUE:
        return None
    raise FiguresError(f"{where} holds “{str(value)[:20]}”, which is no number.")


def _coloured(cell: Any) -> bool:
    font = getattr(cell, "font", None)
    colour = font.color if font is not None else None
    return colour is not None and colour.type == "indexed" and colour.indexed in _COLOURS
