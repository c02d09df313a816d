"""Reading the numbers of a text: what they are worth, of what unit, and where they stand.

``3,5 %``, ``3.5%`` and ``3.5 per cent`` are the same number; so are ``$2bn`` and ``two billion dollars``, or
``5 April 2025`` and ``2025-04-05``. Digits inside a designation (``F-16``, ``G7``) are a number of kind
``name``, so that one cannot be taken for another.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from retrieval.number_words import (
    CARDINALS,
    CURRENCIES,
    CURRENCY_WORDS,
    FRACTIONS,
    MAGNITUDES,
    MEASURES,
    MONTHS,
    ORDINALS,
    SYMBOLS,
    cardinal,
)

Kind = Literal["percent", "money", "count", "year", "date", "ordinal", "time", "name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number that stands at ``text[start:end]``, its unit included.

    ``value`` is in full (2e9 for ``$2bn``); for a date it is the day of the month, for a time of day the
    minutes since midnight. ``unit`` is ``%`` or ``points`` for percent, an ISO 4217 code for money, a
    measure in the singular (``km``, ``day``) or None for counts, the month for dates, the letters of a
    designation, ``decade`` for ``1980s``, and ``about`` for ``thousands of``.
    """

    value: float
    unit: str | None
    kind: Kind
    start: int
    end: int
    precision: float = 1.0
    """What the last digit shown is worth: 0.1 for ``3.5``, 1e8 for ``$2.3bn``."""
    year: int | None = None
    """The year that a date is given with."""


def numbers_in(text: str) -> list[Number]:
    """The numbers of a text, in order. ``one`` alone, ``half`` and ``First,`` count as prose."""
    found: list[Number] = []
    at = 0
    for hint in _HINT.finditer(text):  # far faster than to try for a number everywhere
        if hint.start() < at or not (hint[0][0].isdigit() or hint[0].lower() in _NUMBER_WORDS):
            continue
        for begin in _beginnings(text, at, hint.start()):
            head = _HEAD.match(text, begin)
            if head and head.end() > hint.start():
                read = _READERS[head.lastgroup or ""](text, head)
                found.extend(read)
                at = read[-1].end if read else at
                break
    return _spread_over_ranges(text, found)


def _beginnings(text: str, at: int, start: int) -> Iterator[int]:
    """Where a number with its digits or first word at ``start`` may begin: "Sept. 3", "F-16", "a dozen"."""
    if lead := _LEAD.search(text, max(at, start - _LONGEST_LEAD), start):
        yield lead.start()
    if letters := _ATTACHED.search(text, max(at, start - _LONGEST_LEAD), start):
        yield letters.start()
    yield start


def agrees(said: Number, source: Number) -> bool:
    """Whether ``source`` bears ``said`` out: the same value and kind, and no other unit, month or year."""
    if said.kind == "year" and source.kind == "date":
        return said.value == source.year
    kinds = {said.kind, source.kind}
    if len(kinds) > 1 and kinds != {"count", "year"}:
        return False
    if not math.isclose(said.value, source.value, rel_tol=1e-9, abs_tol=1e-12):
        return False
    if said.kind == "date" and said.year and source.year and said.year != source.year:
        return False
    if said.kind in ("date", "name", "percent") or "about" in (said.unit, source.unit):
        return said.unit == source.unit
    return said.unit is None or source.unit is None or said.unit == source.unit


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


