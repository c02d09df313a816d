"""The gates: what an Answer must hold against before it leaves ``retrieval``.

Every quote is looked up in the stored text, every number in what is cited, every citation number among the
citations. Whoever writes the answer, rules or a language model, passes through here.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import chain, combinations
from typing import Final

from index.figures.figure import Figure
from retrieval.answer import Answer, ArticleRef, Citation
from retrieval.errors import GateError
from retrieval.numbers import Number, agrees, numbers_in
from retrieval.speech.quotations import quotations

LONGEST_QUOTE: Final = 400
LONGEST_PASSAGE: Final = 1200
MARKER: Final = re.compile(r"\[(\d+(?:\s?[,;–-]\s?\d+)*)\]")
"""A citation number in an answer: ``[1]``, ``[1, 3]``, ``[2-4]``."""


def check(answer: Answer, text_of: Callable[[str], str], *, known: str = "") -> Answer:
    """``answer`` itself, if everything in it stands in its sources.

    ``text_of`` gives the stored text of an article by its id, and ``known`` is text with the facts about the
    collection (counts, dates, corrections) that refusals and notes may name.

    Raises
    ------
    GateError
        A quote is not ``text[start:end]``, is longer than 400 characters or missing from its passage; a
        passage is longer than 1,200 or not in the text; a speaker is not named in the article; a citation
        number has no citation; words in quotation marks or a number in the answer are in nothing that it
        cites; a refusal names a number that neither the question nor the collection has.
    """
    for citation in chain(answer.citations, answer.nearest):
        _check_citation(citation, text_of(citation.article.id))
    _check_numbering(answer)
    if answer.found:
        _check_found(answer)
    else:
        _check_refusal(answer, known)
    _check_notes(answer, known)
    return answer


def sound_notes(answer: Answer, *, known: str = "") -> tuple[str, ...]:
    """The notes of an answer whose numbers stand in what it shows or in ``known``, and whose citations exist.

    A note that does not pass is left out rather than the answer with it.
    """
    if not answer.notes:
        return ()
    allowed = list(_allowed(answer, known))
    for figure in answer.figures:
        allowed.extend(_figure_numbers(figure))
    shown = {citation.n for citation in (*answer.citations, *answer.nearest)}
    return tuple(note for note in answer.notes if _is_sound(note, allowed, shown))


def _is_sound(note: str, allowed: list[Number], shown: set[int]) -> bool:
    return all(n in shown for _, _, cited in markers(note) for n in cited) and all(
        _rounds(number, allowed) or _is_difference(number, allowed)
        for number in _stray(numbers_in(_without_markers(note)), allowed)
    )


def markers(text: str) -> list[tuple[int, int, tuple[int, ...]]]:
    """Where an answer cites, and what: ``(start, end, numbers)`` of each ``[n]``."""
    found = []
    for marker in MARKER.finditer(text):
        cited: list[int] = []
        for part in re.split(r"[,;]", marker[1]):
            ends = [int(n) for n in re.split(r"[–-]", part)]
            # A span of citations is short; a longer one ("[2014-2020]") is taken as its two ends.
            cited.extend(range(ends[0], ends[-1] + 1) if 0 <= ends[-1] - ends[0] <= 20 else ends)
        found.append((marker.start(), marker.end(), tuple(cited)))
    return found


def _check_citation(citation: Citation, text: str) -> None:
    where = f"citation {citation.n}"
    if not 0 <= citation.start < citation.end <= len(text):
        raise GateError("quote", f"The quote of {where} lies outside its article.")
    if citation.quote != text[citation.start : citation.end]:
        raise GateError("quote", f"The quote of {where} is not what stands in its article.")
    if len(citation.quote) > LONGEST_QUOTE:
        raise GateError(
            "quote", f"The quote of {where} has {len(citation.quote)} characters, over {LONGEST_QUOTE}."
        )
    if _cuts_number(text, citation.start) or _cuts_number(text, citation.end):
        raise GateError("quote", f"The quote of {where} cuts a number in two.")
    if citation.quote not in citation.passage:
        raise GateError("passage", f"The passage of {where} does not hold its quote.")
    if len(citation.passage) > LONGEST_PASSAGE:
        raise GateError("passage", f"The passage of {where} has {len(citation.passage)} characters.")
    if citation.passage not in text:
        raise GateError("passage", f"The passage of {where} is not what stands in its article.")
    if citation.speaker and not _is_named(citation.speaker, text + "\n" + (citation.article.title or "")):
        raise GateError("speaker", f"The speaker of {where} is not named in its article.")
    if citation.speech == "direct" and not _quoted(text, citation.start, citation.end):
        raise GateError("speaker", f"The quote of {where} stands in no quotation marks.")
    said = numbers_in(citation.context or "")
    if said and _stray(said, _evidence(citation, whole=text)):
        raise GateError("number", f"The context of {where} names a number that is not in its article.")


def _check_numbering(answer: Answer) -> None:
    numbers = [citation.n for citation in answer.citations]
    shown = numbers or [citation.n for citation in answer.nearest]
    if len(set(numbers)) != len(numbers) or any(n < 1 for n in shown):
        raise GateError("citation", "Two citations have the same number, or one has none.")
    cited = {n for _, _, group in markers(_own_words(answer)) for n in group}
    if missing := cited - set(shown):
        raise GateError("citation", f"The answer cites [{min(missing)}], and there is no such citation.")


def _check_found(answer: Answer) -> None:
    if answer.refusal is not None:
        raise GateError("refusal", "An answer cannot be found and refused at once.")
    if not answer.citations and not answer.figures:
        raise GateError("citation", "The answer cites nothing.")
    by_number = {citation.n: citation for citation in answer.citations}
    said = _own_words(answer)
    if not answer.figures and not markers(said):
        raise GateError("citation", "The answer does not say which citation it rests on.")
    rows = [number for figure in answer.figures for number in _figure_numbers(figure)]
    verbatim = _verbatim(said, answer.citations)
    evidence: dict[int, list[Number]] = {}
    for number, cited in _with_their_citations(said, tuple(by_number)):
        if any(start <= number.start and number.end <= end and n in cited for start, end, n in verbatim):
            continue  # it stands in the quote that it is copied from
        for n in cited:
            if n not in evidence:
                evidence[n] = _evidence(by_number[n])
        articles = [by_number[n].article for n in cited]
        issues = chain.from_iterable(
            _day(ref.published) for ref in articles if _dates_issue(said, number, ref)
        )
        sources = chain(rows, issues, *(evidence[n] for n in cited))
        if not any(agrees(number, source) for source in sources) and not _rounds(number, rows):
            stray = said[number.start : number.end]
            raise GateError("number", f"“{stray}” stands in nothing that the answer cites for it.")
    passages: list[str] = []
    for quoted in _quotations(_blanked(said, verbatim)):
        passages = passages or [_plain(f"{one.passage} {one.article.title}") for one in answer.citations]
        if not any(quoted in passage for passage in passages):
            raise GateError("quote", "The answer puts words in quotation marks that no cited passage has.")


def _check_refusal(answer: Answer, known: str) -> None:
    if answer.refusal is None:
        raise GateError("refusal", "An answer without finding must say why.")
    if answer.citations:
        raise GateError("refusal", "A refusal has nearest passages, not citations.")
    allowed = [*_allowed(answer, known)]
    said = _without_markers(_own_words(answer))
    asked = f"{answer.question} {answer.understood}"
    for number in _stray(numbers_in(said), allowed):
        if _stands_in(said[number.start : number.end], asked):
            continue  # "19" of the question's "$19 million"
        raise GateError(
            "number", f"The refusal names “{said[number.start : number.end]}”, which nobody gave it."
        )


def _check_notes(answer: Answer, known: str) -> None:
    sound = sound_notes(answer, known=known)
    if unsound := [note for note in answer.notes if note not in sound]:
        raise GateError("number", f"A note names a number or a citation that no source has: {unsound[0]}")


def _allowed(answer: Answer, known: str) -> Iterator[Number]:
    """What a refusal or a note may name: numbers of the question, the windows, what is shown, ``known``."""
    yield from numbers_in(answer.question)
    yield from numbers_in(answer.understood)
    yield from numbers_in(known)
    for window in answer.windows:
        yield from numbers_in(window.reason)
        for day in (window.start, window.end):
            yield from _day(day)
    shown = (*answer.citations, *answer.nearest)
    for citation in shown:
        yield from _evidence(citation)
        yield from _day(citation.article.published)
    yield from _counts(range(len(shown) + 1))


def _evidence(citation: Citation, *, whole: str | None = None) -> list[Number]:
    """The numbers that stand in a citation: its passage, what is said about it, and its article's year."""
    article = citation.article
    said = [article.title, article.publisher, citation.speaker, *citation.also]
    said.append(whole if whole is not None else citation.context)
    numbers = [number for text in (citation.passage, *said) if text for number in numbers_in(text)]
    if article.published:
        numbers.extend(_counts([article.published.year]))
    if "|" in citation.quote and citation.context and whole is None:
        numbers.extend(_cells(citation.quote, citation.context))
    return numbers


