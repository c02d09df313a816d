from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embed import SentenceTransformerEmbedder
from retrieval.closer import (
    CLOSER_FEATURES,
    LIKE_THE_ANSWER,
    LOOKED_AT,
    Looked,
    closer,
    closer_rows,
    look,
    spans_of,
)
from retrieval.nearness import Nearness, nearness, plain
from retrieval.quote import Quote
from retrieval.quote_measures import QUOTE_FEATURES
from retrieval.trees import Trees, shipped
from tests.fakes import HashingEmbedder
from tests.retrieval.building import asked, ranked

TEXT = (
    "Rescuers led some of the residents out of a house in Kyiv. "
    "The largest prisoner exchange since the war began brought 144 soldiers home. "
    "The ministers met on Tuesday and spoke of the weather."
)
QUESTION = "How many captives did Kyiv get back in its biggest swap?"


def of(text: str, *, score: float = 0.5, preferred: float = 0.0) -> Quote:
    """A quote of one sentence of `TEXT`, the one that ``text`` begins."""
    start = TEXT.index(text)
    end = TEXT.index(".", start) + 1
    return Quote(
        ranked=ranked(TEXT),
        start=start,
        end=end,
        score=score,
        features=np.zeros(len(QUOTE_FEATURES), dtype=np.float32),
        sentences=((start, end),),
        preferred=preferred,
    )


def forest(name: str) -> Trees:
    """Trees for which what is above one half in ``name`` is right."""
    column = CLOSER_FEATURES.index(name)
    return Trees({"features": CLOSER_FEATURES, "trees": [[[column, 0.5, 1, 2], [-2.0], [2.0]]]})


def test_words_that_mean_the_same_are_near(model: SentenceTransformerEmbedder) -> None:
    quotes = [of("Rescuers", score=0.8), of("The largest", score=0.5), of("The ministers", score=0.4)]
    query = asked(QUESTION)
    found = look(query, quotes, {"a": TEXT}, embedder=model)
    assert found.quotes == quotes
    rows = closer_rows(found, nearness(model.model, found.asked.shape[1]))
    near = rows[:, CLOSER_FEATURES.index("near")]
    assert near[1] > near[0] > near[2]
    best = closer(query, quotes, {"a": TEXT}, embedder=model, trees=shipped("closer"))[0]
    assert TEXT[best.start : best.end].startswith("The largest")


def test_only_so_many_sentences_are_embedded() -> None:
    text = " ".join(f"Ship number {number} sailed north." for number in range(60))
    quotes = []
    start = 0
    for _ in range(60):
        end = text.index(".", start) + 1
        quotes.append(replace(of("Rescuers"), start=start, end=end, sentences=((start, end),)))
        start = end + 1
    query = asked("Which ship sailed?")
    embedder = HashingEmbedder()
    found = look(query, quotes, {"a": text}, embedder=embedder)
    assert len(found.sentences) == LOOKED_AT
    assert found.quotes == quotes[:LOOKED_AT]
    order = closer(query, quotes, {"a": text}, embedder=embedder, trees=forest("near"))
    assert [one.near is None for one in order] == [False] * LOOKED_AT + [True] * (60 - LOOKED_AT)
    assert all(one.score >= other.score for one, other in pairwise(order))


def test_the_source_that_a_question_names_still_counts() -> None:
    quotes = [of("Rescuers"), of("The ministers", preferred=1.0)]
    query = asked("What happened?")
    found = closer(query, quotes, {"a": TEXT}, embedder=HashingEmbedder(), trees=forest("length"))
    assert found[0].preferred == pytest.approx(1.0)
    assert found[0].score > found[1].score


def test_nothing_comes_of_nothing() -> None:
    query = asked("What happened?")
    assert closer(query, [], {}, embedder=HashingEmbedder(), trees=forest("near")) == []


@given(st.text(max_size=30))
def test_any_question_is_measured(question: str) -> None:
    query = asked(question)
    quotes = [of("Rescuers"), of("The largest")]
    found = look(query, quotes, {"a": TEXT}, embedder=HashingEmbedder())
    rows = closer_rows(found, plain(found.asked.shape[1]))
    assert rows.shape == (2, len(CLOSER_FEATURES))
    assert np.isfinite(rows).all()


def test_the_measures_that_are_held_to_their_sense_exist() -> None:
    assert set(LIKE_THE_ANSWER) <= set(CLOSER_FEATURES)


def test_a_quote_without_a_chance_is_not_embedded() -> None:
    quotes = [of("Rescuers", score=0.9), of("The largest", score=0.6), of("The ministers", score=0.01)]
    found = look(asked("What happened?"), quotes, {"a": TEXT}, embedder=HashingEmbedder())
    assert found.quotes == quotes[:2]


def test_words_are_compared_as_corrected_and_count_by_their_weight() -> None:
    swap, captive, held = np.eye(3, dtype=np.float32)
    quote = of("Rescuers")
    found = Looked([quote], np.array([swap, captive]), {span: np.array([held]) for span in spans_of(quote)})
    down, up = captive[:, None], 100 * held[None]
    near = CLOSER_FEATURES.index("near")
    alike = closer_rows(found, Nearness(down, up, np.zeros(3, dtype=np.float32)))[0, near]
    first = closer_rows(found, Nearness(down, up, 3 * swap - 3 * captive))[0, near]
    assert alike == pytest.approx(0.5, abs=1e-3)
    assert first == pytest.approx(1 / (1 + np.exp(6)), abs=1e-3)


def test_a_sentence_without_a_word_is_near_to_nothing() -> None:
    quotes = [of("Rescuers"), of("The largest")]
    found = look(asked(QUESTION), quotes, {"a": TEXT}, embedder=HashingEmbedder())
    wordless = dict.fromkeys(spans_of(quotes[0]), np.zeros((0, found.asked.shape[1]), dtype=np.float32))
    rows = closer_rows(Looked(quotes, found.asked, found.sentences | wordless), plain(found.asked.shape[1]))
    alone = closer_rows(Looked(quotes[1:], found.asked, found.sentences), plain(found.asked.shape[1]))
    near = slice(*(CLOSER_FEATURES.index(name) for name in ("near", "near_below_best")))
    assert rows[0, near].tolist() == [0, 0, 0, 0, 0]
    assert rows[1, near] == pytest.approx(alone[0, near])


def test_of_several_sentences_each_counts_by_its_own_words() -> None:
    text = "The ferry left. The harbour froze. The ferry froze in the harbour."
    ends = [text.index(".", start) + 1 for start in (0, 16, 35)]
    spans = tuple(zip((0, 16, 35), ends, strict=True))
    apart = [replace(of("Rescuers"), start=start, end=end, sentences=((start, end),)) for start, end in spans]
    both = replace(of("Rescuers"), start=0, end=ends[1], sentences=spans[:2])
    found = look(asked("ferry froze harbour"), [*apart, both], {"a": text}, embedder=HashingEmbedder())
    rows = closer_rows(found, plain(found.asked.shape[1]))
    near, together, back = (CLOSER_FEATURES.index(name) for name in ("near", "near_together", "near_back"))
    assert rows[:, near] == pytest.approx([1 / 3, 2 / 3, 1, 2 / 3], abs=1e-5)
    assert rows[:, together] == pytest.approx([1 / 3, 2 / 3, 1, 1], abs=1e-5)
    assert rows[:, back] == pytest.approx([1 / 4, 1 / 2, 3 / 7, 1 / 2], abs=1e-5), "the full stop counts"
