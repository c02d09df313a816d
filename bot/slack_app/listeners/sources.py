"""``/sources``: the collection looked at and looked after from chat; suggestions and their approval."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bot import wording
from bot.desk import Person, Suggestion
from bot.errors import BotError
from bot.slack_app import blocks as b
from bot.slack_app import pages, parse
from bot.slack_app.text import escaped

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]
Shown = list[b.Block]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.command("/sources")
    async def sources(ack: Any, body: Body, command: Body) -> None:
        await ack()
        slack.desk.begin(_command(slack, body, command["text"]))

    @app.action("suggestions")
    async def suggestions(ack: Any, body: Body) -> None:
        try:
            shown = pages.suggestions(await slack.desk.sources.suggested(await slack.person(body)))
        except BotError as exc:
            shown = [b.paragraph(str(exc))]
        view = b.modal("Suggestions", shown)
        await slack.call(body, "views.open", trigger_id=body["trigger_id"], view=view)
        await ack()

    @app.action(re.compile(r"^(approve|decline)_\d+$"))
    async def decide(ack: Any, body: Body, action: Body) -> None:
        await ack()
        approve = action["action_id"].startswith("approve")
        slack.desk.begin(_decide(slack, body, action["value"], approve=approve))


async def _command(slack: "Slack", body: Body, text: str) -> None:
    verb, _, rest = text.strip().partition(" ")
    try:
        person = await slack.admitted(body)
        commands = _commands(slack, body, person, rest)
        work = commands.get(verb.casefold())
        shown = await work() if work else pages.help_(await slack.desk.sources.stats())
    except BotError as exc:
        shown = [b.paragraph(str(exc))]
    await slack.tell(body, pages.summary(shown), shown)


def _commands(
    slack: "Slack", body: Body, person: Person, rest: str
) -> dict[str, Callable[[], Awaitable[Shown]]]:
    sources, reviews = slack.desk.sources, slack.desk.reviews

    async def add() -> Shown:
        result = await sources.add(person, rest)
        if isinstance(result, Suggestion):
            await _announce(slack, body, result)
            return [b.paragraph(wording.suggested(result.source))]
        return pages.added(result)

    async def listing() -> Shown:
        return pages.listed(await sources.list())

    async def remove() -> Shown:
        return [b.paragraph(f"Took out {wording.count(await sources.remove(person, rest), 'article')}.")]

    async def refresh() -> Shown:
        return pages.added(await sources.refresh(person))

    async def stats() -> Shown:
        return pages.stats(await sources.stats())

    async def gaps() -> Shown:
        return pages.gaps(await sources.gaps(person))

    async def suggestions() -> Shown:
        return pages.suggestions(await sources.suggested(person))

    async def review() -> Shown:
        return pages.review(await reviews.open(person))

    async def export() -> Shown:
        lines = await reviews.export(person)
        if not lines:
            return [b.paragraph(wording.NOTHING_DECIDED)]
        content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        said = f"{wording.count(len(lines), 'answer')} withdrawn or corrected, as lines for evaluate."
        await slack.send_file(body, said, name="wrong-answers.jsonl", content=content)
        return [b.paragraph(wording.FILE_SENT)]

    async def audit() -> Shown:
        slack.desk.channels.require_admin(person)
        return pages.actions_log(await slack.desk.audit.last())

    async def settings() -> Shown:
        slack.desk.channels.require_admin(person)
        place = parse.pressed(body, text="").place
        view = pages.settings(await slack.desk.channels.get(place), place=place.channel)
        await slack.call(body, "views.open", trigger_id=body["trigger_id"], view=view)
        return [b.paragraph("The settings of this channel are open in a window.")]

    return {
        "add": add,
        "list": listing,
        "remove": remove,
        "refresh": refresh,
        "stats": stats,
        "gaps": gaps,
        "suggestions": suggestions,
        "review": review,
        "export": export,
        "audit": audit,
        "settings": settings,
    }


async def _announce(slack: "Slack", body: Body, suggestion: Suggestion) -> None:
    """Tell the administrators of this workspace, each with the buttons to decide."""
    here = f"slack:{parse.workspace(body)}/"
    for admin in slack.desk.channels.admins("slack"):
        if admin.startswith(here):
            await slack.call(
                body,
                "chat.postMessage",
                channel=admin.removeprefix(here),
                text="Somebody suggests a source.",
                blocks=pages.suggestion(suggestion),
            )


async def _decide(slack: "Slack", body: Body, suggestion: str, *, approve: bool) -> None:
    try:
        decided, addition = await slack.desk.sources.decide(
            await slack.person(body), suggestion, approve=approve
        )
    except BotError as exc:
        await slack.tell(body, str(exc))
        return
    shown = pages.added(addition) if addition else [b.paragraph("Declined.")]
    await slack.tell(body, pages.summary(shown), shown)
    words = f"Your suggestion was {decided.state}: {decided.source}"
    workspace, _, user = decided.person.partition(":")[2].rpartition("/")
    if workspace == parse.workspace(body):
        await slack.call(
            body,
            "chat.postMessage",
            channel=user,
            text=escaped(words),
            blocks=[b.paragraph(words)],
            unfurl_links=False,
            unfurl_media=False,
        )
