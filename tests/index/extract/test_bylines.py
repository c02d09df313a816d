"""Who wrote a page, in the many ways in which pages say it."""

import pytest

from index.article import Article
from index.extract import read_bytes

TEXT = " ".join(
    f"On the {n}th day the ferry took {n * 7} people across the sound before the wind rose again."
    for n in range(4, 12)
)


def authors(byline: str, *, head: str = "") -> tuple[str, ...]:
    """What is read from a page with this byline above its text, or these elements in its head."""
    page = (
        f"<html><head><title>A ferry in the wind</title>{head}</head><body><h1>A ferry in the wind</h1>"
        f"<div>{byline}</div><article><p>{TEXT}</p></article></body></html>"
    )
    (found,) = read_bytes(page.encode(), source="a.html", name="a.html")
    assert isinstance(found, Article)
    return found.authors


@pytest.mark.parametrize(
    "byline",
    [
        '<a rel="author" href="/u/7">Ann Smith</a>',
        '<span class="byline">By Ann Smith</span>',
        '<p class="author-by-line-text"><b>By</b> Ann Smith</p>',
        '<span class="dateBlock_authorName__N6j3Y">Ann Smith</span>',
        '<div class="text__author">Ann Smith</div>',
        '<span itemprop="author">Ann Smith</span>',
        '<div>Written by <a href="/x">Ann Smith</a></div>',
        "<p>Written by</p><p>Ann Smith</p>",
        '<a href="/authors/ann-smith">Ann Smith</a>',
        '<div class="comment-author">Carl Young</div><span class="post-author">Ann Smith</span>',
        '<span class="author">Ann Smith</span><a href="/authors/bob">Bob Jones</a>',
        '<a rel="author" href="/u/7">Ann Smith</a><a rel="author" href="/u/8">Bob Jones</a>',
    ],
)
def test_a_byline_is_found_where_it_is_marked(byline: str) -> None:
    assert authors(byline) == ("Ann Smith",)


@pytest.mark.parametrize(
    "byline",
    [
        "<ul><li>By Use Case<ul><li>Harbour Masters</li></ul></li></ul>",
        '<div class="comment-author">Carl Young</div>',
        '<span class="author">admin2</span>',
        '<a href="/tags/ann-smith">Ann Smith</a>',
        '<span class="authority">Port Authority</span>',
    ],
)
def test_other_names_of_a_page_are_no_byline(byline: str) -> None:
    assert authors(byline) == ()


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="author" content="Ann Smith">',
        '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Ann Smith">',
        '<script type="application/ld+json">{"@type": "Article", "author": {"name": ["Ann Smith"]}}</script>',
        '<meta property="og:site_name" content="Ann Smith"><meta name="author" content="Ann Smith">',
    ],
)
def test_the_head_of_a_page_names_them(head: str) -> None:
    assert authors("", head=head) == ("Ann Smith",)


def test_a_person_comes_before_the_site() -> None:
    head = '<meta property="og:site_name" content="Fjord News"><meta name="author" content="Fjord News">'
    assert authors('<span class="author">Ann Smith</span>', head=head) == ("Ann Smith",)
    assert authors("", head=head) == ("Fjord News",)
    assert authors("", head='<meta name="author" content="The Author">') == ()
