"""The optional cross-encoder: a small one, trained here, reads the best quotes again and orders them anew."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index.errors import ModelError
from retrieval.rerank import RERANKED, CrossEncoderReranker, reranked
from tests.retrieval.building import quote

TEXT = "The depot in Narvik opened in May. It holds 300 vehicles. Rain fell for weeks."
WORDS = [
    "how", "many", "vehicles", "are", "there", "?", "the", "depot", "in", "narvik", "opened", "may", ".",
    "it", "holds", "300", "12", "rain", "fell",
]  # fmt: skip
ASKED = "How many vehicles are there?"


class ByLength:
    """Says that longer texts answer better."""

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([len(text) / 100 for text in texts], dtype=np.float32)


def spans() -> list[tuple[int, int]]:
    ends = [place + 1 for place, letter in enumerate(TEXT) if letter == "."]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return list(zip(starts, ends, strict=True))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of one small layer that has learned to like texts with numbers."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder = tmp_path_factory.mktemp("cross-encoder")
    (folder / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]), "utf-8"
    )
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=5 + len(WORDS), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64,
    )  # fmt: skip
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    encoder: Any = CrossEncoder(str(folder), device="cpu", num_labels=1)
    pairs = [(ASKED, "it holds 300 vehicles ."), (ASKED, "it holds 12 vehicles ."),
             (ASKED, "the depot in narvik opened in may ."), (ASKED, "rain fell .")]  # fmt: skip
    tokens = encoder.tokenizer(
        [a for a, _ in pairs], [b for _, b in pairs], padding=True, return_tensors="pt"
    )
    optimizer = torch.optim.Adam(encoder.model.parameters(), lr=0.01)
    encoder.model.train()
    for _ in range(60):
        optimizer.zero_grad()
        logits = encoder.model(**tokens).logits.squeeze(1)
        loss: Any = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor([1.0, 1, 0, 0]))
        loss.backward()
        optimizer.step()
    encoder.model.eval()
    encoder.save_pretrained(str(folder / "trained"))
    return folder / "trained"


def test_a_trained_cross_encoder_brings_the_answer_to_the_front(trained: Path) -> None:
    before = [quote(TEXT, span=span, score=0.6 - 0.1 * place) for place, span in enumerate(spans())]
    after = reranked(ASKED, before, {"a": TEXT}, CrossEncoderReranker(str(trained)))
    assert TEXT[before[0].start : before[0].end].startswith("The depot")
    assert TEXT[after[0].start : after[0].end] == "It holds 300 vehicles."


def test_what_is_not_read_again_stays_behind_in_its_order() -> None:
    few = [quote(TEXT, span=(0, 5), score=0.9) for _ in range(RERANKED)]
    rest = [quote(TEXT, span=(0, len(TEXT)), score=0.8), quote(TEXT, span=(0, 30), score=0.1)]
    after = reranked(ASKED, [*few, *rest], {"a": TEXT}, ByLength())
    assert [one.end for one in after[RERANKED:]] == [len(TEXT), 30]
    assert [one.score for one in after] == sorted((one.score for one in after), reverse=True)


def test_nothing_is_left_as_it_is() -> None:
    assert reranked(ASKED, [], {}, ByLength()) == []


def test_a_model_that_is_nowhere_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="COMMUNIQUE_RERANKER"):
        CrossEncoderReranker(str(tmp_path / "none")).scores(ASKED, ["It rains."])
