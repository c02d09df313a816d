"""The message shortcut "Check this claim"."""

from typing import TYPE_CHECKING, Any

from bot.slack_app import parse
from bot.slack_app.manifest import CHECK_SHORTCUT

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listener."""

    @app.shortcut(CHECK_SHORTCUT)
    async def check(ack: Any, body: Body) -> None:
        message = body["message"]
        text = parse.words(str(message.get("text") or ""))
        await slack.desk.take(parse.pressed(body, text=text, kind="check", private=True))
        await ack()
