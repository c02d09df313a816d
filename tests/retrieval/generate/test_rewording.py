"""Questions that the model rewords: trusted only where nothing is added or left out, and never relied on."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from retrieval.answer import Answer, Citation
from retrieval.generate.rewording import Rewording, joined
from retrieval.understand import Turn
from tests.retrieval.generate import endpoint as e
from tests.retrieval.generate.conftest import EXTRACTIVE, QUOTES, Desk, citation, texts_of

FIRST = Turn(
    question="How many vehicles does the depot at Lindholm hold?",
    understood="How many vehicles does the depot at Lindholm hold?",
    answer_text="The depot at Lindholm holds 300 vehicles. [1]",
    speakers=("Ida Moreau",),
)
NOTHING = replace(EXTRACTIVE, found=False, refusal="nothing_close", citations=(), answer="Nothing.")
WHOLE = "Who opened the depot at Lindholm?"
BOTH = "How many vehicles does the depot hold, and when was the port of Sund dredged?"
PARTS = ("How many vehicles does the depot hold?", "When was the port of Sund dredged?")


class Knowing:
    """Answers the questions that it knows; ``asked`` are all, each with whether turns came with it."""

    def __init__(self, **known: Answer) -> None:
        self.known: dict[str, Answer] = {}
        self.asked: list[tuple[str, bool]] = []

    def ask(self, question: str, *, turns: Sequence[Turn] = (), **_: Any) -> Answer:
        self.asked.append((question, bool(turns)))
        return replace(self.known.get(question, NOTHING), question=question, understood=question)

    def closest(self, text: str, *, as_of: date | None = None) -> tuple[Citation, ...]:
        return ()


@pytest.fixture
def knowing() -> Knowing:
    return Knowing()


@pytest.fixture
def rewording(desk: Desk, knowing: Knowing, analyze: Callable[[str], list[str]]) -> Rewording:
    return Rewording(knowing, desk.model, analyze=analyze, texts_of=texts_of, follow_ups=True, parts=True)


def test_a_follow_up_that_the_model_made_whole_is_asked(
    desk: Desk, knowing: Knowing, rewording: Rewording
) -> None:
    knowing.known[WHOLE] = EXTRACTIVE
    desk.endpoint.behaviours = [e.says(WHOLE)]
    answer = rewording.ask("Who opened it?", turns=[FIRST])
    assert knowing.asked == [(WHOLE, False)]
    assert (answer.question, answer.understood, answer.found) == ("Who opened it?", WHOLE, True)


@pytest.mark.parametrize(
    "written",
    [
        "Who opened the depot at Lindholm in 1998?",  # a number that nobody named
        "Who opened the depot of General Smith?",
        "Who opened the depot at Lindholm?\nWho closed it?",
        "It was opened by Ida Moreau.",
        "",
        "Who " + "opened the depot " * 40 + "?",
    ],
)
def test_what_adds_to_what_was_said_is_not_asked(
    desk: Desk, knowing: Knowing, rewording: Rewording, written: str
) -> None:
    desk.endpoint.behaviours = [e.says(written)]
    rewording.ask("Who opened it?", turns=[FIRST])
    assert knowing.asked == [("Who opened it?", True)]


def test_what_leaves_out_a_name_is_not_asked(desk: Desk, knowing: Knowing, rewording: Rewording) -> None:
    desk.endpoint.behaviours = [e.says("How many vehicles does the depot hold?")]
    rewording.ask("And the one in Sund?", turns=[FIRST])
    assert knowing.asked == [("And the one in Sund?", True)]


def test_where_the_whole_question_finds_nothing_the_follow_up_is_asked_as_it_is(
    desk: Desk, knowing: Knowing, rewording: Rewording
) -> None:
    knowing.known["Who opened it?"] = EXTRACTIVE
    desk.endpoint.behaviours = [e.says(WHOLE)]
    assert rewording.ask("Who opened it?", turns=[FIRST]).found
    assert knowing.asked == [(WHOLE, False), ("Who opened it?", True)]


def test_an_endpoint_that_fails_leaves_the_question_as_it_is(
    desk: Desk, knowing: Knowing, rewording: Rewording
) -> None:
    desk.endpoint.behaviours = [e.status(401)]
    rewording.ask("Who opened it?", turns=[FIRST])
    assert knowing.asked == [("Who opened it?", True)]


def test_a_question_of_two_parts_is_answered_in_both(
    desk: Desk, knowing: Knowing, rewording: Rewording
) -> None:
    port = citation(1, "port")
    knowing.known[PARTS[0]] = replace(EXTRACTIVE, citations=(citation(1, "depot"),))
    knowing.known[PARTS[1]] = replace(EXTRACTIVE, citations=(port,), answer=f"{QUOTES['port']} [1]")
    desk.endpoint.behaviours = [e.says("\n".join(f"- {part}" for part in PARTS))]
    answer = rewording.ask(BOTH)
    assert answer.question == BOTH
    assert answer.answer == f"{QUOTES['depot']} [1]\n{QUOTES['port']} [2]"
    assert [one.n for one in answer.citations] == [1, 2]
    assert answer.citations[1] == replace(port, n=2)


def test_a_part_that_finds_nothing_leaves_the_question_whole(
    desk: Desk, knowing: Knowing, rewording: Rewording
) -> None:
    knowing.known[PARTS[0]] = EXTRACTIVE
    desk.endpoint.behaviours = [e.says("\n".join(PARTS))]
    rewording.ask(BOTH)
    assert [asked for asked, _ in knowing.asked] == [*PARTS, BOTH]


def test_a_question_of_one_part_is_not_sent_to_be_taken_apart(desk: Desk, rewording: Rewording) -> None:
    rewording.ask("What do Finland and Sweden hold?")
    assert desk.endpoint.asked == []


def test_the_same_quote_for_two_parts_is_one_citation() -> None:
    third = replace(EXTRACTIVE, understood="Third?", found=False)
    answer = joined("Both?", [EXTRACTIVE, replace(EXTRACTIVE, answer="Again so. [2][1]"), third])
    assert answer.citations == EXTRACTIVE.citations
    assert answer.answer.endswith("Again so. [2][1]")
    assert "Nothing was found for “Third?”" in answer.notes
