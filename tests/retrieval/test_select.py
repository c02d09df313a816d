from datetime import date
from typing import Any

from retrieval.quote import Quote
from retrieval.select import Articles, selected
from tests.retrieval.building import article, asked, quote

HOLM = "Colonel Ida Holm opened the depot in Narvik."
QUESTION = "Who opened the depot?"


def articles(*quotes: Quote, **facts: Any) -> Articles:
    """The articles of the quotes, each with the passage as its text."""
    found = {}
    for one in quotes:
        passage = one.ranked.candidate.passage
        found[passage.article_id] = (
            article(passage.article_id, original=passage.original, published=passage.published, **facts),
            passage.body,
        )
    return found


def shown(question: str, *quotes: Quote, count: int = 5) -> list[Quote]:
    return selected(asked(question), quotes, articles(*quotes), count=count).quotes


def on(name: str, day: date | None, *, score: float) -> Quote:
    return quote(f"Report {name} of the depot.", article_id=name, published=day, score=score)


def test_quotes_that_overlap_are_shown_once() -> None:
    text = f"{HOLM} It is new. It is large."
    first = quote(text, span=(0, len(HOLM)), score=0.9)
    wider = quote(text, span=(0, len(HOLM) + 11), score=0.8)
    other = quote(text, span=(len(HOLM) + 12, len(text)), score=0.7)
    assert shown(QUESTION, first, wider, other) == [first, other]


def test_no_more_than_asked_for_and_others_before_a_third_of_one_article() -> None:
    text = "One thing. Two things. Three things."
    spans = [(0, 10), (11, 22), (23, 36)]
    mine = [quote(text, span=span, score=0.9) for span in spans]
    others = [on(name, None, score=0.5) for name in "bcd"]
    assert shown(QUESTION, *mine, *others) == [*mine[:2], *others]
    assert shown(QUESTION, *mine, *others, count=3) == [*mine[:2], others[0]]


def test_the_same_words_elsewhere_are_named_and_not_shown_again() -> None:
    one = quote(HOLM, article_id="a", score=0.9)
    repeated = quote(f"BODØ — {HOLM}", article_id="b", score=0.8)
    chosen = selected(asked(QUESTION), [one, repeated], articles(one, repeated), count=5)
    assert chosen.quotes == [one]
    assert chosen.also == {0: ("Paper b",)}


def test_a_copy_of_the_story_is_named_though_its_words_differ() -> None:
    one = quote(HOLM, article_id="a", score=0.9)
    copy = quote("The depot was opened by Colonel Holm.", article_id="b", original="a", score=0.8)
    chosen = selected(asked(QUESTION), [one, copy], articles(one, copy), count=5)
    assert chosen.quotes == [one]
    assert chosen.also == {0: ("Paper b",)}


def test_who_carries_the_same_under_the_same_name_is_not_named_twice() -> None:
    one, repeated = quote(HOLM, article_id="a", score=0.9), quote(HOLM, article_id="b", score=0.8)
    chosen = selected(asked(QUESTION), [one, repeated], articles(one, repeated, publisher="Times"), count=5)
    assert chosen.also == {0: ()}


def test_an_article_that_repeats_itself_is_no_other_source() -> None:
    text = f"{HOLM} And again: {HOLM}"
    first = quote(text, span=(0, len(HOLM)), score=0.9)
    again = quote(text, span=(len(text) - len(HOLM), len(text)), score=0.8)
    chosen = selected(asked(QUESTION), [first, again], articles(first, again), count=5)
    assert chosen.quotes == [first, again]
    assert not any(chosen.also.values())


def test_a_digest_takes_one_quote_of_each_story() -> None:
    text = "One thing. Two things."
    mine = [quote(text, span=(0, 10), score=0.9), quote(text, span=(11, 22), score=0.8)]
    other = on("b", date(2026, 7, 30), score=0.5)
    assert shown("What happened this week?", *mine, other) == [other, mine[0]]


def test_the_latest_is_the_newest_that_answers_not_the_newest() -> None:
    old, new = on("old", date(2025, 1, 1), score=0.9), on("new", date(2026, 1, 1), score=0.8)
    beside = on("beside", date(2026, 7, 1), score=0.1)
    assert shown("What is the latest on the depot?", old, beside, new) == [new, old, beside]


def test_without_such_a_word_the_best_stands_first() -> None:
    old, new = on("old", date(2025, 1, 1), score=0.9), on("new", date(2026, 1, 1), score=0.8)
    assert shown(QUESTION, old, new) == [old, new]


def test_a_comparison_begins_with_one_of_each_time() -> None:
    april = [on(f"april{n}", date(2025, 4, n), score=1 - n / 10) for n in (1, 2, 3)]
    june = on("june", date(2025, 6, 9), score=0.1)
    question = "Compare what Rutte said in April 2025 and in June 2025."
    assert [one.ranked.candidate.passage.article_id for one in shown(question, *april, june)] == [
        "april1", "june", "april2", "april3",
    ]  # fmt: skip


def test_undated_articles_come_after_dated_ones_in_a_window() -> None:
    undated, dated = on("undated", None, score=0.9), on("dated", date(2025, 6, 2), score=0.5)
    assert shown("What was said of the depot in June 2025?", undated, dated) == [dated, undated]


def test_without_a_question_the_order_of_the_ranking_stays() -> None:
    undated, dated = on("undated", None, score=0.9), on("dated", date(2025, 6, 2), score=0.5)
    chosen = selected(None, [undated, dated], articles(undated, dated), count=5)
    assert chosen.quotes == [undated, dated]


def test_nothing_ranked_selects_nothing() -> None:
    assert selected(asked(QUESTION), [], {}, count=5).quotes == []
