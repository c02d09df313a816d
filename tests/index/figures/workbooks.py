"""Workbooks as NATO lays them out since 2025, and as SIPRI does, filled with values of our own making."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.styles.colors import Color
from openpyxl.worksheet.worksheet import Worksheet

from index.countries import allies
from index.figures.plausible import WITHOUT_FORCES

LONG_NAMES = {"Slovakia": "Slovak Republic"}
CURRENCIES = {"Poland": "Zlotys", "Sweden": "Kronor", "United States": "US dollars", "Türkiye": "Liras"}
EUROPE, TOTAL = "NATO Europe and Canada", "NATO Total"


def members(edition: int) -> list[str]:
    return [ally.name for ally in allies(edition) if ally.iso3 not in WITHOUT_FORCES]


@dataclass
class Book:
    """A workbook to be: change what a test is about, then `save`.

    ``share`` and ``equipment`` give a value by name and year; None is written as "..", text as it is.
    """

    edition: int
    first: int = 2014
    base: int = 2021
    estimates: int = 2
    noted: tuple[int, ...] | None = None
    title: str = "Defence expenditure"
    starred: tuple[str, ...] = ("Poland",)
    blank: tuple[tuple[str, int], ...] = ()
    missing: tuple[str, ...] = ()
    share: Callable[[str, int], float | str] | None = None
    second_base: int | None = None
    headers_once: bool = False
    overrides: dict[tuple[str, str, int], object] = field(default_factory=dict)

    @property
    def years(self) -> list[int]:
        return list(range(self.first, self.edition + 1))

    @property
    def headers(self) -> list[object]:
        firm = self.edition - self.estimates
        return [year if year <= firm else f"{year}e" for year in self.years]

    def share_of(self, name: str, year: int) -> float | str:
        if self.share:
            return self.share(name, year)
        return round(1.2 + (sum(map(ord, name)) % 40) / 25 + (year - self.first) * 0.06, 4)

    def money(self, name: str, year: int, *, constant: bool) -> float:
        size = 800_000 if name == "United States" else 1000 + sum(map(ord, name)) % 60_000
        return size * (1 + 0.03 * (year - self.first)) * (1 if not constant else 1.02 ** (self.base - year))

    def total(self, name: str, year: int, *, constant: bool) -> float:
        everyone = [each for each in members(self.edition) if name == TOTAL or each != "United States"]
        return sum(self.money(each, year, constant=constant) for each in everyone)

    def save(self) -> bytes:
        book = Workbook()
        book.remove(book.worksheets[0])
        constant = f"Constant {self.second_base or self.base} prices and exchange rates"

        def usd(name: str, year: int) -> float:
            aggregate = name in (EUROPE, TOTAL)
            return (
                self.total(name, year, constant=False)
                if aggregate
                else self.money(name, year, constant=False)
            )

        def usd_constant(name: str, year: int) -> float:
            aggregate = name in (EUROPE, TOTAL)
            return (
                self.total(name, year, constant=True) if aggregate else self.money(name, year, constant=True)
            )

        self._sheet(
            book.create_sheet("Table 1"),
            f"Table 1: {self.title}",
            "Million national currency units",
            [
                ("national", "Current prices", lambda name, year: 2 * usd(name, year)),
                ("", f"Constant {self.base} prices", lambda name, year: 2 * usd_constant(name, year)),
            ],
            currency=True,
        )
        self._sheet(
            book.create_sheet("Table 2"),
            f"Table 2: {self.title}",
            "Million US dollars",
            [("usd", "Current prices and exchange rates", usd), ("usd-constant", constant, usd_constant)],
        )
        self._sheet(
            book.create_sheet("Table 3"),
            f"Table 3: {self.title} as a share of GDP and annual real change",
            f"Based on {self.base} prices",
            [
                ("share", "Share of real GDP (%)", self.share_of),
                ("change", "Annual real change (%)", lambda _name, year: float(year % 7)),
            ],
        )
        self._sheet(
            book.create_sheet("Table 8a"),
            f"Table 8a: Distribution of {self.title.lower()} by main category",
            f"Percentage of total {self.title.lower()}",
            [
                ("equipment", "Equipment (a)", lambda _name, year: 20.0 + year % 9),
                ("", "Personnel (b)", lambda _name, _year: 40.0),
            ],
            aggregates=False,
        )
        out = BytesIO()
        book.save(out)
        return out.getvalue()

    def _sheet(
        self,
        sheet: Worksheet,
        title: str,
        unit: str,
        blocks: list[tuple[str, str, Callable[[str, int], float | str]]],
        *,
        currency: bool = False,
        aggregates: bool = True,
    ) -> None:
        sheet.append([title])
        sheet.append([unit])
        sheet.append([None, *self.headers] if self.headers_once else [])
        names = [name for name in members(self.edition) if name not in self.missing]
        for metric, heading, value in blocks:
            sheet.append([heading])
            if not self.headers_once:
                sheet.append([None, *self.headers])
            for name in [*names, *((EUROPE, TOTAL) if aggregates and not currency else ())]:
                label = LONG_NAMES.get(name, name) + ("*" if name in self.starred else "")
                if currency:
                    label += f"   ({CURRENCIES.get(name, 'Euros')})"
                sheet.append([label, *(self._cell(metric, name, year, value) for year in self.years)])
            sheet.append([])
        noted = self.noted or tuple(self.years[-self.estimates :])
        sheet.append([f"Notes: Figures for {' and '.join(map(str, noted))} are estimates."])
        sheet.append(["*  Figures of this ally have been revised."])

    def _cell(self, metric: str, name: str, year: int, value: Callable[[str, int], float | str]) -> object:
        if (metric, name, year) in self.overrides:
            return self.overrides[metric, name, year]
        return ".." if (name, year) in self.blank else value(name, year)


def sipri_workbook(
    *, sheets: tuple[str, ...] = ("Share of GDP", "Current US$", "Constant (2023) US$")
) -> bytes:
    book = Workbook()
    for title in sheets:
        sheet = book.create_sheet(title)
        sheet.append(["Figures in blue are SIPRI estimates."])
        sheet.append(["Country", "Notes", 2022, 2023, 2024])
        sheet.append(["Europe"])
        sheet.append(["Poland", "1", 0.02, 0.03, 0.04])
        sheet.append(["Ukraine", "", "...", 0.3, "xxx"])
        sheet.append(["USSR", "", "xxx", "xxx", "xxx"])
        sheet["E4"].font = Font(color=Color(indexed=12))
    out = BytesIO()
    book.save(out)
    return out.getvalue()
