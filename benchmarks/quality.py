"""How good the answers are, over every set of questions whose answers are known.

    python -m benchmarks.quality [--sets NAME …] [--limit N] [--whole] [--write docs/quality.md]

For each set: the measures of ``communique evaluate``, beside them what usual search gives over the same
passages, and what is lost without each part. The collections are built once, under ``var/bench``, and used
again until their folder is removed: the large one takes ten minutes or more, the others less than one.
``--write`` puts the tables into a file, a section for each set; sections of other sets stay as they are.
"""

import argparse
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.parts import PARTS, Part, Partial, Remembering
from benchmarks.peers import METRICS, peers
from bot.root import Collection, Root
from bot.settings import Settings
from index.extract import read_path
from index.precision import processor
from retrieval.evaluate import GoldQuestion, measure, read_questions

SHARED = Path("../shared")
SETS = {
    "samples": ([Path("samples/articles"), Path("samples/corrections")], Path("samples/questions.jsonl")),
    "seeds": ([SHARED / "seeds"], SHARED / "eval/seeds-dev.jsonl"),
    "natoqa": ([SHARED / "data/nato_articles/articles.jsonl.gz"], SHARED / "eval/natoqa-dev.jsonl"),
    "newsqa": ([SHARED / "eval/newsqa/articles.jsonl.gz"], SHARED / "eval/newsqa/questions-dev.jsonl"),
}
MEASURES = {
    "passage@1": "passage@1",
    "passage@3": "passage@3",
    "passage_mrr": "passage MRR",
    "quote@1": "quote@1",
    "quote@3": "quote@3",
    "quote_mrr": "quote MRR",
    "auroc": "AUROC",
    "ece": "ECE",
    "refused_unanswerable": "refused, unanswerable",
    "refused_answerable": "refused, answerable",
}
PACKAGES = ("torch", "sentence-transformers", "chromadb", "tantivy", "numpy", "ranx")

INTRODUCTION = """\
# Quality

Written by `python -m benchmarks.quality --write docs/quality.md`; `make bench-quality` prints the same. A
question counts as answered in the first 1 or 3 if one of its known strings stands there, lower-cased,
without quotation marks, white space folded; a hit by string is not yet support. A *passage* has at most
1,200 characters, a *quote* at most 400. *MRR* is the mean reciprocal rank among the first five, *AUROC* how
well the confidence tells questions with an answer from those without, *ECE* its expected calibration error
over ten bins.

Peers see the same passages, each as it is stored, of articles published until the day of asking. Without a
part, differences are in points (hundredths) from the whole; the weights are not learned again without it.

The weights were learned from the questions of these very sets, among others, so other questions fare worse
than these tables say. What `python -m benchmarks.train` prints is cross-validated: every question is answered
by weights that were learned without it.
"""


