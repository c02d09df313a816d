"""The one place where the asynchronous adapters cross over to synchronous work, with bounded threads."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection

from index.store.database import Database

T = TypeVar("T")


class Workers:
    """Two pools: one for what computes (answers, figures, taking in articles), one for short transactions.

    They are apart so that an event is claimed and acknowledged at once however many answers are being made.
    """

    def __init__(self, database: Database, *, computing: int = 4, recording: int = 2) -> None:
        self._database = database
        self.under_way = 0
        """How much is being computed or waits for a thread that computes."""
        self._computing = ThreadPoolExecutor(computing, thread_name_prefix="compute")
        self._recording = ThreadPoolExecutor(recording, thread_name_prefix="record")

    async def compute(self, work: Callable[[], T]) -> T:
        """What ``work`` returns or raises, done in a thread once one is free."""
        context = contextvars.copy_context()
        self.under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._computing, context.run, work)
        finally:
            self.under_way -= 1

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` finds in one state of the database.

        Raises:
            StoreError: the database failed.
        """

        def run() -> T:
            with self._database.read() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._recording, run)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` returns, in a transaction that no other writer runs beside.

        Raises:
            StoreError: the database failed; nothing was written.
        """

        def run() -> T:
            with self._database.write() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._recording, run)

    def close(self) -> None:
        """Take no more work, and wait for what is being done."""
        self._computing.shutdown(cancel_futures=True)
        self._recording.shutdown()

    @property
    def sole(self) -> bool:
        """Whether this process is the only one that uses the database (SQLite in a locked home)."""
        return self._database.dialect == "sqlite"
