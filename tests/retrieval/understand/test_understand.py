import json
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.understand import understand

TODAY = date(2025, 9, 17)
SHARED = Path(__file__).parents[4] / "shared" / "eval"


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    query = understand(text, as_of=TODAY, publishers=["CNN", ""])
    assert query.question == text
    assert bool(query.understood) == bool(text.strip())
    assert (query.search_text == "") == (query.kind in ("empty", "smalltalk"))


@given(as_of=st.dates(), hours=st.integers(-12, 14), moment=st.datetimes())
def test_any_day_and_clock_can_be_asked_from(as_of: date, hours: int, moment: datetime) -> None:
    clock = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    query = understand(
        "What happened last month, since last summer, on Monday and 100 weeks ago?", as_of=as_of, now=clock
    )
    assert abs((query.reference_day - as_of).days) <= 1 or query.reference_day < as_of


def test_what_is_very_long_is_read_to_a_limit_and_kept_whole() -> None:
    question = "What did Rutte say? " + "word " * 5_000
    query = understand(question, as_of=TODAY)
    assert query.question == question
    assert len(query.understood) <= 2_000


@pytest.mark.parametrize(
    ("typed", "search_text"),
    [
        ("Hi there! Could you please tell me who leads NATO?", "who leads NATO?"),
        ("<@U0123ABC> who leads NATO?", "who leads NATO?"),
        ("Communiqué, who leads NATO please?", "who leads NATO?"),
        ("I'd like to know why Hungary abstained, thanks", "why Hungary abstained"),
        ("who leads *NATO*?", "who leads NATO?"),
        ("who leads <https://example.org/x|the alliance>?", "who leads the alliance?"),
        ("When is the jet expected? Latest estimate please", "When is the jet expected? Latest estimate"),
        ("which city was flooded this week?", "which city was flooded?"),
        ("defnce budgett of itly", "defnce budgett of itly"),
        ("<i>who</i> leads Q&amp;A?", "who leads Q&A?"),
    ],
)
def test_the_search_gets_the_question_without_its_trimmings(typed: str, search_text: str) -> None:
    assert understand(typed, as_of=TODAY).search_text == search_text


def test_countries_are_found_where_they_stand() -> None:
    query = understand("<@U1> What do the Dutch and Germny pay?", as_of=TODAY)
    assert [mention.name for mention in query.countries] == ["Netherlands", "Germany"]
    first = query.countries[0]
    assert query.understood[first.start : first.end] == "Dutch"


@pytest.mark.parametrize(
    ("question", "negated"),
    [
        ("Which countries did not ask for loans?", True),
        ("Who never voted?", True),
        ("Which allies haven't paid?", True),
        ("Who paid (not counting loans)?", False),
        ("Who paid?", False),
    ],
)
def test_a_negation_is_seen(question: str, negated: bool) -> None:
    assert understand(question, as_of=TODAY).negated is negated


def test_what_somebody_says_of_the_figures_is_looked_for_in_articles() -> None:
    assert understand("How much does Poland spend on defence?", as_of=TODAY).kind == "spending"
    assert (
        understand("How much does Poland spend on defence according to Rutte?", as_of=TODAY).kind
        == "question"
    )


def test_nothing_slow_is_imported() -> None:
    slow = [
        "torch",
        "sentence_transformers",
        "chromadb",
        "trafilatura",
        "sqlalchemy",
        "pandas",
        "numpy",
        "tantivy",
    ]
    code = f"import sys, retrieval.understand; print([name for name in {slow!r} if name in sys.modules])"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/eval")
@pytest.mark.parametrize("name", ["natoqa-dev.jsonl", "seeds-dev.jsonl", "newsqa/questions-dev.jsonl"])
def test_no_real_question_is_taken_for_talk_or_for_another_language(name: str) -> None:
    for line in (SHARED / name).read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        query = understand(record["question"], as_of=date.fromisoformat(record.get("as_of") or "2025-09-17"))
        assert query.kind not in ("smalltalk", "empty", "digest"), query.question
        assert query.language is None, query.question
        assert query.search_text
        assert query.understood == query.understood.strip()
