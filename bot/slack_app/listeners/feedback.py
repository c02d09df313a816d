"""Feedback on answers, and the review list of administrators."""

import re
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from bot import wording
from bot.errors import BotError
from bot.slack_app import blocks as b
from bot.slack_app import pages

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.desk.reviews import Decision
    from bot.slack_app.listeners import Slack

Body = dict[str, Any]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.action(re.compile(r"^(feedback|helpful|wrong)$"))
    async def feedback(ack: Any, body: Body, action: Body) -> None:
        verdict, _, question = str(action["value"]).partition(":")
        if verdict == "wrong":
            await slack.call(
                body, "views.open", trigger_id=body["trigger_id"], view=pages.why_wrong(question)
            )
        else:
            person = await slack.person(body)
            await _say(slack, body, slack.desk.reviews.helpful(question, person), wording.FEEDBACK_THANKS)
        await ack()

    @app.view("wrong")
    async def why(ack: Any, body: Body, view: Body) -> None:
        values = view["state"]["values"]
        done = slack.desk.reviews.wrong(
            view["private_metadata"],
            await slack.person(body),
            reason=values["reason"]["reason"]["selected_option"]["value"],
            comment=values["comment"]["comment"].get("value") or "",
        )
        try:
            await done
            shown = wording.WRONG_THANKS
        except BotError as exc:
            shown = str(exc)
        await ack(response_action="update", view=b.modal("Thank you", [b.paragraph(shown)]))

    @app.action("review")
    async def review(ack: Any, body: Body) -> None:
        await slack.call(body, "views.open", trigger_id=body["trigger_id"], view=await _reviewed(slack, body))
        await ack()

    @app.action(re.compile(r"^(withdraw|dismiss)_\d+$"))
    async def decide(ack: Any, body: Body, action: Body) -> None:
        decision: Decision = "withdrawn" if action["action_id"].startswith("withdraw") else "dismissed"
        person = await slack.person(body)
        await _decide(slack, body, slack.desk.decide(person, action["value"], decision))
        await ack()

    @app.action(re.compile(r"^correct_\d+$"))
    async def correct(ack: Any, body: Body, action: Body) -> None:
        method = "views.push" if body.get("view") and body["view"]["type"] == "modal" else "views.open"
        view = pages.correction(action["value"])
        await slack.call(body, method, trigger_id=body["trigger_id"], view=view)
        await ack()

    @app.view("correct")
    async def corrected(ack: Any, body: Body, view: Body) -> None:
        text = view["state"]["values"]["correction"]["correction"]["value"]
        person = await slack.person(body)
        try:
            await slack.desk.decide(person, view["private_metadata"], "corrected", correction=text)
            shown = "The answer was corrected."
        except BotError as exc:
            shown = str(exc)
        await ack(response_action="update", view=b.modal("Correction", [b.paragraph(shown)]))


async def _reviewed(slack: "Slack", body: Body) -> Body:
    try:
        cases = await slack.desk.reviews.open(await slack.person(body))
    except BotError as exc:
        return b.modal("Review", [b.paragraph(str(exc))])
    return b.modal("Review", pages.review(cases))


async def _decide(slack: "Slack", body: Body, work: Awaitable[None]) -> None:
    """Decide, and show the list as it is then where it was shown."""
    try:
        await work
        said = "Done."
    except BotError as exc:
        said = str(exc)
    if body.get("view") and body["view"]["type"] == "modal":
        view = await _reviewed(slack, body)
        view["blocks"] = [b.aside(said), *view["blocks"]]
        await slack.call(body, "views.update", view_id=body["view"]["id"], view=view)
    else:
        await slack.tell(body, said)


async def _say(slack: "Slack", body: Body, work: Awaitable[None], said: str) -> None:
    try:
        await work
    except BotError as exc:
        said = str(exc)
    await slack.tell(body, said)
