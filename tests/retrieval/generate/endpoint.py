"""A language model's endpoint on loopback that does what a test tells it to, well or badly."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any

Behaviour = Callable[["Handler"], None]


@dataclass
class Endpoint:
    """``behaviours`` serve one request each, the last one all further ones; ``asked`` are their bodies."""

    url: str = ""
    behaviours: list[Behaviour] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    peers: set[int] = field(default_factory=set)
    times: list[float] = field(default_factory=list)
    leaving: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    endpoint: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        here = self.endpoint
        behaviour = here.behaviours[min(len(here.asked), len(here.behaviours) - 1)]
        here.asked.append(json.loads(body))
        here.times.append(time.monotonic())
        here.keys.append(self.headers.get("authorization"))
        here.peers.add(self.client_address[1])
        try:
            assert self.path == "/v1/chat/completions"
            behaviour(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        pass

    def head(
        self,
        kind: str = "text/event-stream",
        status: int = 200,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def raw(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def event(self, record: object) -> None:
        self.raw(f"data: {json.dumps(record)}\n\n".encode())

    def words(self, text: str) -> None:
        self.event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})

    def close_stream(self, reason: str = "stop", *, usage: tuple[int, int] | None = None) -> None:
        self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        if usage:
            self.event({"choices": [], "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1]}})
        self.raw(b"data: [DONE]\n\n")
        self.end()

    def end(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def wait(self, seconds: float = 30.0) -> None:
        """Say nothing until the test is over."""
        self.endpoint.leaving.wait(seconds)
        self.close_connection = True

    def reset(self) -> None:
        """Break the connection off, as a crash does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()
        self.close_connection = True


def says(text: str, *, by: int = 7, reason: str = "stop", usage: tuple[int, int] | None = None) -> Behaviour:
    """Streams ``text``, some characters at a time."""

    def behave(handler: Handler) -> None:
        handler.head()
        for at in range(0, len(text), by):
            handler.words(text[at : at + by])
        handler.close_stream(reason, usage=usage)

    return behave


def status(code: int, body: bytes = b"{}", **headers: str) -> Behaviour:
    """Refuses; ``retry_after`` and the like are headers."""

    def behave(handler: Handler) -> None:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        handler.head("application/json", code, given)
        handler.raw(body)
        handler.end()

    return behave


def body(data: bytes, kind: str = "application/json") -> Behaviour:
    """Answers with these bytes."""

    def behave(handler: Handler) -> None:
        handler.head(kind)
        handler.raw(data)
        handler.end()

    return behave


def silent(handler: Handler) -> None:
    """Takes the question and says nothing."""
    handler.wait()


def headers_then_silent(handler: Handler) -> None:
    handler.head()
    handler.wait()


def stalls_after(text: str) -> Behaviour:
    """Begins to answer, and stops."""

    def behave(handler: Handler) -> None:
        handler.head()
        handler.words(text)
        handler.wait()

    return behave


def breaks_after(text: str, *, reset: bool) -> Behaviour:
    """Begins to answer, and breaks off: by a reset, or an end without a last word."""

    def behave(handler: Handler) -> None:
        handler.head()
        if text:
            handler.words(text)
        if reset:
            handler.reset()
        else:
            handler.end()

    return behave


def resets(handler: Handler) -> None:
    handler.reset()


def drips(handler: Handler) -> None:
    """Comments without end, so that every single read is in time."""
    handler.head()
    while not handler.endpoint.leaving.is_set():
        handler.raw(b": still here\n")
        time.sleep(0.02)


def endless(text: str) -> Behaviour:
    """The same again and again."""

    def behave(handler: Handler) -> None:
        handler.head()
        while not handler.endpoint.leaving.is_set():
            handler.words(text)

    return behave


def endless_line(handler: Handler) -> None:
    """One event that never ends."""
    handler.head()
    while not handler.endpoint.leaving.is_set():
        handler.raw(b"data: " + b"x" * 60_000)


def waits_for(told: threading.Event, first: str, rest: str) -> Behaviour:
    """Writes ``first``, and ``rest`` only once ``told`` is set."""

    def behave(handler: Handler) -> None:
        handler.head()
        handler.words(first)
        if told.wait(30):
            handler.words(rest)
        handler.close_stream()

    return behave


@contextmanager
def serving() -> Iterator[Endpoint]:
    """An endpoint that is there until the context is left."""
    endpoint = Endpoint()

    class Bound(Handler):
        pass

    Bound.endpoint = endpoint
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield endpoint
    finally:
        endpoint.leaving.set()
        server.shutdown()
        server.server_close()
