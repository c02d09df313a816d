"""The agent pane: prompts from the newest articles when it is opened. What is asked in it is a message."""

from typing import TYPE_CHECKING, Any

from bot import wording
from bot.errors import NotAllowed
from bot.slack_app import parse

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.event("assistant_thread_started")
    async def opened(body: Body, event: Body) -> None:
        thread = event["assistant_thread"]
        where = {"channel": thread["channel_id"], "thread": thread["thread_ts"]}
        slack.desk.begin(suggest(slack, body, user=thread["user_id"], **where))


async def suggest(slack: "Slack", body: Body, *, user: str, channel: str, thread: str | None = None) -> None:
    """Offer up to four questions to somebody who may ask. Apps with ``agent_view`` give no thread."""
    person = await slack.workspaces.recognised(parse.person(body, user), enterprise=parse.enterprise(body))
    try:
        await slack.desk.channels.admit(person, parse.home(body))
    except NotAllowed:
        return
    titles = [article.title for article in await slack.desk.sources.newest(3) if article.title]
    prompts = [
        {
            "title": wording.shortened(wording.one_line(title), 60),
            "message": f"What is reported about “{wording.shortened(wording.one_line(title), 150)}”?",
        }
        for title in titles
    ]
    prompts.append({"title": "Defence spending", "message": "How much does Poland spend on defence?"})
    await slack.call(
        body,
        "assistant.threads.setSuggestedPrompts",
        channel_id=channel,
        thread_ts=thread,
        title="From the newest articles",
        prompts=prompts,
    )
