"""Feeds and sitemaps: every entry becomes an item or a named failure, and no bytes do harm."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.collect.discovery import customary_sitemaps, feeds_of, is_front, lists_archives
from index.collect.feeds import LONGEST, Listing, plain, read_listing
from index.errors import SourceError

FEEDS = Path(__file__).parents[3].parent / "shared" / "data" / "feeds"
BASE = "https://news.example/feed"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE rss SYSTEM "http://evil.example/rss.dtd">
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour &amp; Sea</title>
<item><title><![CDATA[ Ferry <b>stops</b> ]]></title><link>
  /ferry?utm_source=rss </link><pubDate>Tue, 04 Mar 2025 10:00:00 +0100</pubDate>
  <description>&lt;p&gt;No boats &amp;amp; no trains.&lt;/p&gt;</description>
  <guid isPermaLink="false">n-1</guid></item>
<item><title>By its guid</title><guid isPermaLink="true">https://news.example/b</guid></item>
<item><title>No address</title><description>x</description></item>
<item><title>Twice</title><link>https://news.example/b#top</link></item>
<item><title>Bad address</title><link>javascript:alert(1)</link></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.example/sub/"><title>A</title>
<link rel="self" href="https://news.example/atom"/><link rel="next" href="/atom?page=2"/>
<entry><title type="html">One &amp;amp; two</title><link rel="enclosure" href="https://news.example/x.mp3"/>
<link rel="alternate" href="https://news.example/one"/><id>tag:news.example,2025:1</id>
<published>2025-03-04T10:00:00Z</published><updated>2025-03-05T11:00:00+01:00</updated><summary>S</summary></entry>
</feed>"""

SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://news.example/a</loc><lastmod>2025-03-05</lastmod><n:news><n:publication><n:name>N</n:name>
<n:language>en</n:language></n:publication><n:publication_date>2025-03-04T10:00:00Z</n:publication_date>
<n:title>Ferry stops</n:title></n:news><image:image><image:loc>https://news.example/i.png</image:loc></image:image></url>
<url><loc>/relative</loc></url><url><lastmod>2025-01-01</lastmod></url></urlset>"""


def read(document: str | bytes) -> Listing:
    content = document.encode() if isinstance(document, str) else document
    listing = read_listing(content, url=BASE)
    assert listing is not None
    return listing


def test_rss_gives_items_and_says_what_is_wrong_with_the_rest() -> None:
    listing = read(RSS)
    assert (listing.kind, listing.title) == ("rss", "Harbour & Sea")
    first, second = listing.items
    assert (first.url, first.title, first.id) == ("https://news.example/ferry", "Ferry stops", "n-1")
    assert first.published is not None
    assert first.published.at == datetime(2025, 3, 4, 9, tzinfo=UTC)
    assert first.summary == "No boats & no trains."
    assert (second.url, second.published) == ("https://news.example/b", None)
    assert listing.repeated == ("https://news.example/b",)
    assert [failure.reason for failure in listing.failures] == [
        "The entry 'No address' has no link to a page.",
        "The entry 'Bad address' has no link to a page.",
    ]


def test_atom_tells_published_from_updated_and_names_the_next_page() -> None:
    listing = read(ATOM)
    (item,) = listing.items
    assert (listing.kind, listing.next) == ("atom", "https://news.example/atom?page=2")
    assert (item.url, item.title) == ("https://news.example/one", "One & two")
    assert item.published is not None
    assert item.modified is not None
    assert item.published.day == date(2025, 3, 4)
    assert item.modified.at == datetime(2025, 3, 5, 10, tzinfo=UTC)


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "J",
        "next_url": "/feed?p=2",
        "items": [
            {
                "id": 7,
                "url": "/a",
                "title": "T",
                "date_published": "2025-03-04T10:00:00Z",
                "content_text": "words",
            },
            {"id": "https://news.example/b"},
            {"id": "c"},
            "d",
        ],
    }
    listing = read(json.dumps(feed))
    assert [item.url for item in listing.items] == ["https://news.example/a", "https://news.example/b"]
    assert (listing.items[0].id, listing.items[0].summary) == ("7", "words")
    assert (listing.next, len(listing.failures)) == ("https://news.example/feed?p=2", 2)


def test_sitemap_with_news_and_pictures() -> None:
    for document in (SITEMAP.encode(), gzip.compress(SITEMAP.encode())):
        listing = read(document)
        (item,) = listing.items
        assert (listing.kind, item.url, item.title) == ("sitemap", "https://news.example/a", "Ferry stops")
        assert item.published is not None
        assert item.modified is not None
        assert (item.published.day, item.modified.day) == (date(2025, 3, 4), date(2025, 3, 5))
        assert len(listing.failures) == 2


def test_sitemap_index_names_lists() -> None:
    listing = read(
        "<sitemapindex><sitemap><loc>https://news.example/s1.xml.gz</loc><lastmod>2025-03-05</lastmod></sitemap>"
        "<sitemap><loc>https://news.example/s2.xml</loc></sitemap></sitemapindex>"
    )
    assert (listing.kind, listing.items) == ("index", ())
    assert [each.url for each in listing.lists] == [
        "https://news.example/s1.xml.gz",
        "https://news.example/s2.xml",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_feeds_in_other_encodings(encoding: str) -> None:
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?><rss><channel><title>Fähre</title></channel></rss>'
    )
    assert read(document.encode(encoding)).title == "Fähre"


def test_a_wrong_encoding_in_the_prolog_does_not_matter() -> None:
    document = '<?xml version="1.0" encoding="utf-16"?><rss><channel><title>Fähre</title></channel></rss>'
    assert read(document.encode()).title == "Fähre"


def test_old_feeds_with_named_entities_are_read() -> None:
    document = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.example/rss.dtd">'
        '<rss version="0.91"><channel><title>a&nbsp;b &eacute;</title><item><link>https://news.example/x</link>'
        "<title>c&mdash;d</title></item></channel></rss>"
    )
    listing = read(document)
    assert listing.title == "a b é"
    assert listing.items[0].title == "c—d"


@pytest.mark.parametrize(
    "content",
    [b"", b"  ", b"<html><body><rss>", b"<!-- <rss> --><!doctype html><p>", b"%PDF-1.7 <rss>", b"plain",
     b"{}", b'{"items": []}', b'{"text": "words"}', b"[" * 100_000, b'{"a":' * 100_000, b"\x00\xff" * 100],
)  # fmt: skip
def test_what_is_no_list_is_none(content: bytes) -> None:
    assert read_listing(content, url=BASE) is None


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
)
BOMBS: dict[str, str | bytes] = {
    "billion laughs": LAUGHS + "]><rss><channel><title>&j;</title></channel></rss>",
    "billion laughs in a sitemap": LAUGHS + "]><urlset><url><loc>&j;</loc></url></urlset>",
    "a file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><title>&a;</title>',
    "parameter entities": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1/"> %a;]><feed><title>x',
    "one large entity": f'<!DOCTYPE x [<!ENTITY a "{"a" * 9000}">]><rss><title>{"&a;" * 9000}',
    "utf-16": (LAUGHS + "]><rss><channel><title>&j;</title></channel></rss>").encode("utf-16"),
    "lower case": LAUGHS.replace("ENTITY", "entity") + "]><rss><channel><title>&j;</title></channel></rss>",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_list_with_its_own_entities_is_refused(name: str) -> None:
    bomb = BOMBS[name]
    with pytest.raises(SourceError, match="entities"):
        read_listing(bomb if isinstance(bomb, bytes) else bomb.encode(), url=BASE)


def test_a_gzip_bomb_is_refused() -> None:
    with pytest.raises(SourceError, match="compressed"):
        read_listing(gzip.compress(b"<urlset>" + b" " * 60_000_000), url=BASE)


HEAVY = {
    "deep": "<rss><channel>" + "<a>" * 100_000,
    "deep and closed": "<rss><channel>" + ("<a>" * 190 + "</a>" * 190) * 200,
    "long tags": "<rss><channel>" + ("<a " + " ".join(f'a{n}="b"' for n in range(700)) + "/>") * 50,
    "attributes without end": "<rss><channel><item " + 'a="b" ' * 100_000,
    "deep sitemap": "<urlset>" + "<url>" * 100_000,
    "deep markup": "<rss><channel><item><description>" + "&lt;div&gt;" * 80_000,
    "many attributes": "<rss><channel><item " + " ".join(f'a{n}="b"' for n in range(50_000)) + "/>",
    "open tags": "<rss" + "<" * 100_000,
    "open comment": "<rss>" + "<!--" * 80_000,
    "many comments": "<!--" * 20_000 + "<rss/>",
    "references": "<rss><channel><title>" + "&amp;" * 150_000 + "</title></channel></rss>",
    "open references": "<rss><channel><title>" + "&" * 150_000,
    "quotes": "<rss a='" + "=\"" * 80_000,
    "namespaces": "<rss " + " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(20_000)) + "><channel/></rss>",
}  # fmt: skip


ITEM = (
    "<item><title>A ferry</title><link>https://news.example/a</link>"
    "<pubDate>Tue, 04 Mar 2025 10:00:00 GMT</pubDate></item>"
)


@pytest.mark.parametrize("name", HEAVY)
def test_no_list_costs_more_than_it_weighs(name: str) -> None:
    heavy = HEAVY[name]
    honest = "<rss><channel>" + ITEM * (len(heavy) // len(ITEM) + 1) + "</channel></rss>"
    began = process_time()
    read(honest)
    between = process_time()
    try:
        listing = read_listing(heavy.encode(), url=BASE)
    except SourceError as exc:
        assert exc.reason.endswith(".")  # noqa: PT017 - refusing is as good
    else:
        assert listing is None or len(listing.items) <= 1
    assert process_time() - between < 5 * (between - began) + 0.5


def test_a_sitemap_is_read_up_to_what_one_may_hold() -> None:
    entries = "".join(f"<url><loc>https://news.example/{n}</loc></url>" for n in range(LONGEST + 5))
    listing = read(f"<urlset>{entries}</urlset>")
    assert len(listing.items) == LONGEST
    assert [failure.reason for failure in listing.failures] == [
        f"It lists more than {LONGEST:,} entries; the rest is not read."
    ]


@given(
    st.one_of(st.binary(), st.text().map(str.encode)),
    st.sampled_from(["", "<rss>", "<feed>", "<urlset>", "{"]),
)
def test_any_bytes_are_a_list_or_none_or_refused(content: bytes, start: str) -> None:
    try:
        listing = read_listing(start.encode() + content, url=BASE)
    except SourceError as exc:
        assert exc.source == BASE  # noqa: PT017 - any of the three is right
    else:
        assert listing is None or isinstance(listing, Listing)


@given(st.integers(0, len(RSS)), st.binary(max_size=4))
def test_a_damaged_feed_is_read_or_refused(at: int, damage: bytes) -> None:
    document = RSS.encode()
    try:
        listing = read_listing(document[:at] + damage + document[at + len(damage) :], url=BASE)
    except SourceError as exc:
        assert exc.reason.endswith(".")  # noqa: PT017 - either is right
    else:
        assert listing is None or all(item.url.startswith("http") for item in listing.items)


@pytest.mark.skipif(not FEEDS.is_dir(), reason="../shared/data/feeds is missing")
@pytest.mark.parametrize(
    ("name", "entries"),
    [("bbc_2024-08-08.xml", 54), ("bbc_world_2017-01-20.xml", 3), ("bbc_world_2019-02-24.xml", 33),
     ("cnn_2024.xml", 69), ("nytimes_2024.xml", 60)],
)  # fmt: skip
def test_every_entry_of_a_real_feed_is_an_item_or_has_a_reason(name: str, entries: int) -> None:
    content = (FEEDS / name).read_bytes()
    assert content.count(b"<item") == entries
    listing = read(content)
    assert len(listing.items) + len(listing.repeated) == entries
    assert listing.failures == ()
    assert all(item.title and item.id and "utm_" not in item.url for item in listing.items)
    dated = sum(item.published is not None for item in listing.items)
    assert dated == (content.count(b"<pubDate>") - 1 if name == "cnn_2024.xml" else len(listing.items))


def test_markup_is_taken_out_of_titles() -> None:
    assert plain("<b>A</b>&amp;<script>x</script> b<!-- c -->") in {"A& b", "A&x b"}
    assert plain("a < b") == "a < b"
    assert plain("") is None


PAGE = b"""<html><head><base href="https://news.example/de/">
<link rel="alternate" type="application/rss+xml" title="All" href="feed.xml">
<link rel="alternate" type="application/rss+xml" title="Comments Feed" href="/comments/feed/">
<link rel="alternate" type="text/html" hreflang="en" href="/en/"><link rel="stylesheet" href="a.css">
</head><body><a href="/world/rss">World</a><a href="https://other.example/feed">Elsewhere</a>
<a href="/about">A</a>"""


def test_a_page_tells_its_feeds() -> None:
    assert feeds_of(PAGE, url="https://news.example/") == (
        "https://news.example/de/feed.xml",
        "https://news.example/world/rss",
    )


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"\x00",
        b"<",
        b"<a href=",
        b'<a href="http://[">',
        "<a href=\ud800>".encode("utf-8", "surrogatepass"),
    ],
)
def test_a_broken_page_tells_no_feeds(page: bytes) -> None:
    assert feeds_of(page, url="https://news.example/") == ()


def test_front_pages_are_told_from_articles() -> None:
    assert is_front("https://news.example")
    assert is_front("https://news.example/index.html")
    assert not is_front("https://news.example/2025/ferry-stops")
    assert customary_sitemaps("https://news.example/a/b")[0] == "https://news.example/sitemap.xml"


@pytest.mark.parametrize(
    ("name", "archives"),
    [
        ("/wp-sitemap-users-1.xml", True),
        ("/wp-sitemap-taxonomies-category-1.xml", True),
        ("/post_tag-sitemap.xml", True),
        ("/category-sitemap2.xml", True),
        ("/author-sitemap.xml", True),
        ("/wp-sitemap-posts-post-1.xml", False),
        ("/post-sitemap.xml", False),
        ("/news/authorities-sitemap.xml", False),
        ("/sitemap-tagesschau.xml", False),
        ("/sitemap_2025_05.xml.gz", False),
    ],
)
def test_sitemaps_of_categories_and_people_are_told_by_their_names(name: str, archives: bool) -> None:
    assert lists_archives(f"https://harbour.example{name}") is archives
