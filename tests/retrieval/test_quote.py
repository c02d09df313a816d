from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.sentences import sentences
from index.tables import tables_in
from retrieval.quote import (
    PASSAGE_LENGTH,
    QUOTE_LENGTH,
    Quote,
    passage_around,
    quotes,
    row_context,
    runs_of,
)
from retrieval.quote_measures import QUOTE_FEATURES, quote_rows
from retrieval.rank import Ranked
from tests.retrieval.building import analyze, asked, by_columns, candidates, quote, ranked

TABLE = "Spending by ally\nAlly | 2023 | 2024 |\n---|---|---|\nNorway | 1.9 | 2.2 |\nIceland |  | none |"
TEXT = (
    "The depot in Narvik opened in May. It holds 300 vehicles. Colonel Holm praised the crew. "
    "Rain fell for weeks. Nobody was hurt."
)
STORIES = st.lists(
    st.sampled_from(
        [
            "The depot in Narvik opened in May.",
            "“It holds 300 vehicles,” Colonel Holm said.",
            "Dr. Ødegård paid $2.3bn.",
            "Наутро флот ушёл. 舰队离开了港口。",
            "Why? Because of the rain 🌧️👩‍🚒!",
            "\n",
            "Headline without a stop\n",
            "Word " * 120 + "and that was all.",
        ]
    ),
    min_size=1,
    max_size=14,
)


def runs(body: str, text: str | None = None, **facts: Any) -> list[str]:
    one = ranked(body, **facts)
    text = body if text is None else text
    return [text[run.start : run.end] for run in runs_of([one], {"a": text}, analyze)]


def test_runs_are_one_to_three_sentences_that_follow_each_other() -> None:
    found = runs(TEXT)
    assert "It holds 300 vehicles." in found
    assert "It holds 300 vehicles. Colonel Holm praised the crew. Rain fell for weeks." in found
    assert len(found) == 5 + 4 + 3


def test_a_sentence_that_is_too_long_is_quoted_in_parts_but_never_with_half_of_it() -> None:
    long = "The ministers met, " + "and then they met again, " * 20 + "until they agreed."
    short = "Rain fell."
    found = runs(f"{short} {long} {short}")
    assert [one for one in found if one.startswith(short) or one.endswith(short)] == [short, short]
    assert any(one.startswith("The ministers met,") for one in found)
    assert any(one.endswith("until they agreed.") for one in found)


def test_runs_stay_inside_their_passage() -> None:
    before = "Nothing of this was asked. "
    one = ranked(TEXT, start=len(before))
    text = before + TEXT + " Nor this."
    found = [text[run.start : run.end] for run in runs_of([one], {"a": text}, analyze)]
    assert found == runs(TEXT)


@given(STORIES)
def test_every_run_is_cut_from_the_text_and_fits_a_quote(parts: list[str]) -> None:
    text = " ".join(parts)
    assume(text.strip())
    edges = {0, len(text)}
    for start, end in sentences(text):
        edges |= {start, end}
    for run in runs_of([ranked(text)], {"a": text}, analyze):
        assert 0 < run.end - run.start <= QUOTE_LENGTH
        assert not text[run.start].isspace()
        assert not text[run.end - 1].isspace()
        assert len(run.sentences) <= 3
        if "Word Word" not in text:
            assert {run.start, run.end} <= edges


@given(STORIES, st.data())
def test_what_stands_around_a_quote_holds_it_and_is_no_longer_than_a_passage(
    parts: list[str], data: st.DataObject
) -> None:
    text = " ".join(parts)
    assume(text.strip())
    run = data.draw(st.sampled_from(runs_of([ranked(text)], {"a": text}, analyze)))
    start, end = passage_around(text, run.start, run.end)
    assert start <= run.start < run.end <= end
    assert end - start <= PASSAGE_LENGTH


def test_a_short_text_is_shown_whole_around_its_quote() -> None:
    start = TEXT.index("It holds")
    assert passage_around(TEXT, start, start + len("It holds 300 vehicles.")) == (0, len(TEXT))


def test_around_a_quote_only_whole_sentences_stand() -> None:
    text = " ".join(f"Sentence number {n} says a little about the depot in Narvik." for n in range(80))
    start = text.index("Sentence number 40 ")
    end = text.index(" Sentence number 41 ")
    before, after = passage_around(text, start, end)
    assert text[before:].startswith("Sentence number ")
    assert text[:after].endswith("Narvik.")
    assert after - before > PASSAGE_LENGTH / 2
    assert text[before:start].count("Sentence") < text[end:after].count("Sentence")


def test_a_row_is_put_in_words_with_caption_and_headers() -> None:
    (table,) = tables_in(TABLE)
    assert row_context(TABLE, table, table.rows[0]) == "Spending by ally: Ally: Norway; 2023: 1.9; 2024: 2.2"


