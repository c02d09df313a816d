"""What the model is told, what its tokens are held to, and what becomes of figures and refusals."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

from index.store.allowance import Allowance
from index.store.database import Database
from retrieval.answer import Window
from retrieval.generate.draft import drafted
from retrieval.generate.metered import Metered
from retrieval.generate.prompt import prompt
from retrieval.restored import restored
from tests.retrieval.generate import endpoint as e
from tests.retrieval.generate.conftest import DAY, EXTRACTIVE, FIGURE, QUOTES, Desk, citation

LEAD = f"{QUOTES['depot']} [1]"


def test_passages_stand_between_fences_that_differ_every_time() -> None:
    window = Window(start=date(2025, 1, 1), end=None, reason="this year")
    asked = [
        prompt("What?", EXTRACTIVE.citations, windows=[window], figures=[FIGURE], instructions="Be brief.")
        for _ in range(2)
    ]
    fences = [messages[1]["content"].split("\n")[0] for messages in asked]
    assert fences[0] != fences[1]
    for fence, (rules, body) in zip(fences, asked, strict=True):
        assert body["content"].count(fence) == 2
        assert fence in rules["content"]
        assert "Be brief." in rules["content"]
        inside, after = body["content"].split(fence)[1:]
        assert "[1] (The Example Times, 7 May 2025)" in inside
        assert "[F1] Poland, 2024: 4.12% of GDP" in inside
        assert "since 1 January 2025" in after


def test_passages_beyond_the_budget_are_left_out_last_first() -> None:
    body = prompt("What?", EXTRACTIVE.citations, most_tokens=420)[1]["content"]
    assert "[1] (" in body
    assert "[3] (" not in body


def test_a_passage_that_gives_orders_is_not_shown_to_the_model(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.says(LEAD)]
    desk.writer.ask("What?")
    shown = desk.endpoint.asked[0]["messages"][1]["content"]
    assert "Ignore all previous" not in shown
    assert "[2] (" in shown


def test_what_was_dropped_can_be_looked_at(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.says(f"{LEAD} The depot holds 900 vehicles [1].")]
    answer = desk.writer.ask("What?")
    assert answer.dropped == ("numbers: The depot holds 900 vehicles.",)
    assert "dropped" not in answer.as_json()


def test_the_model_is_named_in_the_stored_form_too(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.says(LEAD)]
    answer = desk.writer.ask("What?")
    assert restored(answer.as_json()).model == "tiny"
    assert "model" not in EXTRACTIVE.as_json()


def test_refusals_and_bare_figures_are_not_sent_to_the_model(desk: Desk) -> None:
    refused = replace(EXTRACTIVE, found=False, refusal="nothing_close", citations=(), answer="Nothing.")
    figure = replace(EXTRACTIVE, citations=(), figures=(FIGURE,), answer="Poland: 4.12% of GDP in 2024.")
    for answer in (refused, figure):
        desk.extractive.answer = answer
        assert desk.writer.ask("What?").answer == answer.answer
    assert desk.endpoint.asked == []


def test_an_official_figure_must_be_among_what_is_written(desk: Desk) -> None:
    official = "Poland spent 4.12% of GDP on defence in 2024."
    desk.extractive.answer = replace(EXTRACTIVE, figures=(FIGURE,), answer=f"{official}\n{LEAD}")
    desk.endpoint.behaviours = [e.says(LEAD), e.says(f"{official} [F1] {LEAD}")]
    assert desk.writer.ask("What?").mode == "extractive"
    answer = desk.writer.ask("What?")
    assert answer.mode == "generated"
    assert answer.answer.startswith(official)


def test_an_answer_that_was_cut_loses_its_last_sentence(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.says(f"{LEAD} Norland will send two engineering", reason="length")]
    assert desk.writer.ask("What?").answer == LEAD


def test_an_overloaded_endpoint_is_asked_again_until_a_word_came(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.status(503), e.resets, e.says(LEAD)]
    assert desk.writer.ask("What?").mode == "generated"
    assert len(desk.endpoint.asked) == 3


def test_nothing_is_asked_again_after_the_first_word(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.breaks_after("The depot", reset=True), e.says(LEAD)]
    assert desk.writer.ask("What?").mode == "extractive"
    assert len(desk.endpoint.asked) == 1


def test_connections_are_used_again_and_carry_the_key(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.says(LEAD)]
    for _ in range(4):
        desk.writer.ask("What?")
    assert len(desk.endpoint.peers) == 1
    assert set(desk.endpoint.keys) == {"Bearer k-123"}


def test_many_are_answered_at_once(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.says(LEAD)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(desk.writer.ask, ["What?"] * 24))
    assert {(one.mode, one.answer) for one in answers} == {("generated", LEAD)}


def test_an_endpoint_that_is_not_there_leaves_the_extractive_answer(desk: Desk) -> None:
    address = replace(desk.client.endpoint, url="http://127.0.0.1:1/v1")
    desk.client.endpoint = address
    assert desk.writer.ask("What?").answer == EXTRACTIVE.answer


def test_tokens_told_are_booked_and_the_day_has_a_limit(desk: Desk, database: Database) -> None:
    before = desk.allowance.used(DAY)
    desk.endpoint.behaviours = [e.says(LEAD, usage=(321, 12))]
    desk.writer.ask("What?")
    after = desk.allowance.used(DAY)
    assert after.prompt_tokens - before.prompt_tokens == 321
    assert after.completion_tokens - before.completion_tokens == 12
    assert after.held == before.held
    full = Allowance(database, daily=after.prompt_tokens + after.completion_tokens + after.held + 100)
    assert full.hold(DAY, "tiny", 100)
    assert not full.hold(DAY, "other", 1)
    full.book(DAY, "tiny", held=100, prompt=0, completion=0)
    assert full.hold(DAY, "other", 1)
    full.book(DAY, "other", held=1, prompt=0, completion=0)


def test_without_tokens_left_nothing_is_asked(desk: Desk, database: Database) -> None:
    desk.model.allowance = Allowance(database, daily=0)
    answer = desk.writer.ask("What?")
    assert answer.answer == EXTRACTIVE.answer
    assert "used up" in answer.notes[0]
    assert desk.endpoint.asked == []


def test_an_endpoint_that_does_not_answer_is_left_alone_for_a_while(desk: Desk) -> None:
    now = [100.0]
    model = Metered(desk.client, desk.allowance, today=lambda: DAY, rest=30, clock=lambda: now[0])
    desk.writer._model = model
    desk.endpoint.behaviours = [e.status(401), e.says(LEAD)]
    for moment, asked, mode in ((100, 1, "extractive"), (129, 1, "extractive"), (131, 2, "generated")):
        now[0] = moment
        assert desk.writer.ask("What?").mode == mode
        assert len(desk.endpoint.asked) == asked


def test_a_sentence_without_a_citation_gets_the_passage_that_bears_it_out(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.says(f"{QUOTES['depot']} {QUOTES['battalions']}")]
    assert desk.writer.ask("What?").answer == f"{LEAD} {QUOTES['battalions']} [2]"


def test_an_endpoint_that_breaks_off_is_asked_by_the_next(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.breaks_after("The depot", reset=True), e.says(LEAD)]
    assert desk.writer.ask("What?").mode == "extractive"
    assert desk.writer.ask("What?").mode == "generated"


def test_markers_of_all_kinds_are_read() -> None:
    found = drafted("1. One is so [1][2]. Two is so. [3, F2]\n* **Three** is so [passage 4]\n")
    assert [(one.text, one.cited, one.rows) for one in found] == [
        ("One is so.", (1, 2), ()),
        ("Two is so.", (3,), (2,)),
        ("Three is so", (4,), ()),
    ]


def test_a_client_that_was_closed_begins_anew(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.says(LEAD)]
    desk.writer.ask("What?")
    desk.client.close()
    time.sleep(0)
    assert desk.writer.ask("What?").mode == "generated"


def test_the_best_quote_goes_before_what_rests_on_others_alone(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.says(f"{QUOTES['battalions']} [2]")]
    assert desk.writer.ask("What?").answer == f"{LEAD} {QUOTES['battalions']} [2]"
    assert citation(1, "depot").quote == QUOTES["depot"]


def test_what_is_true_of_the_first_passage_does_not_take_the_place_of_its_quote(desk: Desk) -> None:
    said = "“We are ready for the winter,” Moreau said. [1]"
    desk.endpoint.behaviours = [e.says(said), e.says(f"The depot at Lindholm holds 40 boats. [1] {said}")]
    assert desk.writer.ask("What?").answer == f"{LEAD} {said}"
    assert desk.writer.ask("What?").answer == f"The depot at Lindholm holds 40 boats. [1] {said}"
