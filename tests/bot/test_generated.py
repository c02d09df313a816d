"""An answer that a model wrote says so on every platform, and the settings bring the model in."""

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError
from rich.console import Console

from bot import wording
from bot.cli.ask import _growing
from bot.cli.render import growing, render
from bot.desk import Home, Platform
from bot.desk.ports import Stats
from bot.discord_app import pages as discord_pages
from bot.discord_app.render import message as discord_message
from bot.root import Root
from bot.settings import Settings
from bot.slack_app import pages as slack_pages
from bot.slack_app.render import message as slack_message
from index.article import Article
from retrieval.generate.writer import Writer
from tests.bot.answers import FACT
from tests.bot.test_same_everywhere import reply
from tests.fakes import HashingEmbedder
from tests.retrieval.generate import endpoint as e

WRITTEN = replace(FACT, mode="generated", model="tiny:1b")
ROOT = Path(__file__).parents[2]
LINE = "Written by tiny:1b from these passages"


def test_only_a_generated_answer_names_its_writer() -> None:
    assert wording.written_by(WRITTEN) == LINE
    assert wording.written_by(FACT) is None


def test_the_terminal_names_the_writer() -> None:
    page = io.StringIO()
    render(WRITTEN, Console(file=page, width=200))
    assert LINE in page.getvalue()


@pytest.mark.parametrize("platform", ["slack", "discord"])
def test_the_chats_name_the_writer(platform: Platform) -> None:
    asked = reply(WRITTEN, platform)
    shown = str(slack_message(asked).blocks) if platform == "slack" else str(discord_message(asked).embeds)
    assert LINE in shown.replace("\\", "")


def settings(home: Path, **given: str) -> Settings:
    return Settings.model_validate({"COMMUNIQUE_HOME": str(home), **given})


def test_an_address_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="COMMUNIQUE_LLM_MODEL"):
        settings(tmp_path, COMMUNIQUE_LLM_URL="http://127.0.0.1:1/v1")


def test_without_an_endpoint_the_extractive_answerer_itself_is_asked(tmp_path: Path) -> None:
    root = Root(settings(tmp_path), embedder=HashingEmbedder())
    with root.collection(purpose="test") as collection:
        assert collection.answers is collection.answerer
    root.close()


def test_with_an_endpoint_the_model_writes_for_whoever_asks(tmp_path: Path) -> None:
    text = "The depot at Lindholm holds 300 vehicles and 40 boats. It was opened on 6 May 2025."
    with e.serving() as endpoint:
        endpoint.behaviours = [e.says("The depot at Lindholm holds 300 vehicles [1].")]
        given = {"COMMUNIQUE_LLM_URL": endpoint.url, "COMMUNIQUE_LLM_MODEL": "tiny"}
        root = Root(settings(tmp_path, **given), embedder=HashingEmbedder())
        with root.collection(purpose="test") as collection:
            collection.indexer.add(
                [Article(identity="depot", source="tests", text=text, title="The depot at Lindholm")]
            )
            assert isinstance(collection.answers, Writer)
        with root.answering(purpose="test", kept=False) as ask:
            answer = ask("How many vehicles does the depot at Lindholm hold?", id="q1")
        root.close()
    assert (answer.found, answer.mode) == (True, "generated")
    assert answer.answer == "The depot at Lindholm holds 300 vehicles. [1]"


def test_people_are_told_that_questions_go_to_a_model_and_whose(tmp_path: Path) -> None:
    given = {"COMMUNIQUE_LLM_URL": "https://models.example.org/v1", "COMMUNIQUE_LLM_MODEL": "tiny"}
    model = settings(tmp_path, **given).shown_model
    told = wording.holds(Stats(articles=2, passages=9, model=model))
    assert "go to the language model tiny at models.example.org" in told
    assert settings(tmp_path).shown_model is None
    assert "model" not in wording.holds(Stats(articles=2, passages=9))


def test_a_terminal_shows_lines_as_they_come_and_takes_them_away_at_the_end() -> None:
    page = io.StringIO()
    console = Console(file=page, width=100, force_terminal=True)
    with growing(console) as tell:
        tell("One line. [1]")
        assert "One line. [1]" in page.getvalue()
        tell("Another \x1b[2Jline. [1]")
    before, _, after = page.getvalue().rpartition("line. [1]")
    assert "\x1b[2J" not in before
    assert "\x1b[2K" in after, "taken away"


@pytest.mark.parametrize("case", ["no model", "a pipe", "json"])
def test_nothing_grows_where_nobody_would_see_it(tmp_path: Path, case: str) -> None:
    model = {"COMMUNIQUE_LLM_URL": "http://127.0.0.1:1/v1", "COMMUNIQUE_LLM_MODEL": "tiny"}
    root = Root(settings(tmp_path, **({} if case == "no model" else model)))
    console = Console(file=io.StringIO(), force_terminal=case != "a pipe")
    with _growing(root, console, hidden=case == "json") as asked_with:
        assert asked_with == {}
    with _growing(
        Root(settings(tmp_path, **model)), Console(file=io.StringIO(), force_terminal=True)
    ) as seen:
        assert set(seen) == {"told"}


def test_home_and_help_of_both_chats_name_the_model_and_its_host() -> None:
    stats = Stats(articles=2, passages=9, model="tiny at models.example.org")
    page = Home(stats=stats, newest=(), questions=(), administers=False)
    told = "go to the language model tiny at models.example.org"
    for shown in (
        slack_pages.home(page),
        slack_pages.help_(stats),
        discord_pages.home(page).embeds,
        slack_pages.stats(stats),
        discord_pages.stats(stats).embeds,
    ):
        assert told in str(shown).replace("\\", "")


def test_without_an_endpoint_nothing_of_it_is_even_loaded(tmp_path: Path) -> None:
    """The same answers, then, at the same speed."""
    program = (
        "import sys\n"
        "from tests.bot.test_generated import *\n"
        "for name in [one for one in sys.modules if one.startswith('retrieval.generate')]:\n"
        "    del sys.modules[name]\n"
        f"root = Root(settings(Path({str(tmp_path)!r})), embedder=HashingEmbedder())\n"
        "with root.answering(purpose='test', kept=False) as ask:\n"
        "    print(ask('How many vehicles?', id='q1').refusal)\n"
        "root.close()\n"
        "print([one for one in sys.modules if one.startswith('retrieval.generate')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split("\n")[:2] == ["empty_collection", "[]"]


def test_without_an_endpoint_the_words_are_those_of_the_answerer(tmp_path: Path) -> None:
    text = "The depot at Lindholm holds 300 vehicles and 40 boats. It was opened on 6 May 2025."
    question = "How many vehicles does the depot at Lindholm hold?"
    root = Root(settings(tmp_path), embedder=HashingEmbedder())
    with root.collection(purpose="test") as collection:
        collection.indexer.add([Article(identity="depot", source="tests", text=text, title="The depot")])
        plain = collection.answerer.ask(question, id="q1")
    with root.answering(purpose="test", kept=False) as ask:
        answer = ask(question, id="q1")
    root.close()
    assert replace(answer, took_ms=0, stages={}) == replace(plain, took_ms=0, stages={})
    assert answer.mode == "extractive"
