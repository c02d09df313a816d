"""Spending, feedback, sources, settings, the home page and files on Slack, over a real socket."""

import json
from typing import Any

import pytest

from bot import wording
from bot.desk import SpendingQuery
from tests.bot.slack.conftest import Chat
from tests.bot.slack.people import BOT, Posted
from tests.bot.slack.server import BOT_TOKEN, FakeSlack
from tests.bot.waiting import until


@pytest.mark.parametrize(
    ("typed", "view", "countries", "year", "rank", "target"),
    [
        ("poland", "country", ("Poland",), None, None, None),
        ("compare germany france 2023", "compare", ("Germany", "France"), 2023, None, None),
        ("rank 10", "rank", (), None, 10, None),
        ("history poland", "history", ("Poland",), None, None, None),
        ("target 3.5", "target", (), None, None, 3.5),
    ],
)
async def test_spending_shows_a_table_and_a_chart(
    chat: Chat,
    typed: str,
    view: str,
    countries: tuple[str, ...],
    year: int | None,
    rank: int | None,
    target: float | None,
) -> None:
    answer = await chat.command("/spending", typed)
    (query,) = chat.office.figures.queries
    assert (query.view, query.countries, query.year, query.rank, query.target) == (
        view,
        countries,
        year,
        rank,
        target,
    )
    types = [block["type"] for block in answer.payload["blocks"]]
    assert {"data_table", "image"} <= set(types)
    image = next(block for block in answer.payload["blocks"] if block["type"] == "image")
    assert chat.slack.files[image["slack_file"]["id"]].endswith(b"IEND\xaeB`\x82")
    assert "2.50 % (estimate)" in answer.text


async def test_spending_is_shared_with_its_chart_and_who_asked(chat: Chat) -> None:
    answer = await chat.command("/spending", "compare poland estonia")
    await chat.press(answer, "share_spending")
    shared = (await chat.slack.answered(2))[-1]
    assert shared.to is None
    assert '{"type": "user", "user_id": "U1"}' in shared.shown()
    assert [query.countries for query in chat.office.figures.queries] == [("Poland", "Estonia")] * 2


async def test_an_older_workspace_gets_the_older_table_with_its_chart(chat: Chat, slack: FakeSlack) -> None:
    slack.refused_blocks = {"data_table"}
    for number in (1, 2):
        answer = await chat.command("/spending", f"rank {number}")
        types = [block["type"] for block in answer.payload["blocks"]]
        assert {"table", "image"} <= set(types)
    assert slack.refusals == 2, "what it takes is known from then on"


async def test_numbers_of_the_newest_table_can_be_sorted(chat: Chat) -> None:
    answer = await chat.command("/spending", "poland")
    (table,) = [block for block in answer.payload["blocks"] if block["type"] == "data_table"]
    assert [[cell["type"] for cell in row[1:3]] for row in table["rows"]] == [
        ["raw_text", "raw_text"],
        ["raw_number", "raw_number"],
    ]
    assert table["rows"][1][2] == {"type": "raw_number", "value": 2.5, "text": "2.50 % (estimate)"}


async def test_the_table_comes_as_a_file_to_whoever_asks_for_it(chat: Chat) -> None:
    answer = await chat.command("/spending", "compare poland estonia")
    await chat.press(answer, "csv", user="U2")
    told = (await chat.slack.answered(4))[-1]
    assert (told.to, wording.FILE_SENT in told.text) == ("U2", True)
    (shared,) = [message for message in chat.slack.answers() if "files" in message.payload]
    assert shared.channel == "U2"
    assert shared.thread is not None
    assert chat.slack.files[shared.payload["files"][0]["id"]] == b"country,year,value\n"
    chat.slack.people["U3"] = {"is_restricted": True}
    await chat.press(answer, "csv", user="U3")
    assert wording.NOT_FOR_GUESTS in (await chat.slack.answered(5))[-1].text