def _cells(row: str, context: str) -> Iterator[Number]:
    """The bare numbers of a table's row with the units that its headers name (``% of GDP``, ``$ bn``)."""
    for number in numbers_in(row):
        if number.kind in ("count", "year") and number.unit is None:
            if "%" in context or "per cent" in context or "percent" in context:
                yield replace(number, kind="percent", unit="%")
            for symbol, code in (("$", "USD"), ("€", "EUR"), ("£", "GBP")):
                if symbol in context:
                    yield replace(number, kind="money", unit=code)


def _figure_numbers(figure: Figure) -> Iterator[Number]:
    yield from _counts(year for year in (figure.year, figure.base_year) if year is not None)
    yield from numbers_in(
        " ".join(filter(None, (figure.edition, figure.derived, figure.source, figure.unit)))
    )
    yield from _day(figure.edition_date)
    if figure.value is None:
        return
    if figure.metric in ("share", "change", "equipment"):
        yield Number(value=figure.value, unit="%", kind="percent", start=0, end=0, precision=0.0)
        yield Number(value=figure.value, unit="points", kind="percent", start=0, end=0, precision=0.0)
    else:
        value = figure.value * 1e6
        unit = "USD" if figure.metric.startswith("usd") else None
        yield Number(value=value, unit=unit, kind="money", start=0, end=0, precision=0.0)
    yield Number(value=figure.value, unit=None, kind="count", start=0, end=0, precision=0.0)


