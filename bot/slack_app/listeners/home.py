"""App Home, and the settings of channels."""

from typing import TYPE_CHECKING, Any

from bot.desk import Channel, Place, publishers_of
from bot.errors import BotError, NotAllowed
from bot.slack_app import blocks as b
from bot.slack_app import pages, parse
from bot.slack_app.listeners.agent import suggest

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.event("app_home_opened")
    async def opened(body: Body, event: Body) -> None:
        if event.get("tab", "home") == "home":
            slack.desk.begin(_show(slack, body, event["user"]))
        elif event.get("tab") == "messages":
            slack.desk.begin(suggest(slack, body, user=event["user"], channel=event["channel"]))

    @app.action("settings")
    async def settings(ack: Any, body: Body) -> None:
        person = await slack.person(body)
        try:
            slack.desk.channels.require_admin(person)
            place = parse.pressed(body, text="").place
            view = pages.settings(await slack.desk.channels.get(place), place=None)
        except BotError as exc:
            view = b.modal("Settings", [b.paragraph(str(exc))])
        await slack.call(body, "views.open", trigger_id=body["trigger_id"], view=view)
        await ack()

    @app.view("settings")
    async def saved(ack: Any, body: Body, view: Body) -> None:
        values = view["state"]["values"]
        chosen = values["channel"]["channel"].get("selected_conversation") or ""
        place = Place(platform="slack", workspace=parse.workspace(body), channel=chosen)
        try:
            await slack.desk.channels.set(
                await slack.person(body), place, _channel(values), workspace=not chosen
            )
            said = "Saved."
        except BotError as exc:
            said = str(exc)
        await ack(response_action="update", view=b.modal("Settings", [b.paragraph(said)]))


async def _show(slack: "Slack", body: Body, user: str) -> None:
    """The home page; somebody who may not ask sees why, and nothing of the collection."""
    person = await slack.workspaces.recognised(parse.person(body, user), enterprise=parse.enterprise(body))
    try:
        await slack.desk.channels.admit(person, parse.home(body))
        view = pages.home(await slack.desk.home(person))
    except NotAllowed as exc:
        view = {"type": "home", "blocks": [b.paragraph(str(exc))]}
    await slack.call(body, "views.publish", user_id=user, view=view)


def _channel(values: Body) -> Channel:
    flags = {option["value"] for option in values["flags"]["flags"].get("selected_options") or ()}
    return Channel(
        who=values["who"]["who"]["selected_option"]["value"],
        guests="guests" in flags,
        outsiders="outsiders" in flags,
        private="private" in flags,
        publishers=publishers_of(values["publishers"]["publishers"].get("value") or ""),
    )
