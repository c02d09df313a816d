"""A database of every revision there ever was, with rows in every table, is brought forward whole."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Column,
    Engine,
    MetaData,
    Table,
    create_engine,
    insert,
    inspect,
    make_url,
    select,
    text,
)

import bot.desk.tables
import index.collect.tables  # noqa: F401 - declares its tables
from index.errors import StoreError
from index.store import database as module
from index.store.database import HEAD, Database
from index.store.schema import metadata

assert bot.desk.tables.events.metadata is metadata

ROOT = Path(__file__).parents[3]
MIGRATIONS = Path(module.__file__).parent.parent / "migrations"
EXAMPLES: dict[type, Any] = {
    int: 1,
    str: "x",
    bool: True,
    float: 1.5,
    bytes: b"1",
    date: date(2025, 5, 6),
    datetime: datetime(2025, 5, 6, 10, 30, tzinfo=UTC),
}


def revisions() -> list[str]:
    return sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))


def engine_of(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg") if "postgresql" in url else url)


def brought_to(url: str, revision: str, *, scripts: Path = MIGRATIONS) -> dict[str, list[dict[str, Any]]]:
    """Make a database of a revision with a row in every table; the rows as they are read again."""
    config = Config()
    config.set_main_option("script_location", str(scripts))
    engine = engine_of(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    with engine.begin() as connection:
        found = MetaData()
        found.reflect(connection)
        for table in found.sorted_tables:
            if table.name != "alembic_version":
                row = {column.name: example(column) for column in table.columns}
                connection.execute(insert(table).values(row))
    rows = rows_of(engine)
    engine.dispose()
    return rows


def example(column: Column[Any]) -> Any:
    if isinstance(column.type, JSON):
        return ["a", {"b": 1}]
    return EXAMPLES[column.type.python_type]


def rows_of(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        found = MetaData()
        found.reflect(connection)
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in found.sorted_tables
            if table.name != "alembic_version"
        }


def assert_whole(url: str, before: dict[str, list[dict[str, Any]]]) -> None:
    """Opened, it has the newest schema and every row that it had, with what stood in it."""
    opened = Database(url)
    assert opened.revision() == HEAD
    with opened.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    after = rows_of(opened.engine)
    for name, rows in before.items():
        assert [{key: row[key] for key in old} for row, old in zip(after[name], rows, strict=True)] == rows
    opened.close()


@pytest.mark.parametrize("revision", revisions())
def test_a_database_of_every_revision_is_brought_forward_with_its_rows(
    database_url: str, revision: str
) -> None:
    before = brought_to(database_url, revision)
    assert len(before) >= 9
    assert_whole(database_url, before)
    saved = saved_rows(database_url, revision)
    assert saved == ({} if revision == HEAD else before), "as it was is kept beside it"


def saved_rows(url: str, revision: str) -> dict[str, list[dict[str, Any]]]:
    """What was saved before a migration."""
    if "postgresql" not in url:
        file = Path(f"{url.removeprefix('sqlite:///')}.{revision}")
        return rows_of(create_engine(f"sqlite:///{file}")) if file.exists() else {}
    engine = engine_of(url)
    schema = f"communique_{revision}"
    try:
        with engine.connect() as connection:
            names = inspect(connection).get_table_names(schema=schema)
            tables = [Table(name, MetaData(), schema=schema, autoload_with=connection) for name in names]
            return {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in tables
                if table.name != "alembic_version"
            }
    finally:
        drop = "DROP SCHEMA IF EXISTS " + schema + " CASCADE"
        with engine.begin() as connection:
            connection.execute(text(drop))
        engine.dispose()


def committed() -> Iterator[str]:
    """The commits that changed migrations, newest first; none outside of a checkout with its history."""
    done = subprocess.run(
        ["git", "log", "--format=%H", "--", "index/migrations/versions"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    yield from done.stdout.split() if done.returncode == 0 else ()


def test_a_database_of_every_commit_is_brought_forward(tmp_path: Path) -> None:
    """Also of those in which a migration read otherwise than it does now."""
    commits = list(committed())
    if len(commits) < 2:
        pytest.skip("there is no history of the migrations here: no git checkout, or a shallow one")
    for number, commit in enumerate(commits):
        folder = tmp_path / f"{number}"
        packed = subprocess.run(
            ["git", "archive", commit, "index/migrations"], cwd=ROOT, capture_output=True, check=True
        )
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(folder, filter="data")
        url = f"sqlite:///{folder / 'communique.db'}"
        scripts = folder / "index" / "migrations"
        config = Config()
        config.set_main_option("script_location", str(scripts))
        (head,) = ScriptDirectory.from_config(config).get_heads()
        assert_whole(url, brought_to(url, head, scripts=scripts))


def test_the_first_days_columns_come_on_postgresql_too(empty_postgres: str) -> None:
    before = brought_to(empty_postgres, "0001")
    engine = engine_of(empty_postgres)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE editions DROP COLUMN known_by, DROP COLUMN remarks"))
        connection.execute(text("ALTER TABLE vectors ALTER COLUMN model TYPE varchar(64)"))
    engine.dispose()
    for row in before["editions"]:
        del row["known_by"], row["remarks"]
    assert_whole(empty_postgres, before)
    saved_rows(empty_postgres, "0001")


def test_a_copy_that_was_cut_off_is_made_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'communique.db'}"
    before = brought_to(url, "0003")
    (tmp_path / "communique.db.0003.partial").write_bytes(b"half")
    assert_whole(url, before)
    assert saved_rows(url, "0003") == before
    assert not (tmp_path / "communique.db.0003.partial").exists()


def test_a_user_who_may_not_make_schemas_is_told_what_to_do(empty_postgres: str) -> None:
    before = brought_to(empty_postgres, "0005")
    engine = engine_of(empty_postgres)
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS plain"))
        connection.execute(text("CREATE ROLE plain LOGIN"))
        connection.execute(text("GRANT ALL ON SCHEMA public TO plain"))
        for name in [*before, "alembic_version"]:
            connection.execute(text(f"ALTER TABLE {name} OWNER TO plain"))
    url = make_url(empty_postgres).set(username="plain").render_as_string(hide_password=False)
    with pytest.raises(StoreError, match="make an empty schema communique_0005") as caught:
        Database(url)
    assert "\n" not in str(caught.value)
    assert rows_of(engine) == before
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA communique_0005"))
    assert_whole(url, before)
    saved_rows(empty_postgres, "0005")
    with engine.begin() as connection:
        connection.execute(text("DROP OWNED BY plain CASCADE"))
        connection.execute(text("DROP ROLE plain"))
    engine.dispose()
