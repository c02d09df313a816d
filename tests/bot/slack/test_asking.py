"""Ways to ask on Slack, over a real socket."""

from dataclasses import replace

from bot import wording
from tests.bot.answers import HOSTILE, LONG, OUTSIDE, UNDATED
from tests.bot.conftest import Offices
from tests.bot.slack.conftest import Chat, Connect
from tests.bot.slack.people import BOT
from tests.bot.slack.server import FakeSlack
from tests.bot.waiting import until


async def test_a_mention_is_answered_in_its_thread_with_the_events_id(chat: Chat) -> None:
    event = chat.slack.mention("How many vehicles?")
    await chat.send(event)
    (answer,) = await chat.slack.answered(1)
    assert answer.thread == event["event"]["ts"]
    assert answer.event == f"slack:{event['event_id']}"
    assert "How many vehicles? Yes." in answer.text
    assert "The Harbour Times, 6 May 2025" in answer.shown()
    assert [call.arguments["status"] for call in chat.slack.called("assistant.threads.setStatus")] == [
        wording.STATUS
    ]


async def test_the_message_twin_of_a_mention_is_left_alone(chat: Chat) -> None:
    await chat.send(chat.slack.mention("How many?"))
    await chat.send(chat.slack.message(f"<@{BOT}> How many?", channel="C1"))
    await chat.settled()
    assert len(chat.slack.answers()) == 1


async def test_bots_and_subtypes_are_ignored(chat: Chat) -> None:
    await chat.send(chat.slack.message("I am a bot", bot_id="B9"))
    await chat.send(chat.slack.message("joined", subtype="channel_join"))
    mention = chat.slack.mention("from a bot")
    mention["event"]["bot_id"] = "B9"
    await chat.send(mention)
    await chat.settled()
    assert chat.slack.answers() == []
    assert chat.office.answerer.asked == []


async def test_a_direct_message_is_answered_without_a_thread(chat: Chat) -> None:
    await chat.send(chat.slack.message("How many vehicles?"))
    (answer,) = await chat.slack.answered(1)
    assert (answer.channel, answer.thread) == ("D1", None)


async def test_the_agent_pane_offers_prompts_and_answers_in_its_thread(chat: Chat) -> None:
    thread = chat.slack.say("D1", "(pane)", user=BOT)
    started = {
        "type": "assistant_thread_started",
        "assistant_thread": {"user_id": "U1", "channel_id": "D1", "thread_ts": thread, "context": {}},
        "event_ts": thread,
    }
    await chat.send(chat.slack.event(started))
    assert await until(lambda: chat.slack.called("assistant.threads.setSuggestedPrompts"))
    (call,) = chat.slack.called("assistant.threads.setSuggestedPrompts")
    assert "Depot opens in Narvik" in call.arguments["prompts"][0]["message"]
    await chat.send(chat.slack.message("How many vehicles?", thread=thread))
    assert await until(lambda: len(chat.slack.answers()) == 2)
    assert chat.slack.answers()[-1].thread == thread


async def test_follow_ups_come_from_the_asker_alone_and_end_at_stop(chat: Chat) -> None:
    mention = chat.slack.mention("Who opened the depot?")
    await chat.send(mention)
    await chat.slack.answered(1)
    thread = mention["event"]["ts"]
    await chat.send(chat.slack.message("I think it was the mayor", user="U2", channel="C1", thread=thread))
    await chat.send(chat.slack.message("and when?", channel="C1", thread=thread))
    answers = await chat.slack.answered(2)
    assert answers[1].thread == thread
    assert [turn.question for turn in chat.office.answerer.asked[-1].turns] == ["Who opened the depot?"]
    await chat.send(chat.slack.message("nonsense, I was joking", channel="C1", thread=thread))
    await chat.settled()
    assert len(chat.slack.answers()) == 2
    await chat.send(chat.slack.message("stop", channel="C1", thread=thread))
    assert wording.STOPPED in (await chat.slack.answered(3))[-1].text
    await chat.send(chat.slack.message("and why?", channel="C1", thread=thread))
    await chat.settled()
    assert len(chat.slack.answers()) == 3
    await chat.send(chat.slack.mention("and who paid?", thread=thread))
    assert "and who paid? Yes." in (await chat.slack.answered(4))[-1].text


async def test_is_that_right_is_about_the_parent_message(chat: Chat) -> None:
    claim = chat.slack.say("C1", "The depot holds 300 vehicles", user="U2")
    await chat.send(chat.slack.mention("is that right?", thread=claim))
    (answer,) = await chat.slack.answered(1)
    assert chat.office.answerer.checked == ["The depot holds 300 vehicles"]
    assert answer.text.startswith("Supported. ")


