"""Finding what stands in quotation marks: curly, straight, angular, low or single ones, and unclosed ones."""

import re
from dataclasses import dataclass
from typing import Final

_MARK: Final = re.compile("[\"“”„«»‘’']")
_CLOSERS: Final = {"“": '”"', "”": '”"', '"': '"”', "„": "“”", "«": "»", "‘": "’", "'": "'"}
_SINGLE: Final = "‘'"
_SINGLE_CLOSE: Final = re.compile(r"[,.?!…\w][’'](?=[\s,.;:)—–-]|\Z)")
HIDDEN: Final = "\ue000"
"""Stands for a character inside quotation marks in a masked line; no word of any language."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch in quotation marks, marks included: ``text[start:end]``.

    ``closed`` is false where the paragraph ends before the closing mark, as it does when the next paragraph
    goes on with the same person's words.
    """

    start: int
    end: int
    closed: bool


def quotations(text: str, start: int, end: int) -> list[Quotation]:
    """The outermost quotations of one line, ``text[start:end]``, in order."""
    found: list[Quotation] = []
    opened: int | None = None
    for match in _MARK.finditer(text, start, end):
        at, mark = match.start(), match[0]
        before = text[at - 1] if at > start else " "
        after = text[at + 1] if at + 1 < end else " "
        opens = mark in _CLOSERS and (before.isspace() or before in "([—–-/") and not after.isspace()
        if opened is None:
            if opens and (mark not in _SINGLE or _closes_single(text, at, end)):
                opened = at
            continue
        opener = text[opened]
        if opener in _SINGLE:
            if mark in _CLOSERS[opener] and _SINGLE_CLOSE.match(text, at - 1, end):
                found.append(Quotation(opened, at + 1, closed=True))
                opened = None
        elif mark in _SINGLE or mark == "’":
            continue
        elif (mark in _CLOSERS[opener] and not opens) or (mark == opener and not opens):
            found.append(Quotation(opened, at + 1, closed=True))
            opened = None
        elif mark == opener and opens:  # the closing mark was forgotten
            found.append(Quotation(opened, _rstrip(text, opened, at), closed=False))
            opened = at
    if opened is not None:
        found.append(Quotation(opened, _rstrip(text, opened, end), closed=False))
    return found


def mask(text: str, start: int, end: int, found: list[Quotation]) -> str:
    """The line with what stands in quotation marks hidden, of the same length.

    Its last punctuation stays, so that a sentence can still be seen to end there.
    """
    pieces, at = [], start
    for quotation in found:
        inner_end = quotation.end - 1 if quotation.closed else quotation.end
        last = text[inner_end - 1] if inner_end - 1 > quotation.start else ""
        kept = last if last and last in ",.?!…;:—–-" else ""
        hidden = HIDDEN * (inner_end - quotation.start - 1 - len(kept))
        pieces += [text[at : quotation.start + 1], hidden, kept, text[inner_end : quotation.end]]
        at = quotation.end
    return "".join([*pieces, text[at:end]])


def _closes_single(text: str, at: int, end: int) -> bool:
    """Whether a single mark opens a quotation and is no apostrophe: it closes again after punctuation."""
    closing = _SINGLE_CLOSE.search(text, at + 2, end)
    return closing is not None and (text[at] == "‘" or text[closing.start()] in ",.?!…")


def _rstrip(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end
