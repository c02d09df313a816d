import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier, Thread
from time import sleep
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.article import Article
from index.figures.store import FigureStore
from index.machine import cores
from retrieval.answer import Answer, Window
from retrieval.answerer import CITED, NEAREST, Answerer
from retrieval.rank import Ranked, rank
from retrieval.understand.turn import turn_of
from tests.collection import Collection, opened
from tests.retrieval.quoted import answering, checked

if TYPE_CHECKING:
    from index.embed import Vectors

NEVER = 1.01
"""A threshold at which nothing is answered: what is refused is learned, not tested here."""
NOW = date(2026, 8, 1)
QUESTIONS = Path(__file__).parents[2] / "samples" / "questions.jsonl"
ASKED = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
SAFE = "Which countries did not ask for SAFE loans?"


def days(answer: Answer) -> list[date | None]:
    return [one.article.published for one in answer.citations or answer.nearest]


def first_article(answer: Answer) -> str | None:
    return answer.citations[0].article.title if answer.citations else None


@pytest.fixture(scope="module")
def asking(samples: Collection) -> Answerer:
    """Answers everything from the samples."""
    return answering(samples)


@pytest.fixture(scope="module")
def refusing(samples: Collection) -> Answerer:
    """Refuses everything."""
    return answering(samples, threshold=NEVER)


@pytest.fixture(scope="module")
def depots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """Three reports on one depot, by two papers, and one without a date."""
    reports = [
        ("spring", "Harbour Times", date(2025, 4, 2), "The depot in Narvik holds 210 cars, Ida Holm said."),
        ("summer", "Fjord Post", date(2025, 6, 9), "The depot in Narvik holds 300 cars, Ida Holm said."),
        ("undated", "Fjord Post", None, "The depot in Narvik holds 95 cars, nobody knows since when."),
        ("beside", "Harbour Times", date(2026, 7, 1), "Rain fell in Bodø for a week, and nobody was hurt."),
    ]  # fmt: skip
    with opened(tmp_path_factory.mktemp("depots")) as collection:
        collection.add(
            *(
                Article(
                    identity=name, source=name, title=f"In {name}", publisher=paper, published=day, text=text
                )
                for name, paper, day, text in reports
            )
        )
        yield collection


