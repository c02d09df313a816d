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

from bot.chart_words import (
    brief,
    finding_against_targets,
    finding_in_order,
    finding_over_years,
    footer,
    numbered,
    numbers_over_years,
    plotted,
    short,
    subtitle_of,
    years_of,
)
from index.figures.figure import Figure
from index.figures.store import FigureStore
from retrieval.figures.lookup import look_up
from retrieval.figures.request import FigureAnswer

if TYPE_CHECKING:
    import altair as alt

Theme = Literal["light", "dark"]
MOST_SERIES = 6
_WIDTH = 800
_ALT_LIMIT = 1000
_BOLD_LETTER = 10.2
"""Pixels that a letter of a label takes, on average."""


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
        if not rows:
            return None
        if answer.query.kind == "target":
            return draw_bars(rows, theme=theme, title=finding_against_targets(rows))
        same = [row for row in rows if (row.edition, row.year) == (rows[0].edition, rows[0].year)]
        return draw_bars(same, theme=theme)
    series = answer if answer.query.kind == "history" else _series(answer, store)
    rows = [row for row in series.figures if row.derived is None]
    if len({row.year for row in rows if row.value is not None}) < 2:
        return draw_bars(rows, theme=theme) if any(row.value is not None for row in rows) else None
    return draw_lines(rows, theme=theme)


def draw_lines(rows: Sequence[Figure], *, theme: Theme = "light") -> Drawing:
    """One to six countries over the years, from one edition; with the targets where shares come near them."""
    import altair as alt

    look = _LOOKS[theme]
    names = list(dict.fromkeys(row.country for row in rows if row.value is not None))[:MOST_SERIES]
    kept = [row for row in rows if row.country in names and row.value is not None]
    top, low = max(map(plotted, kept)), min(0.0, *map(plotted, kept))
    years = sorted({row.year for row in kept})
    labels = _end_labels(kept, names, top * 1.08 - low)
    room = max(len(str(label["label"])) for label in labels) * _BOLD_LETTER + 18
    last = years[-1] + max(years[-1] - years[0], 1) * room / (_WIDTH - 90 - room)
    colour = alt.Color("country:N", scale=alt.Scale(domain=names, range=list(look.series)), legend=None)
    x = alt.X(
        "year:Q",
        axis=_years_axis(years, footer(kept), look),
        scale=alt.Scale(domain=[years[0], last], nice=False, zero=False),
    )
    y = alt.Y(
        "value:Q",
        axis=alt.Axis(title=None, tickCount=6, format=",~f", domain=False, ticks=False, labelPadding=6),
        scale=alt.Scale(domain=[low, top * 1.08], nice=False),
    )
    layers: list[Any] = _target_lines(kept, top, look, x, y)
    data = _segments(kept, names)
    for estimate in (False, True):
        line = alt.Chart(_data([each for each in data if each["estimate"] is estimate]))
        layers.append(
            line.mark_line(strokeWidth=2.5, strokeDash=[6, 4] if estimate else [1, 0]).encode(
                x=x, y=y, color=colour, detail="country:N"
            )
        )
    for estimate in (False, True):
        point = alt.Chart(_data([_point(row) for row in kept if row.estimate is estimate]))
        mark = (
            point.mark_point(filled=False, fill=look.background, size=46, strokeWidth=2, opacity=1)
            if estimate
            else point.mark_point(filled=True, size=46, opacity=1)
        )
        layers.append(mark.encode(x=x, y=y, color=colour))
    text = alt.Chart(_data(labels)).encode(x=x, y=y, text="label:N")
    halo, ink = _haloed(look, dx=10, fontSize=15)
    layers += [text.mark_text(**halo), text.mark_text(**ink).encode(color=colour)]
    title = finding_over_years(kept, names)
    subtitle = subtitle_of(kept[0], dashed=any(row.estimate for row in kept))
    return _finish(alt.layer(*layers), 440, title, subtitle, numbers_over_years(title, kept, names), look)


def draw_bars(rows: Sequence[Figure], *, theme: Theme = "light", title: str | None = None) -> Drawing:
    """Countries in order, with the targets where shares of GDP are shown; ``title`` in place of who leads."""
    import altair as alt

    look = _LOOKS[theme]
    ordered = sorted((row for row in rows if row.value is not None), key=plotted, reverse=True)
    newest = max(row.year for row in ordered)
    values = [
        _point(row) | {"label": short(row) + (f" ({row.year})" if row.year != newest else "")}
        for row in ordered
    ]
    names = [row.country for row in ordered]
    top, low = max(map(plotted, ordered)), min(0.0, *map(plotted, ordered))
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
            **_footer_axis(footer(ordered), look),
            tickCount=6,
            format=",~f",
            domain=False,
            ticks=False,
            grid=False,
        ),
        scale=alt.Scale(domain=[low, top * 1.14], nice=False),
    )
    layers: list[Any] = [
        alt.Chart(_data([each for each in values if each["estimate"] is estimate]))
        .mark_bar(
            color=look.series[0],
            fillOpacity=0.45 if estimate else 1,
            stroke=look.series[0],
            strokeWidth=1.5,
            strokeDash=[4, 3] if estimate else [1, 0],
            height={"band": 0.68},
        )
        .encode(x=x, y=y)
        for estimate in sorted({row.estimate for row in ordered})
    ]
    if ordered[0].metric == "share":
        layers += _target_rules(top, look)
    text = alt.Chart(_data(values)).encode(x=x, y=y, text="label:N")
    layers += [text.mark_text(**style) for style in _haloed(look, dx=6, fontSize=14, color=look.text)]
    title = title or finding_in_order(ordered)
    subtitle = subtitle_of(ordered[0], dashed=any(row.estimate for row in ordered), when=years_of(ordered))
    alt_text = f"Bar chart. {title}. " + ", ".join(numbered(row) for row in ordered) + f". {footer(ordered)}"
    height = 150 + (24 if len(names) > 12 else 34) * len(names)
    return _finish(alt.layer(*layers), height, title, subtitle, alt_text, look)


