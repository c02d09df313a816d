"""Small facts about a home that outlive a process."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, insert, select

from index.store.database import Database
from index.store.schema import states


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
