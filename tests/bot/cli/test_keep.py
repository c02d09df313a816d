"""Installing, forgetting, backing up and embedding again, from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.cli import main
from bot.root import Root
from bot.settings import Settings
from index.store.database import Database
from index.store.doctor import drop_other_vectors, embed_missing
from index.store.schema import vectors
from tests.collection import opened, story
from tests.fakes import HashingEmbedder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COMMUNIQUE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_manifest_is_printed_to_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slack", "manifest"]) == 0
    local = json.loads(capsys.readouterr().out)
    assert main(["slack", "manifest", "--url", "https://bot.example"]) == 0
    public = json.loads(capsys.readouterr().out)
    assert main(["slack", "manifest", "--url", "http://bot.example"]) == 2
    assert local["settings"]["socket_mode_enabled"]
    assert public["settings"]["event_subscriptions"]["request_url"].startswith("https://bot.example/")


def test_the_invite_names_the_application(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["discord", "invite", "--application", "4711"]) == 0
    assert "client_id=4711&" in capsys.readouterr().out
    assert main(["discord", "invite"]) == 2
    assert "DISCORD_TOKEN" in capsys.readouterr().err


def test_a_person_is_listed_and_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Who is there?"]) == 0
    capsys.readouterr()
    listed = as_json(capsys, "forget", "terminal:local")
    erased = as_json(capsys, "forget", "terminal:local", "--yes")
    after = as_json(capsys, "forget", "terminal:local", "--yes")
    assert (listed["questions"], listed["erased"]) == (1, False)
    assert (erased["questions"], erased["erased"]) == (1, True)
    assert (after["questions"], after["erased"]) == (0, False)
    assert main(["forget", "somebody"]) == 2


def test_what_is_kept_of_a_person_is_shown_to_whoever_asks_for_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["ask", "Who is there?"]) == 0
    capsys.readouterr()
    records = as_json(capsys, "forget", "terminal:local", "--list")["records"]
    (question,) = records["questions"]
    assert (question["text"], question["platform"]) == ("Who is there?", "terminal")
    assert question["answer"]
    assert main(["forget", "terminal:local", "--list"]) == 0
    assert "Who is there?" in capsys.readouterr().out
    assert as_json(capsys, "forget", "terminal:local")["questions"] == 1, "nothing was erased"


def test_a_backup_is_put_back_into_a_new_home(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["ask", "Who is there?"]) == 0
    capsys.readouterr()
    made = as_json(capsys, "backup", "b.zip")
    assert main(["backup", "b.zip"]) == 2
    capsys.readouterr()
    monkeypatch.setenv("COMMUNIQUE_HOME", str(tmp_path / "new"))
    assert as_json(capsys, "restore", "b.zip") == made
    assert as_json(capsys, "forget", "terminal:local")["questions"] == 1


def test_another_models_vectors_stand_beside_the_old_ones_until_they_are_dropped(home: Path) -> None:
    old, new = HashingEmbedder(), HashingEmbedder("tests/another", dimensions=48)
    home.mkdir()
    with opened(home, embedder=old) as collection:
        collection.add(story("amber"), story("brine"))
        count = sum(embed_missing(collection.database, new))
        assert count == len(set(old.embedded)) == _held(collection.database) / 2
        assert collection.found("amber ship") >= {"All of amber"}, "the old ones serve on"
    with opened(home, embedder=new) as collection:
        collection.indexer.recover()
        assert collection.found("amber ship") >= {"All of amber"}
        assert len(new.embedded) == count, "nothing is embedded twice"
        assert drop_other_vectors(collection.database, new.model) == count
        assert collection.check().problems == ()


def test_reindex_says_that_there_is_nothing_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = Root(Settings())
    root.close()
    found = as_json(capsys, "reindex")
    assert found["embedded"] == 0


def _held(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(vectors)) or 0
