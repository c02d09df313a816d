"""Cutting text into sentences, and long sentences into clauses, by rules.

A span is ``(start, end)``: offsets in code points into the whole text, trimmed of white space. Whatever is
not white space lies in exactly one span. The rules know English abbreviations; for other languages they fall
back on punctuation, white space and capital letters.
"""

import re
from typing import Final

Span = tuple[int, int]

LINE_BREAK: Final = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What ends a line, as `str.splitlines` sees it."""

_STOP = re.compile(
    r"""
    [.!?…]+                                    # the mark itself
    (?:\[\d{1,3}\]|["”“’'»)\]]|[\x20\u00a0\u202f]»)*   # what closes a quotation or a bracket, and footnotes
    (?:(?P<gap>[^\S\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+)
      |(?<=[^\W\d_A-Z][^\W\d_A-Z][.!?])(?=[A-Z][a-z]|“[A-Z])   # "ended.Then": a space lost in scraping
      |(?<=[.!?][”»])(?=[A-Z][a-z]))
    |[。！？।؟]+[」』”’)）]*(?P<far>\s*)         # marks that need no space after them
    """,
    re.VERBOSE,
)
_WORD_BEFORE = re.compile(r"(?:[^\W_]|[.&'’-])*\Z")
_NEXT_WORD = re.compile(r"""["“‘'«„(\[*•]*\s?([^\W_]+(?:['’][a-z]+)?)""")
_OPENERS = "\"“‘'«„([{"
_LOOK_BACK = 24  # longer than any abbreviation


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_BEFORE_NAME: Final = _words(
    """
    mr mrs ms mx dr prof gen sen rep reps sens gov lt col maj capt cmdr sgt cpl pvt adm rev hon messrs
    mme mlle pres brig supt amb insp det dep asst vs v e.g i.e eg ie cf viz al st ste mt ft sec min
    atty rt
    """
)
_BEFORE_NUMBER: Final = _words(
    """
    no nos art arts fig figs p pp vol vols ch para paras sec approx ca c est jan feb mar apr jun jul
    aug sep sept oct nov dec tel prop
    """
)
_MAY_END: Final = _words(
    """
    inc ltd corp co cos bros jr sr etc ph.d m.d b.a m.a d.c a.m p.m u.s u.k u.n e.u u.s.a u.a.e
    u.s.s.r plc llc dept univ assn ave blvd rd calif fla pa mass conn colo ariz ala ark ill ind kan ky
    la md mich minn miss mo mont neb nev okla ore tenn tex va vt wash wis wyo ga del tues thurs wed
    mon fri
    """
)
_LOWER: Final = _words("vs v eg ie cf viz al etc no p pp ca c approx est")
_MONTHS: Final = _words(
    """
    january february march april may june july august september october november december jan feb mar
    apr jun jul aug sep sept oct nov dec
    """
)
_STARTERS: Final = _words(
    """
    the a an it its it's in on at by for from to of and but or so yet if as is are was were he she
    they we you i his her their our my this that these those there here when while where what who why
    how which after before since until with without under over during although though however
    meanwhile moreover also still then now not no some many most more all both each every another
    other such according asked speaking he's she's they're we're i'm i've it'll that's there's nor
    because once one two three despite earlier later last next it’s he’s she’s they’re we’re i’m i’ve
    that’s there’s only even just let among instead unlike
    """
)
_SHORTEST_OPENING: Final = 24


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of ``text[start:end]``, in order.

    A line break always ends one, a row of a table (cells parted by `` | ``) is one, and what closes a
    quotation or a bracket belongs to the sentence before it. Inside a quotation a full stop still ends a
    sentence, unless it would leave only a word or two behind the opening mark (``“No. We never said so.``).
    """
    end = len(text) if end is None else min(end, len(text))
    spans: list[Span] = []
    at = max(start, 0)
    while at < end:
        found = LINE_BREAK.search(text, at, end)
        line_end = found.start() if found else end
        _cut_line(text, at, line_end, spans)
        at = line_end + 1
    return spans


def is_row(line: str) -> bool:
    """Whether a line is a row of a table: cells parted by ``|``, or the rule under the header."""
    line = line.strip()
    return (
        " | " in line
        or line.startswith("| ")
        or line.endswith(" |")
        or ("-|" in line and not line.strip("-|: "))
    )


def clauses(text: str, start: int, end: int, limit: int = 400) -> list[Span]:
    """``text[start:end]`` in pieces of at most ``limit`` characters, cut where a reader would pause.

    In order of preference: a semicolon, colon or dash; a comma before a conjunction; a comma or a cell of a
    table; a conjunction; a space; and anywhere where a word is longer than ``limit``.
    """
    if limit < 1:
        raise ValueError(f"limit must be positive, not {limit}")
    pieces: list[Span] = []
    start, end = _trim(text, start, end)
    while end - start > limit:
        cut = _best_cut(text, start, limit)
        piece = _trim(text, start, cut)
        if piece[0] < piece[1]:
            pieces.append(piece)
        start, end = _trim(text, cut, end)
    if start < end:
        pieces.append((start, end))
    return pieces


def _cut_line(text: str, start: int, end: int, spans: list[Span]) -> None:
    start, end = _trim(text, start, end)
    if start >= end:
        return
    if "|" in (line := text[start:end]) and is_row(line):
        spans.append((start, end))
        return
    first = start
    for stop in _STOP.finditer(text, start, end):
        gap = stop.end() - len(stop["gap"] or stop["far"] or "")
        if (
            stop.end() >= end
            or not _ends_sentence(text, start, end, stop)
            or _short_opening(text, first, gap)
        ):
            continue
        spans.append((first, gap))
        first = stop.end()
    spans.append((first, end))


def _ends_sentence(text: str, line_start: int, line_end: int, stop: re.Match[str]) -> bool:
    if stop["far"] is not None or stop["gap"] is None:
        return True
    after = text[stop.end()]
    if after.islower() or after in ",;:–—-.!?…" or (after == "&"):
        return False
    following = _NEXT_WORD.match(text, stop.end(), min(line_end, stop.end() + 40))
    word_after = following[1] if following else ""
    if after in _OPENERS and word_after[:1].islower():
        return False
    mark = stop[0].rstrip()
    if mark != ".":
        return True
    before = _WORD_BEFORE.search(text, max(line_start, stop.start() - _LOOK_BACK), stop.start())
    word = before[0].lstrip("'’-") if before else ""
    return _word_may_end(word, word_after, at_line_start=stop.start() - len(word) <= line_start)


def _word_may_end(word: str, after: str, *, at_line_start: bool) -> bool:
    """Whether a sentence may end with ``word`` and a single full stop, ``after`` being the next word."""
    low, next_low = word.lower(), after.lower()
    if at_line_start and (word.isdigit() or len(word) == 1):
        return False  # "1. The call came": the number of a list
    if after[:1].isdigit() and low in _BEFORE_NUMBER:
        return False
    starts = next_low in _STARTERS and not after.isupper()
    if len(word) == 1 and word.isalpha() and word.isupper():
        return starts or after in ("I", "A")  # "J. D. Vance", "Plan B. The"
    if word.islower() and word.isalpha() and low not in _LOWER:
        return True  # "a near miss", "the mass": words that would be abbreviations with a capital
    if low in _BEFORE_NAME:
        return low in ("st", "ft", "mt", "al", "min", "sec") and starts
    if low in _MAY_END or (low in _BEFORE_NUMBER and next_low in _MONTHS):
        return (starts or after in ("I", "A")) and next_low not in _MONTHS
    if "." in word and re.fullmatch(r"(?:[A-Za-z]\.)+[A-Za-z]", word):
        return starts
    return True


def _short_opening(text: str, start: int, end: int) -> bool:
    return (
        end - start < _SHORTEST_OPENING
        and text[start] in '"“«„'
        and not any(mark in text[start + 1 : end] for mark in '"”»“')
    )


_CUTS = (
    re.compile(r"(?<=[;:])\s|\s(?=[–—]\s)|(?<=[–—])\s"),
    re.compile(
        r"(?<=,)\s(?=(?:and|but|or|so|which|who|while|as|because|although|whereas|where|when|with)\b)"
    ),
    re.compile(r"(?<=[,)\]”])\s|\s(?=\|)|\s(?=[(\[“])"),
    re.compile(r"\s(?=(?:and|but|or|that|which|who|while|because|although|whereas|after|before|if|when)\b)"),
    re.compile(r"\s"),
)


def _best_cut(text: str, start: int, limit: int) -> int:
    """Where to cut so that ``text[start:cut]`` has at most ``limit`` characters and is not a mere stump."""
    stop = start + limit
    for pattern, least in zip(_CUTS, (0.4, 0.4, 0.4, 0.5, 0.0), strict=True):
        cut = -1
        for found in pattern.finditer(text, start + max(1, int(limit * least)), stop + 1):
            if found.start() <= stop:
                cut = found.start()
        if cut > start:
            return cut
    return stop


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
