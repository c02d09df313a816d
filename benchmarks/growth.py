"""What grows how with the collection: time, memory, disk, the time of a question, and recall.

    python -m benchmarks.growth [--sizes N …] [--settings] [--write FILE]

One home is filled step by step to each number of passages (from 1,000 to 250,000), through all that real
articles go through but the model: vectors are those of a few thousand real passages with noise on them, which
makes as many different ones as are wanted. Texts come from the collection in ``../shared``; once it is used
up, again with every fourth word left out, another one each time, so that none is a copy.

Recall is the share of the 50 nearest by exact search that Chroma finds too. ``--settings`` then fills further
Chroma folders with the same vectors, one for each choice of the graph's parameters.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.contestants import ARTICLES, QUESTIONS, Json
from benchmarks.performance import lines, table, write
from bot.root import Collection, Root
from bot.settings import Settings
from index.article import Article
from index.embed import Embedder
from index.extract import read_path
from index.store.dense import GRAPH, DenseIndex

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from index.embed import Vectors

    Numbers = NDArray[np.int64]

SIZES = (1_000, 5_000, 25_000, 100_000, 250_000)
RESULTS = Path("var/bench/growth.json")
SETTINGS = (
    {"ef_construction": 100, "max_neighbors": 16, "ef_search": 100},
    {"ef_construction": 128, "max_neighbors": 16, "ef_search": 200},
    {"ef_construction": 200, "max_neighbors": 16, "ef_search": 200},
    {"ef_construction": 128, "max_neighbors": 24, "ef_search": 200},
    {"ef_construction": 200, "max_neighbors": 32, "ef_search": 300},
)
MEASURES = {
    "passages_a_second": "passages stored a second",
    "memory_mb": "memory, MB",
    "disk_mb": "disk, MB",
    "question_ms": "a question at the median, ms",
    "nearest_ms": "the 50 nearest at the median, ms",
    "recall": "recall of the 50 nearest",
}
NEAREST = 50
_NOISE = 0.6
"""Length of the noise added to a vector of length 1: a copy's cosine to its original is about .86."""
_REAL = 4_000
_ASKED = 200
_COMPARED = 100_000
_AT_ONCE = 2_000


class NoisyEmbedder:
    """An `Embedder` that gives passages one of the real vectors with noise; questions go to the model."""

    def __init__(self, model: Embedder, real: "Vectors") -> None:
        self.model = model.model
        self._model = model
        self._real = real
        self._random = np.random.default_rng(7)
        self.count_tokens = model.count_tokens
        self.embed_query = model.embed_query
        self.embed_tokens = model.embed_tokens
        self.warm = model.warm

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """Noisy vectors, one for each text."""
        return noisy(self._real, len(texts), self._random)


