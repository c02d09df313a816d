"""Replies delivered to Slack: posted once, found again after a restart, changed and taken away."""

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import replace as with_changes
from typing import Any, Literal

from bot import wording
from bot.desk import Desk, Message, Reply, Request, SpendingReport
from bot.errors import DeliveryError
from bot.slack_app.blocks import paragraph
from bot.slack_app.parse import words
from bot.slack_app.render import Payload, bare, message
from bot.slack_app.text import escaped, literal
from bot.slack_app.workspaces import Workspaces, retry_handlers

log = logging.getLogger(__name__)

Shape = Literal["newest", "older", "plain", "words"]
"""With all kinds of blocks; without the newest; without any that some workspaces refuse; the words alone."""
EVENT = "communique_answer"
"""The type of the metadata that each answer carries, with the event's id."""
_REFUSED = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_blocks_too_long", "msg_too_long"}
)
_PAGES = 3
_ADDRESS = re.compile(r"://|\bwww\.")  # of a line that waits for the blocks: a stream would unfurl it
_SHAPES: tuple[Shape, ...] = ("newest", "older", "plain", "words")
_SETTLING: tuple[tuple[float, tuple[Shape, ...]], ...] = (
    (0.0, ("newest",)),
    (1.0, ("newest", "older")),
    (2.0, ("older", "plain")),
)
"""Seconds before an uploaded image can be shown in a message, and the shapes that are tried then."""


