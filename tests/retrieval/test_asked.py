"""What of a question stands in a text, against the same said plainly with sets."""

from dataclasses import fields
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.asked import Asked, Traced
from tests.retrieval.building import analyze, asked

WEIGHTS = {"frigate": 4.0, "narvik": 3.0, "2025": 2.0, "left": 1.0}
WORDS = st.lists(st.sampled_from([*WEIGHTS, "holm", "the", "ship"]), max_size=12)
TEXTS = st.lists(WORDS, min_size=1, max_size=5)
QUESTION = "Which frigate did Holm say left Narvik?"


def of(question: str = QUESTION) -> Asked:
    return Asked(asked(question), WEIGHTS, analyze)


def traced(one: Asked, texts: list[list[str]]) -> Traced:
    return one.traced([one.traces(words) for words in texts], [len(words) for words in texts])


@given(TEXTS)
def test_coverage_is_the_share_by_weight_and_the_rarest_is_named(texts: list[list[str]]) -> None:
    one = of()
    there = one.there([one.traces(words).mask for words in texts])
    for row, words in enumerate(texts):
        weight = sum(weight for word, weight in WEIGHTS.items() if word in words)
        assert one.coverage(there)[row] == pytest.approx(weight / sum(WEIGHTS.values()))
        missing = [weight for word, weight in WEIGHTS.items() if word not in words]
        assert one.rarest_missing(there)[row] == max(missing, default=0.0)
        assert one.numbers(there)[row] == ("2025" in words)
        named = {"holm", "narvik"}
        assert one.names(there)[row] == pytest.approx(len(named & set(words)) / len(named))
        assert one.named(there)[row] == ("holm" in words)


@given(TEXTS, st.data())
def test_texts_read_one_after_another_are_one_text(texts: list[list[str]], data: st.DataObject) -> None:
    one = of()
    rows = data.draw(st.lists(st.lists(st.integers(0, len(texts) - 1), max_size=4), min_size=1))
    most = max(1, *map(len, rows), 1)
    joined = traced(one, texts).joined(np.array([[*row, *[-1] * (most - len(row))] for row in rows]))
    whole = traced(one, [[word for number in row for word in texts[number]] for row in rows])
    for field in fields(Traced):
        np.testing.assert_array_equal(getattr(joined, field.name), getattr(whole, field.name), field.name)


@given(TEXTS)
def test_pairs_are_neighbours_in_the_question_and_in_the_text(texts: list[list[str]]) -> None:
    one = of()
    found = one.paired(traced(one, texts).pairs)
    for row, words in enumerate(texts):
        both = set(pairwise(WEIGHTS)) & set(pairwise(words))
        assert found[row] == pytest.approx(len(both) / (len(WEIGHTS) - 1))


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


@given(TEXTS)
def test_spread_is_from_the_first_to_the_last_for_each_word_that_is_there(texts: list[list[str]]) -> None:
    one = of()
    found = one.spread(traced(one, texts))
    for row, words in enumerate(texts):
        places = [place for place, word in enumerate(words) if word in WEIGHTS]
        if places:
            there = {words[place] for place in places}
            assert found[row] == pytest.approx((places[-1] - places[0] + 1) / len(there))
        else:
            assert found[row] == 20.0


def test_what_a_question_does_not_have_counts_half() -> None:
    plain = Asked(asked("what left?"), {"left": 1.0}, analyze)
    there = plain.there([0])
    for share in (plain.names, plain.numbers, plain.named):
        assert share(there).tolist() == [0.5]
    assert plain.paired(traced(plain, [["left"]]).pairs).tolist() == [0.0]


def test_a_question_of_a_hundred_words_has_a_bit_for_each() -> None:
    weights = {f"word{number}": 1.0 for number in range(100)}
    long = Asked(asked("what left?"), weights, analyze)
    there = long.there([long.traces(["word0", "word63", "word64", "word99"]).mask])
    assert there[0].nonzero()[0].tolist() == [0, 63, 64, 99]
    assert long.coverage(there) == pytest.approx([0.04])