def test_a_table_without_caption_is_called_a_table() -> None:
    text = TABLE.partition("\n")[2]
    (table,) = tables_in(text)
    assert row_context(text, table, table.rows[1]).startswith("Table: Ally: Iceland;")


def test_of_a_table_each_row_is_quoted_alone_and_headers_are_its_neighbours() -> None:
    (table,) = tables_in(TABLE)
    rows = runs_of([ranked(TABLE, table=True)], {"a": TABLE}, analyze)
    assert [TABLE[run.start : run.end] for run in rows] == ["Norway | 1.9 | 2.2 |", "Iceland |  | none |"]
    assert all(run.table == table and "2024" in run.around[0].words for run in rows)


def test_a_table_that_is_no_longer_there_has_no_rows() -> None:
    assert runs(TEXT, table=True) == []


def test_what_stands_before_the_first_sentence_is_not_quoted_with_it() -> None:
    head = "Depot opens in Narvik\nBy Ingrid Holm\nMay 6, 2025, 5:24 p.m. ET\n"
    found = runs(head + TEXT)
    assert [one for one in found if one.startswith("The depot")]
    assert not [one for one in found if "p.m. ET" in one and "The depot" in one]


def test_a_heading_further_on_may_be_quoted_with_what_follows() -> None:
    text = " ".join(["The depot in Narvik opened in May after years of delay."] * 8) + "\nNarvik\nIt rained."
    assert [one for one in runs(text) if one == "Narvik\nIt rained."]


def chosen(question: str, *ranked: Ranked, texts: dict[str, str], **weights: float) -> list[str]:
    words = dict.fromkeys(analyze("vehicles depot narvik"), 1.0)
    found = candidates(*(one.candidate for one in ranked), words=words)
    best = quotes(
        asked(question),
        found,
        ranked,
        texts=texts,
        analyze=analyze,
        trees=by_columns(QUOTE_FEATURES, **weights),
    )
    return [texts[one.ranked.candidate.passage.article_id][one.start : one.end] for one in best]


def test_quotes_stand_by_the_score_of_the_trees() -> None:
    one = ranked(TEXT)
    first, *rest = chosen("How many?", one, texts={"a": TEXT}, rarest_missing=-1.0)
    assert "Narvik" in first
    assert "vehicles" in first
    assert rest


def test_the_row_that_has_the_words_of_the_question_with_its_headers_is_chosen() -> None:
    text = "Vehicles by depot\nDepot | Vehicles |\n---|---|\nNarvik | 300 |\nTromsø | 12 |"
    one = ranked(text, table=True)
    assert (
        chosen("How many vehicles?", one, texts={"a": text}, coverage=1.0, names=0.5)[0] == "Narvik | 300 |"
    )


def test_nothing_ranked_gives_no_quotes() -> None:
    assert chosen("How many?", texts={}) == []


def test_a_quote_keeps_everything_but_its_score() -> None:
    (table,) = tables_in(TABLE)
    old, new = np.zeros(3, dtype=np.float32), np.ones(3, dtype=np.float32)
    one = replace(quote(TABLE, table=table), preferred=0.5, near=old)
    again, looked_at = one.scored(0.25), one.scored(0.25, new)
    assert (again.score, looked_at.score) == (0.25, 0.25)
    assert again.near is old
    assert looked_at.near is new
    for field in fields(Quote):
        if field.name not in {"score", "near"}:
            assert getattr(again, field.name) is getattr(one, field.name)
            assert getattr(looked_at, field.name) is getattr(one, field.name)


def test_what_is_measured_of_runs_is_what_stands_there() -> None:
    text = "The depot opened. A frigate left Narvik in May. It was cold and dark in the old harbour."
    one = ranked(text, title="Frigate at sea")
    searched = candidates(one.candidate, words=dict.fromkeys(("frigate", "narvik", "may", "depot"), 1.0))
    query = asked("When did a frigate leave Narvik?")
    found = runs_of([one], {"a": text}, analyze)
    rows = quote_rows(query, searched, found, {"a": text}, analyze, best=1.0)
    measured = {
        text[run.start : run.end]: dict(zip(QUOTE_FEATURES, map(float, row), strict=True))
        for run, row in zip(found, rows, strict=True)
    }
    middle = measured["A frigate left Narvik in May."]
    assert middle["coverage"] == 0.75
    assert middle["coverage_with_neighbours"] == 1.0
    assert middle["coverage_of_opening"] == 0.25
    assert middle["title_echoed"] == pytest.approx(1 / 6)
    assert middle["spread"] == pytest.approx(5 / 3)
    first_two = measured["The depot opened. A frigate left Narvik in May."]
    assert first_two["coverage"] == 1.0
    assert first_two["coverage_of_opening"] == 0.25
    assert first_two["spread"] == pytest.approx(8 / 4)
    assert first_two["length"] == len("The depot opened. A frigate left Narvik in May.")
    assert measured["The depot opened."]["coverage_with_title"] == 0.5
    assert measured["It was cold and dark in the old harbour."]["spread"] == 20.0
