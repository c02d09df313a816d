from datetime import date

from index.article import Article
from index.extract import read_bytes

PARAGRAPH = (
    "The depot would be finished by autumn, the minister said, and the road to it would be widened first."
)


def read(text: str) -> Article:
    (article,) = read_bytes(text.encode(), source="note.md", name="note.md")
    assert isinstance(article, Article)
    return article


def test_front_matter_gives_the_fields() -> None:
    article = read(
        '---\ntitle: "A Depot: Narvik"\nauthors: [Ann Smith, Bob Jones]\ndate: 2025-04-05\n'
        f"url: https://example.org/a\nsite: Fjord News\nlang: en-GB\ntags:\n  - roads\n---\n\n{PARAGRAPH}\n"
    )
    assert article.title == "A Depot: Narvik"
    assert article.authors == ("Ann Smith", "Bob Jones")
    assert (article.published, article.date_source) == (date(2025, 4, 5), "given")
    assert (article.identity, article.publisher, article.language) == (
        "https://example.org/a",
        "Fjord News",
        "en",
    )
    assert article.text == PARAGRAPH


def test_a_list_of_authors_one_a_line_is_read() -> None:
    article = read(f"---\ntitle: A Depot\nauthors:\n- Ann Smith\n- Bob Jones\n---\n{PARAGRAPH}")
    assert article.authors == ("Ann Smith", "Bob Jones")


def test_the_first_heading_is_the_title_and_the_others_are_lines() -> None:
    article = read(f"# A Depot Opens\n\n{PARAGRAPH}\n\n## The Road\n\n{PARAGRAPH}\n")
    assert article.title == "A Depot Opens"
    assert article.text.split("\n\n") == [PARAGRAPH, "The Road", PARAGRAPH]


def test_links_and_emphasis_are_flattened_to_their_words() -> None:
    article = read(
        '**“We shall** [finish](https://example.org/a_(b) "t") *this* __depot__ ![p](p.png)before '
        "the `first` snow,” the minister_of_roads said\\* in 2 * 3 words."
    )
    assert (
        article.text
        == "“We shall finish this depot before the first snow,” the minister_of_roads said* in 2 * 3 words."
    )


def test_lines_of_a_paragraph_are_joined() -> None:
    assert read(PARAGRAPH.replace(", ", ",\n")).text == PARAGRAPH


def test_tables_stay_tables() -> None:
    article = read(f"{PARAGRAPH}\n\nVehicles\n\n| Depot | Vehicles |\n|---|---:|\n| **Narvik** | 300 |\n")
    assert "| Depot | Vehicles |\n|---|---:|\n| Narvik | 300 |" in article.text


def test_quotes_and_lists_lose_their_marks_alone() -> None:
    article = read(
        f"{PARAGRAPH}\n\n> “Not a day later.”\n> — Ingrid Solheim\n\n* roads first\n* then roofs\n"
    )
    assert "- roads first\n- then roofs" in article.text
    assert ">" not in article.text
