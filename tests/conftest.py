"""Databases for all tests: SQLite in a file, and a real PostgreSQL server that comes from a package."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from tests.servers import PostgresServer

# The same cases every time, for a change to be judged by itself; --hypothesis-profile=searching looks on.
settings.register_profile("any machine", deadline=None, derandomize=True)
settings.register_profile("searching", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server, one for all tests."""
    with PostgresServer() as server:
        yield server.address


@pytest.fixture
def empty_postgres(postgres: str) -> str:
    """The address of a database on it that holds nothing; whoever still used it is sent away."""
    address = make_url(postgres).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'communique.db'}"
    address: str = request.getfixturevalue("empty_postgres")
    return address


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder that every user of the machine can reach, unlike ``tmp_path``."""
    with tempfile.TemporaryDirectory(prefix="communique-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
