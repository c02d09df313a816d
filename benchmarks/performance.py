"""The document of what was measured of speed: its sections, tables and charts."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

SECTIONS = ("Side by side", "The whole collection", "Growth")
INTRODUCTION = """# Performance

Written by `make bench`, which measures on the machine that it runs on; nothing in it is set by hand. Articles
and questions are those of `../shared/eval/newsqa`, the model is all-MiniLM-L6-v2 for everybody. Systems run
one after the other, each in a process and a folder of its own; the others are pinned in
`benchmarks/peers.txt`, and how each is used stands in `benchmarks/contestants.py`.
"""
_OURS, _THEIRS, _INK = "#0067a3", "#9a9aa0", "#1d1c1d"


def write(path: Path, name: str, section: str) -> None:
    """Put the section called ``name`` into the document; the others are kept."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    sections = dict(re.findall(r"^## (.+)\n\n((?:(?!^## ).*\n?)*)", before, re.MULTILINE))
    sections[name] = section
    body = "\n".join(f"## {one}\n\n{sections[one].strip()}\n" for one in SECTIONS if one in sections)
    path.write_text(f"{INTRODUCTION}\n{body}", encoding="utf-8")


def table(columns: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    """A table in Markdown, its rows by their names."""
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(values)} |" for name, values in rows.items())])


def bars(values: Mapping[str, float], title: str, path: Path) -> None:
    """A bar for each system, the longest first; ours in another colour."""
    import altair as alt

    rows = [{"name": name, "value": value, "ours": "Communiqué" in name} for name, value in values.items()]
    base = alt.Chart(_values(rows), title=title, width=520, height=30 * len(rows)).encode(
        y=alt.Y("name:N", sort="-x", title=None, axis=alt.Axis(labelLimit=220, ticks=False, domain=False)),
        x=alt.X("value:Q", title=None, axis=None),
    )
    colour = alt.condition("datum.ours", alt.value(_OURS), alt.value(_THEIRS))
    _save(
        base.mark_bar().encode(color=colour)
        + base.mark_text(align="left", dx=4, color=_INK).encode(text=alt.Text("value:Q", format=",.0f")),
        path,
    )


def lines(rows: Sequence[Mapping[str, Any]], measures: Mapping[str, str], path: Path) -> None:
    """A small chart over the number of ``passages`` for each of the ``measures``: key and title."""
    import altair as alt

    def one(key: str, title: str) -> alt.Chart:
        chart: alt.Chart = (
            alt.Chart(_values(rows), title=title, width=250, height=150)
            .mark_line(point=True, color=_OURS)
            .encode(
                x=alt.X("passages:Q", title="passages", axis=alt.Axis(format="~s", tickCount=5)),
                y=alt.Y(
                    f"{key}:Q",
                    title=None,
                    scale=alt.Scale(domainMax=1, domainMin=0.9) if key == "recall" else alt.Scale(zero=True),
                ),
            )
        )
        return chart

    charts = [one(key, title) for key, title in measures.items()]
    _save(alt.concat(*charts, columns=2), path)


def _values(rows: Sequence[Mapping[str, Any]]) -> "alt.Data":
    import altair as alt

    return alt.Data(values=[dict(row) for row in rows])  # type: ignore[no-untyped-call]  # altair's own gap


def _save(chart: "alt.LayerChart | alt.ConcatChart", path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    chart.configure_view(strokeWidth=0).save(str(path), format="svg")
