"""A backup of either kind of database comes back whole in either kind, and nothing half."""

import json
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.backup import read_backup, write_backup
from bot.desk.clock import utc
from bot.desk.tables import audit
from bot.errors import UsageError
from index.errors import StoreError
from index.store.database import Database
from index.store.states import lineage
from tests.collection import opened, story
from tests.fakes import HashingEmbedder


@pytest.fixture(params=["sqlite to sqlite", "sqlite to postgresql", "postgresql to sqlite"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The addresses of a database to back up, and of one to put it into."""

    def address(kind: str, name: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / name / 'communique.db'}"
        return str(request.getfixturevalue("empty_postgres"))

    first, _, second = request.param.partition(" to ")
    return address(first, "old"), address(second, "new")


AT = datetime(2025, 5, 6, 10, 30, tzinfo=UTC)


def noted(database: Database) -> int:
    """Write down an action of an administrator; its number."""
    values = {"at": AT, "person": "slack:U1", "action": "add", "target": "x", "outcome": "done"}
    with database.write() as connection:
        made = connection.execute(insert(audit).values(values)).inserted_primary_key
    assert made
    return int(made[0])


def test_everything_comes_back_without_embedding_anything_again(
    places: tuple[str, str], tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "uploads").mkdir(parents=True)
    (old / "uploads" / "depot.txt").write_text("The depot.")
    (old / "web.key").write_bytes(b"key")
    file = tmp_path / "backup.zip"
    with opened(old, url=places[0]) as collection:
        collection.add(story("amber"), story("brine"))
        collection.add(story("amber", title="Amber again"))
        numbers = [noted(collection.database) for _ in range(3)]
        made = write_backup(file, collection.database, old)
        before = collection.titles()
    embedder = HashingEmbedder()
    new.mkdir()
    with opened(new, url=places[1], embedder=embedder) as collection:
        found = read_backup(file, collection.database, new)
        collection.indexer.recover()
        assert collection.titles() == before == ["All of brine", "Amber again"]
        assert collection.found("brine ship") >= {"All of brine"}
        assert collection.check().problems == ()
        assert sum(len(collection.reader.versions(one.id)) for one in list(collection.reader.listing())) == 3
        with collection.database.read() as connection:
            times = [utc(moment) for moment in connection.scalars(select(audit.c.at))]
        assert times == [AT] * 3
        assert noted(collection.database) > max(numbers)
        assert embedder.embedded == []
        collection.add(story("cedar"))
        assert collection.check().problems == ()
    assert found == made
    assert (found.articles, found.files) == (2, 2)
    assert (new / "uploads" / "depot.txt").read_text() == "The depot."
    assert stat.S_IMODE((new / "web.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    with opened(tmp_path) as collection:
        collection.add(story("amber"))
        write_backup(file, collection.database, tmp_path)
        with pytest.raises(UsageError, match="exists"):
            write_backup(file, collection.database, tmp_path)
        with pytest.raises(UsageError, match="empty"):
            read_backup(file, collection.database, tmp_path)
        assert collection.titles() == ["All of amber"]
    assert [path.name for path in tmp_path.glob(".backup-*")] == []


def test_indexes_of_another_time_in_the_new_home_are_not_taken_for_its_own(tmp_path: Path) -> None:
    """Their numbers would fit: as many changes, but other passages."""
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "backup.zip"
    with opened(old) as collection:
        collection.add(story("amber"), story("brine"))
        write_backup(file, collection.database, old)
    with opened(new) as collection:
        collection.add(story("cedar"), story("dune"))
    (new / "communique.db").unlink()
    database = Database(f"sqlite:///{new / 'communique.db'}")
    read_backup(file, database, new)
    database.close()
    embedder = HashingEmbedder()
    with opened(new, embedder=embedder) as collection:
        collection.indexer.recover()
        assert collection.check().problems == ()
        assert collection.found("amber ship") >= {"All of amber"}
        assert not collection.lexical.holds("cedar")
    assert embedder.embedded == []


def test_stores_on_servers_are_others_after_a_restore(tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    with opened(tmp_path / "old") as collection:
        before = lineage(collection.database)
        collection.add(story("amber"))
        write_backup(file, collection.database, tmp_path / "old")
        assert lineage(collection.database) == before != ""
    with opened(tmp_path / "new") as collection:
        read_backup(file, collection.database, tmp_path / "new")
        assert lineage(collection.database) not in ("", before)


def test_a_collection_older_than_lineages_keeps_its_stores(tmp_path: Path) -> None:
    with opened(tmp_path) as collection:
        collection.add(story("amber"))
        assert lineage(collection.database) == ""


@pytest.mark.parametrize("damage", ["not a zip", "cut off", "another zip", "newer", "newer schema"])
def test_what_is_no_backup_leaves_the_database_empty(tmp_path: Path, damage: str) -> None:
    file, spoilt = tmp_path / "backup.zip", tmp_path / "spoilt.zip"
    (tmp_path / "old").mkdir()
    with opened(tmp_path / "old") as collection:
        collection.add(story("amber"))
        write_backup(file, collection.database, tmp_path / "old")
    if damage == "not a zip":
        spoilt.write_bytes(b"something else")
    elif damage == "cut off":
        spoilt.write_bytes(file.read_bytes()[:-200])
    else:
        with zipfile.ZipFile(file) as whole, zipfile.ZipFile(spoilt, "w") as packed:
            later = {"format": 99} if damage == "newer" else {"revision": "9999"}
            about = json.loads(whole.read("about.json")) | later
            packed.writestr("about.json", json.dumps(about) if "newer" in damage else "{}")
            packed.writestr("communique.db", whole.read("communique.db"))
    (tmp_path / "new").mkdir()
    with opened(tmp_path / "new") as collection:
        with pytest.raises((UsageError, StoreError), match=r"backup|newer"):
            read_backup(spoilt, collection.database, tmp_path / "new")
        assert collection.titles() == []
        collection.add(story("brine"))


def test_a_file_that_would_lie_outside_of_the_home_is_refused(tmp_path: Path) -> None:
    file, spoilt = tmp_path / "backup.zip", tmp_path / "spoilt.zip"
    home = tmp_path / "old"
    home.mkdir()
    with opened(home) as collection:
        write_backup(file, collection.database, home)
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(spoilt, "w") as packed:
        for name in whole.namelist():
            packed.writestr(name, whole.read(name))
        packed.writestr("home/../outside.txt", "no")
    inside = tmp_path / "new"
    inside.mkdir()
    with opened(inside) as collection, pytest.raises(UsageError, match="outside"):
        read_backup(spoilt, collection.database, inside)
    assert not (tmp_path / "outside.txt").exists()
