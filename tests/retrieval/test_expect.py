"""The kind of thing that a question wants, found in a text by its looks."""

import pytest

from retrieval.expect import meets, wanted
from tests.retrieval.building import asked


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        (
            "How many tanks were delivered?",
            "On May 3, 2007 at 5:24 p.m. the MiG-29 flew over 1,004 tanks and dozens of lorries.",
            ["1,004", "dozens"],
        ),
        ("How many tanks were delivered in 2025?", "In 2025 there were none.", []),
        (
            "How long will the training take?",
            "The 29th group began on Wednesday; it takes about a year, or two and a half weeks at best.",
            ["a year", "two and a half weeks"],
        ),
        (
            "How much money did Norway give?",
            "It gave $200 million and 5.3 billion euros to 12 projects.",
            ["$200 million", "5.3 billion euros"],
        ),
        (
            "When did the depot open?",
            "Opened on May 3, 2007, it closed on 19 January and reopens next spring.",
            ["May 3, 2007", "19 January", "next spring"],
        ),
        (
            "Who runs the depot in Narvik?",
            "Ingrid Holm has run it since Narvik was rebuilt.",
            ["Ingrid Holm"],
        ),
        ("What share of GDP is that?", "It is 2.5 % or four percent.", ["2.5 %", "four percent"]),
    ],
)
def test_what_is_wanted_is_found_and_nothing_that_only_looks_near(
    question: str, text: str, expected: list[str]
) -> None:
    query = asked(question)
    assert [text[start:end] for start, end in wanted(query, text)] == expected
    assert meets(query, text) == float(bool(expected))


def test_what_has_no_looks_of_its_own_is_half_met_by_everything() -> None:
    assert meets(asked("What did Rutte say about Spain?"), "Anything.") == 0.5