def main() -> int:
    """Measure the sets named, or all of them; 1 if one of them is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sets", nargs="+", choices=[*SETS], default=[*SETS], metavar="NAME")
    parser.add_argument("--limit", type=int, help="so many questions of each set, spread over it")
    parser.add_argument("--whole", action="store_true", help="neither peers nor parts switched off")
    parser.add_argument(
        "--homes", type=Path, default=Path("var/bench"), help="where the collections are kept"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables into this file")
    options = parser.parse_args()
    missing = False
    for name in options.sets:
        articles, file = SETS[name]
        if absent := [path for path in (*articles, file) if not path.exists()]:
            print(f"{name}: {absent[0]} is missing", file=sys.stderr)
            missing = True
            continue
        questions = spread(read_questions(file), options.limit)
        root = Root(Settings.model_validate({"COMMUNIQUE_HOME": options.homes / name}))
        with root.collection(purpose="the benchmark") as collection:
            fill(collection, root.home / "complete", articles)
            section = measured(questions, root, collection, whole=options.whole)
        root.close()
        print(f"## {name}\n\n{section}\n", flush=True)
        if options.write:
            write(options.write, name, section)
    return int(missing)


def spread(questions: Sequence[GoldQuestion], limit: int | None) -> list[GoldQuestion]:
    """``limit`` questions at even distances, or all of them."""
    if limit is None or limit >= len(questions):
        return list(questions)
    return [questions[place * len(questions) // limit] for place in range(limit)]


def fill(collection: Collection, mark: Path, articles: Sequence[Path]) -> None:
    """Take the articles in, unless the ``mark`` says that this was done."""
    if mark.exists():
        return
    for place in articles:
        report = collection.indexer.add(read_path(place))
        print(f"{place}: {report.added} added in {report.seconds:.0f} s", file=sys.stderr)
    mark.touch()


def measured(questions: Sequence[GoldQuestion], root: Root, collection: Collection, *, whole: bool) -> str:
    """The section of one set: what was measured where, and its tables."""
    embedder = Remembering(root.embedder)
    embedder.embed_query("warm")

    def without(part: Part) -> dict[str, Any]:
        answerer = Partial(root, collection, embedder=embedder, part=part)
        print(f"without {part.name}" if part.name else "the whole", file=sys.stderr)
        return measure(questions, answerer.ask)

    every = without(Part(name=""))  # the first, for only its times are those of a question asked once
    parts = [
        _place(root),
        _extent(questions, root, every),
        _categories(every),
        _risks(every),
    ]
    if not whole:
        others = peers(questions, root=root, collection=collection, embedder=embedder)
        parts.append(_peers(every, others))
        parts.append(_parts(every, {part.name: without(part) for part in PARTS}, len(questions)))
    else:
        parts.append(_table([*MEASURES.values()], {"the whole": [_value(every[key]) for key in MEASURES]}))
    return "\n\n".join(part for part in parts if part)


def write(path: Path, name: str, section: str) -> None:
    """Put the section of set ``name`` into ``path``; the introduction is renewed, other sections are kept."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    sections = dict(re.findall(r"^## (.+)\n\n((?:(?!^## ).*\n?)*)", before, re.MULTILINE))
    sections[name] = section
    ordered = sorted(sections, key=lambda one: [*SETS].index(one) if one in SETS else len(SETS))
    body = "\n".join(f"## {one}\n\n{sections[one].strip()}\n" for one in ordered)
    path.write_text(f"{INTRODUCTION}\n{body}", encoding="utf-8")


def _place(root: Root) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    precision = getattr(root.embedder, "precision", "unknown")
    return (
        f"On {processor()} ({platform.machine()}), Python {platform.python_version()}, {packages}; "
        f"{root.embedder.model} in {precision}."
    )


def _extent(questions: Sequence[GoldQuestion], root: Root, every: Mapping[str, Any]) -> str:
    counts = root.reader.counts()
    able = sum(bool(one.answers) for one in questions)
    return (
        f"{len(questions):,} questions, {able:,} of them with an answer, "
        f"over {counts.articles:,} articles in {counts.passages:,} passages. "
        f"Half of the answers took less than {every['p50_ms']:.0f} ms, "
        f"95 % less than {every['p95_ms']:.0f} ms."
    )


def _categories(every: Mapping[str, Any]) -> str:
    if not every["categories"]:
        return ""
    keys = ["passage@1", "passage@3", "quote@1", "quote@3"]
    return _table(
        keys,
        {
            name: [_value(hits[key]) for key in keys]
            for name, hits in every["categories"].items()
            if hits["quote@1"] is not None
        },
    )


def _risks(every: Mapping[str, Any]) -> str:
    curve = every["risk_coverage"]
    return _table(
        [f"{point['coverage']:.0%}" for point in curve],
        {"wrong among the most confident": [_value(point["risk"]) for point in curve]},
    )


def _peers(every: Mapping[str, Any], others: Mapping[str, Mapping[str, float]]) -> str:
    own = [every[key] for key in ("passage@1", "passage@3", "passage@5", "passage_mrr")]
    rows = {name: [_value(hits[key]) for key in METRICS] for name, hits in others.items()}
    return _table(
        ["passage@1", "passage@3", "passage@5", "passage MRR"],
        {**rows, "the whole": [_value(value) for value in own]},
    )


def _parts(every: Mapping[str, Any], lesser: Mapping[str, Mapping[str, Any]], count: int) -> str:
    rows = {"the whole": [_value(every[key]) for key in MEASURES]}
    for name, found in lesser.items():
        rows[f"without {name}"] = [_difference(found[key], every[key]) for key in MEASURES]
    return f"One question of all counts {100 / count:.1f} points.\n\n" + _table([*MEASURES.values()], rows)


def _table(columns: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(values)} |" for name, values in rows.items())])


def _value(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _difference(value: float | None, whole: float | None) -> str:
    if value is None or whole is None:
        return ""
    points = round(100 * (value - whole), 1)
    return "·" if points == 0 else f"{points:+.1f}".replace("-", "−")


if __name__ == "__main__":
    sys.exit(main())
