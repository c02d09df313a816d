"""A running service, found by the lock of the home, and asked through its API by the other commands.

Nothing here imports the model or the stores: a question asked this way must not wait for them to load.
"""

import http.client
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.errors import ServiceError
from index.store.lock import is_owned, owner_address

TOKEN = "owner.token"  # noqa: S105 - a file's name
"""The file of the home with the token by which other commands on this machine speak to the service."""
_PATIENCE = 60.0  # seconds for which a service that starts is waited for
_LINES = "application/x-ndjson"


class RunningService:
    """The API of the service that owns a home. Every method may raise ServiceError."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._token = token

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON that a request with a JSON body gets."""
        with closing(self._sent(path, json.dumps(body).encode(), "application/json")) as reply:
            return json.loads(reply.read())

    def lines(self, path: str, body: bytes, *, kind: str = _LINES) -> Iterator[dict[str, Any]]:
        """The lines of JSON that come as the work goes on."""
        with closing(self._sent(path, body, kind)) as reply:
            try:
                for line in reply:
                    yield json.loads(line)
            except (OSError, http.client.HTTPException) as exc:
                raise ServiceError("The service stopped in the middle. What was reported is kept.") from exc

    def _sent(self, path: str, body: bytes, kind: str) -> http.client.HTTPResponse:
        ends = time.monotonic() + _PATIENCE
        while True:
            reply = self._reply(path, body, kind)
            if reply.status < 300:
                return reply
            said = reply.read().decode("utf-8", "replace")
            if reply.status != http.client.SERVICE_UNAVAILABLE or time.monotonic() > ends:
                raise ServiceError(_error(said))
            time.sleep(min(2.0, float(reply.headers.get("Retry-After", "1"))))

    def _reply(self, path: str, body: bytes, kind: str) -> http.client.HTTPResponse:
        parts = urlsplit(self._address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=600)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind}
        try:
            connection.request("POST", path, body, headers)
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as exc:
            raise ServiceError(f"The service at {self._address} does not answer: {exc}.") from exc


def running(home: Path) -> RunningService | None:
    """The service that owns ``home``, None where none does: then whoever asks may own it.

    Raises:
        ServiceError: there is one, but its token cannot be read by this user.
    """
    address = owner_address(home)
    # A file may outlive a killed service, and another program of another user may listen there by now.
    if address is None or not is_owned(home):
        return None
    try:
        return RunningService(address, (home / TOKEN).read_text(encoding="utf-8").strip())
    except OSError as exc:
        raise ServiceError(f"The token of the service in {home} cannot be read: {exc.strerror}.") from exc


def batches(lines: Iterable[bytes], *, most: int = 2_000_000) -> Iterator[bytes]:
    """Lines joined to bodies of about ``most`` bytes."""
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= most:
            yield b"\n".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"\n".join(waiting)


def _error(said: str) -> str:
    try:
        return str(json.loads(said)["error"])
    except (ValueError, KeyError, TypeError):
        return " ".join(said.split())[:300] or "The service refused the request."
