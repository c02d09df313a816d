"""A language model behind any OpenAI-compatible endpoint, streamed, within deadlines.

The waiting is done by one event loop on a thread of its own, so that connections are reused and a deadline
holds to the moment, also against an endpoint that drips bytes. Callers read the words as they come.
"""

import asyncio
import json
import logging
import queue
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from retrieval.errors import EndpointError

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

Message = dict[str, str]
"""``{"role": "system" | "user", "content": …}``"""

_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST: Final = 1_000_000  # bytes of a reply; an answer has a few thousand
_DONE: Final = b"[DONE]"
_DRAINING: Final = 0.2  # seconds for the end of a reply after its last word


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where the model is, and what it may take.

    ``url`` is the base that ``/chat/completions`` follows (``http://127.0.0.1:11434/v1``). ``first`` and
    ``whole`` are seconds, until the first word and for all of the answer, repeats included.
    """

    url: str
    model: str
    key: str = ""
    first: float = 15.0
    whole: float = 45.0
    longest: int = 400
    """Tokens of an answer."""
    attempts: int = 3
    pause: float = 0.3
    """Seconds before the second attempt; each further one waits twice as long."""


@dataclass(slots=True)
class Writing:
    """An answer as it is written: iterate over its ``words``; then the tokens are known, if told."""

    words: Iterator[str]
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    whole: bool = False
    """Whether the model came to its end, and was not cut at the longest answer."""


class _Again(Exception):
    """Nothing was answered yet, and another attempt may be."""

    def __init__(self, reason: str, *, after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        """Seconds that the endpoint asks to be left alone for."""


class Client:
    """Asks the model. Thread-safe; `close` ends its thread."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._http: httpx.AsyncClient | None = None

    @contextmanager
    def write(self, messages: Sequence[Message]) -> Iterator[Writing]:
        """Have an answer written; leaving the context before its end lets go of the endpoint.

        Raises, while the words are read:
            EndpointError: no endpoint, an answer that breaks off, comes too late, or is none. What was read
                until then is not an answer.
        """
        told: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        writing = Writing(words=_read(told))
        future = asyncio.run_coroutine_threadsafe(self._told(messages, writing, told), self._running())
        try:
            yield writing
        finally:
            future.cancel()

    def close(self) -> None:
        """Close the connections and end the thread. The next `write` begins anew."""
        with self._lock:
            loop, self._loop = self._loop, None
            http, self._http = self._http, None
        if loop is None:
            return
        if http is not None:
            asyncio.run_coroutine_threadsafe(http.aclose(), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)

    def _running(self) -> asyncio.AbstractEventLoop:
        import httpx  # noqa: F401 - now, that no deadline counts the time it takes

        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="language model", daemon=True).start()
            return self._loop

    async def _told(
        self,
        messages: Sequence[Message],
        writing: Writing,
        told: "queue.SimpleQueue[str | BaseException | None]",
    ) -> None:
        import httpx

        try:
            async with asyncio.timeout(self.endpoint.whole):
                async for words in self._attempts(messages, writing):
                    told.put(words)
            told.put(None)
        except TimeoutError:
            told.put(EndpointError("too slow"))
        except httpx.HTTPError as exc:
            log.info("the language model's reply broke: %s", type(exc).__name__)
            told.put(EndpointError("broke off"))
        except EndpointError as exc:
            told.put(exc)
        finally:
            told.put(EndpointError("stopped"))  # read only if nothing else was told

    async def _attempts(self, messages: Sequence[Message], writing: Writing) -> AsyncIterator[str]:
        """The words of the first attempt that brings any: after the first word nothing is tried again.

        Where the endpoint asks for a longer pause than is left, it is not waited for at all.
        """
        reason = "no answer"
        loop = asyncio.get_running_loop()
        ends = loop.time() + self.endpoint.first
        async with asyncio.timeout_at(ends) as until_first:
            for attempt in range(self.endpoint.attempts):
                try:
                    async for words in self._attempt(messages, writing):
                        until_first.reschedule(None)
                        yield words
                except _Again as again:
                    reason = again.reason
                    pause = max(again.after, self.endpoint.pause * 2**attempt)
                    if attempt + 1 == self.endpoint.attempts or loop.time() + pause >= ends:
                        break
                    await asyncio.sleep(pause)
                else:
                    return
        raise EndpointError(reason)

    async def _attempt(self, messages: Sequence[Message], writing: Writing) -> AsyncIterator[str]:
        import httpx

        begun = False
        try:
            async with self._client().stream("POST", "chat/completions", json=self._asked(messages)) as reply:
                _accepted(reply)
                async for record in _records(reply):
                    words = _words(record, writing)
                    if words:
                        begun = True
                        yield words
        except (httpx.TransportError, httpx.InvalidURL) as exc:
            if begun:
                raise EndpointError("broke off") from exc
            raise _Again("cannot be reached") from exc
        if not begun:
            raise EndpointError("empty")

    def _asked(self, messages: Sequence[Message]) -> dict[str, Any]:
        return {
            "model": self.endpoint.model,
            "messages": list(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "max_tokens": self.endpoint.longest,
        }

    def _client(self) -> "httpx.AsyncClient":
        """The connections, made in the loop that uses them; no redirects, which would carry the key."""
        if self._http is None:
            import httpx

            headers = {"Authorization": f"Bearer {self.endpoint.key}"} if self.endpoint.key else {}
            self._http = httpx.AsyncClient(
                base_url=self.endpoint.url.rstrip("/") + "/",
                headers=headers,
                timeout=httpx.Timeout(self.endpoint.whole, connect=min(5.0, self.endpoint.first)),
            )
        return self._http


def _read(told: "queue.SimpleQueue[str | BaseException | None]") -> Iterator[str]:
    while (found := told.get()) is not None:
        if isinstance(found, BaseException):
            raise found
        yield found


def _accepted(reply: "httpx.Response") -> None:
    if reply.status_code in _PASSING:
        after = _seconds(reply.headers.get("retry-after", ""))
        raise _Again(f"status {reply.status_code}", after=after)
    if reply.status_code != 200:
        raise EndpointError(f"status {reply.status_code}")


def _seconds(retry_after: str) -> float:
    """The seconds that a ``Retry-After`` names, as a number or as a date (RFC 9110, 10.2.3)."""
    try:
        if retry_after.strip().isdecimal():
            return float(retry_after)
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a zone
        return 0.0


def _streamed(reply: "httpx.Response") -> bool:
    return "event-stream" in reply.headers.get("content-type", "")


async def _records(reply: "httpx.Response") -> AsyncIterator[dict[str, Any]]:
    """The JSON objects of a stream of events, or the one of a reply that is not streamed.

    Lines are parted at line feeds alone: other separators may stand inside JSON.
    """
    if not _streamed(reply):
        body = b""
        async for part in reply.aiter_bytes():
            body += part
            _bounded(len(body))
        yield _object(body)
        return
    size, rest = 0, b""
    parts = reply.aiter_bytes()
    async for part in parts:
        size += len(part)
        _bounded(size)
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            if not line.startswith(b"data:"):
                continue  # a comment, a name of an event, an empty line
            data = line[5:].strip()
            if data == _DONE:
                await _drained(parts)
                return
            yield _object(data)
    raise EndpointError("broke off")


async def _drained(parts: AsyncIterator[bytes]) -> None:
    """Read a reply to its end, so that its connection serves again; one that stays open is given up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAINING):
            async for _ in parts:
                pass


def _bounded(size: int) -> None:
    if size > _LONGEST:
        raise EndpointError("rubbish")


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise EndpointError("rubbish") from exc
    if not isinstance(found, dict):
        raise EndpointError("rubbish")
    return found


def _words(record: dict[str, Any], writing: Writing) -> str:
    """What a record adds to the answer; its tokens and its end are noted."""
    if record.get("error"):
        raise EndpointError("refused")
    usage = record.get("usage")
    if isinstance(usage, dict):
        writing.prompt_tokens = _number(usage.get("prompt_tokens"))
        writing.completion_tokens = _number(usage.get("completion_tokens"))
    choices = record.get("choices")
    if choices is None or choices == []:
        return ""
    choice = choices[0] if isinstance(choices, list) else None
    if not isinstance(choice, dict):
        raise EndpointError("rubbish")
    if choice.get("finish_reason") == "stop":
        writing.whole = True
    said = choice.get("delta") or choice.get("message") or {}
    words = said.get("content") if isinstance(said, dict) else None
    if words is not None and not isinstance(words, str):
        raise EndpointError("rubbish")
    return words or ""


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 10_000_000 else None
