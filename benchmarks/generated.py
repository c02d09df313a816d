"""How well generated sentences are held to their sources, and what a real model's answers come to.

    python -m benchmarks.generated [--sets NAME …] [--limit N] [--homes PATH] [--show N] [--rewording]

First the verifier by itself, on the sentence pairs of ``tests/retrieval/generate/pairs.tsv``: of each kind
how many pass, and the precision and recall of "supported". Then, where ``COMMUNIQUE_LLM_URL`` and
``COMMUNIQUE_LLM_MODEL`` name an endpoint, ``--limit`` questions of each set, at even distances: the share of
sentences kept, of answers that fell back and why, and the seconds until the first line is shown and until the
answer is whole. ``--show`` prints that many of the kept sentences, drawn by lot, with what they cite, to be
read. ``make llm`` serves a small model on loopback.
"""

import argparse
import csv
import logging
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality import SETS, fill, spread
from bot.root import Collection, Root
from bot.settings import load_settings
from index.embed import SentenceTransformerEmbedder
from index.sentences import sentences
from index.store.lexical import LexicalIndex
from retrieval.answer import Answer
from retrieval.evaluate import GoldQuestion, read_questions
from retrieval.generate.draft import drafted
from retrieval.generate.evidence import Source
from retrieval.generate.support import Support
from retrieval.words import content_words

PAIRS = Path("tests/retrieval/generate/pairs.tsv")


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer, and when its first line and the whole of it were there, in seconds."""

    answer: Answer
    first: float | None
    whole: float


class Counts(logging.Handler):
    """What the writer logs of each draft."""

    def __init__(self) -> None:
        super().__init__()
        self.stand = 0
        self.drafted = 0
        self.dropped: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Add up one draft."""
        if hasattr(record, "stand"):
            self.stand += record.stand
            self.drafted += getattr(record, "drafted", 0)
            self.dropped.update(getattr(record, "dropped", {}))


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
            for use in (row["set"], "all"):
                counted[use, row["kind"]] += 1
                passed[use, row["kind"]] += fault is None
    for use in sorted({use for use, _ in counted}):
        print(f"\nPairs, {use}: kind, pairs, passed")
        for (of, kind), count in counted.items():
            if of == use:
                print(f"  {kind:12} {count:4} {passed[of, kind]:4}")
        supported, every = passed[use, "supported"], sum(n for (of, _), n in passed.items() if of == use)
        print(f"  precision of supported {supported / every:.3f}", end=", ")
        print(f"recall {supported / counted[use, 'supported']:.3f}")


def measure_answers(names: Sequence[str], *, limit: int, homes: Path, show: int, seed: int) -> None:
    """Print what the endpoint's answers come to, over all sets together."""
    settings = load_settings()
    if settings.shown_model is None:
        print("\nNo endpoint is set; COMMUNIQUE_LLM_URL and COMMUNIQUE_LLM_MODEL name one.")
        return
    counts, log = Counts(), logging.getLogger("retrieval.generate.writer")
    log.addHandler(counts)
    log.setLevel(logging.INFO)
    every: list[Asked] = []
    for name in names:
        articles, file = SETS[name]
        root = Root(settings.model_copy(update={"home": homes / name}))
        with root.collection(purpose="the benchmark") as collection:
            fill(collection, root.home / "complete", articles)
            every += asked_all(collection, spread(read_questions(file), limit))
        root.close()
        print(f"{name}: done", file=sys.stderr)
    report(every, counts)
    for number, (sentence, answer, cited) in enumerate(drawn(every, show, seed), start=1):
        print(f"\n{number}. ? {answer.understood}\n   = {sentence}")
        for citation in answer.citations:
            if citation.n in cited:
                print(f"   [{citation.n}] {' '.join(citation.passage.split())}")


def asked_all(collection: Collection, questions: Sequence[GoldQuestion]) -> list[Asked]:
    """Every question's answer, one after the other."""
    done = []
    for question in questions:
        lines: list[float] = []
        begin = time.perf_counter()
        answer = collection.answers.ask(
            question.question,
            as_of=question.as_of,
            told=lambda _, lines=lines: lines.append(time.perf_counter()),
        )
        whole = time.perf_counter() - begin
        done.append(Asked(answer, lines[0] - begin if lines else None, whole))
    return done


