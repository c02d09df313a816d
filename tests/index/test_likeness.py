from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.extract.files import read_path
from index.likeness import Signer, Telling, are_copies, bands, may_be_copies, shingles

SAMPLES = Path(__file__).parents[2] / "samples" / "articles"
DAY = date(2025, 5, 6)
PORTS = [
    "Anvik",
    "Bergset",
    "Corvo",
    "Dalen",
    "Egersund",
    "Farsund",
    "Grimsta",
    "Holmen",
    "Ivalo",
    "Kvalsund",
]
CRAFT = ["crane", "tug", "ferry", "pilot boat", "dredger"]
WORK = ["load", "paint", "steer", "mend", "insure", "watch", "hire"]


def sentence(n: int, *, toll: str = "") -> str:
    return (
        f"In {PORTS[n % 10]} the harbour office counted {toll or 10 + 7 * n} barges on strike day {n + 2},"
        f" and a {CRAFT[n % 5]} lay idle there as nobody came to {WORK[n % 7]} it after the talks broke off."
    )


def text(numbers: Sequence[int] = range(12), **words: str) -> str:
    return " ".join(sentence(n, **words) for n in numbers)


def telling(body: str, *, day: date | None = DAY) -> Telling:
    return Telling(body, day)


def test_a_text_in_other_clothes_is_a_copy() -> None:
    dressed = text().replace("'", "’").replace(". ", ".\n\n").upper()
    assert are_copies(telling(text()), telling(dressed))
    assert np.array_equal(shingles(text()), shingles(dressed))


def test_a_copy_with_an_edited_sentence_is_a_copy() -> None:
    edited = text().replace("lay idle there as nobody", "stood still because nobody", 2)
    assert are_copies(telling(text()), telling(edited))
    assert are_copies(telling(text(), day=None), telling(edited))


def test_a_copy_that_was_cut_is_one_the_same_day_or_later() -> None:
    whole, cut = text(), text(range(6))
    assert are_copies(telling(whole), telling(cut))
    assert are_copies(telling(whole), telling(cut, day=DAY + timedelta(days=2)))


def test_what_grew_from_a_first_report_is_a_story_of_its_own() -> None:
    assert not are_copies(telling(text(range(6))), telling(text(), day=DAY + timedelta(days=1)))


@pytest.mark.parametrize("days", [None, 1])
def test_a_part_without_a_known_order_is_no_copy(days: int | None) -> None:
    later = DAY + timedelta(days=days) if days else None
    assert not are_copies(telling(text(range(6)), day=None), telling(text(), day=later))


def test_shared_background_makes_no_copy() -> None:
    background = range(7)
    one, other = text([*background, 7, 8, 9]), text([*background, 10, 11, 12, 13, 14])
    assert not are_copies(telling(one), telling(other))


def test_the_same_form_filled_in_for_another_place_is_no_copy() -> None:
    form = (
        "The odds of snow fell in {0} this week. Schools in {0} stay open, and buses run as on other days. "
        * 3
    )
    filler = text(range(5))
    one, other = (form.format(place) + filler for place in ("Nordland", "Finnmark"))
    assert not are_copies(telling(one), telling(other))
    assert are_copies(telling(one), telling(one + " Bring a coat."))


def test_other_numbers_in_the_same_words_are_another_report() -> None:
    numbers = telling(text(toll="82"))
    assert are_copies(numbers, telling(text(toll="82") + " More follows."))
    assert not are_copies(numbers, telling(text(toll="347")))


def test_what_returns_is_no_copy_of_last_time() -> None:
    again = text().replace("crane lay idle", "crane stood still").replace("tug lay idle", "tug stood still")
    assert are_copies(telling(text()), telling(again, day=DAY + timedelta(days=2)))
    assert not are_copies(telling(text()), telling(again, day=DAY + timedelta(days=7)))
    assert are_copies(telling(text()), telling(text() + " More follows.", day=DAY + timedelta(days=300)))


def test_short_texts_are_no_near_copies() -> None:
    assert not are_copies(
        telling("Read this with a subscription."), telling("Read this with a subscription!")
    )


def test_of_the_samples_only_the_agency_report_is_a_copy() -> None:
    found = [one for one in read_path(SAMPLES) if isinstance(one, Article)]
    tellings = {Path(one.source).name: Telling(one.text, one.published) for one in found}
    pairs = {
        frozenset((a, b))
        for a in tellings
        for b in tellings
        if a < b and are_copies(tellings[a], tellings[b])
    }
    assert pairs == {frozenset(("2025-01-15-baltic-sentry.html", "2025-01-15-baltic-sentry-wire.txt"))}


@settings(deadline=None)
@given(kept=st.sets(st.integers(0, 19), min_size=8), more=st.sets(st.integers(20, 40)))
def test_a_signature_tells_how_much_is_shared(kept: set[int], more: set[int]) -> None:
    signer = Signer()
    one, other = shingles(text(range(20))), shingles(text(sorted(kept | more)))
    shared = np.intersect1d(one, other).size / np.union1d(one, other).size
    signatures = signer.sign(one), signer.sign(other)
    assert abs(float(np.mean(signatures[0] == signatures[1])) - shared) < 0.25
    if are_copies(telling(text(range(20))), telling(text(sorted(kept | more)))):
        assert may_be_copies(*signatures, (one.size, other.size))
        assert set(bands(signatures[0])) & set(bands(signatures[1]))


@settings(deadline=None)
@given(st.text())
def test_any_text_has_shingles_bands_and_a_signature(any_text: str) -> None:
    keys = bands(Signer().sign(shingles(any_text)))
    assert len(set(keys)) == len(keys)
    assert all(-(2**63) <= key < 2**63 for key in keys)


def test_signatures_stay_as_they_are_stored() -> None:
    """Those in a database were made by another process, perhaps years ago."""
    keys = bands(Signer().sign(shingles("one two three four five six seven")))
    assert keys[:2] == [-446978483556010163, 7140223508221010152]
