import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.figures.figure import Figure
from retrieval.answer import Answer, ArticleRef, Citation, Window
from retrieval.errors import GateError
from retrieval.verify import check, markers, sound_notes

TEXTS = {
    "a": "The depot in Narvik holds 300 vehicles, Colonel Ida Holm said on 5 April 2025."
    " It cost $2.3bn, or 3.5 % of"
    " the budget. “We opened it in two years,” she said. The garrison has 1,200 men, 40 of them cooks.[12]",
    "b": "Depots | Vehicles | Share of GDP (%) |\n---|---|---|\nNarvik | 280 | 2.1 |\nBodø | 95 | 1.4 |",
}


def cite(n: int, key: str, quote: str, **other: object) -> Citation:
    text = TEXTS[key]
    start = text.index(quote)
    article = ArticleRef(
        id=key, title="A depot in the north", publisher="Harbour Times", published=date(2025, 4, 6), url=None,
        link=None, source="x",
    )  # fmt: skip
    citation = Citation(n=n, quote=quote, passage=text, start=start, end=start + len(quote), article=article)
    return replace(citation, **other)  # type: ignore[arg-type]


FOUND = Answer(
    id="q", question="How many vehicles are there?", understood="How many vehicles are there?", found=True,
    answer="The depot in Narvik holds 300 vehicles, Colonel Ida Holm said on 5 April 2025. [1]"
    " Narvik | 280 | 2.1 | [2]",
    citations=(
        cite(
            1,
            "a",
            "The depot in Narvik holds 300 vehicles, Colonel Ida Holm said on 5 April 2025.",
            speaker="Colonel Ida Holm", speech="reported",
        ),
        cite(2, "b", "Narvik | 280 | 2.1 |", context="Depots: Narvik; Vehicles: 280; Share of GDP (%): 2.1"),
    ),
)  # fmt: skip

REFUSED = Answer(
    id="q", question="Who opened the depot in 2019?", understood="Who opened the depot in 2019?", found=False,
    refusal="nothing_close",
    answer="None of the 57 articles says so for 2019; the nearest is of 6 April 2025.",
    nearest=(cite(1, "a", "It cost $2.3bn, or 3.5 % of the budget."),),
    windows=(Window(start=date(2019, 1, 1), end=date(2019, 12, 31), reason="in 2019"),),
)  # fmt: skip


def passes(answer: Answer, known: str = "57 articles") -> bool:
    try:
        return check(answer, TEXTS.__getitem__, known=known) is answer
    except GateError:
        return False


def test_an_honest_answer_passes_unchanged() -> None:
    assert passes(FOUND)


def test_an_honest_refusal_passes_unchanged() -> None:
    assert passes(REFUSED)


@pytest.mark.parametrize(
    "said",
    [
        "It holds 300 vehicles [1], or 280 by another count [2].",
        "It cost $2.3 billion [1].",
        "The share was 3,5 per cent [1] and 2.1% of GDP [2].",
        "The Harbour Times of April 6, 2025 has it: “We opened it in two years” [1].",
        "In a report of 6 April 2025 it holds 300 vehicles (Harbour Times, 6 April 2025) [1].",
        "Colonel Holm spoke of “300 vehicles … 5 April 2025” [1].",
    ],
)
def test_other_words_for_the_same_pass(said: str) -> None:
    assert passes(replace(FOUND, answer=said))


@pytest.mark.parametrize(
    ("said", "gate"),
    [
        ("It holds 30 vehicles [1].", "number"),
        ("It holds 3000 vehicles [1].", "number"),
        ("It holds 300 vehicles [2].", "number"),
        ("It holds 280 vehicles [1].", "number"),
        ("It cost $2.3m [1].", "number"),
        ("It cost €2.3bn [1].", "number"),
        ("It cost 3.5bn [1].", "number"),
        ("It took 2.1 % [1].", "number"),
        ("Said on 5 April 2024 [1].", "number"),
        ("Said on 6 May 2025 [1].", "number"),
        ("It took three years [1].", "number"),
        ("It was opened on 6 April 2025 [1].", "number"),
        ("Thousands of men serve there [1].", "number"),
        ("It holds 300 vehicles [3].", "citation"),
        ("It holds 300 vehicles [1, 7].", "citation"),
        ("It holds 300 vehicles [1-3].", "citation"),
        ("It holds 300 vehicles.", "citation"),
        ("She said “we never opened it at all” [1].", "quote"),
        ('She said "we never opened it at all" [1].', "quote"),
    ],
)
def test_what_the_sources_do_not_say_is_stopped(said: str, gate: str) -> None:
    with pytest.raises(GateError) as caught:
        check(replace(FOUND, answer=said), TEXTS.__getitem__)
    assert caught.value.gate == gate


