"""A Chroma server as the package itself brings it, and stores on the disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import ChromaServer


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chroma server, one for all tests: each takes a model's name of its own."""
    with ChromaServer(tmp_path_factory.mktemp("chroma-server")) as server:
        yield server.address


@pytest.fixture(params=["folder", "server"])
def chroma_place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where Chroma keeps vectors: a folder, or a server."""
    if request.param == "folder":
        return tmp_path / "chroma"
    address: str = request.getfixturevalue("chroma_server")
    return address
