"""Embeds, buttons and files within Discord's limits, as plain values that `render` makes, `delivery` sends.

Custom ids carry all that a press needs (``communique:page:<question>:2``), so buttons work after a restart.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.discord_app.text import fitted, plain, size

Embed = dict[str, Any]

CONTENT = 2000
DESCRIPTION = 4096
ALL_EMBEDS = 6000
MOST_EMBEDS = 10
MOST_FIELDS = 25
MODAL_TITLE = 45
CHOICES = 25
CHOICE = 100
_TITLE = 256
_FIELD_NAME = 256
_FIELD = 1024
_AUTHOR = 256
_FOOTER = 2048
_LABEL = 80
_CUSTOM_ID = 100
_ROW = 5

GREEN = 0x2E7D32
"""Found, supported."""
BLUE = 0x1565C0
"""Official figures."""
AMBER = 0xB26A00
"""Nothing found, or not all of it right."""
RED = 0xB3261E
"""Wrong, or failed."""
GREY = 0x5F6368
"""A source, a list, a help text."""

_ID = re.compile(r"communique:(?P<action>[a-z]+):(?P<of>[0-9A-Za-z_-]*)(?::(?P<n>\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button; ``id`` is made by `custom_id`."""

    label: str
    id: str
    style: Literal["primary", "secondary", "success", "danger"] = "secondary"
    emoji: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file sent with a message; ``alt`` describes an image."""

    name: str
    content: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A message. ``content`` holds words of ours alone; everything from articles is in ``embeds``."""

    content: str = ""
    embeds: tuple[Embed, ...] = ()
    rows: tuple[tuple[Button, ...], ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """What a custom id says: the action, the id it is about, and a number."""

    action: str
    of: str
    n: int = 0


def custom_id(action: str, of: str, n: int | None = None) -> str:
    """The custom id of a button or modal."""
    made = f"communique:{action}:{of}" + ("" if n is None else f":{n}")
    if len(made) > _CUSTOM_ID:
        raise ValueError(f"a custom id of {len(made)} characters")
    return made


def pressed(id_: str) -> Press | None:
    """What was pressed, None for an id that is not ours."""
    found = _ID.fullmatch(id_)
    return Press(found["action"], found["of"], int(found["n"] or 0)) if found else None


def embed(
    description: str = "",
    *,
    colour: int,
    title: str = "",
    author: str = "",
    footer: str = "",
    image: str = "",
    fields: Iterable[tuple[str, str]] = (),
) -> Embed:
    """An embed. ``description`` and the fields' values are Markdown within their limits; the rest is text."""
    made: Embed = {"type": "rich", "color": colour}
    if title:
        made["title"] = fitted(title, _TITLE)
    if author:
        made["author"] = {"name": plain(author, _AUTHOR)}
    if description:
        made["description"] = description
    listed = [
        {"name": fitted(name, _FIELD_NAME), "value": value, "inline": False}
        for name, value in list(fields)[:MOST_FIELDS]
    ]
    if listed:
        made["fields"] = listed
    if image:
        made["image"] = {"url": f"attachment://{image}"}
    if footer:
        made["footer"] = {"text": plain(footer, _FOOTER)}
    return made


def weight(made: Embed) -> int:
    """How much of the 6,000 characters over all embeds of a message this one takes."""
    texts = [
        made.get("title", ""),
        made.get("description", ""),
        made.get("author", {}).get("name", ""),
        made.get("footer", {}).get("text", ""),
    ]
    texts += [text for field in made.get("fields", ()) for text in (field["name"], field["value"])]
    return sum(map(size, texts))


def field(name: str, text: str, *, limit: int = _FIELD) -> tuple[str, str]:
    """A field that shows ``text`` literally."""
    return name, fitted(text, min(limit, _FIELD))


def listing(lines: Sequence[str], limit: int) -> str:
    """As many ``lines`` as a list as fit into ``limit``, each shown literally; the rest is counted."""
    made: list[str] = []
    left = limit - 24
    for line in lines:
        item = f"- {fitted(' '.join(line.split()), 600)}"
        if size(item) + 1 > left:
            made.append(f"and {len(lines) - len(made):,} more")
            break
        made.append(item)
        left -= size(item) + 1
    return "\n".join(made)


def button(
    label: str,
    *,
    id: str,  # noqa: A002 - the platform's word
    style: Literal["primary", "secondary", "success", "danger"] = "secondary",
    emoji: str | None = None,
) -> Button:
    """A button with its label within the limit."""
    return Button(label=plain(label, _LABEL), id=id, style=style, emoji=emoji)


def rows(*buttons: Button) -> tuple[tuple[Button, ...], ...]:
    """Buttons in rows of five, at most five rows."""
    return tuple(buttons[start : start + _ROW] for start in range(0, min(len(buttons), 25), _ROW))


def fits(embeds: Sequence[Embed]) -> bool:
    """Whether one message takes all of ``embeds``."""
    return len(embeds) <= MOST_EMBEDS and sum(map(weight, embeds)) <= ALL_EMBEDS
