"""Files dropped to the bot in a direct message, offered as articles."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot import wording
from bot.errors import BotError, DeliveryError, DeskError
from bot.slack_app import blocks as b
from bot.slack_app import pages, parse

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]

_KINDS = re.compile(r"\.(txt|md|html?|pdf|jsonl?)(\.gz)?$", re.I)
_LARGEST = 20_000_000  # bytes


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.event({"type": "message", "subtype": "file_share"})
    async def dropped(body: Body, event: Body) -> None:
        if str(event.get("channel", "")).startswith("D") and not event.get("bot_id"):
            slack.desk.begin(_offer(slack, body, event))

    @app.action(re.compile(r"^add_file_\d+$"))
    async def add(ack: Any, body: Body, action: Body) -> None:
        await ack()
        slack.desk.begin(_add(slack, body, str(action["value"])))


async def _offer(slack: "Slack", body: Body, event: Body) -> None:
    person = parse.person(body, str(event["user"]))
    files = [(f["id"], f["name"]) for f in event.get("files", ()) if _KINDS.search(f.get("name") or "")]
    if not files:
        shown = [b.paragraph("I can read .txt, .md, .html, .pdf, .json and .jsonl files, also as .gz.")]
    elif not slack.desk.channels.administers(person):
        shown = [b.paragraph(wording.ADMINISTRATORS_ONLY)]
    else:
        shown = pages.offered(files)
    await slack.call(
        body, "chat.postMessage", channel=event["channel"], text=pages.summary(shown), blocks=shown
    )


async def _add(slack: "Slack", body: Body, file: str) -> None:
    try:
        person = await slack.person(body)
        slack.desk.channels.require_admin(person)
        name, content = await _fetched(slack, body, file)
        shown = pages.added(await slack.desk.sources.add_file(person, name, content))
    except BotError as exc:
        shown = [b.paragraph(str(exc))]
    await slack.tell(body, pages.summary(shown), shown)


async def _fetched(slack: "Slack", body: Body, file: str) -> tuple[str, bytes]:
    """The file's name and bytes, fetched from Slack and from nowhere else: the request carries the token.

    Raises:
        DeskError: it is too large, or not kept by Slack.
        DeliveryError: Slack could not be reached.
    """
    import aiohttp

    info = (await slack.call(body, "files.info", file=file))["file"]
    url = str(info.get("url_private_download") or info.get("url_private") or "")
    host = urlsplit(url).hostname or ""
    ours = urlsplit(slack.workspaces.api_url).hostname
    if host != ours and not host.endswith(".slack.com"):
        raise DeskError("Slack does not keep that file itself, so I cannot fetch it.")
    client = await slack.workspaces.client(parse.workspace(body), parse.enterprise(body))
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session,
            session.get(
                url, headers={"Authorization": f"Bearer {client.token}"}, allow_redirects=False
            ) as response,
        ):
            content = await response.content.read(_LARGEST + 1)
            if response.status != 200:
                raise DeliveryError("Slack did not hand over the file.", code=str(response.status))
    except (aiohttp.ClientError, TimeoutError) as exc:
        raise DeliveryError("Slack could not be reached.", passing=True) from exc
    if len(content) > _LARGEST:
        raise DeskError("The file is larger than 20 MB.")
    return str(info["name"]), content
