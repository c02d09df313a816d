"""Charts of official figures as PNG, legible in a chat at 800 pixels, with their numbers as alternative text.

A chart's title says what it shows, its last line the source and the edition. Estimates are dashed, series are
labelled where they end, and colours keep apart for colour-blind eyes (after Okabe and Ito, darkened or
lightened to a contrast of 4.5 to 1 on their background, so that labels can wear them).
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from index.figures.figure import Figure
from index.figures.store import FigureStore
from retrieval.figures.lookup import look_up
from retrieval.figures.phrases import SUBJECTS, amount, edition_of, listed, opening, subject
from retrieval.figures.request import FigureAnswer

if TYPE_CHECKING:
    import altair as alt

Theme = Literal["light", "dark"]
MOST_SERIES = 6
_WIDTH = 800
_ALT_LIMIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart: the PNG (twice as many pixels as it is to be shown at), its alternative text, its spec."""

    png: bytes
    alt_text: str
    spec: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Look:
    background: str
    text: str
    muted: str
    grid: str
    series: tuple[str, ...]


_LOOKS: dict[Theme, _Look] = {
    "light": _Look(
        "#ffffff",
        "#1d1c1d",
        "#5c5c60",
        "#e4e4e7",
        ("#0067a3", "#b84700", "#00785a", "#a33d7d", "#7a5c00", "#3b3b3f"),
    ),
    "dark": _Look(
        "#1e1f22",
        "#f2f3f5",
        "#b5bac1",
        "#3a3c42",
        ("#5ab8f0", "#ffa657", "#2fd0a0", "#f495cf", "#f0e442", "#f2f3f5"),
    ),
}


def draw(answer: FigureAnswer, store: FigureStore, *, theme: Theme = "light") -> Drawing | None:
    """The chart that suits an answer: bars for orders, comparisons and targets, else lines over the years.

    None where there are no values to draw.
    """
    if answer.query.kind in ("rank", "count", "compare", "target") or not answer.query.names:
        rows = [row for row in answer.figures if row.derived is None and row.value is not None]
        newest = [row for row in rows if (row.edition, row.year) == (rows[0].edition, rows[0].year)]
        return (
            draw_bars(newest if answer.query.kind != "target" else _first_each(rows), theme=theme)
            if rows
            else None
        )
    series = answer if answer.query.kind == "history" else _series(answer, store)
    rows = [row for row in series.figures if row.derived is None]
    return draw_lines(rows, theme=theme) if any(row.value is not None for row in rows) else None


def draw_lines(rows: Sequence[Figure], *, theme: Theme = "light") -> Drawing:
    """One to six countries over the years, from one edition; with the targets where shares come near them."""
    import altair as alt

    look = _LOOKS[theme]
    names = list(dict.fromkeys(row.country for row in rows))[:MOST_SERIES]
    kept = [row for row in rows if row.country in names and row.value is not None]
    top = max(_plotted(row) for row in kept)
    low = min(0.0, *(_plotted(row) for row in kept))
    data = _segments(kept, names)
    years = sorted({row.year for row in kept})
    colour = alt.Color("country:N", scale=alt.Scale(domain=names, range=list(look.series)), legend=None)
    x = alt.X(
        "year:Q", axis=_years_axis(years, _footer(kept), look), scale=alt.Scale(domain=[years[0], years[-1]])
    )
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(title=None, tickCount=6, format=",~g", domain=False, ticks=False),
        scale=alt.Scale(domain=[low, top * 1.08], nice=False),
    )
    lines = [
        alt.Chart(_data([each for each in data if each["estimate"] is estimate]))
        .mark_line(strokeWidth=2.5, strokeDash=[6, 4] if estimate else [1, 0])
        .encode(x=x, y=y, color=colour, detail="country:N")
        for estimate in (False, True)
    ]
    points = [
        alt.Chart(_data([_point(row) for row in kept if row.estimate is estimate]))
        .mark_point(
            filled=not estimate, size=46, strokeWidth=2, opacity=1, fill=look.background if estimate else None
        )
        .encode(x=x, y=y, color=colour)
        for estimate in (False, True)
    ]
    labels = (
        alt.Chart(_data(_end_labels(kept, names, top - low)))
        .mark_text(align="left", dx=10, fontSize=15, fontWeight="bold")
        .encode(x=x, y=y, text="label:N", color=colour)
    )
    targets = _target_lines(kept, top, look, years[0])
    title = _finding_over_years(kept, names)
    chart = alt.layer(*targets, *lines, *points, labels).properties(width=_WIDTH - 230, height=360)
    alt_text = _alt_lines(title, kept, names)
    return _finish(chart, title, _subtitle(kept[0], dashed=any(row.estimate for row in kept)), alt_text, look)


