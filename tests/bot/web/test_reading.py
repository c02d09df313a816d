"""What the reading room shows of an article, and how it tells versions apart."""

from hypothesis import given
from hypothesis import strategies as st

from bot.web.reading import AROUND, differences, stretch

LINES = st.text(st.sampled_from("ab |\n\u00e9\U0001f600"), max_size=4000)


@given(text=LINES, start=st.integers(0, 5000), length=st.integers(0, 400), whole=st.booleans())
def test_what_is_marked_is_the_quote_and_nothing_else(
    text: str, start: int, length: int, whole: bool
) -> None:
    shown = stretch(text, start=start, end=start + length, whole=whole)
    marked = "".join(run.text for one in shown.paragraphs for run in one.runs if run.marked)
    quote = text[start : start + length]
    assert "".join(marked.split()) == "".join(quote.split())
    total = sum(len(run.text) for one in shown.paragraphs for run in one.runs)
    assert whole or total <= len(quote) + 2 * AROUND


@given(text=LINES)
def test_all_of_an_article_is_shown_to_those_who_may(text: str) -> None:
    shown = stretch(text, whole=True)
    found = "\n".join("".join(run.text for run in one.runs) for one in shown.paragraphs)
    assert found == "\n".join(line for line in text.split("\n") if line.strip())
    assert not shown.before
    assert not shown.after


@given(old=LINES, new=LINES)
def test_versions_differ_where_and_only_where_a_change_is_named(old: str, new: str) -> None:
    def lines(text: str) -> list[str]:
        return [line for line in text.split("\n") if line.strip()]

    assert bool(differences(old, new)) == (lines(old) != lines(new))


def test_a_changed_word_is_told_from_a_changed_paragraph() -> None:
    (change, added) = differences(
        "It holds 300 cars.\nIt is old.", "It holds 280 cars.\nIt is old.\nIt is red."
    )
    assert [run.text for run in change.old if run.marked] == ["300 "]
    assert [run.text for run in change.new if run.marked] == ["280 "]
    assert (added.kind, added.new[0].text) == ("added", "It is red.")
