"""One process at a time owns a home with an embedded Chroma folder, even to read."""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from index.errors import StoreError, StoreHeld


class OwnerLock:
    """The home's lock, held from ``with`` to its end; a file beside it says by whom, and where they listen.

    ``purpose`` is what a person would call the owner ("communique add"). The lock is the operating system's:
    it is free again when the process dies, however it dies.

    Raises:
        StoreHeld: another process holds it.
        StoreError: the home cannot be written.
    """

    def __init__(self, home: Path, *, purpose: str, wait: float = 0.0) -> None:
        self._home = home
        self._purpose = purpose
        self._wait = wait
        self._lock = FileLock(home / "owner.lock", thread_local=False)

    def __enter__(self) -> Self:
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=self._wait)
        except Timeout as exc:
            owner = owner_of(self._home)
            raise StoreHeld(
                f"{owner} is using the collection in {self._home}; try again when it has finished.",
                owner=owner,
            ) from exc
        except OSError as exc:
            raise StoreError(f"The home {self._home} cannot be written: {exc.strerror}.") from exc
        self.announce(address=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        (self._home / "owner.json").unlink(missing_ok=True)
        self._lock.release()

    def announce(self, *, address: str | None) -> None:
        """Write down who the owner is, and the address at which it takes requests."""
        record = {"pid": os.getpid(), "purpose": self._purpose, "address": address}
        draft = self._home / f"owner.{os.getpid()}.tmp"
        try:
            draft.write_text(json.dumps(record), encoding="utf-8")
            draft.replace(self._home / "owner.json")
        except OSError as exc:
            raise StoreError(f"The home {self._home} cannot be written: {exc.strerror}.") from exc


def owner_address(home: Path) -> str | None:
    """Where the present owner takes requests, if somebody owns the home and says so."""
    record = _record(home)
    address = record.get("address")
    return address if isinstance(address, str) else None


def is_owned(home: Path) -> bool:
    """Whether a process holds the lock at this moment."""
    lock = FileLock(home / "owner.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False


def owner_of(home: Path) -> str:
    """The owner in words: ``"communique add" (process 1234)``."""
    record = _record(home)
    if "pid" not in record:
        return "Another process"
    return f'"{record.get("purpose", "communique")}" (process {record["pid"]})'


def _record(home: Path) -> dict[str, object]:
    try:
        record = json.loads((home / "owner.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
