"""Escaping: what is read is the text, and nothing in it acts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord_app.text import escaped, fitted, link, plain, quoted, shown, size
from bot.wording import harmless
from tests.bot import strategies
from tests.bot.answers import HOSTILE_TEXT
from tests.bot.discord.payloads import live

anything = st.one_of(st.text(), strategies.texts)


@given(anything)
def test_escaped_text_reads_as_the_text(text: str) -> None:
    assert shown(escaped(text)) == harmless(text)


@given(anything)
def test_nothing_in_escaped_text_acts(text: str) -> None:
    assert live(escaped(text)) == []


@given(anything, st.integers(10, 300))
def test_fitted_text_is_within_its_limit_and_cuts_no_escape(text: str, limit: int) -> None:
    made = fitted(text, limit)
    assert 1 <= size(made) <= limit
    assert live(made) == []
    assert (len(made) - len(made.rstrip("\\"))) % 2 == 0


@given(anything, st.integers(10, 300))
def test_a_quotation_is_within_its_limit_and_every_line_is_marked(text: str, limit: int) -> None:
    made = quoted(text, limit)
    assert size(made) <= limit
    assert all(line.startswith("> ") for line in made.split("\n"))


@given(anything, st.integers(2, 300))
def test_plain_text_is_one_line_within_its_limit(text: str, limit: int) -> None:
    made = plain(text, limit)
    assert 1 <= size(made) <= limit
    assert "\n" not in made


@given(st.text())
def test_a_link_cannot_be_left(rest: str) -> None:
    made = link(f"https://a.example/{rest}", "open")
    assert made is None or made.removeprefix("[open](https://a.example/").count(")") == 1
    assert made is None or " " not in made


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", "ftp://a.example/x", "https://" + "a" * 5000]
)
def test_what_is_no_web_address_is_no_link(url: str | None) -> None:
    assert link(url, "open") is None


def test_lists_headings_and_numbers_at_the_start_of_a_line_stay_text() -> None:
    text = "# one\n- two\n  + three\n1. four\n-# five\n>>> six"
    assert escaped(text) == "\\# one\n\\- two\n  \\+ three\n1\\. four\n-\\# five\n\\>\\>\\> six"


def test_the_hostile_text_is_harmless() -> None:
    assert live(HOSTILE_TEXT) != []
    assert live(escaped(HOSTILE_TEXT)) == []
