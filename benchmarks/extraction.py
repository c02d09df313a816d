"""How well articles are taken out of web pages, beside trafilatura as it comes, in the same run.

    .venv/bin/python -m benchmarks.extraction [--pages FOLDER] [--worst N]

FOLDER (``../shared/eval/extraction``) holds ``gold.jsonl`` and ``html/*.html.gz``. Word F1 is over bags of
lower-cased words, averaged over pages; dates must be exactly right; titles are compared by letters and
digits; snippets are those that must, and must not, stand in the text.
"""

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.article import Failure
from index.extract import read_bytes


@dataclass
class Extracted:
    """What one extractor found on one page."""

    text: str
    title: str
    published: str
    author: str
    refused: str = ""


@dataclass
class Score:
    """Sums over pages."""

    f1: list[float] = field(default_factory=list)
    title: int = 0
    date: int = 0
    author: int = 0
    kept: int = 0
    wanted: int = 0
    leaked: int = 0
    unwanted: int = 0
    seconds: float = 0.0
    worst: list[tuple[float, str]] = field(default_factory=list)


def main() -> None:
    """Print one line of measures an extractor, then the pages on which this one is worst."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--pages", type=Path, default=Path("../shared/eval/extraction"))
    arguments.add_argument("--worst", type=int, default=0)
    options = arguments.parse_args()
    gold_file = options.pages / "gold.jsonl"
    if not gold_file.exists():
        raise SystemExit(f"{gold_file} is missing: this benchmark needs pages with gold texts")
    gold = [json.loads(line) for line in gold_file.read_text("utf-8").splitlines()]
    pages = [gzip.decompress((options.pages / "html" / page["file"]).read_bytes()) for page in gold]
    with_trafilatura(pages[0], gold[0]["url"])  # imports are not measured
    print(f"{len(gold)} pages      word F1   date  title author   kept  leaked  ms a page")
    for name, extract in (("trafilatura", with_trafilatura), ("communique", with_communique)):
        result = score(extract, pages, gold)
        n = len(gold)
        print(
            f"{name:14}{sum(result.f1) / n:10.4f} {result.date / n:6.3f} {result.title / n:6.3f}"
            f" {result.author / n:6.3f} {result.kept:4}/{result.wanted} {result.leaked:3}/{result.unwanted}"
            f" {1000 * result.seconds / n:8.1f}"
        )
    for value, line in sorted(result.worst)[: options.worst]:
        print(f"{value:.3f} {line}")


def with_trafilatura(content: bytes, url: str) -> Extracted:
    """The library as it comes."""
    from trafilatura import bare_extraction

    found: Any = bare_extraction(content, url=url, with_metadata=True)
    if found is None:
        return Extracted("", "", "", "")
    return Extracted(found.text or "", found.title or "", found.date or "", found.author or "")


def with_communique(content: bytes, url: str) -> Extracted:
    """The project's reading of the same page."""
    (found,) = read_bytes(content, source=url, media_type="text/html", url=url)
    if isinstance(found, Failure):
        return Extracted("", "", "", "", refused=found.reason)
    published = found.published.isoformat() if found.published else ""
    return Extracted(found.text, found.title or "", published, "; ".join(found.authors))


def score(
    extract: Callable[[bytes, str], Extracted], pages: list[bytes], gold: list[dict[str, Any]]
) -> Score:
    """The measures of ``extract`` over all pages."""
    result = Score()
    for content, wanted in zip(pages, gold, strict=True):
        start = time.perf_counter()
        found = extract(content, wanted["url"])
        result.seconds += time.perf_counter() - start
        f1 = word_f1(found.text, wanted["text"])
        result.f1.append(f1)
        result.date += found.published == wanted["published"]
        result.title += folded(found.title) == folded(wanted["title"])
        names = [folded(name) for name in re.split(r",\s*(?:and )?|\s+and\s+", wanted["author"] or "")]
        result.author += all(name in folded(found.author) for name in names)
        text = " ".join(found.text.split())
        result.kept += sum(" ".join(snippet.split()) in text for snippet in wanted["must_contain"])
        result.wanted += len(wanted["must_contain"])
        result.leaked += sum(" ".join(snippet.split()) in text for snippet in wanted["must_not_contain"])
        result.unwanted += len(wanted["must_not_contain"])
        title = date = ""
        if folded(found.title) != folded(wanted["title"]):
            title = f" title {found.title!r} not {wanted['title']!r}"
        if found.published != wanted["published"]:
            date = f" date {found.published} not {wanted['published']}"
        result.worst.append((f1, f"{wanted['file']} {found.refused}{title}{date}"))
    return result


def word_f1(found: str, wanted: str) -> float:
    """Harmonic mean of precision and recall over the words as bags."""
    ours, theirs = Counter(re.findall(r"\w+", found.lower())), Counter(re.findall(r"\w+", wanted.lower()))
    common = (ours & theirs).total()
    return 2 * common / (ours.total() + theirs.total()) if common else 0.0


def folded(text: str | None) -> str:
    """Letters and digits alone, in lower case."""
    return "".join(character for character in (text or "").lower() if character.isalnum())


if __name__ == "__main__":
    main()
