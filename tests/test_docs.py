"""What the documents say is there, is there; and what is there, they say."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.main import get_command

from bot.cli.app import app
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "samples/README.md",
    "docs/operations.md",
    "docs/scaling.md",
]
ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|", re.MULTILINE)
TOP = {"bot", "retrieval", "index", "tests", "benchmarks", "samples", "docs", "deploy", ".ci"}


def shown(default: Any) -> str:
    """A default as the table shows it."""
    return (
        ""
        if default is None
        else default.get_secret_value()
        if isinstance(default, SecretStr)
        else str(default)
    )


def commands(command: Any, prefix: str = "") -> set[str]:
    """Every command with the names of the groups that it is in."""
    inner = getattr(command, "commands", {})
    found: set[str] = set()
    for name, one in inner.items():
        found |= commands(one, f"{prefix}{name} ") if getattr(one, "commands", None) else {prefix + name}
    return found


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    documented = {name: default or "" for name, default in ROW.findall(README)}
    declared = {str(one.validation_alias): shown(one.default) for one in Settings.model_fields.values()}
    assert documented == declared


@pytest.mark.parametrize("name", ["compose.yaml", "compose.replicas.yaml"])
def test_every_setting_reaches_the_container(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    passed = set(re.findall(r"^ +([A-Z_]+):", text, re.MULTILINE))
    assert {str(one.validation_alias) for one in Settings.model_fields.values()} <= passed


def test_every_command_is_in_the_readme_and_every_command_there_exists() -> None:
    existing = commands(get_command(app))
    rows = re.findall(r"^\| `communique ([^`]+)` \|", README, re.MULTILINE)
    documented = {" ".join(re.findall(r"^[a-z]+(?: [a-z]+)?(?![\w-])", row)) for row in rows}
    assert documented == existing


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_in_a_document_exists(name: str) -> None:
    document = ROOT / name
    text = document.read_text(encoding="utf-8")
    links = [one for one in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in one]
    assert [one for one in links if not (document.parent / one).exists()] == []
    paths = [one for one in re.findall(r"`([\w./-]+)`", text) if one.split("/")[0] in TOP and "/" in one]
    assert [one for one in paths if not (ROOT / one).exists()] == []


def test_the_readme_shows_how_to_begin() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    used = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
    assert {"setup", "demo"} <= used <= targets


def test_the_changelog_begins_with_this_version() -> None:
    import tomllib

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0].startswith(version)
