"""One address for one article, however it was shared: canonical URLs.

Scheme and host are lower-cased, the default port, the fragment and tracking parameters are dropped, percent
escapes are written in one way (RFC 3986, section 6.2.2). Path and the order of the other parameters stay as
they are, for a server may mind them.
"""

import re
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = re.compile(
    r"(?:utm_|mtm_|hsa_|vero_|oly_|_hs|trk_).*|pk_(?:campaign|kwd|keyword|source|medium|content|cid|group|"
    r"placement)|at_(?:medium|campaign|custom\d|link_.*|bbc_.*|ptr_name|format)|ns_(?:campaign|mchannel|"
    r"source|linkname|fee)|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|"
    r"mc_cid|mc_eid|mkt_tok|_ga|_gl|s_cid|cmpid|ocid|ncid|smid|smtyp|ito|ref_src|ref_url|xtor|wt_mc|"
    r"wt\.mc_id|spm|__twitter_impression|guccounter|guce_referrer|guce_referrer_sig|sharetype|taid",
    re.IGNORECASE,
)
_WAYS = re.compile(
    r"(?:cid|cmp|partner|share)=(?:rss|feed|rss[_-]?feed|atom|e?mail|newsletter|social|twitter|x|facebook|"
    r"linkedin|reddit|tumblr|pinterest|pocket|telegram|whatsapp|jetpack-whatsapp|mastodon|bluesky|print|"
    r"yahoo|msn|google|googlenews|flipboard|smartnews|apple[_-]?news)",
    re.IGNORECASE,
)
"""Names that track on some sites and tell articles apart on others: dropped with a way of sharing alone."""
_UNRESERVED = re.compile(r"%([0-9A-Fa-f]{2})")
_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?|\[[0-9a-f:.]+\]"
)
_LONGEST = 2048


def canonical_url(url: str, *, base: str | None = None) -> str | None:
    """The address under which an article is known, or None where ``url`` is no web address.

    ``base`` resolves a relative ``url``. User names and passwords are dropped with what is tracked.

    >>> canonical_url("HTTPS://Example.org:443/a?utm_source=x&id=7#top")
    'https://example.org/a?id=7'
    """
    try:
        split = urlsplit(urljoin(base, url.strip()) if base else url.strip())
        port = split.port
    except ValueError:
        return None
    host = _ascii_host(split)
    scheme = split.scheme.lower()
    if scheme not in _DEFAULT_PORTS or host is None:
        return None
    netloc = host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    path = _escapes(split.path) or "/"
    query = "&".join(part for part in split.query.split("&") if part and not _tracks(part))
    canonical = urlunsplit((scheme, netloc, path, _escapes(query), ""))
    return canonical if len(canonical) <= _LONGEST else None


def site_of(url: str | None) -> str | None:
    """The host without ``www.``: what to call a publisher of whom only the address is known."""
    if url is None:
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return re.sub(r"^(?:www\d?|m|amp)\.(?=.+\..)", "", host) if host else None


def same_site(first: str, second: str) -> bool:
    """Whether one host is the other or a part of it: ``m.example.org`` may speak for ``example.org``."""
    a, b = site_of(first), site_of(second)
    return a is not None and b is not None and (a == b or a.endswith("." + b) or b.endswith("." + a))


def _ascii_host(split: SplitResult) -> str | None:
    host = split.hostname
    if not host:
        return None
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    ascii_host = f"[{ascii_host}]" if ":" in ascii_host else ascii_host.rstrip(".")
    return ascii_host if _HOST.fullmatch(ascii_host) else None


def _tracks(parameter: str) -> bool:
    name = unquote(parameter.partition("=")[0])
    return _TRACKING.fullmatch(name) is not None or _WAYS.fullmatch(unquote(parameter)) is not None


def _escapes(part: str) -> str:
    """Escapes in upper case, none where none is needed, and none missing."""

    def plain(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        unreserved = character.isascii() and (character.isalnum() or character in "-._~")
        return character if unreserved else match[0].upper()

    return quote(_UNRESERVED.sub(plain, part), safe="%/:=&?~#+!$,;'@()*[]", errors="ignore")
