from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.tables import tables_in
from retrieval.answer import Citation
from retrieval.cite import Citer, ReadingRoom, text_fragment
from retrieval.select import Selection
from tests.retrieval.building import article, quote

TEXT = "The depot opened in May 🚒. “It holds 300 vehicles,” Colonel Ida Holm said. Rain fell."
SAID = "“It holds 300 vehicles,” Colonel Ida Holm said."
TABLE = "Spending\nAlly | 2024 |\n---|---|\nNorway | 2.2 |"


def cited(
    text: str,
    part: str,
    *,
    url: str | None = None,
    reading_room: ReadingRoom | None = None,
    pages: tuple[int, ...] = (),
) -> Citation:
    start = text.index(part)
    tables = tables_in(text)
    one = quote(text, span=(start, start + len(part)), table=tables[0] if tables else None)
    stored = article("a", url=url, title="A depot", external_id="17", page_starts=pages)
    found = Citer(reading_room).citations(Selection([one], {0: ("Harbour Times",)}), {"a": (stored, text)})
    assert len(found) == 1
    return found[0]


def test_a_citation_holds_quote_passage_speaker_and_article() -> None:
    citation = cited(TEXT, SAID)
    assert citation.quote == TEXT[citation.start : citation.end] == SAID
    assert citation.passage == TEXT
    assert (citation.n, citation.also) == (1, ("Harbour Times",))
    assert (citation.speaker, citation.speech) == ("Ida Holm", "direct")
    assert (citation.article.title, citation.article.external_id) == ("A depot", "17")


def test_a_row_of_a_table_is_its_own_passage_with_its_headers_in_words() -> None:
    citation = cited(TABLE, "Norway | 2.2 |")
    assert citation.quote == citation.passage == "Norway | 2.2 |"
    assert citation.context == "Spending: Ally: Norway; 2024: 2.2"
    assert citation.speaker is None


def test_the_link_leads_to_the_words_on_the_page() -> None:
    link = cited(TEXT, "Rain fell.", url="https://paper.example/a#comments").article.link
    assert link == "https://paper.example/a#:~:text=Rain%20fell."


def test_what_has_pages_is_cited_by_the_page_and_linked_to_it() -> None:
    pages = (0, TEXT.index("Rain"))
    first = cited(TEXT, SAID, url="https://paper.example/report.pdf", pages=pages)
    second = cited(TEXT, "Rain fell.", url="https://paper.example/report.pdf#toc", pages=pages)
    assert (first.page, first.article.link) == (1, "https://paper.example/report.pdf#page=1")
    assert (second.page, second.article.link) == (2, "https://paper.example/report.pdf#page=2")
    assert second.as_json()["page"] == 2
    assert cited(TEXT, SAID).page is None


def test_without_address_it_leads_to_the_reading_room() -> None:
    link = cited(
        TEXT, "Rain fell.", reading_room=lambda article, start, end: f"/{article}/{start}/{end}"
    ).article.link
    start = TEXT.index("Rain")
    assert link == f"/a/{start}/{start + 10}"


def test_without_either_there_is_no_link() -> None:
    assert cited(TEXT, "Rain fell.").article.link is None


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        ("Rain fell.", "Rain%20fell."),
        ("a-b, c & d", "a%2Db%2C%20c%20%26%20d"),
        ("a b c d e f g h i j", "a%20b%20c%20d%20e%20f%20g%20h%20i%20j"),
        ("1 2 3 4 5 6 7 8 9 10 11", "1%202%203%204%205,7%208%209%2010%2011"),
    ],
)
def test_long_quotes_are_found_by_their_first_and_last_words(words: str, fragment: str) -> None:
    assert text_fragment(words) == fragment


@given(st.text(min_size=1).filter(str.strip))
def test_a_fragment_holds_words_of_the_quote_and_nothing_that_means_something_in_an_address(
    words: str,
) -> None:
    fragment = text_fragment(words.encode(errors="ignore").decode())
    assert not set(fragment) & set("-&#? \n")
    assert fragment.count(",") <= 1
    folded = " ".join(words.split())
    assert all(unquote(part) in folded.encode(errors="ignore").decode() for part in fragment.split(","))