def change(n: int, edit: Callable[[Citation], Citation]) -> Answer:
    return replace(
        FOUND,
        citations=tuple(edit(citation) if citation.n == n else citation for citation in FOUND.citations),
    )


@pytest.mark.parametrize(
    "edit",
    [
        lambda c: replace(c, quote=c.quote.replace("300", "400")),
        lambda c: replace(c, quote=c.quote.replace("holds", "holds ")),
        lambda c: replace(c, start=c.start + 1),
        lambda c: replace(c, end=c.end - 1),
        lambda c: replace(c, start=-10_000),
        lambda c: replace(c, end=10_000),
        lambda c: replace(c, start=c.end, end=c.start),
        lambda c: replace(c, passage="The depot"),
        lambda c: replace(c, passage=c.passage + " The army left in haste."),
        lambda c: replace(c, speaker="General Ruud Maas"),
        lambda c: replace(c, speech="direct"),
        lambda c: replace(c, context="“She” is Ida Holm, 47"),
        lambda c: replace(c, n=0),
        lambda c: replace(c, n=2),
        lambda c: replace(c, article=replace(c.article, id="b")),
    ],
)
def test_a_tampered_citation_is_stopped(edit: Callable[[Citation], Citation]) -> None:
    assert not passes(change(1, edit))


@pytest.mark.parametrize(
    ("start", "end"), [("The depot", "holds 30"), ("00 vehicles", "Ida Holm"), ("It cost", "or 3")]
)
def test_a_quote_that_cuts_a_number_is_stopped(start: str, end: str) -> None:
    text = TEXTS["a"]
    quote = text[text.index(start) : text.index(end) + len(end)]
    assert not passes(replace(FOUND, citations=(cite(1, "a", quote),), answer=f"{quote} [1]"))


def test_long_quotes_and_passages_are_stopped() -> None:
    text = "A word, " * 200
    ref = FOUND.citations[0].article
    long = Citation(n=1, quote=text[:401], passage=text[:1000], start=0, end=401, article=ref)
    for citation, right in (
        (long, False),
        (replace(long, quote=text[:400], end=400), True),
        (replace(long, quote=text[:400], end=400, passage=text[:1201]), False),
    ):
        answer = replace(FOUND, citations=(citation,), answer=citation.quote + " [1]")
        if right:
            assert check(answer, lambda _: text) is answer
        else:
            with pytest.raises(GateError):
                check(answer, lambda _: text)


@pytest.mark.parametrize(
    "edit",
    [
        {"answer": "None of the 58 articles says so."},
        {"answer": "The nearest is of 7 April 2025."},
        {"answer": "Nothing is known for 2018."},
        {"answer": "It holds 11 ships [1]."},
        {"answer": "See [2]."},
        {"refusal": None},
        {"citations": FOUND.citations},
        {"notes": ("It cost $9bn elsewhere.",)},
    ],
)
def test_a_refusal_names_nothing_that_nobody_gave_it(edit: dict[str, object]) -> None:
    assert not passes(replace(REFUSED, **edit))  # type: ignore[arg-type]


def test_a_refusal_may_repeat_a_part_of_a_number_that_was_asked_about() -> None:
    asked = replace(
        REFUSED, question="Which flat sold for $19 million?", understood="Which flat sold for $19 million?"
    )
    assert passes(replace(asked, answer="Nothing close to the question mentions “19”."))
    assert not passes(replace(asked, answer="Nothing close to the question mentions “9”."))


def test_a_found_answer_rests_on_something() -> None:
    assert not passes(replace(FOUND, citations=()))
    assert not passes(replace(FOUND, refusal="nothing_close"))


