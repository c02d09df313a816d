"""Who said it: the speaker of a stretch of an article, and whether the words are his or a report of them.

The rules read what the writer tells: a verb of saying beside the quotation marks, before or after a report,
the speaker of the paragraph that a quotation goes on from, a name alone on the line under it. "He" and "the
minister" are followed back to a name. Where two people may be meant, nobody is named: it is better to show
words without their speaker than as somebody else's.
"""

import re
from typing import Final

from index.countries import gazetteer, key
from index.sentences import Span, sentences
from retrieval.speech.attribution import NOBODY, Attribution
from retrieval.speech.cues import Cue, Subject, opening_subject
from retrieval.speech.names import NAME, UPPER, Name, People, name_in, same_person
from retrieval.speech.paragraphs import Paragraphs
from retrieval.speech.quotations import Quotation
from retrieval.speech.unit import (
    Unit,
    beside,
    is_clause,
    joined,
    only_cue,
    outside,
    says_that,
    stands_alone,
)
from retrieval.speech.words import ORGANISATION


def attribution(text: str, start: int, end: int) -> Attribution:
    """Who says ``text[start:end]`` in the article ``text``."""
    return Discourse(text).attribution(start, end)


def pronoun_context(text: str, start: int, end: int) -> str | None:
    """A note on whom the first "he", "she" or "the minister" of a quote means (``“he” is Mark Rutte``).

    None where the quote needs none, or the article leaves it open.
    """
    return Discourse(text).pronoun_context(start, end)


def statements_by(text: str, name: str) -> list[Span]:
    """The sentences of an article that are this person's words, quoted or reported, in order."""
    return Discourse(text).statements_by(name)


_CONTINUES: Final = 3
"""So many paragraphs of nothing but quotation may follow the one that names their speaker."""
_FAR: Final = 6
"""So many sentences back a pronoun is followed,"""
_FAR_PARAGRAPHS: Final = 3
"""and so many paragraphs."""
_LONGEST_BYLINE: Final = 60
"""Characters; a name in a longer line is one that the text speaks of."""


