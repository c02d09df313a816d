from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.numbers import Number, agrees, numbers_in


@dataclass(frozen=True)
class Read:
    value: float
    unit: str | None
    kind: str


def read(text: str) -> list[Read]:
    return [Read(round(number.value, 6), number.unit, number.kind) for number in numbers_in(text)]


@pytest.mark.parametrize(
    "text", ["3,5 %", "3.5%", "3.5 %", "3.5 per cent", "3.5 percent", "3.5\u00a0%", "3.50 pct"]
)
def test_percent_is_the_same_however_written(text: str) -> None:
    assert read(f"It rose by {text} last year.") == [Read(3.5, "%", "percent")]


@pytest.mark.parametrize(
    "text",
    [
        "$2bn",
        "$2 billion",
        "US$2bn",
        "2 billion dollars",
        "two billion US dollars",
        "USD 2,000,000,000",
        "$2-billion",
    ],
)
def test_money_is_the_same_however_written(text: str) -> None:
    assert read(f"They pay {text} now.") == [Read(2e9, "USD", "money")]


@pytest.mark.parametrize(
    "text", ["5 April 2025", "April 5, 2025", "Apr. 5 2025", "2025-04-05", "5th of April 2025"]
)
def test_a_date_is_the_same_however_written(text: str) -> None:
    (number,) = numbers_in(f"On {text} they met.")
    assert (number.kind, number.value, number.unit, number.year) == ("date", 5, "april", 2025)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,500 men", [Read(1500, None, "count")]),
        ("1.234,5 men", [Read(1234.5, None, "count")]),
        ("1.500.000 men", [Read(1_500_000, None, "count")]),
        ("twenty-five and five hundred and two", [Read(25, None, "count"), Read(502, None, "count")]),
        ("two and three", [Read(2, None, "count"), Read(3, None, "count")]),
        ("half a million, a dozen", [Read(500_000, None, "count"), Read(12, None, "count")]),
        ("two-thirds", [Read(0.666667, None, "count")]),
        ("20 km, a six-day march", [Read(20, "km", "count"), Read(6, "day", "count")]),
        ("in 2024, the 1980s", [Read(2024, None, "year"), Read(1980, "decade", "year")]),
        ("F-16, G7, 5G", [Read(16, "f", "name"), Read(7, "g", "name"), Read(5, "g", "name")]),
        ("the 5th, the twenty-first", [Read(5, None, "ordinal"), Read(21, None, "ordinal")]),
        ("$2-3 billion", [Read(2e9, "USD", "money"), Read(3e9, "USD", "money")]),
        ("2 to 3 %", [Read(2, "%", "percent"), Read(3, "%", "percent")]),
        ("between 10 and 15 million", [Read(1e7, None, "count"), Read(1.5e7, None, "count")]),
        ("10-15 ships", [Read(10, None, "count"), Read(15, None, "count")]),
        ("fell -3.2%", [Read(-3.2, "%", "percent")]),
        ("9:30 a.m.", [Read(570, None, "time")]),
        ("2 percentage points", [Read(2, "points", "percent")]),
        ("in constant 2015 dollars", [Read(2015, None, "year")]),
        ("one of them. First, no one came", []),
    ],
)
def test_values_units_and_kinds(text: str, expected: list[Read]) -> None:
    assert read(text) == expected


def one(text: str) -> Number:
    (number,) = numbers_in(text)
    return number


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("3.5 %", "3,5 per cent"),
        ("two billion dollars", "$2bn"),
        ("5 April", "2025-04-05"),
        ("2025", "5 April 2025"),
        ("2,000 troops", "2000 troops"),
        ("300", "300 km"),
    ],
)
def test_what_bears_a_number_out(said: str, source: str) -> None:
    assert agrees(one(said), one(source))


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("3.5 %", "35 %"),
        ("3.5 %", "$3.5"),
        ("3 %", "3 points"),
        ("$2bn", "€2bn"),
        ("$2bn", "$2m"),
        ("300 km", "300 miles"),
        ("5 April", "5 May"),
        ("5 April 2025", "5 April 2024"),
        ("2024", "5 April 2025"),
        ("F-16", "S-16"),
        ("F-16", "16 men"),
        ("-2 %", "2 %"),
        ("the third", "three"),
        ("thousands", "1,000"),
    ],
)
def test_what_does_not_bear_a_number_out(said: str, source: str) -> None:
    assert not agrees(one(said), one(source))


PIECES = st.sampled_from(
    [
        "3.5",
        "%",
        "$",
        "2bn",
        "two",
        "million",
        "and",
        "-",
        "–",
        "to",
        "April",
        "5",
        "2025",
        "F-16",
        ",",
        ".",
        "half a",
        "²",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join)))
def test_any_text_is_read_and_every_digit_found(text: str) -> None:
    numbers = numbers_in(text)
    assert all(0 <= number.start < number.end <= len(text) for number in numbers)
    assert all(agrees(number, number) for number in numbers)
    covered = {at for number in numbers for at in range(number.start, number.end)}
    assert all(at in covered for at, sign in enumerate(text) if sign in "0123456789")


@given(st.integers(0, 10**12))
def test_whole_numbers_survive_their_formatting(value: int) -> None:
    assert one(f"{value:,} ships").value == value
    assert one(f"{value} ships").value == value
