"""Many people asking one service at once, and asking while articles are added.

    python -m benchmarks.load [--home DIR] [--people 50] [--seconds 120] [--asking 20] [--articles 1000]

`communique serve` runs on a copy of the home in a process of its own; everything goes through its API and the
command line. Where the home does not exist yet, the articles of ``../shared`` are taken into it first, which
takes a while. First one person asks, which is the peer that many are held against; then many for some
seconds; then some ask while made-up articles are added. Each answer of that part is held to the stored texts,
and every article that was acknowledged has to be there at the end. Prints one JSON object; exit code 1 if
anything was wrong.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

from bot.owner import TOKEN
from index.store.lock import owner_address

NEWS = Path("../shared/eval/newsqa")
COMMUNIQUE = (sys.executable, "-m", "bot.cli")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Asked:
    """What became of the questions of one part; times in milliseconds."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int | str] = field(default_factory=Counter)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def told(self, seconds: float) -> dict[str, Any]:
        """The figures of it."""
        ordered = sorted(self.took) or [0.0]
        at = {name: ordered[int(share * (len(ordered) - 1))] for name, share in SHARES.items()}
        errors = sum(count for status, count in self.statuses.items() if status != 200)
        return {
            "answers": len(self.took),
            "per_s": round(len(self.took) / seconds, 2),
            **{name: round(value) for name, value in at.items()},
            "errors": errors,
        }


SHARES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}


class Served:
    """The service in its process."""

    def __init__(self, process: "subprocess.Popen[bytes]", home: Path, began: float) -> None:
        self.process = process
        self.home = home
        while owner_address(home) is None or not (home / TOKEN).exists():
            self._wait()
        self.address = owner_address(home) or ""
        while not self._ready():
            self._wait()
        self.ready_s = time.perf_counter() - began
        self.client = httpx.AsyncClient(
            base_url=self.address,
            headers={"Authorization": f"Bearer {(home / TOKEN).read_text()}"},
            timeout=120,
            limits=httpx.Limits(max_connections=200),
        )

    @property
    def cpu_s(self) -> float:
        """Seconds of processor that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def memory_mb(self) -> int:
        """Megabytes of memory that it holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) // 1024

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def _wait(self) -> None:
        if self.process.poll() is not None:
            raise SystemExit(f"the service ended with {self.process.returncode}")
        time.sleep(0.05)


def main() -> int:
    """Measure; 1 if the questions are missing or anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--home", type=Path, default=Path("var/load"))
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--asking", type=int, default=20)
    parser.add_argument("--articles", type=int, default=1000)
    chosen = parser.parse_args()
    if not NEWS.exists():
        print(f"{NEWS} is missing", file=sys.stderr)
        return 1
    if not (chosen.home / "communique.db").exists():
        run("add", str(NEWS / "articles.jsonl.gz"), home=chosen.home)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        shutil.copytree(chosen.home, home, ignore=shutil.ignore_patterns("owner.*"))
        with served(home) as service:
            found = asyncio.run(measured(service, chosen))
            found["command_s"] = command_seconds(home)
    print(json.dumps(found))
    wrong = found["at_once"]["errors"] + found["while_adding"]["errors"] + len(found["problems"])
    return 1 if wrong else 0


async def measured(service: Served, chosen: argparse.Namespace) -> dict[str, Any]:
    """The figures of each part."""
    lines = (NEWS / "questions-dev.jsonl").read_text(encoding="utf-8").splitlines()
    questions = cycle([json.loads(line) for line in lines])
    async with service.client:
        alone, _ = await part(service, questions, people=1, until=lasting(chosen.seconds / 6))
        memory = service.memory_mb
        many, followed = await part(service, questions, people=chosen.people, until=lasting(chosen.seconds))
        added, problems, during = await while_adding(service, questions, chosen)
    return {
        "ready_s": round(service.ready_s, 1),
        "alone": alone,
        "people": chosen.people,
        "at_once": many,
        "at_once_to_alone": round(many["per_s"] / max(alone["per_s"], 0.01), 2),
        "memory_mb": {"before": memory, "during": followed, "end": service.memory_mb},
        "asking": chosen.asking,
        "while_adding": during,
        "added": added,
        "problems": problems,
    }


def lasting(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds are over."""
    ends = time.perf_counter() + seconds
    return lambda: time.perf_counter() > ends


async def part(
    service: Served,
    questions: Iterator[dict[str, Any]],
    *,
    people: int,
    until: Callable[[], bool],
    each: Callable[[dict[str, Any]], None] = lambda _: None,
) -> tuple[dict[str, Any], list[int]]:
    """So many people ask, each anew once answered: the figures, and the memory every ten seconds."""
    asked = Asked()
    memory: list[int] = []
    begin, cpu = time.perf_counter(), service.cpu_s

    async def person() -> None:
        while not until():
            one = next(questions)
            body = {"question": one["question"], "as_of": one["as_of"], "keep": True}
            sent = time.perf_counter()
            try:
                reply = await service.client.post("/api/ask", json=body)
            except httpx.HTTPError as exc:
                asked.statuses[type(exc).__name__] += 1
                continue
            asked.statuses[reply.status_code] += 1
            asked.took.append(1000 * (time.perf_counter() - sent))
            if reply.status_code == 200:
                each(reply.json())

    async def watch() -> None:
        while True:
            memory.append(service.memory_mb)
            await asyncio.sleep(10)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(person() for _ in range(people)))
    watching.cancel()
    told = asked.told(time.perf_counter() - begin)
    told["cpu_ms_per_answer"] = round(1000 * (service.cpu_s - cpu) / max(1, len(asked.took)))
    return told, memory


