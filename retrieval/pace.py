"""Whose turn it is, and how long each stage took."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Clock:
    """How long each stage took, in milliseconds."""

    begin: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add how long the block takes to this stage."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + 1000 * (time.perf_counter() - begin)

    def total(self) -> float:
        """Since the clock was made."""
        return 1000 * (time.perf_counter() - self.begin)


class Line:
    """So many at a time, in the order in which they came; a semaphore lets in first whoever is awake.

    With ``turns``, one of those who were let in computes in Python at a time; the others are `aside` or wait
    for their turn. Those who reached for Python's lock together would hand it to and fro, and wait for each
    handing over. No thread may enter twice.
    """

    def __init__(self, at_once: int, *, turns: bool = False) -> None:
        self._at_once = at_once
        self._turn = Line(1) if turns else None
        self._has_turn = 0
        """The thread whose turn it is; 0 for nobody's."""
        self._free = at_once
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    @property
    def alone(self) -> bool:
        """Whether no more than one is let in just now."""
        return self._free >= self._at_once - 1

    def __enter__(self) -> None:
        self._come_in()
        try:
            self._take_turn()
        except BaseException:
            self._go()
            raise

    def __exit__(self, *_: object) -> None:
        self._leave_turn()
        self._go()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let another one compute while whoever was let in waits for what does with little Python."""
        self._leave_turn()
        try:
            yield
        finally:
            self._take_turn()

    def _take_turn(self) -> None:
        if self._turn is not None:
            self._turn._come_in()  # noqa: SLF001 - one of us
            self._has_turn = threading.get_ident()

    def _leave_turn(self) -> None:
        """Only one's own: whoever was interrupted on the way back has none."""
        if self._turn is not None and self._has_turn == threading.get_ident():
            self._has_turn = 0
            self._turn._go()  # noqa: SLF001 - the same

    def _come_in(self) -> None:
        turn = threading.Lock()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn.acquire()
            self._waiting.append(turn)
        try:
            turn.acquire()  # which whoever leaves lets go of
        except BaseException:
            with self._lock:
                if turn in self._waiting:
                    self._waiting.remove(turn)
                    raise
            self._go()
            raise

    def _go(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
