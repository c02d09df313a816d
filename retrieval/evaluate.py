"""Measuring answers against questions whose answers are known.

Gold strings and texts are compared lower-cased, without quotation marks, white space folded. A hit by string
is not yet support: read some.
"""

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from retrieval.answer import Answer
from retrieval.errors import QuestionsError

RANKS = (1, 3, 5)
_BINS = 10
_MARKS = re.compile("[\"'“”‘’«»„]")


class Ask(Protocol):
    """What answers: `retrieval.answerer.Answerer.ask`, or a part of it switched off."""

    def __call__(self, question: str, *, id: str, as_of: date | None) -> Answer:  # noqa: A002 - the contract's word
        """The answer to ``question`` as on ``as_of``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuestion:
    """A question with the strings of which one must stand in a right answer; none: it has no answer."""

    id: str
    question: str
    as_of: date | None
    answers: tuple[str, ...]
    category: str


def read_questions(path: Path) -> list[GoldQuestion]:
    """The questions of a .jsonl file with ``id, question, kind, answers`` and perhaps ``as_of, category``.

    Raises:
        QuestionsError: the file cannot be read, or a line is not such a question.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise QuestionsError(f"{path} cannot be read as UTF-8 text.") from exc
    questions = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            questions.append(
                GoldQuestion(
                    id=str(record["id"]),
                    question=record["question"],
                    as_of=date.fromisoformat(record["as_of"]) if record.get("as_of") else None,
                    answers=tuple(record["answers"]) if record["kind"] == "answerable" else (),
                    category=record.get("category", record["kind"]),
                )
            )
        except (ValueError, KeyError, TypeError) as exc:
            raise QuestionsError(
                f"{path}, line {number}: not a question with id, question, kind and answers."
            ) from exc
    if not questions:
        raise QuestionsError(f"{path} holds no questions.")
    return questions


def measure(questions: Sequence[GoldQuestion], ask: Callable[..., Answer]) -> dict[str, Any]:
    """The measures over all ``questions``, and by category; see `summary`."""
    outcomes = []
    for gold in questions:
        begin = time.perf_counter()
        answer = ask(gold.question, id=gold.id, as_of=gold.as_of)
        outcomes.append(_outcome(gold, answer, 1000 * (time.perf_counter() - begin)))
    result = summary(outcomes)
    categories = sorted({gold.category for gold in questions} - {"answerable", "unanswerable"})
    result["categories"] = {
        name: _hits([one for one in outcomes if one.category == name and one.answerable])
        for name in categories
    }
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one question came to: the rank of the first right passage and quote, 0 for none."""

    category: str
    answerable: bool
    found: bool
    confidence: float
    passage_rank: int
    quote_rank: int
    milliseconds: float


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The contract's measures, with mean reciprocal rank and the risk at each coverage.

    Ranks count the citations of an answer, or what is nearest where it refuses. ``ece`` is over ten bins of
    ``confidence``, right meaning a right quote among the first three of an answerable question.
    """
    import numpy as np

    answerable = [one for one in outcomes if one.answerable]
    others = [one for one in outcomes if not one.answerable]
    times = np.array([one.milliseconds for one in outcomes])
    return {
        "n": len(outcomes),
        **_hits(answerable),
        "auroc": _auroc([one.confidence for one in answerable], [one.confidence for one in others]),
        "ece": _calibration_error(outcomes),
        "refused_unanswerable": _share([not one.found for one in others]),
        "refused_answerable": _share([not one.found for one in answerable]),
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
        "risk_coverage": _risk_coverage(outcomes),
    }


def folded(text: str) -> str:
    """``text`` as gold strings are compared."""
    return " ".join(_MARKS.sub("", text.lower()).split())


def _outcome(gold: GoldQuestion, answer: Answer, milliseconds: float) -> Outcome:
    shown = answer.citations or answer.nearest
    wanted = [folded(text) for text in gold.answers]
    return Outcome(
        category=gold.category,
        answerable=bool(gold.answers),
        found=answer.found,
        confidence=answer.confidence,
        passage_rank=_rank([citation.passage for citation in shown], wanted),
        quote_rank=_rank([citation.quote for citation in shown], wanted),
        milliseconds=milliseconds,
    )


def _rank(texts: Sequence[str], wanted: Sequence[str]) -> int:
    for rank, text in enumerate(texts, start=1):
        if any(gold in folded(text) for gold in wanted):
            return rank
    return 0


def _hits(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name in ("passage", "quote"):
        ranks = [one.passage_rank if name == "passage" else one.quote_rank for one in outcomes]
        for k in RANKS:
            result[f"{name}@{k}"] = _share([0 < rank <= k for rank in ranks])
        result[f"{name}_mrr"] = _mean([1 / rank if rank else 0.0 for rank in ranks])
    return result


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that a positive scores above a negative (Mann and Whitney); ties count half."""
    if not positive or not negative:
        return None
    from scipy.stats import mannwhitneyu

    statistic = mannwhitneyu(positive, negative).statistic
    return round(float(statistic) / (len(positive) * len(negative)), 4)


def _calibration_error(outcomes: Sequence[Outcome]) -> float | None:
    bins: list[list[Outcome]] = [[] for _ in range(_BINS)]
    for one in outcomes:
        bins[min(_BINS - 1, int(one.confidence * _BINS))].append(one)
    error = 0.0
    for group in bins:
        if group:
            right = sum(_right(one) for one in group) / len(group)
            claimed = sum(one.confidence for one in group) / len(group)
            error += len(group) / len(outcomes) * abs(right - claimed)
    return round(error, 4) if outcomes else None


def _risk_coverage(outcomes: Sequence[Outcome]) -> list[dict[str, float]]:
    """The share of wrong answers among the most confident tenth, two tenths, … of all questions."""
    ordered = sorted(outcomes, key=lambda one: -one.confidence)
    curve = []
    for tenth in range(1, 11):
        kept = ordered[: max(1, len(ordered) * tenth // 10)]
        risk = _share([not _right(one) for one in kept])
        curve.append({"coverage": tenth / 10, "risk": risk if risk is not None else 0.0})
    return curve


def _right(one: Outcome) -> bool:
    return one.answerable and 0 < one.quote_rank <= RANKS[1]


def _share(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
