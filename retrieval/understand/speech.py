"""Whose words a question asks for: "what did Rutte say", "Merkel's view of", "who said"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.understand.verbs import SPEECH_VERBS, Form
from retrieval.understand.wording import word_set


@dataclass(frozen=True, slots=True)
class Speech:
    """Whose words are asked for, None where that is the question, and what was done: "say", "warn".

    ``words_asked``: the question is what the words were, not something that the speaker is named as a
    source for.
    """

    speaker: str | None
    act: str | None
    words_asked: bool = False


@dataclass(frozen=True, slots=True)
class _Verb:
    """A verb of saying among the tokens, ``position`` being its first."""

    position: int
    act: str
    form: Form


_TOKEN = re.compile(r"[\w’'.&/-]*[\w’'&/-]|[,;:?!()\"“”…]")
_DO = word_set("can could did didn't do does doesn't don't may might should will would")
_HAVE = frozenset({"has", "have", "had"})
_BE = frozenset({"is", "are", "was", "were"})
_ADVERBS = word_set("""
    already also been ever first herself himself just last now once reportedly soon still themselves then
    today yesterday
""")
_NO_NAME = word_set("""
    about at because by for from how if in it not of on that there to what when where which who whom why
    with
""")
_DETERMINERS = word_set("a an her his its latest new own that the their these this those")
_LONGEST_NAME = 8

_NOUNS_BY_ACT = {
    "think": "view views opinion position stance take attitude assessment",
    "comment": "comment comments remark remarks",
    "say": "statement statements words message speech lecture quote quotes",
    "respond": "response reaction reply answer",
    "warn": "warning warnings threat",
    "promise": "promise pledge",
    "claim": "claim claims",
    "explain": "explanation justification reason reasons excuse",
    "argue": "argument arguments",
    "predict": "estimate prediction forecast",
    "urge": "demand demands",
    "suggest": "proposal advice",
    "criticise": "criticism",
    "describe": "description",
}
SPEECH_NOUNS = {noun: act for act, nouns in _NOUNS_BY_ACT.items() for noun in nouns.split()}
"""Nouns for somebody's words, with what is done."""
_NOUN = rf"(?P<noun>{'|'.join(SPEECH_NOUNS)})"
_PROPER = r"(?P<who>(?:the\s+)?[A-Z][\w.’&-]*(?:\s+[A-Z][\w.’&-]*){0,5})"
_GAVE = re.compile(
    rf"\b(?:what|which)\s+(?:[\w-]+\s+){{0,2}}?{_NOUN}\s+(?:did|does|do|has|have"
    rf"|had)\s+(?P<who>(?:[\w’'.&-]+\s+){{1,6}}?)"
    r"(?:\w+ly\s+)?(?:give|given|offer|offered|cite|cited|make|made|provide|provided|issue|issued|use"
    r"|used|send|sent|have|put)\b",
    re.IGNORECASE,
)
_POSSESSED = re.compile(
    r"(?:\b(?:is|are|was|were|does|did|has|of|about|to|describe|summari[sz]e|any)"
    r"|what[’']s)\s+(?P<who>(?:[\w.&-]+\s+){0,5}?[\w.&-]+?)"
    rf"(?:[’']s|(?<=s)[’'])\s+(?:\w+\s+){{0,2}}?{_NOUN}\b",
    re.IGNORECASE,
)
_OF = re.compile(rf"\b(?:is|are|was|were)\s+the\s+(?:\w+\s+)?{_NOUN}\s+of\s+{_PROPER}")
_FROM = re.compile(rf"\b{_NOUN}\s+(?:from|by)\s+{_PROPER}")
_ACCORDING = re.compile(
    r"\b(?:according\s+to|in\s+the\s+(?:words|view|eyes|opinion)\s+of|as\s+(?:seen|told|described|put"
    r"|stated)\s+by"
    r"|(?:said|stated|claimed|written|announced)\s+by|per(?=\s+(?-i:[A-Z])))\s+(?P<who>[^,?.;:!()]+)",
    re.IGNORECASE,
)
_QUOTED = re.compile(rf"\bquot(?:e|es|ed|ing)\s+{_PROPER}\s+as\b")
_WHO = re.compile(r"^\W*(?:and\s+|so\s+|but\s+)?(?:who|whose|which)\b", re.IGNORECASE)
_STATED = re.compile(
    r"^\W*(?P<who>(?:(?:the|former|president|prime|minister|secretary|general|billionaire|chancellor)\s+)*"
    r"[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*){0,6})\s+(?:has\s+|have\s+|had\s+|reportedly\s+)*"
    r"(?P<verb>said|says|told|announced|warned|claimed|argued|wrote|declared|insisted|promised)\b"
)
_PRONOUNS = word_set("""
    anybody anyone everyone he her him i it me nobody one people she somebody someone that them there these
    they this those us we who you
""")
_NOT_A_SPEAKER = re.compile(
    r"^(?:[\w’'./-]+\s+){0,6}(?:study|studies|poll|polling|polls|survey|surveys|reports?|data|research"
    r"|figures|statistics|analysis|plans?|laws?"
    r"|rules|media|articles?|sources?|documents?|records?|website|book|schedule|request|budget|bill|deal"
    r"|agreement|text|investigation|review)\b",
    re.IGNORECASE,
)
_END_OF_NAME = re.compile(
    r"\s+(?:at|in|on|about|when|during|after|before|what|which|who|how|why|where|is|are|was|were|did|does"
    r"|did|do|has|have|will|this|last"
    r"|yesterday|today|and\s+(?:what|how|why)|as|since|from|for|of\s+the)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_POSSESSION = re.compile(
    r"^(?P<who>.+?)(?:[’']s|(?<=s)[’'])\s+(?:[\w-]+\s+){0,3}(?:lecture|speech|interview|remarks?"
    r"|statement|account|estimate|assessment|view"
    r"|letter|memo|office|spokes\w+|testimony|book|article|post|tweet|comments?|words|count|figures?"
    r"|conference|briefing|address)\b.*",
    re.IGNORECASE | re.DOTALL,
)


