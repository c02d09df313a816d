import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tables import cells, tables_in

TABLE = """Members of the harbour guild
Port | Berths | Depth in m
---|---|---
Ostrel | 12 | 9.5
Vikhamn | 7 | 14"""


def parts(text: str) -> list[tuple[str | None, str, list[str]]]:
    return [
        (
            text[slice(*table.caption)] if table.caption else None,
            text[slice(*table.header)],
            [text[slice(*row)] for row in table.rows],
        )
        for table in tables_in(text)
    ]


def test_a_table_has_its_caption_its_header_and_its_rows() -> None:
    text = f"The harbour has grown.\n{TABLE}\nWork goes on."
    assert parts(text) == [
        (
            "Members of the harbour guild",
            "Port | Berths | Depth in m",
            ["Ostrel | 12 | 9.5", "Vikhamn | 7 | 14"],
        )
    ]
    (table,) = tables_in(text)
    assert text[table.start : table.end] == TABLE


@pytest.mark.parametrize(
    "rule", ["---|---|---", "| --- | :---: | ---: |", "|-----|--|---|", " --- | --- | ---\t"]
)
def test_separators_of_every_style_are_known(rule: str) -> None:
    text = f"A | B | C\n{rule}\n1 | 2 | 3"
    assert [header for _, header, _ in parts(text)] == ["A | B | C"]


def test_a_sentence_above_is_no_caption() -> None:
    assert parts("The table follows.\nA | B\n---|---\n1 | 2")[0][0] is None


def test_two_tables_keep_their_rows_apart() -> None:
    text = "A | B\n---|---\n1 | 2\n\nSecond table\nC | D\n---|---\n3 | 4"
    assert parts(text) == [(None, "A | B", ["1 | 2"]), ("Second table", "C | D", ["3 | 4"])]


def test_a_table_may_have_no_rows() -> None:
    text = "A | B\n---|---"
    assert parts(text) == [(None, "A | B", [])]
    assert tables_in(text)[0].end == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no pipes at all\n---",
        "a | b\nc | d",
        "---|---\n1 | 2",
        "words above\n---|---",
        "a|b\n--- and | more",
    ],
)
def test_pipes_without_header_and_separator_are_no_table(text: str) -> None:
    assert tables_in(text) == []


def test_cells_are_trimmed_and_outer_pipes_are_none() -> None:
    assert cells("|  a |b|  c c  |") == ["a", "b", "c c"]
    assert cells("a | | c") == ["a", "", "c"]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("line", ["-" * 50_000 + "x", " " * 50_000 + "x", "-| " * 30_000 + "x"])
def test_long_lines_that_are_nearly_separators_take_no_time(line: str) -> None:
    assert tables_in(f"a | b\n{line}\n1 | 2") == []


@given(st.text(alphabet="ab| -:\n.", max_size=80))
def test_tables_lie_in_the_text_in_order_without_overlap(text: str) -> None:
    position = 0
    for table in tables_in(text):
        assert position <= table.start <= table.header[0] < table.header[1] <= table.end <= len(text)
        for start, end in table.rows:
            assert table.header[1] < start < end <= table.end
            assert "|" in text[start:end]
            assert "\n" not in text[start:end]
        position = table.end
