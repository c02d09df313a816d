import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from index.embed import BUNDLED_MODEL, WORDS_AT, SentenceTransformerEmbedder
from retrieval.nearness import STEEPEST, Nearness, nearness, plain

NUMBERS = arrays(np.float32, (4, 3), elements={"min_value": -1, "max_value": 1})


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    filled = rows + np.float32(2.0)
    return np.asarray(filled / np.linalg.norm(filled, axis=1, keepdims=True), dtype=np.float32)


@given(NUMBERS)
def test_without_a_correction_vectors_stay_and_words_count_alike(rows: NDArray[np.float32]) -> None:
    tokens = unit(rows)
    assert plain(3).corrected(tokens) == pytest.approx(tokens, abs=1e-6)
    assert plain(3).weights(tokens) == pytest.approx([0.25] * 4)


def test_a_correction_turns_vectors_and_keeps_their_length() -> None:
    down, up = np.array([[1.0], [0.0]], np.float32), np.array([[0.0, 1.0]], np.float32)
    by = Nearness(down, up, np.array([0.0, 0.0], np.float32))
    found = by.corrected(np.array([[1.0, 0.0], [0.0, 1.0]], np.float32))
    assert found == pytest.approx(np.array([[0.5**0.5, 0.5**0.5], [0.0, 1.0]]))


def test_a_word_counts_more_or_less_but_not_without_end() -> None:
    by = Nearness(
        np.zeros((2, 0), np.float32), np.zeros((0, 2), np.float32), np.array([90.0, 1.0], np.float32)
    )
    counted = by.weights(np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]], np.float32))
    assert counted.sum() == pytest.approx(1.0)
    assert np.log(counted[0] / counted[1]) == pytest.approx(STEEPEST - 1.0)
    assert np.log(counted[1] / counted[2]) == pytest.approx(1.0 + STEEPEST)
    assert by.weights(np.zeros((0, 2), np.float32)).shape == (0,)


def test_what_was_learned_is_for_the_layer_that_words_are_taken_from() -> None:
    text = files("retrieval").joinpath("learned", "nearness.json").read_text(encoding="utf-8")
    assert json.loads(text)["layer"] == WORDS_AT


def test_what_was_learned_is_for_the_bundled_model_alone(model: SentenceTransformerEmbedder) -> None:
    tokens = model.embed_tokens(["Who was sacked?"])[0]
    ours = nearness(BUNDLED_MODEL, tokens.shape[1])
    turned = ours.corrected(tokens)
    assert np.linalg.norm(turned, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert not np.allclose(turned, tokens, atol=1e-2)
    assert np.ptp(ours.weights(tokens)) > 1e-2
    others = nearness("somebody/else", tokens.shape[1])
    assert others.weights(tokens) == pytest.approx(1 / len(tokens))
    assert others.corrected(tokens) == pytest.approx(tokens, abs=1e-6)
