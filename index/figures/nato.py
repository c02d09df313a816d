"""NATO's workbook "Defence Expenditure of NATO Countries", any edition from 2023 on.

Each table has a sheet: a title ("Table 3 : Defence expenditure as a share of GDP …") in the first rows, a
unit line, and blocks of a heading, a row of years and one row a country; the row of years stands once above
all headings (to 2024) or below each (from 2025). Everything is found by what it says, not by where it stands,
and what is not understood stops the reading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from pathlib import PurePath
from typing import Any
from zipfile import BadZipFile

from index.countries import find_country
from index.errors import FiguresError
from index.figures.figure import EUROPE_AND_CANADA, NATO_TOTAL, Edition, Figure, Metric, Release, unit_of

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """What a heading announces; ``metric`` None for a block that is known and not kept."""

    heading: re.Pattern[str]
    metric: Metric | None


@dataclass(frozen=True, slots=True)
class _Table:
    title: re.Pattern[str]
    unit: re.Pattern[str]
    blocks: tuple[_Block, ...]


def _block(heading: str, metric: Metric | None) -> _Block:
    return _Block(re.compile(heading, re.IGNORECASE), metric)


def _table(title: str, unit: str, *blocks: _Block) -> _Table:
    return _Table(re.compile(title, re.IGNORECASE), re.compile(unit, re.IGNORECASE), blocks)


_TABLES = {
    "1": _table(
        r"defence expenditure",
        r"million national currency",
        _block(r"^current prices$", "national"),
        _block(r"^constant \d{4} prices$", None),
    ),
    "2": _table(
        r"defence expenditure",
        r"million US dollars",
        _block(r"^current prices and exchange rates$", "usd"),
        _block(r"^constant \d{4} prices and exchange rates$", "usd-constant"),
    ),
    "3": _table(
        r"defence expenditure as a share of GDP",
        r"based on \d{4} prices|percent|%",
        _block(r"^share of (real )?GDP", "share"),
        _block(r"^annual real change", "change"),
    ),
    "8a": _table(
        r"distribution of (core )?defence expenditure by main category",
        r"percentage of total (core )?defence expenditure",
        _block(r"^equipment\b", "equipment"),
        _block(r"^personnel\b", None),
    ),
}
_TITLE = re.compile(r"^table\s*(\d+[ab]?)\s*[:.–-]\s*(.+)$", re.IGNORECASE)
_YEAR = re.compile(r"^(20\d\d|19\d\d)\s*(e)?$", re.IGNORECASE)
_BASE = re.compile(r"\b(?:constant|based on)\s+(\d{4})\s+prices", re.IGNORECASE)
_ESTIMATES = re.compile(r"figures for ([^.]*?) (?:are|is an?) (?:\w+ )?estimates?\b", re.IGNORECASE)
_AGGREGATES = {
    "nato europe and canada": EUROPE_AND_CANADA,
    "nato europe & canada": EUROPE_AND_CANADA,
    "european allies and canada": EUROPE_AND_CANADA,
    "nato total": NATO_TOTAL,
    "nato - total": NATO_TOTAL,
}
_FILE = re.compile(r"^(?:(\d{6})-)?def-exp-(\d{4})", re.IGNORECASE)
_TITLE_ROWS = 20


def read_workbook(content: bytes, name: str, *, url: str | None = None, today: date) -> Release:
    """All figures of Tables 1, 2, 3 and 8a.

    ``name`` is the file's name, which tells the edition ("240617-def-exp-2024-TABLES-en.xlsx") where it has
    that form; else it is the last year of the tables. ``today`` is when it is known by at the latest.

    Raises:
        FiguresError: it is no workbook, a table is missing or laid out in a way that is not understood, or
            headers and notes disagree about which years are estimates.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = load_workbook(BytesIO(content), read_only=True, data_only=True)
        sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in workbook.worksheets}
        saved = workbook.properties.created
    except (BadZipFile, InvalidFileException, KeyError, ValueError, EOFError, OSError) as exc:
        raise FiguresError(f"{PurePath(name).name} cannot be opened as an Excel workbook.") from exc
    tables = _find_tables(sheets)
    missing = [number for number in _TABLES if number not in tables]
    if missing:
        raise FiguresError(
            f"{PurePath(name).name} is not laid out as NATO's tables: no sheet is titled "
            f"{' or '.join(f'“Table {number}: …”' for number in missing)} as expected."
        )
    reading = _Reading(url=url)
    for number, table in _TABLES.items():
        reading.read(number, table, tables[number])
    edition = _edition(name, reading, saved, url, today)
    figures = tuple(
        Figure(
            country=cell.country,
            iso3=cell.iso3,
            metric=cell.metric,
            unit=unit_of(cell.metric, base_year=cell.base_year, currency=cell.currency),
            year=cell.year,
            value=cell.value,
            estimate=cell.estimate,
            edition=edition.edition,
            edition_date=edition.edition_date,
            base_year=cell.base_year,
            source="nato",
            url=url,
        )
        for cell in reading.cells
    )
    return Release(edition=edition, figures=figures)