async def test_is_that_right_under_an_answer_checks_the_answer(chat: Chat) -> None:
    await chat.send(chat.slack.message("How many?"))
    (answer,) = await chat.slack.answered(1)
    await chat.send(chat.slack.mention("is that true?", channel="D1"))
    await chat.send(chat.slack.message("is that true?", thread=answer.ts))
    assert await until(lambda: chat.office.answerer.checked)
    assert chat.office.answerer.checked == ["How many? Yes. [1]"]


async def test_the_shortcut_checks_a_message_for_one_person(chat: Chat) -> None:
    chat.slack.say("C1", "The depot holds &lt;300&gt; vehicles", user="U2")
    shortcut = chat.slack.shortcut(chat.slack.messages[-1], "check_claim")
    await chat.send(shortcut, kind="interactive")
    (answer,) = await chat.slack.answered(1)
    assert answer.to == "U1"
    assert chat.office.answerer.checked == ["The depot holds <300> vehicles"]


async def test_ask_is_private_until_it_is_shared(chat: Chat) -> None:
    answer = await chat.command("/ask", "How many vehicles?")
    assert answer.to == "U1"
    await chat.press(answer, "share")
    shared = (await chat.slack.answered(2))[-1]
    assert shared.to is None
    assert '{"type": "user", "user_id": "U1"}' in shared.shown()
    assert "How many vehicles? Yes." in shared.text


async def test_sharing_where_the_bot_is_no_member_says_what_to_do(chat: Chat) -> None:
    answer = await chat.command("/ask", "How many vehicles?")
    chat.slack.failing["chat.postMessage"] = "not_in_channel"
    await chat.press(answer, "share")
    told = (await chat.slack.answered(2))[-1]
    assert told.to == "U1"
    assert "/invite" in told.text


async def test_newest_only_and_wider_dates_ask_again_in_the_thread(
    offices: Offices, connect: Connect
) -> None:
    office = offices.open()
    office.answerer.prepared["What was decided?"] = OUTSIDE
    chat = await connect(office)
    mention = chat.slack.mention("What was decided?")
    await chat.send(mention)
    (refusal,) = await chat.slack.answered(1)
    assert wording.WIDEN in refusal.shown()
    assert wording.NEAREST in refusal.shown()
    office.answerer.prepared.clear()
    await chat.press(refusal, "widen")
    wider = (await chat.slack.answered(2))[-1]
    assert office.answerer.asked[-1].widen
    assert wider.thread == mention["event"]["ts"]
    await chat.press(wider, "newest")
    await chat.slack.answered(3)
    assert (office.answerer.asked[-1].newest_only, office.answerer.asked[-1].widen) == (True, True)


async def test_more_sources_and_passages_open_in_modals(offices: Offices, connect: Connect) -> None:
    office = offices.open()
    office.answerer.prepared |= {"the bridge?": LONG, "winter?": UNDATED}
    chat = await connect(office)
    await chat.send(chat.slack.message("the bridge?"))
    (long,) = await chat.slack.answered(1)
    await chat.press(long, "more")
    view = await chat.slack.viewed()
    assert all(f"Bridge Paper {n}" in str(view) for n in range(1, 7))
    await chat.send(chat.slack.message("winter?"))
    scraped = (await chat.slack.answered(2))[-1]
    await chat.press(scraped, "passage_1")
    passage = await chat.slack.viewed(2)
    assert "We will be ready before the first snow" in str(passage)
    assert wording.UNDATED in str(passage)


async def test_a_hostile_article_is_quoted_harmlessly(offices: Offices, connect: Connect) -> None:
    office = offices.open()
    sentence = "x <!channel> <@U123> & *b* \u202e" * 4000
    long = replace(HOSTILE.citations[0], quote=sentence[:400], passage=sentence[:1200])
    office.answerer.prepared |= {
        "hostile?": HOSTILE,
        "long?": replace(HOSTILE, answer=sentence, notes=(sentence,) * 9, citations=(long,)),
    }
    chat = await connect(office)
    for number, question in enumerate(("hostile?", "long?"), start=1):
        await chat.send(chat.slack.mention(question))
        answer = (await chat.slack.answered(number))[-1]
        assert "<!channel>" not in answer.shown()
        assert "&lt;!channel&gt;" in answer.text
    await chat.press(chat.slack.answers()[-1], "more")
    assert "<!channel>" not in str(await chat.slack.viewed())


