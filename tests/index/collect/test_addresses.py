"""Server-side request forgery, tried in every way we know: all refused, and no connection is ever opened."""

import asyncio
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpcore
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.collect.addresses import Allowance, checked_url, closed
from index.collect.fetch import Fetcher, Limits
from index.collect.hosts import Manners
from index.errors import FetchError

OPEN = "93.184.215.14"

FORMS = [
    # loopback and its spellings
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.1.:80/", "http://127.8.8.8/",
    "http://0x7f.1/", "http://00000177.0.0.1/", "http://127.000.000.001/", "http://127.0.0.0x1/", "http://localhost/",
    "http://LOCALHOST/", "http://localhost./", "http://foo.localhost/", "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/",
    "http://[::1]:8080/", "http://[::1%25lo]/", "http://[::1%lo]/",
    # unspecified, broadcast, reserved
    "http://0.0.0.0/", "http://0/", "http://[::]/", "http://255.255.255.255/", "http://240.0.0.1/", "http://192.0.2.1/",
    "http://198.18.0.1/", "http://198.51.100.7/", "http://203.0.113.7/", "http://192.0.0.8/", "http://[2001:db8::1]/",
    "http://[100::1]/", "http://[3fff::1]/", "http://[5f00::1]/",
    # private, carrier-grade, link-local, multicast, metadata
    "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.254/", "http://192.168.1.1/", "http://100.64.0.1/",
    "http://169.254.1.1/", "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/", "http://[fd00:ec2::254]/", "http://168.63.129.16/", "http://100.100.100.200/",
    "http://169.254.170.2/v2/credentials", "http://metadata.google.internal/", "http://224.0.0.1/",
    "http://239.255.255.250:1900/", "http://[ff02::1]/", "http://[fe80::1]/", "http://[fec0::1]/", "http://[fc00::1]/",
    "http://[fd12:3456:789a::1]/", "http://192.88.99.1/",
    # IPv4 inside IPv6
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::169.254.169.254]/", "http://[64:ff9b:1::a00:1]/",
    "http://[2002:7f00:1::]/", "http://[2002:a9fe:a9fe::1]/", "http://[2001:0:7f00:1::]/",
    "http://[2001:470:1::5efe:7f00:1]/", "http://[2001:470:1::200:5efe:10.0.0.1]/",
    # user info, ports, encodings, characters
    "http://example.com@127.0.0.1/", "http://user:pass@example.com/", "http://example.com%40127.0.0.1/",
    "http://127.0.0.1\\@example.com/", "http://example.com\\.evil.example/", "http://%31%32%37.0.0.1/",
    "http://127%2e0%2e0%2e1/", "http://127。0。0。1/", "http://127．0．0．1/", "http://127｡0｡0｡1/", "http://①②⑦.⓪.⓪.①/",
    "http://１２７.0.0.1/", "http://ⓛocalhost/", "http://ⓔxample.com/", "http://exa\u00admple.com/", "http://example.com./",
    "http://example.com:22/", "http://example.com:25/", "http://example.com:6379/", "http://example.com:0/",
    "http://example.com:65536/", "http://example.com:80:80/", "http://example.com:٨٠/", "http:///etc/passwd", "http://",
    "http:example.com", "http:/example.com", "//example.com/", "http://exam ple.com/",
    "http://example.com\r\nHost: x/",
    "http://example.com/a\r\nX: y", "http://example.com/\x00", "http://[::1/", "http://::1/", "http://[127.0.0.1]/",
    "http://a..example.com/", "http://-.com:80/", f"http://{'a' * 64}.com/", "http://intranet/", "http://printer.local/",
    "http://x.internal/", "http://hidden.onion/", "http://1.0.168.192.in-addr.arpa/",
    # other schemes
    "file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1:6379/_x", "dict://127.0.0.1/", "ldap://127.0.0.1/",
    "data:text/html,x", "javascript:alert(1)", "jar:http://127.0.0.1!/", "unix:/var/run/docker.sock", "HTTP+unix://x/",
    "", "   ",
]  # fmt: skip

RESOLVED = {
    "rebound-to-loopback.example.com": ["127.0.0.1"],
    "10.0.0.1.nip.example.com": ["10.0.0.1"],
    "one-of-two.example.com": [OPEN, "169.254.169.254"],
    "second-first.example.com": ["192.168.0.1", OPEN],
    "six-of-two.example.com": [OPEN, "::1"],
    "mapped.example.com": ["::ffff:10.0.0.1"],
    "scoped.example.com": ["fe80::1%eth0"],
    "nat64.example.com": ["64:ff9b::a9fe:a9fe"],
    "azure.example.com": ["168.63.129.16"],
    "zero.example.com": ["0.0.0.0"],
    "everyone.example.com": ["224.0.0.1"],
    "nobody.example.com": [],
    "nonsense.example.com": ["not an address"],
}