@dataclass(frozen=True, slots=True)
class _Cell:
    country: str
    iso3: str | None
    currency: str | None
    metric: Metric
    year: int
    estimate: bool
    value: float | None
    base_year: int | None


@dataclass(slots=True)
class _Reading:
    """What has been read of a workbook so far."""

    url: str | None
    cells: list[_Cell] = field(default_factory=list)
    years: set[tuple[int, bool]] = field(default_factory=set)
    titles: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def read(self, number: str, table: _Table, rows: list[Row]) -> None:
        """Take in one sheet."""
        where = f"Table {number}"
        title_row, title = next(_titles(rows))
        self.titles.append(title)
        lines = [_text(cell) for row in rows[: _TITLE_ROWS + 2] for cell in row if isinstance(cell, str)]
        if not any(table.unit.search(line) for line in lines):
            raise FiguresError(f"{where} does not say its unit as expected ({table.unit.pattern}).")
        notes = [_text(cell) for row in rows for cell in row if isinstance(cell, str)]
        sheet_base = next((int(found[1]) for line in lines if (found := _BASE.search(line))), None)
        wanted = {block.metric for block in table.blocks if block.metric}
        seen: set[Metric] = set()
        years: dict[int, tuple[int, bool]] = {}
        metric: Metric | None = None
        base: int | None = None
        for row in rows[title_row + 1 :]:
            header = _years(row)
            if header:
                if years and set(header.values()) != set(years.values()):
                    raise FiguresError(f"{where} has blocks with different years.")
                years = header
                self.years |= set(years.values())
                continue
            label, values = _label(row, years)
            if not label or not (years or _heading(table, label)):
                continue
            if block := _heading(table, label):
                if block.metric in seen:
                    raise FiguresError(f"{where} has the block “{label}” twice.")
                metric = block.metric
                found = _BASE.search(label)
                base = int(found[1]) if found else sheet_base
                seen |= {metric} if metric else set()
            elif re.match(r"(notes?\b|\*|\(\w\)|-\d+-)", label, re.IGNORECASE):
                metric = None
            elif metric is not None and (any(map(_text, values)) or find_country(_country_name(label)[0])):
                self._take(where, metric, label, years, row, base)
            elif metric is not None and not (table.unit.search(label) or _BASE.search(label)):
                raise FiguresError(f"{where} has a line that is not understood: “{label[:60]}”.")
        if wanted - seen:
            raise FiguresError(f"{where} lacks the block of {', '.join(sorted(wanted - seen))}.")
        self._check_estimates(where, notes, years)

    def _take(
        self,
        where: str,
        metric: Metric,
        label: str,
        years: dict[int, tuple[int, bool]],
        row: Row,
        base: int | None,
    ) -> None:
        """One country's row."""
        name, currency = _country_name(label)
        aggregate = _AGGREGATES.get(name.casefold())
        country = None if aggregate else find_country(name)
        if aggregate is None and country is None:
            raise FiguresError(f"{where} has a row for “{name}”, which is no country known here.")
        based = base if metric in ("usd-constant", "share", "change") else None
        if metric == "usd-constant" and based is None:
            raise FiguresError(f"{where} does not say which year's prices are the constant ones.")
        for column, (year, estimate) in years.items():
            value = _value(row[column] if column < len(row) else None, f"{where}, {name} {year}")
            self.cells.append(
                _Cell(
                    aggregate or (country.name if country else name),
                    country.iso3 if country else None,
                    currency,
                    metric,
                    year,
                    estimate,
                    value,
                    based,
                )
            )

    def _check_estimates(self, where: str, notes: list[str], years: dict[int, tuple[int, bool]]) -> None:
        """The years that the notes call estimates must be those that the headers mark."""
        marked = {year for year, estimate in years.values() if estimate}
        said = [found[1] for line in notes if (found := _ESTIMATES.search(line))]
        if not said:
            self.remarks.append(f"{where} has no note that says which years are estimates.")
            return
        noted = {int(year) for year in re.findall(r"\d{4}", said[0])}
        if re.search(r"\d{4}\s*(?:-|–|to)\s*\d{4}", said[0]):
            noted = set(range(min(noted), max(noted) + 1))
        if noted != marked:
            raise FiguresError(
                f"{where}: the notes call {_list(noted)} estimates, the headers mark {_list(marked)}."
            )


