"""A backup: every row of the database and the files of the home that nothing else holds, in one zip file.

The rows are written as an SQLite database, whichever kind they come from, so that a backup of one kind can be
put back into the other. They are of one moment, whatever is written meanwhile.
"""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Integer, Table, func, insert, select

import bot.desk.tables  # noqa: F401 - every table has to be known here
import index.collect.tables  # noqa: F401 - the same
from bot.errors import UsageError
from bot.library import UPLOADS
from bot.web.links import KEY
from index.errors import StoreError
from index.store.database import HEAD, Database
from index.store.schema import articles, metadata
from index.store.states import renew_lineage

_FORMAT = 1
_ROWS_AT_ONCE = 2000
_DATABASE = "communique.db"
_ABOUT = "about.json"
DERIVED = ("chroma", "words")
"""The folders of a home that are filled from the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup holds."""

    format: int
    revision: str
    made_at: str
    articles: int
    rows: int
    files: int

    def as_json(self) -> dict[str, Any]:
        """Ready for `json.dumps`."""
        return asdict(self)


def write_backup(file: Path, database: Database, home: Path) -> Backup:
    """Write the backup to ``file``; it stands there whole or not at all.

    Raises:
        UsageError: ``file`` exists, or cannot be written.
        StoreError: the database failed.
    """
    if file.exists():
        raise UsageError(f"{file} exists; choose another name.")
    draft = file.with_name(f"{file.name}.partial")
    try:
        with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
            copy = Database(f"sqlite:///{Path(folder, _DATABASE)}")
            with database.read() as source, copy.write() as target:
                rows = _copy(source, target)
                count = source.scalar(select(func.count()).select_from(articles)) or 0
            copy.checkpoint()
            copy.close()
            files = [path for path in _files(home) if path.is_file()]
            made = Backup(
                format=_FORMAT,
                revision=HEAD,
                made_at=datetime.now(UTC).isoformat(timespec="seconds"),
                articles=count,
                rows=rows,
                files=len(files),
            )
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
                packed.writestr(_ABOUT, json.dumps(made.as_json()))
                packed.write(Path(folder, _DATABASE), _DATABASE)
                for path in files:
                    packed.write(path, f"home/{path.relative_to(home).as_posix()}")
        draft.chmod(0o600)
        draft.replace(file)
    except OSError as exc:
        draft.unlink(missing_ok=True)
        raise UsageError(f"{file} cannot be written: {exc.strerror or exc}.") from exc
    return made


def read_backup(file: Path, database: Database, home: Path) -> Backup:
    """Put a backup back, into an empty database; a backup of an older version is brought up to date.

    The indexes of the home are thrown away: they are of another time. They are filled again when they are
    opened next, without embedding anything.

    Raises:
        UsageError: it is no backup, or the database is not empty.
        StoreError: it was made by a newer version, or the database failed.
    """
    with database.read() as connection:
        if connection.scalar(select(func.count()).select_from(articles)):
            raise UsageError(f"{database.shown} holds articles already; restore into an empty one.")
    try:
        with zipfile.ZipFile(file) as packed, tempfile.TemporaryDirectory(prefix="communique-") as folder:
            made = Backup(**json.loads(packed.read(_ABOUT)))
            if made.format > _FORMAT or made.revision > HEAD:
                raise StoreError(f"{file} was made by a newer Communiqué; update this one to restore it.")
            packed.extract(_DATABASE, folder)
            for name in DERIVED:
                shutil.rmtree(home / name, ignore_errors=True)
            copy = Database(f"sqlite:///{Path(folder, _DATABASE)}")  # which brings it up to date
            with copy.read() as source, database.write() as target:
                for table in reversed(metadata.sorted_tables):
                    target.execute(table.delete())
                _copy(source, target)
                _count_on(target, database.dialect)
                renew_lineage(target)
            copy.close()
            for name in packed.namelist():
                if name.startswith("home/"):
                    _unpack(packed, name, home)
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as exc:
        raise UsageError(f"{file} is no backup of Communiqué, or is damaged: {exc}.") from exc
    return made


def _copy(source: Connection, target: Connection) -> int:
    """Every row of every table; how many."""
    total = 0
    for table in metadata.sorted_tables:
        found = source.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table))
        for part in found.mappings().partitions():
            target.execute(insert(table), [_in_utc(dict(row)) for row in part])
            total += len(part)
    return total


def _in_utc(row: dict[str, Any]) -> dict[str, Any]:
    """SQLite keeps the hands of the clock without a zone: both kinds hold times in UTC."""
    for name, value in row.items():
        if isinstance(value, datetime):
            row[name] = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return row


def _count_on(connection: Connection, dialect: str) -> None:
    """Have PostgreSQL give out numbers after those that are taken."""
    if dialect != "postgresql":
        return
    for table in metadata.sorted_tables:
        for column in _numbered(table):
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            last = select(func.max(column)).scalar_subquery()
            connection.execute(select(func.setval(sequence, last)))  # null where either is: nothing is set


def _numbered(table: Table) -> Iterator[Column[Any]]:
    columns = list(table.primary_key.columns)
    if len(columns) == 1 and isinstance(columns[0].type, Integer):
        yield columns[0]


def _files(home: Path) -> Iterator[Path]:
    yield home / KEY
    yield from sorted((home / UPLOADS).glob("*"))


def _unpack(packed: zipfile.ZipFile, name: str, home: Path) -> None:
    inside = Path(name.removeprefix("home/"))
    if inside.is_absolute() or ".." in inside.parts:
        raise UsageError("The backup holds a file that would lie outside of the home; it is not ours.")
    path = home / inside
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(packed.read(name))
