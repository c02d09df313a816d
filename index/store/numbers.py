"""Numbers that rise with the order of commits."""

from sqlalchemy import Connection, insert, select, update

from index.store.schema import counters


def take_numbers(connection: Connection, name: str, count: int) -> int:
    """The first of ``count`` numbers in a row that nobody else has, from 1 on.

    To be called inside `Database.write`, whose lock is held to the commit: so nobody who reads a number as
    the highest will ever miss a lower one that is committed later.
    """
    value = connection.scalar(select(counters.c.value).where(counters.c.name == name))
    if value is None:
        value = 0
        connection.execute(insert(counters).values(name=name, value=count))
    else:
        connection.execute(update(counters).where(counters.c.name == name).values(value=value + count))
    return value + 1
