"""What stands above and at the start of an article's text: title, byline, date, dateline, publisher.

Nothing is guessed: the date of a photograph, or of a report that the article cites, is not the article's.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from index.article import DateSource
from index.extract.dates import Moment, find_date, read_moment
from index.extract.furniture import (
    is_age,
    is_furniture,
    is_navigation,
    is_picture_credit,
    is_reporters_credit,
    reporters,
    without_credit,
)
from index.extract.lines import (
    capitalised,
    is_bullet,
    is_headline,
    is_name,
    is_paragraph,
    is_quote,
    names_in,
    table_lines,
    words,
)

_REGION = 14
"""How many lines from the top may be title, byline and date."""

_READING_TIME = re.compile(r"[\s·•|,–-]{0,5}\b\d{1,3}[\s-]*min(?:ute)?s?\.?[\s-]*read\b.*$", re.IGNORECASE)
_MEDIA = re.compile(
    r"\b(?:news|times|post|herald|tribune|press|media|network|journal|gazette|daily|today|online|agency|"
    r"magazine|guardian|independent|telegraph|chronicle|observer|standard|reuters|afp|dpa|upi|tass|ansa|bbc|"
    r"cnn|tv|radio)\b",
    re.IGNORECASE,
)
_DESK = re.compile(
    r"\b(?:desk|staff|newsroom|editors?|team|correspondents?|reporters?|writers?|admin|web)\b", re.IGNORECASE
)
_BY = re.compile(
    r"(?:written |posted |story |report(?:ed)? |words )?(?:by|von|par|por|di|door|автор)\s*:?\s+",
    re.IGNORECASE,
)
_DATE_LABEL = (
    r"(?:first |originally |last )?(?P<label>published|posted|updated|modified|created|date|published on|"
    r"publication date|veröffentlicht|stand|publié|publicado|aktualisiert|mis à jour|actualizado|"
    r"опубліковано)(?: on| at| le| el| am)?\s*[:\-–]?\s*"
)
_LABELLED_DATE = re.compile(_DATE_LABEL, re.IGNORECASE)
_TIME_WORDS = re.compile(
    r"\b(?:\d{1,2}[:.h]\d\d(?::\d\d)?|\d{1,2}|[ap]\.?m\b\.?|at|on|um|uhr|(?:mon|tues?|wed(?:nes)?|"
    r"thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)\b",
    re.IGNORECASE,
)
_UPDATES = ("updated", "modified", "aktualisiert", "mis à jour", "actualizado")
_THIS_APPEARED = re.compile(
    r"\bthis (?:article|story|post|report|piece) (?:was|has been|is) (?:first |originally )?(?:published|"
    r"posted) (?:on|at)?\s*",
    re.IGNORECASE,
)
_PLACE = r"[^\W\d_][\w .’'\-]{1,40}(?:[,/] ?[^\W\d_][\w .’'\-]{1,30})?"
_DATELINE = re.compile(
    rf"(?P<place>{_PLACE}?)"
    r"(?:[,.]? (?P<when>(?:[^\W\d_]{3,10}\.? )?\d{1,2}\.?(?:st|nd|rd|th)?(?: [^\W\d_]{3,10}\.?)?(?:,? (?:19|"
    r"20)\d\d)?|(?:19|20)\d\d-\d\d-\d\d))?"
    r"(?:,? ?(?:\((?P<agency>[^()/•|]{2,40})\)|/(?P<slashed>[^()/•|]{2,40})/|"
    r"[•|] (?P<dotted>[^()/•|.–—―]{2,40}?)))?"
    r"\s?(?P<end>[.:–—―-]|(?<=\)))\s?(?=[“„\"«'‘A-ZÀ-ÞА-ЯІЇЄҐ])"
)
_AGENCY_ALONE = re.compile(r"\((?P<agency>[A-Z][\w .&-]{1,30})\)\s?[–—―-]?\s?(?=[“\"'‘A-Z])")


@dataclass(frozen=True, slots=True)
class Head:
    """What was read above the text and in its first words."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: date | None = None
    published_at: datetime | None = None
    date_source: DateSource | None = None
    date_evidence: str | None = None
    modified: datetime | None = None

    def dated(self, moment: Moment, source: DateSource, evidence: str) -> "Head":
        """The same with a date, unless it has one already."""
        if self.published is not None:
            return self
        return replace(
            self,
            published=moment.day,
            published_at=moment.at,
            date_source=source,
            date_evidence=evidence[:200],
        )


