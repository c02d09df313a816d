import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.extract.urls import canonical_url, same_site, site_of


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Example.ORG:80/A/b", "http://example.org/A/b"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a?utm_source=x&utm_medium=y", "https://example.org/a"),
        ("https://example.org/a?b=2&fbclid=z&a=1", "https://example.org/a?b=2&a=1"),
        ("https://example.org/a?gclid=z#part", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("https://example.org/%7ea%2fb%c3%a4", "https://example.org/~a%2Fb%C3%A4"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("ftp://example.org/a", None),
        ("mailto:ann@example.org", None),
        ("https:///a", None),
        ("https://exa mple.org/", None),
        ("https://example.org:99999/", None),
        ("not an address", None),
        ("", None),
    ],
)
def test_an_address_has_one_form(url: str, canonical: str | None) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "query",
    [
        "cid=4711",
        "share=8842",
        "partner=12",
        "cmp=depot-opens",
        "pk_id=9",
        "at_id=3",
        "ns_article=5",
        "id=1&cid=2",
    ],
)
def test_parameters_that_may_tell_articles_apart_stay(query: str) -> None:
    assert canonical_url(f"https://example.org/a?{query}") == f"https://example.org/a?{query}"


@pytest.mark.parametrize(
    "query", ["cid=rss", "share=facebook", "partner=rss", "cmp=newsletter", "pk_campaign=7", "at_custom1=x"]
)
def test_ways_of_sharing_are_dropped(query: str) -> None:
    assert canonical_url(f"https://example.org/a?{query}") == "https://example.org/a"


def test_a_relative_address_is_resolved() -> None:
    assert canonical_url("../b?x=1", base="https://example.org/a/c") == "https://example.org/b?x=1"


@given(
    st.text()
    | st.from_regex(r"https?://[a-z.]{1,20}(:\d{1,6})?/[ -~äß%]{0,40}(\?[ -~]{0,40})?", fullmatch=True)
)
def test_the_canonical_form_is_stable(url: str) -> None:
    canonical = canonical_url(url)
    assert canonical is None or canonical_url(canonical) == canonical


def test_sites_are_named_without_www_and_compared_with_their_parts() -> None:
    assert site_of("https://www.example.org/a") == "example.org"
    assert same_site("https://m.example.org/", "https://www.example.org/")
    assert same_site("https://news.example.org/", "https://example.org/")
    assert not same_site("https://example.org/", "https://example.net/")
    assert not same_site("https://badexample.org/", "https://example.org/")
