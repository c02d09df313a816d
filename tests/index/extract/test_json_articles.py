import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from index.article import Article, Failure
from index.extract import read_bytes

TEXT = "The depot would be finished by autumn, the minister said. The road to it would be widened first."


def read(*records: Any, name: str = "a.jsonl") -> list[Article | Failure]:
    content = "\n".join(record if isinstance(record, str) else json.dumps(record) for record in records)
    return list(read_bytes(content.encode(), source=name, name=name))


def article(**fields: Any) -> Article:
    (found,) = read({"text": TEXT, **fields})
    assert isinstance(found, Article)
    return found


def reasons(found: list[Article | Failure]) -> Iterator[str]:
    return (one.reason for one in found if isinstance(one, Failure))


def test_all_fields_are_taken() -> None:
    found = article(
        id=7,
        url="https://www.Example.org:443/a/?utm_source=x&b=1#top",
        title="A Depot Opens",
        publisher="Fjord News",
        authors=["Ann Smith", "Bob Jones"],
        published="2025-06-25T22:30:00+02:00",
        language="en-GB",
    )
    assert found.identity == found.url == "https://www.example.org/a/?b=1"
    assert (found.external_id, found.title, found.publisher) == ("7", "A Depot Opens", "Fjord News")
    assert found.authors == ("Ann Smith", "Bob Jones")
    assert found.published == date(2025, 6, 25)
    assert found.published_at == datetime(2025, 6, 25, 20, 30, tzinfo=UTC)
    assert (found.date_source, found.date_evidence) == ("given", "published: 2025-06-25T22:30:00+02:00")
    assert (found.language, found.text) == ("en", TEXT)


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("2025-06-25", date(2025, 6, 25)),
        ("2025-06-25 10:00", date(2025, 6, 25)),
        ("Wed, 25 Jun 2025 10:00:00 GMT", date(2025, 6, 25)),
        ("June 25, 2025", date(2025, 6, 25)),
        ("25. Juni 2025", date(2025, 6, 25)),
        ("25.06.2025", date(2025, 6, 25)),
        (1750845600, date(2025, 6, 25)),
        (1750845600000, date(2025, 6, 25)),
        ("03/04/2025", None),
        ("last week", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_in_common_forms_and_not_guessed(given: object, day: date | None) -> None:
    assert article(published=given).published == day


def test_without_url_the_source_and_the_id_are_the_identity() -> None:
    assert article(id="q7").identity == "a.jsonl#q7"


def test_without_url_and_id_a_line_keeps_its_identity_when_others_are_added() -> None:
    (alone,) = read({"text": TEXT})
    _, after = read({"text": "Another text, which was put above the first one later on."}, {"text": TEXT})
    assert isinstance(alone, Article)
    assert isinstance(after, Article)
    assert alone.identity == after.identity


def test_the_publisher_is_named_by_the_host_where_only_the_url_is_known() -> None:
    assert article(url="https://www.example.org/a").publisher == "example.org"


def test_a_site_named_in_the_title_is_cut() -> None:
    assert (
        article(url="https://edition.example.org/a", title="A Depot Opens - Example").title == "A Depot Opens"
    )


def test_each_bad_line_is_named_and_the_others_are_read() -> None:
    found = read(
        {"text": TEXT},
        {"title": "no text"},
        "{broken",
        {"text": 5},
        "[1]",
        {"text": TEXT, "title": ["a"]},
        {"text": TEXT, "id": {"a": 1}},
        {"text": TEXT, "authors": [1]},
        {"text": TEXT, "published": ["2025"]},
        "",
        {"text": TEXT + " More."},
    )
    failures = [one for one in found if isinstance(one, Failure)]
    assert len(found) - len(failures) == 2
    assert [failure.source for failure in failures] == [f"a.jsonl:{number}" for number in range(2, 10)]
    for failure, word in zip(
        failures,
        ['"text"', "JSON", "a number", "a list", '"title"', '"id"', '"authors"', '"published"'],
        strict=True,
    ):
        assert word in failure.reason
        assert "\n" not in failure.reason


def test_a_json_file_is_one_article_or_a_list_or_lines() -> None:
    record = {"text": TEXT}
    for content in (record, [record], {"articles": [record]}):
        (found,) = read(json.dumps(content, indent=1), name="a.json")
        assert isinstance(found, Article)
    assert len(read({"text": TEXT}, {"text": TEXT + " More."}, name="a.json")) == 2


def test_the_only_article_of_a_json_file_is_known_by_the_file() -> None:
    (found,) = read({"text": TEXT}, name="a.json")
    assert isinstance(found, Article)
    assert found.identity == "a.json"


def test_deep_nesting_and_endless_numbers_are_failures() -> None:
    assert all(reasons(read("[" * 100_000)))
    assert list(reasons(read('{"text": ' + "9" * 5000 + "}")))
    assert list(reasons(read("[" * 100_000, name="a.json")))


def test_characters_that_no_database_takes_are_removed() -> None:
    (found,) = read(
        '{"text": "A depot\\u0000 opens\\ud800 in\\u200b the\\u00a0north. \\ud83d\\ude00 \\u202eIt is new."}'
    )
    assert isinstance(found, Article)
    assert found.text == "A depot opens in the north. 😀 It is new."


def test_only_sure_furniture_leaves_a_text_that_was_extracted_already() -> None:
    found = article(
        text=f"{TEXT}\n\nAdvertisement\n\nA Heading Below\n\n{TEXT} Twice.\n\nThe Last Line Is a Headline"
    )
    assert found.text == f"{TEXT}\n\nA Heading Below\n\n{TEXT} Twice.\n\nThe Last Line Is a Headline"