def read_head(lines: list[str], *, titled: bool = True) -> tuple[Head, list[str]]:
    """The head, and the lines of the text without it. ``titled`` false: do not take any line for a title."""
    head, used = Head(), set[int]()
    if titled and (at := _title_at(lines)) is not None:
        head = replace(head, title=lines[at])
        used.update(range(at + 1))  # furniture and the labels of sections
    head, used = _read_bylines(head, lines, used)
    body = [line for number, line in enumerate(lines) if number not in used]
    return _read_foot(_read_dateline(head, body), body)


def publisher_in_dateline(line: str) -> str | None:
    """``BERLIN (Realist English). The …``: the agency or paper that a first paragraph names as its own."""
    return _dateline(line)[0]


def _title_at(lines: list[str]) -> int | None:
    """Which line is the title: the first headline, with nothing above it but furniture and labels."""
    labels = 0
    rows = table_lines(lines)
    for number, line in enumerate(lines[:_REGION]):
        if not line or is_furniture(line) or is_picture_credit(line) or _is_names(line):
            continue
        if is_date_line(line) or (is_navigation(line) and number not in rows):
            continue
        below = next((other for other in range(number + 1, len(lines)) if lines[other]), None)
        if below is None or below in rows or number in rows or not is_headline(line):
            return None
        if is_paragraph(line) or _is_byline(line) or _dateline(line) != (None, None):
            return None
        count = sum(not word.isdigit() for word in words(line))
        if count >= 4 or (count == 3 and labels == 0 and capitalised(line) > 0.5 and not is_name(line)):
            return number
        labels += 1
        if labels > 3:
            return None
    return None


def _read_bylines(head: Head, lines: list[str], used: set[int]) -> tuple[Head, set[int]]:
    """Reads the short lines between the title and the first paragraph, and says which of them are used up."""
    used = set(used)
    rows = table_lines(lines)
    region = [number for number in range(min(len(lines), _REGION)) if number not in used]
    for place, number in enumerate(region):
        line = lines[number]
        below = next((lines[other] for other in region[place + 1 :] if lines[other]), "")
        if is_paragraph(line) and not _is_byline(line) and not is_date_line(line):
            break
        if not line or number in rows or is_bullet(line) or is_picture_credit(line):
            continue
        if is_date_line(line):
            head = _with_date_line(head, line)
        elif _is_byline(line):
            head = _with_byline(head, line)
        elif _is_names(line) or (is_name(line) and (is_date_line(below) or _is_paper(below))):
            for name in names_in(line.partition(",")[0]) if _MEDIA.search(line) else names_in(line):
                head = _with_name(head, name)
        elif number > 0 and _is_bare_byline(
            line, [lines[other] for other in region if other != number], head
        ):
            head = _with_name(head, _READING_TIME.sub("", line).strip(" |·•-–"))
        elif not (is_furniture(line) or is_age(line)):
            continue
        used.add(number)
    return head, used


def _is_names(line: str) -> bool:
    """Several names, or one with the paper it writes for: a byline without "By"."""
    name, _, paper = line.partition(", ")
    return len(names_in(line)) >= 2 or (
        is_name(name) and 0 < len(words(paper)) <= 4 and _MEDIA.search(paper) is not None
    )


def _is_bare_byline(line: str, others: list[str], head: Head) -> bool:
    """A name without "By": beside a reading time, given twice, or that of a paper below a title."""
    bare = _READING_TIME.sub("", line).strip(" |·•-–")
    if not bare or len(words(bare)) > 6 or is_quote(line) or not is_headline(bare):
        return False
    timed = _READING_TIME.search(line) is not None
    again = any(other.startswith(bare) and (other == line or _READING_TIME.search(other)) for other in others)
    return timed or again or (bool(head.title or head.authors) and _is_paper(line))


def _is_paper(line: str) -> bool:
    """A line of few words that is the name of a paper or an agency."""
    return (
        len(words(line)) <= 5 and _MEDIA.search(line) is not None and is_headline(line) and not is_quote(line)
    )


def _is_byline(line: str) -> bool:
    match = _BY.match(line)
    if match is None or len(words(line)) > 24 or line.endswith((".", "?", "!")):
        return False
    name = re.split(r"[|•·,–]|\s-\s", line[match.end() :])[0].strip()
    return bool(name) and (
        is_name(name) or (len(words(name)) <= 4 and all(part[0].isupper() for part in name.split()))
    )


def _with_byline(head: Head, line: str) -> Head:
    match = _BY.match(line)
    parts = [
        part.strip()
        for part in re.split(r"[|•·–]|\s-\s", line[match.end() if match else 0 :])
        if part.strip()
    ]
    names = re.split(r",\s*|\s+(?:and|und|et|y|e|&)\s+", _READING_TIME.sub("", parts[0]))
    for name in filter(None, names):
        if find_date(name) is None:
            head = _with_name(head, name)
    return _with_date_line(head, line) if find_date(line) else head


