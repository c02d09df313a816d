from itertools import pairwise
from typing import Any

import pytest

from bot.charts import Drawing, Theme, draw
from index.figures.store import FigureStore
from retrieval.figures.lookup import look_up
from retrieval.figures.request import FigureQuery

STORE = FigureStore()
SIX = ("Germany", "France", "United Kingdom", "United States", "Italy", "Canada")


def drawn(query: FigureQuery, theme: Theme = "light") -> Drawing:
    drawing = draw(look_up(query, STORE), STORE, theme=theme)
    assert drawing is not None
    return drawing


def layers(drawing: Drawing, mark: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = drawing.spec["layer"]
    return [layer for layer in found if layer["mark"]["type"] == mark]


def values(drawing: Drawing, layer: dict[str, Any]) -> list[dict[str, Any]]:
    data = layer["data"]
    found: list[dict[str, Any]] = (
        data["values"] if "values" in data else drawing.spec["datasets"][data["name"]]
    )
    return found


def labels(drawing: Drawing) -> list[str]:
    return [str(each["label"]) for layer in layers(drawing, "text") for each in values(drawing, layer)]


def title(drawing: Drawing) -> str:
    return " ".join(drawing.spec["title"]["text"]).replace("\u00a0", " ")


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def contrast(one: str, other: str) -> float:
    """The ratio of luminances (WCAG 2.1)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_a_history_says_its_finding_source_and_estimates() -> None:
    drawing = drawn(FigureQuery(kind="history", names=("Poland",)))
    assert title(drawing) == "Poland’s defence spending rose from 1.88 % to 4.12 % of GDP, 2014–2024"
    assert drawing.spec["title"]["subtitle"] == "Share of GDP in % · dashed: estimates"
    axis = layers(drawing, "line")[0]["encoding"]["x"]["axis"]
    assert axis["title"] == ["Source: NATO’s 2024 edition of 17 June 2024."]
    assert axis["values"] == list(range(2024, 2013, -1))
    firm, dashed = layers(drawing, "line")
    assert dashed["mark"]["strokeDash"] != firm["mark"]["strokeDash"]
    assert {each["year"] for each in values(drawing, dashed)} == {2022, 2023, 2024}
    assert "Poland 4.12 %" in labels(drawing)


def test_targets_are_drawn_where_shares_come_near_them() -> None:
    assert {"2 % target", "3.5 % target"} <= set(
        labels(drawn(FigureQuery(kind="history", names=("Poland",))))
    )
    assert "3.5 % target" not in labels(drawn(FigureQuery(kind="history", names=("Italy",))))
    money = drawn(FigureQuery(kind="history", names=("Italy",), metric="usd"))
    assert not any("target" in label for label in labels(money))


def test_six_countries_are_labelled_directly_and_apart() -> None:
    drawing = drawn(FigureQuery(kind="history", names=SIX))
    ends = values(drawing, layers(drawing, "text")[-1])
    heights = sorted(each["value"] for each in ends)
    assert len(heights) == 6
    assert min(b - a for a, b in pairwise(heights)) > 0.15
    assert "Germany 2.00 % (2024)" in labels(drawing)
    assert all(layer["encoding"]["color"]["legend"] is None for layer in layers(drawing, "line"))


def test_an_order_is_drawn_from_one_edition_with_every_number() -> None:
    drawing = drawn(FigureQuery(kind="rank", limit=5))
    (bars,) = layers(drawing, "bar")
    assert [each["country"] for each in values(drawing, bars)][:3] == ["Poland", "Lithuania", "Latvia"]
    assert bars["mark"]["strokeDash"] == [4, 3]
    assert title(drawing) == "Poland leads with 4.48 % of GDP, ahead of Lithuania and Latvia"
    assert "Lithuania 4.00 % (estimate)" in drawing.alt_text
    assert "2025 edition" in drawing.alt_text


def test_a_chart_of_targets_says_who_reaches_which() -> None:
    drawing = drawn(FigureQuery(kind="target", names=("Canada", "Spain", "Poland")))
    assert title(drawing) == "Poland reaches 3.5 %; Canada and Spain reach 2 % but not 3.5 %"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_are_800_pixels_wide_twice_over_and_legible(theme: Theme) -> None:
    drawing = drawn(FigureQuery(kind="history", names=SIX), theme)
    width, height = size(drawing.png)
    assert width == 1600
    assert 600 < height < 1400
    background = drawing.spec["background"]
    colours = layers(drawing, "line")[0]["encoding"]["color"]["scale"]["range"]
    for colour in (*colours, drawing.spec["title"]["color"], drawing.spec["title"]["subtitleColor"]):
        assert contrast(colour, background) >= 4.5
    assert drawing.spec["config"]["axis"]["labelFontSize"] >= 13


def test_the_alternative_text_carries_the_numbers_and_stays_short() -> None:
    text = drawn(FigureQuery(kind="history", names=("Poland",))).alt_text
    for part in ("2014 1.88 %", "2024e 4.12 %", "Source: NATO’s 2024 edition"):
        assert part in text
    assert len(drawn(FigureQuery(kind="rank")).alt_text) <= 1000


def test_the_latest_figure_of_a_country_is_drawn_with_its_history() -> None:
    assert title(drawn(FigureQuery(names=("Poland",)))).startswith("Poland’s defence spending rose")


def test_without_values_there_is_no_chart() -> None:
    assert draw(look_up(FigureQuery(names=("Iceland",)), STORE), STORE) is None
