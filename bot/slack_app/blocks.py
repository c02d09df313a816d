"""Blocks within Slack's limits. Each function gives one block as the dict that the Web API takes."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.slack_app.text import Element, plain
from bot.wording import harmless, one_line, shortened

Block = dict[str, Any]

MOST_BLOCKS = 50
FALLBACK = 3000
_RICH = 3000
_BUTTON = 75
_HEADER = 150
_TITLE = 24
_CELL = 500
_ROWS = 100
_PAGE = 15
_ALL_CELLS = 9000
_ALL_BLOCKS = 11_000
"""Bytes of all blocks of a message but its table: Slack refuses some 13,000 (``msg_blocks_too_long``)."""

Cell = str | tuple[float, str]
"""What a table shows; a number with its text where it is to be sorted by it."""


def rich(*parts: Element) -> Block:
    """A ``rich_text`` block of sections, quotes and lists."""
    return {"type": "rich_text", "elements": list(parts)}


def section(elements: Iterable[Element]) -> Element:
    """A paragraph of a ``rich_text`` block."""
    return {"type": "rich_text_section", "elements": _limited(elements)}


def quoted(text: str) -> Element:
    """A quotation of a ``rich_text`` block; ``text`` is shown literally."""
    return {"type": "rich_text_quote", "elements": _limited(plain(text))}


def bullets(lines: Iterable[str]) -> Element:
    """A list of lines, each shown literally."""
    return {"type": "rich_text_list", "style": "bullet", "elements": [section(plain(line)) for line in lines]}


def paragraph(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    """A block with one paragraph, shown literally."""
    return rich(section(plain(text, bold=bold, italic=italic)))


def aside(text: str) -> Block:
    """A remark, set apart from the answer; shown literally."""
    return paragraph(shortened(one_line(text), 600), italic=True)


def small(text: str) -> Block:
    """A line of ours in small print."""
    return {"type": "context", "elements": [plain_text(text, 2000)]}


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain_text(text, _HEADER)}


def plain_text(text: str, limit: int) -> Element:
    """A ``plain_text`` object of at most ``limit`` characters, never empty.

    For labels, not for quotes: angle brackets are turned into others, which mean nothing to Slack.
    """
    shown = one_line(text).replace("<", "‹").replace(">", "›")
    return {"type": "plain_text", "text": shortened(shown or "–", limit), "emoji": False}


def title(text: str) -> Element:
    """A modal's title or button."""
    return plain_text(text, _TITLE)


def button(text: str, *, action: str, value: str, style: str | None = None) -> Element:
    """A button whose press carries ``value``."""
    made = {"type": "button", "text": plain_text(text, _BUTTON), "action_id": action, "value": value[:2000]}
    return {**made, "style": style} if style else made


def actions(buttons: Sequence[Element]) -> Block:
    """A row of buttons, at most 25."""
    return {"type": "actions", "elements": list(buttons[:25])}


def feedback(question: str, *, positive: str, negative: str) -> Block:
    """Slack's own feedback buttons for the answer to ``question``."""
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain_text(positive, _BUTTON), "value": f"helpful:{question}"},
                "negative_button": {"text": plain_text(negative, _BUTTON), "value": f"wrong:{question}"},
            }
        ],
    }


def data_table(rows: Sequence[Sequence[Cell]], *, caption: str) -> Block:
    """A table that can be sorted and turned over, whose first row is its head. At least two rows.

    Slack's newest: not every workspace takes it.
    """
    cells = [
        [_number(cell) if number and isinstance(cell, tuple) else _raw(cell) for cell in row]
        for number, row in enumerate(_shown(rows))
    ]
    return {
        "type": "data_table",
        "caption": shortened(one_line(caption) or "Table", 250),
        "rows": cells,
        "page_size": min(_PAGE, len(cells) - 1),
    }


def table(rows: Sequence[Sequence[Cell]], *, right: Sequence[int] = ()) -> Block:
    """A table whose first row is its head; columns in ``right`` are aligned there. At most 100 rows of 20."""
    cells = [[_raw(cell) for cell in row] for row in _shown(rows)]
    settings = [{"align": "right" if column in right else "left"} for column in range(len(cells[0]))]
    return {"type": "table", "rows": cells, "column_settings": settings}