def _rounds(number: Number, rows: Iterable[Number]) -> bool:
    """Whether an official figure, rounded to the digits that ``number`` shows, is that number.

    Only with two digits or more: ``2 %`` does not stand for 2.07.
    """
    if abs(number.value) < 10 * number.precision * (1 - 1e-9):
        return False
    return any(
        row.precision == 0.0
        and row.kind == number.kind
        and (row.unit is None or row.unit == number.unit)
        and abs(row.value - number.value) <= number.precision * 0.5000001
        for row in rows
    )


_ISSUE: Final = re.compile(r"\([^()]*\Z|\b(?:published|dated|appeared|article|report)(?: on| of| from)*\s\Z")


def _dates_issue(text: str, number: Number, article: ArticleRef) -> bool:
    """Whether a date says when the article appeared: in brackets, after “published” or after its publisher.

    Only such a date may rest on the day of publication; a date in what is reported must stand in the text.
    """
    before = text[max(0, number.start - 80) : number.start]
    by_name = article.publisher and re.search(re.escape(article.publisher) + r"(?:,| of| on)?\s\Z", before)
    return bool(by_name or _ISSUE.search(before))


def _is_difference(number: Number, allowed: list[Number]) -> bool:
    """Whether a number is by how much two allowed ones of its kind lie apart, to the digits that it shows."""
    unit, kind = ("%", "percent") if number.unit in ("points", "point") else (number.unit, number.kind)
    if kind not in ("percent", "money"):
        return False
    values = [each.value for each in allowed if each.kind == kind and each.unit in (unit, None)]
    room = number.precision * 0.5000001
    return any(abs(abs(one - other) - abs(number.value)) <= room for one, other in combinations(values, 2))


def _counts(values: Iterable[int]) -> Iterator[Number]:
    for value in values:
        yield Number(value=value, unit=None, kind="count", start=0, end=0)


