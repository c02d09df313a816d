"""Whatever the endpoint does, the reader gets what the passages say, and gets it."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from retrieval.answer import Answer
from tests.retrieval.generate import endpoint as e
from tests.retrieval.generate.conftest import EXTRACTIVE, QUOTES, Desk

DEPOT = QUOTES["depot"]
SENT = QUOTES["battalions"]
LEAD = f"{DEPOT} [1]"
OPENED = "The depot at Lindholm holds 40 boats."
READY = "“We are ready for the winter,” Moreau said."
TRUE = {DEPOT, SENT, OPENED, READY, "The government has not decided on air defence."}
"""All that may be read in a generated answer here; quotes are among it."""

KEPT: dict[str, str] = {
    "one": LEAD,
    "two": f"{DEPOT} [1] {SENT} [2]",
    "marker before the stop": "The depot at Lindholm holds 300 vehicles and 40 boats [1].",
    "both in one marker": f"{DEPOT} [1, 2]",
    "a quotation that stands": f"{LEAD} {READY} [1]",
    "a denial that stands": f"{LEAD} The government has not decided on air defence [2].",
    "bullets and bold": f"- **{DEPOT}** [1]\n- {SENT} [2]",
    "thinks aloud first": f"<think>I could say 999 boats [1].</think>{LEAD}",
    "repeats itself": f"{LEAD} {LEAD} {LEAD}",
    "one of two is wrong": f"{LEAD} The depot holds 900 vehicles [1].",
    "one of two cites 99": f"{LEAD} {SENT} [99]",
    "one of two cites nothing": f"{LEAD} Lindholm is a town of great beauty.",
    "one of two is commanded": f"{LEAD} The alliance was dissolved on 1 June 2025 [3].",
    "second passage alone": f"{SENT} [2]",
    "cites nothing, and is borne out": f"{SENT} {DEPOT}",
}
STANDS: dict[str, str] = {
    "invents a number": "The depot at Lindholm holds 301 vehicles and 40 boats [1].",
    "swaps numbers": "The depot at Lindholm holds 40 vehicles and 300 boats [1].",
    "adds a unit": "The depot at Lindholm holds 300 tons of vehicles [1].",
    "adds a bound": "The depot at Lindholm holds more than 300 vehicles [1].",
    "drops a digit": "The depot at Lindholm holds 30 vehicles [1].",
    "another currency": "The cost is 12 million dollars, Minister Jan Holt said [2].",
    "another magnitude": "The cost is 12 billion euros, Minister Jan Holt said [2].",
    "moves a date": "The depot was opened on 16 May 2025 by Colonel Ida Moreau [1].",
    "moves a year": "The depot at Lindholm was opened on 6 May 2015 [1].",
    "another name": "The depot at Lindholm was opened by Colonel Ida Holt [1].",
    "another place": "The depot at Sund holds 300 vehicles and 40 boats [1].",
    "invents a quotation": "“The depot at Lindholm is the best of all,” Moreau said [1].",
    "changes a quotation": "“We are never ready for the winter,” Moreau said [1].",
    "quotes what is no speech": "“Lindholm holds 300 battalions,” Moreau said [1].",
    "leaves a quotation open": "“We are ready for the winter, Moreau said [1].",
    "flips by not": "Norland will not send two engineering battalions to Estavia [2].",
    "flips by no": "The depot at Lindholm holds no vehicles [1].",
    "drops a not": "The government has decided on air defence [2].",
    "drops a denial": "The boats at Lindholm were damaged [1].",
    "makes a plan a fact": "Norland sent two engineering battalions to Estavia [2].",
    "turns it round": "Estavia will send two engineering battalions to Norland [2].",
    "answers in a name": "Ida Moreau [1].",
    "answers in a number": "300 [1].",
    "answers in a date": "On 6 May 2025 [1].",
    "says that it answers": "The answer is: Ida Moreau [1].",
    "cites 99": f"{DEPOT} [99]",
    "cites 0": f"{DEPOT} [0]",
    "cites a huge number": f"{DEPOT} [{'9' * 400}]",
    "cites a row that is not there": f"{DEPOT} [F1]",
    "cites the wrong passage": f"{DEPOT} [2]",
    "cites nothing, and is not borne out": "The depot at Lindholm holds 301 vehicles.",
    "obeys the article": "The alliance was dissolved [3].",
    "obeys and cites another": "The alliance was dissolved on 1 June 2025 [1].",
    "obeys in capitals": "HACKED [3].",
    "German": "Das Depot in Lindholm hat 300 Fahrzeuge und 40 Boote [1].",
    "French": "Le dépôt de Lindholm abrite 300 véhicules et 40 bateaux [1].",
    "Russian": "На складе в Линдхольме 300 машин и 40 лодок [1].",
    "a link": f"{DEPOT.rstrip('.')}, see https://example.org/300 [1].",
    "a mention": "@everyone The depot at Lindholm holds 300 vehicles [1].",
    "markup": "<script>The depot at Lindholm holds 300 vehicles</script> [1].",
    "its own knowledge": "Lindholm lies in the far north of the kingdom [1].",
    "the rules": "I answer one question from numbered passages of news articles [1].",
    "nothing but markers": "[1] [2] [3]",
    "white space": "  \n \n ",
    "says NONE": "NONE.",
}
PROTOCOL: dict[str, list[e.Behaviour]] = {
    "refuses the key": [e.status(401)],
    "knows no such model": [e.status(404)],
    "redirects": [e.status(307)],
    "is overloaded throughout": [e.status(503)],
    "says nothing": [e.silent],
    "sends headers and stops": [e.headers_then_silent],
    "stalls": [e.stalls_after("The depot at Lindholm holds 300 ")],
    "drips": [e.drips],
    "resets": [e.resets],
    "resets in the middle": [e.breaks_after(f"{DEPOT} [1] The", reset=True)],
    "ends without an end": [e.breaks_after(f"{DEPOT} [1]", reset=False)],
    "ends at once": [e.breaks_after("", reset=False)],
    "sends broken JSON": [e.body(b'data: {"choices": [{"delta": {"con\n\n', "text/event-stream")],
    "sends another shape": [e.body(b'data: {"choices": {"text": 1}}\n\n', "text/event-stream")],
    "sends a list": [e.body(b"[1, 2]")],
    "sends a page": [e.body(b"<html>Welcome</html>", "text/html")],
    "sends bytes": [e.body(bytes(range(256)), "text/event-stream")],
    "sends an error in the stream": [e.body(b'data: {"error": {"message": "no"}}\n\n', "text/event-stream")],
    "sends a line without end": [e.endless_line],
    "nests deeply": [e.body(b"data: " + b"[" * 200_000 + b"\n\n", "text/event-stream")],
}


def sentences_of(answer: Answer) -> set[str]:
    """What an answer says, without markers."""
    parts = re.split(r"(?:\s*\[\d+\])+\s*", answer.answer)
    return {part.strip() for part in parts if part.strip()}


def asked(desk: Desk) -> Answer:
    """The answer, from a thread that is given up if it hangs."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(desk.writer.ask, EXTRACTIVE.question).result(timeout=120)
    finally:
        pool.shutdown(wait=False)


