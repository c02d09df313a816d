"""The fields that a source gives besides its text, and the article made of both."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from index.article import Article, DateSource, Failure
from index.extract.clean import clean_line
from index.extract.dates import Moment, read_moment
from index.extract.head import Head
from index.extract.language import language_code, language_of
from index.extract.titles import folded
from index.extract.urls import canonical_url, site_of

_NAMES = {
    "title": "title headline titel titre",
    "url": "url link permalink canonical canonical_url source_url original_url",
    "publisher": "publisher site sitename site_name publication outlet newspaper website",
    "authors": "author authors byline by creator writer writers",
    "published": "published date publisheddate published_at date_published publishdate publication_date "
    "pubdate "
    "datetime created publish_date",
    "modified": "modified updated lastmod last_modified date_modified updated_at last_updated",
    "language": "language lang locale",
    "id": "id guid",
    "source": "source",
}
FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split()}
"""What the usual names of a field mean here."""

MOST_CHARACTERS = 5_000_000
"""The longest text of one article: far over any report, and what the steps after this one stand."""

TOO_LONG = f"holds more than {MOST_CHARACTERS:,} characters, too long for one article; split it up"

_KEY_VALUE = re.compile(r"(?P<key>[A-Za-z][\w \-]{0,30}?)\s*:\s*(?P<value>\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What is known of an article besides its text."""

    title: str | None = None
    url: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    published: date | None = None
    published_at: datetime | None = None
    date_source: DateSource | None = None
    date_evidence: str | None = None
    modified: datetime | None = None
    language: str | None = None
    id: str | None = None

    def completed(self, head: Head) -> "Fields":
        """These, and where they say nothing what the text's head says."""
        dated = self.published is not None
        return replace(
            self,
            title=self.title or head.title,
            publisher=self.publisher or head.publisher,
            authors=self.authors or head.authors,
            published=self.published if dated else head.published,
            published_at=self.published_at if dated else head.published_at,
            date_source=self.date_source if dated else head.date_source,
            date_evidence=self.date_evidence if dated else head.date_evidence,
            modified=self.modified or head.modified,
        )

    def dated(self, moment: Moment | None, source: DateSource, name: str) -> "Fields":
        """These with a date of publication that was read in the field ``name``."""
        if moment is None:
            return self
        evidence = f"{name}: {moment.evidence}"[:200]
        return replace(
            self, published=moment.day, published_at=moment.at, date_source=source, date_evidence=evidence
        )


def article(
    text: str,
    fields: Fields,
    *,
    source: str,
    identity: str,
    url: str | None = None,
    page_starts: Sequence[int] = (),
) -> Article | Failure:
    """The article, or why there is none; ``identity`` is its own where there is no URL."""
    title = clean_line(fields.title) or None if fields.title else None
    whole, text = text, without_title(text, title)
    cut = len(whole) - len(text)
    if not text:
        return Failure(source=source, reason="holds no text to index; check that the right file was given")
    if len(text) > MOST_CHARACTERS:
        return Failure(source=source, reason=TOO_LONG)
    canonical = canonical_url(fields.url or "") or canonical_url(url or "")
    if canonical is None and fields.id is not None:
        identity = f"{source}#{fields.id}"
    return Article(
        identity=canonical or identity,
        source=source,
        text=text,
        title=title,
        url=canonical,
        publisher=fields.publisher or site_of(canonical),
        authors=fields.authors,
        published=fields.published,
        published_at=fields.published_at,
        date_source=fields.date_source,
        date_evidence=fields.date_evidence,
        modified=fields.modified,
        language=fields.language or language_of(text),
        external_id=fields.id,
        page_starts=tuple(max(0, start - cut) for start in page_starts),
    )


def without_title(text: str, title: str | None) -> str:
    """``text`` without the title where its first line only repeats it."""
    if not title:
        return text
    first, _, rest = text.partition("\n")
    return rest.lstrip("\n") if folded(first) == folded(title) and rest.strip() else text


def leading_fields(lines: list[str]) -> tuple[Fields, list[str]]:
    """The ``Title: …`` and ``Date: …`` lines at the top, where there are two or more, and the other lines."""
    found: dict[str, str] = {}
    end = len(lines)
    for number, line in enumerate(lines):
        match = _KEY_VALUE.fullmatch(line)
        field = FIELD_OF.get(match["key"].lower().replace(" ", "_").replace("-", "_")) if match else None
        if field and match and field not in found:
            found[field] = match["value"]
        elif line:
            end = number
            break
    if len(found) < 2 or not ({"title", "url", "published"} & found.keys()):
        return Fields(), lines
    return fields_of(found), lines[end:]


def fields_of(values: dict[str, str]) -> Fields:
    """The fields in what a file's head says in words: ``values`` by the names on the right of FIELD_OF."""
    origin = values.get("source", "")
    url = values.get("url") or (origin if canonical_url(origin) else "")
    publisher = values.get("publisher") or (origin if origin and not canonical_url(origin) else "")
    modified = read_moment(values.get("modified", ""))
    fields = Fields(
        title=clean_line(values.get("title", "")) or None,
        url=url or None,
        publisher=clean_line(publisher) or None,
        authors=author_names(values.get("authors", "")),
        modified=at_midnight(modified) if modified else None,
        language=language_code(values.get("language")),
        id=clean_line(values.get("id", "")) or None,
    )
    return fields.dated(read_moment(values.get("published", "")), "given", "published")


def author_names(value: str) -> tuple[str, ...]:
    """The names in ``By Ann Smith and Bob Jones``, each once."""
    value = re.sub(r"^(?:by|von|par|por)\s+", "", clean_line(value).strip("[]"), flags=re.IGNORECASE)
    names = (name.strip(" \"'") for name in re.split(r"[;,|]\s*|\s+(?:and|und|et|&)\s+", value))
    return tuple(dict.fromkeys(name for name in names if name and "@" not in name and "/" not in name))


def at_midnight(moment: Moment) -> datetime:
    """The moment with a time of day: midnight in UTC where the source gives only the day."""
    return moment.at or datetime.combine(moment.day, time(), tzinfo=UTC)