class Wire(httpcore.AsyncNetworkBackend):
    """A network on which every open address answers with what ``replies`` holds for it, and which counts."""

    def __init__(self, *replies: bytes) -> None:
        self.connected: list[tuple[str, int]] = []
        self._replies = list(replies)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connected.append((host, port))
        if not self._replies:
            raise httpcore.ConnectError("nobody answers")
        return httpcore.AsyncMockStream([self._replies.pop(0)])

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Names:
    """A resolver whose answers can change from one question to the next."""

    def __init__(self, answers: dict[str, list[list[str]]]) -> None:
        self.asked: list[str] = []
        self._answers = answers

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self._answers[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def fetcher(wire: Wire, names: Names, allowance: str = "") -> Fetcher:
    return Fetcher(
        backend=wire,
        resolver=names,
        allowance=Allowance.parse(allowance),
        limits=Limits(attempts=1, deadline=5),
        manners=Manners(pace=0.0),
    )


@pytest.mark.parametrize("url", FORMS)
async def test_a_forged_address_is_refused_before_anything_is_asked(url: str) -> None:
    wire, names = Wire(), Names({})
    async with fetcher(wire, names) as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.fetch(url)
    assert caught.value.kind == "address"
    assert wire.connected == []
    assert names.asked == []


@pytest.mark.parametrize("host", RESOLVED)
async def test_a_host_that_resolves_to_a_closed_address_is_not_connected_to(host: str) -> None:
    wire = Wire()
    async with fetcher(wire, Names({host: [RESOLVED[host]]})) as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.fetch(f"https://{host}/")
    assert caught.value.kind == ("network" if host.startswith(("nobody", "nonsense")) else "address")
    assert wire.connected == []


REDIRECTED = [
    "http://127.0.0.1/", "http://[::1]/", "//127.0.0.1/x", "http://169.254.169.254/", "file:///etc/passwd",
    "http://inside.example.com/", "http://example.com:22/", "gopher://example.com/", "http://user@example.com/",
    "http://2130706433/", "http://[::ffff:10.0.0.1]/", "http://[bad", "\\\\127.0.0.1\\x",
]  # fmt: skip


@pytest.mark.parametrize("target", REDIRECTED)
async def test_a_redirect_to_a_closed_address_is_not_followed(target: str) -> None:
    robots = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    away = (
        f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    )
    wire = Wire(robots, away)
    names = Names({"example.com": [[OPEN]], "inside.example.com": [["10.9.8.7"]]})
    async with fetcher(wire, names) as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.fetch("http://example.com/start")
    assert caught.value.kind in {"address", "redirect"}
    assert wire.connected == [(OPEN, 80), (OPEN, 80)]


async def test_a_name_that_changes_its_answer_is_refused_at_the_connection_that_would_use_it() -> None:
    robots = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    wire = Wire(robots, b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
    names = Names({"rebind.example.com": [[OPEN], ["127.0.0.1"]]})
    async with fetcher(wire, names) as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.fetch("http://rebind.example.com/")
    assert caught.value.kind == "address"
    assert "127.0.0.1" in caught.value.reason
    assert wire.connected == [(OPEN, 80)]


async def test_the_connection_goes_to_the_checked_address_and_the_name_stays_in_the_request() -> None:
    page = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
    )
    wire = Wire(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", page)
    async with fetcher(wire, Names({"example.com": [[OPEN]]})) as fetch:
        fetched = await fetch.fetch("http://EXAMPLE.com:80/a//b?c=d#e")
    assert fetched.content == b"hello"
    assert fetched.url == "http://example.com/a//b?c=d"
    assert wire.connected == [(OPEN, 80), (OPEN, 80)]


def test_what_is_opened_is_open_and_nothing_else() -> None:
    intranet = Allowance.parse("10.1.0.0/16, wiki.example")
    assert checked_url("http://10.1.2.3:9000/", intranet) == "http://10.1.2.3:9000/"
    assert checked_url("http://wiki.example/", intranet) == "http://wiki.example/"
    for url in ("http://10.2.0.1/", "http://127.0.0.1/", "http://169.254.169.254/"):
        with pytest.raises(FetchError):
            checked_url(url, intranet)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://100.100.100.200/"]
)
def test_metadata_stays_closed_when_private_ranges_are_open(url: str) -> None:
    with pytest.raises(FetchError):
        checked_url(url, Allowance.parse("1"))


async def test_odd_ports_of_public_hosts_stay_closed_when_private_ranges_are_open() -> None:
    wire = Wire()
    async with fetcher(wire, Names({"example.com": [[OPEN]]}), "1") as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.fetch("http://example.com:6379/")
    assert caught.value.kind == "address"
    assert wire.connected == []


def test_a_wrong_allowance_is_named() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/99"):
        Allowance.parse("1, 10.0.0.0/99")


@given(st.integers(0, 2**32 - 1))
def test_no_open_ipv4_address_is_one_that_the_standard_library_calls_local(number: int) -> None:
    address = IPv4Address(number)
    if closed(address) is None:
        assert address.is_global
        assert not address.is_multicast


@given(st.integers(0, 2**128 - 1))
def test_no_open_ipv6_address_carries_an_ipv4_address(number: int) -> None:
    address = IPv6Address(number)
    if closed(address) is None:
        assert address.is_global
        assert (address.ipv4_mapped, address.sixtofour, address.teredo) == (None, None, None)


@pytest.mark.parametrize(
    "text", ["8.8.8.8", OPEN, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2a00:1450:4001::200e"]
)
def test_the_public_internet_is_open(text: str) -> None:
    assert closed(ip_address(text)) is None


@given(st.text())
@example(".")
@example("..?page=2")
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"http://example.com/{text}"):
        try:
            made = checked_url(url)
        except FetchError as exc:
            assert exc.kind == "address"  # noqa: PT017 - either is right
        else:
            assert checked_url(made) == made
