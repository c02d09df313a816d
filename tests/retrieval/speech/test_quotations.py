from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.speech.quotations import mask, quotations


def found(line: str) -> list[str]:
    return [line[quote.start : quote.end] for quote in quotations(line, 0, len(line))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("“One,” he said. “Two.”", ["“One,”", "“Two.”"]),
        ('He said "one" and "two".', ['"one"', '"two"']),
        ("„Eins“, sagte er.", ["„Eins“"]),
        ("«Un», dit-il.", ["«Un»"]),
        ("‘It’s one,’ he said of the boys’ house.", ["‘It’s one,’"]),
        ("It's the boys' house, isn't it?", []),
        ("“One ‘two’ three.”", ["“One ‘two’ three.”"]),
        ("“Opened and never closed.", ["“Opened and never closed."]),
        ("“Never closed, he said. “Two.”", ["“Never closed, he said.", "“Two.”"]),
        ('“Mixed," he said.', ['“Mixed,"']),
        ("He is 6'5\" tall, she 5'9\".", []),
        ("Read more » Next", []),
        ("”Opened with the wrong mark,” he said.", ["”Opened with the wrong mark,”"]),
    ],
)
def test_quotation_marks_of_all_kinds(line: str, expected: list[str]) -> None:
    assert found(line) == expected


def test_what_goes_on_in_the_next_paragraph_is_unclosed() -> None:
    (quote,) = quotations("“And so on.", 0, 11)
    assert not quote.closed


@given(st.text(alphabet="“”\"«»„‘’' ab.,?\n", max_size=60))
def test_masking_keeps_length_and_what_is_outside(line: str) -> None:
    quotes = quotations(line, 0, len(line))
    masked = mask(line, 0, len(line), quotes)
    assert len(masked) == len(line)
    inside = {at for quote in quotes for at in range(quote.start, quote.end)}
    assert all(masked[at] == sign for at, sign in enumerate(line) if at not in inside)
    assert all(a.end <= b.start for a, b in pairwise(quotes))
