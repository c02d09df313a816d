"""What Slack would refuse, or show wrongly, in a payload: each problem in a sentence.

Sizes from ``platforms.md`` and Slack's reference; what `slack_sdk.models` checks is asked of it too.
"""

import json
import math
import re
from typing import Any

from slack_sdk.models.blocks import Block

_LIVE = re.compile(r"<[@!#][^>]*>|<https?:|<mailto:")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]|[\x00-\x08\x0b-\x1f]")
_TYPES = {
    "section",
    "divider",
    "image",
    "actions",
    "context",
    "context_actions",
    "input",
    "header",
    "rich_text",
    "table",
    "data_table",
}
_LONGEST = 13_000
"""Bytes of a message's blocks, from which on Slack says ``msg_blocks_too_long``."""


def problems_of_message(payload: dict[str, Any], *, mentions: bool = False) -> list[str]:
    """Problems of a message. ``mentions`` allows the one that says who asked."""
    found = []
    text = payload.get("text")
    if not isinstance(text, str) or not text.strip():
        found.append("no fallback text")
    else:
        if len(text) > 4000:
            found.append(f"fallback text of {len(text)} characters")
        found += _problems_of_mrkdwn(text)
    blocks = payload.get("blocks") or []
    if len(blocks) > 50:
        found.append(f"{len(blocks)} blocks")
    tables = [block for block in blocks if block.get("type") in ("table", "data_table")]
    if len(tables) > 1:
        found.append("more than one table")
    whole = json.dumps([block for block in blocks if block not in tables], ensure_ascii=False)
    if len(whole.encode()) > _LONGEST:
        found.append(f"blocks of {len(whole.encode())} bytes")
    found += _problems_of_blocks(blocks, mentions=mentions)
    if metadata := payload.get("metadata"):
        values = metadata["event_payload"].values()
        if not all(isinstance(value, str) for value in values) or not metadata["event_type"]:
            found.append("metadata that Slack does not keep")
    return found


def problems_of_view(view: dict[str, Any]) -> list[str]:
    """Problems of a modal or a home page."""
    found = []
    blocks = view.get("blocks") or []
    if not 1 <= len(blocks) <= 100:
        found.append(f"{len(blocks)} blocks in a view")
    if view["type"] == "modal":
        found += _problems_of_plain(view["title"], 24)
        for name in ("submit", "close"):
            if name in view:
                found += _problems_of_plain(view[name], 24)
        if any(block["type"] == "input" for block in blocks) and "submit" not in view:
            found.append("inputs without a submit button")
    if len(view.get("private_metadata", "")) > 3000 or len(view.get("callback_id", "")) > 255:
        found.append("private_metadata or callback_id too long")
    return found + _problems_of_blocks(blocks, mentions=False)


def _problems_of_blocks(blocks: list[dict[str, Any]], *, mentions: bool) -> list[str]:
    found = []
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    actions = [element["action_id"] for block in blocks for element in _interactive(block)]
    for name, values in (("block_id", ids), ("action_id", actions)):
        found += [f"{name} {value} twice" for value in {v for v in values if values.count(v) > 1}]
        found += [f"{name} too long" for value in values if not 1 <= len(value) <= 255]
    for block in blocks:
        found += _problems_of_block(block, mentions=mentions)
    return found


def _problems_of_block(block: dict[str, Any], *, mentions: bool) -> list[str]:
    kind = block.get("type")
    if kind not in _TYPES:
        return [f"a block of type {kind}"]
    found = []
    parsed = Block.parse(block)
    if parsed is None and kind != "data_table":  # newer than slack_sdk
        found.append(f"slack_sdk does not know the block {kind}")
    elif parsed is not None and kind not in ("context_actions", "table", "rich_text"):
        parsed.validate_json()
    match kind:
        case "header":
            found += _problems_of_plain(block["text"], 150)
        case "section":
            found += _problems_of_text(block["text"], 3000)
        case "context":
            if not 1 <= len(block["elements"]) <= 10:
                found.append("elements of a context block")
            for element in block["elements"]:
                found += _problems_of_text(element, 3000)
        case "actions":
            if not 1 <= len(block["elements"]) <= 25:
                found.append("elements of an actions block")
        case "context_actions":
            if not 1 <= len(block["elements"]) <= 5:
                found.append("elements of a context_actions block")
        case "image":
            if not 1 <= len(block["alt_text"]) <= 2000:
                found.append("alt_text of an image")
        case "input":
            found += _problems_of_plain(block["label"], 2000)
        case "table":
            found += _problems_of_table(block)
        case "data_table":
            found += _problems_of_data_table(block)
        case "rich_text":
            for element in block["elements"]:
                found += _problems_of_rich(element, mentions=mentions)
    for element in _interactive(block):
        found += _problems_of_element(element)
    return found


