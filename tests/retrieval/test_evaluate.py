import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer import Answer, ArticleRef, Citation
from retrieval.errors import QuestionsError
from retrieval.evaluate import GoldQuestion, Outcome, folded, measure, read_questions, summary


def outcome(
    quote: int = 0, *, passage: int | None = None, able: bool = True, found: bool = True,
    confidence: float = 0.5, ms: float = 10.0,
) -> Outcome:  # fmt: skip
    return Outcome(
        category="answerable" if able else "unanswerable", answerable=able, found=found,
        confidence=confidence, quote_rank=quote, passage_rank=quote if passage is None else passage,
        milliseconds=ms,
    )  # fmt: skip


def test_hits_count_up_to_each_rank_over_answerable_questions_only() -> None:
    found = summary([outcome(1), outcome(2, passage=1), outcome(4), outcome(0), outcome(able=False)])
    assert found["n"] == 5
    assert (found["quote@1"], found["quote@3"], found["quote@5"]) == (0.25, 0.5, 0.75)
    assert (found["passage@1"], found["passage@3"]) == (0.5, 0.5)
    assert found["quote_mrr"] == pytest.approx((1 + 1 / 2 + 1 / 4) / 4, abs=1e-4)


def test_refusals_are_told_apart_by_whether_there_was_an_answer() -> None:
    found = summary(
        [
            *(outcome(1) for _ in range(3)),
            outcome(found=False),
            outcome(able=False, found=False),
            outcome(able=False),
        ]
    )
    assert (found["refused_answerable"], found["refused_unanswerable"]) == (0.25, 0.5)


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order() -> None:
    able = [outcome(1, confidence=one) for one in (0.9, 0.4)]
    unable = [outcome(able=False, confidence=one) for one in (0.4, 0.1)]
    # 0.9 above both; 0.4 above one and even with the other: 3.5 of 4
    assert summary([*able, *unable])["auroc"] == 0.875


def test_without_questions_of_both_kinds_there_is_no_area() -> None:
    assert summary([outcome(1)])["auroc"] is None
    assert summary([outcome(able=False)])["auroc"] is None


def test_the_calibration_error_weighs_each_tenth_by_what_falls_into_it() -> None:
    found = summary(
        [
            outcome(3, confidence=0.95),
            outcome(4, confidence=0.91),  # claims .93, .5 right
            outcome(able=False, confidence=0.05),
            outcome(1, confidence=0.05),  # claims .05, .5 right
        ]
    )
    assert found["ece"] == pytest.approx(0.5 * 0.43 + 0.5 * 0.45, abs=1e-4)


def test_a_confidence_of_one_falls_into_the_last_tenth() -> None:
    assert summary([outcome(1, confidence=1.0)])["ece"] == 0.0


def test_the_risk_grows_with_what_is_answered_for_less_confidently() -> None:
    sure = [outcome(1, confidence=0.9 - n / 100) for n in range(5)]
    unsure = [outcome(0, confidence=0.2 - n / 100) for n in range(5)]
    curve = {point["coverage"]: point["risk"] for point in summary([*unsure, *sure])["risk_coverage"]}
    assert curve == {0.1: 0, 0.2: 0, 0.3: 0, 0.4: 0, 0.5: 0, 0.6: 0.1667, 0.7: 0.2857, 0.8: 0.375,
                     0.9: 0.4444, 1.0: 0.5}  # fmt: skip


def test_times_are_told_by_their_middle_and_their_slow_end() -> None:
    found = summary([outcome(1, ms=float(ms)) for ms in range(1, 101)])
    assert (found["p50_ms"], found["p95_ms"]) == (50.5, 95.0)


@given(
    st.lists(
        st.builds(
            outcome, st.integers(0, 5), able=st.booleans(), found=st.booleans(), confidence=st.floats(0, 1)
        ),
        min_size=1,
    )
)
def test_every_measure_is_a_share(outcomes: list[Outcome]) -> None:
    found = summary(outcomes)
    shares = [value for key, value in found.items() if key not in ("n", "p50_ms", "p95_ms", "risk_coverage")]
    shares += [point["risk"] for point in found["risk_coverage"]]
    assert all(share is None or 0 <= share <= 1 for share in shares)
    if found["quote@1"] is not None:
        assert found["quote@1"] <= found["quote_mrr"] <= found["quote@5"] + 1e-4


