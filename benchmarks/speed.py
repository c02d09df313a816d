"""How fast articles are taken in and questions answered, beside other systems, in one run.

    python -m benchmarks.speed [--articles N] [--questions N] [--whole] [--go-on] [--write FILE]

Each system takes in the first N (300) articles of the large collection in ``../shared`` and answers questions
of its set, one system after the other, each in a process of its own (`benchmarks.contestants`); the others in
the environment that `make bench` lays out in ``var/peers``. Beside them the rate at which this processor
multiplies matrices of the model's size is measured: the ceiling. ``--whole`` takes in all articles too;
``--go-on`` keeps what a run measured that broke off.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.contestants import ARTICLES, Json
from benchmarks.performance import bars, table, write
from index.precision import processor

OTHERS = Path("var/peers/bin/python")
RESULTS = Path("var/bench/speed.json")
RUNS = (
    ("Communiqué", "auto"),
    ("LangChain", "float32"),
    ("Communiqué", "float32"),
    ("LlamaIndex", "float32"),
    ("txtai", "float32"),
    ("LangChain", "bfloat16"),
    ("LlamaIndex", "bfloat16"),
)
SWITCHED_OFF = ("", "AVX512_CORE", "AVX2")
"""What ONEDNN_MAX_CPU_ISA may be set to; empty leaves the processor all its units."""

_QUANTILES = ("p50_ms", "p95_ms", "p99_ms")
_QUESTIONS = """Milliseconds of a question, asked for the first time and again, so many at once. Communiqué's
is the whole way to quotes that were held against their source; the others' is a list of passages."""

_TOKENS, _WIDTH, _INNER, _LAYERS = 2048, 384, 1536, 6
_LINEAR = 2 * _LAYERS * (4 * _WIDTH * _WIDTH + 2 * _WIDTH * _INNER)
"""Operations a token in the linear layers of the bundled model."""
_ATTENTION = 4 * _LAYERS * _WIDTH
"""Operations a token in attention for each token of its text."""


def main() -> int:
    """Measure; 1 if something that is needed is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--questions", type=int, default=306)
    parser.add_argument("--whole", action="store_true", help="take in the whole collection too, at the end")
    parser.add_argument("--go-on", action="store_true", help="keep what a run that broke off has measured")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put tables and charts into this file")
    options = parser.parse_args()
    if missing := [path for path in (ARTICLES, OTHERS) if not path.exists()]:
        print(f"{missing[0]} is missing; `make bench` lays out the other systems", file=sys.stderr)
        return 1
    size = (options.articles, options.questions)
    units = {name or "all": chosen(name) for name in SWITCHED_OFF}
    rates = ceilings()
    records = broken_off() if options.go_on else []
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    for name, precision in [one for one in RUNS if _runs_here(one[1], units)][len(records) :]:
        records.append(run(name, precision, size))
        RESULTS.write_text(json.dumps({"records": records}, indent=1), encoding="utf-8")
    whole = run("Communiqué", "auto", (None, options.questions)) if options.whole else None
    after = ceilings()
    found = {
        "ceilings": {name: max(rates[name], after[name]) for name in rates},
        "units": units,
        "records": records,
        "whole": whole,
    }
    RESULTS.write_text(json.dumps(found, indent=1), encoding="utf-8")
    sections = {"Side by side": side_by_side(found)} | (
        {"The whole collection": whole_collection(found)} if whole else {}
    )
    for name, section in sections.items():
        print(f"## {name}\n\n{section}\n", flush=True)
        if options.write:
            write(options.write, name, section)
    if options.write:
        pace = {_title(one): one["words_a_second"] for one in records}
        bars(pace, "Words indexed a second", options.write.with_suffix("") / "words.svg")
    return 0


def broken_off() -> list[Json]:
    """What the last run measured, if it came to no end."""
    last: Json = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    return [] if "ceilings" in last else last.get("records", [])


def run(name: str, precision: str, size: tuple[int | None, int]) -> Json:
    """What one system measured of itself, in a process and a folder of its own."""
    python = sys.executable if name == "Communiqué" else str(OTHERS)
    wanted = [
        f"--{word}={count}" for word, count in zip(("articles", "questions"), size, strict=True) if count
    ]
    print(f"{name} in {precision} …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [
                *(python, "-m", "benchmarks.contestants", name),
                *(f"--home={home}", f"--precision={precision}", *wanted),
            ],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found: Json = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(found), file=sys.stderr, flush=True)
    return found


def ceilings() -> dict[str, float]:
    """Operations a second, by precision, in multiplying a batch by a layer of the model on all cores."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    rates = {}
    for name in ("bfloat16", "float32"):
        kind = getattr(torch, name)
        left, right = torch.ones(_TOKENS, _WIDTH, dtype=kind), torch.ones(_WIDTH, _INNER, dtype=kind)
        torch.set_num_threads(cores)
        together = _rate(lambda left=left, right=right: torch.mm(left, right), 1)  # type: ignore[misc]  # bound now
        torch.set_num_threads(1)
        beside = _rate(lambda left=left, right=right: torch.mm(left, right), cores)  # type: ignore[misc]  # the same
        rates[name] = max(together, beside)
    return rates


