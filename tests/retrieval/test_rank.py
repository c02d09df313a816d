from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from retrieval.rank import KEPT, PASSAGE_FEATURES, features, freshness, preranked, rank, reference_day
from retrieval.search import Candidate
from tests.retrieval.building import TODAY, analyze, asked, by_columns, candidate, candidates

QUESTION = "How many vehicles does the depot in Narvik hold?"
WORDS = {"vehicles": 2.0, "depot": 1.0, "narvik": 3.0}


def row(one: Candidate, *others: Candidate, question: str = QUESTION, **facts: Any) -> dict[str, float]:
    """What is measured of the first, by name."""
    found = candidates(one, *others, words=WORDS)
    words = [analyze(each.passage.body) for each in found.passages]
    table = features(asked(question, **facts), found, found.passages, words, analyze=analyze)
    return dict(zip(PASSAGE_FEATURES, table[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("days", "half_life", "expected"), [(0, 14, 1.0), (14, 14, 0.5), (-14, 14, 0.5), (28, 14, 0.25)]
)
def test_freshness_halves_with_each_half_life_before_or_after(
    days: int, half_life: float, expected: float
) -> None:
    assert freshness(days, half_life) == expected


def test_an_unknown_date_is_neither_fresh_nor_old() -> None:
    assert freshness(None, 3) == freshness(None, 365) == 0.5


def test_coverage_counts_by_weight_and_the_rarest_word_that_is_missing_is_told() -> None:
    found = row(candidate("The depot holds 300 vehicles.", title="News from Narvik"))
    assert found["coverage"] == 0.5
    assert found["title_coverage"] == 0.5
    assert found["coverage_with_title"] == 1.0
    assert found["rarest_missing"] == 0.0
    assert found["names"] == 0.0
    assert found["names_with_title"] == 1.0


def test_a_missing_word_is_weighed_by_its_rarity() -> None:
    assert row(candidate("The depot holds 300 vehicles."))["rarest_missing"] == 3.0


def test_scores_stand_beside_the_best() -> None:
    found = row(candidate("A depot.", bm25=3.0, cosine=0.4), candidate("Narvik.", id=2, bm25=6.0, cosine=0.7))
    assert found["bm25_of_best"] == 0.5
    assert found["bm25_of_ideal"] == 0.5  # 3 of 2 + 1 + 3
    assert found["cosine_below_best"] == pytest.approx(-0.3)
    assert found["bm25_reciprocal_rank"] == 0.5


def test_passages_of_one_article_count_together() -> None:
    one = candidate("The depot is new.", article_id="a", cosine=0.2)
    other = candidate("It holds vehicles in Narvik.", id=2, article_id="a", cosine=0.9)
    alone = candidate("Narvik.", id=3, article_id="b")
    found = row(one, other, alone)
    assert found["article_coverage"] == 1.0
    assert found["article_cosine"] == pytest.approx(0.9)
    assert found["article_candidates"] == 2


def test_days_are_counted_from_the_day_that_the_question_speaks_of() -> None:
    found = row(candidate("A depot.", published=TODAY - timedelta(days=14)))
    assert (found["days"], found["fresh_14"], found["after"], found["undated"]) == (14, 0.5, 0, 0)


def test_an_undated_passage_says_so() -> None:
    found = row(candidate("A depot."))
    assert (found["days"], found["fresh_14"], found["undated"]) == (-1, 0.5, 1)


def test_the_kind_of_thing_wanted_is_looked_for() -> None:
    assert row(candidate("The depot holds 300 vehicles."))["expected"] == 1
    assert row(candidate("The depot holds vehicles."))["expected"] == 0


def test_the_day_of_a_question_that_names_none_is_the_day_it_is_asked() -> None:
    assert reference_day(asked(QUESTION)) == TODAY
    assert reference_day(asked("What happened in June 2025?")) <= date(2025, 6, 30)


def test_a_closer_look_is_taken_at_no_more_than_so_many() -> None:
    many = [candidate(f"Depot {n}.", id=n, bm25=float(n)) for n in range(KEPT + 20)]
    kept = preranked(asked(QUESTION), candidates(*many))
    assert len(kept) == KEPT
    assert kept[0].bm25 == KEPT + 19


def test_passages_stand_by_the_score_of_the_trees() -> None:
    found = candidates(
        candidate("Rain fell.", id=1, bm25=9.0), candidate("The depot in Narvik holds vehicles.", id=2),
        words=WORDS,
    )  # fmt: skip
    trees = by_columns(PASSAGE_FEATURES, coverage=1.0)
    ranked = rank(asked(QUESTION), found, analyze=analyze, trees=trees)
    assert [one.candidate.passage.id for one in ranked] == [2, 1]
    assert [one.score for one in ranked] == [1.0, 0.0]
    assert ranked[0].words == ("the", "depot", "in", "narvik", "holds", "vehicles")
    assert ranked[0].features.dtype == np.float32


def test_nothing_found_ranks_nothing() -> None:
    assert rank(asked(QUESTION), candidates(), analyze=analyze, trees=by_columns(PASSAGE_FEATURES)) == []
