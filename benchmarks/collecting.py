"""Collecting from a loopback host: pages a second, memory, and the share of time spent waiting.

    python -m benchmarks.collecting [--pages 5000]

The host runs in a process of its own. In the same run a bare httpx client fetches the same pages with as many
requests under way, for the ratio. Then the real pages of ../shared/eval/extraction are collected from the
same host, and what became of each is counted.
"""

import argparse
import asyncio
import gzip
import json
import multiprocessing
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time

import httpx

from index.article import Article, Failure
from index.collect.addresses import Allowance
from index.collect.collector import Collector, PassReport
from index.collect.fetch import Fetcher
from index.collect.hosts import Manners
from index.indexer import AddReport, Indexed
from index.store.database import Database
from index.store.recording import article_id

AT_ONCE = 16
REAL = Path(__file__).parents[2] / "shared" / "eval" / "extraction" / "html"


class Shelf:
    """An intake that only counts: embedding has its own benchmark."""

    def __init__(self) -> None:
        self.articles: dict[str, Article] = {}

    def add(
        self,
        found: Iterable[Article | Failure],
        *,
        each: Callable[[Indexed | Failure], None] = lambda _: None,
    ) -> AddReport:
        """Keep the articles."""
        report = AddReport()
        for one in found:
            if isinstance(one, Failure):
                report.failed.append(one)
                continue
            identifier = article_id(one.identity)
            report.added += identifier not in self.articles
            report.unchanged += identifier in self.articles
            self.articles[identifier] = one
            each(Indexed(id=identifier, outcome="added", source=one.source, title=one.title, passages=1))
        return report

    def recover(self) -> None:
        """Nothing is derived here."""


def made_pages(count: int) -> dict[str, bytes]:
    """Pages of some 6 kB, each of its own."""
    pages = {}
    for n in range(count):
        lines = "".join(
            f"<p>Ship {n} brought crate {m} of fish to the northern harbour before the tide turned.</p>" * 3
            for m in range(20)
        )
        head = f"<head><title>Ship {n} arrives</title><meta property='og:type' content='article'></head>"
        pages[f"/{n}"] = (
            f"<html>{head}<body><article><h1>Ship {n}</h1>{lines}</article></body></html>".encode()
        )
    return pages


def serve(pages: dict[str, bytes], ready: Connection) -> None:
    """A host with keep-alive and ETags, in a process of its own; its address goes to ``ready``."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                path = head.split(" ", 2)[1]
                body = pages.get(path)
                if body is None:
                    writer.write(b"HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n")
                elif 'if-none-match: "1"' in head:
                    writer.write(b'HTTP/1.1 304 Same\r\nETag: "1"\r\n\r\n')
                else:
                    kind = "text/xml" if path == "/feed" else "text/html"
                    lines = [
                        "HTTP/1.1 200 OK",
                        f"Content-Type: {kind}",
                        'ETag: "1"',
                        f"Content-Length: {len(body)}",
                    ]
                    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        items = "".join(f"<url><loc>{base}{path}</loc></url>" for path in pages if path != "/feed")
        pages.setdefault("/feed", f"<urlset>{items}</urlset>".encode())
        ready.send(base)
        await server.serve_forever()

    asyncio.run(main())


class Host:
    """The host as a context; gives its address."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=serve, args=(pages, theirs), daemon=True)

    def __enter__(self) -> str:
        self._process.start()
        return str(self._ours.recv())

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()


async def collected(base: str, home: Path, passes: int) -> list[tuple[PassReport, float, float]]:
    """The reports of so many passes, with their wall-clock and processor seconds."""
    database = Database(f"sqlite:///{home / 'communique.db'}")
    later = 0.0
    results = []
    manners = Manners(pace=0.0, at_once=AT_ONCE)
    async with Fetcher(allowance=Allowance.parse("127.0.0.0/8"), manners=manners) as fetcher:
        from datetime import UTC, datetime, timedelta

        collector = Collector(
            database,
            fetcher,
            Shelf(),
            at_once=AT_ONCE,
            clock=lambda: datetime.now(UTC) + timedelta(days=later),
        )
        collector.sources.add(f"{base}/feed", "sitemap", now=collector.now())
        for _ in range(passes):
            wall, processor = perf_counter(), process_time()
            report = await collector.run_once()
            results.append((report, perf_counter() - wall, process_time() - processor))
            later += 3
    database.close()
    return results


async def bare(base: str, paths: list[str]) -> float:
    """Seconds that a bare httpx client takes for the same pages."""
    queue = list(paths)
    began = perf_counter()
    async with httpx.AsyncClient(trust_env=False) as client:

        async def work() -> None:
            while queue:
                (await client.get(base + queue.pop())).raise_for_status()

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return perf_counter() - began


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=5000)
    count = parser.parse_args().pages
    pages = made_pages(count)
    with Host(pages) as base, tempfile.TemporaryDirectory() as home:
        peer = asyncio.run(bare(base, list(pages)))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        results = asyncio.run(collected(base, Path(home), 2))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"bare httpx: {count / peer:.0f} pages/s")
    for name, (report, wall, processor) in zip(("first", "second"), results, strict=True):
        counts = {
            key: value
            for key, value in report.as_json().items()
            if key not in {"failed", "seconds"} and value
        }
        print(
            f"{name} pass: {count / wall:.0f} pages/s (1/{wall / peer:.1f} of bare httpx), waiting "
            f"{max(0.0, 1 - processor / wall):.0%} of {wall:.1f} s, "
            f"{1000 * processor / count:.1f} ms of processor a page, {len(report.articles.failed)} failed, "
            + json.dumps(counts)
        )
    print(f"peak memory {peak / 1024:.0f} MB ({before / 1024:.0f} MB before the first pass)")
    if not REAL.is_dir():
        print("../shared/eval/extraction is missing: no real pages")
        return
    real = {
        f"/{path.name[:-8]}": gzip.decompress(path.read_bytes()) for path in sorted(REAL.glob("*.html.gz"))
    }
    with Host(real) as base, tempfile.TemporaryDirectory() as home:
        ((report, wall, _),) = asyncio.run(collected(base, Path(home), 1))
    print(f"real pages: {report.articles.added + report.articles.unchanged} articles, of them", end=" ")
    print(
        f"{report.articles.unchanged} with the address of another, {len(report.articles.failed)} failures",
        end=" ",
    )
    print(f"of {len(real)} pages in {wall:.1f} s")
    for reason, number in Counter(failure.reason for failure in report.articles.failed).most_common():
        print(f"  {number:3} {reason}")


if __name__ == "__main__":
    main()
