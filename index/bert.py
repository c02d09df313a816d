"""The forward pass of BERT encoders over texts that stand one after another, without padding.

Linear layers multiply all tokens of a batch as one matrix, by weights that are laid out for the processor
once; attention goes text by text, or over runs of texts of one length. Vectors are those of
sentence-transformers (a test holds that), at a third of the time in bfloat16.

In bfloat16 torch's attention takes up to twice as long where what is attended to is no multiple of 16 tokens.
So every text reads on into its neighbours up to such a multiple, and a mask keeps what it read there from
counting.

All layers are one TorchScript module: it holds Python's lock only to begin and to end, where it would
otherwise let go of it and wait for it again some three hundred times, and be kept by every thread that
computes meanwhile.

The architecture is that of J. Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2019),
the pooling that of N. Reimers and I. Gurevych, "Sentence-BERT" (2019).
"""

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, gelu, layer_norm, linear, normalize, scaled_dot_product_attention

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LAID_OUT_FOR = (
    2048  # tokens a batch, which the layout of the weights is chosen for; any number can be multiplied
)

_STEP = 16
"""Attention reaches over a multiple of these tokens."""


def packable(config: Mapping[str, Any]) -> bool:
    """Whether `PackedBert` computes what a model of this configuration (its ``config.json``) does."""
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder", False)
    )


class PackedBert:
    """A BERT encoder with mean pooling, from its weights by name. Safe to use from several threads.

    Layers run in ``kind`` (torch.float32 or torch.bfloat16), norms take their sums in float32. With
    ``laid_out`` linear layers in bfloat16 go through oneDNN's own layout of the weights, where there is one.
    """

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        config: Mapping[str, Any],
        kind: torch.dtype,
        *,
        laid_out: bool = True,
    ) -> None:
        self.dimensions = int(config["hidden_size"])
        self._layers = int(config["num_hidden_layers"])
        encoder = _Stack(weights, config, kind, laid_out=laid_out and _can_lay_out(kind))
        self._encoder = torch.jit.script(encoder)  # deprecated, and nothing else runs without Python's lock

    def __call__(self, texts: Sequence[Sequence[int]]) -> "NDArray[np.float32]":
        """The mean of each text's last layer, of length 1, shape (texts, dimensions).

        ``texts`` are token numbers with the special tokens, at least one each; texts of one length should
        stand together.
        """
        return self._computed(texts, layers=self._layers, pooled=True)

    def tokens(
        self, texts: Sequence[Sequence[int]], *, layers: int | None = None
    ) -> "list[NDArray[np.float32]]":
        """Each text's tokens behind so many layers, or all; each of length 1, shape (tokens, dimensions)."""
        every = self._computed(texts, layers=self._layers if layers is None else layers, pooled=False)
        ends = list(accumulate(len(text) for text in texts))
        return [every[end - len(text) : end] for text, end in zip(texts, ends, strict=True)]

    def _computed(
        self, texts: Sequence[Sequence[int]], *, layers: int, pooled: bool
    ) -> "NDArray[np.float32]":
        """What `_Stack.forward` gives for the texts one after another."""
        lengths = [len(text) for text in texts]
        spare = [0] * _spare(lengths)
        tokens = torch.tensor([*(token for text in texts for token in text), *spare])
        places = torch.tensor([*(place for length in lengths for place in range(length)), *spare])
        runs = list(_runs(lengths))
        alike, counts = [length for length, _ in runs], [count for _, count in runs]
        # Optimised, the first two passes take 100 ms longer each, and the others no less.
        with torch.inference_mode(), torch.jit.optimized_execution(False):  # type: ignore[attr-defined]  # noqa: FBT003 - torch's
            found: Tensor = self._encoder(tokens, places, alike, counts, layers, pooled=pooled)
        vectors: NDArray[np.float32] = found.numpy()
        return vectors