FIGURE = Figure(
    country="Norway", iso3="NOR", metric="share", unit="% of GDP", year=2024, value=2.204, estimate=True,
    edition="2025", edition_date=date(2025, 6, 19), base_year=2021, source="NATO", url=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("Norway spent 2.20 % of its GDP in 2024 (edition of 19 June 2025).", True),
        ("Norway spent 2.2 % of its GDP in 2024.", True),
        ("Norway spent 2.21 % of its GDP in 2024.", False),
        ("Norway spent 2 % of its GDP in 2024.", False),
        ("Norway spent 2.2 % of its GDP in 2023.", False),
        ("Norway spent 2.2 billion in 2024.", False),
    ],
)
def test_a_number_may_stand_in_a_row_of_figures(said: str, right: bool) -> None:
    assert passes(replace(FOUND, answer=said, citations=(), figures=(FIGURE,))) is right


@pytest.mark.parametrize(
    ("note", "right"),
    [
        ("Source [2] gives 2.1 %; the edition has 2.20 % for 2024, so that is 0.10 points less.", True),
        ("Source [2] gives 2.1 %; the edition has 2.20 % for 2024, so that is 0.40 points less.", False),
        ("Source [2] gives 2.3 %; the edition has 2.20 % for 2024.", False),
        ("It cost $9bn elsewhere.", False),
    ],
)
def test_a_note_says_what_the_sources_say_and_by_how_much_they_differ(note: str, right: bool) -> None:
    assert passes(replace(FOUND, figures=(FIGURE,), notes=(note,))) is right


def test_amounts_of_millions_may_be_said_in_billions() -> None:
    row = replace(FIGURE, metric="usd", unit="million US dollars", value=10_606.4)
    answer = replace(FOUND, citations=(), figures=(row,))
    assert passes(replace(answer, answer="Norway spent $10.6 billion in 2024."))
    assert passes(replace(answer, answer="Norway spent 10,606 million US dollars in 2024."))
    assert not passes(replace(answer, answer="Norway spent $10.7 billion in 2024."))


def test_brackets_inside_a_verbatim_quote_are_no_citation_numbers() -> None:
    quote = "The garrison has 1,200 men, 40 of them cooks.[12]"
    answer = replace(FOUND, citations=(cite(1, "a", quote),), answer=f"{quote} [1]")
    assert passes(answer)


def test_markers_are_read_in_all_their_forms() -> None:
    assert [group for _, _, group in markers("a [1] b [1, 3] c [2-4] d [x] e [2;5]")] == [
        (1,),
        (1, 3),
        (2, 3, 4),
        (2, 5),
    ]


@given(
    st.sampled_from([found.start() for found in re.finditer(r"\d", FOUND.answer)]),
    st.sampled_from("0123456789"),
)
def test_no_changed_digit_of_the_answer_passes(at: int, digit: str) -> None:
    said = FOUND.answer
    assume(said[at] != digit)
    assert not passes(replace(FOUND, answer=said[:at] + digit + said[at + 1 :]))


@given(st.integers(0, 200), st.integers(0, 200), st.text(min_size=1, max_size=3))
def test_no_quote_that_differs_from_the_text_passes(start: int, length: int, insert: str) -> None:
    citation = FOUND.citations[0]
    at = start % len(citation.quote)
    quote = citation.quote[:at] + insert + citation.quote[at + length :]
    assume(quote != citation.quote)
    assert not passes(change(1, lambda c: replace(c, quote=quote)))


@given(st.integers(0, 10**6))
def test_no_invented_number_passes(value: int) -> None:
    known = {int(digits.replace(",", "")) for digits in re.findall(r"[\d,]*\d", TEXTS["a"])} | {6}
    assume(value not in known | {2, 3, 300})
    assert not passes(replace(FOUND, answer=f"It holds {value} vehicles [1]."))


def test_a_note_that_no_source_bears_out_is_left_out_and_the_answer_stands() -> None:
    sound = "Sources differ: “300 vehicles” [1], but “280” [2]."
    notes = (sound, "It cost $9bn elsewhere.", "Sources differ: “300 vehicles” [1], but “280” [7].")
    answer = replace(FOUND, notes=notes)
    assert not passes(answer)
    assert sound_notes(answer, known="57 articles") == (sound,)
    assert passes(replace(answer, notes=sound_notes(answer, known="57 articles")))
