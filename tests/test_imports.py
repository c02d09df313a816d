"""Libraries that are slow to import are imported by the commands that need them, and by no others."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SLOW = {
    "alembic",
    "altair",
    "chromadb",
    "discord",
    "lightgbm",
    "openpyxl",
    "pandas",
    "pypdf",
    "scipy",
    "sentence_transformers",
    "sklearn",
    "slack_bolt",
    "torch",
    "trafilatura",
    "transformers",
}
RUN = """
import sys
from bot.cli import main
code = main(sys.argv[1:])
print("IMPORTED", *sorted(sys.modules), file=sys.stderr)
sys.exit(code)
"""


def imported(program: str, *arguments: str, home: Path) -> set[str]:
    """The top-level modules that a new process has imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"COMMUNIQUE_HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("IMPORTED")]
    return {name.partition(".")[0] for name in line.split()[1:]}


def test_importing_the_command_line_imports_nothing_slow(tmp_path: Path) -> None:
    program = "import sys, bot.cli, bot.cli.app\nprint('IMPORTED', *sys.modules, file=sys.stderr)"
    assert imported(program, home=tmp_path) & SLOW == set()


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["spending", "poland"], ["sources"], ["stats", "--json"], ["article", "--help"]],
    ids=" ".join,
)
def test_a_command_that_does_not_embed_pays_for_nothing_slow(arguments: list[str], tmp_path: Path) -> None:
    from index.store.database import Database

    Database(f"sqlite:///{tmp_path}/communique.db").close()  # or alembic is rightly imported, once
    assert imported(RUN, *arguments, home=tmp_path) & SLOW == set()


def test_the_bundled_model_answers_without_the_library_for_others(tmp_path: Path) -> None:
    """Its import takes longer than everything else that `ask` does."""
    (tmp_path / "news.txt").write_text("The frigate left Ostrel at dawn, the harbour master said on Monday.")
    home = tmp_path / "home"
    for arguments in (["add", str(tmp_path / "news.txt")], ["ask", "When did the frigate leave Ostrel?"]):
        names = imported(RUN, *arguments, home=home)
        assert "torch" in names
        assert names & {"sentence_transformers", "transformers", "sklearn", "pandas"} == set()


@pytest.mark.parametrize("package", ["bot", "retrieval", "index"])
def test_no_module_creates_or_reads_anything_when_it_is_imported(package: str, tmp_path: Path) -> None:
    """Settings are read and folders are made when a command runs, not before.

    `index.bert` is made of torch and imported when a model is loaded, as the other tests here hold.
    """
    program = (
        "import importlib, pkgutil, sys\n"
        f"import {package}\n"
        f"for found in pkgutil.walk_packages({package}.__path__, '{package}.'):\n"
        "    if not found.name.endswith(('__main__', '.bert')) and '.migrations' not in found.name:\n"
        "        importlib.import_module(found.name)\n"
        "print('IMPORTED', *sys.modules, file=sys.stderr)"
    )
    home = tmp_path / "home"
    names = imported(program, home=home)
    assert package in names
    assert not home.exists()
    assert names & {"torch", "sentence_transformers", "chromadb", "trafilatura"} == set()
