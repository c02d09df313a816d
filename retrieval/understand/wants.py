"""What kind of answer a question wants: a person, a place, an amount, yes or no, a reason, a list."""

import re
from dataclasses import dataclass
from typing import Literal

from retrieval.understand.noun_phrases import AUXILIARY, PREPOSITION, head_after, is_noun, plural
from retrieval.understand.nouns import ADJECTIVE_SIZES, MEASURED, kind_of_noun
from retrieval.understand.wording import mended

Wants = Literal[
    "person",
    "organisation",
    "place",
    "date",
    "duration",
    "number",
    "amount",
    "percentage",
    "yes_no",
    "reason",
    "list",
    "digest",
    "description",
    "statement",
    "title",
    "thing",
]


@dataclass(frozen=True, slots=True)
class Asked:
    """The kind of answer, the answer expected in words ("a number of troops"), and the noun asked about."""

    wants: Wants
    expected: str
    head: str | None = None


_SENTENCE = re.compile(
    r"(?<!\b[A-Z]\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bNo\.)(?<!\bMrs\.)(?<!\bGen\.)(?<!\bv\.)(?<!\bGov\.)(?<!\bSen\.)"
    r"(?<!\bRep\.)(?<!\bMaj\.)(?<!\bCol\.)(?<!\bJan\.)(?<!\bFeb\.)(?<!\bAug\.)(?<!\bSept\.)(?<!\bOct\.)(?<!\bNov\.)(?<!\bDec\.)"
    r"(?<=[.!?…:])[\"”’)]*\s+(?=[\"“‘(]?[A-Z])"
)
_OPENER = rf"(?:(?:and|but|so|then|well|ok(?:ay)?)[\s,]+)*(?:{PREPOSITION}\s+)?(?:exactly\s+)?"
_FIRST = re.compile(
    rf"^\W*{_OPENER}(?P<word>who(?:m|se|['’]s)?|which|what(?:['’]s)?|when(?:['’]s)?|where(?:['’]s)?|why"
    rf"|how)\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    rf"^\W*(?:(?:and|but|so)[\s,]+)?(?:true\s+or\s+false|{AUXILIARY}\s+(?!not\b)[\w\"“‘'’]+)\b"
    rf"|^\W*whether\b",
    re.IGNORECASE,
)
_INNER = re.compile(
    r"\b(?:(?P<how>how\s+(?:much|many|long|far|often|old|big|large|high))|(?P<word>which|what|who|whose"
    r"|when|where|why|how))\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    rf",\s*(?P<clause>(?:{PREPOSITION}\s+)?(?:who|which|what|when|where|why|how)\b)", re.IGNORECASE
)
_LIST = re.compile(
    r"^\W*(?:(?:please\s+)?(?:list|enumerate|name\s+(?:all|the|every|two|three|four|five|some)"
    r"|give\s+(?:me\s+)?(?:a\s+list|all)"
    r"|show\s+(?:me\s+)?(?:all|a\s+list))\b|what\s+are\s+(?:all\s+)?the\s+(?:main|key|different|various"
    r"|names)\b)",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?P<word>name|title|slogan|nickname|theme|motto|term|word|phrase)\s+(?:of|for"
    r"|given\s+to)\s+(?P<rest>.*)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\b(?:called|titled|known\s+as)\s*\??$", re.IGNORECASE)
_SHARE = re.compile(
    r"\b(?:percent(?:age)?|per\s+cent|share|proportion|fraction|%|gdp)\b|\b(?:as|in)\s+(?:a\s+)?(?:share"
    r"|percent)",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\b(?:money|cash|cost|costs|spend\w*|spent|pay|pays|paid|paying|payment|worth|price\w*|budget\w*"
    r"|fund\w*|invest\w*|donat\w*"
    r"|aid|loan\w*|fine[ds]?|earn\w*|raise[ds]?|sell\w*|sold|buy|bought|charge[ds]?|dollars?|euros?"
    r"|pounds?|billion|million"
    r"|revenue|profit|debt|grant\w*|salary|fee|tariffs?|request|ask\s+for|putting\s+up|put\s+up|pledg\w*"
    r"|contribut\w*"
    r"|owe[sd]?|save[ds]?|deal|contract|win|won|lose|lost|value[d]?|compensation|relief|forgiveness"
    r"|commit\w*|provid\w*|give|gave"
    r"|given|sen[dt]|allocat\w*|financ\w*)\b",
    re.IGNORECASE,
)
_SIZE = re.compile(
    rf"how\s+(?P<size>{'|'.join(ADJECTIVE_SIZES)})\b(?:\s+an?)?(?:\s+of\s+an?)?(?P<rest>[^?]*)", re.IGNORECASE
)
_MEASURED_TARGET = re.compile(
    r"\b(?:spend\w*|gdp|budget\w*|inflation|emissions?|growth)\b|%|per\s*cent", re.IGNORECASE
)
_COMPARATIVE = re.compile(
    r"how\s+much\s+(?:bigger|larger|smaller|higher|lower|older|younger|faster|slower|heavier|cheaper|better|worse|longer|shorter"
    r"|closer|further|farther|stronger|weaker|more|less)\s+(?:is|are|was|were|do|does|did|has|have|will|would|than)\b",
    re.IGNORECASE,
)
_COSTS = re.compile(r"\b(?:cost|earn|(?:get|be|is|are|was|were)\s+paid)\b|\bworth\b", re.IGNORECASE)
_DOES = re.compile(r"^(?:do|does|did|has|have|had|will|would|is|are)\b.*\b(?:do|done|doing)\b", re.IGNORECASE)
_PARTICIPLE = re.compile(
    r"(?!(?:the|an?)\b)(?:being\s+|been\s+)?(?:\w+ed|\w+en|\w+ing|found|made|said|done|put|sent|built"
    r"|lost|left|shot|won)\b",
    re.IGNORECASE,
)


def what_is_asked(text: str) -> Asked:
    """The kind of answer that ``text`` wants. A text that asks nothing wants a description."""
    text = mended(text)
    if re.match(r"\W*true\s+or\s+false\b", text, re.IGNORECASE):
        return Asked("yes_no", "true or false")
    if _LIST.match(text):
        return Asked(
            "list", "a list", head_after(re.sub(r"^\W*\w+\s+(?:me\s+)?(?:all\s+)?(?:the\s+)?", "", text))
        )
    sentence = _asking_sentence(text)
    first = _FIRST.match(sentence)
    if first:
        return _by_word(first["word"].lower(), sentence[first.start("word") :])
    clause = _CLAUSE.search(sentence)
    if clause:
        found = _FIRST.match(clause["clause"])
        if found:
            return _by_word(found["word"].lower(), sentence[clause.start("clause") + found.start("word") :])
    inner = _inner(sentence)
    if _YES_NO.match(sentence) and not (inner and re.match(r"which|what|how", inner.group(), re.IGNORECASE)):
        return Asked("yes_no", "yes or no")
    if inner:
        word, rest = (inner["how"] or inner["word"]).split()[0].lower(), sentence[inner.start() :]
        if re.match(rf"what\s+{AUXILIARY}\b", rest, re.IGNORECASE):  # "children who eat what are kinder?"
            return Asked("thing", "what it is")
        return _by_word(word, rest)
    if _YES_NO.match(sentence):
        return Asked("yes_no", "yes or no")
    if text.rstrip().endswith(":"):
        return Asked("thing", "the words that complete it")
    return Asked("description", "what is known of it")


def _asking_sentence(text: str) -> str:
    """The sentence that asks: by its question mark, else by how it begins, else the last."""
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence.strip()] or [text]
    asking = [sentence for sentence in sentences if "?" in sentence]
    if asking:
        return next((sentence for sentence in asking if _FIRST.match(sentence)), asking[0])
    return next((sentence for sentence in sentences if _FIRST.match(sentence)), sentences[-1])


def _inner(sentence: str) -> re.Match[str] | None:
    """A question word inside the sentence ("… to which country?") that opens no relative clause."""
    found = [match for match in _INNER.finditer(sentence) if _asks(match, sentence)]
    return found[-1] if found else None


def _asks(match: re.Match[str], sentence: str) -> bool:
    rest = sentence[match.end() :].strip()
    word = match.group().lower()
    if word.startswith("how "):
        return True
    if word in ("which", "what"):
        return not rest or rest[0] == "?" or not re.match(rf"(?:{AUXILIARY}|\w+ed)\b", rest) or word == "what"
    return not rest or rest[0] == "?"


def _by_word(word: str, rest: str) -> Asked:
    word = re.sub(r"['’]s$", "", word)
    if word in ("who", "whom", "whose"):
        return Asked(
            "person", "a person or body", head_after(rest.split(maxsplit=1)[-1]) if word == "whose" else None
        )
    if word == "when":
        return Asked("date", "a date")
    if word == "where":
        return Asked("place", "a place")
    if word == "why":
        return Asked("reason", "a reason")
    if word == "how":
        return _how(rest)
    return _which(word, rest)


def _how(rest: str) -> Asked:
    lowered = rest.lower()
    if re.match(r"how\s+come\b", lowered):
        return Asked("reason", "a reason")
    if re.match(r"how\s+(?:long|much\s+(?:longer|time|more\s+time))\b", lowered):
        return Asked("duration", "a length of time")
    if re.match(r"how\s+(?:many\s+times|often|frequently)\b", lowered):
        return Asked("number", "how often", "time")
    many = re.match(
        r"how\s+many\s+(?:more\s+|of\s+(?:the\s+|these\s+)?)?(.*)", rest, re.IGNORECASE | re.DOTALL
    )
    if many:
        return _how_many(many[1])
    if re.match(r"how\s+much\b", lowered):
        return _how_much(rest)
    size = _SIZE.match(rest)
    if size:
        noun = head_after(size["rest"], bare=True)
        if kind_of_noun(noun) == "amount":
            return Asked("amount", "an amount of money", noun)
        what = ADJECTIVE_SIZES[size["size"].lower()]
        return Asked("number", f"{what} of the {noun}" if noun else what, noun or what.split()[-1])
    return Asked("description", "how it is or was done")


def _how_many(rest: str) -> Asked:
    head = head_after(rest, bare=True)
    if head in ("year", "month", "week", "day", "hour", "minute", "decade"):
        return Asked("duration", f"a number of {head}s", head)
    if head in ("dollar", "euro", "pound"):
        return Asked("amount", "an amount of money", head)
    if head in ("percent", "percentage point", "point"):
        return Asked("percentage", "a percentage", head)
    return Asked("number", f"a number of {plural(head)}" if head else "a number", head)


def _how_much(rest: str) -> Asked:
    if _COMPARATIVE.match(rest):
        return Asked("number", "by how much")
    noun = re.match(
        r"how\s+much\s+(?:more\s+|of\s+(?:the\s+|its\s+|their\s+)?)?(.*)", rest, re.IGNORECASE | re.DOTALL
    )
    head = head_after(noun[1], bare=True) if noun else None
    if _SHARE.search(rest):
        return Asked("percentage", "a percentage", head)
    if (head and head in MEASURED) or (head and not _MONEY.search(rest)):
        return Asked("number", f"an amount of {head}", head)
    return Asked("amount", "an amount of money", head)


def _which(word: str, rest: str) -> Asked:
    """What "which" and "what" want, by the noun they ask about."""
    after = re.sub(
        r"^(?:which|what)(?:['’]s)?\s*(?:(?:exactly|else|more)\b\s*)?", "", rest, flags=re.IGNORECASE
    )
    if word == "what" and rest.lower().startswith(("what's", "what’s")):
        after = "is " + after
    kind = re.match(
        r"(?:kind|sort|type|form|class|species|brand|breed|make)s?\s+of\s+(.*)",
        after,
        re.IGNORECASE | re.DOTALL,
    )
    if kind:
        head = head_after(kind[1])
        return Asked(
            "description" if word == "what" else "thing", f"what kind of {head}" if head else "a kind", head
        )
    copula = re.match(
        r"(?:is|are|was|were|will\s+be|would\s+be|has\s+been|had\s+been)\s+(.*)",
        after,
        re.IGNORECASE | re.DOTALL,
    )
    if word == "what" and copula:
        return _what_is(copula[1], rest)
    if re.match(r"happen|occurr|took\s+place|chang", after, re.IGNORECASE):
        return Asked("description", "what happened")
    one_of = re.match(
        r"(?:one\s+)?of\s+(?:these|the\s+following|those|the|\w+\s\w+[’']s|his|her|their|its)\s*(.*)",
        after,
        re.IGNORECASE,
    )
    head = head_after(one_of[1], bare=True) if one_of else head_after(after, bare=True)
    if head:
        return _by_noun(head, word, rest)
    if _COSTS.search(after):
        return Asked("amount", "an amount of money")
    return Asked("description", "what was done") if _DOES.search(after) else Asked("thing", "what it is")


def _what_is(rest: str, whole: str) -> Asked:
    some = re.match(r"(?:one|some|two|three)\s+of\s+(.*)", rest, re.IGNORECASE | re.DOTALL)
    rest = some[1] if some else rest
    if _PARTICIPLE.match(rest) and not is_noun(rest.split()[0]):
        return Asked("thing", "what it is")
    titled = _TITLED.search(rest)
    if titled and titled.start() <= 40:
        head = head_after(titled["rest"])
        found = kind_of_noun(head) if head else None
        if found in ("person", "place", "organisation"):
            return _by_noun(head, "what", whole)
        return Asked("title", f"the {titled['word'].lower()} of the {head}" if head else "a name", head)
    if _CALLED.search(whole):
        return Asked("title", "a name", head_after(rest))
    head = head_after(rest)
    found = kind_of_noun(head) if head else None
    if _SHARE.search(whole) and found in (None, "amount", "percentage"):
        return Asked("percentage", "a percentage", head)
    if found == "title" and head in ("name", "title", "nickname", "slogan"):
        return Asked("title", "a name", head)
    if found in ("amount", "number", "percentage", "date", "duration", "reason", "place"):
        return _by_noun(head, "what", whole)
    return Asked("description", f"the {head}" if head else "what it is", head)


_EXPECTED: dict[Wants, str] = {
    "amount": "an amount of money",
    "number": "a number",
    "percentage": "a percentage",
    "duration": "a length of time",
    "date": "a date",
    "reason": "a reason",
}


def _by_noun(head: str | None, word: str, whole: str) -> Asked:
    wants: Wants = kind_of_noun(head) if head else None  # type: ignore[assignment]  # checked on the next line
    if head is None or wants is None:
        return Asked("thing", f"which {head}" if word == "which" else f"what {head}", head)
    if head == "figure" and word == "which":
        wants = "person"
    if head == "target" and not _MEASURED_TARGET.search(whole):
        return Asked("thing", f"{word} target", head)
    expected = _EXPECTED.get(wants, f"which {head}")
    return Asked(wants, expected, head)
