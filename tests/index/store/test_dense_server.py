"""A Chroma server that is away, slow, behind a proxy, emptied or begun anew."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from index.errors import StoreAway, StoreError
from index.store.dense import DenseIndex
from tests.servers import ChromaServer

ONE = np.array([[1.0, 0.0, 0.0]], dtype=np.float32)
NONE = np.zeros((0, 3), dtype=np.float32)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ChromaServer]:
    with ChromaServer(tmp_path / "server") as server:
        yield server


class Proxy(ThreadingHTTPServer):
    """Passes requests on to Chroma that carry the token; ``status`` is what it says to all others instead.

    While ``silent`` it takes requests and says nothing.
    """

    daemon_threads = True

    def __init__(self, behind: str, *, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.behind = behind
        self.token = token
        self.refusals: list[int] = []
        self.silent = threading.Event()
        self.goes_on = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.silent.is_set():
            self.server.goes_on.wait(30)
        if self.headers.get("Authorization") != f"Bearer {self.server.token}":
            self._say(401, b"<html>who are you?</html>")
        elif self.server.refusals:
            self._say(self.server.refusals.pop(), b"<html>bad gateway</html>")
        else:
            kind = {"Content-Type": self.headers.get("Content-Type", "")}
            reply = httpx.request(self.command, self.server.behind + self.path, content=body, headers=kind)
            self._say(reply.status_code, reply.content)

    do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 - the base class calls them so

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def proxy(chroma_server: str) -> Iterator[Proxy]:
    with Proxy(chroma_server, token="open sesame") as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.goes_on.set()
        server.shutdown()


def one_sentence(text: str) -> bool:
    return text.count("\n") == 0 and text.endswith((".", "?"))


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    dense = DenseIndex("http://127.0.0.1:9", model="m")
    with pytest.raises(
        StoreAway, match=r"Chroma server at http://127\.0\.0\.1:9 cannot be reached"
    ) as caught:
        dense.position()
    assert "\n" not in str(caught.value)


def test_a_proxy_takes_the_token_and_lets_nobody_else_in(
    proxy: Proxy, request: pytest.FixtureRequest
) -> None:
    dense = DenseIndex(proxy.address, model=request.node.name, token="open sesame")
    dense.take_in([1], ONE, dropped=[], position=3)
    assert (dense.position(), dense.ids()) == (3, {1})
    for token in ("", "wrong"):
        stranger = DenseIndex(proxy.address, model=request.node.name, token=token)
        with pytest.raises(StoreAway, match="COMMUNIQUE_CHROMA_TOKEN") as caught:
            stranger.position()
        assert one_sentence(str(caught.value))
        assert "sesame" not in str(caught.value)


def test_what_passes_is_tried_again_and_what_does_not_is_said(
    proxy: Proxy, request: pytest.FixtureRequest
) -> None:
    dense = DenseIndex(proxy.address, model=request.node.name, token="open sesame")
    dense.take_in([1], ONE, dropped=[], position=3)
    proxy.refusals[:] = [502, 503]
    assert dense.ids() == {1}
    proxy.refusals[:] = [502] * 3
    with pytest.raises(StoreAway, match="status 502") as caught:
        dense.ids()
    assert one_sentence(str(caught.value))
    proxy.refusals[:] = [418]
    with pytest.raises(StoreError, match="failed") as other:
        dense.ids()
    assert not isinstance(other.value, StoreAway)


def test_a_server_that_says_nothing_is_not_waited_for_by_every_question(
    proxy: Proxy, request: pytest.FixtureRequest
) -> None:
    dense = DenseIndex(proxy.address, model=request.node.name, token="open sesame", patience=0.3)
    dense.take_in([1], ONE, dropped=[], position=3)
    proxy.silent.set()
    with pytest.raises(StoreAway, match="in time"):
        dense.nearest(ONE[0], count=1)
    with pytest.raises(StoreAway, match="a moment ago"):
        dense.nearest(ONE[0], count=1)
    fresh = DenseIndex(proxy.address, model=request.node.name, token="open sesame", patience=0.3)
    with pytest.raises(StoreAway, match="in time"):
        fresh.position()
    assert not dense.failed, "it is away, not damaged"


def test_what_was_held_is_there_when_the_server_comes_back(own_server: ChromaServer) -> None:
    dense = DenseIndex(own_server.address, model="m")
    dense.take_in([1], ONE, dropped=[], position=3)
    own_server.kill()
    with pytest.raises(StoreAway, match="cannot be reached"):
        dense.take_in([2], ONE, dropped=[], position=4)
    own_server.start()
    assert (dense.position(), dense.ids()) == (3, {1})


def test_vectors_never_go_into_a_collection_that_another_process_began_anew(chroma_server: str) -> None:
    """They would stand there without those before them, under a position that says all are there."""
    dense, other = (DenseIndex(chroma_server, model="emptied") for _ in range(2))
    dense.take_in([1], ONE, dropped=[], position=3)
    other.reset()
    assert other.position() == 0
    with pytest.raises(StoreError):
        dense.take_in([2], ONE, dropped=[], position=4)
    assert (dense.position(), dense.ids()) == (0, set())
    dense.take_in([1, 2], np.repeat(ONE, 2, axis=0), dropped=[], position=4)
    assert [number for number, _ in other.nearest(ONE[0], count=5)] in ([1, 2], [2, 1])
    assert other.position() == 4


def test_collections_of_other_databases_on_the_server_are_left_alone(chroma_server: str) -> None:
    ours, older, theirs = (
        DenseIndex(chroma_server, model=model, lineage=lineage)
        for model, lineage in (("new", "one"), ("old", "one"), ("old", "two"))
    )
    for dense in (ours, older, theirs):
        dense.take_in([1], ONE, dropped=[], position=3)
    assert ours.drop_other_models() == 1
    assert [dense.position() for dense in (ours, older, theirs)] == [3, 0, 3]