def speech_in(text: str, *, outlets: Sequence[str] = ()) -> Speech:
    """Whose words ``text`` asks for; ``outlets`` are words in it that mean a paper, not a speaker."""
    given = _GAVE.search(text)
    if given and (who := _speaker(given["who"], outlets)):
        return Speech(who, SPEECH_NOUNS[given["noun"].lower()], words_asked=True)
    tokens = _TOKEN.findall(text)
    asked = _asked(tokens, outlets)
    if asked:
        return asked
    for pattern in (_POSSESSED, _OF, _FROM):
        possessed = pattern.search(text)
        if possessed and (who := _speaker(possessed["who"], outlets)):
            return Speech(who, SPEECH_NOUNS[possessed["noun"].lower()], words_asked=True)
    quoted = _QUOTED.search(text)
    if quoted and (who := _speaker(quoted["who"], outlets)):
        return Speech(who, "say", words_asked=True)
    according = _ACCORDING.search(text)
    if according and (who := _attributed(according["who"], outlets)):
        return Speech(who, "say")
    return (
        _who_said(text, tokens) or _relative(tokens, outlets) or _stated(text, outlets) or Speech(None, None)
    )


def _asked(tokens: list[str], outlets: Sequence[str]) -> Speech | None:
    """The speaker between an auxiliary and its verb of saying: "did General Sanders ever say"."""
    for position, token in enumerate(tokens):
        auxiliary = token.lower().replace("’", "'")
        if auxiliary not in _DO and auxiliary not in _HAVE and auxiliary not in _BE:
            continue
        for verb in _verbs_after(tokens, position + 2):
            before = tokens[verb.position - 1].lower()
            if _agrees(auxiliary, before, verb.form) and (
                who := _name_between(tokens, position + 1, verb.position, outlets)
            ):
                return Speech(who, verb.act, words_asked=True)
    return None


def _verbs_after(tokens: list[str], position: int) -> Iterator[_Verb]:
    """The verbs of saying after a name that begins just before ``position``, up to where it must end."""
    for at in range(position, min(position + _LONGEST_NAME, len(tokens))):
        before = tokens[at - 1].lower()
        if not before[0].isalnum() or (before in _NO_NAME and not tokens[at - 1].isupper()):  # "the WHO"
            return
        verb = _verb_at(tokens, at)
        if not verb or before in _DETERMINERS or before.endswith(("'s", "’s")):
            continue
        following = _verb_at(tokens, at + 1)
        if following and following.form == "base" and verb.form == "base":
            continue  # "did the request ask": the first is a noun
        yield verb