def draw_bars(rows: Sequence[Figure], *, theme: Theme = "light") -> Drawing:
    """Allies in order, with the targets where shares of GDP are shown."""
    import altair as alt

    look = _LOOKS[theme]
    kept = [row for row in rows if row.value is not None]
    ordered = sorted(kept, key=_plotted, reverse=True)
    values = [_point(row) | {"label": _short(row)} for row in ordered]
    names = [row.country for row in ordered]
    top, low = max(_plotted(row) for row in kept), min(0.0, *(_plotted(row) for row in kept))
    step = 24 if len(names) > 12 else 34
    y = alt.Y(
        "country:N",
        sort=names,
        axis=alt.Axis(
            title=None, domain=False, ticks=False, labelFontSize=14, labelLimit=220, labelPadding=8
        ),
    )
    x = alt.X(
        "value:Q",
        axis=alt.Axis(
            **_footer_axis(_footer(kept), look), tickCount=6, format=",~g", domain=False, ticks=False
        ),
        scale=alt.Scale(domain=[low, top * 1.14], nice=False),
    )
    layers: list[Any] = []
    for estimate in (False, True):
        bars = [each for each in values if each["estimate"] is estimate]
        if bars:
            layers.append(
                alt.Chart(_data(bars))
                .mark_bar(
                    color=look.series[0],
                    fillOpacity=0.45 if estimate else 1,
                    stroke=look.series[0],
                    strokeWidth=1.5,
                    strokeDash=[4, 3] if estimate else [1, 0],
                    height={"band": 0.68},
                )
                .encode(x=x, y=y)
            )
    layers.append(
        alt.Chart(_data(values))
        .mark_text(align="left", dx=6, fontSize=14, fontWeight="bold", color=look.text)
        .encode(x=x, y=y, text="label:N")
    )
    if kept[0].metric == "share":
        layers += _target_rules(top, look)
    chart = alt.layer(*layers).properties(width=_WIDTH - 210, height=step * len(names))
    title = _finding_in_order(ordered)
    subtitle = _subtitle(ordered[0], dashed=any(row.estimate for row in kept), year=True)
    alt_text = f"Bar chart. {title}. " + ", ".join(_numbered(row) for row in ordered) + f". {_footer(kept)}"
    return _finish(chart, title, subtitle, alt_text, look)


def _series(answer: FigureAnswer, store: FigureStore) -> FigureAnswer:
    """The years of the countries asked about."""
    return look_up(replace(answer.query, kind="history", since=False, years=()), store)


def _first_each(rows: Sequence[Figure]) -> list[Figure]:
    return list({row.country: row for row in reversed(rows)}.values())


def _plotted(row: Figure) -> float:
    """The value as drawn: millions become billions where they are many."""
    value = row.value or 0.0
    return value if row.metric in ("share", "change", "equipment") else value / 1000


def _point(row: Figure) -> dict[str, Any]:
    return {"country": row.country, "year": row.year, "value": _plotted(row), "estimate": row.estimate}


def _segments(rows: Sequence[Figure], names: Sequence[str]) -> list[dict[str, Any]]:
    """Points of the solid and of the dashed line; the dashed one begins at the last value that is none."""
    found: list[dict[str, Any]] = []
    for name in names:
        own = sorted((row for row in rows if row.country == name), key=lambda row: row.year)
        firm = [row for row in own if not row.estimate]
        found += [_point(row) for row in own]
        if firm and len(firm) < len(own):
            found.append(_point(firm[-1]) | {"estimate": True})
    return found


