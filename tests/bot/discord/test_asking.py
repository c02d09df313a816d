"""Ways to ask: command, mention, direct message, reply, thread, message menu."""

from typing import Any

import discord
import pytest

from bot import wording
from bot.desk import Limits
from tests.bot.answers import HOSTILE, LONG, NOTHING_CLOSE, UNDATED
from tests.bot.discord.conftest import Town
from tests.bot.discord.payloads import live, markdown
from tests.bot.fakes import FakeAnswerer


def text(message: Any) -> str:
    """What stands in the embeds of a message."""
    return "\n".join(f"{embed.title or ''}\n{embed.description or ''}" for embed in message.embeds)


async def test_a_command_is_deferred_and_answered_for_all_with_its_question(town: Town) -> None:
    result = await town.alice.slash(town.channel, "ask", question="How many vehicles?")
    assert town.sent("POST", "/callback") == [{"type": 5}]
    assert not result.ephemeral
    assert result.response.embeds[0].title == "How many vehicles?"
    assert "How many vehicles? Yes." in text(result.response)
    assert len(town.answers) == 1


async def test_a_command_only_for_me_is_seen_by_nobody_else(town: Town) -> None:
    result = await town.alice.slash(town.channel, "ask", question="How many?", only_me=True)
    assert result.ephemeral
    assert "How many? Yes." in text(result.response)
    assert town.answers == []


async def test_a_private_answer_is_shared_with_the_name_of_who_asked(town: Town) -> None:
    private = await town.alice.slash(town.channel, "ask", question="How many?", only_me=True)
    await town.press(town.alice, private.response, "share")
    assert [message.content for message in town.answers] == [f"Asked by {town.alice.mention}"]


async def test_a_mention_is_answered_by_a_reply_that_does_not_ping(town: Town) -> None:
    question = await town.alice.send(town.channel, f"{town.me} what was agreed?")
    (answer,) = town.answers
    assert answer.reference is not None
    assert answer.reference.message_id == question.id
    assert "what was agreed? Yes." in text(answer)
    assert town.sent("POST", f"/channels/{town.channel.id}/messages")[0]["allowed_mentions"]["parse"] == []


