from collections.abc import Sequence
from datetime import date

import pytest

from index.figures.store import FigureStore
from retrieval.answer import ArticleRef, Citation
from retrieval.figures.asked import figures_for
from retrieval.figures.check import check_claim
from retrieval.figures.claims import spending_claims
from retrieval.figures.differences import disagreements

STORE = FigureStore()


def quote(text: str, *, n: int = 1) -> Citation:
    article = ArticleRef(
        id="a", title=None, publisher=None, published=date(2025, 3, 1), url=None, link=None, source="a.txt"
    )
    return Citation(n=n, quote=text, passage=text, start=0, end=len(text), article=article)


def verdict(claim: str, *passages: str) -> str:
    def closest(_: str) -> Sequence[Citation]:
        return [quote(text, n=n) for n, text in enumerate(passages, start=1)]

    return check_claim(claim, STORE, passages=closest).verdict


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("Germany spent 3.5 % of GDP in 2024", "contradicted"),
        ("Germany spent 2 % of GDP on defence in 2024.", "supported"),
        ("Germany spent 2.12 % of its GDP on defence in 2024", "partly"),
        ("Germany spent 2.12 % of its GDP on defence in 2023", "contradicted"),
        ("Germany did not spend 3.5 % of GDP in 2024", "supported"),
        ("Poland spent more than 4 % of its GDP on defence in 2024.", "supported"),
        ("Poland spent less than 4 % of its GDP on defence in 2024.", "contradicted"),
        ("Poland spends about 4.5 percent of GDP on its military", "supported"),
        ("Poland spends 4.12 % of GDP on defence", "partly"),
        ("Poland spent 35 billion dollars on defence in 2024", "supported"),
        ("Poland spent $60 billion on defence in 2024", "contradicted"),
        ("Germany met the 2 % target in 2024.", "supported"),
        ("Spain met the 2 % target in 2024.", "contradicted"),
        ("Spain failed to meet the 2 % guideline in 2023.", "supported"),
        ("Poland meets the 5 % target.", "not found"),
        ("Germany spends more on defence than Poland as a share of GDP", "contradicted"),
        ("Germany spends more dollars on defence than Poland", "supported"),
        ("Poland spends more on defence than Germany.", "partly"),
        ("Poland spends the most of all NATO allies as a share of GDP", "supported"),
        ("The United States has the highest defence spending in NATO as a share of GDP", "contradicted"),
        ("Poland spent 4.1 % and Germany 3.1 % of GDP on defence in 2024", "partly"),
        ("Poland spent 4.12 % of GDP in 2031", "not found"),
        ("Iceland spends 2 % of GDP on defence", "not found"),
        ("Austria spent 1.0 % of GDP on defence in 2024", "supported"),
        ("European allies and Canada spent 2.02 % of GDP on defence in 2024", "supported"),
    ],
)
def test_a_figure_is_held_against_the_official_rows(claim: str, expected: str) -> None:
    assert verdict(claim) == expected


def test_a_check_shows_the_rows_and_says_where_a_wrong_value_comes_from() -> None:
    found = check_claim("Germany spent 2.12 % of its GDP on defence in 2023", STORE)
    assert (found.figures[0].country, found.figures[0].year) == ("Germany", 2023)
    assert "the value that the 2024 edition has for 2024" in found.reason
    record = found.as_json()
    assert set(record) == {"claim", "verdict", "reason", "figures", "citations"}


def test_editions_that_were_not_out_are_not_held_against_a_claim() -> None:
    assert (
        check_claim("Germany spent 2.12 % of GDP in 2024", STORE, as_of=date(2024, 12, 1)).verdict
        == "supported"
    )


@pytest.mark.parametrize(
    ("claim", "passage", "expected"),
    [
        (
            "The depot in Narvik holds 300 vehicles.",
            "The new depot in Narvik holds 300 vehicles.",
            "supported",
        ),
        (
            "The depot in Narvik holds 300 vehicles.",
            "The depot in Narvik holds 450 vehicles.",
            "contradicted",
        ),
        ("The bridge opened on 5 May 2025.", "The bridge was opened on 9 May 2025.", "contradicted"),
        ("The minister visited the harbour.", "The minister never visited the harbour.", "contradicted"),
        ("The minister visited the harbour.", "The minister praised the harbour.", "not found"),
        ("The council approved the treaty.", "Ships left the port at dawn.", "not found"),
        ("The depot in Narvik holds 300 vehicles.", "The depot in Narvik holds many vehicles.", "partly"),
    ],
)
def test_without_figures_passages_decide_and_contradict_only_by_number_date_or_negation(
    claim: str, passage: str, expected: str
) -> None:
    assert verdict(claim, passage) == expected


def test_without_passages_nothing_is_found() -> None:
    assert verdict("The minister visited the harbour.") == "not found"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Poland spent 4.1 per cent of GDP on defence in 2024.", [("Poland", "share", 4.1, 2024, "equal")]),
        ("Norway spends nearly 3 % of its GDP on its military.", [("Norway", "share", 3.0, None, "about")]),
        ("Germany must reach the 2 % target of GDP for defence.", []),
        ("Germany will spend 3.5 % of GDP on defence by 2029.", []),
        ("Exports fell by 3 %.", []),
        (
            "US defence spending was at least $900 billion in 2023.",
            [("United States", "usd", 900_000.0, 2023, "least")],
        ),
    ],
)
def test_what_a_sentence_claims(text: str, expected: list[tuple[str, str, float, int | None, str]]) -> None:
    found = [(each.name, each.metric, each.value, each.year, each.bound) for each in spending_claims(text)]
    assert [tuple(each[:2]) for each in found] == [tuple(each[:2]) for each in expected]
    assert [each[2] for each in found] == pytest.approx([each[2] for each in expected])
    assert [each[3:] for each in found] == [each[3:] for each in expected]


def test_an_article_that_differs_from_the_official_figure_is_told_by_how_much_and_why() -> None:
    answer = figures_for("How much did Germany spend on defence in 2024?", STORE)
    assert answer is not None
    newest = [row for row in answer.figures if row.edition == "2025"]
    (note,) = disagreements(newest, [quote("Germany spent 2.12 % of GDP on defence in 2024.", n=3)], STORE)
    assert note.startswith("Source [3] gives 2.12 % of GDP for Germany in 2024;")
    assert "0.12 points more" in note
    assert "earlier 2024 edition" in note


def test_an_article_that_agrees_or_speaks_of_something_else_gets_no_note() -> None:
    answer = figures_for("How much did Poland spend on defence in 2024?", STORE)
    assert answer is not None
    for text in (
        "Poland spent 4.1 % of its GDP on defence in 2024.",
        "Poland spent 2.2 % of its GDP on defence in 2022.",
        "Latvia spent 9 % of its GDP on defence in 2024.",
        "Poland will spend 9 % of its GDP on defence by 2030.",
    ):
        assert disagreements(answer.figures, [quote(text)], STORE) == ()


def test_sipris_value_is_recognised() -> None:
    answer = figures_for("How much did Poland spend on defence in 2024?", STORE)
    assert answer is not None
    (note,) = disagreements(
        answer.figures, [quote("Poland spent 4.154 % of GDP on its military in 2024.")], STORE
    )
    assert "SIPRI’s value" in note