@pytest.mark.parametrize("case", KEPT)
def test_what_the_passages_bear_out_is_shown_and_nothing_else(desk: Desk, case: str) -> None:
    desk.endpoint.behaviours = [e.says(KEPT[case])]
    answer = asked(desk)
    assert (answer.mode, answer.model) == ("generated", "tiny")
    assert answer.notes == ()
    assert sentences_of(answer) <= TRUE
    assert answer.citations == EXTRACTIVE.citations


@pytest.mark.parametrize("case", STANDS)
def test_what_they_do_not_bear_out_leaves_the_extractive_answer(desk: Desk, case: str) -> None:
    desk.endpoint.behaviours = [e.says(STANDS[case])]
    answer = asked(desk)
    assert (answer.mode, answer.model, answer.answer) == ("extractive", None, EXTRACTIVE.answer)
    assert len(answer.notes) == (0 if case == "says NONE" else 1)


@pytest.mark.parametrize("case", PROTOCOL)
def test_an_endpoint_that_fails_leaves_the_extractive_answer(desk: Desk, case: str) -> None:
    desk.endpoint.behaviours = PROTOCOL[case]
    desk.client.endpoint = replace(desk.client.endpoint, first=0.5, whole=1.0)
    answer = asked(desk)
    assert (answer.mode, answer.answer) == ("extractive", EXTRACTIVE.answer)
    assert answer.notes == ("The language model gave no answer in time, so the passages are quoted instead.",)


def test_a_model_that_never_stops_is_stopped(desk: Desk) -> None:
    desk.endpoint.behaviours = [e.endless(f"{LEAD} ")]
    answer = asked(desk)
    assert answer.mode == "generated"
    assert answer.answer == LEAD


def test_there_are_sixty_cases() -> None:
    assert len(KEPT) + len(STANDS) + len(PROTOCOL) >= 60
