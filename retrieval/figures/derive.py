"""Values that are calculated from the tables' values; each carries its formula."""

from dataclasses import replace

from index.figures.figure import Figure

POINTS = "points of GDP share"


def change_between(first: Figure, last: Figure) -> Figure:
    """From one year's value to another's: in points for percentages, in percent for money."""
    before, after = _values(first, last)
    if first.metric in ("share", "equipment", "change"):
        unit = POINTS if first.metric == "share" else "points"
        return _from(last, after - before, unit, f"{after:.2f} ({last.year}) − {before:.2f} ({first.year})")
    formula = f"({after:,.0f} ({last.year}) / {before:,.0f} ({first.year}) − 1) × 100"
    return _from(last, (after / before - 1) * 100, "% change", formula)


def difference(one: Figure, other: Figure) -> Figure:
    """How much more one country's value is than another's."""
    less, more = _values(other, one)
    unit = (
        POINTS if one.metric == "share" else "points" if one.metric in ("equipment", "change") else one.unit
    )
    formula = f"{more:,.2f} ({one.country}) − {less:,.2f} ({other.country})"
    return replace(
        _from(one, more - less, unit, formula), country=f"{one.country} − {other.country}", iso3=None
    )


def revision(before: Figure, after: Figure) -> Figure:
    """How much a newer edition gives for the same year than an older one."""
    old, new = _values(before, after)
    unit = (
        POINTS
        if after.metric == "share"
        else "points"
        if after.metric in ("equipment", "change")
        else after.unit
    )
    formula = f"{new:,.2f} ({after.edition} edition) − {old:,.2f} ({before.edition} edition)"
    return _from(after, new - old, unit, formula)


def gap(share: Figure, target: float) -> Figure:
    """How far a share of GDP lies above (+) or below (−) a target."""
    value = share.value or 0.0
    return _from(share, value - target, POINTS, f"{value:.2f} − {target:g} (distance to {target:g} %)")


def place(figure: Figure, position: int, among: int, *, lowest: bool) -> Figure:
    """A country's position in the order of its edition."""
    order = "lowest" if lowest else "highest"
    formula = f"position by {figure.metric} in {figure.year}, {order} first"
    return _from(figure, float(position), f"place among {among} allies", formula)


def count(like: Figure, number: int, formula: str) -> Figure:
    """How many allies meet a condition, in the edition and year of ``like``."""
    row = _from(like, float(number), "allies", formula)
    return replace(row, country="NATO allies", iso3=None)


def rounded(figure: Figure) -> float:
    """The value as it is published in NATO's tables, with two decimals."""
    return round(figure.value or 0.0, 2)


def _values(first: Figure, last: Figure) -> tuple[float, float]:
    return first.value or 0.0, last.value or 0.0


def _from(figure: Figure, value: float, unit: str, formula: str) -> Figure:
    return replace(figure, value=round(value, 6), unit=unit, derived=formula)