def _end_labels(rows: Sequence[Figure], names: Sequence[str], height: float) -> list[dict[str, Any]]:
    """Name and last value of each series, moved apart where they would overlap."""
    last = [max((row for row in rows if row.country == name), key=lambda row: row.year) for name in names]
    latest = max(row.year for row in last)
    placed = sorted(
        (
            {"country": row.country, "year": latest, "value": _plotted(row), "label": _end_label(row, latest)}
            for row in last
        ),
        key=lambda label: float(str(label["value"])),
    )
    gap = height * 0.058
    for lower, upper in pairwise(placed):
        upper["value"] = max(float(str(upper["value"])), float(str(lower["value"])) + gap)
    return placed


def _end_label(row: Figure, latest: int) -> str:
    when = "" if row.year == latest else f" ({row.year})"
    return f"{_brief(row.country)} {_short(row)}{when}"


def _brief(name: str) -> str:
    return {"NATO Europe and Canada": "Europe + Canada", "United Kingdom": "UK", "United States": "US"}.get(
        name, name
    )


def _short(row: Figure) -> str:
    value = _plotted(row)
    if row.metric == "share":
        return f"{value:.2f} %"
    if row.metric in ("change", "equipment"):
        return f"{value:.1f} %"
    return f"{value:,.1f}"


def _numbered(row: Figure) -> str:
    return f"{row.country} {_short(row)}{' (estimate)' if row.estimate else ''}"


def _unit(row: Figure) -> str:
    if row.metric in ("share", "change", "equipment"):
        return f"{opening(SUBJECTS[row.metric])}, %"
    return f"Billion {row.unit.removeprefix('million ')}"


def _subtitle(row: Figure, *, dashed: bool, year: bool = False) -> str:
    when = f", {row.year}" if year else ""
    return f"{_unit(row)}{when}{' · dashed: estimates' if dashed else ''}"


def _footer(rows: Sequence[Figure]) -> str:
    editions = dict.fromkeys(edition_of(row) for row in rows)
    core = (
        " Core defence expenditure."
        if any(row.edition >= "2026" and row.source == "nato" for row in rows)
        else ""
    )
    return f"Source: {listed(editions)}.{core}"


def _finding_over_years(rows: Sequence[Figure], names: Sequence[str]) -> str:
    """The title of a line chart: what happened from the first year to the last."""
    spans = []
    for name in names:
        own = sorted((row for row in rows if row.country == name), key=lambda row: row.year)
        spans.append((own[0], own[-1]))
    first, last = max(spans, key=lambda span: abs(_relative(span)))
    way = "rose" if _plotted(last) > _plotted(first) else "fell"
    years = f"{first.year}–{last.year}"
    if len(names) == 1:
        return f"{opening(subject(names[0]))} {way} from {amount(first)} to {amount(last)}, {years}"
    if _plotted(last) == _plotted(first):
        return f"{listed(subject(name) for name in names)}, {years}"
    return f"{opening(subject(last.country))} {way} most, from {amount(first)} to {amount(last)}, {years}"


def _relative(span: tuple[Figure, Figure]) -> float:
    first, last = span
    if first.metric in ("share", "equipment", "change"):
        return _plotted(last) - _plotted(first)
    return _plotted(last) / (_plotted(first) or 1.0) - 1


def _finding_in_order(rows: Sequence[Figure]) -> str:
    """The title of a bar chart: who leads."""
    if len(rows) == 1:
        return f"{opening(subject(rows[0].country))}: {amount(rows[0])}"
    if len(rows) == 2:
        ahead = f"{opening(subject(rows[0].country))} is ahead of {subject(rows[1].country)}"
        return f"{ahead}, {amount(rows[0])} to {_short(rows[1])}"
    behind = listed(subject(row.country) for row in rows[1:3])
    return f"{opening(subject(rows[0].country))} leads with {amount(rows[0])}, ahead of {behind}"


