"""``/watch``, and the button that ends a watch."""

from typing import TYPE_CHECKING, Any

from bot import wording
from bot.errors import BotError
from bot.slack_app import parse

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.command("/watch")
    async def watch(ack: Any, command: Body) -> None:
        await slack.desk.take(parse.pressed(command, text=parse.words(command["text"]), kind="watch"))
        await ack()

    @app.action("unwatch")
    async def stop(ack: Any, body: Body, action: Body) -> None:
        place = parse.pressed(body, text="").place
        try:
            topic = await slack.desk.watches.stop(await slack.person(body), place, action["value"])
            said = wording.unwatched(topic)
        except BotError as exc:
            said = str(exc)
        await slack.tell(body, said)
        await ack()
