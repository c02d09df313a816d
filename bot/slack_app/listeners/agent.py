"""The agent pane: prompts from the newest articles when it is opened. What is asked in it is a message."""

from typing import TYPE_CHECKING, Any

from bot import wording

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

Body = dict[str, Any]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.event("assistant_thread_started")
    async def opened(body: Body, event: Body) -> None:
        thread = event["assistant_thread"]
        slack.desk.begin(suggest(slack, body, channel=thread["channel_id"], thread=thread["thread_ts"]))


async def suggest(slack: "Slack", body: Body, *, channel: str, thread: str | None = None) -> None:
    """Offer up to four questions. Apps with ``agent_view`` give no thread."""
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
