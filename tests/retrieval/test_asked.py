"""What of a question stands in a text, against the same said plainly with sets."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.asked import Asked
from tests.retrieval.building import analyze, asked

WEIGHTS = {"frigate": 4.0, "narvik": 3.0, "2025": 2.0, "left": 1.0}
WORDS = st.lists(st.sampled_from([*WEIGHTS, "holm", "the", "ship"]), max_size=12)
QUESTION = "Which frigate did Holm say left Narvik?"


def of(question: str = QUESTION) -> Asked:
    return Asked(asked(question), WEIGHTS, analyze)


@given(WORDS)
def test_coverage_is_the_share_by_weight_and_the_rarest_is_named(words: list[str]) -> None:
    one = of()
    mask = one.traces(words).mask
    there = sum(weight for word, weight in WEIGHTS.items() if word in words)
    assert one.coverage(mask) == pytest.approx(there / sum(WEIGHTS.values()))
    missing = [weight for word, weight in WEIGHTS.items() if word not in words]
    assert one.rarest_missing(mask) == max(missing, default=0.0)
    assert one.numbers(mask) == ("2025" in words)
    named = {"holm", "narvik"}
    assert one.names(mask) == pytest.approx(len(named & set(words)) / len(named))


@given(WORDS, WORDS)
def test_two_texts_together_cover_what_either_does(some: list[str], more: list[str]) -> None:
    one = of()
    together = one.traces(some).mask | one.traces(more).mask
    assert together == one.traces([*some, *more]).mask


@given(WORDS)
def test_pairs_are_neighbours_in_the_question_and_in_the_text(words: list[str]) -> None:
    one = of()
    both = set(pairwise(WEIGHTS)) & set(pairwise(words))
    assert one.pairs(one.traces(words).places) == pytest.approx(len(both) / (len(WEIGHTS) - 1))


@given(WORDS)
def test_order_is_the_longest_part_of_the_question_in_its_order(words: list[str]) -> None:
    one = of()
    longest = max(
        size
        for size in range(len(WEIGHTS) + 1)
        for part in combinations(WEIGHTS, size)
        if stands_in(part, words)
    )
    assert one.order(one.traces(words).places) == pytest.approx(longest / len(WEIGHTS))


def stands_in(part: tuple[str, ...], words: list[str]) -> bool:
    rest = iter(words)
    return all(word in rest for word in part)


@given(WORDS)
def test_spread_is_from_the_first_to_the_last_for_each_word_that_is_there(words: list[str]) -> None:
    one = of()
    places = [place for place, word in enumerate(words) if word in WEIGHTS]
    found = one.spread(one.traces(words).places)
    if places:
        there = {words[place] for place in places}
        assert found == pytest.approx((places[-1] - places[0] + 1) / len(there))
    else:
        assert found == 20.0


def test_what_a_question_does_not_have_counts_half() -> None:
    plain = Asked(asked("what left?"), {"left": 1.0}, analyze)
    assert (plain.names(0), plain.numbers(0), plain.named(0)) == (0.5, 0.5, 0.5)
    assert plain.pairs([]) == 0.0
