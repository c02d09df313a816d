"""What a chart says in words: its title with the finding, its labels, its source, its alternative text."""

from collections.abc import Sequence

from index.figures.figure import Figure
from retrieval.figures.phrases import SUBJECTS, amount, edition_of, listed, opening, subject


def plotted(row: Figure) -> float:
    """The value as drawn: millions become billions where they are many."""
    value = row.value or 0.0
    return value if row.metric in ("share", "change", "equipment") else value / 1000


def brief(name: str) -> str:
    """A name short enough for a label."""
    return {"NATO Europe and Canada": "Europe + Canada", "United Kingdom": "UK", "United States": "US"}.get(
        name, name
    )


def short(row: Figure) -> str:
    """The value as a label: "4.48 %", or billions."""
    value = plotted(row)
    if row.metric == "share":
        return f"{value:.2f} %"
    if row.metric in ("change", "equipment"):
        return f"{value:.1f} %"
    return f"{value:,.1f}"


def numbered(row: Figure) -> str:
    """A country with its value, for the ear."""
    return f"{row.country} {short(row)}{' (estimate)' if row.estimate else ''}"


def _unit(row: Figure) -> str:
    if row.metric in ("share", "change", "equipment"):
        return f"{opening(SUBJECTS[row.metric])} in %"
    return f"Billion {row.unit.removeprefix('million ')}"


def subtitle_of(row: Figure, *, dashed: bool, when: str = "") -> str:
    """The measure with its unit, and what dashes mean."""
    return f"{_unit(row)}{when}{' · dashed: estimates' if dashed else ''}"


def years_of(rows: Sequence[Figure]) -> str:
    """The years of the rows, to follow the unit."""
    return f", {listed(str(year) for year in sorted({row.year for row in rows}))}"


def footer(rows: Sequence[Figure]) -> str:
    """The last line: whose figures, of which edition."""
    editions = dict.fromkeys(edition_of(row) for row in rows)
    core = (
        " Core defence expenditure."
        if any(row.edition >= "2026" and row.source == "nato" for row in rows)
        else ""
    )
    return f"Source: {listed(editions)}.{core}"


def finding_over_years(rows: Sequence[Figure], names: Sequence[str]) -> str:
    """The title of a line chart: what happened from the first year to the last."""
    spans = []
    for name in names:
        own = sorted((row for row in rows if row.country == name), key=lambda row: row.year)
        spans.append((own[0], own[-1]))
    first, last = max(spans, key=lambda span: abs(_relative(span)))
    way = "rose" if plotted(last) > plotted(first) else "fell"
    most = " most" if len(names) > 1 else ""
    what = "equipment share" if first.metric == "equipment" else "defence spending"
    if first.metric == "change":
        what = "real growth of defence spending"
    return (
        f"{opening(_possessive(subject(last.country)))} {what} {way}{most}, "
        f"from {short(first)} to {amount(last)}, {first.year}–{last.year}"
    ).replace(f"{way}, from", f"{way} from")


def _possessive(name: str) -> str:
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def finding_against_targets(rows: Sequence[Figure]) -> str:
    """The title of a chart of targets: who reaches which."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        share = round(row.value or 0.0, 2)
        reached = (
            "reaches 3.5 %" if share >= 3.5 else "reaches 2 % but not 3.5 %" if share >= 2 else "is below 2 %"
        )
        groups.setdefault(reached, []).append(subject(row.country))
    parts = []
    for verb, names in sorted(groups.items(), key=lambda group: group[0] != "reaches 3.5 %"):
        said = verb if len(names) == 1 else verb.replace("reaches", "reach").replace("is ", "are ")
        parts.append(f"{listed(names)} {said}")
    return opening("; ".join(parts))


def _relative(span: tuple[Figure, Figure]) -> float:
    first, last = span
    if first.metric in ("share", "equipment", "change"):
        return plotted(last) - plotted(first)
    return plotted(last) / (plotted(first) or 1.0) - 1


def finding_in_order(rows: Sequence[Figure]) -> str:
    """The title of a bar chart: who leads."""
    if len(rows) == 1:
        return f"{opening(subject(rows[0].country))}: {amount(rows[0])}"
    if len(rows) == 2:
        ahead = f"{opening(subject(rows[0].country))} is ahead of {subject(rows[1].country)}"
        return f"{ahead}, {amount(rows[0])} to {short(rows[1])}"
    behind = listed(subject(row.country) for row in rows[1:3])
    return f"{opening(subject(rows[0].country))} leads with {amount(rows[0])}, ahead of {behind}"


def numbers_over_years(title: str, rows: Sequence[Figure], names: Sequence[str]) -> str:
    """The alternative text of a line chart: each series with its numbers."""
    parts = []
    for name in names:
        own = sorted((row for row in rows if row.country == name), key=lambda row: row.year)
        if len(names) * len(own) > 48:  # the first, every third and the last are enough for the ear
            own = [row for place, row in enumerate(own) if place % 3 == 0 or place == len(own) - 1]
        values = ", ".join(f"{row.year}{'e' if row.estimate else ''} {short(row)}" for row in own)
        parts.append(f"{name}: {values}")
    return f"Line chart. {title}. {'; '.join(parts)}. {footer(rows)}"