def _rate(multiply: Callable[[], Any], threads: int) -> float:
    """The best rate of some short spells, ``multiply`` running on so many threads."""
    import torch

    def spell(_: int) -> int:
        torch.set_num_threads(torch.get_num_threads())
        count, end = 0, time.perf_counter() + 0.3
        while time.perf_counter() < end:
            multiply()
            count += 1
        return count

    best = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(5):
            begin = time.perf_counter()
            count = sum(pool.map(spell, range(threads)))
            best = max(best, count / (time.perf_counter() - begin))
    return best * 2 * _TOKENS * _WIDTH * _INNER


def chosen(limit: str) -> str:
    """The precision that `auto` takes with the processor's units limited."""
    program = "from index.precision import faster_precision; print(faster_precision())"
    environment = {**os.environ, **({"ONEDNN_MAX_CPU_ISA": limit} if limit else {})}
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True, env=environment
    )
    return done.stdout.strip()


def side_by_side(found: Json) -> str:
    """The section that compares."""
    records: list[Json] = found["records"]
    first = records[0]
    own = {one["precision"]: one["words_a_second"] for one in records if one["system"] == "Communiqué"}
    others = [one for one in records if one["system"] != "Communiqué"]
    best = max(one["words_a_second"] for one in others if one["precision"] == "float32")
    ratios = [f"{own[first['precision']] / best:.2f} times the best of the others at their defaults"]
    for precision in own:
        same = [one["words_a_second"] for one in others if one["precision"] == precision]
        if same:
            ratios.append(f"{own[precision] / max(same):.2f} times at equal precision in {precision}")
    figures = {
        _title(one): [
            f"{one['words_a_second']:,.0f}",
            f"{one['passages_a_second']:.1f}",
            f"{one['passages']:,}",
            f"{one['peak_mb']:,.0f}",
            f"{one['disk_mb']:.1f}",
            f"{one['hit_at_1']:.3f}",
            f"{one['hit_at_3']:.3f}",
        ]
        for one in records
    }
    extent = f"{first['articles']} articles with {first['words']:,} words; {first['answerable']}"
    return "\n\n".join(
        [
            f"{extent} of the questions have their answer in one of them.",
            f"Communiqué takes in {', '.join(ratios)}.",
            "![Words indexed a second](performance/words.svg)",
            table(["words/s", "passages/s", "passages", "peak MB", "disk MB", "hit@1", "hit@3"], figures),
            _QUESTIONS,
            _times({_title(one): one for one in records}),
            _ceiling(found),
            "What `auto` chooses where oneDNN is told to leave units of the processor unused:",
            table(["precision"], {f"`{name}`": [precision] for name, precision in found["units"].items()}),
            _machine(records),
        ]
    )


def whole_collection(found: Json) -> str:
    """The section about all articles."""
    one: Json = found["whole"]
    extent = f"{one['articles']:,} articles with {one['words']:,} words in {one['passages']:,} passages"
    again = f"{one['again_s']:.1f} s, {one['again_s'] / one['index_s']:.1%} of that"
    figures = [
        f"{extent}, taken in in {one['index_s']:,.0f} s: {one['words_a_second']:,.0f} words a second.",
        f"Adding them again, with nothing changed, takes {again}.",
        f"Peak memory while indexing {one['peak_mb']:,.0f} MB, {one['disk_mb']:,.0f} MB on disk;",
        f"hit@1 {one['hit_at_1']:.3f}, hit@3 {one['hit_at_3']:.3f}.",
    ]
    return "\n".join(figures) + "\n\n" + _times({"Communiqué": one})


def _times(records: dict[str, Json]) -> str:
    rows = {}
    for title, one in records.items():
        for at_once, both in one["asked"].items():
            rows[f"{title}, {at_once} at once"] = [
                *(f"{both[name][key]:.0f}" for name in ("first", "again") for key in _QUANTILES),
                f"{both['first']['a_second']:.0f}",
            ]
    heads = [f"{name} {key[:3]}" for name in ("first", "again") for key in _QUANTILES]
    return table([*heads, "questions/s"], rows)


def _ceiling(found: Json) -> str:
    rows = {}
    for one in found["records"]:
        if one["system"] == "Communiqué":
            operations = _LINEAR + _ATTENTION * one["tokens"] / one["passages"]
            rate = one["tokens"] * operations / one["index_s"]
            ceiling = found["ceilings"][one["precision"]]
            rows[one["precision"]] = [
                f"{one['tokens'] / one['index_s']:,.0f}",
                f"{rate / 1e9:,.0f}",
                f"{ceiling / 1e9:,.0f}",
                f"{rate / ceiling:.0%}",
            ]
    return "The share of the processor's matrix rate that indexing reaches, from file to index:\n\n" + table(
        ["tokens/s", "GFLOP/s", "ceiling, GFLOP/s", "share"], rows
    )


def _machine(records: Sequence[Json]) -> str:
    packages = {name: number for one in records for name, number in one["packages"].items()}
    return (
        f"On {processor()} ({platform.machine()}, {os.cpu_count()} cores), Python {records[0]['python']}; "
        + ", ".join(f"{name} {number}" for name, number in sorted(packages.items()))
        + "."
    )


def _runs_here(precision: str, units: dict[str, str]) -> bool:
    """Nobody is compared in bfloat16 where it is emulated, nor ourselves twice in float32."""
    return precision != "bfloat16" or units["all"] == "bfloat16"


def _title(one: Json) -> str:
    return f"{one['system']}, {one['precision']}"


if __name__ == "__main__":
    sys.exit(main())
