"""What Discord would refuse, or would act on: checked on every payload as it goes over the wire."""

import re
from typing import Any

from bot.discord_app.embeds import Payload
from bot.discord_app.text import size

Json = dict[str, Any]

_OURS = re.compile(r"🔗 \[open the article\]\((https?://[^\s()<>\[\]|\\`*]+)\)|· \[open the article\]\(\S+\)")
_LIVE = re.compile(
    r"@everyone|@here|<@|<#|<t:|<a?:\w|</|<id:|\|\||\]\(|https?://|```|(?m:^#{1,3} )|(?m:^>>> )"
    r"|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


def wire(payload: Payload) -> Json:
    """The payload in the words of Discord's API."""
    return {
        "content": payload.content,
        "embeds": list(payload.embeds),
        "components": [
            {
                "type": 1,
                "components": [
                    {"type": 2, "label": button.label, "custom_id": button.id, "style": 2} for button in row
                ],
            }
            for row in payload.rows
        ],
        "attachments": [
            {"id": n, "filename": file.name, "description": file.alt} for n, file in enumerate(payload.files)
        ],
        "allowed_mentions": {"parse": []},
    }


def problems_of_message(message: Json) -> list[str]:
    """Everything that is wrong with a message, empty for a good one."""
    embeds = message.get("embeds") or []
    content = message.get("content") or ""
    attachments = message.get("attachments") or []
    found = _too_long("content", content, 2000)
    if not (content or embeds or attachments or message.get("components")):
        found.append("an empty message")
    if len(embeds) > 10:
        found.append(f"{len(embeds)} embeds")
    if (whole := sum(map(_weight, embeds))) > 6000:
        found.append(f"{whole} characters over all embeds")
    for embed in embeds:
        found += _problems_of_embed(embed, {one["filename"] for one in attachments})
    found += [
        problem
        for one in attachments
        for problem in _too_long("a file's description", one.get("description") or "", 1024)
    ]
    if message.get("allowed_mentions") not in ({"parse": []}, {"parse": [], "replied_user": False}):
        found.append(f"allowed mentions {message.get('allowed_mentions')}")
    return found + problems_of_components(message.get("components") or [])


def problems_of_components(rows: list[Json]) -> list[str]:
    """Everything that is wrong with the buttons of a message."""
    found = [f"{len(rows)} rows"] if len(rows) > 5 else []
    ids: list[str] = []
    for row in rows:
        buttons = row["components"]
        if row["type"] != 1 or not 1 <= len(buttons) <= 5:
            found.append(f"a row of {len(buttons)}")
        for button in buttons:
            ids.append(button["custom_id"])
            found += _too_long("a label", button.get("label", ""), 80, least=1)
            found += _too_long("a custom id", button["custom_id"], 100, least=1)
    if len(ids) != len(set(ids)):
        found.append(f"an id twice: {ids}")
    return found


def problems_of_modal(modal: Json) -> list[str]:
    """Everything that is wrong with a modal."""
    found = _too_long("a modal's title", modal["title"], 45, least=1)
    found += _too_long("a modal's id", modal["custom_id"], 100, least=1)
    if not 1 <= len(modal["components"]) <= 5:
        found.append(f"{len(modal['components'])} inputs")
    for label in modal["components"]:
        found += _too_long("an input's label", label.get("label", ""), 45, least=1)
        options = label.get("component", {}).get("options", [])
        if len(options) > 25 or any(not 1 <= len(option["label"]) <= 100 for option in options):
            found.append("options")
    return found


def problems_of_choices(choices: list[Json]) -> list[str]:
    """Everything that is wrong with the answer to an autocompletion."""
    found = [f"{len(choices)} choices"] if len(choices) > 25 else []
    return found + [
        problem
        for choice in choices
        for problem in _too_long("a choice", str(choice["name"]), 100, least=1)
        + _too_long("a choice's value", str(choice["value"]), 100, least=1)
    ]


def live(text: str) -> list[str]:
    """What in Markdown ``text`` would act: mentions, times, emoji, masked links, spoilers, unseen characters.

    The link of ours to the article is left out of account.
    """
    read = _OURS.sub("", re.sub(r"\\\\", "", text))
    return _LIVE.findall(re.sub(r"\\[^0-9A-Za-z\s]", "\x00", read))


def markdown(message: Json) -> list[str]:
    """Every text of a message that Discord renders as Markdown and that may hold words of others."""
    texts = []
    for embed in message.get("embeds") or []:
        texts += [embed.get("title", ""), embed.get("description", "")]
        texts += [part for field in embed.get("fields", ()) for part in (field["name"], field["value"])]
    return texts


def texts(message: Json) -> str:
    """Everything that is read in a message, each part on lines of its own, as it stands on the wire."""
    parts = [message.get("content") or ""]
    for embed in message.get("embeds") or []:
        parts += [
            embed.get("title", ""),
            embed.get("author", {}).get("name", ""),
            embed.get("description", ""),
        ]
        parts += [part for field in embed.get("fields", ()) for part in (field["name"], field["value"])]
        parts.append(embed.get("footer", {}).get("text", ""))
    return "\n".join(part for part in parts if part)


def _problems_of_embed(embed: Json, files: set[str]) -> list[str]:
    fields = embed.get("fields", [])
    found = _too_long("a title", embed.get("title", "x"), 256, least=1)
    found += _too_long("a description", embed.get("description", "x"), 4096, least=1)
    found += _too_long("an author", embed.get("author", {}).get("name", "x"), 256, least=1)
    found += _too_long("a footer", embed.get("footer", {}).get("text", "x"), 2048, least=1)
    if len(fields) > 25:
        found.append(f"{len(fields)} fields")
    for field in fields:
        found += _too_long("a field's name", field["name"], 256, least=1)
        found += _too_long("a field's value", field["value"], 1024, least=1)
    image = embed.get("image", {}).get("url", "")
    if image and image.removeprefix("attachment://") not in files:
        found.append(f"the image {image} is not attached")
    return found


def _weight(embed: Json) -> int:
    parts = [embed.get("title", ""), embed.get("description", "")]
    parts += [embed.get("author", {}).get("name", ""), embed.get("footer", {}).get("text", "")]
    parts += [part for field in embed.get("fields", ()) for part in (field["name"], field["value"])]
    return sum(map(size, parts))


def _too_long(what: str, text: str, most: int, *, least: int = 0) -> list[str]:
    return [] if least <= size(text) <= most else [f"{what} of {size(text)} characters"]