async def test_what_slack_refuses_is_sent_plainly(chat: Chat, slack: FakeSlack) -> None:
    slack.refused_blocks = {"context_actions"}
    await chat.send(slack.mention("How many vehicles?"))
    (answer,) = await slack.answered(1)
    assert {"helpful", "wrong"} <= {e["action_id"] for e in answer.payload["blocks"][-1]["elements"]}
    await chat.press(answer, "helpful")
    assert wording.FEEDBACK_THANKS in (await slack.answered(2))[-1].text


async def test_rate_limits_are_waited_out(chat: Chat, slack: FakeSlack) -> None:
    slack.limited["chat.postMessage"] = 2
    await chat.send(slack.mention("How many vehicles?"))
    assert len(await slack.answered(1)) == 1
    first, _, third = slack.called("chat.postMessage")
    assert third.at - first.at >= 2


async def test_what_goes_wrong_is_said_and_blank_mentions_get_a_hint(chat: Chat) -> None:
    await chat.send(chat.slack.mention("break it"))
    assert "Something went wrong" in (await chat.slack.answered(1))[-1].text
    await chat.send(chat.slack.mention(""))
    assert wording.EMPTY in (await chat.slack.answered(2))[-1].text


async def test_guests_and_outsiders_get_nothing_unless_allowed(chat: Chat, slack: FakeSlack) -> None:
    slack.people |= {"UGUEST": {"is_restricted": True}, "UOTHER": {"team_id": "T2"}}
    for number, (user, words) in enumerate(
        (("UGUEST", wording.NOT_FOR_GUESTS), ("UOTHER", wording.NOT_FOR_OUTSIDERS)), start=1
    ):
        await chat.send(slack.mention("How many?", user=user))
        told = (await slack.answered(number))[-1]
        assert (told.to, words in told.text) == (user, True)
    assert chat.office.answerer.asked == []


async def test_a_button_pressed_by_another_organisation_counts_as_theirs(
    offices: Offices, connect: Connect
) -> None:
    office = offices.open()
    office.answerer.prepared["the bridge?"] = LONG
    chat = await connect(office)
    await chat.send(chat.slack.mention("the bridge?"))
    (answer,) = await chat.slack.answered(1)
    chat.slack.people["UOTHER"] = {"team_id": "T2"}
    for number, action in enumerate(("more", "newest"), start=2):
        pressed = chat.slack.press(answer, action, user="UOTHER")
        pressed["team"] = {"id": "T2"}
        pressed["user"]["team_id"] = "T2"
        await chat.send(pressed, kind="interactive")
        assert wording.NOT_FOR_OUTSIDERS in (await chat.slack.answered(number))[-1].text
    assert chat.slack.views == []
    assert len(office.answerer.asked) == 1


async def test_guests_see_neither_the_collection_nor_what_stands_behind_buttons(
    offices: Offices, connect: Connect
) -> None:
    office = offices.open()
    office.answerer.prepared |= {"the bridge?": LONG, "winter?": UNDATED}
    chat = await connect(office)
    slack = chat.slack
    slack.people["UGUEST"] = {"is_restricted": True}
    for number, (question, action) in enumerate((("the bridge?", "more"), ("winter?", "passage_1"))):
        await chat.send(slack.mention(question))
        answer = (await slack.answered(2 * number + 1))[-1]
        await chat.press(answer, action, user="UGUEST")
        assert wording.NOT_FOR_GUESTS in (await slack.answered(2 * number + 2))[-1].text
    assert slack.views == []
    pane = {"user_id": "UGUEST", "channel_id": "D7", "thread_ts": slack.say("D7", "(pane)", user=BOT)}
    await chat.send(slack.event({"type": "assistant_thread_started", "assistant_thread": pane}))
    opened = {"type": "app_home_opened", "user": "UGUEST", "channel": "D7", "tab": "home"}
    await chat.send(slack.event(opened))
    assert await until(lambda: "UGUEST" in slack.homes)
    await chat.settled()
    assert slack.called("assistant.threads.setSuggestedPrompts") == []
    assert wording.NOT_FOR_GUESTS in str(slack.homes["UGUEST"])
    assert "articles" not in str(slack.homes["UGUEST"])


async def test_too_many_questions_get_a_kind_sentence(offices: Offices, connect: Connect) -> None:
    from bot.desk import Limits

    chat = await connect(offices.open(limits=Limits(per_person=2, per_channel=3)))
    for number, user in enumerate(("U1", "U1", "U1", "U2", "U3"), start=1):
        await chat.send(chat.slack.mention(f"Question {number}?", user=user))
        await chat.slack.answered(number)
    answers = chat.slack.answers()
    assert "That was a lot of questions" in answers[2].text
    assert answers[2].to == "U1"
    assert "This channel is asking a lot" in answers[4].text
    assert len(chat.office.answerer.asked) == 3
