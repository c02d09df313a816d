"""Streamed messages of the Slack of the tests: begun, added to, stopped, and ended by Slack itself."""

from typing import Any

from tests.bot.slack.people import People, Posted


class Streams(People):
    """``streaming`` are the ts of messages that grow; take one out, and it has ended by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.streaming: set[str] = set()

    def _chat_startstream(self, arguments: dict[str, Any]) -> Any:
        channel, thread = arguments["channel"], arguments.get("thread_ts")
        if thread and self._find(channel, thread) is None:
            self.problems.append("a stream in a thread that does not exist")
        recipient = arguments.get("recipient_user_id"), arguments.get("recipient_team_id")
        if not channel.startswith("D") and not (thread and all(recipient)):
            self.problems.append("a stream in a channel without thread or recipient")
        posted = Posted(channel, self.ts(), {"text": "", "blocks": [], "thread_ts": thread})
        self.messages.append(posted)
        self.streaming.add(posted.ts)
        self._grow(posted, arguments)
        return {"ok": True, "channel": channel, "ts": posted.ts}

    def _chat_appendstream(self, arguments: dict[str, Any]) -> Any:
        posted = self._find(arguments["channel"], arguments["ts"])
        if posted is None or posted.ts not in self.streaming:
            return {"ok": False, "error": "message_not_in_streaming_state"}
        self._grow(posted, arguments)
        return {"ok": True, "channel": posted.channel, "ts": posted.ts}

    def _chat_stopstream(self, arguments: dict[str, Any]) -> Any:
        posted = self._find(arguments["channel"], arguments["ts"])
        if posted is None or posted.ts not in self.streaming:
            return {"ok": False, "error": "message_not_in_streaming_state"}
        self.streaming.discard(posted.ts)
        return {"ok": True, "channel": posted.channel, "ts": posted.ts}

    def _grow(self, posted: Posted, arguments: dict[str, Any]) -> None:
        text = arguments["markdown_text"]
        if not text.strip() or len(text) > 12_000:
            self.problems.append("a stream of nothing, or of too much")
        if "<" in text or "](" in text or "://" in text:
            self.problems.append("markup in a stream")
        posted.payload["text"] += text

    def _find(self, channel: str, ts: str) -> Posted | None:
        for posted in self.messages:
            if (posted.channel, posted.ts) == (channel, ts) and not posted.deleted:
                return posted
        return None
