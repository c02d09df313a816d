import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from index.figures.plain import COLUMNS
from tests.index.figures.workbooks import Book

HEAVY = ("torch", "chromadb", "sentence_transformers", "altair", "openpyxl", "pandas", "alembic", "numpy")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COMMUNIQUE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def run(*arguments: str) -> int:
    return main(["spending", *arguments])


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(*arguments, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_figure_comes_without_the_heavy_imports(tmp_path: Path) -> None:
    code = (
        "import sys; from bot.cli import main; status = main(['spending', 'poland']); "
        f"print(status, [name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    environment = os.environ | {"COMMUNIQUE_HOME": str(tmp_path / "fresh"), "PYTHONPATH": str(Path.cwd())}
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "0 []"
    assert done.stdout.startswith("Poland spent 4.48 % of GDP on defence in 2025 (estimate)")


def test_json_has_the_figures_and_the_notes(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "poland")
    first = found["figures"][0]
    assert (first["country"], first["iso3"], first["year"], round(first["value"], 2)) == (
        "Poland",
        "POL",
        2025,
        4.48,
    )
    assert (first["edition"], first["edition_date"], first["estimate"]) == ("2025", "2025-08-28", True)
    assert set(first) == set(COLUMNS)
    assert any("newer edition" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("arguments", "country"),
    [
        (("uk",), "United Kingdom"),
        (("united", "kingdom"), "United Kingdom"),
        (("Türkiye",), "Türkiye"),
        (("holland",), "Netherlands"),
        (("🇩🇪",), "Germany"),
        (("europe and canada",), "NATO Europe and Canada"),
        (("NATO",), "NATO Total"),
        (("usa", "--metric", "usd"), "United States"),
        (("austria", "--source", "sipri"), "Austria"),
    ],
)
def test_countries_go_by_any_name(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], country: str
) -> None:
    assert as_json(capsys, *arguments)["figures"][0]["country"] == country


def test_every_ally_is_listed_where_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(as_json(capsys, "allies", "--year", "2024")["figures"]) == 31
    assert len(as_json(capsys, "--rank", "5")["figures"]) == 5


def test_a_typing_error_gets_the_nearest_names_and_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "polnad")
    assert found["figures"] == []
    assert "Did you mean Poland" in found["notes"][0]


def test_germany_2024_is_shown_in_both_editions(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "germany", "--year", "2024")
    assert [(row["edition"], round(row["value"], 2)) for row in found["figures"]] == [
        ("2025", 2.0),
        ("2024", 2.12),
    ]
    only = as_json(capsys, "germany", "--year", "2024", "--edition", "2024")
    assert [round(row["value"], 2) for row in only["figures"]] == [2.12]


def test_files_are_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("germany", "poland", "--history", "--csv", "out.csv", "--chart", "out.png") == 0
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 22
    assert list(rows[0]) == list(COLUMNS)
    assert rows[0]["url"].startswith("https://")
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    streams = capsys.readouterr()
    assert "Line chart" in streams.err
    assert "Line chart" not in streams.out


def test_targets_changes_and_comparisons_are_reached_by_flags(capsys: pytest.CaptureFixture[str]) -> None:
    assert as_json(capsys, "canada", "--target")["figures"][2]["derived"] == "2.01 − 3.5 (distance to 3.5 %)"
    assert (
        as_json(capsys, "poland", "--year", "2014-2024")["figures"][2]["derived"]
        == "4.12 (2024) − 1.88 (2014)"
    )
    assert len(as_json(capsys, "france", "germany", "--compare")["figures"]) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("poland", "--metric", "people"), "--metric"),
        (("poland", "--history", "--target"), "Choose one"),
        (("poland", "--year", "soon"), "written as 2024"),
        (("poland", "--edition", "newest"), "--edition 2024"),
        (("--history",), "Name the countries"),
        (("--rank", "0"), "--rank"),
    ],
)
def test_wrong_usage_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert run(*arguments) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert words in streams.err
    assert len(streams.err.strip().splitlines()) == 1


def test_a_workbook_is_imported_by_hand_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "def-exp-2026-en.xlsx"
    file.write_bytes(Book(2026, title="Core defence expenditure").save())
    assert run("--import", str(file)) == 0
    assert "Taken in: the 2026 edition" in capsys.readouterr().out
    assert as_json(capsys, "norway")["figures"][0]["edition"] == "2026"
    assert run("--import", str(file)) == 0
    assert "already" in capsys.readouterr().out


def test_an_import_that_fails_says_why_and_changes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("country,year,pct_gdp,edition\nGermany,2023,2.12,NATO 2025 edition\n", encoding="utf-8")
    assert run("--import", str(file)) == 1
    assert "that of 2024 in the 2024 edition" in capsys.readouterr().err
    assert run("--import", str(tmp_path / "nowhere.xlsx")) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert round(as_json(capsys, "germany", "--year", "2023")["figures"][0]["value"], 2) == 1.61


def test_a_claim_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", "Germany spent 3.5 % of GDP in 2024"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "contradicted"
    assert [round(row["value"], 2) for row in found["figures"]] == [2.0, 2.12]
    assert found["citations"] == []
