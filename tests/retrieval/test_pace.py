from contextlib import nullcontext
from threading import Barrier, Event, Thread
from time import sleep
from typing import NoReturn

import pytest

from retrieval.pace import Line


@pytest.mark.parametrize("at_once", [1, 2])
def test_so_many_are_worked_on_at_once_in_the_order_in_which_they_came(at_once: int) -> None:
    line, free = Line(at_once), Event()
    inside: list[int] = []
    began: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with line:
            began.append(number)
            inside.append(number)
            most.append(len(inside))
            free.wait(10)
            inside.remove(number)

    threads = [Thread(target=work, args=(number,)) for number in range(12)]
    for number, thread in enumerate(threads):
        thread.start()
        while len(began) + len(line._waiting) <= number:
            sleep(0.001)
    assert len(began) == at_once
    free.set()
    for thread in threads:
        thread.join(10)
    assert max(most) == at_once
    assert sorted(began) == [*range(12)]
    assert at_once > 1 or began == [*range(12)]


def test_whoever_is_in_alone_can_tell() -> None:
    line, inside, free = Line(2), Event(), Event()

    def work() -> None:
        with line:
            inside.set()
            free.wait(10)

    with line:
        seen = [line.alone]
        other = Thread(target=work)
        other.start()
        inside.wait(10)
        seen.append(line.alone)
        free.set()
        other.join(10)
        seen.append(line.alone)
    assert seen == [True, False, True]


def test_whoever_waits_comes_before_whoever_has_just_been_in() -> None:
    line, waits = Line(1), Event()
    order: list[str] = []

    def wait() -> None:
        waits.set()
        with line:
            order.append("waited")

    other = Thread(target=wait)
    with line:
        other.start()
        waits.wait(10)
        while not line._waiting:
            sleep(0.001)
    with line:
        order.append("again")
    other.join(10)
    assert order == ["waited", "again"]


@pytest.mark.parametrize("let_in", [False, True], ids=["still waiting", "just let in"])
def test_whoever_stops_waiting_takes_nobodys_turn(let_in: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(1)

    class Turn:
        """A lock that somebody waits for once, and is interrupted."""

        def __init__(self) -> None:
            self.taken = False

        def acquire(self) -> None:
            if self.taken:
                if let_in:
                    line.__exit__()
                raise KeyboardInterrupt
            self.taken = True

        def release(self) -> None:
            pass

    line.__enter__()
    with monkeypatch.context() as patched:
        patched.setattr("retrieval.pace.threading.Lock", Turn)
        with pytest.raises(KeyboardInterrupt):
            line.__enter__()
    if not let_in:
        line.__exit__()
    assert (line._free, len(line._waiting)) == (1, 0)


def test_one_that_fails_lets_the_next_one_in() -> None:
    line = Line(1)
    with pytest.raises(ValueError, match="no"), line:
        raise ValueError("no")
    with line:
        assert line._free == 0
    assert line._free == 1


def test_one_computes_at_a_time_while_the_others_are_aside() -> None:
    line = Line(3, turns=True)
    computing: list[int] = []
    most: list[int] = []
    together = Barrier(3, timeout=10)

    def work() -> None:
        with line:
            for _ in range(20):
                computing.append(1)
                most.append(len(computing))
                sleep(0.0002)
                computing.pop()
                with line.aside():
                    together.wait()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not together.broken
    assert max(most) == 1
    assert len(most) == 60


@pytest.mark.parametrize("where", ["inside", "aside", "on the way back"])
def test_whoever_fails_leaves_the_turn_to_the_next(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(2, turns=True)
    assert line._turn is not None

    def interrupted() -> NoReturn:
        raise KeyboardInterrupt

    def work() -> NoReturn:
        with line:
            if where == "on the way back":
                with monkeypatch.context() as patched, line.aside():
                    patched.setattr(line._turn, "_come_in", interrupted)
            with line.aside() if where == "aside" else nullcontext():
                interrupted()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert (line._free, line._turn._free) == (2, 1)
    with line:
        assert (line._free, line._turn._free) == (1, 0)
