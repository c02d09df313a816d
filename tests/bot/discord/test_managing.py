"""Figures, feedback, wrong answers, sources, settings, help: commands, buttons, menus and their errors."""

import json
from typing import Any

import discord
import pytest

from bot import wording
from bot.desk import Channel, Place, SpendingQuery
from bot.discord_app.listeners.feedback import correction, why_wrong
from tests.bot.discord.conftest import Town
from tests.bot.discord.payloads import problems_of_modal
from tests.bot.fakes import PNG


def text(message: Any) -> str:
    """What stands in the embeds of a message."""
    parts = []
    for embed in message.embeds:
        parts += [embed.title or "", embed.description or ""]
        parts += [part for field in embed.fields for part in (field.name, field.value)]
    return "\n".join(parts)


async def drop(town: Town, who: Any) -> None:
    """Send a file directly."""
    stored = town.env.backend.store_attachments(who.user.dm_channel.id, [("notes.txt", b"some text")])
    await who.send_dm("", attachments=stored)


async def answered(town: Town) -> discord.Message:
    """A question of alice's, answered in the channel."""
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    return town.answers[-1]


@pytest.mark.parametrize(
    ("command", "options", "query"),
    [
        ("country", {"country": "polska"}, SpendingQuery(view="country", countries=("Poland",))),
        (
            "compare",
            {"first": "DEU", "second": "🇫🇷", "year": 2023, "metric": "usd"},
            SpendingQuery(view="compare", countries=("Germany", "France"), year=2023, metric="usd"),
        ),
        ("rank", {"how_many": 5, "source": "sipri"}, SpendingQuery(view="rank", rank=5, source="sipri")),
        (
            "history",
            {"country": "Poland", "edition": "2024"},
            SpendingQuery(view="history", countries=("Poland",), edition="2024"),
        ),
        ("target", {"percent": 3.5}, SpendingQuery(view="target", target=3.5)),
    ],
)
async def test_spending_shows_figures_a_chart_and_a_file(
    town: Town, command: str, options: dict[str, Any], query: SpendingQuery
) -> None:
    result = await town.alice.slash(town.channel, f"spending {command}", **options)
    assert town.office.figures.queries == [query]
    assert "Poland" in text(result.response) or "France" in text(result.response)
    assert result.response.embeds[0].image.url is not None
    files = {file.filename: file for file in result.response.attachments}
    assert set(files) == {"spending.png", "spending.csv"}
    assert files["spending.png"].size == len(PNG)
    assert files["spending.png"].description == "Bars of the shares by country"


async def test_spending_only_for_me_is_seen_by_nobody_else(town: Town) -> None:
    result = await town.alice.slash(town.channel, "spending rank", only_me=True)
    assert result.ephemeral
    assert town.answers == []


async def test_countries_complete_best_first_from_what_is_known_here(town: Town) -> None:
    requests = len(town.env.http_requests)
    choices = await town.alice.autocomplete(town.channel, "spending compare", "second", "po", first="Latvia")
    assert [choice["value"] for choice in choices] == ["Poland", "Portugal"]
    assert len(town.env.http_requests) == requests + 1


async def test_feedback_is_thanked_and_kept_after_a_restart(town: Town) -> None:
    answer = await answered(town)
    await town.restart()
    result = await town.press(town.bob, answer, "helpful")
    assert result.ephemeral
    assert wording.FEEDBACK_THANKS in text(result.response)
    known = await town.office.desk.retention.known(f"discord:{town.bob.id}")
    assert known.feedback == 1


async def test_a_wrong_answer_is_reported_reviewed_and_withdrawn(town: Town) -> None:
    answer = await answered(town)
    asked = await town.press(town.bob, answer, "wrong")
    assert asked.modal["title"] == "What is wrong?"
    done = await town.bob.submit_modal(asked, {"reason": ["number"], "comment": "It is 200."})
    assert wording.WRONG_THANKS in text(done.response)
    listed = await town.boss.slash(town.channel, "sources review")
    assert wording.WRONG["number"] in text(listed.response)
    assert "It is 200." in text(listed.response)
    await town.press(town.boss, listed.response, "withdraw")
    assert wording.WITHDRAWN in text(town.answers[0])
    empty = await town.boss.slash(town.channel, "sources review")
    assert wording.NOTHING_OPEN in text(empty.response)


