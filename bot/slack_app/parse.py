"""What Slack sends, read as requests of the desk: pure functions from payloads to records."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.desk import Person, Place, Request

Payload = Mapping[str, Any]

_MARK = re.compile(r"<(?:(?P<kind>[@#!])|(?=https?:|mailto:|tel:))(?P<target>[^>|]*)(?:\|(?P<label>[^>]*))?>")


def words(text: str, *, bot: str = "") -> str:
    """What somebody wrote, as they see it: the bot's mention removed, links and channels by their names."""

    def shown(match: re.Match[str]) -> str:
        if match["kind"] == "@" and match["target"] == bot:
            return " "
        if match["label"]:
            return match["label"]
        return match["target"].removeprefix("mailto:") if not match["kind"] else " "

    return " ".join(html.unescape(_MARK.sub(shown, text)).split())


def person(body: Payload, user: str) -> Person:
    """Who did it. ``workspace`` is where the app is installed, also for people of other organisations."""
    return Person(platform="slack", workspace=workspace(body), user=user)


def workspace(body: Payload) -> str:
    """The id of the workspace that the app is installed in; a shared channel's event may name another."""
    authorized = (body.get("authorizations") or [{}])[0].get("team_id")
    installed = (body.get("view") or {}).get("app_installed_team_id")
    found = authorized or installed or body.get("team_id") or (body.get("team") or {}).get("id")
    return str(found or (body.get("user") or {}).get("team_id") or "")


def home(body: Payload) -> Place:
    """Where the home page and the agent pane are: in no channel, so the workspace's settings hold."""
    return Place(platform="slack", workspace=workspace(body), channel="", direct=True)


def enterprise(body: Payload) -> str:
    """The id of the organisation, empty outside of Enterprise Grid."""
    found = body.get("enterprise_id") or (body.get("enterprise") or {}).get("id")
    return str(found or "")


def when(ts: str) -> datetime:
    """The time in a message's id."""
    return datetime.fromtimestamp(float(ts), UTC)


def said(body: Payload, event: Payload, *, bot: str, addressed: bool) -> Request:
    """A message, as a question (``addressed`` to the bot) or a possible follow-up.

    In a channel the answer goes into the message's thread; in a direct message it follows the message, or
    stays in its thread (the agent pane has one for every conversation). An edited message is asked when it
    was edited: ``edited`` itself has whole seconds only, so the event says when.
    """
    channel = str(event["channel"])
    direct = channel.startswith("D") or event.get("channel_type") == "im"
    thread = str(event.get("thread_ts") or ("" if direct else event["ts"]))
    version = event.get("event_ts") if event.get("edited") else None
    return Request(
        key=f"slack:{body['event_id']}",
        kind="ask" if addressed else "follow",
        person=person(body, str(event["user"])),
        place=Place(
            platform="slack", workspace=workspace(body), channel=channel, thread=thread, direct=direct
        ),
        text=words(str(event.get("text") or ""), bot=bot),
        asked_at=when(str(version or event["ts"])),
        said_in=str(event["ts"]),
        delivery=_delivery(body),
    )


def pressed(body: Payload, *, text: str, kind: Any = "ask", private: bool = False) -> Request:
    """Something asked by a command, a shortcut, a button or a modal. The key is the ``trigger_id``."""
    channel = str(body.get("channel_id") or (body.get("channel") or {}).get("id") or "")
    container = body.get("message") or {}
    user = body["user_id"] if "user_id" in body else body["user"]["id"]
    return Request(
        key=f"slack:{body['trigger_id']}",
        kind=kind,
        person=person(body, str(user)),
        place=Place(
            platform="slack",
            workspace=workspace(body),
            channel=channel,
            thread=str(container.get("thread_ts") or ""),
            direct=channel.startswith("D"),
        ),
        text=text,
        asked_at=datetime.now(UTC),
        private=private,
        delivery=_delivery(body),
    )


def _delivery(body: Payload) -> dict[str, str]:
    kept = {"response_url": str(body.get("response_url") or ""), "enterprise": enterprise(body)}
    return {name: value for name, value in kept.items() if value}
