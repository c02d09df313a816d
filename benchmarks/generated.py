"""How well generated sentences are held to their sources, and what a real model's answers come to.

    python -m benchmarks.generated [--set samples|newsqa|…] [--limit N] [--show N]

First the verifier by itself, on the sentence pairs of ``tests/retrieval/generate/pairs.tsv``: of each kind
how many pass, and the precision and recall of "supported". Then, where ``COMMUNIQUE_LLM_URL`` and
``COMMUNIQUE_LLM_MODEL`` name an endpoint, questions of a set whose answers are known: the share of sentences
kept, of answers that fell back, and the seconds until they are shown. ``--show`` prints that many
generated answers with what they cite, to be read. ``make llm`` serves a small model on loopback.
"""

import argparse
import csv
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from index.embed import SentenceTransformerEmbedder
from index.sentences import sentences
from index.store.lexical import LexicalIndex
from retrieval.generate.evidence import Source
from retrieval.generate.support import Support

if TYPE_CHECKING:
    from retrieval.answer import Answer

PAIRS = Path("tests/retrieval/generate/pairs.tsv")


def measure_pairs() -> None:
    """Print what passes, by set and kind.

    The sets were made one after the other, each unseen by what was mended on the one before.
    """
    support = Support(LexicalIndex(Path("var/bench/words")).analyze, SentenceTransformerEmbedder().embed)
    counted: Counter[tuple[str, str]] = Counter()
    passed: Counter[tuple[str, str]] = Counter()
    with PAIRS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = row["source"]
            spans = tuple(text[start:end] for start, end in sentences(text))
            fault = support.fault(row["sentence"], Source(sentences=spans, about="", text=text))
            counted[row["set"], row["kind"]] += 1
            passed[row["set"], row["kind"]] += fault is None
    for use in dict.fromkeys(use for use, _ in counted):
        print(f"\nPairs, {use} set: kind, pairs, passed")
        for (of, kind), count in counted.items():
            if of == use:
                print(f"  {kind:12} {count:4} {passed[of, kind]:4}")
        supported, every = passed[use, "supported"], sum(n for (of, _), n in passed.items() if of == use)
        print(f"  precision of supported {supported / every:.3f}", end=", ")
        print(f"recall {supported / counted[use, 'supported']:.3f}")


def measure_answers(name: str, *, limit: int, show: int) -> None:
    """Print what the endpoint's answers to a set come to."""
    from benchmarks.quality import SETS
    from bot.root import Root
    from bot.settings import load_settings
    from index.extract import read_path
    from retrieval.evaluate import read_questions

    settings = load_settings()
    if not settings.llm_url:
        print("\nNo endpoint is set; COMMUNIQUE_LLM_URL and COMMUNIQUE_LLM_MODEL name one.")
        return
    paths, questions = SETS[name]
    root = Root(settings.model_copy(update={"home": Path("var/bench") / f"generated-{name}"}))
    answers: list[tuple[Answer, float]] = []
    with root.collection(purpose="benchmarks.generated") as collection:
        if not collection.answerer.closest("anything"):
            for path in paths:
                collection.indexer.add(read_path(path))
        for question in list(read_questions(questions))[:limit]:
            begin = time.perf_counter()
            answer = collection.answers.ask(question.question, as_of=question.as_of)
            answers.append((answer, time.perf_counter() - begin))
    root.close()
    _report([one for one in answers if one[0].found and one[0].citations], show=show)


def _report(answers: "list[tuple[Answer, float]]", *, show: int) -> None:
    generated = [one for one, _ in answers if one.mode == "generated"]
    kept = sum(one.answer.count(". [") for one in generated)
    dropped = Counter(why.partition(":")[0] for one, _ in answers for why in one.dropped)
    seconds = [taken for _, taken in answers] or [0.0]
    print(
        f"\n{len(answers)} questions with passages; {len(generated)} answers generated, the others fell back"
    )
    print(f"sentences shown {kept}, dropped {dropped.total()}: {dict(dropped)}")
    print(f"seconds until shown: median {statistics.median(seconds):.2f}, most {max(seconds):.2f}")
    for answer in generated[:show]:
        print(f"\n? {answer.understood}\n= {answer.answer}")
        for citation in answer.citations:
            print(f"  [{citation.n}] {' '.join(citation.passage.split())[:300]}")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--set", default="samples", dest="name")
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--show", type=int, default=0)
    given = parser.parse_args()
    measure_pairs()
    measure_answers(given.name, limit=given.limit, show=given.show)


if __name__ == "__main__":
    main()