async def test_a_modal_opened_before_a_restart_is_taken_after_it(town: Town) -> None:
    answer = await answered(town)
    asked = await town.press(town.bob, answer, "wrong")
    await town.restart()
    done = await town.bob.submit_modal(asked, {"reason": ["other"]})
    assert wording.WRONG_THANKS in text(done.response)


async def test_a_wrong_answer_is_corrected_and_exported(town: Town) -> None:
    answer = await answered(town)
    asked = await town.press(town.bob, answer, "wrong")
    await town.bob.submit_modal(asked, {"reason": ["quote"]})
    listed = await town.editor.slash(town.channel, "sources review")
    form = await town.press(town.editor, listed.response, "correct")
    await town.editor.submit_modal(form, {"correction": "The depot holds 200 vehicles."})
    assert "Corrected by an administrator: The depot holds 200 vehicles." in text(town.answers[0])
    exported = await town.boss.slash(town.channel, "sources export")
    (file,) = exported.response.attachments
    line = json.loads(await file.read())
    assert line["answers"] == ["The depot holds 200 vehicles."]


async def test_a_case_is_dismissed(town: Town) -> None:
    answer = await answered(town)
    asked = await town.press(town.bob, answer, "wrong")
    await town.bob.submit_modal(asked, {"reason": ["quote"]})
    listed = await town.boss.slash(town.channel, "sources review")
    await town.press(town.boss, listed.response, "dismiss")
    assert "what was agreed? Yes." in text(town.answers[0])


async def test_a_press_about_a_question_that_is_gone_says_so(town: Town) -> None:
    answer = await answered(town)
    await town.office.desk.retention.forget(f"discord:{town.alice.id}")
    for action in ("helpful", "newest", "thread"):
        result = await town.press(town.bob, answer, action)
        assert wording.QUESTION_GONE in text(result.response)


async def test_only_administrators_correct_answers(town: Town) -> None:
    answer = await answered(town)
    asked = await town.press(town.bob, answer, "wrong")
    await town.bob.submit_modal(asked, {"reason": ["quote"]})
    listed = await town.boss.slash(town.channel, "sources review")
    stored = listed.response.message
    with pytest.raises(Exception, match="not visible"):
        await town.press(town.bob, stored, "withdraw")
    result = await town.bob.slash(town.channel, "sources review")
    assert wording.ADMINISTRATORS_ONLY in text(result.response)


def test_modals_are_within_the_limits() -> None:
    import asyncio

    async def made() -> list[dict[str, Any]]:
        return [why_wrong("0" * 16).to_dict(), correction("0" * 16).to_dict()]

    modals = asyncio.run(made())
    assert [problem for modal in modals for problem in problems_of_modal(modal)] == []


async def test_an_administrator_adds_lists_refreshes_and_removes(town: Town) -> None:
    boss, channel = town.boss, town.channel
    added = await boss.slash(channel, "sources add", address="https://coast.example/feed")
    assert "2 added, 1 failed" in text(added.response)
    assert "no text" in text(added.response)
    assert added.ephemeral
    listed = await boss.slash(channel, "sources list")
    assert "https\\://coast.example/feed — 2 articles" in text(listed.response)
    assert "2 unchanged" in text((await boss.slash(channel, "sources refresh")).response)
    choices = await boss.autocomplete(channel, "sources remove", "address", "coast")
    assert [choice["value"] for choice in choices] == ["https://coast.example/feed"]
    removed = await boss.slash(channel, "sources remove", address="https://coast.example/feed")
    assert "Took out 2 articles." in text(removed.response)
    again = await boss.slash(channel, "sources remove", address="https://coast.example/feed")
    assert "Nothing called" in text(again.response)


