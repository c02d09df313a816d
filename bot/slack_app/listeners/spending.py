"""``/spending``: typed, or chosen in a modal."""

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import wording
from bot.desk import parse_spending
from bot.errors import BotError
from bot.slack_app import pages, parse

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]

_YEAR = re.compile(r"(19|20)\d\d")


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.command("/spending")
    async def spending(ack: Any, body: Body, command: Body) -> None:
        text = parse.words(command["text"])
        if text:
            await slack.desk.take(parse.pressed(command, text=text, kind="spending", private=True))
        else:
            where = {"channel": command["channel_id"], "response_url": command["response_url"]}
            view = pages.spending(slack.desk.figures.countries("", limit=100), **where)
            await slack.call(body, "views.open", trigger_id=command["trigger_id"], view=view)
        await ack()

    @app.view("spending")
    async def chosen(ack: Any, body: Body, view: Body) -> None:
        text = _typed(view["state"]["values"])
        if parse_spending(text) is None:
            await ack(
                response_action="errors", errors={"countries": "Name a country, or a number for a target."}
            )
            return
        where = json.loads(view["private_metadata"])
        body = {**body, "channel_id": where["channel"], "response_url": where["response_url"]}
        request = parse.pressed(body, text=text, kind="spending", private=True)
        await slack.desk.take(replace(request, key=f"slack:view:{view['id']}"))
        await ack()

    @app.action("share_spending")
    async def share(ack: Any, body: Body, action: Body) -> None:
        request = parse.pressed(body, text=action["value"], kind="spending")
        await slack.desk.take(replace(request, shared=True))
        await ack()

    @app.action("csv")
    async def as_csv(ack: Any, body: Body, action: Body) -> None:
        await ack()
        slack.desk.begin(_send_csv(slack, body, str(action["value"])))


async def _send_csv(slack: "Slack", body: Body, typed: str) -> None:
    """Send the table as a file to whoever pressed: a message that one person sees can hold none."""
    try:
        person, place = await slack.person(body), parse.pressed(body, text="").place
        report = await slack.desk.spending(person, place, typed)
        await slack.send_file(body, report.title, name="spending.csv", content=report.csv.encode())
        said = wording.FILE_SENT
    except BotError as exc:
        said = str(exc)
    await slack.tell(body, said)


def _typed(values: Body) -> str:
    """What was chosen, as it could have been typed."""
    chosen = {name: _chosen(block[name]) for name, block in values.items()}
    view, number, edition = chosen["view"], chosen["number"], chosen["edition"]
    words = [
        "" if view == "country" else view,
        number if re.fullmatch(r"\d{1,3}(\.\d+)?", number) else "",
        chosen["countries"],
        chosen["year"] if _YEAR.fullmatch(chosen["year"]) else "",
        f"edition {edition}" if _YEAR.fullmatch(edition) else "",
        chosen["metric"],
        "sipri" if chosen["source"] == "sipri" else "",
    ]
    return " ".join(filter(None, words))


def _chosen(state: Body) -> str:
    """What one field of the modal holds, as words."""
    if "selected_options" in state:
        return ", ".join(option["value"] for option in state["selected_options"])
    if "selected_option" in state:
        return str((state["selected_option"] or {}).get("value", ""))
    return str(state.get("value") or "")
