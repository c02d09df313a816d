"""The eight Answers say the same on Slack, on Discord and in a terminal: quotes, numbers, dates, links."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from rich.console import Console

from bot.cli.render import render as render_terminal
from bot.desk import Options, Person, Place, Platform, Reply, Request
from bot.discord_app.render import message as discord_message
from bot.discord_app.render import page as discord_page
from bot.discord_app.render import pages as discord_pages
from bot.discord_app.text import shown
from bot.slack_app.render import message as slack_message
from bot.slack_app.render import sources as slack_sources
from retrieval.answer import Answer
from tests.bot.answers import EIGHT

_ADDRESS = re.compile(r"https?://[^\s()\"”]+")
_DATE = re.compile(
    r"\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December) \d{4}\b|date not known"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def reply(answer: Answer, platform: Platform) -> Reply:
    """The reply to a question in a thread."""
    request = Request(
        key=f"{platform}:1",
        kind="ask",
        person=Person(platform=platform, user="1"),
        place=Place(platform=platform, workspace="1", channel="1", thread="1"),
        text=answer.question,
        asked_at=datetime(2025, 6, 10, tzinfo=UTC),
        said_in="1",
    )
    return Reply(request=request, body=answer, question=answer.id)


def on_slack(answer: Answer) -> str:
    """What is read in the message and behind "More sources"."""
    blocks = [*slack_message(reply(answer, "slack")).blocks]
    if len(answer.citations) > 3:
        blocks += slack_sources(answer)
    return "\n".join(
        "".join(_slack_texts(b)) for b in blocks if b["type"] not in ("actions", "context_actions")
    )


def on_discord(answer: Answer) -> str:
    """What is read on all pages."""
    first = discord_message(reply(answer, "discord"))
    rest = [
        discord_page(answer, n, question=answer.id, options=Options(), private=False, direct=False)
        for n in range(1, len(discord_pages(answer)))
    ]
    return "\n".join(
        shown(text)
        for payload in (first, *rest)
        for embed in payload.embeds
        for text in _discord_texts(embed)
    )


def in_a_terminal(answer: Answer) -> str:
    """What is printed."""
    out = io.StringIO()
    render_terminal(answer, Console(file=out, width=10_000))
    return out.getvalue()


@pytest.mark.parametrize("answer", EIGHT, ids=lambda answer: answer.id[-1])
def test_the_same_quotes_numbers_dates_and_links_stand_on_all_three(answer: Answer) -> None:
    read = {"slack": on_slack(answer), "discord": on_discord(answer), "terminal": in_a_terminal(answer)}
    for platform, text in read.items():
        for citation in (*answer.citations, *answer.nearest):
            assert citation.quote in text, platform
        assert answer.answer in text, platform
    assert _same(read, _links) == sorted({c.article.link for c in _cited(answer) if c.article.link})
    assert _same(read, _dates)
    assert _same(read, _numbers_of(answer))


def test_the_page_of_a_report_is_named_on_all_three() -> None:
    answer = next(one for one in EIGHT if one.citations)
    paged = replace(answer, citations=tuple(replace(one, page=40 + one.n) for one in answer.citations))
    for text in (on_slack(paged), on_discord(paged), in_a_terminal(paged)):
        for citation in paged.citations:
            assert f"page {citation.page}" in text


def _same(read: dict[str, str], find: Any) -> list[str]:
    found = {platform: sorted(set(find(text))) for platform, text in read.items()}
    first = found["terminal"]
    assert all(one == first for one in found.values()), found
    return list(first)


def _cited(answer: Answer) -> Any:
    return (*answer.citations, *answer.nearest)


def _links(text: str) -> list[str]:
    return [unquote(address) for address in _ADDRESS.findall(text)]


def _dates(text: str) -> list[str]:
    return [*_DATE.findall(text), "always"]


def _numbers_of(answer: Answer) -> Any:
    """The numbers of the answer, its quotes and figures that stand in a text."""
    said = " ".join(
        [answer.answer, *(c.quote for c in _cited(answer)), *(str(f.value) for f in answer.figures)]
    )
    wanted = set(_NUMBER.findall(said))

    def find(text: str) -> list[str]:
        return [*(number for number in wanted if number in text), "always"]

    return find


def _slack_texts(block: Any) -> Iterator[str]:
    if isinstance(block, list):
        for one in block:
            yield from _slack_texts(one)
    elif isinstance(block, dict):
        if isinstance(block.get("text"), str):
            yield block["text"]
        if block.get("type") == "link":
            yield f" {block['url']} "
        for value in block.values():
            if isinstance(value, dict | list):
                yield from _slack_texts(value)
        if block.get("type") in ("rich_text_section", "rich_text_quote"):
            yield "\n"


def _discord_texts(embed: Any) -> Iterator[str]:
    yield embed.get("title", "")
    yield embed.get("author", {}).get("name", "")
    yield re.sub(r"(?m)^> ", "", embed.get("description", ""))
    for field in embed.get("fields", ()):
        yield f"{field['name']}\n{field['value']}"
    yield embed.get("footer", {}).get("text", "")