def test_strings_are_compared_without_case_marks_and_line_breaks() -> None:
    assert folded("“It  holds\n300 ‘VEHICLES’,” she said") == "it holds 300 vehicles, she said"


def test_answers_are_measured_by_what_they_show() -> None:
    gold = [
        GoldQuestion(
            id="a", question="Where?", as_of=date(2025, 1, 1), answers=("In “Narvik”",), category="place"
        ),
        GoldQuestion(id="b", question="Who?", as_of=None, answers=("Holm",), category="person"),
        GoldQuestion(id="c", question="Why?", as_of=None, answers=(), category="near miss"),
    ]  # fmt: skip
    asked = []

    def ask(question: str, *, id: str, as_of: date | None) -> Answer:  # noqa: A002 - the contract's word
        asked.append((question, id, as_of))
        cited, nearest = {
            "a": ([("Rain.", "Rain."), ("It stands.", "It stands in Narvik.")], []),
            "b": ([], [("Colonel Holm.", "Colonel Holm.")]),
            "c": ([], [("Rain.", "Rain.")]),
        }[id]
        return Answer(
            id=id, question=question, understood=question, found=bool(cited), answer="", confidence=0.5,
            citations=_cited(cited), nearest=_cited(nearest),
        )  # fmt: skip

    found = measure(gold, ask)
    assert asked == [("Where?", "a", date(2025, 1, 1)), ("Who?", "b", None), ("Why?", "c", None)]
    assert (found["passage@1"], found["passage@3"]) == (0.5, 1.0)
    assert (found["quote@1"], found["quote@3"]) == (0.5, 0.5)
    assert (found["refused_answerable"], found["refused_unanswerable"]) == (0.5, 1.0)
    assert found["categories"]["place"]["passage@3"] == 1.0
    assert found["categories"]["person"]["quote@1"] == 1.0
    assert found["categories"]["near miss"]["quote@1"] is None


def _cited(pairs: Any) -> tuple[Citation, ...]:
    ref = ArticleRef(id="a", title=None, publisher=None, published=None, url=None, link=None, source="x")
    return tuple(
        Citation(n=n, quote=quote, passage=passage, start=0, end=len(quote), article=ref)
        for n, (quote, passage) in enumerate(pairs, 1)
    )


LINE = {"id": 7, "question": "Where?", "kind": "answerable", "answers": ["Narvik"], "as_of": "2025-01-01"}


def written(path: Path, *lines: Any) -> Path:
    file = path / "questions.jsonl"
    file.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines))
    return file


def test_questions_are_read_and_only_answerable_ones_keep_answers(tmp_path: Path) -> None:
    unanswerable = {**LINE, "id": "u", "kind": "unanswerable", "as_of": None, "category": "near miss"}
    first, second = read_questions(written(tmp_path, LINE, "", unanswerable))
    assert first == GoldQuestion(
        id="7", question="Where?", as_of=date(2025, 1, 1), answers=("Narvik",), category="answerable"
    )
    assert (second.answers, second.as_of, second.category) == ((), None, "near miss")


@pytest.mark.parametrize(
    "line", ["{", "[]", '"text"', "17", {**LINE, "as_of": "soon"}, {"id": 1}, {**LINE, "answers": None}]
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: Any) -> None:
    with pytest.raises(QuestionsError, match="line 2"):
        read_questions(written(tmp_path, LINE, line))


def test_a_file_without_questions_or_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match="no questions"):
        read_questions(written(tmp_path, ""))
    with pytest.raises(QuestionsError, match="cannot be read"):
        read_questions(tmp_path / "absent.jsonl")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(QuestionsError, match="cannot be read"):
        read_questions(tmp_path / "bytes")
