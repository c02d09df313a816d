"""``/ask`` and what can be done with an answer: share, more sources, passages, newest only, wider dates."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import wording
from bot.errors import BotError, DeskError
from bot.slack_app import blocks as b
from bot.slack_app import pages, parse, render

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.command("/ask")
    async def ask(ack: Any, command: Body) -> None:
        await slack.desk.take(parse.pressed(command, text=parse.words(command["text"]), private=True))
        await ack()

    @app.action("share")
    async def share(ack: Any, body: Body, action: Body) -> None:
        await slack.desk.take(parse.pressed(body, text=action["value"], kind="share"))
        await ack()

    @app.action("newest")
    async def newest(ack: Any, body: Body, action: Body) -> None:
        await _again(slack, body, action["value"], newest_only=True)
        await ack()

    @app.action("widen")
    async def widen(ack: Any, body: Body, action: Body) -> None:
        await _again(slack, body, action["value"], widen=True)
        await ack()

    @app.action("more")
    async def more(ack: Any, body: Body, action: Body) -> None:
        try:
            await slack.admitted(body)
            asked = await slack.desk.asked(action["value"])
        except BotError as exc:
            await slack.tell(body, str(exc))
        else:
            if asked.answer:
                view = b.modal(wording.MORE_SOURCES, render.sources(asked.answer))
                await slack.call(body, "views.open", trigger_id=body["trigger_id"], view=view)
        await ack()

    @app.action(re.compile(r"^passage_\d+$"))
    async def passage(ack: Any, body: Body, action: Body) -> None:
        question, _, number = str(action["value"]).partition(":")
        try:
            await slack.admitted(body)
            reading = await slack.desk.passage(question, int(number))
        except BotError as exc:
            await slack.tell(body, str(exc))
        else:
            view = (
                pages.passage(reading) if reading else b.modal("Passage", [b.paragraph(wording.PASSAGE_GONE)])
            )
            await slack.call(body, "views.open", trigger_id=body["trigger_id"], view=view)
        await ack()


async def _again(
    slack: "Slack", body: Body, question: str, *, newest_only: bool = False, widen: bool = False
) -> None:
    request = parse.pressed(body, text="")
    try:
        asked = await slack.desk.asked(question)
        await slack.desk.again(
            question,
            key=request.key,
            person=request.person,
            options=replace(
                asked.options,
                newest_only=newest_only or asked.options.newest_only,
                widen=widen or asked.options.widen,
            ),
            delivery=request.delivery,
        )
    except DeskError as exc:
        await slack.tell(body, str(exc))
