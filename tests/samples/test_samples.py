"""The sample collection is what its README says: marked, complete, and answering the questions about it."""

import gzip
import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
FILES = sorted([*(SAMPLES / "articles").iterdir(), *(SAMPLES / "corrections").iterdir()])
MARK = re.compile("sample article", re.IGNORECASE)
FURNITURE = re.compile(r"<(script|style|nav|aside|footer)\b.*?</\1>", re.DOTALL)


def _raw(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")


@cache
def _articles() -> dict[str, str]:
    """What a reader sees of each article, by file name, or by file name and ``#id`` for a JSON line."""
    found = {}
    for path in FILES:
        raw = _raw(path)
        if path.suffix == ".jsonl":
            for record in map(json.loads, raw.splitlines()):
                found[f"{path.name}#{record['id']}"] = record["text"]
        elif path.suffix == ".html":
            found[path.name] = html.unescape(re.sub(r"<[^>]+>", " ", FURNITURE.sub(" ", raw)))
        else:
            found[path.name] = raw
    return found


def _golds(question: dict[str, Any]) -> list[tuple[str, str]]:
    """Every (article, string) that the question names, those of the other side among them."""
    sides = [question, *question.get("against", [])]
    sides += [question["before"]] if "before" in question else []
    return [(side["article"], gold) for side in sides for gold in side["answers"]]


def test_there_are_enough_articles_in_every_format() -> None:
    assert len(_articles()) >= 24
    assert {path.suffix for path in FILES} == {".html", ".md", ".txt", ".jsonl", ".gz"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_sample_carries_its_mark_and_no_real_address(path: Path) -> None:
    raw = _raw(path)
    for article in raw.splitlines() if path.suffix == ".jsonl" else [raw]:
        assert MARK.search(article)
        assert "Communiqué Samples" in article
    hosts = set(re.findall(r"https?://([^/\"\s?>]+)", raw))
    assert hosts <= {"samples.example", "schema.org", "ogp.me"}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_gold_strings_stand_in_the_article_they_name(question: dict[str, Any]) -> None:
    golds = _golds(question)
    assert bool(golds) == (question["kind"] == "answerable")
    for article, gold in golds:
        assert gold in _articles()[article]


def test_questions_are_many_and_of_every_kind() -> None:
    assert len(QUESTIONS) >= 30
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert {question["category"] for question in QUESTIONS} >= {
        "factual", "figure", "time", "attributed", "table", "disagreement", "correction", "near miss",
    }  # fmt: skip


def test_a_correction_has_the_address_of_what_it_corrects() -> None:
    canonical = re.compile(r'<link rel="canonical" href="([^"]+)">')
    first = canonical.findall(_raw(SAMPLES / "articles" / "2025-02-05-common-funding.html"))
    later = canonical.findall(_raw(SAMPLES / "corrections" / "2025-02-07-common-funding-corrected.html"))
    assert first == later
    assert len(first) == 1


def test_each_sample_is_described() -> None:
    described = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in FILES if path.name not in described] == []
