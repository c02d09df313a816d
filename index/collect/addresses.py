"""Which addresses may be fetched: a URL's form first, then every IP address its host resolves to.

The libraries for this either connect before they judge or judge by ``is_global`` alone, which passes several
IPv6 forms that carry an IPv4 address. What is closed here follows IANA's special-purpose registries (RFC 6890
and its updates), with the addresses at which clouds answer questions about a machine.
"""

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

import httpx

from index.errors import FetchError

Address = IPv4Address | IPv6Address
ORDINARY_PORTS = frozenset({80, 443, 8080, 8443})

_PRIVATE = tuple(
    ip_network(block)
    for block in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "100.64.0.0/10",
        "::1/128", "fc00::/7",
    )
)  # fmt: skip
"""What ``COMMUNIQUE_ALLOW_PRIVATE=1`` opens."""

_CLOSED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_CLOSED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # IETF assignments, Teredo and ORCHID among them
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
    )
)  # fmt: skip
_GLOBAL_V6 = IPv6Network("2000::/3")  # mapped, compatible, NAT64, link-local, multicast lie outside
_METADATA = frozenset(
    ip_address(each)
    for each in (
        "169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192",
        "fd00:ec2::254",
    )
)  # fmt: skip
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})  # RFC 5214: the upper half of the interface identifier

_LOCAL_NAMES = (
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "onion",
    "arpa",
    "invalid",
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_FORM = re.compile(r"(?i)(https?)://([^/?#]+)([/?#].*)?")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\\]")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What of the private network is open: nothing, the usual private ranges, single networks and hosts.

    >>> Allowance.parse("10.1.0.0/16, wiki.example").hosts
    frozenset({'wiki.example'})
    """

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, value: str) -> Self:
        """Read ``COMMUNIQUE_ALLOW_PRIVATE``: empty, ``1`` for all private ranges, or networks and hosts.

        Link-local, multicast, reserved and metadata addresses stay closed with ``1``; a network that is named
        is open whatever it is, but an address of a cloud's metadata only where it is named by itself.

        Raises:
            ValueError: a part is neither a network nor the name of a host.
        """
        networks: list[IPv4Network | IPv6Network] = []
        hosts: set[str] = set()
        for part in re.split(r"[\s,]+", value.strip().lower()):
            if part in {"", "0", "false", "no"}:
                continue
            if part in {"1", "true", "yes"}:
                networks.extend(_PRIVATE)
                continue
            try:
                networks.append(ip_network(part, strict=False))
            except ValueError:
                if not all(_LABEL.fullmatch(label) for label in part.split(".")):
                    raise ValueError(f"{part!r} is neither a network nor the name of a host") from None
                hosts.add(part)
        return cls(tuple(networks), frozenset(hosts))

    def opens(self, address: Address) -> bool:
        """Whether an address that is closed to others is open here."""
        networks = [each for each in self.networks if each.version == address.version and address in each]
        if address in _METADATA:
            return any(network.num_addresses == 1 for network in networks)
        return bool(networks)

    def __bool__(self) -> bool:
        return bool(self.networks or self.hosts)


CLOSED = Allowance()
"""Nothing private is open: what holds unless an administrator says otherwise."""


def closed(address: Address) -> str | None:
    """Why an address is not on the public internet, in a few words; None where it is."""
    if address in _METADATA:
        return "a cloud's metadata service"
    if address.is_unspecified:
        return "the unspecified address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_loopback:
        return "a loopback address"
    if address.is_link_local:
        return "a link-local address"
    if any(address in network for network in _PRIVATE if network.version == address.version):
        return "a private address"
    if isinstance(address, IPv4Address):
        return "a reserved address" if any(address in each for each in _CLOSED_V4) else None
    if address not in _GLOBAL_V6 or any(address in each for each in _CLOSED_V6):
        return "an IPv6 address that is reserved or carries an IPv4 address"
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        return "an IPv6 address that carries an IPv4 address"
    return None


def checked_url(url: str, allowance: Allowance = CLOSED) -> str:
    """The URL as it may be asked for, its host in lower case and in ASCII, without fragment.

    Nothing is resolved here. What a reader and a resolver could read differently is refused rather than
    mended: user info, encoded hosts, numbers that are not a dotted quad, names that end in a dot.

    Raises:
        FetchError: of kind ``address``; the sentence says what is wrong with it.
    """
    match = _FORM.fullmatch(url.strip(" \t\r\n"))
    if not match or _UNSEEN.search(match[0]):
        raise refused(
            url, "it is not an address that begins with http:// or https:// and has no odd characters"
        )
    scheme, authority = match[1].lower(), match[2]
    if "@" in authority:
        raise refused(url, "it names a user before the host")
    if "%" in authority:
        raise refused(url, "its host is percent-encoded")
    host, port = _parted(url, authority)
    default = 443 if scheme == "https" else 80
    if (port or default) not in ORDINARY_PORTS and not allowance:
        raise refused(url, f"port {port} is not one that web sites use (80, 443, 8080, 8443)")
    host = _checked_host(url, host, allowance)
    rest = (match[3] or "").partition("#")[0]
    shown = host if port in {None, default} else f"{host}:{port}"
    try:
        made = httpx.URL(f"{scheme}://{shown}{rest if rest.startswith('/') else '/' + rest}")
    except httpx.InvalidURL:
        raise refused(url[:200], "it is not understood, or far too long") from None
    if made.raw_host.decode("ascii") != host.strip("[]"):
        raise refused(url, "its host can be read in two ways")
    return f"{scheme}://{shown}{made.raw_path.decode('ascii')}"  # "/." is written without any path by str()


def _parted(url: str, authority: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]+)(?::([0-9]{1,5}))?", authority)
    if not match:
        raise refused(url, "its host and port are not understood")
    port = int(match[2]) if match[2] else None
    if port is not None and not 0 < port < 65536:
        raise refused(url, f"there is no port {port}")
    return match[1], port


def _checked_host(url: str, host: str, allowance: Allowance) -> str:
    if host.startswith("["):
        try:
            address: Address = IPv6Address(host[1:-1])
        except ValueError:
            raise refused(url, "its IPv6 address is not understood") from None
        _refuse_closed(url, address, allowance)
        return f"[{address.compressed}]"
    lowered = host.lower()
    if unicodedata.normalize("NFKC", lowered) != lowered or re.search("[。．｡]", lowered):
        raise refused(url, "its host is written with look-alike characters")
    try:
        name = str(httpx.URL(f"http://{lowered}/").raw_host, "ascii")
    except httpx.InvalidURL:
        raise refused(url, "its host is not a valid name") from None
    if name in allowance.hosts:
        return name
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise refused(url, "its host is not a valid name")
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        try:
            address = IPv4Address(name)
        except ValueError:
            raise refused(url, "its host is a number that is not a plain IPv4 address") from None
        _refuse_closed(url, address, allowance)
        return name
    if (len(labels) == 1 or labels[-1] in _LOCAL_NAMES) and not allowance.networks:
        raise refused(url, "its host is a name of a private network")
    return name


def _refuse_closed(url: str, address: Address, allowance: Allowance) -> None:
    why = closed(address)
    if why and not allowance.opens(address):
        raise refused(url, f"{address} is {why}")


def refused(url: str, why: str) -> FetchError:
    """The error for an address that must not be fetched; ``why`` ends the sentence."""
    return FetchError(url, f"This address is refused: {why}.", kind="address")
