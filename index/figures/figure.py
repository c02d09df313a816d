"""One official figure, and the edition that it stands in."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, get_args

Metric = Literal["share", "usd", "usd-constant", "national", "change", "equipment"]
"""Share of GDP in percent; million US dollars at current or at constant prices; million of national currency;
annual real change in percent; equipment's share of the expenditure in percent."""
METRICS: tuple[Metric, ...] = get_args(Metric)
Publisher = Literal["nato", "sipri"]

NATO_TOTAL = "NATO Total"
EUROPE_AND_CANADA = "NATO Europe and Canada"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value of an official table.

    ``value`` is None where the edition has none. ``derived`` holds the formula where the value is calculated
    and not printed in the edition. ``iso3`` is None for aggregates (NATO Total).
    """

    country: str
    iso3: str | None
    metric: Metric
    unit: str
    year: int
    value: float | None
    estimate: bool
    edition: str
    edition_date: date | None
    base_year: int | None
    source: str
    url: str | None
    derived: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The contract's form, ready for `json.dumps`."""
        record = asdict(self)
        record["edition_date"] = self.edition_date.isoformat() if self.edition_date else None
        return record


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One publication of a source's tables, named by its year.

    ``known_by`` is a day by which it was certainly out: its date where that is known. ``whole`` says that all
    its tables were read from the publisher's own file; else only single figures are known, often second-hand,
    and ``provenance`` says from where. ``remarks`` are what a reader of its figures should know.
    """

    source: Publisher
    edition: str
    title: str
    edition_date: date | None
    known_by: date
    url: str | None
    whole: bool
    provenance: str
    remarks: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What it is called in a sentence: "NATO, 2025 edition (28 August 2025)"."""
        day = f" ({self.edition_date.day} {self.edition_date:%B %Y})" if self.edition_date else ""
        return f"{self.source.upper()}, {self.edition} edition{day}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An edition with its figures, as read from a file and not yet kept."""

    edition: Edition
    figures: tuple[Figure, ...]


def unit_of(metric: Metric, *, base_year: int | None = None, currency: str | None = None) -> str:
    """The unit in words; ``currency`` for figures in national currency, ``base_year`` for constant prices."""
    match metric:
        case "share":
            return "% of GDP"
        case "usd":
            return "million US dollars"
        case "usd-constant":
            return f"million US dollars at {base_year} prices" if base_year else "million constant US dollars"
        case "national":
            return f"million {_in_a_sentence(currency)}" if currency else "million of national currency"
        case "change":
            return "% real change on the year before"
        case "equipment":
            return "% of defence expenditure"


def _in_a_sentence(currency: str) -> str:
    """Lower case, as in "zlotys", where the name does not begin with that of a country."""
    return currency if currency.startswith(("US", "Canadian")) or currency.isupper() else currency.lower()
