from datetime import date
from pathlib import Path

import pytest

from index.countries import allies
from index.figures.files import read_figures
from index.figures.store import FigureStore
from index.store.database import Database
from retrieval.figures.lookup import look_up
from retrieval.figures.request import FigureAnswer, FigureQuery
from tests.index.figures.workbooks import Book


def ask(query: FigureQuery, store: FigureStore | None = None) -> FigureAnswer:
    return look_up(query, store or FigureStore())


def values(answer: FigureAnswer) -> list[tuple[str, int, float | None, str]]:
    return [
        (row.country, row.year, None if row.value is None else round(row.value, 2), row.edition)
        for row in answer.figures
    ]


def test_the_latest_of_an_ally_with_the_newer_single_figures_beside_it() -> None:
    answer = ask(FigureQuery(names=("Poland",)))
    assert values(answer) == [
        ("Poland", 2025, 4.48, "2025"),
        ("Poland", 2026, 4.68, "2026"),
        ("Poland", 2025, 4.25, "2026"),
    ]
    assert "4.48 % of GDP" in answer.sentence
    assert "2025 (estimate)" in answer.sentence
    assert "28 August 2025" in answer.sentence
    assert any("econd-hand" in note for note in answer.notes)


def test_germany_2024_is_shown_as_a_revision() -> None:
    answer = ask(FigureQuery(names=("Germany",), years=(2024,)))
    assert values(answer) == [("Germany", 2024, 2.0, "2025"), ("Germany", 2024, 2.12, "2024")]
    assert (
        "Germany 2024 was revised: 2.12 % of GDP in the 2024 edition, then 2.00 % of GDP in the 2025 edition."
        in (answer.notes)
    )
    revision = ask(FigureQuery(kind="revision", names=("Germany",), years=(2024,)))
    assert values(revision)[:2] == [("Germany", 2024, 2.12, "2024"), ("Germany", 2024, 2.0, "2025")]
    assert revision.figures[2].derived == "2.00 (2025 edition) − 2.12 (2024 edition)"


def test_a_blank_value_is_explained() -> None:
    answer = ask(FigureQuery(names=("Germany",)))
    assert values(answer)[0] == ("Germany", 2024, 2.0, "2025")
    assert any("leaves a value blank" in note for note in answer.notes)
    blank = ask(FigureQuery(names=("Germany",), years=(2025,), edition="2025"))
    assert not blank.found
    assert [row.value for row in blank.figures] == [None]
    assert "leaves the value for 2025 blank" in blank.sentence


def test_as_of_hides_editions_that_were_not_out() -> None:
    answer = ask(FigureQuery(names=("Poland",), as_of=date(2024, 12, 1)))
    assert values(answer) == [("Poland", 2024, 4.12, "2024")]
    assert "was out by then" in ask(FigureQuery(names=("Poland",), as_of=date(2020, 1, 1))).sentence


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (FigureQuery(names=("Iceland",)), "without armed forces"),
        (FigureQuery(names=("Austria",), source="nato"), "not a NATO ally"),
        (FigureQuery(names=("Poland",), years=(2031,)), "2031 lies outside the tables"),
        (FigureQuery(names=("Poland",), years=(1999,)), "1999 lies outside the tables"),
        (FigureQuery(names=("Poland",), edition="2019"), "known are 2024, 2025 and 2026"),
        (FigureQuery(unknown=("polnad",)), "Did you mean Poland"),
        (FigureQuery(unknown=("qqqq",)), "no country known here"),
        (FigureQuery(names=("Kuwait",), metric="equipment"), "not a NATO ally"),
    ],
)
def test_what_is_not_there_is_explained(query: FigureQuery, words: str) -> None:
    answer = ask(query)
    assert not answer.found
    assert words in " ".join((answer.sentence, *answer.notes))


def test_a_country_outside_the_alliance_gets_sipris_figure_and_the_reason() -> None:
    answer = ask(FigureQuery(names=("Ukraine",), years=(2024,)))
    assert values(answer) == [("Ukraine", 2024, 34.48, "2024")]
    assert answer.figures[0].source == "sipri"
    assert any("not a NATO ally" in note for note in answer.notes)
    assert any("own definition" in note for note in answer.notes)


