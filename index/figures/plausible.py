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
"""No share has been revised by as much of itself: more means a wrong year or unit. A third of it is enough to
doubt a single value that is known to belong to another year."""


def check(release: Release, known: Iterable[Figure]) -> tuple[str, ...]:
    """Remarks on the release for its readers; ``known`` are the figures of all editions kept.

    Raises:
        FiguresError: it is not to be believed; the message says what was found.
    """
    figures, edition = release.figures, release.edition
    remarks: list[str] = []
    _check_ranges(figures)
    _check_twice(figures)
    history = [figure for figure in known if figure.source == edition.source and figure.value is not None]
    others = [figure for figure in history if figure.edition != edition.edition]
    if not edition.whole:
        _check_agreement(figures, [each for each in history if each.edition == edition.edition], others)
    elif edition.source == "nato":
        remarks += [*_check_allies(release), *_sums(figures), *_base_year(figures)]
    remarks += _check_shift(release, others)
    remarks += _check_revisions(release, others)
    return tuple(remarks)


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


def _check_allies(release: Release) -> list[str]:
    """Every ally with forces must have a row in every table; missing aggregates are a remark."""
    year = int(release.edition.edition)
    wanted = {ally.name for ally in allies(year) if ally.iso3 not in WITHOUT_FORCES}
    present: dict[Metric, set[str]] = defaultdict(set)
    for figure in release.figures:
        present[figure.metric].add(figure.country)
    for metric in METRICS:
        if missing := wanted - present[metric]:
            raise FiguresError(f"The table of {metric} has no row for {', '.join(sorted(missing))}.")
    aggregates = {NATO_TOTAL, EUROPE_AND_CANADA} - present["share"]
    return [f"There is no share of GDP for {' and '.join(sorted(aggregates))}."] if aggregates else []


def _sums(figures: Sequence[Figure]) -> list[str]:
    """NATO's total is Europe and Canada with the United States; where it is not, a remark."""
    values = {(f.metric, f.country, f.year): f.value for f in figures if f.metric in ("usd", "usd-constant")}
    off: list[int] = []
    for (metric, country, year), total in values.items():
        parts = [values.get((metric, each, year)) for each in (EUROPE_AND_CANADA, "United States")]
        if country == NATO_TOTAL and total is not None and all(part is not None for part in parts):
            added = sum(part for part in parts if part is not None)
            if abs(added - total) > 0.01 * total:
                off.append(year)
    years = ", ".join(str(year) for year in sorted(set(off)))
    return [f"NATO's total in US dollars is not the sum of its parts in {years}."] if off else []


def _base_year(figures: Sequence[Figure]) -> list[str]:
    """In the base year, current and constant prices are the same; where they are not, a remark."""
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
    if len(off) <= 3:
        return []
    return [f"In {off[0].base_year}, the base year, constant prices are not the current ones."]


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


def _check_shift(release: Release, others: Sequence[Figure]) -> list[str]:
    """A year's column that repeats the neighbouring year of another edition is mislabelled.

    One such column in a whole workbook is a remark, since two years can be alike.
    """
    by_place: dict[tuple[str, str, int], list[Figure]] = defaultdict(list)
    for figure in others:
        by_place[_place(figure)].append(figure)
    columns: dict[tuple[Metric, int], list[Figure]] = defaultdict(list)
    for figure in release.figures:
        if figure.value is not None and figure.metric in ("share", "usd"):
            columns[figure.metric, figure.year].append(figure)
    found: list[str] = []
    for (metric, year), column in columns.items():
        for other in (year - 1, year + 1):
            moved = [f for f in column if _among(f, by_place[metric, f.country, other])]
            rightful = [f for f in column if _among(f, by_place[metric, f.country, year])]
            if len(moved) >= 5 and len(moved) >= 0.6 * len(column) and len(rightful) < len(moved):
                example = f"{moved[0].country}, {_shown(moved[0])}"
                found.append(f"The values given for {year} are those of {other} (for example {example})")
    if found and (not release.edition.whole or len(found) > 2):
        raise FiguresError(f"{found[0]}: the year is mislabelled. Nothing was taken in.")
    return [f"{each}: compare with the source." for each in found]


def _check_revisions(release: Release, others: Sequence[Figure]) -> list[str]:
    """Shares far from what every other edition says: a remark in a whole workbook, else a refusal."""
    by_place: dict[tuple[str, str, int], list[Figure]] = defaultdict(list)
    for figure in others:
        by_place[_place(figure)].append(figure)
    off = []
    for figure in release.figures:
        olds = by_place.get(_place(figure), []) if figure.metric == "share" and figure.value else []
        limit = _REVISION / 3 if not release.edition.whole and _whose(figure, others) else _REVISION
        if olds and all(_apart(figure, old) > limit for old in olds):
            off.append((figure, olds[0]))
    if not off:
        return []
    first, old = off[0]
    said = (
        f"{first.country} {first.year} is {_shown(first)} here and {_shown(old)} in the {old.edition} edition"
        f"{_whose(first, others)}"
    )
    if not release.edition.whole:
        raise FiguresError(f"{said}: not plausible as a revision. Nothing was taken in.")
    return [f"{said}: {len(off)} shares are revised by more than {_REVISION:.0%}."]


def _apart(one: Figure, other: Figure) -> float:
    """How far a share lies from another, as a part of it."""
    return abs((one.value or 0.0) - (other.value or 0.0)) / max(other.value or 0.0, 0.3)


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
