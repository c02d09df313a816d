"""What people do in the Discord of the tests: the events that Discord makes of it."""

import time
from typing import Any

from tests.bot.discord.gateway import Gateway
from tests.bot.discord.objects import (
    BOT,
    CHANNEL,
    EVERYBODY,
    GUILD,
    Interaction,
    Json,
    Posted,
    member,
    message,
    person,
)


class People(Gateway):
    """Somebody writes, types a command, presses a button."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, Posted] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: list[Json] = []

    async def mention(self, text: str, *, user: str = "42") -> str:
        """Somebody mentions the bot in the channel; the message's id."""
        made = self.snowflake()
        posted = Posted(made, CHANNEL, {"content": f"<@{BOT}> {text}"}, user)
        self.messages[made] = posted
        await self.dispatch("MESSAGE_CREATE", message(posted, mentions=[person(BOT)]))
        return made

    async def slash(self, name: str, user: str = "42", **options: Any) -> Interaction:
        """Somebody types a command."""
        command = next(one for one in self.commands if one["name"] == name)
        kinds = {str: 3, int: 4, bool: 5, float: 10}
        data = {
            "id": command["id"],
            "name": name,
            "type": 1,
            "options": [{"name": k, "type": kinds[type(v)], "value": v} for k, v in options.items()],
        }
        return await self._interact(2, data, user)

    async def press(self, posted: Posted, action: str, user: str = "42") -> Interaction:
        """Somebody presses a button under a message."""
        ids = [b["custom_id"] for row in posted.payload["components"] for b in row["components"]]
        id_ = next(one for one in ids if one.split(":")[1] == action)
        return await self._interact(3, {"custom_id": id_, "component_type": 2}, user, message=message(posted))

    async def _interact(self, kind: int, data: Json, user: str, **more: Any) -> Interaction:
        id_ = self.snowflake()
        made = Interaction(id_, f"token-{id_}", CHANNEL, time.monotonic())
        self.interactions[made.token] = made
        await self.dispatch(
            "INTERACTION_CREATE",
            {
                "id": id_,
                "application_id": BOT,
                "type": kind,
                "token": made.token,
                "version": 1,
                "data": data,
                "guild_id": GUILD,
                "channel_id": CHANNEL,
                "channel": {"id": CHANNEL, "type": 0, "name": "general", "permissions": EVERYBODY},
                "member": {**member(user), "user": person(user), "permissions": EVERYBODY},
                "locale": "en-GB",
                "entitlements": [],
                "authorizing_integration_owners": {},
                "context": 0,
                "app_permissions": EVERYBODY,
                "attachment_size_limit": 10_000_000,
                **more,
            },
        )
        return made
