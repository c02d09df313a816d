"""What is visited and what was added, listed, shown and taken out on the command line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bot.cli import main
from bot.root import Root
from bot.settings import Settings
from tests.fakes import HashingEmbedder

RSS = "<rss><channel><title>Harbour</title>{}</channel></rss>"
ITEM = "<item><title>{0}</title><link>{1}</link></item>"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COMMUNIQUE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COMMUNIQUE_ALLOW_PRIVATE", "127.0.0.1,localhost")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def root(home: Path) -> Iterator[Root]:
    made = Root(Settings(), embedder=HashingEmbedder())
    yield made
    made.close()


def page(name: str) -> str:
    sentences = " ".join(f"On day {n} the harbour of {name} took in {n} boats before noon." for n in range(9))
    return f"<html><head><title>Boats in {name}</title></head><body><article><p>{sentences}</p></article>"


def serve(site: HTTPServer, *names: str) -> str:
    """A feed of pages with these names; its address."""
    for name in names:
        site.expect_request(f"/{name}").respond_with_data(page(name), content_type="text/html")
    site.expect_request("/robots.txt").respond_with_data("", status=404)
    items = "".join(ITEM.format(name, site.url_for(f"/{name}")) for name in names)
    site.expect_request("/feed").respond_with_data(RSS.format(items), content_type="application/rss+xml")
    return site.url_for("/feed")


def collect(root: Root, *urls: str) -> dict[str, Any]:
    with root.collection(purpose="a test") as collection:
        return root.add_urls(urls, collection, each=lambda _: None).as_json()


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_sources_tell_how_visits_go(
    root: Root, home: Path, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = serve(httpserver, "narvik", "gdansk")
    file = home.parent / "notes.txt"
    file.write_text("A depot was opened in Narvik on Monday, the mayor said.\n" * 3)
    collect(root, feed, httpserver.url_for("/gdansk"))
    with root.collection(purpose="a test") as collection:
        from index.extract import read_path

        collection.indexer.add(read_path(file))
    found = printed(capsys, "sources")
    by_source = {one["source"]: one for one in found["sources"]}
    visited = by_source[feed]
    assert (visited["kind"], visited["state"], visited["articles"], visited["pages"]) == (
        "feed",
        "active",
        2,
        2,
    )
    assert visited["last_error"] is None
    assert visited["due"] > visited["checked"]
    assert by_source[str(file)] == {"source": str(file), "kind": "file", "articles": 1}
    assert len(found["articles"]) == 3
    alone = by_source[httpserver.url_for("/gdansk")]
    assert (alone["kind"], alone["state"], alone["articles"]) == ("page", "active", 0)
    assert alone["last_error"] is None
    assert main(["sources"]) == 0
    shown = capsys.readouterr().out
    assert "active" in shown
    assert f"{feed} " in shown
    assert "Boats in narvik" in shown


def test_a_removed_article_does_not_come_back_by_itself(
    root: Root, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = serve(httpserver, "narvik")
    collect(root, feed)
    (article,) = printed(capsys, "sources")["articles"]
    assert printed(capsys, "remove", article["id"])["removed"] == [article["id"]]
    assert collect(root, feed)["added"] == 0
    assert printed(capsys, "sources")["articles"] == []
    assert collect(root, article["url"])["added"] == 1


def test_the_pages_of_a_source_say_what_went_wrong(
    root: Root, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    httpserver.expect_request("/gdansk").respond_with_data("", status=404)
    feed = serve(httpserver, "narvik", "gdansk")
    collect(root, feed)
    found = printed(capsys, "sources", feed)["pages"]
    assert [(one["url"], one["state"]) for one in found] == [
        (httpserver.url_for("/gdansk"), "refused"),
        (httpserver.url_for("/narvik"), "held"),
    ]
    assert found[0]["last_error"] == "There is no page at this address (status 404)."
    assert main(["sources", feed]) == 0
    assert "status 404" in capsys.readouterr().out
    assert main(["sources", "https://nobody.example/"]) == 1


def test_a_source_is_paused_resumed_and_taken_out(
    root: Root, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = serve(httpserver, "narvik")
    collect(root, feed)
    assert printed(capsys, "sources", "--pause", feed)["sources"][0]["state"] == "paused"
    assert printed(capsys, "sources", "--resume", feed)["sources"][0]["state"] == "active"
    assert main(["sources", "--pause", "https://nobody.example/feed"]) == 1
    assert "is not visited" in capsys.readouterr().err
    assert len(printed(capsys, "remove", feed)["removed"]) == 1
    assert printed(capsys, "sources") == {"sources": [], "articles": []}
    assert main(["remove", feed]) == 1


def test_versions_show_what_changed_and_recalls_who_was_told(
    root: Root, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from index.extract import read_path

    file = home.parent / "depot.txt"
    with root.collection(purpose="a test") as collection:
        for number in (300, 200):
            file.write_text(
                f"The depot in Narvik holds {number} vehicles. It was opened in May by the mayor."
            )
            collection.indexer.add(read_path(file))
    (article,) = printed(capsys, "sources")["articles"]
    found = printed(capsys, "article", article["id"], "--versions")
    assert [one["version"] for one in found["versions"]] == [1, 2]
    (change,) = found["versions"][1]["changes"]
    assert ("300" in change["before"], "200" in change["after"]) == (True, True)
    assert main(["article", article["id"], "--versions"]) == 0
    assert "- The depot in Narvik holds 300 vehicles." in capsys.readouterr().out
    assert printed(capsys, "recalls") == {"recalls": []}
    assert main(["article", "nosuch", "--versions"]) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("COMMUNIQUE_ALLOW_PRIVATE", "10.0.0.0/99 ?"), ("COMMUNIQUE_TELL_RECALLS", "everywhere")],
)
def test_a_wrong_setting_stops_the_start_in_one_line(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert main(["sources"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"communique: {name}: ")
    assert len(told.err.splitlines()) == 1


def test_retries_are_told_on_standard_error_alone(
    root: Root, httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/busy").respond_with_data("later", status=503)
    assert main(["add", httpserver.url_for("/busy"), "--json"]) == 1
    told = capsys.readouterr()
    (line,) = told.out.splitlines()
    assert json.loads(line)["failed"][0]["source"] == httpserver.url_for("/busy")
