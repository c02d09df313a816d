"""What is told while the model still writes: lines that hold, each as soon as it does, and nothing else."""

import threading
from dataclasses import replace

import pytest

from retrieval.generate.draft import drafted, finished
from tests.retrieval.generate import endpoint as e
from tests.retrieval.generate.conftest import EXTRACTIVE, FIGURE, QUOTES, Desk
from tests.retrieval.generate.test_misbehaving import KEPT, PROTOCOL, STANDS, TRUE, sentences_of

LEAD = f"{QUOTES['depot']} [1]"
SENT = f"{QUOTES['battalions']} [2]"


def told_by(desk: Desk) -> tuple[list[str], str]:
    """The lines told, and the answer in the end."""
    lines: list[str] = []
    answer = desk.writer.ask("What?", told=lines.append)
    return lines, answer.answer


def test_a_line_is_told_before_the_next_one_is_written(desk: Desk) -> None:
    told = threading.Event()
    lines: list[str] = []
    desk.endpoint.behaviours = [e.waits_for(told, f"{LEAD} Norland will send", f" {SENT[18:]}")]

    def tell(line: str) -> None:
        lines.append(line)
        told.set()

    answer = desk.writer.ask("What?", told=tell)
    assert lines == [LEAD]
    assert answer.answer == f"{LEAD} {SENT}"


@pytest.mark.parametrize("case", KEPT)
def test_whatever_is_told_is_borne_out(desk: Desk, case: str) -> None:
    desk.endpoint.behaviours = [e.says(f"{KEPT[case]} {SENT} Lindholm is a town of great beauty [1].", by=3)]
    lines, _ = told_by(desk)
    shown = replace(EXTRACTIVE, answer=" ".join(lines))
    assert sentences_of(shown) <= TRUE


@pytest.mark.parametrize("case", STANDS)
def test_what_does_not_hold_is_never_told(desk: Desk, case: str) -> None:
    desk.endpoint.behaviours = [e.says(f"{STANDS[case]} Lindholm is a town of great beauty [1].", by=3)]
    lines, answer = told_by(desk)
    assert lines == []
    assert answer == EXTRACTIVE.answer


@pytest.mark.parametrize("case", PROTOCOL)
def test_an_endpoint_that_fails_tells_at_most_what_held(desk: Desk, case: str) -> None:
    desk.endpoint.behaviours = PROTOCOL[case]
    desk.client.endpoint = replace(desk.client.endpoint, first=0.5, whole=1.0)
    lines, answer = told_by(desk)
    assert set(lines) <= {LEAD}
    assert answer == EXTRACTIVE.answer


def test_lines_wait_until_enough_of_the_answer_holds(desk: Desk) -> None:
    wrong = "The depot holds 900 vehicles [1]. Lindholm is a town of great beauty [1]."
    desk.endpoint.behaviours = [e.says(f"{wrong} {LEAD} Lindholm is in the far north [1].")]
    assert told_by(desk) == ([], EXTRACTIVE.answer)


def test_a_quote_in_the_place_of_a_sentence_is_not_said_again_by_another(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.says(f"The depot holds 900 vehicles [1]. {LEAD} {SENT}")]
    lines, answer = told_by(desk)
    assert lines == [LEAD]
    assert answer == f"{LEAD} {SENT}"


def test_beside_official_figures_lines_wait_for_one_that_rests_on_them(desk: Desk) -> None:
    official = "Poland spent 4.12% of GDP on defence in 2024."
    desk.extractive.answer = replace(EXTRACTIVE, figures=(FIGURE,))
    desk.endpoint.behaviours = [e.says(f"{LEAD} {SENT}"), e.says(f"{LEAD} {official} [F1] {SENT}")]
    assert told_by(desk)[0] == []
    assert told_by(desk)[0] == [LEAD, official]


def test_a_sentence_is_over_only_when_the_next_has_begun() -> None:
    text = f"{LEAD} {SENT} The cost is 12 million euros [2]."
    every = drafted(text)
    for end in range(len(text) + 1):
        so_far = finished(text[:end])
        assert so_far == every[: len(so_far)]
    assert len(finished(text)) == 2


def test_a_pause_that_the_endpoint_asks_for_is_kept(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.status(429, retry_after="1"), e.says(LEAD)]
    assert desk.writer.ask("What?").mode == "generated"
    first, second = desk.endpoint.times
    assert second - first >= 1.0


@pytest.mark.parametrize("asked", ["3600", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_a_pause_beyond_the_deadline_is_not_waited_for(desk: Desk, asked: str) -> None:
    desk.endpoint.behaviours = [e.status(429, retry_after=asked), e.says(LEAD)]
    assert desk.writer.ask("What?").answer == EXTRACTIVE.answer
    assert len(desk.endpoint.asked) == 1


@pytest.mark.parametrize("asked", ["soon", "-5", "Wed, 21 Oct 2099 07:28:00", ""])
def test_a_pause_that_cannot_be_read_is_none(desk: Desk, asked: str) -> None:
    desk.endpoint.behaviours = [e.status(503, retry_after=asked), e.says(LEAD)]
    assert desk.writer.ask("What?").mode == "generated"