class _Stack(nn.Module):
    """Embeddings, blocks and pooling; spare rows behind the last text are computed and mean nothing."""

    words: Tensor
    places: Tensor

    def __init__(
        self, weights: Mapping[str, Tensor], config: Mapping[str, Any], kind: torch.dtype, *, laid_out: bool
    ) -> None:
        super().__init__()
        # There is one text a sequence, so every token is of the first type.
        types = weights["embeddings.token_type_embeddings.weight"]
        places = weights["embeddings.position_embeddings.weight"] + types[0]
        self.register_buffer("words", weights["embeddings.word_embeddings.weight"].to(kind))
        self.register_buffer("places", places.to(kind))
        epsilon = float(config.get("layer_norm_eps", 1e-12))
        self.norm = _Norm(weights, "embeddings.LayerNorm", epsilon)
        self.blocks = nn.ModuleList(
            _Block(weights, f"encoder.layer.{number}", config, kind, laid_out=laid_out)
            for number in range(int(config["num_hidden_layers"]))
        )

    def forward(
        self,
        tokens: Tensor,
        places: Tensor,
        lengths: list[int],
        counts: list[int],
        layers: int,
        *,
        pooled: bool,
    ) -> Tensor:
        """The states of the tokens behind the first ``layers`` blocks, or where ``pooled`` each text's mean.

        Float32, of shape (tokens, dimensions) or (texts, dimensions), each of length 1. ``lengths`` and
        ``counts`` tell how many texts of which length stand one after another.
        """
        states: Tensor = self.norm(embedding(tokens, self.words).add_(embedding(places, self.places)))
        masks: list[Tensor] = []
        for length in lengths:
            mask = torch.full([_reach(length)], float("-inf"), dtype=states.dtype)
            mask[:length] = 0.0
            masks.append(mask)
        for number, block in enumerate(self.blocks):
            if number < layers:
                states = block(states, lengths, counts, masks)
        means: list[Tensor] = []
        start = 0
        for length, count in zip(lengths, counts):  # noqa: B905 - TorchScript knows no strict
            end = start + length * count
            if pooled:
                means.append(states[start:end].float().view(count, length, -1).mean(1))
            start = end
        return normalize(torch.cat(means) if pooled else states[:start].float(), dim=1)


class _Block(nn.Module):
    """One layer: its products in the precision of the layers, its norms in float32."""

    def __init__(
        self,
        weights: Mapping[str, Tensor],
        at: str,
        config: Mapping[str, Any],
        kind: torch.dtype,
        *,
        laid_out: bool,
    ) -> None:
        super().__init__()
        self.heads = int(config["num_attention_heads"])
        epsilon = float(config.get("layer_norm_eps", 1e-12))

        def product(*names: str, gelu: bool = False) -> Any:
            weight, bias = (
                torch.cat([weights[f"{at}.{name}.{part}"] for name in names]).to(kind)
                for part in ("weight", "bias")
            )
            return _LaidOut(weight, bias, gelu=gelu) if laid_out else _Plain(weight, bias, gelu=gelu)

        self.joined = product(*(f"attention.self.{part}" for part in ("query", "key", "value")))
        self.attended = product("attention.output.dense")
        self.attended_norm = _Norm(weights, f"{at}.attention.output.LayerNorm", epsilon)
        self.inner = product("intermediate.dense", gelu=True)
        self.outer = product("output.dense")
        self.outer_norm = _Norm(weights, f"{at}.output.LayerNorm", epsilon)

    def forward(self, states: Tensor, lengths: list[int], counts: list[int], masks: list[Tensor]) -> Tensor:
        """The next states; of each text's tokens, each takes from the others.

        ``masks`` are for each length of shape (reach,), to be added to the scores of attention.
        """
        joined = self.joined(states)
        whole = states.shape[1]
        width = whole // self.heads
        attended = torch.zeros_like(states)  # behind the last text too: what is read there is finite
        start = 0
        for length, count, mask in zip(lengths, counts, masks):  # noqa: B905 - TorchScript knows no strict
            end = start + length * count
            reaching = joined.as_strided(
                [count, mask.shape[0], 3, self.heads, width],
                [length * 3 * whole, 3 * whole, whole, width, 1],
                start * 3 * whole,
            )
            query, key, value = reaching.permute(2, 0, 3, 1, 4).unbind(0)
            taken = scaled_dot_product_attention(
                query[:, :, :length], key, value, mask.view(1, 1, 1, -1)
            ).transpose(1, 2)
            attended[start:end].view(count, length, self.heads, width).copy_(taken)
            start = end
        states = self.attended_norm(self.attended.onto(states, attended))
        following: Tensor = self.outer_norm(self.outer.onto(states, self.inner(states)))
        return following