def measure_rewording(*, homes: Path, limit: int) -> None:
    """Print whether the model's rewording pays: of follow-ups, and of questions that ask two things.

    Follow-ups are those of the ten conversations of the tests: how many are understood with the words of
    content that they should be, by rules and by the model. Two questions of the samples with known answers
    are joined by "and": how many of the answers stand in what is quoted, whole and taken apart.
    """
    from retrieval.generate.metered import Metered
    from retrieval.generate.rewording import Rewording
    from retrieval.understand import Turn, understand
    from tests.retrieval.understand.test_followups import CONVERSATIONS, TODAY

    root = Root(load_settings().model_copy(update={"home": homes / "samples"}))
    if root.language_model is None:
        return
    articles, file = SETS["samples"]
    with root.collection(purpose="the benchmark") as collection:
        fill(collection, root.home / "complete", articles)
        analyze, extractive = collection.lexical.analyze, collection.answerer
        rewording = Rewording(
            extractive,
            Metered(root.language_model, root.allowance),
            analyze=analyze,
            texts_of=lambda ids: {key: text for key, (_, text) in root.reader.articles(ids).items()},
            follow_ups=True,
            parts=True,
        )
        counts: Counter[str] = Counter()
        for conversation in CONVERSATIONS.values():
            turns: list[Turn] = []
            for question, said, expected in conversation:
                if turns:
                    by_rules = understand(question, as_of=TODAY, turns=turns).understood
                    by_model = rewording.whole(question, turns)
                    counts["follow-ups"] += 1
                    counts["right by rules"] += same(by_rules, expected, analyze)
                    counts["trusted from the model"] += by_model is not None
                    counts["right by the model"] += by_model is not None and same(by_model, expected, analyze)
                turns.append(Turn(question=question, understood=expected, answer_text=said))
        known = spread([one for one in read_questions(file) if one.answers], 2 * limit)
        for first, second in zip(known[::2], known[1::2], strict=False):
            both = f"{first.question.rstrip('?')}, and {second.question[0].lower()}{second.question[1:]}"
            apart = rewording.apart(both)
            counts["questions of two parts"] += 1
            counts["taken apart"] += bool(apart)
            counts["answers found whole"] += standing(extractive.ask(both), (first, second))
            counts["answers found with the model"] += standing(rewording.ask(both), (first, second))
    root.close()
    print("\nRewording: " + ", ".join(f"{name} {number}" for name, number in counts.items()))


def same(question: str, expected: str, analyze: Callable[[str], list[str]]) -> bool:
    """Whether two questions have the same words of content."""
    one, other = (set(analyze(" ".join(content_words(text)))) for text in (question, expected))
    return one == other


def standing(answer: Answer, questions: Sequence[GoldQuestion]) -> int:
    """How many of the questions have one of their known answers in what is quoted."""
    quoted = " ".join(one.quote for one in answer.citations).casefold()
    return sum(any(known.casefold() in quoted for known in one.answers) for one in questions)


def report(every: Sequence[Asked], counts: Counts) -> None:
    """Print shares and times."""
    written = [one for one in every if one.answer.found and one.answer.citations]
    generated = [one for one in written if one.answer.mode == "generated"]
    notes = Counter(one.answer.notes[-1] if one.answer.notes else "none" for one in written)
    print(f"\n{len(every)} questions; {len(written)} with passages, the others refused or figures alone")
    print(f"{len(generated)} answers generated, {len(written) - len(generated)} fell back")
    for note, times in notes.most_common():
        if "language model" in note:
            print(f"  {times} {note}")
    print(f"{counts.drafted} sentences written, {counts.stand} stand; dropped: {dict(counts.dropped)}")
    firsts = sorted(one.first if one.first is not None else one.whole for one in generated)
    if firsts:
        print(f"seconds until the first line: median {statistics.median(firsts):.1f}, most {firsts[-1]:.1f}")
    wholes = sorted(one.whole for one in written) or [0.0]
    print(f"seconds until the answer: median {statistics.median(wholes):.1f}, most {wholes[-1]:.1f}")


def drawn(every: Sequence[Asked], number: int, seed: int) -> list[tuple[str, Answer, tuple[int, ...]]]:
    """Sentences of the model that were kept, drawn by lot, each with its answer and what it cites."""
    kept = []
    for one in every:
        if one.answer.mode != "generated":
            continue
        quotes = [" ".join(citation.quote.split()) for citation in one.answer.citations]
        kept += [
            (sentence.text, one.answer, sentence.cited)
            for sentence in drafted(one.answer.answer)
            if not any(sentence.text in quote for quote in quotes)
        ]
    print(f"{len(kept)} sentences in generated answers that stand in no quote")
    return random.Random(seed).sample(kept, min(number, len(kept)))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=[*SETS], default=["samples"], metavar="NAME")
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--homes", type=Path, default=Path("var/bench"))
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-pairs", action="store_true", help="leave the pairs out")
    parser.add_argument("--rewording", action="store_true", help="whether rewording by the model pays")
    given = parser.parse_args()
    if not given.no_pairs:
        measure_pairs()
    if given.rewording:
        measure_rewording(homes=given.homes, limit=given.limit)
        return
    measure_answers(given.sets, limit=given.limit, homes=given.homes, show=given.show, seed=given.seed)


if __name__ == "__main__":
    main()
