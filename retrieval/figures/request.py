"""What is asked of the official figures, and what comes back."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from index.figures.figure import Figure, Metric, Publisher

Kind = Literal["latest", "history", "change", "rank", "compare", "target", "count", "revision"]
"""One value each; a series; the difference between two years; an order of allies; countries side by side; the
distance to the targets; how many allies reach a share; one value as each edition has it."""

TARGETS = (2.0, 3.5)
"""Shares of GDP that the allies set themselves for core defence: Wales 2014, The Hague 2025."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureQuery:
    """A request for official figures.

    ``names`` are countries as `index.countries` calls them, or aggregates of the tables; none means every
    ally. ``years`` is empty for the latest, one year, or the first and the last of a span. ``source`` None
    means NATO, and SIPRI for countries that are not in NATO's tables.
    """

    kind: Kind = "latest"
    names: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    since: bool = False
    """Whether ``years`` is only the first of a span that lasts to the latest."""
    metric: Metric = "share"
    edition: str | None = None
    previous: bool = False
    """The edition before the newest."""
    source: Publisher | None = None
    limit: int | None = None
    """So many places of an order; None for all."""
    lowest: bool = False
    target: float | None = None
    """Percent of GDP; None for `TARGETS`."""
    below: bool = False
    """Of a count: those that stay under the share."""
    unknown: tuple[str, ...] = ()
    """Names that are no country's."""
    as_of: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureAnswer:
    """The rows that answer a request, in the order to show them.

    ``sentence`` says the finding, or why there is none; ``found`` whether any row has a value. ``notes``
    are sentences about editions, blanks and definitions.
    """

    query: FigureQuery
    sentence: str
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether there is a value to show."""
        return any(figure.value is not None for figure in self.figures)
