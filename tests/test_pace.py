"""What gets twice as slow fails here, on any machine and however busy it is: no seconds are asserted.

Work in Python is counted in calls of functions, which come out the same every time. Arithmetic is compared
with bare multiplications of the same size in the same process, turn by turn.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from index.article import Article
from index.embed import SentenceTransformerEmbedder
from retrieval.answerer import Answerer
from tests.collection import Collection, opened, story

CALLS_TO_ADD = 2_900
"""Calls of Python functions for an article of some 400 words, without the model; when this was written."""
CALLS_TO_ADD_AGAIN = 85
CALLS_TO_ASK = 24_000
"""The same for a question, in the median."""
MODEL_TO_MULTIPLY = 1.5
"""Times as long as its bare multiplications that the model takes, in float32 on one thread."""
TWICE = 2.0


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Counts calls of Python functions in this thread and in those begun meanwhile, under ``calls``."""
    counts: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and "/tests/" not in frame.f_code.co_filename:
            counts["calls"] += 1

    threading.setprofile(count)
    sys.setprofile(count)
    try:
        yield counts
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def stories(first: int, number: int) -> list[Article]:
    """Articles of some 400 words each, no two alike."""
    return [
        story(
            f"ship{n}",
            text=" ".join(
                f"Captain {n}-{line} of the harbour {n * 7 + line} told about cargo {n * line} and its price."
                for line in range(30)
            ),
        )
        for n in range(first, first + number)
    ]


def added(collection: Collection, articles: list[Article]) -> float:
    """Calls for each article."""
    with counting() as counts:
        collection.indexer.add(articles)
    return counts["calls"] / len(articles)


def test_adding_takes_no_more_steps_than_it_did_and_not_more_the_more_there_is(tmp_path: Path) -> None:
    with opened(tmp_path) as collection:
        collection.indexer.add(stories(0, 5))  # statements are compiled once
        few = added(collection, stories(100, 40))
        again = added(collection, stories(100, 40))
        collection.indexer.add(stories(1000, 400))
        many = added(collection, stories(2000, 40))
    assert few < TWICE * CALLS_TO_ADD
    assert again < TWICE * CALLS_TO_ADD_AGAIN
    assert many < 1.3 * few


def test_asking_takes_no_more_steps_than_it_did(tmp_path: Path) -> None:
    from index.extract import read_path

    with opened(tmp_path) as collection:
        collection.indexer.add(read_path(Path(__file__).parents[1] / "samples" / "articles"))

        def answerer() -> Answerer:
            return Answerer(
                collection.reader,
                embedder=collection.embedder,
                dense=collection.dense,
                lexical=collection.lexical,
            )

        asked = [
            "Where is the headquarters of NSATU?",
            "How many tanks has Finland bought?",
            "Who met in The Hague?",
        ]
        answerer().ask(asked[0], id="first")
        steps = []
        for question in asked:
            with counting() as counts:  # in threads of its own too, so that these are begun meanwhile
                answerer().ask(question, id="counted")
            steps.append(counts["calls"])
    assert sorted(steps)[1] < TWICE * CALLS_TO_ASK


def test_the_model_takes_not_much_longer_than_its_multiplications() -> None:
    import torch

    embedder = SentenceTransformerEmbedder()
    texts = [f"{'The harbour master counted the boats again. ' * (1 + n % 12)}" for n in range(48)]
    tokens = sum(embedder.count_tokens(texts)) + 2 * len(texts)
    embedder.embed(texts[:4])
    layers = [
        (torch.ones(2048, rows), torch.ones(rows, columns), 6 * tokens / 2048)
        for rows, columns in ((384, 1152), (384, 384), (384, 1536), (1536, 384))
    ]

    def multiply() -> None:
        with torch.inference_mode():
            for left, right, times in layers:
                for _ in range(round(times)):
                    torch.mm(left, right)

    best = {"model": float("inf"), "bare": float("inf")}
    for _ in range(6):
        best["bare"] = min(best["bare"], spent(multiply))
        best["model"] = min(best["model"], spent(lambda: embedder.embed(texts)))
    assert best["model"] < TWICE * MODEL_TO_MULTIPLY * best["bare"]


def spent(act: Callable[[], object]) -> float:
    """Seconds of the processor, in all threads."""
    begin = time.process_time()
    act()
    return time.process_time() - begin


def test_counting_counts() -> None:
    def nothing() -> None:
        """Stands in a test, so it does not count."""

    with counting() as counts:
        nothing()
        Path("a") / "b"
    assert counts["calls"] > 0
    with pytest.raises(ZeroDivisionError), counting():
        1 / 0  # noqa: B018 - to see that counting ends
    assert sys.getprofile() is None