async def test_a_message_whose_blocks_are_all_refused_goes_as_words(chat: Chat, slack: FakeSlack) -> None:
    slack.refused_blocks = {"rich_text"}
    await chat.send(slack.mention("How many vehicles?"))
    (answer,) = await slack.answered(1)
    assert [block["type"] for block in answer.payload["blocks"]] == ["section"]
    assert "How many vehicles? Yes." in answer.text


async def test_spending_goes_without_table_where_it_is_refused(chat: Chat, slack: FakeSlack) -> None:
    slack.refused_blocks = {"data_table", "table", "image"}
    answer = await chat.command("/spending", "poland")
    assert "2.50 % (estimate)" in answer.shown()
    assert {block["type"] for block in answer.payload["blocks"]} == {"rich_text", "actions"}


async def test_spending_help_and_the_modal(chat: Chat) -> None:
    assert "/spending compare" in (await chat.command("/spending", "help")).text
    await chat.send(chat.slack.command("/spending", ""), kind="slash_commands")
    view = await chat.slack.viewed()
    values: dict[str, Any] = {
        "view": {"view": {"selected_option": {"value": "compare"}}},
        "countries": {"countries": {"selected_options": [{"value": "Poland"}, {"value": "Germany"}]}},
        "number": {"number": {"value": None}},
        "metric": {"metric": {"selected_option": {"value": "in constant dollars"}}},
        "year": {"year": {"value": "2023"}},
        "edition": {"edition": {"value": "2024"}},
        "source": {"source": {"selected_option": {"value": "nato"}}},
    }
    await chat.send(chat.slack.submit(view, values), kind="interactive")
    assert len(await chat.slack.answered(2)) == 2
    assert chat.office.figures.queries[-1] == SpendingQuery(
        view="compare", countries=("Poland", "Germany"), year=2023, edition="2024", metric="usd-constant"
    )
    values["countries"]["countries"]["selected_options"] = []
    refused = await chat.send(chat.slack.submit(view, values), kind="interactive")
    assert refused["response_action"] == "errors"


async def _answer(chat: Chat) -> Posted:
    await chat.send(chat.slack.mention("How many vehicles?"))
    return (await chat.slack.answered(1))[-1]


async def _call_wrong(chat: Chat, answer: Posted) -> None:
    value = answer.button("feedback")["negative_button"]["value"]
    await chat.press(answer, "feedback", value=value)
    view = await chat.slack.viewed()
    values: dict[str, Any] = {
        "reason": {"reason": {"selected_option": {"value": "number"}}},
        "comment": {"comment": {"value": "It was 200."}},
    }
    thanks = await chat.send(chat.slack.submit(view, values), kind="interactive")
    assert wording.WRONG_THANKS in json.dumps(thanks)


async def test_a_wrong_answer_is_reviewed_corrected_and_exported(chat: Chat) -> None:
    answer = await _answer(chat)
    await _call_wrong(chat, answer)
    denied = await chat.command("/sources", "review")
    assert wording.ADMINISTRATORS_ONLY in denied.text
    listed = await chat.command("/sources", "review", user="UADMIN")
    assert wording.WRONG["number"] in listed.shown()
    assert "It was 200." in listed.shown()
    assert "U1" not in json.dumps(listed.payload["blocks"])
    await chat.press(listed, "correct_0", user="UADMIN")
    view = await chat.slack.viewed(2)
    values = {"correction": {"correction": {"value": "The depot holds 200 vehicles."}}}
    await chat.send(chat.slack.submit(view, values, user="UADMIN"), kind="interactive")
    assert answer.text == "Corrected by an administrator: The depot holds 200 vehicles."
    await chat.send(chat.slack.command("/sources", "export", user="UADMIN"), kind="slash_commands")
    assert await until(lambda: any(wording.FILE_SENT in told.text for told in chat.slack.answers()))
    (shared,) = [message for message in chat.slack.answers() if "files" in message.payload]
    assert shared.channel == "UADMIN"
    line = json.loads(chat.slack.files[shared.payload["files"][0]["id"]])
    assert line["question"] == "How many vehicles?"
    assert (line["answers"], line["kind"]) == (["The depot holds 200 vehicles."], "answerable")
    assert "U1" not in json.dumps(line)
    assert wording.NOTHING_OPEN in (await chat.command("/sources", "review", user="UADMIN")).text
    audited = await chat.command("/sources", "audit", user="UADMIN")
    assert "corrected" in audited.shown()


