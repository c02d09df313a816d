"""Whatever the bytes are, what comes out is articles in good order and sentences."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article, Failure
from index.extract import read_bytes, read_path
from index.extract.clean import clean_characters

NAMES = ["a.txt", "a.md", "a.html", "a.pdf", "a.json", "a.jsonl", "a.txt.gz", "a.unknown"]
SEEDS = Path("../shared/seeds")

PIECES = st.sampled_from(
    [
        "Share",
        "|",
        "---|---",
        "a | b |",
        "---",
        "# x",
        "By Ann Smith",
        "5 April 2025",
        "RELATED TOPICS:",
        "2 hours ago",
        "“A quote.”",
        "Ann Smith",
        "(Reporting by Ann Smith)",
        "OSLO (NTB) – It rains.",
        "",
        "title: x",
        "�",
        "\x00",
        "<html><p>",
        "<!--",
        "<table><tr><td>a<td>b",
        "[a](b",
        "**",
        "- item",
        "{",
        '{"text": "a. b."}',
        "%PDF-1.4",
        "The minister said that the depot in the north would be finished by the autumn of next year.",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=60), max_size=25).map("\n".join)
CONTENTS = st.binary(max_size=400) | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))


def in_order(found: Article | Failure) -> bool:
    if isinstance(found, Failure):
        return bool(found.reason) and "\n" not in found.reason
    lines = found.text.split("\n")
    return (
        bool(found.text.strip())
        and found.text == clean_characters(found.text)
        and all(line == line.strip() for line in lines)
        and "\n\n\n" not in found.text
        and found.text.encode() is not None
        and (found.published is None) == (found.date_source is None) == (found.date_evidence is None)
        and (found.published_at is None or found.published_at.tzinfo is not None)
        and (found.modified is None or found.modified.tzinfo is not None)
    )


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(CONTENTS, st.sampled_from(NAMES))
def test_any_bytes_become_articles_in_order_or_sentences(content: bytes, name: str) -> None:
    for found in read_bytes(content, source=name, name=name):
        assert in_order(found), found


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_any_page_becomes_an_article_in_order_or_a_sentence(text: str) -> None:
    page = f"<html><head><title>x</title></head><body><article><h1>x</h1>{text}</article></body></html>"
    (found,) = read_bytes(
        page.encode("utf-8", "surrogatepass"), source="p", media_type="text/html", url="https://a.example/b"
    )
    assert in_order(found), found


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["text", "id", "url", "title", "publisher", "authors", "published", "language"]), JSON
    )
)
def test_any_json_object_is_an_article_in_order_or_a_sentence(record: dict[str, object]) -> None:
    (found,) = read_bytes(json.dumps(record).encode(), source="a.jsonl", name="a.jsonl")
    assert in_order(found), found


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_reading_what_was_read_changes_nothing(text: str) -> None:
    content = json.dumps({"text": text}).encode()
    (once,) = read_bytes(content, source="a.json", name="a.json")
    if isinstance(once, Article):
        (twice,) = read_bytes(json.dumps({"text": once.text}).encode(), source="a.json", name="a.json")
        assert isinstance(twice, Article)
        assert twice.text == once.text


@pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared/seeds is missing")
def test_scraped_articles_lose_their_furniture_and_nothing_else() -> None:
    texts = {Path(found.source).name[:3]: found for found in read_path(SEEDS)}
    assert len(texts) == 5
    assert all(isinstance(found, Article) for found in texts.values())
    joined = "\n".join(found.text for found in texts.values() if isinstance(found, Article))
    for furniture in (
        "Share\n",
        "Trinity",
        "RELATED",
        "READ ALSO",
        "hours ago",
        "Min Read",
        "Reporting by",
        "Million",
    ):
        assert furniture not in joined
    speakers = [line for line in joined.split("\n") if line == "Mark Rutte"]
    assert len(speakers) == 5
    assert all(isinstance(found, Article) and found.published is None for found in texts.values())
    assert [getattr(texts[name], "publisher", None) for name in sorted(texts)] == [
        None,
        None,
        "Realist English",
        "RKS NEWS",
        None,
    ]
