import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select, text

import bot.desk.tables
import index.collect.tables  # noqa: F401 - declares its tables
from index.errors import StoreError
from index.store import database as module
from index.store.database import HEAD, Database
from index.store.numbers import take_numbers
from index.store.schema import counters, metadata, states

assert bot.desk.tables.events.metadata is metadata

MIGRATIONS = Path(module.__file__).parent.parent / "migrations"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def test_migrations_make_exactly_the_declared_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        names = set(inspect(connection).get_table_names())
    assert names == set(metadata.tables) | {"alembic_version"}


def test_head_is_the_newest_migration(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]
    assert database.revision() == HEAD


def test_an_open_database_is_opened_again_without_change(database_url: str) -> None:
    first = Database(database_url)
    with first.write() as connection:
        connection.execute(insert(states).values(name="kept", value=1))
    second = Database(database_url)
    with second.read() as connection:
        assert connection.scalar(select(states.c.value)) == 1
    first.close()
    second.close()


def test_a_newer_schema_is_refused_in_one_sentence(database_url: str) -> None:
    opened = Database(database_url)
    with opened.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()
    with pytest.raises(StoreError, match="newer Communiqué"):
        Database(database_url)


def test_a_failed_transaction_leaves_nothing_not_even_tables(database: Database) -> None:
    def begin_and_break_off() -> None:
        with database.write() as connection:
            connection.execute(text("CREATE TABLE half (x INTEGER)"))
            connection.execute(insert(states).values(name="half", value=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        begin_and_break_off()
    with database.read() as connection:
        assert not database.engine.dialect.has_table(connection, "half")
        assert connection.scalar(select(states.c.value)) is None


def test_a_reader_sees_one_state_throughout(database: Database) -> None:
    with database.read() as reader:
        assert reader.scalar(select(states.c.value)) is None
        with database.write() as connection:
            connection.execute(insert(states).values(name="late", value=1))
        assert reader.scalar(select(states.c.value)) is None
    with database.read() as reader:
        assert reader.scalar(select(states.c.value)) == 1


def test_numbers_rise_with_the_order_of_commits(database: Database) -> None:
    """Eight threads take numbers at once; nobody who reads the highest ever misses a lower one."""
    given: list[int] = []
    missed: list[int] = []

    def take() -> None:
        for _ in range(10):
            with database.write() as connection:
                number = take_numbers(connection, "change", 1)
                connection.execute(insert(states).values(name=f"n{number:04}", value=number))
                given.append(number)

    def watch() -> None:
        while len(given) < 80:
            with database.read() as connection:
                last = connection.scalar(select(counters.c.value)) or 0
                missed.append(last - len(connection.scalars(select(states.c.name)).all()))

    threads = [threading.Thread(target=take) for _ in range(8)]
    watcher = threading.Thread(target=watch)
    for thread in (*threads, watcher):
        thread.start()
    for thread in (*threads, watcher):
        thread.join()
    assert given == list(range(1, 81))
    assert not any(missed)


def test_the_driver_for_postgresql_need_not_be_named(empty_postgres: str) -> None:
    assert empty_postgres.startswith("postgresql://")
    opened = Database(empty_postgres)
    assert opened.revision() == HEAD
    opened.close()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("no address", "not a database address"),
        ("mysql://host/name", "use sqlite or postgresql"),
        ("postgresql://nobody:hidden@127.0.0.1:1/none", "failed: "),
    ],
)
def test_a_wrong_address_is_one_sentence_without_the_password(address: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as caught:
        Database(address)
    assert "hidden" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be made"):
        Database(f"sqlite:///{tmp_path}/file/home/communique.db")


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "communique.db").write_bytes(b"certainly not SQLite" * 400)
    with pytest.raises(StoreError, match="not a database"):
        Database(f"sqlite:///{tmp_path}/communique.db")


def test_a_full_disk_is_one_sentence_and_undoes_the_transaction(tmp_path: Path) -> None:
    """SQLite's limit on pages stands in for the disk: it fails in the same place with the same error."""
    database = Database(f"sqlite:///{tmp_path}/communique.db")

    def write_too_much() -> None:
        with database.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            connection.execute(insert(states).values(name="small", value=1))
            connection.execute(insert(states).values(name="big", value="x" * 1_000_000))

    with pytest.raises(StoreError, match="full"):
        write_too_much()
    database.close()
    with sqlite3.connect(tmp_path / "communique.db") as raw:
        assert raw.execute("SELECT count(*) FROM states").fetchone() == (0,)