async def test_a_wrong_answer_is_withdrawn_from_the_home_page(chat: Chat) -> None:
    answer = await _answer(chat)
    await _call_wrong(chat, answer)
    opened = {"type": "app_home_opened", "user": "UADMIN", "channel": "D9", "tab": "home"}
    await chat.send(chat.slack.event(opened))
    assert await until(lambda: "UADMIN" in chat.slack.homes)
    home = chat.slack.homes["UADMIN"]
    assert "1 answer to review" in json.dumps(home)
    pressed = chat.slack.press_in_view(home, "review", value="review", user="UADMIN")
    await chat.send(pressed, kind="interactive")
    view = await chat.slack.viewed(2)
    question = answer.button("feedback")["positive_button"]["value"].partition(":")[2]
    pressed = chat.slack.press_in_view(view, "withdraw_0", value=question, user="U1")
    await chat.send(pressed, kind="interactive")
    assert "The Harbour Times" in answer.shown(), "only an administrator can"
    pressed = chat.slack.press_in_view(view, "withdraw_0", value=question, user="UADMIN")
    await chat.send(pressed, kind="interactive")
    assert answer.text == wording.WITHDRAWN


async def test_who_alone_saw_a_wrong_answer_is_told(chat: Chat) -> None:
    answer = await chat.command("/ask", "How many <b>vehicles</b>?")
    await _call_wrong(chat, answer)
    listed = await chat.command("/sources", "review", user="UADMIN")
    await chat.press(listed, "withdraw_0", user="UADMIN")
    told = next(message for message in chat.slack.answers() if message.channel == "U1")
    assert "You asked: How many &lt;b&gt;vehicles&lt;/b&gt;?" in told.text
    assert wording.WITHDRAWN in told.text


async def test_the_home_page_shows_the_collection_and_ones_own_questions(chat: Chat) -> None:
    await _answer(chat)
    for user in ("U1", "U2"):
        opened = {"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home"}
        await chat.send(chat.slack.event(opened))
    assert await until(lambda: {"U1", "U2"} <= set(chat.slack.homes))
    mine, theirs = json.dumps(chat.slack.homes["U1"]), json.dumps(chat.slack.homes["U2"])
    assert "7 articles in 41 passages" in mine
    assert "Depot opens in Narvik" in mine
    assert "How many vehicles?" in mine
    assert "How many vehicles?" not in theirs
    assert "Review answers" not in mine


async def test_sources_are_managed_by_administrators(chat: Chat) -> None:
    added = await chat.command("/sources", "add https://news.example/feed", user="UADMIN")
    assert "2 added, 1 failed" in added.shown()
    assert "no text" in added.shown()
    assert "https://news.example/feed" in (await chat.command("/sources", "list")).shown()
    assert wording.ADMINISTRATORS_ONLY in (await chat.command("/sources", "remove x")).text
    removed = await chat.command("/sources", "remove https://news.example/feed", user="UADMIN")
    assert "Took out 2 articles" in removed.text
    gone = await chat.command("/sources", "remove https://news.example/feed", user="UADMIN")
    assert "Nothing called" in gone.text
    assert "1 unchanged" in (await chat.command("/sources", "refresh", user="UADMIN")).shown()
    assert "7 articles" in (await chat.command("/sources", "stats")).shown()
    broken = await chat.command("/sources", "add https://broken.example", user="UADMIN")
    assert "does not answer" in broken.text
    assert wording.NOT_AN_ADDRESS in (await chat.command("/sources", "add ftp://x", user="UADMIN")).text
    assert "/sources list" in (await chat.command("/sources", "help")).text


