"""Mentions, direct messages, follow-ups in threads, and what becomes of edited and deleted questions."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.desk import Request, asks_whether_right
from bot.desk.claims import ON_THE_WAY
from bot.slack_app import parse

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.event("app_mention")
    async def mentioned(body: Body, event: Body, context: Any) -> None:
        if _from_people(event) and not _direct(event):
            await _take(slack, parse.said(body, event, bot=context.bot_user_id, addressed=True), event)

    @app.event("message")
    async def written(body: Body, event: Body, context: Any) -> None:
        match event.get("subtype"):
            case None if _from_people(event):
                await _written(slack, body, event, bot=context.bot_user_id)
            case "message_changed":
                await _changed(slack, body, event, bot=context.bot_user_id)
            case "message_deleted":
                await _deleted(slack, body, event, event["deleted_ts"], bot=context.bot_user_id)


async def _written(slack: "Slack", body: Body, event: Body, *, bot: str) -> None:
    """A message: for us in a direct message, a possible follow-up in a thread, none of ours elsewhere.

    A channel's message with a mention comes as ``app_mention`` too, and is answered there.
    """
    if _direct(event):
        await _take(slack, parse.said(body, event, bot=bot, addressed=True), event)
    elif not _mentions(event, bot):
        await _follow(slack, body, event, bot=bot)


async def _changed(slack: "Slack", body: Body, event: Body, *, bot: str) -> None:
    """An edit, which may overtake the question. Unfolding a link comes so too, with nothing edited.

    So does the deletion of a message with replies under it, as an answered question has: a tombstone stays.
    """
    now, before = event["message"], event.get("previous_message") or {}
    if now.get("subtype") == "tombstone":
        await _deleted(slack, body, event, now["ts"], bot=bot)
        return
    if not _from_people(now) or now.get("subtype") or not now.get("edited"):
        return
    if now.get("text") == before.get("text"):
        return
    place = {"channel": event["channel"], "channel_type": event.get("channel_type")}
    edited = {**now, **place, "event_ts": event["ts"]}
    if not (_direct(edited) or _mentions(now, bot) or _mentions(before, bot)):
        await _follow(slack, body, edited, bot=bot)
        return
    request = parse.said(body, edited, bot=bot, addressed=True)
    if not _old(request) or await slack.desk.taken_up(request.place, request.said_in):
        await _take(slack, request, edited)


async def _take(slack: "Slack", request: Request, event: Body) -> None:
    if asks_whether_right(request.text):
        in_thread = event.get("thread_ts") not in (None, event["ts"])
        request = replace(
            request, kind="check" if in_thread else "ask", text="" if in_thread else request.text
        )
    await slack.desk.take(request)


async def _follow(slack: "Slack", body: Body, event: Body, *, bot: str) -> None:
    if event.get("thread_ts"):
        request = parse.said(body, event, bot=bot, addressed=False)
        if await slack.desk.conversations.follows(request.place, request.person):
            await slack.desk.take(request)


async def _deleted(slack: "Slack", body: Body, event: Body, ts: str, *, bot: str) -> None:
    """A deletion, which may overtake the question."""
    before = event.get("previous_message") or {}
    if not _from_people(before):
        return
    place = {"channel": event["channel"], "channel_type": event.get("channel_type")}
    gone = {**before, **place, "ts": ts, "edited": True, "event_ts": event["ts"]}
    request = replace(parse.said(body, gone, bot=bot, addressed=True), kind="retract", text="")
    ours = _direct(gone) or _mentions(before, bot) or bool(before.get("thread_ts"))
    if (ours and not _old(request)) or await slack.desk.taken_up(request.place, request.said_in):
        await slack.desk.take(request)


def _old(request: Request) -> bool:
    """Whether an edit or deletion comes too late for its message to be still on the way."""
    return request.asked_at - parse.when(request.said_in) > ON_THE_WAY


def _mentions(event: Body, bot: str) -> bool:
    return f"<@{bot}" in str(event.get("text"))


def _from_people(event: Body) -> bool:
    return bool(event.get("user")) and not event.get("bot_id") and not event.get("bot_profile")


def _direct(event: Body) -> bool:
    return event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D")
