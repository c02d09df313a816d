from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from index.store.reading import StoredArticle
from retrieval.answer import Answer, ArticleRef, Citation
from retrieval.corrections import corrections
from retrieval.verify import sound_notes

SEEN = datetime(2025, 5, 7, 8, tzinfo=UTC)
FIRST = "Its depot in Narvik holds 300 tanks. It opened in 2019. Ida Holm runs it."


def stored(version: int, *, modified: datetime | None = None) -> StoredArticle:
    return StoredArticle(
        id="a1", version=version, source="a.txt", external_id=None, url=None, title=None, publisher=None,
        authors=(), published=date(2025, 5, 6), published_at=None, date_source=None, date_evidence=None,
        modified=modified, language="en", passages=1, seen_at=SEEN.replace(day=6 + version), original=None,
    )  # fmt: skip


def cite(quote: str, n: int = 1) -> Citation:
    ref = ArticleRef(
        id="a1", title=None, publisher=None, published=date(2025, 5, 6), url=None, link=None, source="a.txt"
    )
    return Citation(n=n, quote=quote, passage=quote, start=0, end=len(quote), article=ref)


def notes(quote: str, *texts: str, modified: datetime | None = None) -> list[str]:
    """On a quote of an article whose versions said this, the newest last."""
    versions = [(stored(n), text) for n, text in enumerate(texts, 1)]
    versions[-1] = (replace(versions[-1][0], modified=modified), texts[-1])
    return [one.note for one in corrections([cite(quote)], {"a1": versions[::-1]})]


def test_an_article_that_never_changed_has_no_note() -> None:
    assert notes("Ida Holm runs it.", FIRST) == []
    assert corrections([cite("Ida Holm runs it.")], {}) == []


def test_other_white_space_is_no_change() -> None:
    assert notes("Ida Holm runs it.", FIRST, FIRST.replace(". ", ".\n\n")) == []


def test_a_quote_that_was_changed_is_noted_with_what_stood_there() -> None:
    (note,) = notes("Its depot in Narvik holds 320 tanks.", FIRST, FIRST.replace("300", "320"))
    assert note == (
        "What [1] quotes was changed by 8 May 2025. Before, it said: “Its depot in Narvik holds 300 tanks.”"
    )


def test_a_figure_that_was_changed_comes_before_other_words() -> None:
    later = FIRST.replace("300", "320").replace("Ida Holm runs it.", "Ida Holm has run it since.")
    versions = [(stored(2), later), (stored(1), FIRST)]
    cited = [cite("Ida Holm has run it since."), cite("Its depot in Narvik holds 320 tanks.", n=2)]
    (found,) = corrections(cited, {"a1": versions})
    assert found.note.startswith("What [2] quotes was changed by 8 May 2025.")


def test_the_article_knows_better_when_it_was_changed() -> None:
    day = datetime(2025, 5, 7, 23, tzinfo=UTC)
    (note,) = notes("It opened in 2018.", FIRST, FIRST.replace("2019", "2018"), modified=day)
    assert "was changed on 7 May 2025" in note
    (note,) = notes("It opened in 2018.", FIRST, FIRST.replace("2019", "2018"), modified=day.replace(day=30))
    assert "was changed by 8 May 2025" in note


def test_a_quote_of_several_sentences_is_changed_with_one_of_them() -> None:
    (note,) = notes("The depot holds 300. It opened in 2018.", "The depot holds 300. It opened in 2019.",
                    "The depot holds 300. It opened in 2018.")  # fmt: skip
    assert "“It opened in 2019.”" in note


def test_what_was_added_is_said_to_be() -> None:
    added = "Norway wants a second one."
    assert notes(added, FIRST, f"{FIRST} {added}") == [
        "What [1] quotes was added to its article by 8 May 2025."
    ]


def test_a_correction_elsewhere_is_noted_with_the_error() -> None:
    now = FIRST.replace("2019", "2018").replace("Ida Holm", "Kari Vik")
    corrected = f"{now} Correction: An earlier version said that the depot opened in 2019."
    (note,) = notes("Its depot in Narvik holds 300 tanks.", FIRST, corrected)
    assert note == (
        "The article of [1] was corrected by 8 May 2025."
        " Before, it said: “It opened in 2019. Ida Holm runs it.”"
    )


def test_another_change_elsewhere_is_only_mentioned() -> None:
    (note,) = notes("It opened in 2019.", FIRST, FIRST.replace("Ida Holm", "Kari Vik"))
    assert note == "The article of [1] was changed by 8 May 2025; what is quoted stood in it before."


def test_the_change_of_the_quoted_words_counts_though_others_came_later() -> None:
    second = FIRST.replace("300", "320")
    (note,) = notes("Its depot in Narvik holds 320 tanks.", FIRST, second, second + " It snowed.")
    assert "changed by 8 May 2025" in note
    assert "300" in note


def test_an_article_has_one_note_for_all_its_quotes() -> None:
    versions = [(stored(2), FIRST + " It snowed."), (stored(1), FIRST)]
    cited = [cite("It opened in 2019."), cite("Ida Holm runs it.", 2)]
    (found,) = corrections(cited, {"a1": versions})
    assert found.note.startswith("The article of [1][2] was changed")


def test_long_passages_are_cut_at_a_word() -> None:
    long = "The depot holds " + "many and many more " * 30 + "vehicles."
    (note,) = notes("The depot holds 320 vehicles.", long, "The depot holds 320 vehicles.")
    assert note.endswith(" …”")
    assert len(note) < 340


WORDS = st.lists(
    st.sampled_from(["The depot holds 300.", "It opened in 2019.", "Ida runs it.", "So 4 or 5 said."])
)


@given(st.lists(WORDS.map(" ".join), min_size=1, max_size=4), st.data())
def test_every_note_passes_the_gate(texts: list[str], data: st.DataObject) -> None:
    versions = [(stored(n), text) for n, text in enumerate(texts, 1)][::-1]
    quote = data.draw(st.sampled_from(["Ida runs it.", *filter(None, texts)]))
    for one in corrections([cite(quote)], {"a1": versions}):
        answer = Answer(
            id="q", question="?", understood="?", found=True, answer=f"{quote} [1]",
            citations=(cite(quote),), notes=(one.note,),
        )  # fmt: skip
        assert sound_notes(answer, known=one.source) == (one.note,)
