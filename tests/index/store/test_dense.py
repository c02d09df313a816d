import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.errors import StoreError
from index.store.dense import GRAPH, DenseIndex


def unit(*degrees: float) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """Vectors of length 1 in a plane, by their angles."""
    angles = np.radians(np.array(degrees))
    return np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=1).astype(np.float32)


@pytest.fixture
def dense(chroma_place: Path | str, request: pytest.FixtureRequest) -> Iterator[DenseIndex]:
    opened = DenseIndex(chroma_place, model=request.node.name)
    yield opened
    opened.close()


def test_an_empty_index_finds_nothing(dense: DenseIndex) -> None:
    assert dense.position() == 0
    assert dense.ids() == set()
    assert dense.nearest(unit(0)[0], count=5) == []


def test_the_nearest_come_first_with_their_cosine(dense: DenseIndex) -> None:
    dense.take_in([1, 2, 3], unit(0, 30, 90), dropped=[], position=4)
    found = dense.nearest(unit(20)[0], count=2)
    assert [number for number, _ in found] == [2, 1]
    assert [cosine for _, cosine in found] == pytest.approx(np.cos(np.radians([10, 20])), abs=1e-5)
    assert dense.position() == 4


def test_more_may_be_asked_for_than_there_are(dense: DenseIndex) -> None:
    dense.take_in([1, 2], unit(0, 10), dropped=[], position=1)
    assert len(dense.nearest(unit(0)[0], count=50)) == 2


def test_what_is_dropped_is_not_found_again(dense: DenseIndex) -> None:
    dense.take_in([1, 2, 3], unit(0, 10, 20), dropped=[], position=1)
    dense.take_in([4], unit(5), dropped=[1, 2, 77], position=2)
    assert dense.ids() == {3, 4}
    assert [number for number, _ in dense.nearest(unit(0)[0], count=9)] == [4, 3]


def test_taking_in_twice_changes_nothing(dense: DenseIndex) -> None:
    for _ in range(2):
        dense.take_in([1, 2], unit(0, 90), dropped=[5], position=3)
    assert dense.ids() == {1, 2}
    assert dense.position() == 3


def test_more_than_one_call_carries_is_taken_in(dense: DenseIndex) -> None:
    """A server refuses more than 5,461 rows at once."""
    numbers = list(range(1, 6001))
    dense.take_in(numbers, unit(*np.linspace(0, 90, len(numbers))), dropped=[], position=1)
    assert dense.ids() == set(numbers)
    dense.take_in([], unit(), dropped=numbers[:5900], position=2)
    assert dense.ids() == set(numbers[5900:])


def test_it_is_there_when_it_is_opened_again(dense: DenseIndex, chroma_place: Path | str) -> None:
    dense.take_in([1], unit(0), dropped=[], position=8)
    model = dense._model
    dense.close()
    again = DenseIndex(chroma_place, model=model)
    assert (again.position(), again.ids()) == (8, {1})
    again.close()


def test_what_was_begun_with_another_setting_is_searched_as_thoroughly_as_what_is_new(tmp_path: Path) -> None:
    """Of 8,000 vectors without any order, which is the hardest case, by a graph that is hardly looked at."""
    random = np.random.default_rng(3)
    vectors = random.standard_normal((8_000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    exact = set((np.argsort(-(vectors @ vectors[0]))[:50] + 1).tolist())
    earlier = DenseIndex(tmp_path, model="m", graph={**GRAPH, "ef_search": 50})
    earlier.take_in([*range(1, 8_001)], vectors, dropped=[], position=1)
    few = {number for number, _ in earlier.nearest(vectors[0], count=50)}
    earlier.close()
    now = DenseIndex(tmp_path, model="m")
    found = {number for number, _ in now.nearest(vectors[0], count=50)}
    now.close()
    assert len(found & exact) > len(few & exact)


def test_each_model_has_its_own_vectors(dense: DenseIndex, chroma_place: Path | str) -> None:
    dense.take_in([1], unit(0), dropped=[], position=8)
    other = DenseIndex(chroma_place, model=dense._model + " other")
    assert (other.position(), other.ids()) == (0, set())


def test_reset_forgets_everything_and_goes_on(dense: DenseIndex) -> None:
    dense.take_in([1], unit(0), dropped=[], position=8)
    dense.reset()
    assert (dense.position(), dense.ids()) == (0, set())
    dense.take_in([2], unit(0), dropped=[], position=1)
    assert dense.ids() == {2}


def test_reading_threads_miss_nothing_beside_one_that_writes(dense: DenseIndex) -> None:
    target = unit(0)[0]
    dense.take_in([1], unit(0), dropped=[], position=1)
    missed: list[int] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            missed.append(sum(number == 1 for number, _ in dense.nearest(target, count=3)) != 1)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    for step in range(20):
        numbers = list(range(100 + step * 20, 120 + step * 20))
        dense.take_in(numbers, unit(*np.linspace(10, 90, 20)), dropped=[], position=step + 2)
    done.set()
    for reader in readers:
        reader.join()
    assert len(missed) > 10
    assert not any(missed)
    assert len(dense.ids()) == 401


@pytest.mark.parametrize("damage", ["garbage", "truncated", "graph"])
def test_a_damaged_folder_is_one_sentence_and_can_be_reset(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "chroma"
    dense = DenseIndex(folder, model="m")
    dense.take_in(list(range(1, 3001)), unit(*np.linspace(0, 90, 3000)), dropped=[], position=1)
    dense.close()
    database = folder / "chroma.sqlite3"
    if damage == "garbage":
        database.write_bytes(b"rubbish " * 5000)
    elif damage == "truncated":
        database.write_bytes(database.read_bytes()[:5000])
    else:
        for path in folder.rglob("*.bin"):
            path.unlink()
    dense = DenseIndex(folder, model="m")
    with pytest.raises(StoreError, match=r"Chroma folder .* failed") as caught:
        dense.ids()
    assert "\n" not in str(caught.value)
    dense.reset()
    dense.take_in([1], unit(0), dropped=[], position=1)
    assert dense.ids() == {1}
    dense.close()
