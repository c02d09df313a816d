from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from retrieval.answer import ArticleRef, Citation, Refusal
from retrieval.compose import answer_text, long_ago, refusal_text
from retrieval.figures.request import FigureAnswer, FigureQuery
from tests.retrieval.building import asked

SPAN = (date(2024, 3, 8), date(2026, 7, 24))
QUESTION = "How many vehicles does the depot hold?"


def cite(n: int, words: str, **facts: str) -> Citation:
    ref = ArticleRef(id=f"a{n}", title=None, publisher=None, published=None, url=None, link=None, source="x")
    return Citation(n=n, quote=words, passage=words, start=0, end=len(words), article=ref, **facts)  # type: ignore[arg-type]


DEPOT = cite(1, "The depot holds\n300 vehicles.")
OTHER = cite(2, "It was opened by Colonel Holm.")


def test_the_best_quote_comes_first_on_one_line_with_its_number() -> None:
    assert answer_text(asked(QUESTION), [DEPOT, OTHER]).startswith("The depot holds 300 vehicles. [1]")


def test_what_somebody_says_in_their_own_words_is_headed_by_their_name() -> None:
    said = cite(1, "“It holds 300 vehicles.”", speaker="Ida Holm", speech="direct")
    assert answer_text(asked(QUESTION), [said]) == "Ida Holm: “It holds 300 vehicles.” [1]"


def test_a_name_that_stands_in_the_quote_is_not_said_twice() -> None:
    said = cite(1, "“It holds 300,” Ida Holm said.", speaker="Ida Holm", speech="direct")
    assert answer_text(asked(QUESTION), [said]) == "“It holds 300,” Ida Holm said. [1]"


def test_reported_words_are_not_put_into_a_mouth() -> None:
    said = cite(1, "It holds 300 vehicles, she said.", speaker="Ida Holm", speech="reported")
    assert answer_text(asked(QUESTION), [said]) == "It holds 300 vehicles, she said. [1]"


def test_a_row_is_told_in_words() -> None:
    row = cite(1, "Norway | 2.2 |", context="Spending: Ally: Norway; 2024: 2.2")
    assert answer_text(asked("What did Norway spend?"), [row]) == "Spending: Ally: Norway; 2024: 2.2 [1]"


def test_a_digest_lists_every_story() -> None:
    text = answer_text(asked("What happened this week?"), [DEPOT, OTHER])
    assert text == "• The depot holds 300 vehicles. [1]\n• It was opened by Colonel Holm. [2]"


def test_who_gives_the_same_figure_and_who_another_is_told_beside_the_first_quote() -> None:
    quotes = ["The depot in Narvik holds 300 vehicles.", "In Narvik the depot holds 300 vehicles now.",
              "The depot in Narvik holds 420 vehicles."]  # fmt: skip
    text = answer_text(asked(QUESTION), [cite(n, words) for n, words in enumerate(quotes, start=1)])
    assert text == (
        "The depot in Narvik holds 300 vehicles. [1] The same figure: another article [2]. "
        "Another figure: another article [3]."
    )


def test_what_is_far_older_than_was_asked_is_told_as_such() -> None:
    def dated(day: date) -> Citation:
        return replace(DEPOT, article=replace(DEPOT.article, published=day))

    query = asked("Which depot was closed last week?", as_of=date(2026, 8, 19))
    assert long_ago(query, [dated(date(2025, 2, 10))]) == [
        "Nothing found is from last week: the newest passage here is of 10 February 2025."
    ]
    assert long_ago(query, [dated(date(2025, 2, 10)), dated(date(2026, 8, 12))]) == []
    assert long_ago(asked("Which depot was closed?"), [dated(date(2025, 2, 10))]) == []
    assert long_ago(query, [DEPOT]) == []


def official(sentence: str) -> FigureAnswer:
    return FigureAnswer(query=FigureQuery(), sentence=sentence)


def test_official_figures_go_first() -> None:
    text = answer_text(asked(QUESTION), [DEPOT], official=official("Norway spent 2.2 %."))
    assert text == "Norway spent 2.2 %.\nThe depot holds 300 vehicles. [1]"


def test_official_figures_stand_alone_where_nothing_is_quoted() -> None:
    assert answer_text(asked(QUESTION), [], official=official("Norway spent 2.2 %.")) == "Norway spent 2.2 %."


def test_what_somebody_said_goes_before_official_figures() -> None:
    question = "What did Holm say about Norway's spending?"
    text = answer_text(asked(question), [DEPOT], official=official("Norway spent 2.2 %."))
    assert text.endswith("\nNorway spent 2.2 %.")


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        ("language", "English only"),
        ("not_a_question", "type help"),
        ("empty_collection", "communique add"),
        ("outside_window", "from 1 June 2025 to 30 June 2025"),
        ("nothing_close", "I found no passage"),
    ],
)
def test_each_refusal_says_what_is_the_matter(refusal: Refusal, says: str) -> None:
    query = asked("What was said in June 2025?")
    assert says in refusal_text(query, refusal, span=SPAN)


def test_every_refusal_there_is_has_its_words() -> None:
    texts = {refusal: refusal_text(asked(QUESTION), refusal, span=SPAN) for refusal in get_args(Refusal)}
    assert len(set(texts.values())) == len(texts)


def test_what_is_missing_is_named_but_not_at_length() -> None:
    text = refusal_text(
        asked(QUESTION), "nothing_close", missing=["tanks", "Bodø", "snow", "rain"], span=SPAN
    )
    assert "“tanks”, “Bodø”, “snow”" in text
    assert "rain" not in text
    assert "from 8 March 2024 to 24 July 2026" in text


def test_as_of_an_earlier_day_nothing_later_is_told_as_known() -> None:
    earlier = asked(QUESTION, as_of=date(2025, 2, 1))
    text = refusal_text(earlier, "nothing_close", span=SPAN)
    assert "by 1 February 2025" in text
    assert "2026" not in text
    before = asked(QUESTION, as_of=date(2024, 1, 1))
    assert "first dated article in the collection is of 8 March 2024" in refusal_text(
        before, "nothing_close", span=SPAN
    )


def test_without_dated_articles_no_days_are_told() -> None:
    text = refusal_text(asked(QUESTION), "nothing_close")
    assert not any(character.isdigit() for character in text)


def test_what_lies_outside_the_window_is_offered() -> None:
    query = asked("What was said in June 2025?")
    assert "widen the dates" in refusal_text(query, "outside_window", outside=3, span=SPAN)
    assert "widen the dates" not in refusal_text(query, "outside_window", span=SPAN)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What was said on 3 June 2025?", "on 3 June 2025"),
        ("What was said since 3 June 2025?", "since 3 June 2025"),
        ("What was said before 2024?", "until 31 December 2023"),
        ("Compare what was said in April 2025 and in June 2025.", "to 30 April 2025 or from 1 June 2025"),
    ],
)
def test_windows_are_told_by_their_days(question: str, says: str) -> None:
    assert says in refusal_text(asked(question), "outside_window", span=SPAN)