_MONTH = "(?:" + "|".join(rf"{m[:3].title()}(?:{m[3:]}\b|t?\b\.?)" for m in MONTHS) + ")"
_ONE_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_DAY = rf"{_ONE_DAY}(?:\s?[-–]\s?{_ONE_DAY}\b)?"
_DIGITS = r"\d+(?:[.,'’\u00a0\u202f\u2009]\d+)*"
_CARDINAL = rf"(?:{_any(CARDINALS)}|an?(?=\s(?:dozen|hundred|thousand|million|billion|trillion)\b))"
_MORE = [*CARDINALS, "hundred", "thousand", "million", "billion", "trillion", "dozen"]
_NEXT_CARDINAL = rf"(?:[\s-]|\sand\s){_any(_MORE)}\b"
_HINT: Final = re.compile(r"\d+|[^\W\d_]{3,}")
_NUMBER_WORDS: Final = (
    CARDINALS | frozenset(ORDINALS) | frozenset(MAGNITUDES) | {f"{word}s" for word in MAGNITUDES}
)
_LEAD: Final = re.compile(rf"(?:\b{_MONTH}|\b[Aa]n?)\s\Z")
_ATTACHED: Final = re.compile(r"(?<![^\W_])[^\W\d_]+[-‑]?\Z")
_LONGEST_LEAD: Final = 12
_PREFIXES: Final = ("mid", "pre", "post", "early", "late", "sub", "under", "over", "non", "since", "nearly")
_HEAD: Final = re.compile(
    rf"""
    (?P<iso>(?<![\w-])\d{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\d-]))
    |(?P<day_month>(?<![\w.,]){_DAY}\s(?:of\s)?{_MONTH}(?:,?\s\d{{4}}\b)?)
    |(?P<month_day>\b{_MONTH}\s{_DAY}\b(?![.,:]?\d|\s?%)(?:,?\s\d{{4}}\b)?)
    |(?P<clock>(?<![\w:.,])\d{{1,2}}(?:[:.]\d\d)?\s?[ap]\.?m\b|(?<![\w:.,])\d{{1,2}}:\d\d(?![\d:]))
    |(?P<slashed>(?<![\w/.,])\d{{1,4}}(?:/\d{{1,4}})+(?![\w/]))
    |(?P<name>(?<![\w$€£])(?!{_any(CURRENCIES)}\d|{_any(_PREFIXES)}[-‑])[^\W\d_]+[-‑]?\d[\d.]*(?<!\.)(?:[A-Z]\b|s\b)?)
    |(?P<digits>(?<!\d){_DIGITS})
    |(?P<fraction>\b(?i:{_any(CARDINALS)})[\s-](?i:{_any(FRACTIONS)})s\b)
    |(?P<ordinal>\b(?i:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[-\s])?(?i:{_any(ORDINALS)})\b)
    |(?P<spelled>\b(?i:{_CARDINAL})\b(?i:{_NEXT_CARDINAL})*)
    |(?P<vague>\b(?i:dozens|hundreds|thousands|millions|billions|trillions)\b)
    """,
    re.VERBOSE,
)
_BEFORE_DIGITS: Final = re.compile(
    rf"(?:(?<![A-Za-z])(?P<code>{_any(CURRENCIES)})\s?|(?P<symbol>(?<![A-Za-z])[A-Z]{{1,2}}\$|{_any(SYMBOLS)})\s?)?\Z"
)
_MAGNITUDE: Final = re.compile(
    rf"[\s-]?(?P<word>{_any(MAGNITUDES)})s?\b|(?P<letter>[mkbMKB])\b", re.IGNORECASE
)
_ORDINAL_SUFFIX: Final = re.compile(r"(?:st|nd|rd|th)\b")
_PERCENT: Final = re.compile(
    r"[\s-]?(?:%|per\s?cent\b|pct\b)(?P<points>(?:age)?[\s-]points?\b)?|\spercentage(?P<pp>\spoints?)\b",
    re.IGNORECASE,
)
_MONEY: Final = re.compile(
    rf"\s?(?P<code>{_any(CURRENCIES)})\b|\s?(?P<symbol>[€£¥₴₽₺₹₩₪$]|zł\b)|[\s-](?:of\s)?(?P<word>(?i:{_any(CURRENCY_WORDS)}))s?\b"
)
_MEASURE: Final = re.compile(rf"[\s-]?(?P<word>{_any(MEASURES)})s?(?![\w])", re.IGNORECASE)
_OF_A_YEAR: Final = re.compile(r"\s(?:US |U\.S\. )?(?:dollars|euros|pounds|prices)\b")
_DESIGNATION: Final = re.compile(r"[^\W\d_]\w*")
_YEAR_BEFORE: Final = re.compile(
    r"\b(?:in|of|since|by|until|till|from|before|after|year|during)\s\Z", re.IGNORECASE
)


def _iso(_: str, head: re.Match[str]) -> list[Number]:
    year, month, day = (int(part) for part in head[0].split("-"))
    return [_date(head, day, month, year)]


def _day_and_month(_: str, head: re.Match[str]) -> list[Number]:
    month = next(at for at, name in enumerate(MONTHS, 1) if name[:3].title() in head[0])
    figures = [int(part) for part in re.findall(r"\d+", head[0])]
    year = figures.pop() if figures[-1] >= 1000 else None
    return [_date(head, day, month, year) for day in figures]


def _date(head: re.Match[str], day: int, month: int, year: int | None) -> Number:
    return Number(
        value=day, unit=MONTHS[month - 1], kind="date", start=head.start(), end=head.end(), year=year
    )