class Discourse:
    """One article, read as far as is asked: give several questions about one article to one object."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.people = People(text)
        self._paragraphs = Paragraphs(text)
        self._speakers: dict[tuple[int, int], Attribution] = {}

    # -- asked from outside -------------------------------------------------------------------------------

    def attribution(self, start: int, end: int) -> Attribution:
        """Who says ``text[start:end]``; see the function of the same name."""
        found = [
            self._piece(unit, max(start, unit.start), min(end, unit.end))
            for unit in self._paragraphs.between(start, end)
        ]
        told = [each for each in found if each is not None]
        if not told or any(each.speaker != told[0].speaker for each in told) or told[0].speaker is None:
            return NOBODY
        direct = all(each.speech == "direct" for each in told)
        return Attribution(told[0].speaker, "direct" if direct else "reported", told[0].cue, told[0].evidence)

    def statements_by(self, name: str) -> list[Span]:
        """The sentences that are this person's words; see the function of the same name."""
        spans = []
        for line in range(len(self._paragraphs.lines)):
            for start, end in sentences(self.text, *self._paragraphs.lines[line]):
                speaker = self.attribution(start, end).speaker
                if speaker and same_person(speaker, name):
                    spans.append((start, end))
        return spans

    def pronoun_context(self, start: int, end: int) -> str | None:
        """A note on whom a pronoun of the quote means; see the function of the same name."""
        units = self._paragraphs.between(start, end)
        if not units:
            return None
        quote = self.text[start:end]
        found = _PRONOUN_OR_OFFICE.search(quote)
        if not found or self._names_somebody(start, start + found.start()):
            return None
        unit = next((each for each in units if each.end > start + found.start()), units[-1])
        word = found[0]
        if found["office"]:
            meant = self.people.in_office(word[4:], unit.start)
        else:
            meant = self._meant(unit, start + found.start(), word.lower())
        return f"“{word}” is {meant}" if meant else None

    def _names_somebody(self, start: int, end: int) -> bool:
        for match in re.compile(NAME).finditer(self.text, start, end):
            name = name_in(self.text, match.start(), match.end())
            if name and (" " in name.text or self.people.is_person(name)):
                return True
        return False

    # -- who says a part of a sentence -------------------------------------------------------------------

    def _piece(self, unit: Unit, start: int, end: int) -> Attribution | None:
        """Who says a part of one sentence; None where the part is only the writer's "…, Marlow said."."""
        inside = [quote for quote in unit.quotes if quote.start < end and quote.end > start]
        if not unit.quotes and self._belongs_to_quotation(unit):
            return None
        rest = outside(self.text, start, end, inside)
        whole = [quote for quote in inside if is_clause(self.text, unit, quote)]
        if inside and not rest.strip():
            return self._agreed([self.speaker_of(unit, quote) for quote in inside])
        if whole and (len(whole) == len(inside) or self._one_voice(unit, inside)):
            return self._agreed([self.speaker_of(unit, quote) for quote in whole])
        reported = self._reported(unit)
        if inside:
            voices = [self.speaker_of(unit, quote) for quote in inside]
            if reported.speaker is None:
                reported = next((voice for voice in voices if voice.speaker), NOBODY)
            if any(voice.speaker not in (None, reported.speaker) for voice in voices):
                return NOBODY
        elif unit.quotes and all(is_clause(self.text, unit, quote) for quote in unit.quotes):
            # Only the writer's own words beside a quotation: "…, Marlow said" belongs to it and says nothing.
            return None if only_cue(unit, start, end) else NOBODY
        if reported.speaker is None:
            return NOBODY
        return Attribution(reported.speaker, "reported", reported.cue, reported.evidence)

    def _belongs_to_quotation(self, unit: Unit) -> bool:
        """Whether a sentence is only the "Marlow said." after a quotation with its own full stop."""
        before = self._paragraphs.units(unit.line)[unit.at - 1] if unit.at else None
        return before is not None and stands_alone(before) and bool(_SAID_AND_NO_MORE.fullmatch(unit.masked))

    def _one_voice(self, unit: Unit, quotes: list[Quotation]) -> bool:
        return len({self.speaker_of(unit, quote).speaker for quote in quotes}) == 1

    def _agreed(self, voices: list[Attribution]) -> Attribution:
        first = voices[0]
        if first.speaker is None or any(voice.speaker != first.speaker for voice in voices):
            return NOBODY
        return Attribution(first.speaker, "direct", first.cue, first.evidence)

    def speaker_of(self, unit: Unit, quote: Quotation) -> Attribution:
        """Who says what stands in these quotation marks."""
        at = (quote.start, quote.end)
        if at not in self._speakers:
            self._speakers[at] = NOBODY  # what leads back here is not known
            self._speakers[at] = self._look_for_speaker(unit, quote)
        return self._speakers[at]

    def _look_for_speaker(self, unit: Unit, quote: Quotation) -> Attribution:
        cue = beside(self.text, unit, quote)
        if cue:
            return self._resolved(unit, cue)
        if not stands_alone(unit):
            return NOBODY
        below = self._name_below(unit)
        if below.speaker:
            return below
        return self._from_neighbours(unit, quote)

    def _from_neighbours(self, unit: Unit, quote: Quotation) -> Attribution:
        """The speaker of a quotation that no verb stands beside, from the text around it."""
        following = self._paragraphs.after(unit)
        if (
            following
            and not following.quotes
            and following.cues
            and _SAID_AND_NO_MORE.fullmatch(following.masked)
        ):
            return self._resolved(following, following.cues[0])
        before = self._paragraphs.before(unit)
        if before is None:
            return NOBODY
        if before.line == unit.line:
            return self._carried_on(before)
        if before.line < unit.line - 1:  # a heading stands between
            return NOBODY
        above = self._paragraphs.units(before.line)
        last = before.quotes[-1] if before.quotes else None
        goes_on = last is not None and not last.closed and quote.start == unit.start
        if goes_on or self._paragraphs.only_quotation(unit.line):
            if not goes_on and self._paragraphs.of_quotation_up_to(before.line) > _CONTINUES:
                return NOBODY
            if any(cue.verb in ("asked", "asks") for each in above for cue in each.cues):
                return NOBODY
            return self._carried_on(before)
        return NOBODY

    def _carried_on(self, before: Unit) -> Attribution:
        """The voice that the sentence before ends with, if a quotation after it goes on in that voice."""
        if before.quotes:
            voice = self.speaker_of(before, before.quotes[-1])
            others = {self._resolved(before, cue).speaker for cue in before.cues} - {voice.speaker}
            return voice if voice.speaker and not others else NOBODY
        if len({cue.subject.text for cue in before.cues}) == 1:
            return self._resolved(before, before.cues[0])
        return NOBODY

    def _name_below(self, unit: Unit) -> Attribution:
        """The name alone on the line under a paragraph of quotation, or under several that go on."""
        line = unit.line
        while line + 1 < len(self._paragraphs.lines):
            if not self._paragraphs.only_quotation(line):
                return NOBODY
            line += 1
            start, end = self._paragraphs.lines[line]
            signed = _SIGNATURE.fullmatch(self.text, start, end)
            if signed:
                name = name_in(self.text, *signed.span("name"))
                if name and name.person and self._is_spoken_of(name.text.split()[-1]):
                    return Attribution(name.text, "direct", "", (start, end))
                return NOBODY
            closed = all(quote.closed for each in self._paragraphs.units(line - 1) for quote in each.quotes)
            if closed:
                return NOBODY
        return NOBODY

    def _is_spoken_of(self, surname: str) -> bool:
        """Whether the text speaks of somebody, who then does not merely sign as its reporter."""
        lines = (
            self.text[start:end] for start, end in self._paragraphs.lines if end - start > _LONGEST_BYLINE
        )
        return any(re.search(rf"\b{re.escape(surname)}\b", line) for line in lines)

    # -- who says what is reported without quotation marks -----------------------------------------------

    def _reported(self, unit: Unit) -> Attribution:
        """Whose words a sentence reports, as a whole."""
        cues = [cue for cue in unit.cues if cue.strong or says_that(self.text, cue) or unit.quotes]
        cues = [cue for cue in cues if not cue.subordinate]
        if not cues:
            return NOBODY
        outer = next((cue for cue in cues if cue.trailing), cues[0])
        voice = self._resolved(unit, outer)
        if voice.speaker is None:
            return NOBODY
        if _CONTRAST.match(unit.masked) and outer.start > unit.start + 15:
            return NOBODY  # the clause before is the writer's
        covers = outer.trailing or not _OTHER_CLAUSE_BEFORE.search(
            unit.masked[: max(0, outer.start - unit.start)]
        )
        for cue in cues:
            if cue is outer or cue.subject == outer.subject:
                continue
            other = self._resolved(unit, cue)
            nested = (
                covers and not outer.trailing and cue.start > outer.end and not joined(self.text, outer, cue)
            )
            if other.speaker != voice.speaker and not nested and not cue.subordinate:
                return NOBODY
        return voice if covers else NOBODY

    def _resolved(self, unit: Unit, cue: Cue) -> Attribution:
        speaker = self._name_of(unit, cue.subject, cue.start)
        if speaker is None:
            return NOBODY
        return Attribution(speaker, "reported", cue.verb, (cue.start, cue.end))

    def _name_of(self, unit: Unit, subject: Subject, at: int) -> str | None:
        if subject.kind == "named" and subject.name:
            return self.people.full_name(subject.name)
        if subject.kind == "office":
            return self.people.in_office(subject.text, at)
        if subject.kind == "pronoun":
            return self._meant(unit, at, subject.text)
        return None

    # -- pronouns ----------------------------------------------------------------------------------------

    def _meant(self, unit: Unit, at: int, pronoun: str) -> str | None:
        """Whom "he" or "she" means there: the last person who was speaking or acting; None in doubt."""
        pronoun = {"him": "he", "his": "he", "her": "she"}.get(pronoun, pronoun)
        if pronoun not in ("he", "she"):
            return None
        excluded: set[str | None] = set()
        for quote in unit.quotes:
            if quote.start < at < quote.end:  # "he" in somebody's words is somebody else
                excluded.add(self.speaker_of(unit, quote).speaker)
                if None in excluded:
                    return None
        quoted = bool(excluded)
        if quoted:
            spoken = self._persons(self.text[unit.start : at], unit.start) - excluded
            known, meant = bool(spoken), next(iter(spoken)) if len(spoken) == 1 else None
        else:
            known, meant = self._named_before(unit, at, excluded)
        here: Unit | None = unit
        for _ in range(_FAR):
            if known or here is None or (here := self._paragraphs.before(here)) is None:
                break
            if unit.line - here.line > _FAR_PARAGRAPHS:
                break
            known, meant = self._acting(here, pronoun, excluded, quoted=quoted)
        if meant in excluded or meant is None or self.people.gender(meant) not in (None, pronoun):
            return None
        return meant

    def _named_before(self, unit: Unit, at: int, excluded: set[str | None]) -> tuple[bool, str | None]:
        """Whether the sentence itself has a subject that a "he" at that place takes up, and whom.

        Whom it names otherwise ("Without mentioning Holm, he said") is added to those excluded.
        """
        for cue in reversed(unit.cues):
            if cue.end <= at and cue.subject.name and self.people.is_person(cue.subject.name):
                return True, self.people.full_name(cue.subject.name)
        lead = unit.masked[: max(0, at - unit.start)]
        clause = _CLAUSE_OPENING.match(lead)
        skipped = clause.end() if clause else 0
        subject = opening_subject(self.text, lead[skipped:], unit.start + skipped)
        acts = subject and _NO_MORE_THAN_THE.fullmatch(lead, skipped, subject.start - unit.start)
        if acts and subject and subject.name and self._may_be_somebody(subject.name):
            return True, self.people.full_name(subject.name)
        excluded |= self._persons(lead, unit.start)
        return False, None

    def _acting(
        self, unit: Unit, pronoun: str, excluded: set[str | None], *, quoted: bool
    ) -> tuple[bool, str | None]:
        """Whether a sentence decides whom a later "he" means, and whom.

        Whoever is "she" in between is added to those excluded.
        """
        if not quoted:
            told = [cue for cue in unit.cues if cue.strong or unit.quotes or says_that(self.text, cue)]
            told = [cue for cue in told if not self._is_body(cue.subject)]
            told = [cue for cue in told if not cue.subordinate] or told
            voices = {self._name_of(unit, cue.subject, cue.start) for cue in told}
            other = {"he": "she", "she": "he"}[pronoun]
            if told and all(cue.subject.text == other for cue in told):
                excluded |= voices
                return False, None
            if told:
                return True, next(iter(voices)) if len(voices) == 1 else None
            if unit.quotes and stands_alone(unit):
                return True, self.speaker_of(unit, unit.quotes[-1]).speaker
            opening = opening_subject(self.text, unit.masked, unit.start)
            if opening and opening.kind == "pronoun":
                return False, None
        named = self._persons(unit.masked, unit.start) - excluded
        if not named:
            return self._somebody_acts(unit) or (quoted and not unit.quotes), None
        fitting = [person for person in named if person and self.people.gender(person) in (None, pronoun)]
        return True, fitting[0] if len(fitting) == 1 else None

    def _somebody_acts(self, unit: Unit) -> bool:
        """Whether somebody may be acting whom the article never names in full."""
        for match in _ACTS.finditer(unit.masked):
            name = name_in(self.text, unit.start + match.start("name"), unit.start + match.end("name"))
            if name and self._may_be_somebody(name):
                return True
        return False

    def _may_be_somebody(self, name: Name) -> bool:
        """Whether a name means a person, or a single word that is no place or body may mean one."""
        known = key(name.text) in gazetteer().names or key(name.text) in ORGANISATION
        return self.people.is_person(name) or (" " not in name.text and not known)

    def _is_body(self, subject: Subject) -> bool:
        return subject.name is not None and not self.people.is_person(subject.name)

    def _persons(self, masked: str, offset: int) -> set[str | None]:
        found: set[str | None] = set()
        for match in re.finditer(NAME, masked):
            name = name_in(self.text, offset + match.start(), offset + match.end())
            if name and self.people.is_person(name):
                found.add(self.people.full_name(name))
        return found