def _find_tables(sheets: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The sheets of the tables wanted, by number."""
    found: dict[str, list[Row]] = {}
    for rows in sheets.values():
        for _, title in _titles(rows):
            match = _TITLE.match(title)
            number = match[1].lower() if match else ""
            if match and number in _TABLES and _TABLES[number].title.search(match[2].strip()):
                if number in found:
                    raise FiguresError(f"Two sheets are titled Table {number}.")
                found[number] = rows
            break
    return found


def _titles(rows: list[Row]) -> Iterator[tuple[int, str]]:
    for index, row in enumerate(rows[:_TITLE_ROWS]):
        for cell in row:
            if isinstance(cell, str) and _TITLE.match(_text(cell)):
                yield index, _text(cell)


def _text(cell: object) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _years(row: Row) -> dict[int, tuple[int, bool]]:
    """Column → (year, estimate), where the row is one of years: at least three, and no words."""
    found: dict[int, tuple[int, bool]] = {}
    for column, cell in enumerate(row):
        written = _text(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)
        match = _YEAR.match(written)
        if match:
            found[column] = (int(match[1]), bool(match[2]))
        elif written:
            return {}
    years = [year for year, _ in found.values()]
    if len(years) < 3:
        return {}
    if years != list(range(years[0], years[0] + len(years))):
        raise FiguresError(f"The years of a table do not follow each other: {_list(years)}.")
    return found


def _label(row: Row, years: dict[int, tuple[int, bool]]) -> tuple[str, list[object]]:
    """The first text left of the years, and what stands under them."""
    first = min(years) if years else len(row)
    label = next((_text(cell) for cell in row[:first] if isinstance(cell, str) and cell.strip()), "")
    return label, [row[column] for column in years if column < len(row)]


def _heading(table: _Table, label: str) -> _Block | None:
    return next((block for block in table.blocks if block.heading.search(label)), None)


def _country_name(label: str) -> tuple[str, str | None]:
    """Name and currency of "Czechia*   (Koruny)"."""
    match = re.match(r"^(.*?)[\s*†¹²³⁴]*(?:\(([^)]*)\))?[\s*†¹²³⁴]*$", label)
    name, currency = (match[1], match[2]) if match else (label, None)
    return name.strip(), currency.strip() if currency else None


def _value(cell: object, where: str) -> float | None:
    """A number; ``..`` and an empty cell have none, ``-`` is nil."""
    if isinstance(cell, bool):
        raise FiguresError(f"{where} holds no number.")
    if isinstance(cell, int | float):
        return float(cell)
    written = _text(cell).replace("\u00a0", "").replace(",", "").rstrip("*e ")
    if written in {"", "..", "...", "…", "n/a", "N/A"}:
        return None
    if written in {"-", "–", "—"}:
        return 0.0
    try:
        return float(written)
    except ValueError:
        raise FiguresError(f"{where} holds “{written[:20]}”, which is no number.") from None


def _edition(name: str, reading: _Reading, saved: datetime | None, url: str | None, today: date) -> Edition:
    last = max(year for year, _ in reading.years)
    first = min(year for year, _ in reading.years)
    file = PurePath(name).name
    match = _FILE.match(file)
    if match and int(match[2]) != last:
        raise FiguresError(f"{file} is named for {match[2]}, but its tables end in {last}.")
    day = None
    if match and match[1]:
        try:
            day = datetime.strptime(match[1], "%y%m%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            day = None
    known = day or (saved.date() if saved and saved.year == last else today)
    core = any("core" in title.casefold() for title in reading.titles)
    kind = "core defence expenditure" if core else "defence expenditure"
    return Edition(
        source="nato",
        edition=str(last),
        title=f"Defence Expenditure of NATO Countries ({first}-{last})",
        edition_date=day,
        known_by=min(max(known, date(last, 1, 1)), today) if day is None else day,
        url=url,
        whole=True,
        provenance=f"NATO's own workbook {file}, Tables 1, 2, 3 and 8a ({kind}).",
        remarks=tuple(reading.remarks),
    )


def _list(years: set[int] | list[int]) -> str:
    return ", ".join(str(year) for year in sorted(years)) or "none"