async def while_adding(
    service: Served, questions: Iterator[dict[str, Any]], chosen: argparse.Namespace
) -> tuple[int, list[str], dict[str, Any]]:
    """Some ask while articles are added: how many were acknowledged, what was wrong, the figures."""
    before = (await service.client.get("/api/articles?limit=1")).json()["total"]
    answers: list[dict[str, Any]] = []
    adding = asyncio.create_task(asyncio.to_thread(add, service.home, chosen.articles))
    told, _ = await part(service, questions, people=chosen.asking, until=adding.done, each=answers.append)
    acknowledged = await adding
    problems = await unsound(service.client, answers)
    listed = await ids(service.client)
    problems += [f"{one} was acknowledged and is lost" for one in sorted(acknowledged - listed)]
    if len(listed) != before + len(acknowledged):
        problems.append(f"{len(listed)} articles, and {before} before with {len(acknowledged)} added")
    problems += [
        f"{number} is not found"
        for number in range(0, chosen.articles, max(1, chosen.articles // 20))
        if not await finds(service.client, number)
    ]
    checkup = (await service.client.post("/api/doctor", json={})).json()
    return len(acknowledged), problems + checkup["problems"], told


def add(home: Path, count: int) -> set[str]:
    """Add so many made-up articles; those that were acknowledged."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "articles.jsonl")
        file.write_text("".join(map(made_up, range(count))), encoding="utf-8")
        told = run("add", "--verbose", str(file), home=home)
    return {line.split()[0] for line in told.splitlines() if line.split()[1:2] == ["added"]}


async def unsound(client: httpx.AsyncClient, answers: list[dict[str, Any]]) -> list[str]:
    """Quotes that do not stand in the stored text where the answer says."""
    texts: dict[str, str] = {}
    wrong = []
    for answer in answers:
        for citation in [*answer["citations"], *answer["nearest"]]:
            name = citation["article"]["id"]
            if name not in texts:
                texts[name] = (await client.get(f"/api/articles/{name}")).json()["text"]
            if texts[name][citation["start"] : citation["end"]] != citation["quote"]:
                wrong.append(f"{answer['question']}: [{citation['n']}] is not in {name}")
    return wrong


async def ids(client: httpx.AsyncClient) -> set[str]:
    """The articles that are shown."""
    found: set[str] = set()
    while True:
        page = (await client.get(f"/api/articles?limit=1000&offset={len(found)}")).json()["articles"]
        if not page:
            return found
        found |= {one["id"] for one in page}


async def finds(client: httpx.AsyncClient, number: int) -> bool:
    """Whether what a made-up article says is found."""
    question = f"How many barrels does the cellar of {town(number)} hold?"
    answer = (await client.post("/api/ask", json={"question": question})).json()
    shown = [*answer["citations"], *answer["nearest"]]
    return any(f"holds {barrels(number)} barrels" in one["passage"] for one in shown)


def made_up(number: int) -> str:
    """A line of a .jsonl file: an article about a town that is nowhere else."""
    name = town(number)
    text = "\n".join(
        [
            f"The cellar of {name} holds {barrels(number)} barrels, its keeper said on Tuesday.",
            f"It was dug below the market of {name} when the old one had become too small for the harvest.",
            *(
                f"Lane {lane} of {name} was paved {(number * lane) % 90 + 2} years ago, and its lamps were "
                f"set up by the guild of {town(number + lane)}, which keeps them to this day."
                for lane in range(2, 12)
            ),
        ]
    )
    article = {"id": f"load-{number}", "title": f"The cellar of {name}", "published": "2024-03-05"}
    return json.dumps({**article, "text": text}) + "\n"


def town(number: int) -> str:
    """A name of its own for each number."""
    parts = ("bel", "dor", "fen", "gar", "hol", "kir", "lom", "mur", "nes", "pol")
    return "".join(parts[int(digit)] for digit in f"{number:04d}").capitalize()


def barrels(number: int) -> int:
    """What the cellar of a town holds."""
    return 1200 + 7 * number


def command_seconds(home: Path) -> float:
    """The middle of five times that `communique ask` takes beside the service, start and end included."""
    took: list[float] = []
    for _ in range(5):
        begin = time.perf_counter()
        run("ask", "Where is the headquarters?", home=home)
        took.append(time.perf_counter() - begin)
    return round(statistics.median(took), 2)


def run(*words: str, home: Path) -> str:
    """A command of ours, and what it printed."""
    done = subprocess.run(
        [*COMMUNIQUE, *words], env=environment(home), stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """The service on ``home``, ready; stopped at the end."""
    began = time.perf_counter()
    with subprocess.Popen(
        [*COMMUNIQUE, "serve"], env=environment(home), stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield Served(process, home, began)
        finally:
            process.terminate()
            process.wait()


def environment(home: Path) -> dict[str, str]:
    """Ours, with this home and without anything of the net."""
    return {
        **os.environ,
        "COMMUNIQUE_HOME": str(home.absolute()),
        "COMMUNIQUE_LISTEN": "127.0.0.1:0",
        "COMMUNIQUE_NATO_URL": "http://127.0.0.1:9/",
        "HF_HUB_OFFLINE": "1",
    }


if __name__ == "__main__":
    sys.exit(main())
