"""The forward pass of BERT encoders over texts that stand one after another, without padding.

Linear layers multiply all tokens of a batch as one matrix, by weights that are laid out for the processor
once; attention goes text by text, or over runs of texts of one length. Vectors are those of
sentence-transformers (a test holds that), at a third of the time in bfloat16.

The architecture is that of J. Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2019),
the pooling that of N. Reimers and I. Gurevych, "Sentence-BERT" (2019).
"""

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, dtype

_LAID_OUT_FOR = (
    2048  # tokens a batch, which the layout of the weights is chosen for; any number can be multiplied
)


def packable(config: Mapping[str, Any]) -> bool:
    """Whether `PackedBert` computes what a model of this configuration (its ``config.json``) does."""
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder", False)
    )


@dataclass(frozen=True, slots=True)
class _Layer:
    """One block: what is multiplied, in the precision of the layers, and the norms after it, in float32."""

    attention: "_Linear"
    attended: "_Linear"
    attended_norm: "_Norm"
    inner: "_Linear"
    outer: "_Linear"
    outer_norm: "_Norm"


class PackedBert:
    """A BERT encoder with mean pooling, from its weights by name. Safe to use from several threads.

    Layers run in ``kind`` (torch.float32 or torch.bfloat16), norms take their sums in float32. With
    ``laid_out`` linear layers in bfloat16 go through oneDNN's own layout of the weights, where there is one.
    """

    def __init__(
        self,
        weights: "Mapping[str, Tensor]",
        config: Mapping[str, Any],
        kind: "dtype",
        *,
        laid_out: bool = True,
    ) -> None:
        laid_out = laid_out and _can_lay_out(kind)
        self.dimensions = int(config["hidden_size"])
        self._heads = int(config["num_attention_heads"])
        self._words = weights["embeddings.word_embeddings.weight"].to(kind)
        # There is one text a sequence, so every token is of the first type.
        types = weights["embeddings.token_type_embeddings.weight"]
        self._places = (weights["embeddings.position_embeddings.weight"] + types[0]).to(kind)
        epsilon = float(config.get("layer_norm_eps", 1e-12))

        def linear(*names: str) -> _Linear:
            weight, bias = (
                _joined([weights[f"{name}.{part}"] for name in names]) for part in ("weight", "bias")
            )
            return _Linear(weight.to(kind), bias.to(kind), laid_out=laid_out)

        def norm(name: str) -> _Norm:
            return _Norm(weights[f"{name}.weight"].float(), weights[f"{name}.bias"].float(), epsilon)

        self._norm = norm("embeddings.LayerNorm")
        self._layers = [
            _Layer(
                attention=linear(*(f"{at}.attention.self.{part}" for part in ("query", "key", "value"))),
                attended=linear(f"{at}.attention.output.dense"),
                attended_norm=norm(f"{at}.attention.output.LayerNorm"),
                inner=linear(f"{at}.intermediate.dense"),
                outer=linear(f"{at}.output.dense"),
                outer_norm=norm(f"{at}.output.LayerNorm"),
            )
            for at in (f"encoder.layer.{number}" for number in range(int(config["num_hidden_layers"])))
        ]

    def __call__(self, texts: "Sequence[Sequence[int]]") -> "NDArray[np.float32]":
        """The mean of each text's last layer, of length 1, shape (texts, dimensions).

        ``texts`` are token numbers with the special tokens, at least one each; texts of one length should
        stand together.
        """
        import torch
        from torch.nn.functional import normalize

        with torch.inference_mode():
            states, runs = self._states(texts)
            means = [states[span].view(-1, length, self.dimensions).float().mean(1) for span, length in runs]
            vectors: NDArray[np.float32] = normalize(torch.cat(means), dim=1).numpy()
            return vectors

    def tokens(
        self, texts: "Sequence[Sequence[int]]", *, layers: int | None = None
    ) -> "list[NDArray[np.float32]]":
        """Each text's tokens behind so many layers, or all; each of length 1, shape (tokens, dimensions)."""
        import torch
        from torch.nn.functional import normalize

        with torch.inference_mode():
            states, _ = self._states(texts, layers=layers)
            every = normalize(states.float(), dim=1).numpy()
        ends = list(accumulate(len(text) for text in texts))
        return [every[end - len(text) : end] for text, end in zip(texts, ends, strict=True)]

    def _states(
        self, texts: "Sequence[Sequence[int]]", *, layers: int | None = None
    ) -> "tuple[Tensor, list[tuple[slice, int]]]":
        """All tokens behind so many layers, one after another, and where neighbours of one length stand."""
        import torch
        from torch.nn.functional import embedding

        runs = list(_runs([len(text) for text in texts]))
        spare = [0] * _spare(sum(len(text) for text in texts))
        tokens = torch.tensor([*(token for text in texts for token in text), *spare])
        places = torch.tensor([*(place for text in texts for place in range(len(text))), *spare])
        states = self._norm(embedding(tokens, self._words).add_(embedding(places, self._places)))
        for layer in self._layers[:layers]:
            attended = self._attended(layer.attention(states), runs)
            states = layer.attended_norm(layer.attended(attended).add_(states))
            states = layer.outer_norm(layer.outer(layer.inner.gelu(states)).add_(states))
        return states, runs

    def _attended(self, joined: "Tensor", runs: "Sequence[tuple[slice, int]]") -> "Tensor":
        """What each token takes from the others of its text; ``joined`` holds queries, keys and values."""
        from torch.nn.functional import scaled_dot_product_attention

        attended = joined.new_zeros((joined.shape[0], self.dimensions))
        for span, length in runs:
            parts = joined[span].view(-1, length, 3, self._heads, self.dimensions // self._heads)
            query, key, value = parts.permute(2, 0, 3, 1, 4)
            taken = scaled_dot_product_attention(query, key, value).transpose(1, 2)
            attended[span].view(taken.shape).copy_(taken)
        return attended


class _Linear:
    """A linear layer, alone or with GELU after it."""

    def __init__(self, weight: "Tensor", bias: "Tensor", *, laid_out: bool) -> None:
        self._laid_out = laid_out
        self._weight = weight
        self._bias = bias
        if laid_out:
            self._weight = _mkldnn("_reorder_linear_weight")(weight, _LAID_OUT_FOR)

    def __call__(self, states: "Tensor") -> "Tensor":
        if self._laid_out:
            return self._pointwise(states, "none", "")
        from torch.nn.functional import linear

        return linear(states, self._weight, self._bias)

    def gelu(self, states: "Tensor") -> "Tensor":
        """The layer and GELU, by the error function, in one pass where oneDNN does both."""
        if self._laid_out:
            return self._pointwise(states, "gelu", "none")
        from torch.nn.functional import gelu

        return gelu(self(states))

    def _pointwise(self, states: "Tensor", after: str, variant: str) -> "Tensor":
        multiplied: Tensor = _mkldnn("_linear_pointwise")(
            states, self._weight, self._bias, after, [], variant
        )
        return multiplied


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: "Tensor"
    bias: "Tensor"
    epsilon: float

    def __call__(self, states: "Tensor") -> "Tensor":
        from torch.nn.functional import layer_norm

        return layer_norm(states, self.weight.shape, self.weight, self.bias, self.epsilon)


def _can_lay_out(kind: "dtype") -> bool:
    """Whether a layout of its own pays: in bfloat16 on x86, by oneDNN; MKL takes float32 as it comes."""
    import torch

    built = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]  # torch leaves it so
    if kind != torch.bfloat16 or platform.machine() not in {"x86_64", "AMD64"} or not built:
        return False
    return bool(_mkldnn("_is_mkldnn_bf16_supported")())


def _mkldnn(name: str) -> "Callable[..., Any]":
    """One of the operators that torch's own compiler makes linear layers of; they have no public names."""
    import torch

    operator: Callable[..., Any] = getattr(torch.ops.mkldnn, name)
    return operator


def _joined(parts: "Sequence[Tensor]") -> "Tensor":
    import torch

    return torch.cat(list(parts))


def _spare(tokens: int) -> int:
    """Rows to add, at most 3 %, so that matrices come in few sizes: oneDNN makes a program for each."""
    step = max(16, 1 << (tokens.bit_length() - 6) if tokens >= 64 else 0)
    return -tokens % step


def _runs(lengths: Sequence[int]) -> Iterator[tuple[slice, int]]:
    """Where neighbours of one length stand among the tokens, and that length."""
    start = end = 0
    for place, length in enumerate(lengths):
        end += length
        if place + 1 == len(lengths) or lengths[place + 1] != length:
            yield slice(start, end), length
            start = end