def _alt_lines(title: str, rows: Sequence[Figure], names: Sequence[str]) -> str:
    parts = []
    for name in names:
        own = sorted((row for row in rows if row.country == name), key=lambda row: row.year)
        if len(names) * len(own) > 48:  # the first, every third and the last are enough for the ear
            own = [row for place, row in enumerate(own) if place % 3 == 0 or place == len(own) - 1]
        values = ", ".join(f"{row.year}{'e' if row.estimate else ''} {_short(row)}" for row in own)
        parts.append(f"{name}: {values}")
    return f"Line chart. {title}. {'; '.join(parts)}. {_footer(rows)}"


def _target_lines(rows: Sequence[Figure], top: float, look: _Look, first: int) -> "list[alt.Chart]":
    if rows[0].metric != "share":
        return []
    import altair as alt

    shown = [target for target in (2.0, 3.5) if target <= top * 1.05]
    values = [{"value": target, "year": first, "label": f"{target:g} % target"} for target in shown]
    base = alt.Chart(_data(values))
    rule = base.mark_rule(strokeDash=[2, 3], strokeWidth=1.5, color=look.muted).encode(y="value:Q")
    text = base.mark_text(align="left", dy=-8, dx=4, fontSize=13, color=look.muted).encode(
        x="year:Q", y="value:Q", text="label:N"
    )
    return [rule, text] if shown else []


def _target_rules(top: float, look: _Look) -> "list[alt.Chart]":
    import altair as alt

    shown = [target for target in (2.0, 3.5) if target <= top * 1.14]
    values = [{"value": target, "label": f"{target:g} % target"} for target in shown]
    base = alt.Chart(_data(values))
    rule = base.mark_rule(strokeDash=[2, 3], strokeWidth=1.5, color=look.muted).encode(x="value:Q")
    text = base.mark_text(baseline="bottom", dy=-4, fontSize=13, color=look.muted).encode(
        x="value:Q", y=alt.value(0), text="label:N"
    )
    return [rule, text] if shown else []


def _footer_axis(footer: str, look: _Look) -> dict[str, Any]:
    """An axis title that serves as the chart's last line."""
    return {
        "title": textwrap.wrap(footer, 100),
        "titleAnchor": "start",
        "titleColor": look.muted,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titlePadding": 16,
    }


def _years_axis(years: Sequence[int], footer: str, look: _Look) -> "alt.Axis":
    import altair as alt

    step = max(1, -(-len(years) // 11))
    return alt.Axis(**_footer_axis(footer, look), values=list(years[::-1][::step]), format="d", grid=False)


def _finish(chart: Any, title: str, subtitle: str, alt_text: str, look: _Look) -> Drawing:
    import altair as alt
    import vl_convert

    titled = chart.properties(
        background=look.background,
        padding={"left": 20, "right": 20, "top": 18, "bottom": 14},
        title=alt.TitleParams(
            text=textwrap.wrap(title, 70),
            subtitle=subtitle,
            anchor="start",
            frame="bounds",
            fontSize=20,
            subtitleFontSize=15,
            color=look.text,
            subtitleColor=look.muted,
            offset=22,
            subtitlePadding=6,
        ),
    )
    spec = (
        titled.configure(font="DejaVu Sans, Liberation Sans, Arial, sans-serif")
        .configure_axis(
            labelColor=look.text,
            labelFontSize=14,
            gridColor=look.grid,
            domainColor=look.muted,
            tickColor=look.grid,
        )
        .configure_view(stroke=None)
        .to_dict()
    )
    png: bytes = vl_convert.vegalite_to_png(spec, scale=2)
    short = alt_text if len(alt_text) <= _ALT_LIMIT else alt_text[: _ALT_LIMIT - 1].rsplit(",", 1)[0] + "…"
    return Drawing(png=png, alt_text=short, spec=spec)


def _data(values: list[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.InlineData(values)
