"""What a language model took, and what was dropped of what it wrote, as the command and the page tell it."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.root import Root
from bot.settings import Settings
from index.article import Article
from tests.fakes import HashingEmbedder
from tests.retrieval.generate import endpoint as e

TEXT = "The depot at Lindholm holds 300 vehicles and 40 boats. It was opened on 6 May 2025."
QUESTION = "How many vehicles does the depot at Lindholm hold?"
WRITTEN = "The depot at Lindholm holds 300 vehicles [1]. The depot at Lindholm holds 900 vehicles [1]."


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One question, answered by a model that adds an invention and tells its tokens."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMMUNIQUE_HOME", str(tmp_path / "home"))
    with e.serving() as endpoint:
        endpoint.behaviours = [e.says(WRITTEN, usage=(4000, 50))]
        monkeypatch.setenv("COMMUNIQUE_LLM_URL", endpoint.url)
        monkeypatch.setenv("COMMUNIQUE_LLM_MODEL", "tiny")
        monkeypatch.setenv("COMMUNIQUE_LLM_PRICES", "0.5, 2")
        root = Root(Settings(), embedder=HashingEmbedder())
        with root.collection(purpose="test") as collection:
            collection.indexer.add([Article(identity="depot", source="tests", text=TEXT, title="The depot")])
        with root.answering(purpose="test") as ask:
            assert ask(QUESTION, id="q1").mode == "generated"
        root.close()


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_tokens_and_cost_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    counts = told(capsys, "stats")
    assert counts["model_requests"] == 1
    assert counts["model_tokens"] == counts["model_tokens_today"] == 4050
    assert counts["model_cost"] == pytest.approx(0.0021)
    assert "dropped" not in counts


def test_what_was_dropped_is_listed_with_its_question_and_reason(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = told(capsys, "stats", "--dropped")["dropped"]
    assert one["sentence"] == "The depot at Lindholm holds 900 vehicles."
    assert (one["reason"], one["question"]) == ("numbers", QUESTION)
    assert main(["stats", "--dropped"]) == 0
    assert "numbers: The depot at Lindholm holds 900 vehicles." in capsys.readouterr().out


def test_it_is_forgotten_with_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", "terminal:local", "--yes"]) == 0
    capsys.readouterr()
    assert told(capsys, "stats", "--dropped")["dropped"] == []


@pytest.mark.parametrize("prices", ["1", "a,b", "1,2,3", "-1,2", "nan,1"])
def test_prices_that_are_none_are_refused(monkeypatch: pytest.MonkeyPatch, prices: str) -> None:
    monkeypatch.setenv("COMMUNIQUE_LLM_PRICES", prices)
    assert main(["stats"]) == 2
