"""Small facts about a home that outlive a process."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select

from index.store.database import Database
from index.store.schema import counters, states

SERVING = "serving with"
"""Under this name stands the embedding model of the service that started last."""
_LINEAGE = "lineage"


def state(database: Database, name: str) -> Any:
    """The fact noted under ``name``, None if there is none."""
    with database.read() as connection:
        return connection.scalar(select(states.c.value).where(states.c.name == name))


def note(database: Database, name: str, value: Any) -> None:
    """Note ``value``, anything that JSON carries, under ``name``."""
    with database.write() as connection:
        connection.execute(delete(states).where(states.c.name == name))
        connection.execute(insert(states).values(name=name, value=value))


def remembered(database: Database, name: str, find: Callable[[], Any]) -> Any:
    """The fact under ``name``; found and noted where there is none yet."""
    value = state(database, name)
    if value is None:
        value = find()
        note(database, name, value)
    return value


def lineage(database: Database) -> str:
    """By what the derived stores of this database are told from those of others and of before a restore.

    A few letters, for names; empty for a collection that is older than this.
    """
    found = state(database, _LINEAGE)
    if found is None:
        with database.write() as connection:
            found = connection.scalar(select(states.c.value).where(states.c.name == _LINEAGE))
            if found is None:
                begun = connection.scalar(select(counters.c.value).where(counters.c.name == "change"))
                found = "" if begun else _new_lineage()
                connection.execute(insert(states).values(name=_LINEAGE, value=found))
    return str(found)


def renew_lineage(connection: Connection) -> None:
    """From now on the derived stores are others: after a restore those there were are of another time."""
    connection.execute(delete(states).where(states.c.name == _LINEAGE))
    connection.execute(insert(states).values(name=_LINEAGE, value=_new_lineage()))


def _new_lineage() -> str:
    return uuid4().hex[:8]
