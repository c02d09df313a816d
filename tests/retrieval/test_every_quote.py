"""From bytes to answers: every quote is the stored text, to the character, whatever an article holds."""

import gzip
import json
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.extract import read_path
from tests.collection import Collection, opened
from tests.retrieval.quoted import answering, checked

NEWS = Path(__file__).parents[3] / "shared" / "eval" / "newsqa"
ARTICLES, QUESTIONS = 60, 30
SENTENCES = [
    "The depot in Narvik holds 300 vehicles, Colonel Ida Holm said.",
    "“We opened it in two years,” she said.",
    "Из порта Нарвика вышло семь кораблей.",
    "纳尔维克的仓库有三百辆车。港口已经关闭！",
    "وقالت الوزيرة إن المستودع جديد؟ نعم.",
    "המחסן נפתח במאי.",
    "The crew 👩‍🚒👨‍👩‍👧‍👦 waved 🇳🇴 as it left 🚢.",
    "Café, naïve, Å and Å are not the same to a machine.",
    "Port | Ships |\n---|---|\nNarvik | 7 |\nTromsø 🚢 | 12 |",
    "A line that is a heading",
    "It cost $2.3bn; " + "and then it cost more, " * 30 + "until nobody paid.",
]
ASKED = [
    "How many vehicles does the depot in Narvik hold?",
    "Who said that it was opened in two years?",
    "What did Holm say?",
    "How many ships are in Tromsø?",
    "What happened this week?",
    "How much did it cost? 🚢",
    "纳尔维克 Narvik depot?",
]
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
stories = st.lists(st.one_of(st.sampled_from(SENTENCES), anything), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """A collection to which each example adds its articles."""
    with opened(tmp_path_factory.mktemp("growing")) as collection:
        yield collection


NUMBERS = count()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(st.tuples(stories, st.sampled_from([" ", "\n", "\n\n"])), min_size=1, max_size=4),
    question=st.sampled_from(ASKED),
)
def test_of_texts_in_any_script(
    growing: Collection, texts: list[tuple[list[str], str]], question: str
) -> None:
    records = [
        {"id": next(NUMBERS), "text": between.join([*story, SENTENCES[0]]), "title": "The depot"}
        for story, between in texts
    ]
    file = growing.home / "articles.jsonl"
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    report = growing.indexer.add(read_path(file))
    assert all("holds no text" in failure.reason for failure in report.failed)  # "© …" alone is furniture
    answer = answering(growing).ask(question)
    assert checked(answer, growing.reader) or answer.refusal == "language"


def test_of_real_articles(tmp_path: Path) -> None:
    if not NEWS.exists():
        pytest.skip("../shared/eval/newsqa is missing")
    with gzip.open(NEWS / "articles.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = file.readlines()
    (tmp_path / "some.jsonl").write_text("".join(lines[:: len(lines) // ARTICLES]), encoding="utf-8")
    asked = [json.loads(line) for line in (NEWS / "questions-dev.jsonl").read_text("utf-8").splitlines()]
    shown = 0
    with opened(tmp_path / "home") as collection:
        assert collection.indexer.add(read_path(tmp_path / "some.jsonl")).added >= ARTICLES
        answerer = answering(collection)
        for one in asked[:: len(asked) // QUESTIONS]:
            answer = answerer.ask(one["question"], as_of=date.fromisoformat(one["as_of"]))
            shown += len(checked(answer, collection.reader))
    assert shown > QUESTIONS
