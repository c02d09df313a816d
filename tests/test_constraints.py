"""constraints.txt pins everything that ``make setup`` installs, as it is installed here."""

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    found = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines if not line.startswith("#")]
    assert all(found), "only lines name==release"
    return {canonicalize_name(one[1]): one[2] for one in found if one}


def needed() -> dict[str, Distribution]:
    """Everything that the project's dependencies lead to, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    waiting = [
        Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["dev"]
    ]
    found: dict[str, Distribution] = {}
    asked: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in asked:
            continue
        asked.add(str(requirement))
        name = canonicalize_name(requirement.name)
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            assert name == "pip"
            continue
        extras = requirement.extras or {""}
        for line in found[name].requires or []:
            inner = Requirement(line)
            if not inner.marker or any(inner.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                waiting.append(inner)
    return found


def test_every_dependency_is_pinned_at_the_release_that_is_tested() -> None:
    constraints = pinned()
    installed = {name: one.version.partition("+")[0] for name, one in needed().items()}
    unpinned = {name for name in installed if name not in constraints} - {"setuptools"}
    assert unpinned == set()
    assert {name: constraints[name] for name in installed if name in constraints} == {
        name: release for name, release in installed.items() if name in constraints
    }


def test_nothing_is_pinned_that_nothing_needs() -> None:
    assert pinned().keys() - needed().keys() == set()
