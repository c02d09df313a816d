"""Text for Discord: escaped, and so that nothing in an article acts.

Discord renders Markdown in messages and embeds, with marks of its own for mentions, times and emoji. Each
mark gets a backslash, which Discord does not show, so that what is read is the text to the character.
"""

import re
from collections.abc import Callable
from urllib.parse import quote

from bot.wording import harmless, shortened

_MARKUP = re.compile(
    r"""
    [\\`*_~|<>\[\]\#@]        # styles, code, spoilers, links, headings, quotes, mentions, times
    | (?<=\])\(               # the target of a masked link
    | :(?=//|\w+:)            # an address that would become a link; the name of an emoji
    """,
    re.VERBOSE,
)
_LISTED = re.compile(r"^[^\S\n]*(?:\d+(?=[.)]\s)|(?=[-+]\s))", re.MULTILINE)
_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_LINKABLE = re.compile(r"https?://[^\s/?#]+")
_LONGEST_LINK = 1500


def escaped(text: str) -> str:
    """``text`` so that Discord shows it literally."""
    return _LISTED.sub(r"\g<0>\\", _MARKUP.sub(r"\\\g<0>", harmless(text)))


def shown(text: str) -> str:
    """What a reader sees of `escaped` text."""
    return _ESCAPE.sub(r"\1", text)


def size(text: str) -> int:
    """The length that counts towards Discord's limits, at most: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def fitted(text: str, limit: int) -> str:
    """``text`` escaped, shortened between words so that the result is within ``limit``; never empty."""
    return _within(harmless(text).strip(), limit, escaped)


def plain(text: str, limit: int) -> str:
    """``text`` for where Discord renders no Markdown (an author, a footer, a button), within ``limit``."""
    return _within(" ".join(harmless(text).split()), limit, str)


def quoted(text: str, limit: int) -> str:
    """``text`` as a quotation, literally: every line marked, all within ``limit``."""
    return _within(harmless(text).strip(), limit, _in_quotation)


def link(url: str | None, text: str) -> str | None:
    """A masked link, None where ``url`` is no web address or too long. ``text`` is ours.

    Brackets, spaces and quotation marks of the address are percent-encoded, so that it ends where we end it.
    """
    if not url or not _LINKABLE.match(url):
        return None
    target = quote(harmless(url), safe="%/:?#@!$&'*+,;=~-._")
    return f"[{text}]({target})" if len(target) <= _LONGEST_LINK else None


def _in_quotation(text: str) -> str:
    return "\n".join(f"> {line}" for line in escaped(text).split("\n"))


def _within(text: str, limit: int, render: Callable[[str], str]) -> str:
    """What ``render`` makes of ``text``, shortened between words until the result is within ``limit``."""
    rest = shortened(text, limit) or "–"
    while (over := size(made := render(rest)) - limit) > 0:
        rest = shortened(rest, len(rest) - max(1, over // 3))
    return made
