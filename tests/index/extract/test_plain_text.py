from datetime import date

import pytest

from index.article import Article, Failure
from index.extract import read_bytes

BODY = (
    "The minister said the depot would be finished by autumn, and that the road to it would be widened "
    "first.\n"
    "Officials in the region had asked for both for years, according to two people who attended the "
    "meeting.\n"
    "Work on the northern half has already begun, and a second contractor is expected to join in the spring."
)


def read(text: str) -> Article:
    (article,) = read_bytes(text.encode(), source="note.txt", name="note.txt")
    assert isinstance(article, Article)
    return article


def lines(text: str) -> list[str]:
    return [line for line in read(text).text.split("\n") if line]


def test_text_without_furniture_is_kept_whole() -> None:
    assert read(BODY).text == BODY


def test_first_headline_becomes_the_title_and_leaves_the_text() -> None:
    article = read(f"Depot in Narvik To Open in Autumn\n\n{BODY}")
    assert article.title == "Depot in Narvik To Open in Autumn"
    assert article.text == BODY


def test_a_first_line_that_is_a_sentence_is_no_title() -> None:
    assert read(BODY).title is None


def test_the_header_of_a_table_is_no_title() -> None:
    article = read(f"Vehicles in the Two Depots\nDepot | Vehicles |\n---|---|\nNarvik | 300 |\n{BODY}")
    assert article.title is None
    assert article.text.startswith("Vehicles in the Two Depots\nDepot | Vehicles |\n---|---|\nNarvik | 300 |")


@pytest.mark.parametrize(
    "furniture",
    [
        "Share",
        "Getting your Trinity Audio player ready...",
        "|",
        "3 Min Read",
        "Advertisement",
        "READ ALSO: Bridge Over the Fjord Closed Until Further Notice",
        "Related: Bridge Over the Fjord Closed",
        "Sign up for our newsletter and never miss a story",
        "© 2025 Fjord Media",
        "Follow us on Facebook",
        "Photo: A lorry at the gate of the depot",
        "A lorry at the gate of the depot, June 3, 2025. (Reuters/Ann Smith)",
        "2 hours ago",
    ],
)
def test_furniture_between_paragraphs_goes(furniture: str) -> None:
    first, second, third = BODY.split("\n")
    assert read(f"{first}\n{furniture}\n{second}\n{third}").text == BODY


@pytest.mark.parametrize(
    "sentence",
    [
        "More soldiers than ever before will share the new barracks near the harbour, the ministry said.",
        (
            "Share prices of arms makers rose after the announcement, and fell again before the close of "
            "trading."
        ),
        "Copyright law will not protect drawings of the depot, a lawyer for the contractor said on Monday.",
        "Support for the plan fell by a third within a year, according to a survey of 1,200 people.",
        "Images taken in June show that the northern half of the depot has a roof, and the southern none.",
    ],
)
def test_sentences_that_begin_like_furniture_stay(sentence: str) -> None:
    assert sentence in lines(f"{BODY}\n{sentence}\n{BODY}")


def test_a_line_that_names_the_speaker_stays_below_its_quote() -> None:
    text = (
        f"{BODY}\n“We shall finish this depot before the first snow, and not a day later.”\nIngrid "
        f"Solheim\n{BODY}"
    )
    found = lines(text)
    assert found[found.index("Ingrid Solheim") - 1].startswith("“We shall finish")


def test_a_speaker_at_the_end_stays_and_is_not_repeated() -> None:
    found = lines(
        f"{BODY}\n“We shall finish this depot before the first snow falls.”\nIngrid Solheim\nIngrid Solheim"
    )
    assert found[-2:] == ["“We shall finish this depot before the first snow falls.”", "Ingrid Solheim"]


def test_headlines_with_ages_below_the_article_go() -> None:
    text = (
        f"{BODY}\nRELATED TOPICS:\nFerry Company Sells Two Ships\n2 hours ago\nMayor Opens New "
        f"Swimming Pool\n"
        "3 hours ago\n\nFerry Company Sells Two Ships\n\nMayor Opens New Swimming Pool"
    )
    assert read(text).text == BODY


def test_headlines_below_the_article_go_without_a_marker() -> None:
    text = (
        f"{BODY}\n\nFerry Company Sells Two Ships\n\nMayor Opens New Swimming Pool\n\nHarbour Gets "
        f"a Third Crane"
    )
    assert read(text).text == BODY


def test_a_related_list_in_the_middle_ends_at_the_next_paragraph() -> None:
    first, second, third = BODY.split("\n")
    text = (
        f"{first}\nMore stories\nFerry Company Sells Two Ships\nMayor Opens New Swimming "
        f"Pool\n{second}\n{third}"
    )
    assert read(text).text == BODY


def test_subheadings_and_lists_of_points_stay() -> None:
    first, second, third = BODY.split("\n")
    text = (
        f"- The depot opens in autumn\n- A road is widened first\n{first}\nA Second Contractor "
        f"Joins\n{second}\n{third}"
    )
    assert read(text).text == text


def test_a_table_at_the_end_stays() -> None:
    text = f"{BODY}\nVehicles in the Two Depots\nDepot | Vehicles\n---|---\nNarvik | 300\nBodø | 120"
    assert read(text).text == text