def _verb_at(tokens: list[str], position: int) -> _Verb | None:
    if position >= len(tokens) or (tokens[position][0].isupper() and not tokens[position].isupper()):
        return None
    word = tokens[position].lower()
    pair = f"{word} {tokens[position + 1].lower()}" if position + 1 < len(tokens) else word
    found = SPEECH_VERBS.get(pair) or SPEECH_VERBS.get(word)
    return _Verb(position, *found) if found else None


def _agrees(auxiliary: str, before: str, form: Form) -> bool:
    """Whether the form goes with the auxiliary: "did … say", "has … said", "is … saying".

    "Is it expected" is passive, and in "did the Baltic states leave" nobody states anything.
    """
    if auxiliary in _BE or before == "been":
        return form == "ing"
    return form == "past" if auxiliary in _HAVE else form == "base"


def _name_between(tokens: list[str], start: int, end: int, outlets: Sequence[str]) -> str | None:
    words = tokens[start:end]
    while words and (words[-1].lower() in _ADVERBS or words[-1].endswith("ly")):
        words = words[:-1]
    return _speaker(" ".join(words), outlets) if words else None


def _who_said(text: str, tokens: list[str]) -> Speech | None:
    """In "who suggested …" and "which minister has warned …" the speaker is the question."""
    if not _WHO.match(text):
        return None
    which = "which" in (token.lower() for token in tokens[:2])
    for at in range(1, min(_LONGEST_NAME, len(tokens))):
        word, before = tokens[at].lower(), tokens[at - 1].lower()
        verb = _verb_at(tokens, at)
        passive = before in _BE or before == "been"
        if verb and verb.form in ("past", "third") and not passive and not (which and verb.act == "describe"):
            return Speech(None, verb.act)
        if word in _DO or word in ("to", "that", "if", "by") or not word[0].isalnum():
            return None
    return None


def _relative(tokens: list[str], outlets: Sequence[str]) -> Speech | None:
    """The speaker of "compare what Rutte said in April and in June"."""
    for position, token in enumerate(tokens[:-2]):
        if token.lower() not in ("what", "everything", "anything", "how", "things"):
            continue
        for verb in _verbs_after(tokens, position + 2):
            between = {word.lower() for word in tokens[position + 1 : verb.position]}
            if verb.form in ("past", "third") and not between & (_DO | _BE):
                who = _name_between(tokens, position + 1, verb.position, outlets)
                if who and who[0].isupper():
                    return Speech(who, verb.act, words_asked=True)
    return None


def _stated(text: str, outlets: Sequence[str]) -> Speech | None:
    stated = _STATED.match(text)
    if stated and (who := _speaker(stated["who"], outlets)):
        return Speech(who, SPEECH_VERBS[stated["verb"].lower()][0])
    return None


def _speaker(words: str, outlets: Sequence[str]) -> str | None:
    """The name in a noun phrase: without article, and without what is written small before a name."""
    words = re.sub(r"\s+", " ", words).strip(" \"“”'‘’")
    words = re.sub(r"^(?:the|an?|is|are|was|were)\s+", "", words, flags=re.IGNORECASE)
    if not words or words.lower() in _PRONOUNS or _NOT_A_SPEAKER.match(words):
        return None
    parts = words.split(" ")
    named = next((number for number, part in enumerate(parts) if part[:1].isupper()), None)
    # "Retired general Repass" is Repass; "deputy national security adviser" has nothing but its office.
    name = " ".join(parts[named:]) if named is not None and parts[-1][:1].isupper() else words
    plain = name.lower()
    if plain in _PRONOUNS or not name[0].isalpha() or any(plain == outlet.lower() for outlet in outlets):
        return None
    return name


def _attributed(words: str, outlets: Sequence[str]) -> str | None:
    """The speaker in what follows "according to": "Rutte at The Hague", "Rutte's Warsaw lecture"."""
    words = re.sub(r"^(?:the\s+)?\w+[- ]tracker\s+", "", words.strip(), flags=re.IGNORECASE)
    if _NOT_A_SPEAKER.match(words):
        return None
    words = _END_OF_NAME.sub("", words).strip()
    possession = _POSSESSION.match(words)
    return _speaker(possession["who"] if possession else words, outlets) if words else None
