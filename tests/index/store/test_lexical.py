import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import StoreError
from index.store.lexical import LexicalIndex, WordsOfPassage


def words(number: int, body: str, title: str = "") -> WordsOfPassage:
    return WordsOfPassage(id=number, title=title, body=body)


ROOT = Path(__file__).parents[3]


@pytest.fixture
def lexical(tmp_path: Path) -> Iterator[LexicalIndex]:
    opened = LexicalIndex(tmp_path / "words")
    yield opened
    opened.close()


def find(lexical: LexicalIndex, query: str, *, title: float = 0.5) -> list[int]:
    weights = dict.fromkeys(lexical.analyze(query), 1.0)
    return [number for number, _ in lexical.search(weights, count=10, title=title)]


def test_an_empty_index_finds_nothing(lexical: LexicalIndex) -> None:
    assert lexical.position() == 0
    assert lexical.ids() == set()
    assert find(lexical, "fleet") == []
    assert lexical.frequencies(["fleet"]) == ({"fleet": 0}, 1)


def test_words_are_found_whatever_their_ending_case_or_accent(lexical: LexicalIndex) -> None:
    lexical.take_in([words(7, "The frigates’ crews sailed to Łódź and Orléans.")], dropped=[], position=1)
    for query in ("frigate", "FRIGATES", "sailing", "orleans", "lodz", "crew"):
        assert find(lexical, query) == [7], query


def test_rarer_and_more_frequent_words_come_first(lexical: LexicalIndex) -> None:
    bodies = ["fleet and harbour", "fleet fleet fleet", "harbour", "fleet and Vikhamn harbour"]
    lexical.take_in([words(n, body) for n, body in enumerate(bodies, 1)], dropped=[], position=1)
    assert find(lexical, "Vikhamn fleet")[0] == 4
    assert find(lexical, "fleet")[0] == 2


def test_the_title_counts_as_much_as_is_asked_for(lexical: LexicalIndex) -> None:
    lexical.take_in([words(1, "a boat", title="The fleet"), words(2, "the fleet")], dropped=[], position=1)
    assert set(find(lexical, "fleet")) == {1, 2}
    assert find(lexical, "fleet", title=0.0) == [2]


def test_what_is_dropped_is_not_found_again(lexical: LexicalIndex) -> None:
    lexical.take_in([words(1, "fleet"), words(2, "fleet")], dropped=[], position=1)
    lexical.take_in([words(3, "fleet")], dropped=[1, 99], position=2)
    assert lexical.ids() == {2, 3}
    assert find(lexical, "fleet") == [2, 3]
    assert lexical.position() == 2


def test_taking_in_twice_changes_nothing(lexical: LexicalIndex) -> None:
    for _ in range(2):
        lexical.take_in([words(1, "fleet"), words(2, "fleet")], dropped=[], position=1)
    assert find(lexical, "fleet") == [1, 2]


def test_equal_passages_have_equal_scores_also_after_deletions(lexical: LexicalIndex) -> None:
    lexical.take_in([words(n, "the same fleet") for n in range(1, 9)], dropped=[], position=1)
    lexical.take_in([words(9, "the same fleet")], dropped=[2, 4], position=2)
    weights = dict.fromkeys(lexical.analyze("fleet"), 1.0)
    hits = lexical.search(weights, count=20)
    assert [number for number, _ in hits] == [1, 3, 5, 6, 7, 8, 9]
    assert len({score for _, score in hits}) == 1


def test_frequencies_count_passages(lexical: LexicalIndex) -> None:
    lexical.take_in([words(1, "fleet fleet"), words(2, "fleet"), words(3, "boat")], dropped=[], position=1)
    assert lexical.frequencies(["fleet", "boat", "none"]) == ({"fleet": 2, "boat": 1, "none": 0}, 3)


def test_it_is_there_when_it_is_opened_again(lexical: LexicalIndex, tmp_path: Path) -> None:
    lexical.take_in([words(1, "fleet")], dropped=[], position=5)
    lexical.close()
    again = LexicalIndex(tmp_path / "words")
    assert (again.position(), find(again, "fleet")) == (5, [1])
    again.close()


def test_reset_forgets_everything_and_goes_on(lexical: LexicalIndex) -> None:
    lexical.take_in([words(1, "fleet")], dropped=[], position=5)
    lexical.reset()
    assert (lexical.position(), lexical.ids()) == (0, set())
    lexical.take_in([words(2, "fleet")], dropped=[], position=1)
    assert find(lexical, "fleet") == [2]


def test_a_failed_commit_leaves_nothing_behind(lexical: LexicalIndex) -> None:
    lexical.take_in([words(1, "fleet")], dropped=[], position=1)
    with pytest.raises((StoreError, OverflowError, TypeError)):
        lexical.take_in([words(2, "fleet"), words(-5, "fleet")], dropped=[1], position=2)
    lexical.take_in([words(3, "fleet")], dropped=[], position=3)
    assert find(lexical, "fleet") == [1, 3]


@given(st.text(max_size=60))
def test_any_question_can_be_analysed(text: str) -> None:
    analyser = LexicalIndex(Path("unused"))
    for word in analyser.analyze(text):
        assert word
        assert not any(letter.isspace() for letter in word)


@pytest.mark.parametrize("damage", ["meta", "cut", "missing"])
def test_a_damaged_folder_is_one_sentence_and_can_be_reset(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "words"
    lexical = LexicalIndex(folder)
    lexical.take_in([words(n, "fleet") for n in range(1, 200)], dropped=[], position=1)
    lexical.close()
    if damage == "meta":
        (folder / "meta.json").write_text("{rubbish")
    for path in folder.glob("*.idx"):
        if damage == "cut":
            path.write_bytes(path.read_bytes()[:20])
        elif damage == "missing":
            path.unlink()
    lexical = LexicalIndex(folder)
    with pytest.raises(StoreError, match=r"word index in .* failed") as caught:
        lexical.ids()
    assert "\n" not in str(caught.value)
    lexical.reset()
    lexical.take_in([words(1, "fleet")], dropped=[], position=1)
    assert find(lexical, "fleet") == [1]
    lexical.close()


WRITE = """
import sys
from pathlib import Path
from index.store.lexical import LexicalIndex, WordsOfPassage
lexical = LexicalIndex(Path(sys.argv[1]), shared=True)
for step in range(8):
    number = int(sys.argv[2]) * 100 + step
    words = WordsOfPassage(id=number, title="", body=f"ship{number}")
    lexical.take_in([words], dropped=[], position=number)
lexical.close()
"""


def test_several_processes_write_to_one_folder_where_it_is_shared(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE, tmp_path / "words", str(number)], cwd=ROOT)
        for number in (1, 2, 3)
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    lexical = LexicalIndex(tmp_path / "words", shared=True)
    assert lexical.ids() == {100 * number + step for number in (1, 2, 3) for step in range(8)}
    assert lexical.position() in (107, 207, 307)
