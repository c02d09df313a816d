"""A question's words: without the markup of chats, and without what a search need not look for."""

import html
import re
from collections.abc import Iterable

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,400}>")
_SLACK_LINK = re.compile(r"<(?:https?://|mailto:)[^|<>\s]+\|([^<>]+)>")
_SLACK_CHANNEL = re.compile(r"<#[A-Z0-9]+\|([^<>]+)>")
_MENTION = re.compile(r"<(?:[@#!][^<>\s]+|(?:a?:\w+:\d+)|https?://[^<>\s]+)>")
_EMOJI_CODE = re.compile(r"(?<![\w:]):(?!flag[-_])[a-z][a-z0-9_+-]{1,40}:(?![\w:])")
_LEADING_NAME = re.compile(
    r"^\s*(?:@[\w.-]+|communiqu[eé](?:\s+bot)?(?=\s*[,:!-])|(?:hey|hi|hello|ok)\s+communiqu[eé])[\s,:!-]*",
    re.IGNORECASE,
)
_MARKS = re.compile(r"(?<![\w*])[*_~`]{1,3}(?=\S)|(?<=\S)[*_~`]{1,3}(?![\w*])")

_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|good\s+(?:morning|afternoon|evening|day))(?:\s+(?:there|all|everyone|team|bot"
    r"|folks))?\s*[,.!:–-]+\s*|(?:ok(?:ay)?|thanks?|thank\s+you|great|right|cool)\s*[,.!]+\s+)+",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^(?:(?:please|pls|kindly|so|well|quick\s+question)[\s,:]+|(?:can|could|would|will)\s+(?:you|anyone"
    r"|somebody|someone)\s+(?:please\s+|kindly\s+|quickly\s+)?"
    r"(?:tell\s+(?:me|us)|explain(?:\s+to\s+(?:me|us))?|say|find\s+out|look\s+up|check|remind\s+me"
    r"|let\s+(?:me|us)\s+know|give\s+me|show\s+me)\s+"
    r"|(?:please\s+)?(?:tell|remind)\s+(?:me|us)(?:\s+about)?\s+|do\s+(?:you"
    r"|we)\s+(?:happen\s+to\s+)?know\s+(?!about\b)|(?:does\s+)?any(?:one|body)\s+know[s]?\s+"
    r"|i(?:[’']d|\s+would)\s+(?:like|love)\s+to\s+know\s+|i\s+(?:want|need)\s+to\s+know\s+|i(?:[’']m"
    r"|\s+am|\s+was)?\s+(?:just\s+)?wonder(?:ing)?\s+"
    r"|any\s+idea\s+|let\s+me\s+know\s+|i\s+have\s+a\s+question[\s:,.]+)+(?=\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,.–-]*\b(?:please|pls|plz|thanks?(?:\s+(?:a\s+lot|so\s+much|in\s+advance))?|thank\s+you|thx"
    r"|cheers)\s*[.!?]*$",
    re.IGNORECASE,
)
_DANGLING = re.compile(
    r"\s+(?:and|or|versus|vs\.?|compared(?:\s+(?:with|to))?|with)\s*([?.!]|$)", re.IGNORECASE
)
_SLIPS = {
    slip: word
    for word, slips in {
        "what": "waht whta wat wht hwat",
        "where": "wher whre wehre whare",
        "when": "wehn whn wen",
        "which": "wich whcih whihc whch wihch",
        "who": "whoo",
    }.items()
    for slip in slips.split()
}
_HOW_MANY = re.compile(r"^(\W*how\s+)(?:mny|mnay|amny|manny)\b", re.IGNORECASE)
_FIRST_WORD = re.compile(r"^\W*(\w+)")
_EDGES = re.compile(r"^[\s,;:.–—-]+|[\s,;–—-]+$")


def cleaned(text: str) -> str:
    """``text`` as a person reads it: no mentions, tags, emoji codes or marks of emphasis, spaces folded."""
    if "<" in text or "&" in text:
        text = _SLACK_CHANNEL.sub(r"#\1", _SLACK_LINK.sub(r"\1", text))
        text = _TAG.sub("", _MENTION.sub(" ", text))
        text = html.unescape(text)
    text = _LEADING_NAME.sub("", _EMOJI_CODE.sub(" ", text))
    return " ".join(_MARKS.sub("", text).split())


def mended(text: str) -> str:
    """``text`` with a slip in its question word put right: "waht did", "how mny"."""
    first = _FIRST_WORD.match(text)
    meant = _SLIPS.get(first[1].lower()) if first else None
    if first and meant:
        text = text[: first.start(1)] + meant + text[first.end(1) :]
    return _HOW_MANY.sub(r"\1many", text)


def without_politeness(text: str) -> str:
    """``text`` without greeting, "could you tell me" and "please", unless nothing else would be left."""
    shorter = _TAIL.sub("", _POLITE.sub("", _GREETING.sub("", text)))
    shorter = _EDGES.sub("", shorter)
    if text.endswith("?") and shorter and shorter[-1] not in "?.!":
        shorter += "?"
    return shorter if any(char.isalnum() for char in shorter) else text


def without_spans(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """``text`` without these (start, end) stretches, or as it is where nothing else would be left."""
    kept, position = [], 0
    for start, end in sorted(spans):
        if start >= position:
            kept.append(text[position:start])
            position = end
        else:
            position = max(position, end)
    kept.append(text[position:])
    shorter = re.sub(r"\s+([,.?!;:])", r"\1", " ".join("".join(kept).split()))
    shorter = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", shorter)
    shorter = _DANGLING.sub(r"\1", shorter)
    shorter = re.sub(r",\s*([?.!])", r"\1", _EDGES.sub("", shorter))
    return shorter if any(char.isalnum() for char in shorter) else text


def word_set(listed: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(listed.split())