class SlackDelivery:
    """`bot.desk.Delivery` for Slack."""

    def __init__(self, workspaces: Workspaces, desk: Desk) -> None:
        self._workspaces = workspaces
        self._desk = desk
        self._behind: set[str] = set()  # workspaces that did not take the newest blocks

    async def find(self, request: Request) -> Message | None:
        """The message that carries the request's key, looked for where it would have been posted."""
        place = request.place
        if not place.channel or request.private:
            raise DeliveryError("What only one person sees cannot be looked up.", code="private")
        method, where = "conversations.history", {"oldest": f"{request.asked_at.timestamp():.6f}"}
        if place.thread:
            method, where = "conversations.replies", {"ts": place.thread}
        cursor = None
        for _ in range(_PAGES):
            found = await self._call(
                request,
                method,
                channel=place.channel,
                limit=200,
                include_all_metadata="true",
                cursor=cursor,
                **where,
            )
            for posted in found["messages"]:
                if posted.get("metadata", {}).get("event_payload", {}).get("event_id") == request.key:
                    return _message(request, place.channel, posted["ts"])
            cursor = found.get("response_metadata", {}).get("next_cursor")
            if not cursor:
                return None
        raise DeliveryError("Too much was said since to look through.", code="too_long")

    async def complete(self, request: Request) -> Request:
        """Add whether the person is a guest; for a bare check, the text of the message above."""
        enterprise = request.delivery.get("enterprise", "")
        known = with_changes(
            request, person=await self._workspaces.recognised(request.person, enterprise=enterprise)
        )
        asked_in = request.said_in
        if request.kind == "check" and not request.text and asked_in and request.place.thread != asked_in:
            return known.said(await self._parent(request))
        return known

    async def working(self, request: Request) -> None:
        """Show the status in the thread. Not where there is none to show it in."""
        if request.place.thread and not request.private:
            await self._call(
                request,
                "assistant.threads.setStatus",
                channel_id=request.place.channel,
                thread_ts=request.place.thread,
                status=wording.STATUS,
            )

    async def post(self, reply: Reply) -> Message | None:
        """Post the reply: for all in its thread, or for the asker alone."""
        if isinstance(reply.body, SpendingReport) and reply.body.chart:
            return await self._post_with_chart(reply, reply.body.chart)
        return await self._post(reply)

    async def grow(self, request: Request, message_: Message | None, lines: Sequence[str]) -> Message | None:
        """Stream the lines into a message; not where the answer is for one person, or Slack does not stream.

        A stream ends by itself after some minutes; then no more is added, and the message waits for the rest.
        """
        place = request.place
        if request.private or not (place.thread or place.direct):
            return None
        text = "".join(f"{literal(line)}\n" for line in lines if not _ADDRESS.search(line))
        if not text:
            return message_
        if message_ is not None:
            target = {"channel": message_["channel"], "ts": message_["id"]}
            await self._call(request, "chat.appendStream", markdown_text=text, **target)
            return message_
        begun = await self._call(
            request,
            "chat.startStream",
            channel=place.channel,
            thread_ts=place.thread or None,
            recipient_user_id=request.person.user,
            recipient_team_id=request.person.workspace or place.workspace,
            markdown_text=text,
        )
        return _message(request, begun["channel"], begun["ts"])

    async def finish(self, message_: Message, reply: Reply) -> None:
        """End the stream and put the whole reply into its message."""
        target = {"channel": message_["channel"], "ts": message_["id"]}
        try:
            await self._call(reply.request, "chat.stopStream", **target)
        except (
            DeliveryError
        ) as exc:  # it has ended by itself, or will: the message takes the reply all the same
            log.info("the stream of %s was not stopped: %s", reply.request.key, exc)
        await self._update(message_, reply, metadata=_metadata(reply))

    async def replace(self, message_: Message, reply: Reply) -> None:
        """Put another reply into a posted message."""
        await self._update(message_, reply)

    async def _update(self, message_: Message, reply: Reply, **more: Any) -> None:
        workspace = message_.get("workspace") or reply.request.place.workspace
        shapes: tuple[Shape, ...] = ("newest", "plain", "words")
        for shape in shapes:
            shown = _shaped(reply, shape, chart=None)
            try:
                await self._workspaces.call(
                    "chat.update",
                    workspace=workspace,
                    enterprise=message_.get("enterprise", ""),
                    channel=message_["channel"],
                    ts=message_["id"],
                    text=shown.text,
                    blocks=list(shown.blocks),
                    **more,
                )
            except DeliveryError as exc:
                if exc.code not in _REFUSED or shape == shapes[-1]:
                    raise
            else:
                return

    async def delete(self, message_: Message) -> None:
        """Take a message away; no error if it is gone."""
        try:
            await self._workspaces.call(
                "chat.delete",
                workspace=message_.get("workspace", ""),
                enterprise=message_.get("enterprise", ""),
                channel=message_["channel"],
                ts=message_["id"],
            )
        except DeliveryError as exc:
            if exc.code != "message_not_found":
                raise

    async def tell(self, person: str, text: str) -> None:
        """A direct message to ``slack:T…/U…``."""
        workspace, _, user = person.partition(":")[2].rpartition("/")
        await self._workspaces.call(
            "chat.postMessage",
            workspace=workspace,
            channel=user,
            text=escaped(text),
            blocks=[paragraph(text)],
            unfurl_links=False,
            unfurl_media=False,
        )

    async def _post(
        self, reply: Reply, *, chart: str | None = None, shapes: Sequence[Shape] = _SHAPES
    ) -> Message | None:
        """Post in the first of ``shapes`` that the workspace takes.

        Raises:
            DeliveryError: it takes none, or failed in another way.
        """
        workspace = reply.request.place.workspace
        refused: list[tuple[Payload, DeliveryError]] = []
        for shape in shapes:
            payload = _shaped(reply, self._known(workspace, shape), chart=chart)
            if any(payload == before for before, _ in refused):
                continue
            try:
                posted = await self._send(reply, payload)
            except DeliveryError as exc:
                if exc.code not in _REFUSED:
                    raise
                log.info("the %s blocks of %s were refused", shape, reply.request.key)
                refused.append((payload, exc))
            else:
                if refused and shape == "older":
                    self._behind.add(workspace)
                return posted
        raise refused[-1][1]

    def _known(self, workspace: str, shape: Shape) -> Shape:
        return "older" if shape == "newest" and workspace in self._behind else shape

    async def _send(self, reply: Reply, payload: Payload) -> Message | None:
        request = reply.request
        content: dict[str, Any] = {"text": payload.text, "blocks": list(payload.blocks)}
        if url := request.delivery.get("response_url") if reply.private else None:
            await respond(url, content)
            return None
        content |= {"channel": request.place.channel, "unfurl_links": False, "unfurl_media": False}
        content["thread_ts"] = request.place.thread or None
        if reply.private and not request.place.direct:
            await self._call(request, "chat.postEphemeral", user=request.person.user, **content)
            return None
        posted = await self._call(request, "chat.postMessage", metadata=_metadata(reply), **content)
        return _message(request, posted["channel"], posted["ts"])

    async def _post_with_chart(self, reply: Reply, chart: bytes) -> Message | None:
        """A chart stands inside the message.

        Where Slack refuses that, the message goes without it and the chart into its thread.
        """
        file = await self._upload(reply, chart)
        for wait, shapes in _SETTLING if file else ():
            await asyncio.sleep(wait)
            try:
                return await self._post(reply, chart=file, shapes=shapes)
            except DeliveryError as exc:
                if exc.code not in _REFUSED:
                    raise
        posted = await self._post(reply)
        if posted:
            await self._upload(reply, chart, thread=reply.request.place.thread or posted["id"])
        return posted

    async def _upload(self, reply: Reply, chart: bytes, *, thread: str | None = None) -> str | None:
        """The id of the uploaded image, shared in ``thread`` if given; None if Slack does not take it."""
        request = reply.request
        report = reply.body
        assert isinstance(report, SpendingReport)  # noqa: S101 - the caller looked
        try:
            return await self._workspaces.upload(
                workspace=request.place.workspace,
                enterprise=request.delivery.get("enterprise", ""),
                name="spending.png",
                content=chart,
                title=wording.shortened(report.title, 200),
                alt=wording.shortened(report.chart_alt, 900) or None,
                channel=request.place.channel if thread else None,
                thread=thread,
            )
        except DeliveryError as exc:
            log.warning("the chart for %s could not be uploaded: %s", request.key, exc)
            return None

    async def _parent(self, request: Request) -> str:
        """The text of the message that began the thread; of an answer of ours, the answer alone."""
        thread = request.place.thread
        asked = await self._desk.questions.at("slack", thread)
        if asked and asked.answer:
            return asked.answer.answer
        found = await self._call(
            request, "conversations.replies", channel=request.place.channel, ts=thread, limit=1
        )
        messages = found["messages"]
        return words(str(messages[0].get("text") or "")) if messages else ""

    async def _call(self, request: Request, method: str, **arguments: Any) -> Any:
        return await self._workspaces.call(
            method,
            workspace=request.place.workspace,
            enterprise=request.delivery.get("enterprise", ""),
            **arguments,
        )