_PRONOUN_OR_OFFICE: Final = re.compile(
    r"\b(?:(?P<pronoun>[Hh]e|[Ss]he)|(?P<office>[Tt]he (?:[a-z]+ )?(?:minister|president|chancellor|premier"
    r"|secretary[- ]general|spokesman|spokeswoman|ambassador|general|mayor|senator)))\b(?![’'-])"
)
_CONTRAST: Final = re.compile(r"(?:While|Although|Though|Even (?:as|though))\s(?!\w+ing\b)")
_NO_MORE_THAN_THE: Final = re.compile(r"(?:(?:But|And|Yet|So|[Tt]he|former)\s)*(?:[A-Z][\w.-]*\s)*")
_CLAUSE_OPENING: Final = re.compile(r"(?:When|While|After|Before|As|If|Although|Though|Because|Since|Once)\s")
_ACTS: Final = re.compile(
    rf"(?:\A|[,;]\s)(?P<name>[{UPPER}][^\W\d_]+)\s(?:has\s|had\s|also\s)?[a-z]+(?:ed|t|s)\b"
)
"""A name that may be somebody's, acting: "For weeks, Quist pleaded"."""
_SIGNATURE: Final = re.compile(rf"(?P<dash>[—–-]{{1,2}}\s?)?(?P<name>{NAME})(?:,[^.!?“”\"]{{1,60}})?")
_SAID_AND_NO_MORE: Final = re.compile(r"\W*[^.,;:]{2,60}\s(?:said|says|added|adds|told\s\w+(?:\s\w+)?)\W*")
_OTHER_CLAUSE_BEFORE: Final = re.compile(r"(?:,\s(?:but|while|and|whereas|yet)\b|;)")
