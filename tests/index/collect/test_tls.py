"""TLS with a checked address: the certificate and SNI are of the name, the socket is of the address."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from index.collect.addresses import Allowance
from index.collect.fetch import Fetcher, Limits
from index.collect.hosts import Manners
from index.errors import FetchError


class Secure:
    """An HTTPS server for ``news.example`` that remembers the names it was asked for."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "news.example")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("news.example")]), critical=False)
            .sign(key, hashes.SHA256())
        )
        self.certificate = folder / "certificate.pem"
        self.certificate.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate)
        self.context.sni_callback = lambda _, asked, __: self.names.append(asked)
        self.names: list[str | None] = []
        self.hosts: list[str] = []
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        self.hosts += [line.partition(": ")[2] for line in head.split("\r\n") if line.startswith("host:")]
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
        )
        await writer.drain()
        writer.close()


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[Secure]:
    made = Secure(tmp_path)
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0, ssl=made.context)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


def fetcher(secure: Secure, *, trusting: bool) -> Fetcher:
    async def to_loopback(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    return Fetcher(
        allowance=Allowance.parse("127.0.0.1/32"),
        limits=Limits(attempts=1, deadline=5.0),
        manners=Manners(pace=0.0),
        resolver=to_loopback,
        tls=ssl.create_default_context(cafile=str(secure.certificate)) if trusting else None,
    )


async def test_the_name_stays_in_sni_certificate_and_host(secure: Secure) -> None:
    async with fetcher(secure, trusting=True) as fetch:
        fetched = await fetch.fetch(f"https://news.example:{secure.port}/a")
    assert fetched.content is not None
    assert set(secure.names) == {"news.example"}
    assert set(secure.hosts) == {f"news.example:{secure.port}"}


async def test_a_certificate_of_another_name_is_refused(secure: Secure) -> None:
    async with fetcher(secure, trusting=True) as fetch:
        with pytest.raises(FetchError, match="certificate"):
            await fetch.fetch(f"https://other.example:{secure.port}/a")
    assert secure.hosts == []


async def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Secure) -> None:
    async with fetcher(secure, trusting=False) as fetch:
        with pytest.raises(FetchError, match="certificate"):
            await fetch.fetch(f"https://news.example:{secure.port}/a")
    assert secure.hosts == []
