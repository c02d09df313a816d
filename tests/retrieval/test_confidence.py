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


def test_of_a_full_name_the_last_is_what_has_to_be_heard_of() -> None:
    assert unheard("What did Danny Quayle say about the budget?") == []
    assert unheard("What did Quayle Mortimer say about the budget?") == ["Mortimer"]


def test_a_country_is_heard_of_by_its_people() -> None:
    assert unheard("What does Norway spend?") == []
    assert unheard("What do the French spend?") == []


def test_a_country_that_is_never_mentioned_is_reported() -> None:
    assert unheard("When did Argentina apply to join?") == ["Argentina"]


def test_acronyms_are_left_out() -> None:
    assert unheard("How many POWs did the KFOR free?") == []


def test_a_year_that_nobody_speaks_of_is_reported_unless_articles_are_of_it() -> None:
    query = understand("What does Norway spend in 2031?", as_of=date(2032, 1, 1))
    assert unheard_names(query, lambda word: word == "Norway") == ["2031"]
    assert unheard_names(query, lambda word: word in ("Norway", "2031")) == []
    span = date(2030, 5, 1), date(2031, 2, 1)
    assert unheard_names(query, lambda word: word == "Norway", span) == []