def _with_name(head: Head, name: str) -> Head:
    if (_MEDIA.search(name) and not _DESK.search(name)) or (
        name.isupper() and len(name) > 3 and not is_name(name)
    ):
        return head if head.publisher else replace(head, publisher=name)
    if _DESK.search(name) or not is_name(name) or name in head.authors:
        return head
    return replace(head, authors=(*head.authors, name))


def is_date_line(line: str) -> bool:
    """A line that is a date, with a label, a time or an author beside it at most."""
    if len(line) > 120 or is_picture_credit(line) or is_bullet(line):
        return False
    moment = find_date(line) or read_moment(line)
    if moment is None:
        return False
    labelled = _LABELLED_DATE.search(line) is not None
    rest = _LABELLED_DATE.sub(" ", line.replace(moment.evidence, " "), count=1)
    rest = _TIME_WORDS.sub(" ", _READING_TIME.sub(" ", rest))
    left = len([word for word in words(rest) if len(word) > 4 or not word.isupper()])
    if _BY.match(line):
        return left <= 10
    # More beside a date than a label or a section makes it a caption, a headline or a sentence.
    return not line.endswith((".", "?", "!", ")")) and left <= (
        4 if labelled or re.search("[|·•]", line) else 1
    )


def _with_date_line(head: Head, line: str) -> Head:
    # "Published 5 April 2025 | Updated 6 April 2025" is two.
    for part in re.split(r"[|•·;]|(?=\b(?:last )?updated\b)|(?=\bpublished\b)", line, flags=re.IGNORECASE):
        label = _LABELLED_DATE.search(part)
        moment = read_moment(part[label.end() :] if label else part) or find_date(part)
        if moment is None:
            continue
        if label and label["label"].lower().startswith(_UPDATES):
            if moment.at is not None:
                head = replace(head, modified=moment.at)
        else:
            head = head.dated(moment, "byline", line)
    return head


def _read_dateline(head: Head, body: list[str]) -> Head:
    first = next((line for line in body if line and is_paragraph(line) and not is_bullet(line)), None)
    if first is None:
        return head
    agency, when = _dateline(first)
    if agency and head.publisher is None:
        head = replace(head, publisher=agency)
    return head.dated(when, "dateline", first[:120]) if when else head


def _dateline(line: str) -> tuple[str | None, Moment | None]:
    """Publisher and date of a dateline at the start of ``line``."""
    if match := _AGENCY_ALONE.match(line):
        return (match["agency"], None) if match["agency"].isupper() else (None, None)
    match = _DATELINE.match(line)
    if match is None:
        return None, None
    place, agency = (
        match["place"].strip(),
        (match["agency"] or match["slashed"] or match["dotted"] or "").strip(),
    )
    # A place is in capitals, or else followed by a name that is no abbreviation of it: "European Union (EU)".
    capitals = re.split(r"[,/]", place)[0].isupper()
    initials = "".join(word[0] for word in words(place) if word.lower() != "the").lower()
    if not capitals and (
        len(words(place)) > 4 or capitalised(place) < 1.0 or (agency and agency.lower() == initials)
    ):
        return None, None
    if not capitals and agency and not agency.isupper() and match["end"] not in (".", "–", "—", "―", "-"):
        return None, None
    if re.search(r"\d", agency) or len(words(agency)) > 5 or (agency.isupper() and len(agency) > 12):
        agency = ""
    if agency and not (agency[0].isupper() or (agency.islower() and len(agency) <= 4)):
        agency = ""
    return agency or None, find_date(match["when"] or "")


def _read_foot(head: Head, body: list[str]) -> tuple[Head, list[str]]:
    """Reads and takes out reporters' credits and sentences that say when this article appeared."""
    kept: list[str] = []
    for number, line in enumerate(body):
        last = number >= len(body) - 12
        if is_reporters_credit(line) or (line != without_credit(line)):
            head = head if head.authors else replace(head, authors=reporters(line))
            line = "" if is_reporters_credit(line) else without_credit(line)
        elif match := _THIS_APPEARED.search(line) if len(line) < 400 else None:
            if moment := find_date(line[match.end() : match.end() + 30]):
                head = head.dated(moment, "text", line)
        elif last and line and _LABELLED_DATE.match(line) and is_date_line(line):
            head, line = _with_date_line(head, line), ""
        kept.append(line)
    return head, kept
