"""What a server's reply is worth: its status, its kind of content, its bytes."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore
import httpx

from index.collect.inflate import GZIP_MAGIC, Damaged, Inflater, TooLarge
from index.errors import FetchError

READABLE = frozenset(
    {
        "text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/xml", "application/xml",
        "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/json",
        "application/feed+json", "application/x-ndjson", "application/jsonl", "application/pdf",
        "application/gzip", "application/x-gzip", "application/octet-stream", "binary/octet-stream",
    }
)  # fmt: skip
"""Kinds of content that can hold articles or lists of them."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})

_ENCODINGS = {"": "identity", "identity": "identity", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_BINARY_MAGIC = (b"%PDF-", GZIP_MAGIC)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_STATUSES = {
    401: "The site asks for a login (status 401).",
    402: "The site asks for payment (status 402).",
    403: "The site does not let us in (status 403).",
    404: "There is no page at this address (status 404).",
    410: "The page has been taken away for good (status 410).",
    429: "The site asks for fewer requests (status 429).",
    451: "The page is withheld for legal reasons (status 451).",
    503: "The site is not available now (status 503).",
}


def check_status(address: str, response: httpx.Response) -> None:
    """Let pass what brings content.

    Raises:
        FetchError: any other status; of kind ``gone``, ``busy`` or ``status``.
    """
    status = response.status_code
    if status in {200, 203}:
        return
    raise FetchError(
        address,
        _STATUSES.get(status, f"The site answered with status {status}."),
        kind="gone" if status in {404, 410} else "busy" if status in {429, 503} else "status",
        status=status,
        retry_after=retry_after(response.headers.get("retry-after"), now=datetime.now(UTC)),
    )


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """The seconds that a ``Retry-After`` header asks to wait (RFC 9110, 10.2.3); None where it says nothing.

    >>> retry_after("120", now=datetime.now(UTC))
    120.0
    """
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return min(float(value), 7 * 86400.0)
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return min(max(0.0, (then - now).total_seconds()), 7 * 86400.0)


def media_type(headers: httpx.Headers) -> str | None:
    """The media type in lower case, without parameters; None where none is named."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() or None


def check_type(address: str, response: httpx.Response, accept: frozenset[str]) -> None:
    """Let pass what can be read, before its body is.

    Raises:
        FetchError: of kind ``type``.
    """
    kind = media_type(response.headers)
    if kind is not None and kind not in accept and not kind.endswith(("+xml", "+json")):
        raise FetchError(
            address, f"It is {kind}, which holds no article.", kind="type", status=response.status_code
        )
    if kind == "image/svg+xml":
        raise FetchError(address, "It is a picture.", kind="type", status=response.status_code)


def check_bytes(address: str, content: bytes) -> None:
    """Let pass text and the binary kinds that can be read, whatever the header said.

    Raises:
        FetchError: of kind ``type``.
    """
    start = content[:1024]
    if b"\0" in start and not start.startswith(_BINARY_MAGIC + _UTF16):
        raise FetchError(address, "What came is neither text nor PDF, whatever its header says.", kind="type")


async def read(address: str, response: httpx.Response, limit: int, *, cut: bool = False) -> bytes:
    """The body, decompressed; with ``cut`` its beginning where it is longer than ``limit``.

    Raises:
        FetchError: of kind ``size`` or ``broken``.
    """
    named = response.headers.get("content-encoding", "").strip().lower()
    if named not in _ENCODINGS:
        raise FetchError(
            address, f"It is compressed in a way that was not asked for ({named[:40]}).", kind="broken"
        )
    announced = response.headers.get("content-length", "")
    too_large = FetchError(address, f"It is larger than {limit:,} bytes.", kind="size")
    if announced.isdigit() and int(announced) > limit and not cut:
        raise too_large
    inflater, pieces = Inflater(_ENCODINGS[named], limit), list[bytes]()
    try:
        async for chunk in response.aiter_raw():
            pieces.extend(inflater.feed(chunk))
        inflater.finish()
    except TooLarge:
        if not cut:
            raise too_large from None
    except Damaged as exc:
        raise FetchError(
            address, "Its compressed bytes are damaged or end too early.", kind="broken"
        ) from exc
    return b"".join(pieces)


def translated(address: str, exc: Exception) -> FetchError:
    """An error of the connection, in our words."""
    if isinstance(exc, httpcore.TimeoutException):
        return FetchError(address, "Its host does not answer.", kind="network")
    if isinstance(exc, httpcore.RemoteProtocolError):
        return FetchError(address, "The reply broke off or is not proper HTTP.", kind="broken")
    if isinstance(exc, httpcore.ConnectError):
        if "certificate" in str(exc).lower():
            return FetchError(address, "The certificate of its host is not valid.", kind="network")
        if "no address" in str(exc):
            return FetchError(address, "Its host is not known.", kind="network")
        return FetchError(address, "No connection to its host can be made.", kind="network")
    return FetchError(address, "The connection to its host broke off.", kind="network")
