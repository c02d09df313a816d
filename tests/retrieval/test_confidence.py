"""Names that the collection has never heard of."""

from datetime import date

from retrieval.confidence import unheard_names
from retrieval.understand import understand

WORDS = {"norway", "norwegian", "budget", "france", "quayle"}


def unheard(question: str) -> list[str]:
    return unheard_names(
        understand(question, as_of=date(2026, 1, 1)), lambda word: word.lower().removesuffix("s") in WORDS
    )


def test_a_name_that_no_article_has_is_reported() -> None:
    assert unheard("What did Mortimer say about the budget?") == ["Mortimer"]


def test_a_country_is_heard_of_by_its_people() -> None:
    assert unheard("What does Norway spend?") == []
    assert unheard("What do the French spend?") == []


def test_a_country_that_is_never_mentioned_is_reported() -> None:
    assert unheard("When did Argentina apply to join?") == ["Argentina"]


def test_acronyms_and_numbers_are_left_out() -> None:
    assert unheard("How many POWs did the KFOR free in 2031?") == []
