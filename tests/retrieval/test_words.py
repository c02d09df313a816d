from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.store.lexical import LexicalIndex
from retrieval.words import Analysis, content_words, names_in

words = st.text("abcdef", min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("What did the ministers decide in Narvik?", ["ministers", "decide", "Narvik"]),
        ("Was it sold for $14.75 million or 1,200?", ["sold", "14.75", "million", "1,200"]),
        ("What's new? Who’s there?", ["new"]),
        ("Is it so?", []),
        ("Łódź, 北京 and Привет", ["Łódź", "北京", "Привет"]),
    ],
)
def test_words_that_say_something_stay_as_written(text: str, kept: list[str]) -> None:
    assert content_words(text) == kept


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Which ships did Norway send to Narvik in 2024?", ["Norway", "Narvik", "2024"]),
        ("Norway sent what?", []),  # a capital that only opens the question says nothing
        ("NATO decided what?", ["NATO"]),
        ("how many F35 jets are there?", ["F35"]),
        ("Why did The Hague matter?", ["Hague"]),
    ],
)
def test_names_have_a_capital_or_a_digit(question: str, names: list[str]) -> None:
    assert names_in(question) == names


def test_a_piece_is_analysed_once_while_it_is_kept() -> None:
    seen: list[str] = []

    def analyze(text: str) -> list[str]:
        seen.append(text)
        return text.split()

    analysis = Analysis(analyze, texts=1, pieces=2)
    assert analysis("a b, a") == ("a", "b", "a")
    assert seen == ["a", "b"]
    for text in ("c", "d", "a b"):
        analysis(text)
    assert seen == ["a", "b", "c", "d", "a", "b"]


@given(st.text() | st.text("aé9_-'’.·ـ\u0301\u093e\u2460Ⓐ ‑–\u200b\u2060\t\n北", max_size=20))
@example("The frigates’ co-ordinated drones cost €1,200.50 (F-16s, U.S.A.) | naïve_word…")
def test_texts_are_analysed_as_the_index_does(text: str) -> None:
    analyze = LexicalIndex(Path("nowhere")).analyze
    assert Analysis(analyze)(text) == tuple(analyze(text))