def _shown(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """As many of ``rows`` as a table takes, with their head."""
    kept: list[list[Cell]] = []
    left = _ALL_CELLS
    for row in rows[:_ROWS]:
        left -= sum(len(_raw(cell)["text"]) for cell in row[:20])
        if left < 0 and len(kept) > 1:
            break
        kept.append(list(row[:20]))
    return kept


def _raw(cell: Cell) -> Element:
    text = cell if isinstance(cell, str) else cell[1]
    return {"type": "raw_text", "text": shortened(one_line(text) or "–", _CELL)}


def _number(cell: tuple[float, str]) -> Element:
    return {**_raw(cell), "type": "raw_number", "value": cell[0]}


def weight(blocks: Iterable[Block]) -> int:
    """What of the bytes of a message these blocks take; its table does not count."""
    return sum(
        len(json.dumps(block, ensure_ascii=False).encode()) + 40  # what Slack adds to each
        for block in blocks
        if block["type"] not in ("table", "data_table")
    )


def fitting(blocks: Sequence[Block], *, besides: Sequence[Block] = ()) -> list[Block]:
    """The first of ``blocks``: so many as fit into a message together with ``besides``."""
    kept: list[Block] = []
    left = _ALL_BLOCKS - weight(besides)
    for block in blocks[: MOST_BLOCKS - len(besides)]:
        left -= weight([block])
        if left < 0:
            break
        kept.append(block)
    return kept


def image(file: str, *, alt: str) -> Block:
    """An image that was uploaded to Slack."""
    return {
        "type": "image",
        "slack_file": {"id": file},
        "alt_text": shortened(one_line(alt) or "Chart", 1900),
    }


def choices(action: str, options: Sequence[str], *, most: int, placeholder: str) -> Element:
    """A menu from which up to ``most`` of ``options`` are chosen; it completes what is typed."""
    items = [{"text": plain_text(option, 75), "value": option[:150]} for option in options if option]
    return {
        "type": "multi_static_select",
        "action_id": action,
        "options": items[:100],
        "max_selected_items": most,
        "placeholder": plain_text(placeholder, 150),
    }


def select(action: str, options: dict[str, str], *, initial: str | None = None) -> Element:
    """A menu of ``options`` (value: label)."""
    items = [{"text": plain_text(label, 75), "value": value} for value, label in options.items()]
    made: Element = {"type": "static_select", "action_id": action, "options": items[:100]}
    chosen = next((item for item in items if item["value"] == initial), None)
    return {**made, "initial_option": chosen} if chosen else made


def text_input(
    action: str, *, multiline: bool = False, initial: str = "", placeholder: str = "", most: int = 2000
) -> Element:
    """A field to type in."""
    made: Element = {
        "type": "plain_text_input",
        "action_id": action,
        "multiline": multiline,
        "max_length": most,
    }
    if initial:
        made["initial_value"] = harmless(initial)[:most]
    if placeholder:
        made["placeholder"] = plain_text(placeholder, 150)
    return made


def field(name: str, label: str, element: Element, *, optional: bool = False) -> Block:
    """An input with its label; its value is found under ``name``."""
    return {
        "type": "input",
        "block_id": name,
        "label": plain_text(label, 2000),
        "element": element,
        "optional": optional,
    }


def modal(
    heading: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    callback: str = "closed",
    metadata: str = "",
) -> dict[str, Any]:
    """A modal; with ``submit`` it has a button that sends ``callback``."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback,
        "title": title(heading),
        "close": title("Close"),
        "blocks": list(blocks[:100]),
        "private_metadata": metadata[:3000],
    }
    return {**view, "submit": title(submit)} if submit else view


def _limited(elements: Iterable[Element]) -> list[Element]:
    """``elements`` with at most 3,000 characters of text between them, never none."""
    kept: list[Element] = []
    left = _RICH
    for element in elements:
        text = element.get("text", "")
        if len(text) > left:
            if left > 1:
                kept.append({**element, "text": shortened(text, left)})
            break
        kept.append(element)
        left -= len(text)
    return kept or [{"type": "text", "text": "–"}]
