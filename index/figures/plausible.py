"""Whether a release can be believed: what is impossible, missing or contradicts what is known is refused."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from index.countries import allies
from index.errors import FiguresError
from index.figures.figure import EUROPE_AND_CANADA, METRICS, NATO_TOTAL, Figure, Metric, Release

_RANGES: dict[str, dict[Metric, tuple[float, float]]] = {
    "nato": {
        "share": (0.0, 12.0),
        "usd": (0.0, 3_000_000.0),
        "usd-constant": (0.0, 3_000_000.0),
        "national": (0.0, 1e10),
        "change": (-70.0, 200.0),
        "equipment": (0.0, 90.0),
    },
    "sipri": {
        "share": (0.0, 130.0),
        "usd": (0.0, 3_000_000.0),
        "usd-constant": (0.0, 3_000_000.0),
    },
}
"""Beyond these no ally has ever been; SIPRI's share of Kuwait in 1991 was 117 % of its GDP."""
WITHOUT_FORCES = frozenset({"ISL"})
"""Allies without armed forces, and so without a row."""
_REVISION = 0.30
"""A past year's value has never been revised by as much; more of that means a wrong year or a wrong unit."""


def check(release: Release, known: Iterable[Figure]) -> tuple[str, ...]:
    """Remarks on the release for its readers; ``known`` are the figures of all editions kept.

    Raises:
        FiguresError: it is not to be believed; the message says what was found.
    """
    figures = release.figures
    _check_ranges(figures)
    _check_twice(figures)
    if release.edition.whole and release.edition.source == "nato":
        _check_allies(release)
        _check_sums(figures)
        _check_base_year(figures)
    history = [
        figure for figure in known if figure.source == release.edition.source and figure.value is not None
    ]
    others = [figure for figure in history if figure.edition != release.edition.edition]
    same = [figure for figure in history if figure.edition == release.edition.edition]
    if not release.edition.whole:
        _check_agreement(figures, same, others)
    _check_shift(figures, others)
    return _check_revisions(release, others)


def percent(value: float) -> str:
    """A share as it is written in sentences."""
    return f"{value:.2f} %"


def _check_ranges(figures: Sequence[Figure]) -> None:
    for figure in figures:
        low, high = _RANGES[figure.source].get(figure.metric, (float("-inf"), float("inf")))
        if figure.value is not None and not low <= figure.value <= high:
            raise FiguresError(
                f"{figure.country} {figure.year}: {figure.value:g} {figure.unit} is not plausible; "
                "nothing was taken in."
            )


def _check_twice(figures: Sequence[Figure]) -> None:
    counts = Counter((figure.metric, figure.country, figure.year) for figure in figures)
    (metric, country, year), count = counts.most_common(1)[0]
    if count > 1:
        raise FiguresError(f"{country} {year} stands {count} times under {metric}; nothing was taken in.")


def _check_allies(release: Release) -> None:
    """Every ally with forces has a row in every table, and the aggregates stand where NATO gives them."""
    year = int(release.edition.edition)
    wanted = {ally.name for ally in allies(year) if ally.iso3 not in WITHOUT_FORCES}
    present: dict[Metric, set[str]] = defaultdict(set)
    for figure in release.figures:
        present[figure.metric].add(figure.country)
    for metric in METRICS:
        missing = wanted - present[metric]
        if metric not in ("national", "equipment"):
            missing |= {NATO_TOTAL, EUROPE_AND_CANADA} - present[metric]
        if missing:
            raise FiguresError(f"The table of {metric} has no row for {', '.join(sorted(missing))}.")


def _check_sums(figures: Sequence[Figure]) -> None:
    """NATO's total is Europe and Canada with the United States."""
    values = {(f.metric, f.country, f.year): f.value for f in figures if f.metric in ("usd", "usd-constant")}
    for (metric, country, year), total in values.items():
        parts = [values.get((metric, each, year)) for each in (EUROPE_AND_CANADA, "United States")]
        if country == NATO_TOTAL and total is not None and all(part is not None for part in parts):
            added = sum(part for part in parts if part is not None)
            if abs(added - total) > 0.01 * total:
                raise FiguresError(
                    f"In {year} NATO's total ({total:,.0f}) is not the sum of its parts "
                    f"({added:,.0f}, {metric})."
                )