def _clock(_: str, head: re.Match[str]) -> list[Number]:
    hours, minutes, half = re.fullmatch(r"(\d+)(?:[:.](\d+))?\s?([ap])?.*", head[0]).groups()  # type: ignore[union-attr]
    value = int(hours) * 60 + int(minutes or 0)
    if half:
        value = value % 720 + (720 if half == "p" else 0)
    return [Number(value=value, unit=None, kind="time", start=head.start(), end=head.end())]


def _designation(_: str, head: re.Match[str]) -> list[Number]:
    letters, figure = re.fullmatch(r"([^\d]+)(\d.*)", head[0]).groups()  # type: ignore[union-attr]
    return [_name(head, figure, letters.rstrip("-‑").lower())]


def _slashed(_: str, head: re.Match[str]) -> list[Number]:
    return [_name(head, head[0], "/")]


def _name(head: re.Match[str], figure: str, unit: str) -> Number:
    digits = re.sub(r"\D", "", figure)
    tail = re.sub(r"[\d.]", "", figure).removesuffix("s")
    return Number(
        value=float(digits), unit=unit + tail.lower(), kind="name", start=head.start(), end=head.end()
    )


def _in_digits(text: str, head: re.Match[str]) -> list[Number]:
    value, decimals = _parse(head[0])
    if value is None:
        return [_name(head, head[0], ".")]
    start, end = head.span()
    before = _BEFORE_DIGITS.search(text, max(0, start - 5), start)
    currency = None
    if before and before[0]:
        currency, start = before["code"] or SYMBOLS[before["symbol"]], before.start()
    if text[start - 1 : start] in ("-", "−") and (start == 1 or text[start - 2] in " \n\t("):
        value, start = -value, start - 1
    if not currency and (suffix := _ORDINAL_SUFFIX.match(text, end)):
        return [Number(value=value, unit=None, kind="ordinal", start=start, end=suffix.end())]
    if head[0].isdigit() and len(head[0]) == 4 and re.match(r"s\b", text[end : end + 2]) and value % 10 == 0:
        return [Number(value=value, unit="decade", kind="year", start=start, end=end + 1)]
    if _OF_A_YEAR.match(text, end) and 1900 <= value <= 2100 and len(head[0]) == 4 and not currency:
        return [Number(value=value, unit=None, kind="year", start=start, end=end)]
    number = _with_unit(text, value, 10.0**-decimals, start, end, currency)
    if number.end == end and (letters := _DESIGNATION.match(text, end)):
        return [replace(number, unit=letters[0].lower(), kind="name", end=letters.end())]
    if number.end == end and number.kind == "count" and head[0].isdigit() and _is_year(text, value, start):
        return [replace(number, kind="year")]
    return [number]


def _is_year(text: str, value: float, start: int) -> bool:
    return 1900 <= value <= 2100 or (
        1000 <= value < 1900 and _YEAR_BEFORE.search(text[:start][-8:]) is not None
    )


def _parse(digits: str) -> tuple[float | None, int]:
    """The value and the number of decimals of what is written with separators; None for ``2.0.1``.

    A comma before three digits parts thousands, any other comma is a decimal one; a point is a decimal
    point unless there are several of them.
    """
    plain = re.sub(r"['’\u00a0\u202f\u2009]", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)", plain) or re.fullmatch(
        r"\d{1,3}(?:\.\d{3}){2,}", plain
    ):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d+", plain):
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return None, 0
    return float(plain), len(plain.partition(".")[2])


def _with_unit(
    text: str, value: float, precision: float, start: int, end: int, currency: str | None
) -> Number:
    """The number with the magnitude and the unit that follow it."""
    if magnitude := _MAGNITUDE.match(text, end):
        word = (magnitude["word"] or magnitude["letter"]).lower()
        factor = (
            MAGNITUDES.get(word)
            or {"k": 1e3, "m": 1e6 if currency else 0.0, "b": 1e9 if currency else 0.0}[word]
        )
        if factor:
            value, precision, end = value * factor, precision * factor, magnitude.end()
    unit = currency
    kind: Kind = "money" if currency else "count"
    if not currency and (percent := _PERCENT.match(text, end)):
        unit, kind, end = "points" if percent["points"] or percent["pp"] else "%", "percent", percent.end()
    elif money := _MONEY.match(text, end):
        named = money["code"] or SYMBOLS.get(money["symbol"] or "") or CURRENCY_WORDS[money["word"].lower()]
        unit, kind, end = currency or named, "money", money.end()
    elif not currency and (measure := _MEASURE.match(text, end)):
        unit, end = MEASURES[measure["word"].lower()], measure.end()
    return Number(value=value, unit=unit, kind=kind, start=start, end=end, precision=precision)