class _Plain(nn.Module):
    """A linear layer, with GELU, by the error function, after it or not."""

    weight: Tensor
    bias: Tensor

    def __init__(self, weight: Tensor, bias: Tensor, *, gelu: bool) -> None:
        super().__init__()
        self.gelu = gelu
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)

    def forward(self, states: Tensor) -> Tensor:
        multiplied = linear(states, self.weight, self.bias)
        return gelu(multiplied) if self.gelu else multiplied

    @torch.jit.export
    def onto(self, others: Tensor, states: Tensor) -> Tensor:
        """The layer's result, never with GELU, plus ``others``."""
        return linear(states, self.weight, self.bias).add_(others)


class _LaidOut(nn.Module):
    """The same in oneDNN's layout, each in one pass.

    By one of the operators that torch's own compiler makes linear layers of; they have no public names.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, weight: Tensor, bias: Tensor, *, gelu: bool) -> None:
        super().__init__()
        self.after, self.variant = ("gelu", "none") if gelu else ("none", "")
        self.register_buffer("weight", _mkldnn("_reorder_linear_weight")(weight, _LAID_OUT_FOR))
        self.register_buffer("bias", bias)

    def forward(self, states: Tensor) -> Tensor:
        multiplied: Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001 - see above
            states, self.weight, self.bias, self.after, [], self.variant
        )
        return multiplied

    @torch.jit.export
    def onto(self, others: Tensor, states: Tensor) -> Tensor:
        """See `_Plain.onto`."""
        added: Tensor = torch.ops.mkldnn._linear_pointwise(  # noqa: SLF001 - the same
            states, others, self.weight, self.bias, "add"
        )
        return added


class _Norm(nn.Module):
    weight: Tensor
    bias: Tensor

    def __init__(self, weights: Mapping[str, Tensor], at: str, epsilon: float) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.register_buffer("weight", weights[f"{at}.weight"].float())
        self.register_buffer("bias", weights[f"{at}.bias"].float())

    def forward(self, states: Tensor) -> Tensor:
        return layer_norm(states, [states.shape[1]], self.weight, self.bias, self.epsilon)


def _can_lay_out(kind: torch.dtype) -> bool:
    """Whether a layout of its own pays: in bfloat16 on x86, by oneDNN; MKL takes float32 as it comes."""
    built = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]  # torch leaves it so
    if kind != torch.bfloat16 or platform.machine() not in {"x86_64", "AMD64"} or not built:
        return False
    return bool(_mkldnn("_is_mkldnn_bf16_supported")())


def _mkldnn(name: str) -> Callable[..., Any]:
    operator: Callable[..., Any] = getattr(torch.ops.mkldnn, name)
    return operator


def _reach(length: int, step: int = _STEP) -> int:
    """How many tokens a text of so many attends to, those that do not count included."""
    return (length + step - 1) // step * step


def _spare(lengths: Sequence[int]) -> int:
    """Rows to add behind texts of these lengths: as far as the last one reaches, and on to a common size.

    oneDNN makes a program for each size of matrices, so there are few: some 3 % more rows than tokens in a
    large batch, up to 31 more in a small one.
    """
    tokens = sum(lengths)
    rows = tokens + (_reach(lengths[-1]) - lengths[-1] if lengths else 0)
    step = max(_STEP, 1 << (tokens.bit_length() - 6) if tokens >= 64 else 0)
    return rows + -rows % step - tokens


def _runs(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each length, and how many neighbours have it."""
    return ((length, len(list(alike))) for length, alike in groupby(lengths))
