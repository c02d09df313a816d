"""The one place where the asynchronous adapters cross over to synchronous work, with bounded threads."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection

from index.machine import cores
from index.store.database import Database

T = TypeVar("T")


class Workers:
    """Pools of threads: for answers, for what is looked up, for what takes long, and for short transactions.

    They are apart so that an event is claimed and acknowledged at once however many answers are being made,
    and that none waits for the others: who opens a passage for questions, nor both for who adds a source.

    Answers are made in the order in which they were asked, ``computing`` of them at a time: as many as there
    are cores (`index.machine.cores`), if that is 0. More would only share the cores, and the first be done
    hardly before the last.
    """

    def __init__(
        self, database: Database, *, computing: int = 0, aside: int = 4, labour: int = 4, reading: int = 2
    ) -> None:
        self._database = database
        self.under_way = 0
        """How much is being computed or waits for a thread that computes."""
        self._computing = ThreadPoolExecutor(computing or cores(), thread_name_prefix="compute")
        self._aside = ThreadPoolExecutor(aside, thread_name_prefix="aside")
        self._labour = ThreadPoolExecutor(labour, thread_name_prefix="labour")
        self._reading = ThreadPoolExecutor(reading, thread_name_prefix="read")
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="write")

    async def compute(self, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises: an answer, made when its turn comes."""
        self.under_way += 1
        try:
            return await _in(self._computing, work)
        finally:
            self.under_way -= 1

    async def aside(self, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises: something looked up."""
        return await _in(self._aside, work)

    async def labour(self, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises: what takes long, as adding, taking out and mending do."""
        return await _in(self._labour, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` finds in one state of the database.

        Raises:
            StoreError: the database failed.
        """

        def run() -> T:
            with self._database.read() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._reading, run)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` returns, in a transaction that no other writer runs beside.

        Raises:
            StoreError: the database failed; nothing was written.
        """

        def run() -> T:
            with self._database.write() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._writing, run)

    def close(self) -> None:
        """Take no more work, and wait for what is being done."""
        self._computing.shutdown(cancel_futures=True)
        self._aside.shutdown(cancel_futures=True)
        self._labour.shutdown(cancel_futures=True)
        self._reading.shutdown()
        self._writing.shutdown()

    @property
    def sole(self) -> bool:
        """Whether this process is the only one that uses the database (SQLite in a locked home)."""
        return self._database.dialect == "sqlite"


async def _in(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(pool, context.run, work)
