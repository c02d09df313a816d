"""What people can do in Slack, one feature a file; each registers its listeners on the app."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.desk import Desk, Person
from bot.slack_app import parse
from bot.slack_app.blocks import Block, fitting, paragraph
from bot.slack_app.text import escaped
from bot.slack_app.workspaces import Workspaces

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slack:
    """What listeners work with."""

    desk: Desk
    workspaces: Workspaces

    async def person(self, body: Body) -> Person:
        """Who did it, with what Slack knows of them (a guest, an outsider)."""
        user = body["user_id"] if "user_id" in body else body["user"]["id"]
        return await self.workspaces.recognised(
            parse.person(body, str(user)), enterprise=parse.enterprise(body)
        )

    async def admitted(self, body: Body) -> Person:
        """Who did it, if they may ask where they did it.

        Raises:
            NotAllowed: they may not; the text says why.
        """
        person = await self.person(body)
        await self.desk.channels.admit(person, parse.pressed(body, text="").place)
        return person

    async def call(self, body: Body, method: str, **arguments: Any) -> Any:
        """Call the Web API on behalf of the workspace that ``body`` came from."""
        return await self.workspaces.call(
            method, workspace=parse.workspace(body), enterprise=parse.enterprise(body), **arguments
        )

    async def tell(self, body: Body, text: str, blocks: list[Block] | None = None) -> None:
        """Say something to the person who pressed or typed, and to nobody else."""
        channel = body.get("channel_id") or (body.get("channel") or {}).get("id")
        user = body["user_id"] if "user_id" in body else body["user"]["id"]
        said: dict[str, Any] = {"text": escaped(text) or "–", "blocks": fitting(blocks or []) or None}
        said |= {"unfurl_links": False, "unfurl_media": False}
        if url := body.get("response_url"):
            from bot.slack_app.delivery import respond

            await respond(url, {name: value for name, value in said.items() if value is not None})
        elif channel and not str(channel).startswith("D"):
            await self.call(body, "chat.postEphemeral", channel=channel, user=user, **said)
        else:
            await self.call(body, "chat.postMessage", channel=user, **said)

    async def send_file(self, body: Body, said: str, *, name: str, content: bytes) -> None:
        """Send a file to the person who pressed or typed, in their direct messages with the bot.

        Raises:
            DeliveryError: Slack refused, or could not be reached.
        """
        user = body["user_id"] if "user_id" in body else body["user"]["id"]
        shown = {"text": escaped(said), "blocks": [paragraph(said)]}
        quiet = {"unfurl_links": False, "unfurl_media": False}
        posted = await self.call(body, "chat.postMessage", channel=user, **shown, **quiet)
        where = {"workspace": parse.workspace(body), "enterprise": parse.enterprise(body)}
        await self.workspaces.upload(
            name=name, content=content, channel=posted["channel"], thread=posted["ts"], **where
        )


def register(app: "AsyncApp", slack: Slack) -> None:
    """Register every feature."""
    from bot.slack_app.listeners import (
        agent,
        ask,
        check,
        feedback,
        files,
        home,
        installs,
        messages,
        sources,
        spending,
        watch,
    )

    for feature in (agent, ask, check, feedback, files, home, installs, messages, sources, spending, watch):
        feature.register(app, slack)