def _haloed(look: _Look, **style: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A label's halo, which keeps it readable where a line runs through it, and the label itself."""
    bold = style | {"align": "left", "fontWeight": "bold"}
    return bold | {"color": look.background, "stroke": look.background, "strokeWidth": 5}, bold


def _series(answer: FigureAnswer, store: FigureStore) -> FigureAnswer:
    """The years of the countries asked about."""
    return look_up(replace(answer.query, kind="history", since=False, years=()), store)


def _point(row: Figure) -> dict[str, Any]:
    return {"country": row.country, "year": row.year, "value": plotted(row), "estimate": row.estimate}


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
    """Name and last value of each series at its end, moved apart where they would overlap."""
    last = [max((row for row in rows if row.country == name), key=lambda row: row.year) for name in names]
    last.sort(key=plotted)
    latest = max(row.year for row in last)
    places = [plotted(row) for row in last]
    gap = height * 0.062
    for _ in range(100):
        for at, (lower, upper) in enumerate(pairwise(places)):
            if (overlap := gap - (upper - lower)) > 0:
                places[at] -= overlap / 2
                places[at + 1] += overlap / 2
    return [
        {"country": row.country, "year": latest, "value": place, "label": _end_label(row, latest)}
        for row, place in zip(last, places, strict=True)
    ]


def _end_label(row: Figure, latest: int) -> str:
    when = "" if row.year == latest else f" ({row.year})"
    return f"{brief(row.country)} {short(row)}{when}"


def _target_lines(rows: Sequence[Figure], top: float, look: _Look, x: Any, y: Any) -> "list[alt.Chart]":
    if rows[0].metric != "share":
        return []
    import altair as alt

    shown = [target for target in (2.0, 3.5) if target <= top * 1.05]
    values = [
        {"value": target, "year": _clear_year(rows, target, top), "label": f"{target:g} % target"}
        for target in shown
    ]
    base = alt.Chart(_data(values))
    rule = base.mark_rule(strokeDash=[2, 3], strokeWidth=1.5, color=look.muted).encode(y=y)
    text = base.mark_text(align="left", dy=-8, dx=4, fontSize=13, color=look.muted).encode(
        x=x, y=y, text="label:N"
    )
    return [rule, text] if shown else []


def _clear_year(rows: Sequence[Figure], target: float, top: float) -> int:
    """The year from which on a target's label meets no series."""
    years = sorted({row.year for row in rows})

    def room(start: int) -> float:
        near = [row for row in rows if start <= row.year <= start + 2]
        return min((abs(plotted(row) - target - 0.04 * top) for row in near), default=0.0)

    return max(years[:-2] or years[:1], key=lambda year: (min(room(year), 0.1 * top), -year))


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


def _footer_axis(source: str, look: _Look) -> dict[str, Any]:
    """An axis title that serves as the chart's last line."""
    return {
        "title": textwrap.wrap(source, 100),
        "titleAnchor": "start",
        "titleColor": look.muted,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titlePadding": 16,
    }


def _years_axis(years: Sequence[int], source: str, look: _Look) -> "alt.Axis":
    import altair as alt

    step = max(1, -(-len(years) // 12))
    shown = list(reversed(years))[::step]
    return alt.Axis(**_footer_axis(source, look), values=shown, format="d", grid=False, labelFlush=False)


def _finish(chart: Any, height: int, title: str, subtitle: str, alt_text: str, look: _Look) -> Drawing:
    import altair as alt
    import vl_convert

    titled = chart.properties(
        width=_WIDTH,
        height=height,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        background=look.background,
        padding={"left": 20, "right": 20, "top": 18, "bottom": 14},
        title=alt.TitleParams(
            text=textwrap.wrap(title.replace(" %", "\u00a0%").replace("% of GDP", "%\u00a0of\u00a0GDP"), 62),
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
    spec: dict[str, Any] = (
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
    told = alt_text if len(alt_text) <= _ALT_LIMIT else alt_text[: _ALT_LIMIT - 1].rsplit(",", 1)[0] + "…"
    return Drawing(png=png, alt_text=told, spec=spec)


def _data(values: list[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.InlineData(values)
