"""Stand-ins through the project's own seams."""

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from index.embed import Vectors

_TOKEN = re.compile(r"\w+|[^\w\s]")


class HashingEmbedder:
    """An `index.embed.Embedder` without a model: a text is the bag of its words, each word a dimension.

    ``embedded`` holds every passage that was embedded, in order, to count work that is done twice.
    """

    def __init__(self, model: str = "tests/bag-of-words", *, dimensions: int = 96) -> None:
        self.model = model
        self.embedded: list[str] = []
        self._dimensions = dimensions

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_TOKEN.findall(text)) for text in texts]

    def embed(self, texts: Sequence[str]) -> "Vectors":
        self.embedded.extend(texts)
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(
            len(texts), self._dimensions
        )

    def embed_query(self, text: str) -> "Vectors":
        return self._vector(text)

    def embed_tokens(self, texts: Sequence[str], *, hurry: bool = False) -> "list[Vectors]":
        return [
            np.array([self._vector(word) for word in _TOKEN.findall(text)], dtype=np.float32).reshape(
                -1, self._dimensions
            )
            for text in texts
        ]

    def warm(self) -> None:
        self.embed_query("warm")

    def _vector(self, text: str) -> "Vectors":
        vector = np.zeros(self._dimensions, dtype=np.float32)
        vector[0] = 1e-3  # a text without words has a direction too
        for word in _TOKEN.findall(text.lower()):
            digest = blake2b(word.encode(errors="replace"), digest_size=4).digest()
            vector[int.from_bytes(digest, "little") % self._dimensions] += 1
        return vector / np.linalg.norm(vector)
