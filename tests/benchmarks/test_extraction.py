"""Floors under which the reading of real pages may not fall; `benchmarks.extraction` measures all of them."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.extraction import score, with_communique

PAGES = Path(__file__).parents[3] / "shared" / "eval" / "extraction"
EVERY = 4
"""So many pages of the set for one that is read here."""


@pytest.mark.skipif(not PAGES.is_dir(), reason="../shared/eval/extraction is missing")
def test_real_pages_are_read_as_well_as_before() -> None:
    gold = [json.loads(line) for line in (PAGES / "gold.jsonl").read_text("utf-8").splitlines()][::EVERY]
    pages = [gzip.decompress((PAGES / "html" / page["file"]).read_bytes()) for page in gold]
    found = score(with_communique, pages, gold)
    assert min(found.f1) > 0  # as a page has that is refused
    assert sum(found.f1) / len(gold) >= 0.95
    assert found.date / len(gold) >= 0.87
    assert found.title / len(gold) >= 0.82
    assert found.author / len(gold) >= 0.85
