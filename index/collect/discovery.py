"""Where a site lists its articles: the feeds and sitemaps that a page, robots.txt or custom point to."""

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from index.extract.urls import canonical_url, same_site

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_FEED_ENDINGS = (
    "/feed",
    "/feed/",
    "/rss",
    "/rss/",
    "/atom",
    ".rss",
    ".atom",
    "rss.xml",
    "feed.xml",
    "atom.xml",
    "feed.json",
)
_CUSTOM = ("/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/rss", "/index.xml", "/feed.json")
_CUSTOM_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/news-sitemap.xml")
_ARCHIVES = r"(?:taxonom(?:y|ies)|categor(?:y|ies)|(?:post[_-]?)?tags?|authors?|users?)"
_OF_ARCHIVES = re.compile(
    rf"(?:^|[/_-]){_ARCHIVES}[_-]sitemap|sitemaps?[_-]{_ARCHIVES}(?![a-z])", re.IGNORECASE
)
_MOST = 10


def lists_archives(sitemap: str) -> bool:
    """Whether a sitemap's name says that it lists pages of categories, tags or authors, and so no articles.

    WordPress and its plugins name them so: ``wp-sitemap-users-1.xml``, ``post_tag-sitemap.xml``.
    """
    return _OF_ARCHIVES.search(urlsplit(sitemap).path) is not None


def feeds_of(page: bytes, *, url: str) -> tuple[str, ...]:
    """The feeds that a page points to, the announced ones first; not those of its readers' comments.

    Links count where they stay on the page's site and end as feeds' addresses do.
    """
    try:
        tree = html.fromstring(page[:2_000_000])
    except (etree.LxmlError, ValueError):
        return ()
    base = tree.find(".//base")
    root = urljoin(url, base.get("href") or "") if base is not None else url
    announced = [
        link.get("href")
        for link in tree.iter("link")
        if "alternate" in (link.get("rel") or "").lower().split()
        and (link.get("type") or "").partition(";")[0].strip().lower() in _FEED_TYPES
        and "comment" not in (link.get("title") or "").lower()
    ]
    linked = [
        link.get("href")
        for link in tree.iter("a")
        if (link.get("href") or "").partition("?")[0].lower().endswith(_FEED_ENDINGS)
    ]
    found = _absolute(announced, root)
    found += [address for address in _absolute(linked, root) if same_site(address, url)]
    return tuple(dict.fromkeys(address for address in found if "/comments/" not in address))[:_MOST]


def customary_feeds(url: str) -> tuple[str, ...]:
    """Where feeds usually are, for a site that announces none."""
    return tuple(urljoin(url, path) for path in _CUSTOM)


def customary_sitemaps(url: str) -> tuple[str, ...]:
    """Where sitemaps usually are, for a site whose robots.txt names none."""
    return tuple(urljoin(url, path) for path in _CUSTOM_SITEMAPS)


def is_front(url: str) -> bool:
    """Whether the address is a site's front page, which is no article whatever it holds."""
    parts = urlsplit(url)
    return parts.path.strip("/") in {"", "index.html", "index.htm", "index.php", "home"} and not parts.query


def _absolute(links: Iterable[str | None], base: str) -> list[str]:
    return [address for link in links if link and (address := canonical_url(link, base=base))]