def test_an_order_comes_from_one_edition_and_says_what_is_newer() -> None:
    answer = ask(FigureQuery(kind="rank", limit=5))
    assert values(answer) == [
        ("Poland", 2025, 4.48, "2025"),
        ("Lithuania", 2025, 4.0, "2025"),
        ("Latvia", 2025, 3.73, "2025"),
        ("Estonia", 2025, 3.38, "2025"),
        ("Norway", 2025, 3.35, "2025"),
    ]
    assert any("Germany has no value for 2025" in note for note in answer.notes)
    assert any("newer edition" in note and "Poland 2026: 4.68" in note for note in answer.notes)
    money = ask(FigureQuery(kind="rank", metric="usd"))
    assert {(row.edition, row.year) for row in money.figures} == {("2024", 2024)}
    assert len(money.figures) == 31


def test_the_place_of_a_country_is_calculated_and_says_how() -> None:
    place, row = ask(FigureQuery(kind="rank", names=("Italy",), years=(2024,))).figures
    assert (place.value, place.unit) == (26.0, "place among 31 allies")
    assert place.derived == "position by share in 2024, highest first"
    assert row.derived is None


def test_how_many_allies_reach_a_share() -> None:
    answer = ask(FigureQuery(kind="count", years=(2024,), target=2.0))
    assert answer.figures[0].value == 23
    assert answer.figures[0].country == "NATO allies"
    below = ask(FigureQuery(kind="count", years=(2024,), target=2.0, below=True))
    assert below.figures[0].value == 8
    assert len(below.figures) == 9
    assert "Spain" in below.sentence


def test_the_distance_to_the_targets_never_to_five_percent() -> None:
    answer = ask(FigureQuery(kind="target", names=("Canada",)))
    assert [(row.derived, round(row.value or 0, 2)) for row in answer.figures] == [
        (None, 2.01),
        ("2.01 − 2 (distance to 2 %)", 0.01),
        ("2.01 − 3.5 (distance to 3.5 %)", -1.49),
    ]
    five = ask(FigureQuery(kind="target", names=("Poland",), target=5.0))
    assert not any("5 %" in (row.derived or "").replace("3.5 %", "") for row in five.figures)
    assert any("never against 5 %" in note for note in five.notes)
    assert "5 %" not in five.sentence.replace("3.5 %", "")


def test_a_history_comes_from_one_edition() -> None:
    both = ask(FigureQuery(kind="history", names=("Germany", "Poland")))
    assert {row.edition for row in both.figures} == {"2024"}
    assert len(both.figures) == 22
    alone = ask(FigureQuery(kind="history", names=("Germany",)))
    assert {row.edition for row in alone.figures} == {"2025"}
    assert [row.value for row in alone.figures if row.year == 2025] == [None]
    part = ask(FigureQuery(kind="history", names=("Germany",), years=(2015, 2018)))
    assert [row.year for row in part.figures] == [2015, 2016, 2017, 2018]


def test_a_change_carries_its_formula() -> None:
    first, last, moved = ask(FigureQuery(kind="change", names=("Poland",), years=(2014, 2024))).figures
    assert moved.value == pytest.approx((last.value or 0) - (first.value or 0))
    assert moved.derived == "4.12 (2024) − 1.88 (2014)"
    money = ask(FigureQuery(kind="change", names=("Poland",), years=(2014, 2024), metric="usd"))
    assert money.figures[2].unit == "% change"
    assert any("exchange rates" in note for note in money.notes)


def test_a_comparison_is_of_one_year_and_one_edition() -> None:
    answer = ask(FigureQuery(kind="compare", names=("Poland", "Germany")))
    assert [(row.country, row.year, row.edition) for row in answer.figures[:2]] == [
        ("Poland", 2024, "2024"),
        ("Germany", 2024, "2024"),
    ]
    assert answer.figures[2].derived == "4.12 (Poland) − 2.12 (Germany)"
    assert any("2025 edition" in note for note in answer.notes)


def test_a_whole_newer_edition_becomes_the_latest_everywhere(tmp_path: Path) -> None:
    store = FigureStore(Database(f"sqlite:///{tmp_path / 'figures.db'}"))
    book = Book(2026, title="Core defence expenditure")
    for release in read_figures(book.save(), "def-exp-2026-en.xlsx", today=date(2026, 9, 1)):
        store.save(release)
    assert values(ask(FigureQuery(names=("Poland",)), store))[0][1:] == (
        2026,
        round(float(book.share_of("Poland", 2026)), 2),
        "2026",
    )
    order = ask(FigureQuery(kind="rank", metric="usd"), store)
    assert {(row.edition, row.year) for row in order.figures} == {("2026", 2026)}
    assert len(order.figures) == len(allies()) - 1
    assert {row.edition for row in ask(FigureQuery(kind="history", names=("Poland",)), store).figures} == {
        "2026"
    }
