import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.figures.store import FigureStore
from retrieval.figures.lookup import look_up
from retrieval.figures.words import figure_query

ASKED = date(2026, 9, 1)


def questions() -> list[tuple[str, str, tuple[str, ...], tuple[int, ...], str, str]]:
    with (Path(__file__).parent / "questions.tsv").open(encoding="utf-8", newline="") as file:
        return [
            (
                row["question"],
                row["kind"],
                tuple(filter(None, row["names"].split("; "))),
                tuple(int(year) for year in row["years"].split()),
                row["metric"],
                row["edition"],
            )
            for row in csv.DictReader(file, delimiter="\t")
        ]


OTHERS = [
    "What did the chancellor say about defence spending?",
    "Why did Germany raise its defence budget?",
    "How much military aid has Poland given to Ukraine?",
    "How many tanks does Poland have?",
    "How much does Poland spend on education?",
    "When will Germany reach 3.5 % of GDP?",
    "Who criticised Spain's defence spending?",
    "What is Poland's GDP?",
    "How much does NATO's common budget cost?",
    "What did the allies agree on defence spending in The Hague?",
    "How many troops does Germany have in Lithuania?",
    "Did parliament approve the defence budget?",
    "Where is the summit?",
]


@pytest.mark.parametrize(("question", "kind", "names", "years", "metric", "edition"), questions())
def test_a_question_in_words_reaches_its_figures(
    question: str, kind: str, names: tuple[str, ...], years: tuple[int, ...], metric: str, edition: str
) -> None:
    query = figure_query(question, as_of=ASKED)
    assert query is not None
    assert (query.kind, query.names, query.years, query.metric) == (kind, names, years, metric)
    answer = look_up(query, FigureStore())
    assert answer.found
    assert answer.figures[0].edition == edition
    assert answer.figures[0].metric == metric
    if years and kind == "latest":
        assert answer.figures[0].year == years[0]


@pytest.mark.parametrize("question", OTHERS)
def test_what_is_no_question_of_how_much_gets_no_figure(question: str) -> None:
    assert figure_query(question, as_of=ASKED) is None


@pytest.mark.parametrize(
    ("question", "limit", "lowest"),
    [
        ("Which ally spends the most on defence?", 1, False),
        ("Top five NATO spenders", 5, False),
        ("the 3 lowest defence spenders of NATO", 3, True),
        ("rank all allies by defence spending", None, False),
    ],
)
def test_how_many_places_are_asked_for(question: str, limit: int | None, lowest: bool) -> None:
    query = figure_query(question, as_of=ASKED)
    assert query is not None
    assert (query.limit, query.lowest) == (limit, lowest)


@given(st.text(max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read(text: str) -> None:
    query = figure_query(f"How much does Poland spend on defence {text}", as_of=ASKED)
    assert query is None or "Poland" in query.names
    figure_query(text, as_of=ASKED)


def test_last_year_is_the_one_before_the_question() -> None:
    query = figure_query("How much did Poland spend on defence last year?", as_of=date(2020, 3, 1))
    assert query is not None
    assert query.years == (2019,)