def _problems_of_element(element: dict[str, Any]) -> list[str]:
    found = []
    match element["type"]:
        case "button":
            found += _problems_of_plain(element["text"], 75)
            if not 1 <= len(element["value"]) <= 2000:
                found.append("value of a button")
        case "feedback_buttons":
            for side in ("positive_button", "negative_button"):
                found += _problems_of_plain(element[side]["text"], 75)
                if not 1 <= len(element[side]["value"]) <= 2000:
                    found.append("value of a feedback button")
        case "static_select" | "multi_static_select":
            if not 1 <= len(element["options"]) <= 100:
                found.append("options of a menu")
            for option in element["options"]:
                found += _problems_of_plain(option["text"], 75)
                if not 1 <= len(option["value"]) <= 150:
                    found.append("value of an option")
        case "plain_text_input":
            if not 1 <= element.get("max_length", 1) <= 3000:
                found.append("max_length of an input")
    return found


def _problems_of_table(block: dict[str, Any]) -> list[str]:
    rows = block["rows"]
    found = []
    if not 1 <= len(rows) <= 100:
        found.append(f"{len(rows)} rows in a table")
    if any(len(row) != len(rows[0]) or not 1 <= len(row) <= 20 for row in rows):
        found.append("columns of a table")
    if len(block.get("column_settings", [])) > 20:
        found.append("column settings of a table")
    cells = [cell for row in rows for cell in row]
    found += ["a cell of a table" for cell in cells if cell["type"] != "raw_text" or not cell["text"]]
    if sum(len(cell["text"]) for cell in cells) > 10_000:
        found.append("more than 10,000 characters in a table")
    return found


def _problems_of_data_table(block: dict[str, Any]) -> list[str]:
    rows = block["rows"]
    found = []
    if not 2 <= len(rows) <= 101:
        found.append(f"{len(rows)} rows in a data table")
    if any(len(row) != len(rows[0]) or not 1 <= len(row) <= 20 for row in rows):
        found.append("columns of a data table")
    if not block["caption"] or not 1 <= block["page_size"] <= 100:
        found.append("caption or page of a data table")
    for number, cell in ((number, cell) for number, row in enumerate(rows) for cell in row):
        kinds = ("raw_text",) if number == 0 else ("raw_text", "raw_number")
        if cell["type"] not in kinds or not cell["text"]:
            found.append("a cell of a data table")
        if cell["type"] == "raw_number" and not math.isfinite(cell["value"]):
            found.append("a number of a data table")
    if sum(len(cell["text"]) for row in rows for cell in row) > 10_000:
        found.append("more than 10,000 characters in a data table")
    return found


def _problems_of_rich(element: dict[str, Any], *, mentions: bool) -> list[str]:
    found = []
    parts = element.get("elements")
    if not parts:
        return [f"an empty {element['type']}"]
    texts = [part.get("text", "") for part in parts if part["type"] == "text"]
    if sum(map(len, texts)) > 3000:
        found.append("a paragraph over 3,000 characters")
    for part in parts:
        match part["type"]:
            case "text":
                if not part["text"]:
                    found.append("an empty text")
                if _UNSEEN.search(part["text"]):
                    found.append("characters that are not seen")
                if _LIVE.search(part["text"]):
                    found.append("what reads like a live mention")
            case "link":
                if not re.fullmatch(r"https?://[^\s<>|\"]+", part["url"]) or len(part["url"]) > 3000:
                    found.append(f"a link to {part['url'][:80]}")
            case "user" if mentions:
                pass
            case "rich_text_section" if element["type"] == "rich_text_list":
                found += _problems_of_rich(part, mentions=mentions)
            case other:
                found.append(f"a {other} in rich text")
    return found


def _problems_of_text(text: dict[str, Any], limit: int) -> list[str]:
    if text["type"] == "mrkdwn":
        found = _problems_of_mrkdwn(text["text"])
        if text.get("verbatim") is not True:
            found.append("mrkdwn that is not verbatim")
        return found + ([] if 1 <= len(text["text"]) <= limit else ["length of mrkdwn"])
    return _problems_of_plain(text, limit)


def _problems_of_plain(text: dict[str, Any], limit: int) -> list[str]:
    found = []
    if text["type"] != "plain_text":
        found.append(f"{text['type']} where plain_text belongs")
    if not 1 <= len(text["text"]) <= limit:
        found.append(f"plain_text of {len(text['text'])} characters, {limit} allowed")
    if _UNSEEN.search(text["text"]):
        found.append("characters that are not seen")
    return found


def _problems_of_mrkdwn(text: str) -> list[str]:
    found = []
    if _LIVE.search(text) or "<" in text:
        found.append(f"unescaped text: {text[:80]}")
    if re.search(r"&(?!amp;|lt;|gt;)", text):
        found.append("an ampersand that is not escaped")
    if _UNSEEN.search(text):
        found.append("characters that are not seen")
    return found


def _interactive(block: dict[str, Any]) -> list[dict[str, Any]]:
    inside = [*(block.get("elements") or []), block.get("element"), block.get("accessory")]
    return [element for element in inside if isinstance(element, dict) and "action_id" in element]
