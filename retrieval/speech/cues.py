"""Finding in a sentence who is said to say something: "Marlow said", "said Ida Holm", "according to Reuters".

Works on one sentence with its quotations hidden (`quotations.mask`): only the writer's own words count.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from index.countries import gazetteer, key
from retrieval.speech.names import NAME, Name, name_in
from retrieval.speech.words import MAY_SAY, ORGANISATION, ROLE_NOUNS, SAYING, SAYS, SAYS_BEFORE

Kind = Literal["named", "pronoun", "office", "unnamed", "relative"]


@dataclass(frozen=True, slots=True)
class Subject:
    """Who says it, as the sentence has it: a `Name`, a pronoun, "the minister" (``office``), or nobody."""

    kind: Kind
    text: str
    start: int
    end: int
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """A verb of saying with its subject; offsets into the article. ``start`` to ``end`` covers both.

    ``subordinate``: in a clause opened by "after", "if", "who" and the like. ``strong``: the verb reports
    words even where no quotation marks stand.
    """

    verb: str
    start: int
    end: int
    subject: Subject
    strong: bool
    subordinate: bool
    trailing: bool
    """After what is said ("…, Marlow said", "… , according to Marlow") rather than before it."""


def _words(listed: str) -> tuple[str, ...]:
    return tuple(listed.split())


_AUX = "|".join(
    _words(
        """
        has have had also later then once again now still even often already just simply further earlier did
        would will could recently subsequently too instead first previously repeatedly reportedly
        """
    )
)
_DAY = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:\s(?:morning|afternoon|evening|night))?"
    r"|today|yesterday|tonight)"
)
_SEASON = r"(?:last|this|earlier this)\s(?:week|month|year|summer|spring|autumn|fall|winter)"
_OCCASION = (
    r"(?:statement|interview|speech|address|tweet|post|conference|briefing|letter|email|message|video|news"
    r"|Twitter|Facebook)"
)
_MODIFIER = re.compile(
    rf"\s(?:{_AUX}|went on to|(?:was|has been|is) quoted as|[a-z]+ly|(?:on |late |early )?{_DAY}|{_SEASON}"
    rf"|(?:in|during|at|on)\s(?:an?|the|his|her|their)\s(?:[a-z-]+\s){{0,2}}{_OCCASION})\Z"
)
_NEGATED = re.compile(
    r"\b(?:not|n[’']t|never|declined|declines|refused|refuses|failed|without)\s*(?:\w+\s)?\Z", re.IGNORECASE
)
_NOT_A_VERB = re.compile(
    r"(?:says?|said)\s(?:good|hello|farewell|thanks|as\smuch|so\b)"
    r"|(?:states|reports|claims|remarks|calls|promises|demands|posts|notes|pledges|praises|repeats|suggests)\b"
    r"(?!\s(?:that|the|it|he|she|they|how|why|for|on|in|his|her)\b|:|,?\s[“\"«‘])"
)
_PASSIVE = re.compile(r"\b(?:was|were|is|are|be|been|being|am|to|get|got)\s(?:\w+ly\s)?\Z")
_VERBS: Final = re.compile(
    rf"\b(?:(?P<as_saying>quoted\sas\s(?:saying|telling))|(?P<strong>{'|'.join(sorted(SAYS))})|(?P<weak>{'|'.join(sorted(MAY_SAY))})|(?P<phrase>went\son(?=[,:.]|\sto\ssay)|goes\son(?=[,:.]|\sto\ssay)|pointed\sout|points\sout|made\sclear))\b(?![-’'])"
)
_PARTICIPLE: Final = re.compile(
    rf"(?:[,–—\ue000”\"’]|\b(?:by|before|while|and|of))\s(?:\w+ly\s|also\s)?(?P<verb>{'|'.join(sorted(SAYING))})\b"
)
_ACCORDING: Final = re.compile(
    rf"\b(?:[Aa]ccording\sto|[Ii]n\sthe\swords\sof|[Aa]s\squoted\sby)\s(?P<np>(?:(?:the|a|an)\s)?(?:[a-z][\w-]*\s){{0,4}}?{NAME}(?:\s(?:for|on)\s(?:the\s)?{NAME}(?:\sand\s{NAME})?)?(?:[’']s\s[a-z]+(?:\s[a-z]+)?)?(?:,\s{NAME}(?=,))?|(?:the|a|an|his|her|its)\s(?:[a-z-]+\s?){{1,4}}|him\b|her\b)"
)
_GOES_ON: Final = re.compile(  # "according to a State Department official"
    r"\s(?!(?:and|but|who|which|that|in|on|for|at|from|as|with|to|by|of|or|when|while|after|before|last|this"
    r"|said|says|is|was|are|were|has|had|have|will|would)\b)[a-z]"
)
_PRONOUN: Final = re.compile(r"(?<![\w’'])(?:[Hh]e|[Ss]he|[Tt]hey|[Ii]t|I|[Ww]e)\Z")
_RELATIVE: Final = re.compile(r",?\s(?:who|which)\Z")
_NAME_AT_END: Final = re.compile(rf"(?<![\w’'-]){NAME}\Z")
_BODY_AT_END: Final = re.compile(
    rf"(?<![\w’'-])(?P<body>{NAME})\s(?:for|of|on)\s(?:the\s)?{NAME}(?:(?:,\s{NAME}){{0,2}},?\sand\s{NAME})?\Z"
)
_LOWER_AT_END: Final = re.compile(
    r"(?<![\w’'-])(?P<det>[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts|[Oo]ne|[Tt]wo|[Ss]ome|[Tt]h(?:is|at|ese|ose)|[A-Z][\w.-]*(?:[’']s|s[’']))\s(?P<words>(?:[\w.’'-]+\s){0,5}[a-z][\w-]*)\Z"
)
_PREPOSITION: Final = re.compile(
    r"(?:^|\s)(?P<word>of|for|from|in|at|with|on|by|to|near|against|between|than|about|under|like|and|or|&)(?:\s(?:the|a|an|its|his|her))?\s?\Z"
)
_APPOSITION: Final = re.compile(
    rf"\s(?:who|whose|which|an?|the|one|his|her|its|their|\d\d|(?:[a-z-]+\s){{0,3}}(?:{'|'.join(sorted(ROLE_NOUNS))})s?\b"
    rf"|former|then|head|[a-z]+ing\b|himself|herself|of|in|on|at|during|via|from|for|with|via|{NAME}[’']s?\s|{NAME}\Z"
    r"|(?:[A-Z][\w.-]*\s)*[a-z-]+\Z)"
)
_COORDINATED: Final = re.compile(r"\b(?:and|but|or|then)(?:\s(?:then|also|later|has|\w+ly))?\s\Z")
_WHAT: Final = re.compile(
    r"\b(?:what|whatever|everything|nothing|anything|something|thing|things|than|words)(?:\s\w+)?\s\Z",
    re.IGNORECASE,
)
_BEFORE_CLAUSE: Final = _words(
    """
    the and but or so yet that because as when while though although if after before since until once where
    whether then also still later earlier today yesterday von van de der den di da al el bin
    """
)
_SUBORDINATE: Final = re.compile(
    r"\b(?:after|before|when|if|whether|because|since|although|though|while|until|once|as|where)\s(?:the\s)?\Z",
    re.IGNORECASE,
)


def cues_in(text: str, masked: str, offset: int) -> list[Cue]:
    """The cues of a sentence ``masked``, which stands at ``text[offset:]``, in order."""
    found: list[Cue] = []
    for verb in _VERBS.finditer(masked):
        if _COORDINATED.search(masked[: verb.start()]):
            subject = found[-1].subject if found else opening_subject(text, masked, offset)
            cue = _going_on(verb, "", subject, offset)
        else:
            cue = _with_subject(text, masked, offset, verb)
        if cue:
            found.append(cue)
    for according in _ACCORDING.finditer(masked):
        subject = _phrase(text, according["np"].rstrip(), offset + according.start("np"))
        if subject and not _GOES_ON.match(masked, according.end("np")):
            trailing = bool(masked[: according.start()].strip("—–-• "))
            found.append(
                Cue(
                    "according to",
                    offset + according.start(),
                    offset + according.end(),
                    subject,
                    strong=True,
                    subordinate=False,
                    trailing=trailing,
                )
            )
    found.sort(key=lambda cue: cue.start)
    for participle in _PARTICIPLE.finditer(masked):
        at = offset + participle.start("verb")
        governing = [cue for cue in found if cue.end <= at]
        subject = governing[-1].subject if governing else opening_subject(text, masked, offset)
        if not (governing and governing[-1].subordinate) and (
            cue := _going_on(participle, "verb", subject, offset)
        ):
            found.append(cue)
    return sorted(found, key=lambda cue: cue.start)


def _going_on(verb: re.Match[str], group: str, subject: Subject | None, offset: int) -> Cue | None:
    """A further verb of the same subject: "…, adding", "… and said"."""
    if subject is None:
        return None
    start, end = verb.span(group or 0)
    strong = bool(group) or verb["weak"] is None
    return Cue(
        verb[group or 0],
        offset + start,
        offset + end,
        subject,
        strong=strong,
        subordinate=False,
        trailing=False,
    )


def opening_subject(text: str, masked: str, offset: int) -> Subject | None:
    """What a sentence is about, where it opens with a name, a pronoun or "the minister"."""
    opening = re.match(
        rf"(?:(?:But|And|Yet|So|The|Then|Also|Still)\s)?(?:(?:[a-z-]+\s){{0,3}})(?P<np>{NAME})(?=\s|,|[’']s\s)",
        masked,
    )
    pronoun = re.match(r"(?:(?:But|And|Yet|So|Then|While)\s)?(?P<np>He|She|It|They|he|she|it|they)\b", masked)
    if pronoun:
        return Subject(
            "pronoun", pronoun["np"].lower(), offset + pronoun.start("np"), offset + pronoun.end("np")
        )
    if not opening or masked[opening.end() : opening.end() + 2] in ("’s", "'s"):
        return None
    name = name_in(text, offset + opening.start("np"), offset + opening.end("np"))
    if name is None or (masked[opening.end() : opening.end() + 1] == "," and not name.person):
        return None
    return Subject("named", name.text, name.start, name.end, name)


def _with_subject(text: str, masked: str, offset: int, verb: re.Match[str]) -> Cue | None:
    left = masked[: verb.start()]
    if (
        _NOT_A_VERB.match(masked, verb.start())
        or _NEGATED.search(left)
        or (verb.lastgroup != "as_saying" and _PASSIVE.search(left))
    ):
        return None
    word = verb[0].split()[-1]
    if (
        word in SAYS_BEFORE
        and _AFTER_WORDS.search(left)
        and (follows := _FOLLOWING.match(masked, verb.end()))
    ):
        subject = _phrase(text, follows["np"], offset + follows.start("np"))
        if subject and (subject.kind != "office" or follows["np"].startswith("the ")):
            return Cue(
                word,
                offset + verb.start(),
                subject.end,
                subject,
                strong=True,
                subordinate=False,
                trailing=True,
            )
    if verb["as_saying"]:
        left = re.sub(r"\s(?:was|were|is|has been|have been)\s\Z", "", left)
    subject, start = _subject_before(text, left, offset)
    if subject is None:
        return None
    relative = re.search(r"\swho\s(?:\w+\s){0,2}\Z", left) is not None
    subordinate = relative or bool(_SUBORDINATE.search(masked[: start - offset]))
    trailing = start > offset and bool(_AFTER_WORDS.search(masked[: max(0, start - offset)]))
    trailing = trailing and not subordinate and _ends_clause(masked, verb.end())
    strong = verb["weak"] is None
    return Cue(
        word, start, offset + verb.end(), subject, strong=strong, subordinate=subordinate, trailing=trailing
    )


_LINK = r"(?:on|in|at|of|from|during|after|before|when|as|with|for|to|by|that|it|there|last|this|and|but|if)"
_AFTER_WORDS: Final = re.compile(r"[,”\"’»?!…—–]\s?\Z")
_FOLLOWING: Final = re.compile(
    rf"\s(?P<np>(?:(?:the|a|an)\s)?(?:(?!{_LINK}\b)[a-z][\w-]*\s){{0,5}}?{NAME}|he\b|she\b|(?:the|an?|one)\s[a-z-]+(?:\s[a-z-]+)?)"
    r"(?=[.,;:—–(]|\s[(—–]|\Z|\s(?:in|at|on|of|from|who|during|after|when|as|with|for|to|last|this|and)\b)"
)


_SAID_AFTER: Final = re.compile(
    r"\s?(?:that\b|:|,?\s[“\"«„‘])|\s(?:the|he|she|it|they|there|his|her|its|their|we"
    r"|[A-Z]\w+\s(?:is|was|has|had|will|would|can|could|are|were)\b)"
)


def _ends_clause(masked: str, at: int) -> bool:
    """Whether nothing that could be said follows the verb: the end, or only when and where it was said."""
    rest = masked[at:]
    return not _SAID_AFTER.match(rest)


def _subject_before(text: str, left: str, offset: int) -> tuple[Subject | None, int]:
    """The subject of a verb, ``left`` being the sentence up to it, and where its phrase begins."""
    left = left.rstrip()
    while modifier := _MODIFIER.search(left):
        left = left[: modifier.start()]
    relative = _RELATIVE.search(left)
    if relative:
        left = left[: relative.start()].rstrip()
        before = _phrase(text, left, offset, antecedent=True)
        if before and before.kind == "named":
            return before, before.start
        left += "," if relative[0].startswith(",") else ""
    if not left:
        return None, 0
    if not left.endswith(","):
        return _unless_part(_phrase(text, left, offset), left, offset)
    commas = [found.start() for found in re.finditer(",", left)]
    for depth in range(2, min(5, len(commas)) + 1):
        outer, inner = left[: commas[-depth]], left[commas[-depth] + 1 : -1]
        if depth == 2 and (named := _whole_name(text, inner, offset + commas[-2] + 1)):
            return named, named.start
        if (
            any(sign in inner for sign in '.!?:;”"')
            and depth == 2
            and not re.search(r"\b[A-Z]\.|\bU\.S", inner)
        ):
            break
        subject, start = _unless_part(_phrase(text, outer, offset), outer, offset)
        if subject and subject.kind in ("named", "office", "pronoun") and _apposes(inner):
            return subject, start
    return None, 0


def _apposes(inner: str) -> bool:
    """Whether what stands between two commas can be said about the name before: an office, "who …"."""
    return _APPOSITION.match(inner) is not None


def _whole_name(text: str, inner: str, offset: int) -> Subject | None:
    match = re.fullmatch(rf"\s(?![RDI]-[A-Z])({NAME})", inner)
    name = name_in(text, offset + match.start(1), offset + match.end(1)) if match else None
    return Subject("named", name.text, name.start, name.end, name) if name and name.person else None


def _unless_part(subject: Subject | None, left: str, offset: int) -> tuple[Subject | None, int]:
    """The subject, unless "what" or "than" before it makes the clause a part of something else."""
    before = left[: subject.start - offset] if subject else ""
    if subject is None or _WHAT.search(before):
        return None, 0
    described = re.search(r"(?:\A|\s)([a-z][\w-]*)\s\Z", before)
    if described and subject.kind == "named" and " " not in subject.text:
        word = described[1]
        if word not in ROLE_NOUNS and word not in _BEFORE_CLAUSE and not word.endswith("ly"):
            return None, 0  # "the terms Norway has said": no more than a part of the clause
    return subject, subject.start


def _phrase(text: str, left: str, offset: int, *, antecedent: bool = False) -> Subject | None:
    """The noun phrase that ``left`` ends with; a preposition before it is no bar to an ``antecedent``."""
    if pronoun := _PRONOUN.search(left):
        word = pronoun[0].lower()
        return Subject("pronoun", word, offset + pronoun.start(), offset + pronoun.end())
    if re.search(r"(?<!\w)(?:him|her)\Z", left):
        return Subject(
            "pronoun", "he" if left.endswith("him") else "she", offset + len(left) - 3, offset + len(left)
        )
    if (body := _BODY_AT_END.search(left)) and not _PREPOSITION.search(left[: body.start()]):
        whole = name_in(text, offset + body.start("body"), offset + body.end("body"))
        if whole and key(whole.text.split()[-1]) in ORGANISATION:
            start, end = whole.start, offset + body.end()
            name = Name(text[start:end], start, end, whole.office, person=False)
            return Subject("named", name.text, start, end, name)
    if named := _NAME_AT_END.search(left):
        return _named(text, left, offset, named, antecedent=antecedent)
    if lower := _LOWER_AT_END.search(left):
        words = lower["words"]
        if re.search(r"\b(?:of|for|from|in|at|with|on|by|to|and)\s", words):
            words = re.split(r"\s(?:of|for|from|in|at|with|on|by|to|and)\s", words)[0]
        definite = lower["det"].lower() in ("the", "his", "her", "its", "their") or lower["det"][-2:] in (
            "’s",
            "'s",
        )
        qualified = f"{lower['det'][:-2]} {words}" if lower["det"][-2:] in ("’s", "'s") else words
        kind: Kind = "office" if definite else "unnamed"
        return Subject(kind, qualified, offset + lower.start(), offset + lower.end())
    plural = re.search(r"(?<![\w’'-])(?:[\w.-]+\s){0,3}[a-z][\w-]*s\Z", left)
    if plural and not left.endswith(("ss", "us", "is", "as")):
        return Subject("unnamed", plural[0], offset + plural.start(), offset + plural.end())
    return None


def _named(text: str, left: str, offset: int, named: re.Match[str], *, antecedent: bool) -> Subject | None:
    name = name_in(text, offset + named.start(), offset + named.end())
    if name is None:
        return Subject("office", named[0], offset + named.start(), offset + named.end())
    before = left[: named.start()]
    head = None if antecedent and name.person else _PREPOSITION.search(before)
    if head is None or (
        name.start > offset + named.start() and not name.office and head["word"] not in ("and", "or", "&")
    ):
        return Subject("named", name.text, name.start, name.end, name)
    phrase = left[: head.start()]
    if name.person and name.office and _is_place(name.office) and _ends_with_office(phrase):
        return Subject("named", name.text, name.start, name.end, name)  # "Ambassador to NATO Ida Holm"
    if head["word"] in ("and", "or", "&"):
        joined = _NAME_AT_END.search(phrase) or re.search(r"[a-z]\Z", phrase)
        if joined and _NAME_AT_END.search(phrase):
            return Subject("unnamed", left[named.start() :], name.start, name.end)
        return Subject("named", name.text, name.start, name.end, name)
    lower = _LOWER_AT_END.search(phrase)
    if lower:
        words = f"{name.text} {lower['words']}"
        kind: Kind = "office" if lower["det"].lower() == "the" and head["word"] == "of" else "unnamed"
        return Subject(kind, words, offset + lower.start(), name.end)
    if re.search(r"(?:^|[,;:”\"—–])\s*\w*\Z", phrase) or head["word"] in (
        "in",
        "on",
        "at",
        "with",
        "to",
        "by",
        "from",
    ):
        tail = re.search(r"[a-z]\Z", phrase)
        return Subject("unnamed", left[head.start() :].strip(), name.start, name.end) if tail else None
    return Subject("unnamed", left[head.start() :].strip(), name.start, name.end)


def _is_place(office: str) -> bool:
    """Whether the words before a name are a country's or a body's rather than an office."""
    return all(key(word) in gazetteer().names or key(word) in ORGANISATION for word in office.split())


def _ends_with_office(phrase: str) -> bool:
    return bool(phrase.split()) and key(phrase.split()[-1]) in ROLE_NOUNS