async def test_the_nonce_of_an_answer_is_made_of_its_question(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    (sent,) = town.sent("POST", f"/channels/{town.channel.id}/messages")
    assert sent["enforce_nonce"] is True
    assert 0 < len(sent["nonce"]) <= 25


async def test_an_empty_mention_gets_a_hint(town: Town) -> None:
    await town.alice.send(town.channel, town.me)
    assert wording.EMPTY in text(town.answers[0])


async def test_what_does_not_mention_the_bot_is_left_alone(town: Town) -> None:
    await town.alice.send(town.channel, "what was agreed?")
    await town.alice.send(town.channel, f"{town.bob.mention} what was agreed?")
    assert town.answers == []
    assert town.office.answerer.asked == []


async def test_other_bots_are_left_alone(town: Town) -> None:
    robot = town.guild.add_member(town.env.create_user("robot", bot=True))
    await robot.send(town.channel, f"{town.me} what was agreed?")
    assert town.answers == []


async def test_a_direct_message_is_answered_and_the_next_one_follows_it(town: Town) -> None:
    await town.alice.send_dm("what was agreed?")
    await town.alice.send_dm("and in 2024?")
    last = town.alice.user.dm_channel.last_message
    assert "and in 2024? Yes." in text(last)
    assert [len(asking.turns) for asking in town.office.answerer.asked] == [0, 1]


async def test_a_reply_that_pings_is_a_follow_up(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    await town.alice.send(town.channel, f"{town.me} and in 2024?", reply_to=town.answers[0])
    first, second = town.office.answerer.asked
    assert (len(first.turns), len(second.turns)) == (0, 1)


async def test_a_reply_to_a_command_s_answer_is_a_follow_up(town: Town) -> None:
    await town.alice.slash(town.channel, "ask", question="what was agreed?")
    await town.alice.send(town.channel, f"{town.me} and in 2024?", reply_to=town.answers[0])
    assert len(town.office.answerer.asked[-1].turns) == 1


async def test_questions_of_different_people_do_not_mix(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    await town.bob.send(town.channel, f"{town.me} and in 2024?")
    assert [len(asking.turns) for asking in town.office.answerer.asked] == [0, 0]


async def test_a_thread_opens_under_an_answer_and_goes_on_with_it(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    opened = await town.press(town.alice, town.answers[0], "thread")
    assert opened.ephemeral
    assert wording.THREAD_OPENED in text(opened.response)
    (thread,) = town.channel.threads
    await town.alice.send(thread, f"{town.me} and in 2024?")
    assert "and in 2024? Yes." in text(thread.last_message)
    assert len(town.office.answerer.asked[-1].turns) == 1


async def test_a_thread_is_opened_once(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    await town.press(town.alice, town.answers[0], "thread")
    again = await town.press(town.bob, town.answers[0], "thread")
    assert wording.THREAD_OPENED in text(again.response)
    assert len(town.channel.threads) == 1


async def test_where_the_bot_may_not_open_threads_it_says_so(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    town.env.inject_error("POST", "/channels/*/messages/*/threads", status=403, code=50013)
    opened = await town.press(town.alice, town.answers[0], "thread")
    assert wording.THREAD_NOT_OPENED in text(opened.response)


async def test_what_cannot_be_read_in_a_thread_gets_one_hint(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    await town.press(town.alice, town.answers[0], "thread")
    (thread,) = town.channel.threads
    await town.alice.send(thread, "and in 2024?")
    await town.alice.send(thread, "and in 2025?")
    await town.bob.send(thread, "I think so")
    said = [
        message
        for message in thread.history()
        if message.author.id == town.env.bot.user.id and message.embeds
    ]
    assert [text(message).strip() for message in said] == [wording.UNREAD]


async def test_the_message_menu_checks_a_claim_privately(town: Town) -> None:
    said = await town.bob.send(town.channel, "The depot holds 300 vehicles.")
    result = await town.alice.context_menu(town.channel, wording.CHECK_CLAIM, said)
    assert result.ephemeral
    assert town.office.answerer.checked == ["The depot holds 300 vehicles."]
    assert "✅ Supported" in text(result.response)


async def test_the_menu_on_an_answer_of_ours_checks_the_answer(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    await town.alice.context_menu(town.channel, wording.CHECK_CLAIM, town.answers[0])
    assert town.office.answerer.checked == ["what was agreed? Yes. [1]"]


async def test_is_that_right_is_about_the_message_replied_to(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    await town.bob.send(town.channel, f"{town.me} is that right?", reply_to=town.answers[0])
    assert town.office.answerer.checked == ["what was agreed? Yes. [1]"]


async def test_is_that_right_about_what_discord_does_not_let_us_read_says_how(town: Town) -> None:
    said = await town.bob.send(town.channel, "The depot holds 300 vehicles.")
    await town.alice.send(town.channel, f"{town.me} is that right?", reply_to=said)
    assert "Check this claim" in text(town.answers[-1])
    assert town.office.answerer.checked == []


async def test_check_and_a_sentence_checks_the_sentence(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} check that the depot holds 300 vehicles.")
    assert town.office.answerer.checked == ["the depot holds 300 vehicles."]


async def test_an_edited_question_changes_its_answer(town: Town) -> None:
    question = await town.alice.send(town.channel, f"{town.me} what was agreed?")
    await town.env.advance_time(1)
    await town.alice.edit(question, f"{town.me} what was decided?")
    (answer,) = town.answers
    assert "what was decided? Yes." in text(answer)


async def test_an_edit_long_after_a_message_that_was_never_asked_is_left_alone(town: Town) -> None:
    said = await town.alice.send(town.channel, "what was agreed?")
    await town.env.advance_time(2 * 60 * 60)
    await town.alice.edit(said, f"{town.me} what was agreed?")
    assert town.answers == []


async def test_a_mention_added_in_time_by_an_edit_is_answered(town: Town) -> None:
    said = await town.alice.send(town.channel, "what was agreed?")
    await town.env.advance_time(1)
    await town.alice.edit(said, f"{town.me} what was agreed?")
    (answer,) = town.answers
    assert "what was agreed? Yes." in text(answer)


async def test_a_deleted_question_takes_its_answer_along(town: Town) -> None:
    question = await town.alice.send(town.channel, f"{town.me} what was agreed?")
    await town.alice.delete(question)
    assert town.answers == []


async def test_stop_ends_the_hints_in_a_thread(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    await town.press(town.alice, town.answers[0], "thread")
    (thread,) = town.channel.threads
    await town.alice.send(thread, f"{town.me} stop")
    before = len(thread.history())
    await town.alice.send(thread, "and in 2024?")
    assert len(thread.history()) == before + 1


async def test_pages_turn_in_place(town: Town, answerer: FakeAnswerer) -> None:
    answerer.prepared["the bridge?"] = LONG
    await town.alice.send(town.channel, f"{town.me} the bridge?")
    (answer,) = town.answers
    await town.press(town.bob, answer, "page")
    assert [str(embed.author.name)[:3] for embed in town.answers[0].embeds] == ["[4]", "[5]", "[6]"]
    await town.press(town.bob, town.answers[0], "page")
    assert "Speaker 1" in text(town.answers[0])


async def test_pages_and_passages_work_after_a_restart(town: Town, answerer: FakeAnswerer) -> None:
    answerer.prepared["winter?"] = UNDATED
    await town.alice.send(town.channel, f"{town.me} winter?")
    await town.restart()
    result = await town.press(town.alice, town.answers[0], "passage")
    assert result.ephemeral
    assert "**“We will be ready before the first snow,” said Ingrid Dahl.**" in text(result.response)


@pytest.mark.parametrize(("action", "option"), [("newest", "newest_only"), ("widen", "widen")])
async def test_an_answer_is_asked_again_with_other_options(
    town: Town, answerer: FakeAnswerer, action: str, option: str
) -> None:
    from tests.bot.answers import COMPARED

    answerer.prepared["the ferries?"] = COMPARED
    await town.alice.send(town.channel, f"{town.me} the ferries?")
    result = await town.press(town.bob, town.answers[0], action)
    assert not result.ephemeral
    assert getattr(town.office.answerer.asked[-1], option)


async def test_a_refusal_names_the_next_step_and_what_comes_closest(town: Town) -> None:
    await town.alice.send(town.channel, f"{town.me} nonsense?")
    shown = text(town.answers[0])
    assert (wording.next_step(NOTHING_CLOSE) or "").split("“")[0] in shown
    assert "The lighthouse was drawn by a local builder." in shown


async def test_a_hostile_article_is_quoted_harmlessly(town: Town, answerer: FakeAnswerer) -> None:
    answerer.prepared["what does it say?"] = HOSTILE
    await town.alice.slash(town.channel, "ask", question="what does it say?")
    (answer,) = town.answers
    assert answer.mentions == answer.role_mentions == []
    assert not answer.mention_everyone
    sent = [json for json in town.sent("PATCH", "@original") if json.get("embeds")]
    assert [act for json in sent for part in markdown(json) for act in live(part)] == []


async def test_a_failure_is_told_and_named(town: Town) -> None:
    await town.alice.slash(town.channel, "ask", question="break it")
    assert "Something went wrong on my side" in text(town.answers[0])


async def test_too_many_questions_get_a_kind_sentence_for_the_asker_alone(town: Town) -> None:
    await town.restart(limits=Limits(per_person=1, per_channel=100))
    await town.alice.slash(town.channel, "ask", question="one?")
    result = await town.alice.slash(town.channel, "ask", question="two?")
    assert [text(message).strip().splitlines()[0] for message in town.answers] == ["one?"]
    (kind,) = result.followups
    assert kind.ephemeral
    assert "That was a lot of questions at once" in text(kind)


async def test_suggestions_for_a_question_come_from_the_newest_articles(town: Town) -> None:
    choices = await town.alice.autocomplete(town.channel, "ask", "question", "")
    assert [choice["value"] for choice in choices] == [
        "What is reported about “Depot opens in Narvik”?",
        wording.EXAMPLE,
    ]
    assert await town.alice.autocomplete(town.channel, "ask", "question", "wh") == []


async def test_a_channel_without_rights_is_told_to_the_asker_directly(town: Town) -> None:
    town.env.inject_error("POST", f"/channels/{town.channel.id}/messages", status=403, code=50013)
    await town.alice.send(town.channel, f"{town.me} what was agreed?")
    last = town.alice.user.dm_channel.last_message
    assert "I lack a permission in that channel" in text(last)


async def test_a_command_that_could_not_be_acknowledged_is_answered_in_the_channel(town: Town) -> None:
    town.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    await town.alice.slash(town.channel, "ask", question="How many?")
    (answer,) = town.answers
    assert "How many? Yes." in text(answer)


async def test_a_deleted_thinking_message_does_not_swallow_the_answer(town: Town) -> None:
    town.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=404, code=10008)
    await town.alice.slash(town.channel, "ask", question="How many?")
    assert "How many? Yes." in text(town.answers[-1])


async def test_the_intents_are_the_least(town: Town) -> None:
    intents = town.env.bot.intents
    assert {name for name, on in intents if on} == {"guilds", "guild_messages", "dm_messages"}
    assert isinstance(town.env.bot, discord.AutoShardedClient)
