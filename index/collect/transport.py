"""Connections: httpx over sockets that are opened to checked addresses alone."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address

import httpcore
import httpx

from index.collect.addresses import ORDINARY_PORTS, Address, Allowance, closed, refused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a host, as text; the port is passed on to the resolver."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every address that the system knows for a host.

    Raises:
        OSError: it knows none.
    """
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in answers]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to checked addresses alone.

    The name is resolved once, every answer is checked, and the connection goes to an answer that was checked,
    so that a second, different answer is never asked for (DNS rebinding).
    TLS and the ``Host`` header keep the name, since only the address of the socket is exchanged here.
    """

    def __init__(
        self,
        inner: httpcore.AsyncNetworkBackend,
        resolve: Resolve,
        allowance: Allowance,
        *,
        longest: float = 10.0,
    ) -> None:
        self._inner = inner
        self._resolve = resolve
        self._allowance = allowance
        self._longest = longest

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first of the host's addresses that answers.

        Raises:
            FetchError: one of its addresses is closed.
            httpcore.ConnectError: it has no address, or none answers.
        """
        addresses = await self._addresses(host, port)
        wait = min(each for each in (timeout, self._longest) if each is not None)
        failed: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in addresses[:4]:
            try:
                return await self._inner.connect_tcp(str(address), port, wait, local_address, socket_options)
            except (httpcore.NetworkError, httpcore.TimeoutException) as exc:
                failed = exc
        raise failed or httpcore.ConnectError("the host has no address")

    async def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            found = [ip_address(host)]
        except ValueError:
            try:
                answers = await self._resolve(host, port)
                found = list(dict.fromkeys(ip_address(answer) for answer in answers))
            except (OSError, UnicodeError, ValueError) as exc:
                raise httpcore.ConnectError("the host has no address") from exc
        if host in self._allowance.hosts:
            return found
        for address in found:
            why = closed(address)
            if why and not self._allowance.opens(address):
                raise refused(host, f"it leads to {address}, which is {why}")
            if not why and port not in ORDINARY_PORTS:
                raise refused(host, f"port {port} is not one that web sites use (80, 443, 8080, 8443)")
        return found

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: a web address names no socket file."""
        raise refused(path, "it is a socket of this machine")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over a pool of httpcore whose connections the guard opens; httpcore's errors pass through.

    Its own class rather than a change inside ``httpx.AsyncHTTPTransport``, so that a new version of httpx
    cannot take the guard off unnoticed.
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext, connections: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            network_backend=backend,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The reply to a request, its body not read yet."""
        url = request.url
        reply = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            reply.status, headers=reply.headers, stream=_Stream(reply), extensions=reply.extensions
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, reply: httpcore.Response) -> None:
        self._reply = reply

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._reply.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._reply.aclose()