def _fraction(_: str, head: re.Match[str]) -> list[Number]:
    above, below = re.split(r"[\s-]", head[0].lower())
    value = (cardinal([above]) or 0.0) / FRACTIONS[below[:-1]]
    return [Number(value=value, unit=None, kind="count", start=head.start(), end=head.end(), precision=0.01)]


def _spelled(text: str, head: re.Match[str]) -> list[Number]:
    words = list(re.finditer(r"[^\W\d_]+", head[0]))
    while words and (words[-1][0].lower() == "and" or cardinal([word[0].lower() for word in words]) is None):
        words.pop()
    value = cardinal([word[0].lower() for word in words])
    if not words or value is None:
        return []
    start = head.start()
    if words[0][0].lower() in ("a", "an") and text[:start].lower().endswith("half "):
        value, start = value / 2, start - len("half ")
    precision = next(
        size for size in (1e12, 1e9, 1e6, 1e3, 1.0) if size == 1 or (value and value % size == 0)
    )
    number = _with_unit(text, value, precision, start, head.start() + words[-1].end(), None)
    if value == 1 and number.kind == "count":
        return []
    return [number]


def _vague(_: str, head: re.Match[str]) -> list[Number]:
    value = MAGNITUDES[head[0].lower().removesuffix("s")]
    return [
        Number(value=value, unit="about", kind="count", start=head.start(), end=head.end(), precision=value)
    ]


def _ordinal(text: str, head: re.Match[str]) -> list[Number]:
    tens, _, last = head[0].lower().replace(" ", "-").rpartition("-")
    if head[0][0].isupper() and text[head.end() : head.end() + 1] == ",":
        return []
    if head[0].lower() == "second" and not _BEFORE_SECOND.search(text[: head.start()][-8:]):
        return []
    value = ORDINALS[last] + (cardinal([tens]) or 0.0 if tens else 0.0)
    return [Number(value=value, unit=None, kind="ordinal", start=head.start(), end=head.end())]


_BEFORE_SECOND: Final = re.compile(r"\b(?:the|a|his|her|its|their|our|this|’s|'s)\s\Z", re.IGNORECASE)
_RANGE: Final = re.compile(r"\s?[-–—]\s?|\sto\s|\s(?P<weak>and|or)\s")
_READERS: Final[dict[str, Callable[[str, re.Match[str]], list[Number]]]] = {
    "iso": _iso,
    "day_month": _day_and_month,
    "month_day": _day_and_month,
    "clock": _clock,
    "slashed": _slashed,
    "name": _designation,
    "digits": _in_digits,
    "fraction": _fraction,
    "ordinal": _ordinal,
    "spelled": _spelled,
    "vague": _vague,
}


def _spread_over_ranges(text: str, numbers: list[Number]) -> list[Number]:
    """Give one end of a range what only the other is written with: ``$2-3 billion``, ``2 to 3 %``."""
    for at in range(len(numbers) - 2, -1, -1):
        low, high = numbers[at], numbers[at + 1]
        joint = _RANGE.fullmatch(text, low.end, high.start)
        if (
            not joint
            or low.kind not in ("count", "money", "year")
            or high.kind not in ("count", "money", "percent")
        ):
            continue
        between = not joint["weak"] or re.search(
            r"\b(?:between|from)\s\S*\Z", text[: low.end][-24:], re.IGNORECASE
        )
        written = re.match(r"\D*[\d.,]+", text[low.start : low.end])
        bare = bool(written) and low.start + (written.end() if written else 0) == low.end
        factor = _factor(text, high)
        if low.kind == "money" and high.kind == "count" and high.unit is None and between:
            numbers[at + 1] = high = replace(high, kind="money", unit=low.unit)
        if bare and between and factor > 1 and low.value < 1000 and low.kind == high.kind:
            low = replace(low, value=low.value * factor, precision=low.precision * factor)
        if (
            low.kind != "money"
            and low.unit is None
            and (between or high.kind == "percent")
            and high.unit != "about"
        ):
            if high.kind == "money" and bare and factor > 1 and low.value < 1000:
                low = replace(low, value=low.value * factor, precision=low.precision * factor)
            low = replace(low, kind=high.kind if high.unit else low.kind, unit=high.unit)
        numbers[at] = low
    return numbers


def _factor(text: str, number: Number) -> float:
    written = re.match(r"\D*[\d.,]+", text[number.start : number.end])
    magnitude = _MAGNITUDE.match(text, number.start + written.end()) if written else None
    return MAGNITUDES.get((magnitude["word"] or "").lower(), 1.0) if magnitude else 1.0