async def test_a_file_is_added_by_an_administrator_and_by_nobody_else(town: Town) -> None:
    added = await town.boss.slash(town.channel, "sources add", file=("notes.txt", b"some text"))
    assert "1 added" in text(added.response)
    assert town.office.library.added[-1] == "notes.txt (9 bytes)"
    refused = await town.bob.slash(town.channel, "sources add", file=("notes.txt", b"some text"))
    assert wording.ADMINISTRATORS_ONLY in text(refused.response)
    unknown = await town.boss.slash(town.channel, "sources add", file=("notes.exe", b"MZ"))
    assert wording.FILES_READ in text(unknown.response)


async def test_a_file_sent_directly_is_offered_as_an_article(town: Town) -> None:
    await drop(town, town.boss)
    offered = town.boss.user.dm_channel.last_message
    assert wording.OFFER in text(offered)
    result = await town.boss.user.click(offered, label="Add notes.txt")
    assert "1 added" in text(result.response)
    await drop(town, town.bob)
    assert wording.ADMINISTRATORS_ONLY in text(town.bob.user.dm_channel.last_message)


async def test_what_cannot_be_added_is_said(town: Town) -> None:
    broken = await town.boss.slash(town.channel, "sources add", address="https://broken.example")
    assert "the site does not answer" in text(broken.response)
    nothing = await town.boss.slash(town.channel, "sources add")
    assert wording.NOT_AN_ADDRESS.split("https")[0] in text(nothing.response)


@pytest.mark.parametrize("approve", [True, False])
async def test_others_suggest_and_an_administrator_decides(town: Town, *, approve: bool) -> None:
    suggested = await town.alice.slash(town.channel, "sources add", address="https://coast.example/feed")
    assert "An administrator will decide" in text(suggested.response)
    asked = town.boss.user.dm_channel.last_message
    assert "Somebody suggests a source" in text(asked)
    await town.press(town.boss.user, asked, "approve" if approve else "decline")
    assert ("https://coast.example/feed" in town.office.library.added) is approve
    told = town.alice.user.dm_channel.last_message
    assert told.content.startswith(f"Your suggestion was {'approved' if approve else 'declined'}")


async def test_open_suggestions_are_listed_and_decided_once(town: Town) -> None:
    await town.alice.slash(town.channel, "sources add", address="https://coast.example/feed")
    listed = await town.editor.slash(town.channel, "sources suggestions")
    await town.press(town.editor, listed.response, "approve")
    again = await town.press(town.editor, listed.response, "approve")
    assert wording.SUGGESTION_DECIDED in text(again.response)
    assert town.office.library.added.count("https://coast.example/feed") == 1


@pytest.mark.parametrize("name", ["remove", "refresh", "gaps", "suggestions", "review", "export", "audit"])
async def test_only_administrators_look_after_the_collection(town: Town, name: str) -> None:
    options = {"address": "https://harbour.example/feed"} if name == "remove" else {}
    result = await town.alice.slash(town.channel, f"sources {name}", **options)
    assert result.ephemeral
    assert wording.ADMINISTRATORS_ONLY in text(result.response)
    assert town.office.library.added == ["https://harbour.example/feed"]


async def test_a_role_makes_an_administrator(town: Town) -> None:
    result = await town.editor.slash(town.channel, "sources gaps")
    assert wording.NO_GAPS in text(result.response)


async def test_gaps_show_no_names_and_no_places(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} nonsense about {town.bob.mention}?")
    result = await town.boss.slash(town.channel, "sources gaps")
    shown = text(result.response)
    assert "nonsense" in shown
    for secret in (str(town.alice.id), str(town.bob.id), str(town.channel.id), town.channel.name):
        assert secret not in shown


async def test_the_audit_log_names_each_action(town: Town) -> None:
    await town.boss.slash(town.channel, "sources add", address="https://coast.example/feed")
    await town.boss.slash(town.channel, "settings channel", who="admins")
    result = await town.boss.slash(town.channel, "sources audit")
    assert "add https" in text(result.response)
    assert "settings" in text(result.response)


