"""The app's manifest: what an administrator pastes into Slack to install the bot."""

from typing import Any

from bot import wording

SCOPES = {
    "app_mentions:read": "questions asked by mentioning the bot (app_mention)",
    "assistant:write": "the agent pane, its prompts (assistant.threads.setSuggestedPrompts)",
    "channels:history": "threads in public channels (message.channels, conversations.replies)",
    "chat:write": "answers (chat.postMessage, postEphemeral, update, delete, assistant.threads.setStatus)",
    "commands": "/ask, /spending, /sources, /watch and the message shortcut",
    "files:read": "files dropped to the bot (files.info)",
    "files:write": "charts (files.getUploadURLExternal, files.completeUploadExternal)",
    "groups:history": "threads in private channels (message.groups, conversations.replies)",
    "im:history": "direct messages (message.im, conversations.history)",
    "users:read": "whether somebody is a guest or of another organisation (users.info)",
}
"""Every scope and what uses it; a test holds the methods and events in the code to this."""

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "assistant_thread_started",
    "message.channels",
    "message.groups",
    "message.im",
    "tokens_revoked",
)

CHECK_SHORTCUT = "check_claim"
EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"

_COMMANDS = (
    ("/ask", "Ask the collection of articles; only you see the answer", "What was agreed on air defence?"),
    (
        "/spending",
        "Official defence-spending figures by edition",
        "poland | compare germany france | rank 10",
    ),
    ("/watch", "New articles on a topic, posted here", "air defence | air defence daily 08:30 | list"),
    ("/sources", "What the answers are drawn from", "list | add https://… | stats | help"),
)
_PROMPTS = (
    ("What is new?", "What is the latest news?"),
    ("Who said what", "What did the secretary general say about air defence?"),
    ("Spending", "How much does Poland spend on defence?"),
)


def manifest(url: str | None = None) -> dict[str, Any]:
    """The manifest: for Socket Mode, or with a public ``url`` for HTTP and several workspaces."""
    base = url.rstrip("/") if url else None
    where = {"url": base + EVENTS_PATH} if base else {}
    request = {"request_url": base + EVENTS_PATH} if base else {}
    oauth: dict[str, Any] = {"scopes": {"bot": sorted(SCOPES)}}
    if base:
        oauth["redirect_urls"] = [base + REDIRECT_PATH]
    return {
        "display_information": {
            "name": "Communiqué",
            "description": "Answers from a collection of news articles, quoted to the character and linked.",
            "background_color": "#1d3b53",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "agent_view": {
                "agent_description": "Answers questions about a collection of articles, with quotes.",
                "suggested_prompts": [{"title": title, "message": text} for title, text in _PROMPTS],
            },
            "bot_user": {"display_name": "Communiqué", "always_online": True},
            "shortcuts": [
                {
                    "name": wording.CHECK_CLAIM,
                    "type": "message",
                    "callback_id": CHECK_SHORTCUT,
                    "description": "Hold the message against the articles and the official figures",
                }
            ],
            "slash_commands": [
                {"command": name, "description": text, "usage_hint": hint, "should_escape": False, **where}
                for name, text, hint in _COMMANDS
            ],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **request},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": base is None,
            "token_rotation_enabled": False,
        },
    }
