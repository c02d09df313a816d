"""Whom and what a conversation was last about: the antecedents of "he", "it", "there" and "that"."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from retrieval.countries import countries_in
from retrieval.understand.names import is_person, names_in, with_article
from retrieval.understand.speech import speech_in
from retrieval.understand.times import time_phrases
from retrieval.understand.turn import Turn
from retrieval.understand.wants import what_is_asked
from retrieval.understand.wording import without_spans

_AUX = r"(?:do|does|did|is|are|was|were|has|have|had|will|would|can|could|should|may|might|must)"
_ABOUT = re.compile(
    r"\b(?:about|regarding|concerning|on\s+the\s+(?:subject|topic)\s+of)\s+(?P<topic>(?:[^?.!]|[.](?=\d))+)",
    re.IGNORECASE,
)
_NOUN_PHRASE = re.compile(
    r"\b(?P<topic>(?:the|an?|its|their|his|her|this"
    r"|that)\s+(?:[\w.%€$£’'-]+\s+){0,4}?[\w%’'-](?:[\w%’'.-]*[\w%’'-])?)"
    r"(?=\s+(?:of|in|on|at|by|for|to|from|with|after|before|since|during|when|if|that|which|located|based"
    r"|held|called|worth)\b|[,?!]|[.](?!\d)|$)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"^\W*(?:how\s+many|which"
    rf"|what)\s+(?P<noun>(?:[\w-]+\s+){{0,2}}?[\w-]+?s)\b(?:\s+(?P<aux>{_AUX})\b)?(?P<rest>[^?]*)",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\b(?:at|in|on)\s+(?:the\s+)?(?:[A-Z][\w.’'-]*\s+){1,4}(?:summit|conference|meeting|talks|base"
    r"|headquarters|exercise|forum)\b"
)
_INTO = re.compile(r"\b(?:in|to|into|at|across|from)\s+(?:the\s+)?$", re.IGNORECASE)
_OPENING = re.compile(
    rf"^\W*(?:how\s+(?:much|many|long|big)|what|which|who|when|where|why|how)?\s*{_AUX}?\s+", re.IGNORECASE
)
_INTRODUCED = re.compile(r"^(?:•\s*)?(?:[A-Z][\w.’'-]*(?:\s+[\w.’'-]+){0,5}:\s+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?:\[\d+\]\s*)?(?=[\"“‘]?[A-Z])|\s*\[\d+\]")


def first_sentence(answer: str, *, longest: int = 160) -> str:
    """The answer's first sentence without citation numbers and outer quotation marks, "" if too long."""
    sentence = _SENTENCE_END.split(answer.strip(), maxsplit=1)[0].strip()
    sentence = _INTRODUCED.sub("", re.sub(r"\s*\[\d+\]", "", sentence)).strip(" \"“”'‘’").rstrip(".")
    return sentence if 0 < len(sentence) <= longest else ""


def person(turns: Sequence[Turn]) -> str | None:
    """The person "he" means: of the newest turn that has one, the one asked for, named, or quoted."""
    return next((name for turn in reversed(turns) for name in _people(turn)), None)


def _people(turn: Turn) -> Iterator[str]:
    if what_is_asked(turn.understood).wants == "person":
        asked = turn.understood.lower()
        new = [
            name.text
            for name in names_in(turn.answer_text)
            if name.is_person and name.text.lower() not in asked
        ]
        # A full name introduces somebody; a surname alone is mostly somebody who was there before.
        yield from sorted(new, key=lambda name: " " not in name)
    speaker = speech_in(turn.understood).speaker
    if speaker and is_person(speaker) and not countries_in(speaker, capitals=True):
        yield speaker
    yield from (name.text for name in reversed(names_in(turn.understood)) if name.is_person)
    yield from (speaker for speaker in turn.speakers if speaker)
    yield from (name.text for name in names_in(turn.answer_text) if name.is_person and " " in name.text)


def country(turns: Sequence[Turn]) -> str | None:
    """The country "that country" means: the last one that the newest question or its answer names."""
    for turn in reversed(turns):
        found = countries_in(turn.understood, capitals=True)
        if found:
            return with_article(found[-1].name)
        if turn.countries:
            return with_article(turn.countries[0])
    return None


def place(turns: Sequence[Turn]) -> str | None:
    """Where "there" is, with its preposition: "at the Hague summit", "in Lithuania", "at the JTAC Centre"."""
    for turn in reversed(turns):
        placed = _PLACED.findall(turn.understood)
        if placed:
            return str(placed[-1])
        found = [each for each in countries_in(turn.understood, capitals=True) if each.kind != "people"]
        if found:
            stood = [each for each in found if _INTO.search(turn.understood, 0, each.start)]
            return f"in {with_article((stood or found)[-1].name)}"
        things = [name.text for name in names_in(turn.understood) if not name.is_person]
        if things:
            return f"at {things[-1]}"
        if turn.countries:
            return f"in {with_article(turn.countries[0])}"
    return None


def entity(turns: Sequence[Turn], *, today: date) -> str | None:
    """What "it" or "their" means as the one that acts: a country, a body, a named thing, or the matter."""
    for turn in reversed(turns):
        text = turn.understood
        found = [(name.start, name.text) for name in names_in(text) if not name.is_person]
        found += [(each.start, with_article(each.name)) for each in countries_in(text, capitals=True)]
        if found:
            subjects = [each for each in found if _is_subject(text, each[0])]
            return min(subjects)[1] if subjects else max(found)[1]
    return topic(turns, today=today)


def _is_subject(text: str, start: int) -> bool:
    return bool(re.search(rf"\b{_AUX}\s+(?:the\s+)?$", text[:start], re.IGNORECASE))


def group(turns: Sequence[Turn]) -> str | None:
    """What "they" or "them" means in the newest question: "Finland and Sweden", or those counted in it."""
    text = turns[-1].understood
    pair = re.search(r"\b(?:[A-Z][\w-]+(?:,\s+[A-Z][\w-]+)*)\s+and\s+(?:the\s+)?[A-Z][\w-]+", text)
    if pair:
        return pair.group()
    counted = _COUNTED.match(text)
    return (
        f"the {counted['noun']}"
        if counted and counted["noun"].lower() not in ("is", "was", "has", "does")
        else None
    )


def topic(turns: Sequence[Turn], *, today: date, thing: bool = False) -> str | None:
    """What "about it" or "that" means: what the newest question was about, in its own words.

    With ``thing``, what "meet it" means: a thing that the question names rather than what it tells.
    """
    for turn in reversed(turns):
        text = without_spans(turn.understood, time_phrases(turn.understood, today=today))
        about = _ABOUT.search(text)
        if about:
            return about["topic"].strip(" ,?")
        phrases = [match["topic"] for match in _NOUN_PHRASE.finditer(text)]
        counted = _COUNTED.match(text)
        if counted and not counted["aux"] and counted["rest"].strip() and not (thing and phrases):
            return f"the {counted['noun']} that {counted['rest'].strip()}"
        if phrases:
            return phrases[-1].strip()
        rest = _OPENING.sub("", text).strip(" ?.")
        if rest:
            return rest
    return None
