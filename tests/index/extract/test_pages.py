import json
from datetime import UTC, date, datetime

import pytest

from index.article import Article, Failure
from index.extract import read_bytes
from index.extract.titles import choose_title, without_site

PARAGRAPHS = [
    (
        "The minister said on Monday that the depot would be finished by autumn, and that the road to "
        "it would be "
        "widened before the first snow, whatever the contractors might think of it."
    ),
    (
        "Officials in the region had asked for both for years, according to two people who attended "
        "the meeting, "
        "but the money was never found until the neighbours began to build depots of their own."
    ),
    (
        "“We shall finish this depot before the first snow, and not a day later,” said Ingrid Solheim, "
        "who leads "
        "the works, and she added that a second contractor would join in the spring."
    ),
]
TABLE = (
    "<table><caption>Vehicles in the two depots</caption><tr><th>Depot</th><th>Vehicles</th></tr>"
    "<tr><td>Narvik</td><td>300</td></tr><tr><td>Bodø</td><td>120</td></tr></table>"
)
LINKED = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "Fjord News"},
        {
            "@type": "NewsArticle",
            "headline": "Depot in Narvik to open in autumn",
            "datePublished": "2025-06-25T20:30:00+02:00",
            "dateModified": "2025-06-27T08:00:00Z",
            "author": [{"@type": "Person", "@id": "#ann"}, {"@type": "Person", "name": "Bob Jones"}],
            "publisher": {"@type": "Organization", "name": "Fjord News"},
        },
        {"@type": "Person", "@id": "#ann", "name": "Ann Smith"},
    ],
}


def page(
    *, head: str = "", body: str | None = None, heading: str = "Depot in Narvik to open in autumn"
) -> bytes:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    article = body if body is not None else f"<article><h1>{heading}</h1>{paragraphs}{TABLE}</article>"
    menu = (
        "<nav><a href='/'>Home</a><a href='/world'>World</a><a href='/login'>Log in to your account</a></nav>"
    )
    related = "<aside class='related'><h3>Related</h3><a href='/x'>Ferry company sells two ships</a></aside>"
    footer = (
        "<footer><p>We use cookies to make this site better for you.</p><p>© 2025 Fjord News</p></footer>"
    )
    return (
        f"<!DOCTYPE html><html lang='en-GB'><head><meta charset='utf-8'>{head}</head>"
        f"<body>{menu}{article}{related}{footer}</body></html>"
    ).encode()


def read(content: bytes, *, url: str | None = "https://www.fjord.example/2025/depot") -> Article | Failure:
    (found,) = read_bytes(content, source=url or "page.html", media_type="text/html", url=url)
    return found


def article(content: bytes, *, url: str | None = "https://www.fjord.example/2025/depot") -> Article:
    found = read(content, url=url)
    assert isinstance(found, Article), found
    return found


def test_the_text_is_the_article_without_the_page_around_it() -> None:
    text = article(page()).text
    assert all(paragraph in text for paragraph in PARAGRAPHS)
    assert not any(word in text for word in ("Home", "Log in", "cookies", "Ferry", "©"))
    assert "Depot in Narvik to open" not in text


def test_tables_keep_caption_header_and_rows() -> None:
    assert (
        "Vehicles in the two depots\nDepot | Vehicles\n---|---\nNarvik | 300\nBodø | 120"
        in article(page()).text
    )


def test_linked_data_give_the_fields() -> None:
    found = article(page(head=f'<script type="application/ld+json">{json.dumps(LINKED)}</script>'))
    assert found.title == "Depot in Narvik to open in autumn"
    assert found.authors == ("Ann Smith", "Bob Jones")
    assert (found.publisher, found.language) == ("Fjord News", "en")
    assert found.published == date(2025, 6, 25)
    assert found.published_at == datetime(2025, 6, 25, 18, 30, tzinfo=UTC)
    assert found.modified == datetime(2025, 6, 27, 8, tzinfo=UTC)
    assert (found.date_source, found.date_evidence) == (
        "metadata",
        "datePublished: 2025-06-25T20:30:00+02:00",
    )


def test_a_page_that_says_nothing_of_itself_has_no_date_and_is_named_by_its_host() -> None:
    found = article(page())
    assert (found.published, found.date_source, found.publisher) == (None, None, "fjord.example")


def test_a_date_in_the_text_or_of_an_update_is_not_the_date_of_publication() -> None:
    body = "<article><h1>Depot in Narvik to open in autumn</h1><p>Updated 27 June 2025</p>" + "".join(
        f"<p>{paragraph} It was begun on 3 March 2024.</p>" for paragraph in PARAGRAPHS
    )
    assert article(page(body=body + "</article>")).published is None


@pytest.mark.parametrize(
    ("line", "modified", "published"),
    [
        ("20 June 2025", "2025-06-20", date(2025, 6, 20)),  # written anew and issued under a new date
        ("20 June 2025", "2025-07-01", date(2024, 3, 3)),  # a date that nothing confirms
        ("Updated 20 June 2025", "2025-06-20", date(2024, 3, 3)),
        ("5 March 2024", "2024-03-05", date(2024, 3, 3)),  # corrected within days
    ],
)
def test_the_first_publication_counts_unless_the_page_was_issued_anew(
    line: str, modified: str, published: date
) -> None:
    linked = {
        "@type": "NewsArticle",
        "headline": "A depot",
        "datePublished": "2024-03-03",
        "dateModified": modified,
    }
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    found = article(
        page(
            head=f'<script type="application/ld+json">{json.dumps(linked)}</script>',
            body=f"<article><h1>A depot</h1><div>{line}</div>{paragraphs}</article>",
        )
    )
    assert found.published == published