def test_a_sentence_broken_into_two_lines_is_joined() -> None:
    first, second, third = BODY.split("\n")
    broken = first.replace("and that", "and\nthat")
    assert broken != first
    assert read(f"{broken}\n{second}\n{third}").text == BODY


def test_text_wrapped_to_a_width_becomes_paragraphs() -> None:
    wrapped = (
        "The minister said the depot would be finished by autumn, and that\n"
        "the road to it would be widened first. Officials in the region had\n"
        "asked for both for years, according to two people.\n"
        "\n"
        "Work on the northern half has already begun, and a second firm\n"
        "Nordbygg is expected to join in the spring, when the snow has gone\n"
        "and the ground has thawed.\n"
    )
    assert len(lines(wrapped)) == 2


def test_publisher_and_reading_time_above_the_text_are_read_and_go() -> None:
    article = read(
        f"Depot in Narvik To Open in Autumn\n\nFJORD NEWS\nFJORD NEWS 2 Min Read\n2 Min Read\n\n{BODY}"
    )
    assert (article.publisher, article.text) == ("FJORD NEWS", BODY)


@pytest.mark.parametrize(
    ("dateline", "publisher", "published"),
    [
        ("BERLIN (Nordic Courier). ", "Nordic Courier", None),
        ("OSLO, June 25 (NTB) - ", "NTB", None),
        ("OSLO, June 25, 2025 (NTB) – ", "NTB", date(2025, 6, 25)),
        ("Oslo, Norway (CNN) ", "CNN", None),
        ("BRUSSELS – ", None, None),
        ("The European Union (EU) – ", None, None),
    ],
)
def test_a_dateline_gives_publisher_and_date(
    dateline: str, publisher: str | None, published: date | None
) -> None:
    article = read(f"{dateline}{BODY}")
    assert (article.publisher, article.published) == (publisher, published)
    assert article.text.startswith(dateline)
    assert article.date_source == ("dateline" if published else None)


@pytest.mark.parametrize(
    "line",
    [
        "By Ann Smith | 5 April 2025",
        "Published: April 5, 2025",
        "Published on 5 April 2025, 10:30 CET",
        "2025-04-05",
    ],
)
def test_a_line_with_the_date_of_publication_is_read(line: str) -> None:
    article = read(f"Depot in Narvik To Open in Autumn\n{line}\n{BODY}")
    assert (article.published, article.date_source) == (date(2025, 4, 5), "byline")
    assert article.date_evidence is not None
    assert "2025" in article.date_evidence
    assert article.text == BODY


@pytest.mark.parametrize(
    "line",
    [
        "A lorry at the gate, Narvik, Norway June 23, 2025. (Reuters/Ann Smith)",
        "The plan became known through an interview, as reported by the Courier on 5 April 2025.",
        "Updated: 5 April 2025",
        "The depot was begun on 3 March 2024, and will be finished within two years if nothing goes wrong.",
    ],
)
def test_other_dates_are_not_the_articles(line: str) -> None:
    article = read(f"{line}\n{BODY}")
    assert (article.published, article.date_source, article.date_evidence) == (None, None, None)


def test_a_credit_names_the_reporters_and_goes() -> None:
    article = read(
        f"{BODY}\n—\n(Reporting by Ann Smith;Editing by Bob Jones and Carl Young)\nRELATED TOPICS:\nA "
        f"Ship Sold"
    )
    assert article.authors == ("Ann Smith",)
    assert article.text == BODY


def test_letters_of_another_script_inside_a_sentence_stay() -> None:
    text = BODY.replace("the road", "הדרך")
    assert read(text).text == text


def test_fields_above_the_text_are_read() -> None:
    article = read(
        f"Title: A Depot Opens\nURL: https://example.org/a?utm_source=x\nDate: 5 April 2025\n\n{BODY}"
    )
    assert article.title == "A Depot Opens"
    assert article.identity == article.url == "https://example.org/a"
    assert (article.published, article.date_source) == (date(2025, 4, 5), "given")


def test_the_title_repeated_above_the_text_goes() -> None:
    article = read(f"Title: A Depot Opens\nDate: 2025-04-05\n\nA depot opens\n{BODY}")
    assert article.text == BODY


@pytest.mark.parametrize(
    ("byline", "authors", "publisher"),
    [
        ("Ann Smith and Bob Jones\nReuters", ("Ann Smith", "Bob Jones"), "Reuters"),
        ("Ann Smith\nFjord Times", ("Ann Smith",), "Fjord Times"),
        ("By ANN SMITH, Associated Press", ("ANN SMITH",), "Associated Press"),
    ],
)
def test_names_above_the_text_are_its_authors(
    byline: str, authors: tuple[str, ...], publisher: str | None
) -> None:
    article = read(f"{byline}\nJune 25, 2025, 9:12 a.m. ET\n{BODY}")
    assert (article.title, article.authors, article.publisher) == (None, authors, publisher)
    assert article.published == date(2025, 6, 25)
    assert article.text == BODY


def test_two_places_in_a_dateline_are_no_publisher() -> None:
    assert read(f"Oslo/Narvik - {BODY}").publisher is None


def test_a_text_too_long_for_an_article_is_named() -> None:
    (found,) = read_bytes(b"a line\n" * 800_000, source="long.txt", name="long.txt")
    assert isinstance(found, Failure)
    assert "too long" in found.reason