def _day(day: date | None) -> list[Number]:
    return numbers_in(day.isoformat()) if day else []


def _stray(said: Iterable[Number], allowed: list[Number]) -> list[Number]:
    return [number for number in said if not any(agrees(number, source) for source in allowed)]


_SENTENCE_END: Final = re.compile(r"[.!?…][\"”’»)]*\s|\n")


def _with_their_citations(text: str, every: tuple[int, ...]) -> Iterator[tuple[Number, tuple[int, ...]]]:
    """Each number of an answer with the citations it may stand in.

    Those are the ones cited next, and those cited just before in the same sentence; where nothing is cited
    after it, any of the last ones; where nothing is cited at all, every one.
    """
    cited = markers(text)
    text = _without_markers(text)
    for number in numbers_in(text):
        after = next((group for start, _, group in cited if start >= number.end), ())
        before: tuple[int, ...] = ()
        for start, end, group in cited:
            # A full stop may stand before the marker ("It holds 300. [1] Another says 280 [2].").
            same_sentence = not _SENTENCE_END.search(text, max(0, start - 3), number.start)
            if end <= number.start and (same_sentence or not after):
                before = group
        yield number, (*before, *after) or every


def _own_words(answer: Answer) -> str:
    """The answer, with brackets inside its verbatim quotes made round: they are no citation numbers."""
    said = answer.answer
    for citation in (*answer.citations, *answer.nearest):
        if "[" in citation.quote:
            for quote in (citation.quote, _folded(citation.quote)):
                said = said.replace(quote, _unmarked(quote))
    return said


def _verbatim(said: str, citations: Iterable[Citation]) -> list[tuple[int, int, int]]:
    """Where quotes stand whole in an answer: start, end and the citation's number."""
    found = []
    for citation in citations:
        for quote in {_unmarked(citation.quote), _unmarked(_folded(citation.quote))}:
            at = said.find(quote)
            while at >= 0:
                found.append((at, at + len(quote), citation.n))
                at = said.find(quote, at + 1)
    return found


def _blanked(said: str, spans: Iterable[tuple[int, int, int]]) -> str:
    for start, end, _ in spans:
        said = said[:start] + " " * (end - start) + said[end:]
    return said


def _folded(quote: str) -> str:
    return " ".join(quote.split())


def _unmarked(quote: str) -> str:
    return MARKER.sub(r"(\1)", quote)


def _without_markers(text: str) -> str:
    return MARKER.sub(lambda marker: " " * len(marker[0]), text)


_QUOTED: Final = re.compile(
    r"“([^“”]+)”|(?<!\w)\"(?=[\w(])([^\"]+)(?<=[\w.,!?)…])\"(?!\w)|«([^«»]+)»|„([^„“]+)“"
)
_SHORTEST_QUOTATION: Final = 3  # words; fewer are a term, not somebody's words


def _quotations(text: str) -> Iterator[str]:
    """What an answer puts in quotation marks, plain, piece by piece where it leaves something out."""
    for found in _QUOTED.finditer(_without_markers(text)):
        for piece in re.split(r"…|\.\.\.|\[[^\]]*\]", next(filter(None, found.groups()))):
            plain = _plain(piece)
            if len(plain.split()) >= _SHORTEST_QUOTATION:
                yield plain


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w%$€£]+", " ", text).lower().split())


def _stands_in(token: str, text: str) -> bool:
    return re.search(rf"(?<![\w.,]){re.escape(token)}(?![\w]|[.,]\d)", text) is not None


def _is_named(speaker: str, text: str) -> bool:
    """Whether every word of a name stands in a text as a word."""
    return all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in speaker.split())


def _quoted(text: str, start: int, end: int) -> bool:
    """Whether a stretch lies in quotation marks, or holds some."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    return any(
        quote.start < end and quote.end > start
        for quote in quotations(text, first, last if last >= 0 else len(text))
    )


def _cuts_number(text: str, at: int) -> bool:
    """Whether a place lies inside a number: between its digits, or before its decimals."""
    return at > 0 and re.match(r"\d(?:[.,]?\d|\s?%)", text[at - 1 : at + 2]) is not None
