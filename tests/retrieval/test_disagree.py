from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer import Answer, ArticleRef, Citation
from retrieval.disagree import disagreements, negates
from retrieval.verify import check


def cite(n: int, quote: str, *, day: date | None = date(2025, 5, 6), article: str | None = None) -> Citation:
    ref = ArticleRef(
        id=article or f"a{n}", title=None, publisher=f"Paper {'ABCDE'[n - 1]}", published=day, url=None,
        link=None, source="x",
    )  # fmt: skip
    return Citation(n=n, quote=quote, passage=quote, start=0, end=len(quote), article=ref)


def notes(question: str, *quotes: str) -> list[str]:
    return disagreements(question, [cite(n, quote) for n, quote in enumerate(quotes, 1)])


DEPOT = "How many vehicles does the depot in Narvik hold?"


def test_other_numbers_for_the_same_thing_are_noted_with_both_sources() -> None:
    one = cite(1, "The depot in Narvik holds 300 vehicles.")
    other = cite(2, "The depot in Narvik holds only 220 vehicles, the army says.", day=None)
    (note,) = disagreements(DEPOT, [one, other])
    assert note == (
        "Sources differ: “300 vehicles” (Paper A, 6 May 2025) [1],"
        " but “220 vehicles” (Paper B, date unknown) [2]."
    )


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "How much does Norway spend on defence?",
            "Norway spends 2.2 % of GDP on defence.",
            "Norway spends 1.8 per cent of its GDP on defence.",
        ),
        (
            "What did the bridge in Bodø cost?",
            "The bridge in Bodø cost $2.1bn to build.",
            "The Bodø bridge cost 2.4 billion dollars to build.",
        ),
        (
            "When did the depot in Narvik open?",
            "The depot in Narvik opened on 5 April.",
            "The depot in Narvik opened on 9 April, officials said.",
        ),
    ],
)
def test_percent_money_and_dates_are_compared(question: str, one: str, other: str) -> None:
    assert len(notes(question, one, other)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The depot in Narvik holds 300 vehicles.", "The depot in Narvik holds three hundred vehicles."),
        ("The depot in Narvik holds 300 vehicles.", "The depot in Narvik holds 300 men and 20 cooks."),
        ("The depot in Narvik holds 300 vehicles.", "The depot in Bodø holds 220 vehicles."),
        ("The depot in Narvik holds 300 vehicles.", "The depot in Narvik holds more than 250 vehicles."),
        ("The depot in Narvik holds about 300 vehicles.", "The depot in Narvik holds 310 vehicles."),
        ("The depot in Narvik holds 300 vehicles.", "The depot in Narvik holds 300 vehicles and cost $2bn."),
        ("The depot in Narvik grew from 200 to 300 vehicles.", "The depot in Narvik holds 350 vehicles."),
        ("The depot in Narvik held 300 vehicles in 2023.", "The depot in Narvik held 220 vehicles in 2024."),
        ("Norway spends 2.1 % of GDP on its depot.", "Norway spends 2.07 % of GDP on its depot."),
        ("Norway gave Narvik a depot of 300 vehicles.", "Sweden gave Narvik a depot of 220 vehicles."),
        ("The depot in Narvik holds 300 vehicles.", "Rain fell on 12 towns in Narvik."),
        ("Depot | 300 vehicles | Narvik", "Depot | 220 vehicles | Narvik"),
    ],
)
def test_what_only_looks_different_is_not_noted(one: str, other: str) -> None:
    assert notes(DEPOT, one, other) == []


def test_what_the_question_does_not_ask_is_not_noted() -> None:
    quotes = ("The depot in Narvik holds 300 vehicles.", "The depot in Narvik holds 220 vehicles.")
    assert notes("Who won the election?", *quotes) == []


def test_one_article_does_not_differ_from_itself() -> None:
    one = cite(1, "The depot in Narvik holds 300 vehicles.", article="a")
    other = cite(2, "The depot in Narvik holds 220 vehicles.", article="a")
    assert disagreements(DEPOT, [one, other]) == []


def test_a_note_passes_the_gates() -> None:
    one, other = "The depot in Narvik holds 300 vehicles.", "The depot in Narvik holds 220 vehicles."
    citations = (cite(1, one), cite(2, other))
    found = tuple(disagreements(DEPOT, citations))
    texts = {citation.article.id: citation.quote for citation in citations}
    answer = Answer(
        id="q", question=DEPOT, understood=DEPOT, found=True, answer=f"{one} [1]", citations=citations,
        notes=found,
    )  # fmt: skip
    assert found
    assert check(answer, texts.__getitem__) is answer
    assert check(replace(answer, notes=()), texts.__getitem__)


@pytest.mark.parametrize(
    ("one", "other", "denied"),
    [
        ("Holm opened the new depot in Narvik.", "Holm did not open the new depot in Narvik.", True),
        ("Holm opened the new depot in Narvik.", "Holm never opened the new depot in Narvik.", True),
        (
            "Holm opened the new depot in Narvik.",
            "Holm denied that she opened the new depot in Narvik.",
            True,
        ),
        ("Holm opened the new depot in Narvik.", "Holm opened the new depot in Narvik on Monday.", False),
        ("Holm did not open the depot in Narvik.", "Holm refused to open the depot in Narvik.", False),
        ("Holm opened the new depot in Narvik.", "The weather was not fine in Bodø.", False),
    ],
)
def test_statements_that_deny_each_other(one: str, other: str, denied: bool) -> None:
    assert negates(one, other) is denied
    assert negates(other, one) is denied


PIECES = st.sampled_from(
    ["Narvik", "depot", "holds", "300", "220", "vehicles", "%", "$", "2bn", "in", "2024", ".", "|"]
)


@given(st.lists(st.lists(PIECES, min_size=1, max_size=15).map(" ".join), max_size=4))
def test_any_quotes_are_compared_without_error_in_either_order(quotes: list[str]) -> None:
    citations = [cite(n, quote) for n, quote in enumerate(quotes, 1)]
    assert len(disagreements(DEPOT, citations)) == len(disagreements(DEPOT, citations[::-1]))
