"""What people do in the Slack of the tests: the payloads that Slack makes of it."""

import itertools
import json
import time
from dataclasses import dataclass
from typing import Any

BOT = "UBOT"
TEAM = "T1"
APP_ID = "A1"


@dataclass
class Posted:
    """A message as it stands in a channel; ``to`` is set where one person alone sees it."""

    channel: str
    ts: str
    payload: dict[str, Any]
    user: str = BOT
    to: str | None = None
    deleted: bool = False
    updates: int = 0

    @property
    def text(self) -> str:
        return str(self.payload["text"])

    @property
    def thread(self) -> str | None:
        return self.payload.get("thread_ts")

    @property
    def event(self) -> str | None:
        found = self.payload.get("metadata", {}).get("event_payload", {}).get("event_id")
        return str(found) if found else None

    def shown(self) -> str:
        """Everything that is to be read in it."""
        return json.dumps(self.payload, ensure_ascii=False)

    def button(self, action: str) -> dict[str, Any]:
        """The element with an action id."""
        for block in self.payload["blocks"]:
            for element in block.get("elements", []):
                if element.get("action_id") == action:
                    return dict(element)
        raise LookupError(f"no {action} in {self.shown()}")


class People:
    """Makes payloads. ``url`` is where the server listens."""

    url: str = ""

    def __init__(self) -> None:
        self.messages: list[Posted] = []
        self.number = itertools.count(1)

    def ts(self) -> str:
        """A new message's id."""
        return f"{int(time.time())}.{next(self.number):06}"

    def say(self, channel: str, text: str, *, user: str = "U1", thread: str | None = None) -> str:
        """Somebody writes a message; its ts."""
        ts = self.ts()
        payload = {"text": text, **({"thread_ts": thread} if thread else {})}
        self.messages.append(Posted(channel, ts, payload, user=user))
        return ts

    def event(self, event: dict[str, Any], *, team: str = TEAM) -> dict[str, Any]:
        """An event of the Events API."""
        return {
            "type": "event_callback",
            "team_id": team,
            "api_app_id": APP_ID,
            "event": event,
            "event_id": f"Ev{next(self.number):06}",
            "event_time": int(time.time()),
            "authorizations": [{"enterprise_id": None, "team_id": team, "user_id": BOT, "is_bot": True}],
        }

    def mention(
        self, text: str, *, user: str = "U1", channel: str = "C1", thread: str | None = None
    ) -> dict[str, Any]:
        """Somebody mentions the bot."""
        said = f"<@{BOT}> {text}"
        ts = self.say(channel, said, user=user, thread=thread)
        event = {
            "type": "app_mention",
            "user": user,
            "text": said,
            "ts": ts,
            "channel": channel,
            "event_ts": ts,
        }
        return self.event(event | ({"thread_ts": thread} if thread else {}))

    def message(
        self,
        text: str,
        *,
        user: str = "U1",
        channel: str = "D1",
        thread: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Somebody writes where the bot reads along."""
        ts = self.say(channel, text, user=user, thread=thread)
        event = {
            "type": "message",
            "channel_type": "im" if channel.startswith("D") else "channel",
            "user": user,
            "text": text,
            "ts": ts,
            "channel": channel,
            **more,
        }
        return self.event(event | ({"thread_ts": thread} if thread else {}))

    def command(self, name: str, text: str, *, user: str = "U1", channel: str = "C1") -> dict[str, Any]:
        """Somebody types a command."""
        number = next(self.number)
        return {
            "command": name,
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "team_id": TEAM,
            "api_app_id": APP_ID,
            "trigger_id": f"trigger{number}",
            "response_url": f"{self.url}/respond/{user}/{channel}/{number}",
            "token": "ignored",
        }

    def press(
        self, posted: Posted, action: str, *, user: str = "U1", value: str | None = None
    ) -> dict[str, Any]:
        """Somebody presses a button under a message."""
        element = posted.button(action)
        number = next(self.number)
        chosen = value if value is not None else element.get("value")
        return {
            "type": "block_actions",
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM},
            "api_app_id": APP_ID,
            "channel": {"id": posted.channel},
            "message": {"ts": posted.ts, **posted.payload},
            "container": {"type": "message", "message_ts": posted.ts, "channel_id": posted.channel},
            "trigger_id": f"trigger{number}",
            "response_url": f"{self.url}/respond/{user}/{posted.channel}/{number}",
            "actions": [
                {
                    "type": element["type"],
                    "action_id": action,
                    "block_id": "b",
                    "value": chosen,
                    "action_ts": "1",
                }
            ],
        }

    def press_in_view(
        self, view: dict[str, Any], action: str, *, value: str, user: str = "U1"
    ) -> dict[str, Any]:
        """Somebody presses a button in a modal or on the home page."""
        return {
            "type": "block_actions",
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM},
            "api_app_id": APP_ID,
            "container": {"type": "view", "view_id": view.get("id", "V0")},
            "view": {"id": view.get("id", "V0"), **view},
            "trigger_id": f"trigger{next(self.number)}",
            "actions": [
                {"type": "button", "action_id": action, "block_id": "b", "value": value, "action_ts": "1"}
            ],
        }

    def submit(self, view: dict[str, Any], values: dict[str, Any], *, user: str = "U1") -> dict[str, Any]:
        """Somebody sends a modal."""
        return {
            "type": "view_submission",
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM},
            "api_app_id": APP_ID,
            "trigger_id": f"trigger{next(self.number)}",
            "view": {**view, "state": {"values": values}},
        }

    def shortcut(self, posted: Posted, callback: str, *, user: str = "U1") -> dict[str, Any]:
        """Somebody picks a message's shortcut."""
        number = next(self.number)
        return {
            "type": "message_action",
            "callback_id": callback,
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM},
            "api_app_id": APP_ID,
            "channel": {"id": posted.channel},
            "message": {"ts": posted.ts, "user": posted.user, **posted.payload},
            "trigger_id": f"trigger{number}",
            "response_url": f"{self.url}/respond/{user}/{posted.channel}/{number}",
        }
