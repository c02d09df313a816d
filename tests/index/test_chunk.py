from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Passage
from index.chunk import HEADER_TOKENS, MAX_CHARACTERS, embedded_text, passages_of
from index.embed import MAX_TOKENS, SentenceTransformerEmbedder
from index.tables import tables_in

tokenizer = SentenceTransformerEmbedder()  # counts with the real tokenizer, loads no model
count = tokenizer.count_tokens


def cut(text: str, title: str | None = None) -> list[Passage]:
    return passages_of(text, title=title, count_tokens=count)


def tokens_embedded(passage: Passage, text: str) -> int:
    return count([embedded_text(passage, text)])[0] + 2  # [CLS] and [SEP]


VOCABULARY = """
the harbour a fleet Ostrel 12 3.5 minister said that ships NATO’s перемога оборона 防衛 次官 🚢 🇩🇪
naïve co-operation Straßenbahn -- “quoted” (aside) e.g. U.S. antidisestablishmentarianism
"""
WORDS = VOCABULARY.split()
sentence = st.builds(
    lambda words, end: " ".join(words) + end,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=60),
    st.sampled_from([".", "!", "?”", "", ":", "。"]),
)
row = st.lists(st.sampled_from(WORDS), min_size=2, max_size=4).map(" | ".join)
table = st.builds(
    lambda caption, header, rows: "\n".join([*caption, header, "---|---", *rows]),
    st.lists(st.just("A caption of the table"), max_size=1),
    row,
    st.lists(row, max_size=40),
)
article = st.lists(st.one_of(sentence, table, st.text(max_size=60)), max_size=25).map("\n".join)
titles = st.one_of(st.none(), sentence, st.text(max_size=400))


@settings(max_examples=200, deadline=None)
@given(article, titles)
def test_passages_cover_the_text_in_order_within_both_limits(text: str, title: str | None) -> None:
    position = 0
    for passage in cut(text, title):
        assert text[position : passage.start].strip() == ""
        assert passage.start < passage.end
        assert passage.end - passage.start <= MAX_CHARACTERS
        assert tokens_embedded(passage, text) <= MAX_TOKENS
        position = passage.end
    assert text[position:].strip() == ""


@settings(max_examples=100, deadline=None)
@given(article)
def test_passages_begin_and_end_with_ink(text: str) -> None:
    for passage in cut(text):
        body = text[passage.start : passage.end]
        assert body == body.strip()


@settings(max_examples=100, deadline=None)
@given(article, titles)
def test_no_row_of_a_table_is_parted_from_its_header(text: str, title: str | None) -> None:
    spans = tables_in(text)
    for passage in cut(text, title):
        for span in spans:
            inside = span.start <= passage.start < span.end
            assert passage.table or not inside
            if inside:
                assert passage.end <= span.end
                header = text[slice(*span.header)].split(" | ")
                if count([" | ".join(header)])[0] <= HEADER_TOKENS:
                    assert all(cell.strip() in passage.header for cell in header)


def long_table(columns: Sequence[str], rows: int) -> str:
    body = "\n".join(" | ".join(f"{name[:1]}{n}" for name in columns) for n in range(rows))
    return f"Berths and depths by port\n{' | '.join(columns)}\n{'|'.join(['---'] * len(columns))}\n{body}"


def test_every_stretch_of_a_long_table_carries_caption_and_header() -> None:
    text = long_table(["Port", "Berths", "Depth"], 300)
    passages = cut(text, "The ports of Vessia")
    assert len(passages) > 5
    for passage in passages:
        assert passage.header == "The ports of Vessia\nBerths and depths by port\nPort | Berths | Depth"


def test_the_head_of_a_table_stands_with_its_first_row() -> None:
    text = long_table(["Port", "Berths", "Depth"], 300)
    first = cut(text)[0]
    assert "P0 | B0 | D0" in text[first.start : first.end]


def test_the_title_gives_way_before_the_columns_do() -> None:
    columns = [f"Quarter {n} of the year" for n in range(1, 13)]
    (passage, *_) = cut(long_table(columns, 4), "A title that goes on and on " * 12)
    assert passage.header.endswith(" | ".join(columns))
    assert count([passage.header])[0] <= HEADER_TOKENS


def test_a_short_article_is_one_passage_with_its_title() -> None:
    text = "The fleet sailed on Monday. It has not been heard of since."
    assert cut(text, "Fleet sails") == [Passage(start=0, end=len(text), header="Fleet sails")]


def test_a_heading_stays_with_what_follows_it() -> None:
    paragraph = "The harbour master counted the boats again and wrote the number down. " * 12
    text = f"{paragraph}\nWhat comes next\n{paragraph}"
    passages = cut(text)
    assert len(passages) > 1
    for passage in passages:
        assert not text[passage.start : passage.end].endswith("What comes next")


def test_passages_of_an_article_are_of_about_the_same_size() -> None:
    text = "The harbour master counted the boats again and wrote the number down. " * 60
    sizes = [passage.end - passage.start for passage in cut(text)]
    assert min(sizes) > 0.6 * max(sizes)


@pytest.mark.parametrize("text", ["x" * 5000, "防" * 3000, "🚢" * 2500, "a" * 99 + " " + "-" * 4000])
def test_a_word_without_end_is_cut_within_the_limits(text: str) -> None:
    passages = cut(text, "t")
    assert "".join(text[p.start : p.end] for p in passages).replace(" ", "") == text.replace(" ", "")
    assert all(tokens_embedded(p, text) <= MAX_TOKENS for p in passages)
    assert all(p.end - p.start <= MAX_CHARACTERS for p in passages)


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_gives_nothing(text: str) -> None:
    assert cut(text, "Title") == []