def test_a_line_below_the_headline_and_the_address_give_a_date() -> None:
    body = "<h1>Depot in Narvik to open in autumn</h1><div>By Ann Smith</div><div>25 June 2025</div>"
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    below = article(page(body=f"<article>{body}{paragraphs}</article>"))
    assert (below.published, below.date_source) == (date(2025, 6, 25), "byline")
    by_address = article(page(), url="https://www.fjord.example/2025/06/25/depot")
    assert (by_address.published, by_address.date_source) == (date(2025, 6, 25), "url")


def test_the_canonical_address_is_the_identity() -> None:
    head = "<link rel='canonical' href='https://www.fjord.example/depot?utm_source=x'>"
    found = article(page(head=head), url="https://m.fjord.example/depot?ref=7")
    assert found.identity != found.source
    assert article(page(head=head), url="https://fjord.example/depot?fbclid=7").identity == (
        "https://www.fjord.example/depot"
    )


@pytest.mark.parametrize(
    "canonical", ["https://other.example/depot", "https://www.fjord.example/", "javascript:x"]
)
def test_an_address_elsewhere_or_of_the_start_page_is_not_believed(canonical: str) -> None:
    found = article(page(head=f"<link rel='canonical' href='{canonical}'>"))
    assert found.identity == found.url == "https://www.fjord.example/2025/depot"


def test_a_saved_page_is_known_by_the_address_it_gives() -> None:
    found = article(page(head="<link rel='canonical' href='https://fjord.example/depot'>"), url=None)
    assert found.identity == "https://fjord.example/depot"
    assert article(page(), url=None).identity == "page.html"


def test_pages_in_other_encodings_are_read_by_what_they_declare() -> None:
    content = page().replace(b"charset='utf-8'", b"charset='windows-1252'").decode().replace("ø", "ø")
    assert "Bodø | 120" in article(content.encode("cp1252", "replace")).text


def test_paragraphs_in_boxes_between_others_are_not_lost() -> None:
    box = (
        "<div class='box-7'><div><span>“The road comes first,” she said, “and everything else has to "
        "wait.”</span></div></div>"
    )
    paragraphs = [f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS * 2]
    body = f"<article><h1>A depot</h1>{paragraphs[0]}{paragraphs[1]}{box}{paragraphs[2]}</article>"
    assert "“The road comes first,” she said" in article(page(body=body)).text


def test_a_paragraph_that_the_page_shows_twice_is_kept_once() -> None:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in [*PARAGRAPHS, PARAGRAPHS[0]])
    text = article(page(body=f"<article><h1>A depot</h1>{paragraphs}</article>")).text
    assert text.count(PARAGRAPHS[0]) == 1


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (
            (
                "<h1>Page not found</h1><p>The page you requested could not be found. Try our search "
                "instead.</p>"
            ),
            "no longer",
        ),
        (
            "<h1>Sorry</h1><p>This article is no longer available. It was removed by its publisher.</p>",
            "no longer",
        ),
        (
            (
                f"<h1>A depot</h1><p>{PARAGRAPHS[0]}</p><p>Subscribe to continue reading. Already a "
                f"subscriber? Log in</p>"
            ),
            "subscribers",
        ),
        (
            (
                "<h1>We value your privacy</h1><p>We and our 812 partners use cookies. Accept all or "
                "manage cookies.</p>"
            ),
            "consent",
        ),
        (
            (
                "<h1>One moment</h1><p>Checking your browser. Please verify you are a human to go on to "
                "the site.</p>"
            ),
            "robots",
        ),
        (
            "<ul><li><a href='/a'>A depot opens</a></li><li><a href='/b'>A ship is sold</a></li></ul>",
            "without an article",
        ),
        ("", "without an article"),
    ],
)
def test_what_stands_in_an_articles_place_is_named_and_not_taken(body: str, word: str) -> None:
    found = read(page(body=f"<div>{body}</div>"))
    assert isinstance(found, Failure)
    assert word in found.reason


def test_an_article_about_cookies_and_subscribers_is_an_article() -> None:
    extra = (
        "<p>The operator said that we use cookies to log who enters, and that subscribers may "
        "subscribe to read this.</p>"
    )
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS * 3)
    body = f"<article><h1>A depot</h1>{extra}{paragraphs.replace('Monday', 'Friday', 1)}</article>"
    assert "cookies" in article(page(body=body)).text


def test_the_heading_that_the_metadata_confirm_is_the_title() -> None:
    title = choose_title(
        headings=["Fjord News", "Depot opens in autumn", "Follow us"],
        named=["Depot opens in autumn | Fjord News"],
        page_title="Depot opens in autumn | Fjord News",
        sites=["Fjord News"],
        url="https://fjordnews.example/a",
    )
    assert title == "Depot opens in autumn"


def test_without_a_heading_the_site_is_cut_from_the_metadata() -> None:
    title = choose_title(
        headings=[],
        named=["Depot opens - and a road, too - Fjord News"],
        page_title=None,
        sites=[],
        url="https://fjordnews.example/a",
    )
    assert title == "Depot opens - and a road, too"


def test_a_part_after_a_separator_that_is_no_site_stays() -> None:
    assert without_site("Depot opens | Opinion", url="https://fjord.example/a") == "Depot opens | Opinion"
    assert without_site("Fjord | Depot opens", url="https://fjord.example/a") == "Depot opens"