def _check_base_year(figures: Sequence[Figure]) -> None:
    """In the base year, current and constant prices are the same."""
    current = {(f.country, f.year): f.value for f in figures if f.metric == "usd"}
    off = [
        figure
        for figure in figures
        if figure.metric == "usd-constant"
        and figure.year == figure.base_year
        and figure.value
        and (value := current.get((figure.country, figure.year)))
        and abs(value - figure.value) > 0.02 * figure.value
    ]
    if len(off) > 3:
        raise FiguresError(
            f"The constant prices are not those of {off[0].base_year}: "
            "in that year they differ from the current ones."
        )


def _check_agreement(figures: Sequence[Figure], same: Sequence[Figure], others: Sequence[Figure]) -> None:
    """Single figures must agree with what is kept of their edition."""
    kept = {_place(figure): figure for figure in same}
    off = [f for f in figures if (mine := kept.get(_place(f))) and not _equal(f, mine)]
    if off:
        first = off[0]
        mine = kept[_place(first)]
        more = f", and {len(off) - 1} more differ" if len(off) > 1 else ""
        raise FiguresError(
            f"{first.country} {first.year} is given as {_shown(first)}; the {mine.edition} edition has "
            f"{_shown(mine)}{_whose(first, [*same, *others])}{more}. Nothing was taken in."
        )


def _check_shift(figures: Sequence[Figure], others: Sequence[Figure]) -> None:
    """A year's column that repeats the neighbouring year of another edition is mislabelled."""
    by_place: dict[tuple[str, str, int], list[Figure]] = defaultdict(list)
    for figure in others:
        by_place[_place(figure)].append(figure)
    columns: dict[tuple[Metric, int], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.value is not None and figure.metric in ("share", "usd"):
            columns[figure.metric, figure.year].append(figure)
    for (metric, year), column in columns.items():
        for other in (year - 1, year + 1):
            moved = [f for f in column if _among(f, by_place[metric, f.country, other])]
            rightful = [f for f in column if _among(f, by_place[metric, f.country, year])]
            if len(moved) >= 5 and len(moved) >= 0.6 * len(column) and len(rightful) < len(moved):
                raise FiguresError(
                    f"The values given for {year} are those of {other} (for example {moved[0].country}, "
                    f"{_shown(moved[0])}): the year is mislabelled. Nothing was taken in."
                )


def _check_revisions(release: Release, others: Sequence[Figure]) -> tuple[str, ...]:
    """Values far from what every other edition says: a remark in a whole workbook, else a refusal."""
    by_place: dict[tuple[str, str, int], list[Figure]] = defaultdict(list)
    for figure in others:
        by_place[_place(figure)].append(figure)
    compared, off = 0, []
    for figure in release.figures:
        olds = by_place.get(_place(figure), []) if figure.metric == "share" and figure.value else []
        if olds:
            compared += 1
            if all(
                abs((figure.value or 0) - (old.value or 0)) > _REVISION * max(old.value or 0, 0.3)
                for old in olds
            ):
                off.append((figure, olds[0]))
    if not off:
        return ()
    first, old = off[0]
    said = (
        f"{first.country} {first.year} is {_shown(first)} here and {_shown(old)} in the {old.edition} edition"
        f"{_whose(first, others)}"
    )
    if not release.edition.whole or len(off) > 0.1 * compared:
        raise FiguresError(f"{said}: not plausible as a revision. Nothing was taken in.")
    return (f"{said}; {len(off)} values are revised by more than {_REVISION:.0%}.",)


def _place(figure: Figure) -> tuple[Metric, str, int]:
    return figure.metric, figure.country, figure.year


def _equal(one: Figure, other: Figure) -> bool:
    """Equal as far as both are given: the coarser one may be rounded to two decimals, or to units."""
    if one.value is None or other.value is None:
        return one.value == other.value
    step = 0.0051 if one.metric in ("share", "change", "equipment") else max(0.51, 0.0005 * abs(other.value))
    return abs(one.value - other.value) <= step


def _among(figure: Figure, candidates: Sequence[Figure]) -> bool:
    return any(_equal(figure, candidate) for candidate in candidates)


def _whose(figure: Figure, known: Sequence[Figure]) -> str:
    """Which other year or edition the value belongs to, if that can be told."""
    for other in known:
        elsewhere = (other.metric, other.country) == (
            figure.metric,
            figure.country,
        ) and other.year != figure.year
        if elsewhere and _equal(figure, other):
            return f" (the value given is that of {other.year} in the {other.edition} edition)"
    return ""


def _shown(figure: Figure) -> str:
    if figure.value is None:
        return "blank"
    return percent(figure.value) if figure.metric == "share" else f"{figure.value:,.0f} {figure.unit}"