async def test_stats_are_for_all(town: Town) -> None:
    result = await town.alice.slash(town.channel, "sources stats")
    assert "7 articles in 41 passages" in text(result.response)


async def test_a_channel_for_administrators_declines_others_kindly(town: Town) -> None:
    changed = await town.boss.slash(town.channel, "settings channel", who="admins")
    assert "Administrators only" in text(changed.response)
    result = await town.alice.slash(town.channel, "ask", question="what was agreed?")
    assert wording.ADMINISTRATORS_ONLY_HERE in text(result.followups[0])
    assert result.followups[0].ephemeral
    assert town.answers == []
    assert town.office.answerer.asked == []


async def test_answers_in_a_private_channel_are_for_the_asker(town: Town) -> None:
    await town.boss.slash(town.channel, "settings channel", private=True)
    command = await town.alice.slash(town.channel, "ask", question="what was agreed?")
    assert command.ephemeral
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    assert "what was agreed? Yes." in text(town.alice.user.dm_channel.last_message)
    assert town.answers == []


async def test_where_a_private_answer_cannot_be_written_the_channel_is_told_how(town: Town) -> None:
    await town.boss.slash(town.channel, "settings channel", private=True)
    town.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    assert [text(message).strip() for message in town.answers] == [wording.PRIVATE_HERE]


async def test_settings_of_the_server_hold_where_a_channel_has_none(town: Town) -> None:
    other = town.guild.create_text_channel("other")
    await town.boss.slash(town.channel, "settings server", publishers="The Harbour Times, Coast & Sea Weekly")
    await town.boss.slash(other, "settings channel", publishers="all")
    for channel in (town.channel, other):
        await town.alice.send(channel, f"{town.me} what was agreed?")
    assert [asking.publishers for asking in town.office.answerer.asked] == [
        ("The Harbour Times", "Coast & Sea Weekly"),
        (),
    ]
    shown = await town.boss.slash(town.channel, "settings show")
    assert "The Harbour Times, Coast & Sea Weekly" in text(shown.response)


async def test_settings_of_one_server_do_not_hold_in_another(town: Town) -> None:
    await town.boss.slash(town.channel, "settings server", who="nobody")
    elsewhere = Place(platform="discord", workspace="999", channel="1")
    assert await town.office.desk.channels.get(elsewhere) == Channel()


async def test_settings_are_hidden_from_those_who_do_not_manage_the_server(town: Town) -> None:
    commands = {command.name: command for command in town.env.bot.tree.get_commands()}
    assert commands["settings"].default_permissions == discord.Permissions(manage_guild=True)
    assert "settings channel" not in town.alice.available_commands(town.channel)
    assert "ask" in town.alice.available_commands(town.channel)


async def test_help_says_how_and_shows_one_s_own_questions(town: Town) -> None:
    await answered(town)
    result = await town.alice.slash(town.channel, "help")
    assert result.ephemeral
    shown = text(result.response)
    for part in ("/ask", "7 articles in 41 passages", "Depot opens in Narvik", "what was agreed?"):
        assert part in shown
    assert "what was agreed?" not in text((await town.bob.slash(town.channel, "help")).response)
    assert "For administrators" in text((await town.boss.slash(town.channel, "help")).response)


async def test_commands_are_synced_when_they_changed_and_only_then(town: Town) -> None:
    assert len(town.sent("PUT", "/commands")) == 1
    await town.restart()
    assert len(town.sent("PUT", "/commands")) == 1
    client = town.env.bot
    before = client.tree.fingerprint()
    client.tree.remove_command("help")
    assert client.tree.fingerprint() != before


async def test_what_nobody_foresaw_is_told_too(town: Town) -> None:
    town.office.workers.close()
    result = await town.alice.slash(town.channel, "sources stats")
    assert "Something went wrong on my side" in text(result.response)
