"""Collecting through mitmproxy, which does something wrong to every page the first two times it is asked for.

    python -m benchmarks.faults [--pages 72] [--mitmdump PATH]

Needs mitmproxy, best in an environment of its own. Twelve kinds of fault take turns: silence, resets before
and in the middle of the reply, truncation, 503 and 429 with Retry-After, a wrong type, bytes that are not the
gzip they say they are, a gzip bomb, a circle of redirects, an empty page and a length that is too short. The
passes are a month apart on the collector's clock; at the end every page must be held.
"""

import argparse
import asyncio
import json
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.collecting import Host, Shelf, made_pages
from index.collect.addresses import Allowance
from index.collect.collector import Collector
from index.collect.fetch import Fetcher, Limits
from index.collect.hosts import Manners
from index.store.database import Database

LIMITS = Limits(deadline=2.0, attempts=1, size=2_000_000, patience=1.5)
PASSES = 5

_ADDON = """
import asyncio, collections, gzip
from mitmproxy import http

FAULTS = ["silence", "reset", "reset within", "truncation", 503, 429, "type", "no gzip", "bomb", "circle",
          "empty", "short"]
asked = collections.Counter()

def fault(flow):
    path = flow.request.path.split("?")[0]
    return FAULTS[int(path[1:]) % len(FAULTS)] if path[1:].isdigit() and asked[path] <= 2 else None

async def request(flow):
    asked[flow.request.path.split("?")[0]] += "?" not in flow.request.path
    kind = fault(flow)
    if kind == "silence":
        await asyncio.sleep(5)
    elif kind == "reset":
        flow.kill()
    elif kind == "circle":
        flow.response = http.Response.make(302, b"", {"Location": flow.request.path.split("?")[0] + "?"})

async def response(flow):
    kind, reply = fault(flow), flow.response
    if kind == "reset within":
        flow.kill()
    elif kind == "truncation":
        reply.headers["content-length"] = str(len(reply.raw_content) + 5000)
    elif kind in (503, 429):
        flow.response = http.Response.make(kind, b"", {"Retry-After": "1"})
    elif kind == "type":
        reply.headers["content-type"] = "image/png"
    elif kind == "no gzip":
        reply.headers["content-encoding"] = "gzip"
    elif kind == "bomb":
        reply.raw_content = gzip.compress(bytes(80_000_000))
        reply.headers["content-encoding"] = "gzip"
        reply.headers["content-length"] = str(len(reply.raw_content))
    elif kind == "empty":
        reply.raw_content, reply.headers["content-length"] = b"", "0"
    elif kind == "short":
        reply.headers["content-length"] = "10"
"""


class Timed(Fetcher):
    """A fetcher that notes the longest of its fetches in seconds, the wait for its turn included."""

    longest = 0.0

    async def fetch(self, url: str, **options: Any) -> Any:
        """See `Fetcher.fetch`."""
        began = time.monotonic()
        try:
            return await super().fetch(url, **options)
        finally:
            self.longest = max(self.longest, time.monotonic() - began)


@contextmanager
def proxied(mitmdump: str, base: str, port: int, folder: Path) -> Iterator[None]:
    """A mitmproxy on ``port`` in front of ``base``."""
    addon = folder / "faults.py"
    addon.write_text(_ADDON)
    command = [mitmdump, "-q", "--mode", f"reverse:{base}", "-p", str(port), "-s", str(addon)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(120):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.5)
            else:
                break
        yield
    finally:
        process.terminate()
        process.wait(30)


async def measure(address: str, home: Path) -> int:
    """Passes over the feed at ``address``; how many articles are held after the last."""
    later, shelf = timedelta(), Shelf()
    database = Database(f"sqlite:///{home / 'communique.db'}")
    # The host is not left alone however often it fails: it is the pages that are looked at here.
    manners = Manners(pace=0.0, at_once=8, rest_after=10**6)
    async with Timed(allowance=Allowance.parse("127.0.0.0/8"), limits=LIMITS, manners=manners) as web:
        collector = Collector(database, web, shelf, clock=lambda: datetime.now(UTC) + later)
        collector.sources.add(f"{address}/feed", "sitemap", now=collector.now())
        for number in range(1, PASSES + 1):
            began, web.longest = time.perf_counter(), 0.0
            report = await collector.run_once()
            told = {
                "pass": number,
                "added": report.articles.added,
                "failed": len(report.articles.failed),
                "seconds": round(time.perf_counter() - began, 1),
                "longest_fetch": round(web.longest, 1),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "reasons": dict(Counter(one.reason for one in report.articles.failed)),
            }
            print(json.dumps(told), flush=True)
            later += timedelta(days=31)
    database.close()
    return len(shelf.articles)


def main() -> None:
    """Print what each pass brought; exit with 1 where an article was lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pages", type=int, default=72)
    parser.add_argument("--mitmdump", default="mitmdump")
    options = parser.parse_args()
    if not (mitmdump := shutil.which(options.mitmdump)):
        sys.exit("skipped: mitmdump is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    pages = made_pages(options.pages)
    listed = "".join(f"<url><loc>{address}{path}</loc></url>" for path in pages)
    pages["/feed"] = f"<urlset>{listed}</urlset>".encode()
    with (
        tempfile.TemporaryDirectory() as name,
        Host(pages) as base,
        proxied(mitmdump, base, port, Path(name)),
    ):
        held = asyncio.run(measure(address, Path(name)))
    print(f"{held} of {options.pages} pages held; the deadline is {LIMITS.deadline:g} s a fetch")
    sys.exit(held != options.pages)


if __name__ == "__main__":
    main()
