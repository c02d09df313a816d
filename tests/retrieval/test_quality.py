"""The floors that answers may not fall below, with the model that comes with the installation.

`make bench-quality` measures the same over far more questions; this is what every change is held against.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.embed import SentenceTransformerEmbedder
from index.extract import read_path
from index.figures.store import FigureStore
from retrieval.answerer import Answerer
from retrieval.evaluate import measure, read_questions
from tests.collection import Collection, opened
from tests.retrieval.quoted import answering, checked

pytestmark = pytest.mark.timeout(300)  # the model is loaded, and works on what processors there are

ROOT = Path(__file__).parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"
SEEDS_ASKED = ROOT.parent / "shared" / "eval" / "seeds-dev.jsonl"
FLOORS = {
    "passage@1": 0.90,
    "passage@3": 0.95,
    "quote@1": 0.75,
    "quote@3": 0.86,
    "auroc": 0.87,
    "refused_unanswerable": 0.60,
}
"""Of the samples' questions. They are only raised, unless weights learn less by heart."""
MOST_REFUSED = 0.10
MOST_REFUSED_OF_SEEDS = 0.10
"""Of the questions that have an answer. They are only ever lowered."""
FURNITURE = re.compile(
    r"related topics|read also|min read|hours? ago|audio player|apartments|^share$",
    re.IGNORECASE | re.MULTILINE,
)
ABOUT_FURNITURE = [
    "Which apartments were sold, and for how much?",
    "What was published 3 hours ago?",
    "Which topics are related?",
    "What should I read also?",
]


@pytest.fixture(scope="module")
def measures(tmp_path_factory: pytest.TempPathFactory, model: SentenceTransformerEmbedder) -> dict[str, Any]:
    """The measures over the samples' questions, those about corrections among them."""
    with opened(tmp_path_factory.mktemp("samples"), embedder=model) as collection:
        for folder in ("articles", "corrections"):
            collection.indexer.add(read_path(ROOT / "samples" / folder))
        answerer = Answerer(
            collection.reader,
            embedder=model,
            dense=collection.dense,
            lexical=collection.lexical,
            figures=FigureStore(),
        )
        return measure(read_questions(ROOT / "samples" / "questions.jsonl"), answerer.ask)


@pytest.mark.parametrize("name", FLOORS)
def test_answers_over_the_samples_do_not_fall_below_their_floor(name: str, measures: dict[str, Any]) -> None:
    assert measures[name] >= FLOORS[name]


def test_few_questions_that_have_an_answer_are_refused(measures: dict[str, Any]) -> None:
    assert measures["refused_answerable"] <= MOST_REFUSED


@pytest.fixture(scope="module")
def seeds(
    tmp_path_factory: pytest.TempPathFactory, model: SentenceTransformerEmbedder
) -> Iterator[Collection]:
    """The seed articles: scraped text without dates and addresses."""
    if not SEEDS.exists() or not SEEDS_ASKED.exists():
        pytest.skip("../shared/seeds is missing")
    with opened(tmp_path_factory.mktemp("seeds"), embedder=model) as collection:
        assert collection.indexer.add(read_path(SEEDS)).added == len([*SEEDS.iterdir()])
        yield collection


def test_no_seed_is_given_a_date_or_an_address(seeds: Collection) -> None:
    assert [(one.published, one.url) for one in seeds.reader.listing()] == [(None, None)] * 5


def test_no_quote_from_the_seeds_is_changed_dated_or_page_furniture(seeds: Collection) -> None:
    lines = SEEDS_ASKED.read_text(encoding="utf-8").splitlines()
    answerer = answering(seeds)
    shown = 0
    for question in [*(json.loads(line)["question"] for line in lines), *ABOUT_FURNITURE]:
        for citation in checked(answerer.ask(question), seeds.reader):
            shown += 1
            assert not FURNITURE.search(citation.passage)
            assert citation.article.published is None
            assert citation.article.link is None
    assert shown > len(lines)


def test_the_seeds_answer_their_questions(seeds: Collection) -> None:
    answerer = Answerer(
        seeds.reader, embedder=seeds.embedder, dense=seeds.dense, lexical=seeds.lexical, figures=FigureStore()
    )
    found = measure(read_questions(SEEDS_ASKED), answerer.ask)
    assert found["quote@3"] >= 0.9
    assert found["refused_answerable"] <= MOST_REFUSED_OF_SEEDS