def test_an_answer_quotes_the_article_that_says_it(samples: Collection, asking: Answerer) -> None:
    answer = asking.ask(SAFE, id="q7", as_of=NOW)
    assert (answer.id, answer.question, answer.understood) == ("q7", SAFE, SAFE)
    assert answer.found
    assert answer.refusal is None
    assert answer.nearest == ()
    assert 0 < len(answer.citations) <= CITED
    assert any("Germany, the Netherlands and Sweden" in one.passage for one in answer.citations[:3])
    assert "[1]" in answer.answer
    assert [one.n for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {"understand", "search", "rank", "quote", "compose", "verify"} <= set(answer.stages)


@pytest.mark.parametrize("one", ASKED, ids=lambda one: one["id"])
def test_whatever_is_asked_quotes_are_the_stored_text_and_nothing_later_is_known(
    one: dict[str, Any], samples: Collection, asking: Answerer
) -> None:
    as_of = date.fromisoformat(one["as_of"])
    answer = asking.ask(one["question"], as_of=as_of)
    shown = checked(answer, samples.reader)
    assert all(one.article.published is None or one.article.published <= as_of for one in shown)
    spans = [(one.article.id, one.start, one.end) for one in shown]
    assert not any(
        mine[0] == other[0] and mine[1] < other[2] and other[1] < mine[2]
        for place, mine in enumerate(spans)
        for other in spans[place + 1 :]
    )


def test_what_was_published_later_is_not_known(asking: Answerer) -> None:
    before = asking.ask(SAFE, as_of=date(2025, 9, 9))
    after = asking.ask(SAFE, as_of=date(2025, 9, 10))
    assert not any("did not ask" in one.passage and "SAFE" in one.passage for one in before.citations)
    assert max(day for day in days(before) if day) <= date(2025, 9, 9)
    assert date(2025, 9, 10) in days(after)


@pytest.mark.parametrize("said", ["Thanks!", "hello", "   ", "?"])
def test_what_is_no_question_gets_no_search(said: str, asking: Answerer) -> None:
    answer = asking.ask(said, as_of=NOW)
    assert (answer.found, answer.refusal) == (False, "not_a_question")
    assert answer.citations == answer.nearest == ()
    assert "search" not in answer.stages


def test_another_language_is_told_so(asking: Answerer) -> None:
    answer = asking.ask("Wie viele Soldaten hat die Bundeswehr in Litauen stationiert?", as_of=NOW)
    assert (answer.found, answer.refusal) == (False, "language")
    assert "multilingual" in answer.answer


def test_an_empty_collection_says_so(tmp_path: Path) -> None:
    with opened(tmp_path) as collection:
        answer = answering(collection).ask(SAFE, as_of=NOW)
    assert (answer.found, answer.refusal) == (False, "empty_collection")
    assert answer.nearest == ()


def test_a_refusal_names_what_is_missing_and_shows_what_is_nearest(refusing: Answerer) -> None:
    answer = refusing.ask("How many zeppelins take part in Baltic Sentry?", as_of=NOW)
    assert (answer.found, answer.refusal, answer.citations) == (False, "nothing_close", ())
    assert "zeppelins" in answer.answer
    assert 0 < len(answer.nearest) <= NEAREST
    assert any("Baltic Sentry" in one.passage for one in answer.nearest)


@given(
    st.lists(
        st.from_regex(r"[$€]?\d{1,4}([.,:/e-]\d{1,3}){0,3}( ?(million|bn|%|am|st|th|k|mm))?", fullmatch=True),
        min_size=1,
        max_size=4,
    )
)
@settings(deadline=None, max_examples=40)
@example(["$14.75 million", "v1.2.3"])
def test_a_refusal_may_repeat_any_number_of_the_question(refusing: Answerer, numbers: list[str]) -> None:
    answer = refusing.ask(f"Which zeppelin cost {', '.join(numbers)}?")
    assert (answer.found, answer.citations) == (False, ())
    assert "looked for" in answer.answer, "words of ours passed the gates"


def test_a_refusal_for_a_time_says_which_and_that_other_times_come_close(refusing: Answerer) -> None:
    answer = refusing.ask("What did Rutte say about Spain in June 2025?", as_of=NOW)
    assert (answer.found, answer.refusal) == (False, "outside_window")
    assert "from 1 June 2025 to 30 June 2025" in answer.answer
    assert "widen" in answer.answer


def test_windows_are_applied_and_told(asking: Answerer) -> None:
    answer = asking.ask("What did Rutte say in June 2025?", as_of=NOW)
    (window,) = answer.windows
    assert (window.start, window.end) == (date(2025, 6, 1), date(2025, 6, 30))
    dated = [day for day in days(answer) if day]
    assert dated
    assert all(window.holds(day) for day in dated)


def test_undated_articles_come_last_in_a_window(depots: Collection) -> None:
    answer = answering(depots).ask("What was said about the depot in Narvik in June 2025?", as_of=NOW)
    assert days(answer)[0] == date(2025, 6, 9)
    assert set(days(answer)) <= {date(2025, 6, 9), None}


def test_a_window_can_be_widened(asking: Answerer) -> None:
    question = "What did Rutte say in November 2019?"
    assert not any(days(asking.ask(question, as_of=NOW)))
    widened = asking.ask(question, as_of=NOW, widen=True)
    assert widened.windows == ()
    assert any(days(widened))


def test_a_window_can_be_given(depots: Collection) -> None:
    spring = Window(start=date(2025, 4, 1), end=date(2025, 4, 30), reason="in April 2025")
    answer = answering(depots).ask("How many cars are in Narvik?", as_of=NOW, windows=[spring])
    assert answer.windows == (spring,)
    assert days(answer)[0] == date(2025, 4, 2)
    assert date(2025, 6, 9) not in days(answer)


def test_the_askers_clock_decides_what_today_is(asking: Answerer) -> None:
    now = datetime(2025, 6, 26, 23, 30, tzinfo=UTC)
    answer = asking.ask("What was reported today?", now=now)
    assert (date(2025, 6, 26), date(2025, 6, 26)) in [(one.start, one.end) for one in answer.windows]


def test_the_newest_that_answers_can_be_asked_for(depots: Collection) -> None:
    question = "How many cars does the depot in Narvik hold?"
    answer = answering(depots).ask(question, as_of=NOW, newest_only=True)
    assert "300" in answer.citations[0].quote  # not the newest article, which is on rain
    assert "210" in answering(depots).ask(question, as_of=date(2025, 5, 1), newest_only=True).answer


def test_two_times_are_compared_side_by_side(asking: Answerer) -> None:
    question = "Compare what Rutte said in December 2024 and in June 2025."
    answer = asking.ask(question, as_of=NOW)
    assert [(one.start, one.end) for one in answer.windows] == [
        (date(2024, 12, 1), date(2024, 12, 31)),
        (date(2025, 6, 1), date(2025, 6, 30)),
    ]
    first, second = days(answer)[:2]
    assert first is not None
    assert second is not None
    assert answer.windows[0].holds(first)
    assert answer.windows[1].holds(second)


def test_only_the_publishers_that_are_wanted_are_quoted(depots: Collection) -> None:
    question = "How many cars does the depot in Narvik hold?"
    answer = answering(depots).ask(question, as_of=NOW, publishers=["harbour times"])
    assert {one.article.publisher for one in answer.citations} == {"Harbour Times"}
    assert "210" in answer.citations[0].quote


def test_only_the_articles_that_are_wanted_are_quoted(depots: Collection) -> None:
    (undated,) = [one.id for one in depots.reader.listing() if one.published is None]
    answer = answering(depots).ask("How many cars are in Narvik?", as_of=NOW, articles=[undated])
    assert {one.article.id for one in answer.citations} == {undated}


def test_official_figures_stand_beside_quotes(samples: Collection) -> None:
    both = answering(samples, figures=FigureStore())
    answer = both.ask("How much did Poland spend on defence in 2024?", as_of=NOW)
    assert answer.found
    assert {(one.country, one.year) for one in answer.figures} == {("Poland", 2024)}
    assert answer.citations
    assert all(one.source in ("nato", "sipri") for one in answer.figures)


def test_official_figures_answer_alone_where_no_article_does(samples: Collection) -> None:
    only = answering(samples, threshold=NEVER, figures=FigureStore())
    answer = only.ask("How much did Poland spend on defence in 2024?", as_of=NOW)
    assert (answer.found, answer.citations, answer.confidence) == (True, (), 1.0)
    (figure,) = answer.figures
    assert figure.country == "Poland"
    assert "Poland" in answer.answer


def test_official_figures_answer_though_there_are_no_articles(tmp_path: Path) -> None:
    with opened(tmp_path) as collection:
        answer = answering(collection, figures=FigureStore()).ask(
            "How much did Poland spend on defence in 2024?", as_of=NOW
        )
    assert answer.found
    assert answer.figures


def test_an_edition_that_was_not_out_yet_is_not_known(samples: Collection) -> None:
    both = answering(samples, figures=FigureStore())
    answer = both.ask("How much did Poland spend on defence in 2024?", as_of=date(2024, 12, 1))
    assert {one.edition for one in answer.figures} == {"2024"}


def test_follow_ups_are_answered_as_they_are_understood(asking: Answerer) -> None:
    first = asking.ask("What did Rutte say about Spain?", as_of=NOW)
    then = asking.ask("And about Canada?", as_of=NOW, turns=[turn_of(first)])
    assert then.question == "And about Canada?"
    assert then.understood == "What did Rutte say about Canada?"
    last = asking.ask("What did he say in June 2025?", as_of=NOW, turns=[turn_of(first), turn_of(then)])
    assert "Rutte" in last.understood
    assert all(day is None or (day.year, day.month) == (2025, 6) for day in days(last))


def test_the_same_question_gets_the_same_answer(asking: Answerer) -> None:
    def told() -> dict[str, Any]:
        return {**asking.ask(SAFE, as_of=NOW).as_json(), "took_ms": None}

    assert told() == told()


def test_what_is_added_is_found_by_the_next_question(tmp_path: Path) -> None:
    with opened(tmp_path) as collection:
        asking = answering(collection)
        assert asking.ask(SAFE, as_of=NOW).refusal == "empty_collection"
        text = "Germany, the Netherlands and Sweden did not ask for SAFE loans."
        collection.add(Article(identity="a", source="a", text=text, publisher="Harbour Times"))
        assert asking.ask(SAFE, as_of=NOW).citations[0].quote == text


def test_the_closest_quotes_to_a_sentence_are_given_without_judging(refusing: Answerer) -> None:
    closest = refusing.closest("Germany, the Netherlands and Sweden did not ask for SAFE loans.", as_of=NOW)
    assert any("SAFE" in one.passage for one in closest)
    assert [one.n for one in closest] == list(range(1, len(closest) + 1))


def test_nothing_is_close_in_an_empty_collection(tmp_path: Path) -> None:
    with opened(tmp_path) as collection:
        assert answering(collection).closest("Anything at all.", as_of=NOW) == ()


def test_a_question_waits_until_fewer_are_worked_on_than_there_are_cores(asking: Answerer) -> None:
    answers: list[Answer] = []
    thread = Thread(target=lambda: answers.append(asking.ask("Thanks!")))
    with ExitStack() as others:
        for _ in range(cores()):
            others.enter_context(asking._line)
            others.enter_context(asking._line.aside())
        thread.start()
        while not asking._line._waiting:
            assert thread.is_alive()
            sleep(0.001)
        assert not answers
    thread.join(10)
    assert answers[0].refusal == "not_a_question"
    assert 0 < answers[0].stages["wait"] <= answers[0].took_ms


@pytest.mark.parametrize("beside", [False, True])
def test_only_a_question_that_is_alone_takes_all_cores(
    beside: bool, asking: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried: list[bool] = []
    tokens = asking._embedder.embed_tokens

    def embed_tokens(texts: Sequence[str], *, hurry: bool = False) -> "list[Vectors]":
        hurried.append(hurry)
        return tokens(texts, hurry=hurry)

    monkeypatch.setattr(asking._embedder, "embed_tokens", embed_tokens)
    for two in ("_at_once", "_free"):
        monkeypatch.setattr(asking._line, two, 2)
    with ExitStack() as others:
        if beside:
            others.enter_context(asking._line)
            others.enter_context(asking._line.aside())
        asking.ask(SAFE, as_of=NOW)
    assert hurried == [not beside]


def test_two_questions_wait_for_the_model_together_and_compute_in_turn(
    asking: Answerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for two in ("_at_once", "_free"):
        monkeypatch.setattr(asking._line, two, 2)
    asking.ask(SAFE, as_of=NOW)
    meetings = {name: Barrier(2, timeout=20) for name in ("nearest", "embed_tokens")}
    inside: list[int] = []
    most: list[int] = []

    def meeting(owner: object, name: str) -> None:
        whole = getattr(owner, name)

        def met(*given: object, **named: object) -> object:
            meetings[name].wait()
            return whole(*given, **named)

        monkeypatch.setattr(owner, name, met)

    def ranked(*given: Any, **named: Any) -> list[Ranked]:
        inside.append(1)
        most.append(len(inside))
        sleep(0.05)
        inside.pop()
        return rank(*given, **named)

    meeting(asking._searcher._dense, "nearest")
    meeting(asking._embedder, "embed_tokens")
    monkeypatch.setattr("retrieval.answerer.rank", ranked)
    answers: list[Answer] = []
    threads = [Thread(target=lambda: answers.append(asking.ask(SAFE, as_of=NOW))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.found for answer in answers] == [True, True]
    assert most == [1, 1]
