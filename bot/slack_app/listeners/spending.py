"""``/spending``: typed, or chosen in a modal."""

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.desk import parse_spending
from bot.slack_app import pages, parse

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.command("/spending")
    async def spending(ack: Any, body: Body, command: Body) -> None:
        text = parse.words(command["text"])
        if text:
            await slack.desk.take(parse.pressed(command, text=text, kind="spending", private=True))
        else:
            view = pages.spending(channel=command["channel_id"], response_url=command["response_url"])
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


def _typed(values: Body) -> str:
    """What was chosen, as it could have been typed."""
    typed = {
        name: str((block[name].get("value") or "") if "value" in block[name] else "")
        for name, block in values.items()
    }
    view = values["view"]["view"]["selected_option"]["value"]
    source = values["source"]["source"]["selected_option"]["value"]
    number = typed["number"] if re.fullmatch(r"\d{1,3}(\.\d+)?", typed["number"]) else ""
    year = typed["year"] if re.fullmatch(r"(19|20)\d\d", typed["year"]) else ""
    words = ["" if view == "country" else view, number, typed["countries"], year]
    return " ".join(word for word in [*words, "sipri" if source == "sipri" else ""] if word)
