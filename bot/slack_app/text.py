"""Text for Slack: escaped, and so that nothing in an article acts.

Quotes and other words of articles go into ``rich_text`` elements, which Slack shows as they are: there is no
markup in them to be abused. What must be ``mrkdwn`` (the fallback text) is escaped.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from bot.wording import harmless

Element = dict[str, Any]

_LIVE = re.compile(r"<(?=[@#!a-zA-Z])")
_MARKS = re.compile(r"[\\`*_{}#~|]|(?<=\])\(")
_LISTED = re.compile(r"\A(\d*)([-+.)])(?=\s)")
_LINKABLE = re.compile(r"https?://[^\s/?#]+")


def escaped(text: str) -> str:
    """``text`` for ``mrkdwn``: ``&``, ``<`` and ``>`` and nothing else, as Slack asks."""
    return harmless(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """``text`` on one line of Markdown that shows it as it is: marks are escaped, and it links nowhere."""
    line = _MARKS.sub(r"\\\g<0>", escaped(" ".join(text.split())))
    return _LISTED.sub(r"\1\\\2", line)


def plain(text: str, *, bold: bool = False, italic: bool = False) -> Iterator[Element]:
    """Elements of a ``rich_text`` section that show ``text`` literally.

    ``<`` is parted from a ``@``, ``!`` or letter that follows, so that not even a reader of the raw payload
    that takes it for ``mrkdwn`` finds a mention. It looks the same.
    """
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    shown = harmless(text)
    start = 0
    for match in _LIVE.finditer(shown):
        yield _run(shown[start : match.end()], style)
        start = match.end()
    if start < len(shown):
        yield _run(shown[start:], style)


def link(url: str | None, text: str) -> Element | None:
    """A link element, None where ``url`` is no web address. ``text`` is ours."""
    if not url or not _LINKABLE.match(url) or len(url) > 2900:
        return None
    return {"type": "link", "url": quote(url, safe="%/:?#[]@!$&'()*+,;=~-._"), "text": text}


def _run(text: str, style: dict[str, bool]) -> Element:
    return {"type": "text", "text": text, **({"style": style} if style else {})}
