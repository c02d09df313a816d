"""One official figure, with the edition that it stands in."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

Metric = Literal["share", "usd", "usd-constant", "national", "change", "equipment"]
"""Share of GDP in percent; million US dollars at current or at constant prices; million of national currency;
annual real change in percent; equipment's share of the expenditure in percent."""
Publisher = Literal["nato", "sipri"]


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
