"""Pronouns in a follow-up question, put into names: "what did he say about it?".

A pronoun is filled in only where nothing before it in the same question can be meant.
"""

import re
from collections.abc import Sequence
from datetime import date

from retrieval.countries import countries_in
from retrieval.understand.names import names_in, possessive
from retrieval.understand.salience import country, entity, group, person, place, topic
from retrieval.understand.turn import Turn

_PRONOUN = re.compile(
    r"\b(?P<word>he|she|him|his|hers|her|they|them|their|theirs|it|its|that\s+country|this\s+country"
    r"|the\s+country|there|that|this|those|these)\b(?![’'](?!s\b))",
    re.IGNORECASE,
)
LONGEST = 300
"""Characters of a follow-up; a longer question has said what it is about."""
_END = r"(?=\s*(?:[?!.,;:)]|$))"
_AUX = (
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|might|must|isn[’']t"
    r"|doesn[’']t|didn[’']t|wasn[’']t)"
)
_PREP = (
    r"(?:about|of|on|for|to|with|by|against|from|in|after|before|behind|since|without|under|over|than|like)"
)
_TIME_AFTER = (
    r"(?=\s+(?:in|on|at|since|last|this|today|yesterday|now|before|after|so|to|by|during|and|or"
    r"|then|exactly|again|with|for|from|as|too|yet|happen\w*|work\w*|mean\w*|cost\w*)\b)"
)
_THAT = re.compile(
    rf"(?:\b{_PREP}\s+|\b(?:say|said|do|did|mean|think|confirm|confirmed|deny|denied|announce|announced"
    rf"|promise|promised|decide|decided|reject|rejected|support|oppose|cause|caused|explain|propose"
    rf"|proposed)\s+)"
    rf"(?:that|this|those|these)(?:{_END}|{_TIME_AFTER})"
    rf"|^\W*(?:(?:and|but|so|what|why|when|how|where|who)\W+)*{_AUX}\s+(?:that|this)(?:{_END}|{_TIME_AFTER}"
    r"|(?=\s+(?:change|affect|include|matter|take|end|start|begin|compare|make|help|come|go|right|true|possible|legal"
    r"|enough|correct|really|still|what|why|how|when|because|apply|count)\b))",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    rf"\b{_AUX}\s+it\s+(?:(?:really|still|ever)\s+)?(?:(?:cost|take|make\s+sense|help"
    rf"|matter)\b[^?]*\bto\s+\w+|(?:true|possible|likely|clear|legal|fair|right|certain|safe|known|normal"
    rf"|wrong|okay|ok|\w+(?:ed|able|ible|ful|al|ant|ent|ous|ic|ive))\s+(?:that|to|for|if)\b"
    rf"|rain|snow|turn\s+out|seem|appear)|\bit\s+(?:is|was|takes|took|costs|would|will|seems|turns"
    rf"|appears)\b|\bwhat\s+time\s+is\s+it\b|\bit[’']s\b",
    re.IGNORECASE,
)
_EXISTENTIAL = re.compile(
    rf"\b{_AUX}\s+there\b(?!{_END})|\bthere\s+(?:is|are|was|were|has|have|will|be|been)\b", re.IGNORECASE
)
_ASKED_PERSON = re.compile(r"^\W*(?:who|whose|which|what)\b", re.IGNORECASE)
_NOUN_BEFORE = re.compile(
    r"\b(?:the|an?|every|each|another|which|what|this|that)\s+(?:[\w-]+\s+){0,3}?[\w-]{3,}\b", re.IGNORECASE
)
_PERSON_BEFORE = re.compile(
    r"\b(?:the|an?|which|what)\s+(?:[\w-]+\s+){0,3}?(?:president|minister|chancellor|general|secretary"
    r"|leader|chief|official|spokes\w+|king|queen|senator|actor|actress|singer|man|woman|boy|girl"
    r"|player|star|officer|commander|soldier|ambassador|candidate|founder|ceo|author|journalist|lawmaker"
    r"|governor|mayor|\w+(?:ist|er|or|man|woman))\b",
    re.IGNORECASE,
)


def pronouns_resolved(question: str, turns: Sequence[Turn], *, today: date) -> str | None:
    """``question`` with its pronouns filled in from ``turns``; None if it has none that point outside it."""
    if len(re.findall(r"[.?!]\s+[A-Z]", question)) > 0 and len(question.split()) > 12:
        return None
    if len(question) > LONGEST:
        return None
    pieces: list[str] = []
    position, changed = 0, False
    for match in _PRONOUN.finditer(question):
        replacement = _replacement(match, question, turns, today)
        if replacement is None:
            continue
        pieces += [question[position : match.start()], replacement]
        position, changed = match.end(), True
    if not changed:
        return None
    return "".join((*pieces, question[position:]))


def _replacement(match: re.Match[str], question: str, turns: Sequence[Turn], today: date) -> str | None:
    word = re.sub(r"\s+", " ", match["word"].lower())
    before, after = question[: match.start()], question[match.end() :]
    if word in ("he", "she", "him", "his", "hers", "her"):
        return _for_person(word, before, after, turns)
    if word in ("they", "them", "their", "theirs"):
        return _for_group(word, before, after, turns, today)
    if word in ("it", "its"):
        return _for_thing(word, match, question, turns, today)
    if word.endswith("country"):
        return country(turns)
    if word == "there":
        return _for_place(question, after, turns)
    return _for_matter(match, question, turns, today)


def _for_person(word: str, before: str, after: str, turns: Sequence[Turn]) -> str | None:
    asked_for = (
        _ASKED_PERSON.match(before)
        and len(before.split()) > 2
        and not re.search(rf"\b{_AUX}\s+$", before, re.IGNORECASE)
    )
    if asked_for and not re.match(r"^\W*(?:what|which)\b", before, re.IGNORECASE):
        return None
    if any(name.is_person for name in names_in(before)) or _PERSON_BEFORE.search(before):
        return None
    name = person(turns)
    if name is None:
        return None
    owns = word == "his" or (
        word == "her"
        and bool(re.match(r"\s+(?!about|on|to|in|at|that|for|with|when|if|yesterday|today)\w", after))
    )
    return possessive(name) if owns else name


def _for_group(word: str, before: str, after: str, turns: Sequence[Turn], today: date) -> str | None:
    if word == "them":
        if re.search(
            r"\b[A-Z]\w+(?:,\s*[A-Z]\w+)*\s+and\s+[A-Z]\w+|\b(?:the|which|what|these|those"
            r"|all)\s+(?:[\w-]+\s+){0,2}?\w+s\b",
            before,
        ):
            return None
    elif _has_antecedent(before):
        return None
    both = word == "they" and re.search(r"\bthem\b", after, re.IGNORECASE)
    name = (None if both else group(turns)) or entity(turns, today=today)
    if name is None:
        return None
    return possessive(name) if word == "their" else name


def _for_thing(
    word: str, match: re.Match[str], question: str, turns: Sequence[Turn], today: date
) -> str | None:
    before, after = question[: match.start()], question[match.end() :]
    if word == "its":
        name = None if _has_antecedent(before) else entity(turns, today=today)
        return possessive(name) if name else None
    if any(
        expletive.start() <= match.start() < expletive.end() for expletive in _EXPLETIVE.finditer(question)
    ):
        return None
    if _NOUN_BEFORE.search(re.sub(r"^\W*(?:what|which|who)\b", "", before, flags=re.IGNORECASE)):
        return None
    as_object = not re.search(rf"\b{_AUX}\s+(?:not\s+)?$", before, re.IGNORECASE)
    if not as_object:
        return entity(turns, today=today)
    if (
        _ASKED_PERSON.match(before)
        and re.match(r"^\W*(?:which|what)\s+[a-z]+", before)
        and re.match(r"\s+(?:is|was|has|will|would)\b", after)
    ):
        return None
    if (
        not re.search(rf"\b{_PREP}\s+$", before, re.IGNORECASE)
        and _has_antecedent(before)
        and re.match(r"\s+\w", after)
        and not re.match(_TIME_AFTER, after)
    ):
        return None
    after_preposition = re.search(rf"\b{_PREP}\s+$", before, re.IGNORECASE)
    return topic(turns, today=today, thing=not after_preposition)


def _for_place(question: str, after: str, turns: Sequence[Turn]) -> str | None:
    if _EXISTENTIAL.search(question) and not re.fullmatch(r"\s*[?!.]*", after):
        return None
    if countries_in(question, capitals=True) or not re.match(
        rf"{_END}|\s+(?:now|today|in|on|since|at|last|this|before|after|already|still|for|by)\b", after
    ):
        return None
    where = place(turns)
    existential = re.search(
        rf"\b{_AUX}\s+$", question[: len(question) - len(after) - len("there")], re.IGNORECASE
    )
    return f"there {where}" if where and existential else where


def _for_matter(match: re.Match[str], question: str, turns: Sequence[Turn], today: date) -> str | None:
    if not any(found.start() <= match.start() < found.end() for found in _THAT.finditer(question)):
        return None
    return topic(turns, today=today)


def _has_antecedent(before: str) -> bool:
    """Whether somebody or something named, asked for or introduced stands before the pronoun."""
    if names_in(before) or countries_in(before, capitals=True):
        return True
    rest = re.sub(r"^\W*(?:what|who|how|when|where|why)\b", "", before, flags=re.IGNORECASE)
    return bool(_NOUN_BEFORE.search(rest)) or bool(
        re.match(r"^\W*(?:which|what|how\s+many)\s+\w+\s+\w+", before, re.IGNORECASE)
    )