def _shaped(reply: Reply, shape: Shape, *, chart: str | None) -> Payload:
    payload = message(reply, plainly=shape in ("plain", "words"), older=shape == "older", chart=chart)
    return bare(payload) if shape == "words" else payload


async def respond(url: str, content: dict[str, Any]) -> None:
    """Answer one person through the address that Slack gave for a command or a button.

    Raises:
        DeliveryError: Slack refused, or could not be reached.
    """
    import aiohttp
    from slack_sdk.webhook.async_client import AsyncWebhookClient

    client = AsyncWebhookClient(url, timeout=20, retry_handlers=retry_handlers())
    try:
        sent = await client.send(response_type="ephemeral", replace_original=False, **content)
    except (aiohttp.ClientError, OSError, TimeoutError) as exc:
        raise DeliveryError("Slack could not be reached.", code="unreachable", passing=True) from exc
    if sent.status_code != 200:
        code = next((code for code in _REFUSED if code in sent.body), sent.body[:100] or "unknown")
        passing = sent.status_code in (429, 500, 502, 503)
        raise DeliveryError(f"Slack refused the message ({code}).", code=code, passing=passing)


def _metadata(reply: Reply) -> dict[str, Any]:
    """What the message is found again by."""
    payload = {"event_id": reply.request.key, "question": reply.question}
    return {"event_type": EVENT, "event_payload": payload}


def _message(request: Request, channel: str, ts: str) -> Message:
    enterprise = request.delivery.get("enterprise")
    found = {"channel": channel, "id": ts, "workspace": request.place.workspace}
    return {**found, "enterprise": enterprise} if enterprise else found
