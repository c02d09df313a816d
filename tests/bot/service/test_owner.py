"""Other commands while the service runs: they go through it, and are quick."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.owner import batches
from tests.bot.service.running import DEPOT, HARBOUR, Running, add, serving

QUESTION = "How many vehicles does the depot in Narvik hold?"


async def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """A command, beside the service: its exit code and what it printed."""
    capsys.readouterr()
    code = await asyncio.to_thread(main, list(arguments))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


async def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out, err = await run(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


async def test_a_question_is_asked_of_the_service(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    await add(running, "depot.txt", DEPOT)
    answer = await as_json(capsys, "ask", QUESTION)
    code, shown, _ = await run(capsys, "ask", QUESTION)
    assert (answer["id"], answer["found"]) == ("q1", True)
    assert code == 0
    assert "300 vehicles" in shown


async def test_files_are_added_through_the_service_as_they_are_without_it(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "depot.txt").write_text(DEPOT)
    (folder / "more.jsonl").write_text(
        "\n".join(
            [
                json.dumps({"id": n, "text": f"{HARBOUR}Report {n}.", "published": "2025-05-06"})
                for n in (1, 2)
            ]
        )
        + "\nnot json\n"
    )
    async with serving(home):
        code, out, err = await run(capsys, "add", str(folder), "--json", "--verbose")
    *told, counts = out.splitlines()
    through = json.loads(counts)
    assert (code, through["added"]) == (1, 3)
    assert [line.split()[1] for line in told] == ["added"] * 3
    assert [failure["source"] for failure in through["failed"]] == [f"{folder}/more.jsonl:3"]
    assert "more.jsonl:3" in err
    (folder / "more.jsonl").write_text("")
    async with serving(home):
        again = json.loads((await run(capsys, "add", str(folder / "depot.txt"), "--json"))[1])
    assert again["unchanged"] == 1


async def test_addresses_are_added_through_the_service(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = await run(capsys, "add", "http://127.0.0.1:9/feed", "--json")
    assert code == 1
    assert json.loads(out)["failed"][0]["source"] == "http://127.0.0.1:9/feed"
    assert "http://127.0.0.1:9/feed" in err


async def test_the_other_commands_work_beside_the_service(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    identifier = await add(running, "depot.txt", DEPOT)
    checkup = await as_json(capsys, "doctor")
    check = await as_json(capsys, "check", "The depot in Narvik holds 300 vehicles.")
    listed = await as_json(capsys, "sources")
    code, link, _ = await run(capsys, "login")
    assert checkup["ok"]
    assert check["citations"]
    assert listed["articles"][0]["id"] == identifier
    assert (code, link.startswith(f"{running.address}/login?token=")) == (0, True)


async def test_a_removed_article_is_gone_from_the_answers_of_the_service(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    identifier = await add(running, "depot.txt", DEPOT)
    assert (await as_json(capsys, "ask", QUESTION))["found"]
    assert (await run(capsys, "remove", identifier))[0] == 0
    answer = await as_json(capsys, "ask", QUESTION)
    assert not answer["found"]
    assert answer["nearest"] == []


async def test_login_without_a_service_says_how_to_start_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = await run(capsys, "login")
    assert (code, out) == (1, "")
    assert "communique serve" in err


async def test_asking_the_service_loads_neither_model_nor_stores(running: Running) -> None:
    heavy = ("torch", "chromadb", "sentence_transformers", "sqlalchemy", "numpy", "tantivy", "httpx")
    code = (
        "import sys; from bot.cli import main; status = main(['ask', 'Who?']); "
        f"print(status, [name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "COMMUNIQUE_HOME": str(running.home),
            "PATH": "/usr/bin:/bin",
        },
        check=False,
    )
    assert done.stderr.strip() == "0 []"


def test_lines_are_sent_in_bodies_of_a_bounded_size() -> None:
    lines = [b"a" * 30] * 10
    bodies = list(batches(iter(lines), most=100))
    assert [body.count(b"\n") + 1 for body in bodies] == [4, 4, 2]
    assert b"\n".join(bodies).split(b"\n") == lines