def main() -> int:
    """Measure; 1 if the articles are missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="+", default=[*SIZES], metavar="N")
    parser.add_argument("--settings", action="store_true", help="compare parameters of the graph too")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put table and charts into this file")
    options = parser.parse_args()
    if not ARTICLES.exists():
        print(f"{ARTICLES} is missing", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        grown = [*_grown(Path(folder), options.sizes)]
    compared = _compared(min(_COMPARED, *options.sizes[-1:])) if options.settings else []
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({"grown": grown, "settings": compared}, indent=1), encoding="utf-8")
    section = _section(grown, compared)
    print(f"## Growth\n\n{section}\n")
    if options.write:
        write(options.write, "Growth", section)
        lines(grown, MEASURES, options.write.with_suffix("") / "growth.svg")
    return 0


def noisy(real: "Vectors", number: int, random: np.random.Generator) -> "Vectors":
    """``number`` vectors of length 1, each near one of the real ones."""
    noise = random.standard_normal((number, real.shape[1]), dtype=np.float32) * (
        _NOISE / real.shape[1] ** 0.5
    )
    found = real[random.integers(len(real), size=number)] + noise
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def _grown(home: Path, sizes: Sequence[int]) -> Iterator[Json]:
    """What was measured at each size."""
    root = Root(Settings.model_validate({"COMMUNIQUE_HOME": home}))
    embedder = NoisyEmbedder(root.embedder, _real_vectors(root.embedder))
    grown = Root(root.settings, embedder=embedder)
    articles = _endless()
    held, spent = 0, 0.0
    with grown.collection(purpose="the benchmark") as collection:
        for size in sorted(sizes):
            before, begin = held, time.perf_counter()
            while held < size:
                held += collection.indexer.add(islice(articles, min(300, 1 + (size - held) // 15))).passages
            took = time.perf_counter() - begin
            spent += took
            memory = _memory_megabytes()
            record = {
                "passages": held,
                "seconds": spent,
                "passages_a_second": (held - before) / took,
                "memory_mb": memory,
                "disk_mb": sum(one.stat().st_size for one in home.rglob("*") if one.is_file()) / 2**20,
                **_searched(collection, grown),
            }
            print(record, file=sys.stderr, flush=True)
            yield record
    grown.close()
    root.close()


def _searched(collection: Collection, root: Root) -> Json:
    """How long questions and searches take, and how much of the exact result is found."""
    asked = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    ask = collection.answerer.ask
    took = [_milliseconds(partial(ask, text, id="growth")) for text in asked[:40]]
    numbers, vectors = _stored(root)
    questions = np.stack([root.embedder.embed_query(text) for text in asked[:_ASKED]])
    return {
        "question_ms": statistics.median(took),
        "question_p95_ms": sorted(took)[int(0.95 * len(took))],
        **_recalled(collection.dense, numbers, vectors, questions),
    }


def _recalled(dense: DenseIndex, numbers: "Numbers", vectors: "Vectors", questions: "Vectors") -> Json:
    """Of a filled index: the time of a search, and its recall against exact search."""
    took, shares = [], []
    for question in questions:
        begin = time.perf_counter()
        found = {number for number, _ in dense.nearest(question, count=NEAREST)}
        took.append(1000 * (time.perf_counter() - begin))
        exact = numbers[np.argpartition(-(vectors @ question), NEAREST)[:NEAREST]]
        shares.append(len(found & set(exact.tolist())) / NEAREST)
    return {
        "nearest_ms": statistics.median(took),
        "nearest_p95_ms": sorted(took)[int(0.95 * len(took))],
        "recall": statistics.fmean(shares),
    }


def _compared(size: int) -> list[Json]:
    """The same vectors in Chroma with each choice of the graph's parameters."""
    model = Root(Settings.model_validate({})).embedder
    asked = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    questions = np.stack([model.embed_query(text) for text in asked[:_ASKED]])
    vectors = noisy(_real_vectors(model), size, np.random.default_rng(8))
    numbers = np.arange(1, size + 1)
    found = []
    for choice in SETTINGS:
        with tempfile.TemporaryDirectory() as folder:
            dense = DenseIndex(Path(folder), model=model.model, graph={**GRAPH, **choice})
            begin = time.perf_counter()
            for start in range(0, size, _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                dense.take_in(numbers[part].tolist(), vectors[part], dropped=[], position=start + 1)
            seconds = time.perf_counter() - begin
            disk = sum(one.stat().st_size for one in Path(folder).rglob("*") if one.is_file()) / 2**20
            recalled = _recalled(dense, numbers, vectors, questions)
            dense.close()
        found.append({**choice, "vectors_a_second": size / seconds, "disk_mb": disk, **recalled})
        print(found[-1], file=sys.stderr, flush=True)
    return found


def _section(grown: Sequence[Json], compared: Sequence[Json]) -> str:
    heads = ["seconds", *MEASURES.values()]
    rows = {
        f"{one['passages']:,}": [f"{one['seconds']:,.0f}"]
        + [f"{one[key]:.3f}" if key == "recall" else f"{one[key]:,.1f}" for key in MEASURES]
        for one in grown
    }
    parts = [
        "Vectors are real ones with noise; everything but the model runs as it does for real articles.",
        f"Recall is against exact search, over {_ASKED} questions.",
        "![Growth](performance/growth.svg)",
        table(heads, rows),
    ]
    if compared:
        parts.append(
            f"Parameters of Chroma's graph (in use: {_named(GRAPH)}), over as many as 100,000 vectors:"
        )
        parts.append(
            table(
                ["vectors/s", "disk MB", "nearest p50 ms", "p95 ms", "recall"],
                {
                    _named(one): [
                        f"{one['vectors_a_second']:,.0f}",
                        f"{one['disk_mb']:,.0f}",
                        f"{one['nearest_ms']:.1f}",
                        f"{one['nearest_p95_ms']:.1f}",
                        f"{one['recall']:.3f}",
                    ]
                    for one in compared
                },
            )
        )
    return "\n\n".join(parts)


def _named(graph: Mapping[str, Any]) -> str:
    return ", ".join(f"`{key}` {graph[key]}" for key in ("ef_construction", "max_neighbors", "ef_search"))


def _real_vectors(model: Embedder) -> "Vectors":
    """Vectors of the first passages-to-be: pieces of the articles' texts."""
    pieces: list[str] = []
    for one in read_path(ARTICLES):
        if isinstance(one, Article):
            pieces += [one.text[start : start + 800] for start in range(0, len(one.text), 800)]
        if len(pieces) >= _REAL:
            break
    return model.embed(pieces[:_REAL])


def _endless() -> Iterator[Article]:
    """The articles, and again and again with other words left out."""
    for turn in count():
        for one in read_path(ARTICLES):
            if isinstance(one, Article) and turn == 0:
                yield one
            elif isinstance(one, Article):
                kept = [word for place, word in enumerate(one.text.split(" ")) if (place + turn) % 4]
                name = f"{one.identity}#{turn}"
                yield replace(one, identity=name, external_id=name, url=None, text=" ".join(kept))


def _stored(root: Root) -> "tuple[Numbers, Vectors]":
    """The numbers of all passages and their vectors."""
    from sqlalchemy import select

    from index.store.schema import passages, vectors

    with root.database.read() as connection:
        rows = connection.execute(
            select(passages.c.id, vectors.c.vector).join(vectors, vectors.c.hash == passages.c.vector_hash)
        ).all()
    numbers = np.array([row.id for row in rows])
    return numbers, np.array([np.frombuffer(row.vector, "<f2") for row in rows], dtype=np.float32)


def _memory_megabytes() -> float:
    """What this process holds now."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 2**10
    return float("nan")


def _milliseconds(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - begin)


if __name__ == "__main__":
    sys.exit(main())
