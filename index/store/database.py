"""The relational database, which is the truth: opened, brought to the newest schema, read and written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.schema import CreateSchema

from index.errors import StoreError

HEAD = "0010"
"""The newest migration in ``index/migrations/versions``; a test holds it to that."""

_ADVISORY_LOCK = 0x436F6D6D  # "Comm": one writer at a time on PostgreSQL, as SQLite has it by itself
_RESTARTING = 10.0  # seconds for which a PostgreSQL that was there before is waited for
_LIMITS = {"connect_timeout": 5, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
"""Of connections to PostgreSQL: one whose other end is gone without a word ends after half a minute."""


class Database:
    """An engine on SQLite or PostgreSQL whose writers come one after the other.

    ``url`` is an SQLAlchemy address (``sqlite:///var/communique.db``, ``postgresql+psycopg://…``). The
    schema is brought up to date when it is opened.

    Raises:
        StoreError: the address is wrong, the server cannot be reached, or the file cannot be opened.
    """

    def __init__(self, url: str) -> None:
        try:
            address = make_url(url)
        except ArgumentError as exc:
            raise StoreError("COMMUNIQUE_DATABASE_URL is not a database address.") from exc
        self.dialect = address.get_backend_name()
        self.shown = address.render_as_string(hide_password=True)
        if self.dialect == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        elif self.dialect != "sqlite":
            raise StoreError(f"COMMUNIQUE_DATABASE_URL names {self.dialect}; use sqlite or postgresql.")
        elif address.database:
            _make_folder(Path(address.database).parent)
        limits = {name: limit for name, limit in _LIMITS.items() if name not in address.query}
        self.engine = create_engine(
            address,
            pool_pre_ping=self.dialect == "postgresql",
            connect_args=limits if self.dialect == "postgresql" else {},
        )
        if self.dialect == "sqlite":
            _set_up_sqlite(self.engine)
        self._migrate()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database throughout.

        Raises:
            StoreError: the database failed.
        """
        with _translated(self.shown), self._connected() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that no other writer runs beside; committed at the end, undone by an exception.

        Raises:
            StoreError: the database failed; nothing was written.
        """
        with _translated(self.shown), self._connected() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            yield connection
            connection.commit()

    @contextmanager
    def alone(self, task: str) -> Iterator[None]:
        """While it lasts nobody else on this PostgreSQL does ``task``; whoever comes meanwhile waits.

        On SQLite the lock of the home sees to that (`index.store.lock`). It ends with its process.

        Raises:
            StoreError: the database failed.
        """
        if self.dialect == "sqlite":
            yield
            return
        key = {"key": int.from_bytes(task.encode()[:7], "big")}
        with _translated(self.shown), self._connected() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)

    def checkpoint(self) -> None:
        """Have SQLite's file hold everything by itself, without the log beside it."""
        with _translated(self.shown), self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def revision(self) -> str | None:
        """The schema's revision, None for an empty database. Plain SQL: importing alembic costs 0.2 s."""
        with _translated(self.shown), self.engine.connect() as connection:
            return self._revision(connection)

    def _revision(self, connection: Connection) -> str | None:
        if not self.engine.dialect.has_table(connection, "alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found

    def _connected(self) -> Connection:
        """A connection. A PostgreSQL that is being restarted is waited for: nothing was asked of it yet."""
        if self.dialect == "sqlite":
            return self.engine.connect()
        import stamina

        for attempt in stamina.retry_context(
            on=OperationalError, attempts=None, timeout=_RESTARTING, wait_initial=0.2, wait_max=1.0
        ):
            with attempt:
                return self.engine.connect()
        raise AssertionError("an attempt returns or raises")

    def _migrate(self) -> None:
        revision = self.revision()
        if revision == HEAD:
            return
        if revision is not None and self.dialect == "sqlite":
            self._save_file(revision)
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
        with self.write() as connection:
            revision = self._revision(connection)  # another process may have been quicker
            if revision == HEAD:
                return
            if revision is not None and self.dialect == "postgresql":
                self._save_tables(connection, revision)
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as exc:
                raise StoreError(
                    f"{self.shown} was written by a newer Communiqué; update this installation to open it."
                ) from exc

    def _save_file(self, revision: str) -> None:
        """Leave a copy of the file as it is beside it: ``communique.db.0001``."""
        copy = Path(f"{self.engine.url.database}.{revision}")
        draft = copy.with_name(f"{copy.name}.partial")
        if not copy.exists():
            draft.unlink(missing_ok=True)
            with _translated(self.shown), self.engine.connect() as connection:
                connection.exec_driver_sql("VACUUM INTO ?", (str(draft),))
            draft.replace(copy)

    def _save_tables(self, connection: Connection, revision: str) -> None:
        """Leave a copy of every table in a schema of its own, ``communique_0001``, unless that is there."""
        schema = f"communique_{revision}"
        if connection.scalar(text("SELECT to_regnamespace(:name) IS NOT NULL"), {"name": schema}):
            return
        if not connection.scalar(text("SELECT has_database_privilege(current_database(), 'CREATE')")):
            raise StoreError(
                f"{self.shown} must be saved before it is brought up to date: let its user create schemas "
                f"(GRANT CREATE ON DATABASE), or save it yourself and make an empty schema {schema}."
            )
        names = inspect(connection).get_table_names()
        connection.execute(CreateSchema(schema))
        quoted = self.engine.dialect.identifier_preparer.quote
        for name in names:
            connection.exec_driver_sql(f"CREATE TABLE {schema}.{quoted(name)} AS TABLE {quoted(name)}")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreError(f"The folder {folder} cannot be made: {exc.strerror}.") from exc


def _set_up_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, and transactions begun by us alone (Python 3.11 commits before DDL otherwise)."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout = 30000")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA mmap_size = 1073741824")


@contextmanager
def _translated(shown: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as exc:
        cause = str(exc.orig).strip().splitlines()[0] if str(exc.orig).strip() else type(exc.orig).__name__
        raise StoreError(f"The database {shown} failed: {cause}.") from exc
    except SQLAlchemyError as exc:
        raise StoreError(f"The database {shown} failed: {exc}.") from exc