async def test_a_suggestion_is_approved_with_a_button_once(chat: Chat) -> None:
    answer = await chat.command("/sources", "add <https://fjord.example/feed>")
    assert await until(lambda: len(chat.slack.answers()) == 2)
    told = next(m for m in chat.slack.answers() if m.channel == "UADMIN")
    assert "An administrator will decide" in answer.shown() + chat.slack.answers()[-1].shown()
    assert chat.office.library.added == ["https://harbour.example/feed"]
    for _ in range(2):
        await chat.press(told, "approve_0", user="UADMIN")
        await chat.settled()
    assert chat.office.library.added == ["https://harbour.example/feed", "https://fjord.example/feed"]
    texts = [message.shown() for message in chat.slack.answers()]
    assert any("Your suggestion was approved" in text for text in texts)
    assert any(wording.SUGGESTION_DECIDED in text for text in texts)


async def test_gaps_show_neither_who_nor_where(chat: Chat) -> None:
    await chat.send(chat.slack.mention("nonsense about <@U77> in <#C9|secret>"))
    await chat.slack.answered(1)
    gaps = await chat.command("/sources", "gaps", user="UADMIN")
    shown = json.dumps(gaps.payload["blocks"], ensure_ascii=False)
    assert "nonsense about" in shown
    assert not any(word in shown for word in ("U1", "U77", "C1"))
    assert wording.ADMINISTRATORS_ONLY in (await chat.command("/sources", "gaps")).text


async def test_channel_settings_limit_who_asks_and_what_is_shown(chat: Chat) -> None:
    await chat.send(chat.slack.command("/sources", "settings", user="UADMIN"), kind="slash_commands")
    view = await chat.slack.viewed()
    values: dict[str, Any] = {
        "channel": {"channel": {"selected_conversation": "C1"}},
        "who": {"who": {"selected_option": {"value": "everyone"}}},
        "flags": {"flags": {"selected_options": [{"value": "guests"}, {"value": "private"}]}},
        "publishers": {"publishers": {"value": "The Harbour Times, Fjord Wire"}},
    }
    await chat.send(chat.slack.submit(view, values, user="U1"), kind="interactive")
    await chat.send(chat.slack.mention("One?"))
    before = await chat.slack.answered(2)
    assert before[-1].to is None, "only an administrator changes settings"
    await chat.send(chat.slack.submit(view, values, user="UADMIN"), kind="interactive")
    chat.slack.people["UGUEST"] = {"is_restricted": True}
    await chat.send(chat.slack.mention("Two?", user="UGUEST"))
    assert (await chat.slack.answered(3))[-1].to == "UGUEST"
    assert chat.office.answerer.asked[-1].publishers == ("The Harbour Times", "Fjord Wire")
    values["who"]["who"]["selected_option"]["value"] = "admins"
    await chat.send(chat.slack.submit(view, values, user="UADMIN"), kind="interactive")
    await chat.send(chat.slack.mention("Three?"))
    assert wording.ADMINISTRATORS_ONLY_HERE in (await chat.slack.answered(4))[-1].text


async def test_a_dropped_file_is_offered_and_added(chat: Chat) -> None:
    files = [{"id": "F1", "name": "notes.txt"}, {"id": "F2", "name": "picture.png"}]
    await chat.send(chat.slack.message("", user="UADMIN", subtype="file_share", files=files))
    offer = (await chat.slack.answered(1))[-1]
    assert "picture.png" not in offer.shown()
    await chat.press(offer, "add_file_0", user="U1")
    assert wording.ADMINISTRATORS_ONLY in (await chat.slack.answered(2))[-1].text
    await chat.press(offer, "add_file_0", user="UADMIN")
    assert "1 added" in (await chat.slack.answered(3))[-1].shown()
    assert chat.office.library.added[-1] == "notes.txt (22 bytes)"


async def test_every_call_goes_to_the_given_address_with_the_bots_token(chat: Chat) -> None:
    await _answer(chat)
    calls = [call for call in chat.slack.calls if call.method != "apps.connections.open"]
    assert {call.token for call in calls} == {BOT_TOKEN}
    assert chat.slack.messages[0].user != BOT
