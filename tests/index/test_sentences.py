import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import clauses, is_row, sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. Navy sent Gen. J. D. Marlow and Sen. Ada K. Finch to St. Olaf on Jan. 3 at 9 a.m. Eastern.",
        "Spending rose by 3.5 % to $1.2bn, i.e. No. 4 of 12 vs. No. 9 a year before, e.g. in Art. 5 matters.",
        "Mr. Brandt, Dr. Osei and Lt. Col. Maria Ruiz Jr. met at Harbour Inc. offices.",
        "“Will they come?” he asked.",
        "“Never!” the minister shouted, “not in my time.”",
        "We waited ... and waited … and nothing came.",
        "Officials at Norsk Hydro Co. and Baltic Lines Ltd. declined to comment.",
        "1. The depot in the north",
        "He lives in Washington, D.C. with his family.",
        "“No. We never promised them that,” she said.",
        "The fleet sailed on Dec. 12, with 3.000 men aboard.",
    ],
)
def test_one_sentence_stays_whole(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize(
    "pieces",
    [
        ["He left for the U.S. in May.", "The talks went on."],
        ["They work in the U.S.", "The rest stay here."],
        ["The ship sank at 9 a.m.", "It took an hour."],
        ["“We are ready.”", "“So are they.”"],
        [
            "“The bridge is closed until further notice.",
            "Nobody may pass,” the mayor said.",
            "Traffic stopped.",
        ],
        ["(The minister did not reply.)", "Her office did."],
        ["« Nous restons prêts. »", "Il est parti."],
        ["„Wir bleiben hier.“", "Dann ging er."],
        ["Did they sign?", "Yes!", "At last…", "Then came rain."],
        ["It was a near miss.", "Boston slept."],
        ["It was plan B.", "The first had failed."],
        ["In 2021.", "30 members agreed."],
        ["It fell by 3.5 %.", "Nobody knew why."],
        ["The law was passed in 1994.[12]", "It still holds."],
        ["She said yes to the marriage.", "He did not"],
        ["船は沈んだ。", "誰も知らない。"],
    ],
)
def test_sentences_end_where_a_reader_stops(pieces: list[str]) -> None:
    assert cut(" ".join(pieces)) == pieces


def test_a_line_break_always_ends_a_sentence() -> None:
    assert cut("A heading without stop\nThe first line\r\n\r\nthe second, lower case\u2028and a third") == [
        "A heading without stop",
        "The first line",
        "the second, lower case",
        "and a third",
    ]


def test_a_row_of_a_table_is_one_sentence() -> None:
    row = "Marsk Inc. Ltd. | Harbour. Quay. | 3.5 % of sales. Estimate |"
    assert cut(f"Name | Place | Share |\n---|---|---|\n{row}") == [
        "Name | Place | Share |",
        "---|---|---|",
        row,
    ]
    assert is_row("---|---|---|")
    assert not is_row("A line that has no cells")


def test_a_space_lost_after_a_full_stop_does_not_glue_sentences() -> None:
    assert cut("The port was closed.Ships waited.") == ["The port was closed.", "Ships waited."]
    assert cut("See example.com or U.S.Treasury") == ["See example.com or U.S.Treasury"]


def test_only_the_asked_stretch_is_cut() -> None:
    text = "One is here. Two is here. Three is here."
    assert [text[a:b] for a, b in sentences(text, 4, 25)] == ["is here.", "Two is here."]


def test_clauses_prefer_the_strongest_pause() -> None:
    text = "The harbour was closed in the morning; ships, cranes and lorries waited until the evening came."
    assert [text[a:b] for a, b in clauses(text, 0, len(text), 60)] == [
        "The harbour was closed in the morning;",
        "ships, cranes and lorries waited until the evening came.",
    ]


def test_clauses_leave_what_is_short_alone() -> None:
    assert clauses("  short, and sweet ", 0, 19, 400) == [(2, 18)]


PROSE = st.lists(
    st.sampled_from(
        [
            "Gen.",
            "the",
            "U.S.",
            "“No.",
            "ended.”",
            "3.5",
            "%",
            "Dr.",
            "A.",
            "|",
            "\n",
            "…",
            "(",
            "!)",
            " ",
            ".",
            "He",
            "»",
        ]
    ),
    max_size=60,
).map(" ".join)


def check_cover(text: str, spans: list[tuple[int, int]], start: int, end: int) -> None:
    at = start
    for first, last in spans:
        assert at <= first < last <= end
        assert not text[at:first].strip()
        assert text[first:last] == text[first:last].strip()
        at = last
    assert not text[at:end].strip()


@given(st.one_of(st.text(), PROSE), st.integers(0, 80), st.integers(0, 80))
def test_sentences_cover_all_that_is_not_white_space(text: str, start: int, end: int) -> None:
    check_cover(text, sentences(text), 0, len(text))
    check_cover(text, sentences(text, start, end), min(start, len(text)), max(min(end, len(text)), start))
    assert not any(re.search(r"[\n\r]", text[a:b]) for a, b in sentences(text))


@given(st.one_of(st.text(), PROSE), st.integers(1, 50))
def test_clauses_cover_the_text_within_the_limit(text: str, limit: int) -> None:
    spans = clauses(text, 0, len(text), limit)
    check_cover(text, spans, 0, len(text))
    assert all(last - first <= limit for first, last in spans)


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        clauses("text", 0, 4, 0)
