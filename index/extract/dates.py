"""Dates as sources write them, read strictly: a day, a month and a year, or nothing."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier januari enero gennaio janeiro stycznia січня января",
            "february feb februar février februari febrero febbraio fevereiro lutego лютого февраля",
            "march mar märz mars maart marzo março marca березня марта",
            "april apr avril abril aprile kwietnia квітня апреля",
            "may mai mei mayo maggio maio maja maj травня мая",
            "june jun juni juin junio giugno junho czerwca червня июня",
            "july jul juli juillet julio luglio julho lipca липня июля",
            "august aug août augustus augusti agosto sierpnia серпня августа",
            "september sep sept septembre septiembre settembre setembro września вересня сентября",
            "october oct okt oktober octobre octubre ottobre outubro października жовтня октября",
            "november nov novembre noviembre novembro listopada листопада ноября",
            "december dec dez dezember décembre diciembre dicembre dezembro grudnia грудня декабря",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = r"(?P<month>" + "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True)) + r")\.?"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|\.|º)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_WRITTEN = (
    re.compile(rf"\b{_DAY} ?(?:of |de |-)?{_MONTH},?(?: de |-| ){_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH} {_DAY},? {_YEAR}\b", re.IGNORECASE),
    re.compile(rf"(?<!\d){_YEAR}(?P<sign>[-/.])(?P<month>[01]?\d)(?P=sign)(?P<day>[0-3]?\d)(?!\d)"),
)
_POINTED = re.compile(
    r"(?<!\d)(?P<day>[0-3]?\d)(?P<sign>[./-])(?P<month>[01]?\d)(?P=sign)(?P<year>(?:19|20)\d\d)(?!\d)"
)
_ISO = re.compile(r"(?:19|20)\d\d-?[01]\d-?[0-3]\d(?:[T ][0-2]?\d:?[0-5]\d.*)?")
_URL_DAY = re.compile(r"/(?P<year>20\d\d)[/-]?(?P<month>[01]\d|[a-z]{3})[/-]?(?P<day>[0-3]\d)(?=[/_.-]|$)")


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, the time of day with its zone where the source gives both, and the words it was read from."""

    day: date
    at: datetime | None
    evidence: str


def read_moment(value: str) -> Moment | None:
    """The date that ``value`` is (not: that stands somewhere in it), or None.

    ISO 8601, RFC 2822, dates in words, ``23.06.2025``; ``03/04/2025`` is anybody's guess and is not read.
    """
    text = " ".join(value.split())
    if not 6 <= len(text) <= 80:
        return None
    if _ISO.fullmatch(text):
        return _iso(text)
    try:
        return _moment(parsedate_to_datetime(text), text)
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    found = find_date(text)
    if found is None:
        return None
    rest = text.replace(found.evidence, " ")
    beside = re.sub(
        r"\b\d{1,2}[:.h]\d\d(?::\d\d)?\b|\b(?:[ap]\.?m\.?|at|um|uhr|on)\b", " ", rest, flags=re.IGNORECASE
    )
    return found if len(re.findall(r"[^\W\d_]+", beside)) <= 2 and not re.search(r"\d{3}", beside) else None


def read_timestamp(seconds: float) -> Moment | None:
    """The moment so many seconds (or, where only that is plausible, milliseconds) after 1970, in UTC."""
    if seconds > 30_000_000_000:
        seconds /= 1000
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None
    return _moment(at, str(seconds)) if seconds > 100_000_000 else None


def find_date(text: str) -> Moment | None:
    """The first full date in words or figures in ``text``."""
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            if day := _day(match["year"], match["month"], match["day"]):
                return Moment(day, None, match[0])
    for match in _POINTED.finditer(text):
        first, second = int(match["day"]), int(match["month"])
        if match["sign"] == "." or first == second or first > 12:
            day = _day(match["year"], match["month"], match["day"])
        elif second > 12:
            day = _day(match["year"], match["day"], match["month"])
        else:
            continue  # day and month cannot be told apart
        if day:
            return Moment(day, None, match[0])
    return None


def date_in_url(url: str) -> Moment | None:
    """The day in an address such as ``/2025/06/25/`` or ``/2025/jun/25/``."""
    match = _URL_DAY.search(url)
    day = _day(match["year"], match["month"], match["day"]) if match else None
    return Moment(day, None, match[0].strip("/")) if match and day else None


def _iso(text: str) -> Moment | None:
    digits = text[:10].replace("-", "")
    day = _day(digits[:4], digits[4:6], digits[6:8])
    if day is None:
        return None
    try:
        at = datetime.fromisoformat(re.sub(r" (?=(?:[+-]\d|Z))| ?UTC$", "", text, count=1))
    except ValueError:
        at = None
    return Moment(day, at if at is not None and at.tzinfo is not None else None, text)


def _moment(at: datetime, evidence: str) -> Moment | None:
    day = _day(at.year, at.month, at.day)
    return Moment(day, at if at.tzinfo is not None else None, evidence) if day else None


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    number = _MONTHS.get(month.lower()) if isinstance(month, str) and not month.isdigit() else int(month)
    if number is None or not 1900 <= int(year) <= 2100:
        return None
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None
