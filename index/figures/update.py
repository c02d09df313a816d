"""Looking for a new edition on NATO's topic page, fetching its workbook and keeping it."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from urllib.parse import urljoin, urlsplit

from index.errors import FetchError, FiguresError
from index.figures.figure import Edition, Figure, Release
from index.figures.files import read_figures
from index.figures.store import FigureStore

Fetch = Callable[[str], Awaitable[bytes]]
"""Fetches an address politely; raises `FetchError`."""

_LINK = re.compile(r"""[^\s"'<>()\\]*def-exp-(\d{4})[^\s"'<>()\\]*\.(?:pdf|xlsx)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The newest edition on the topic page: where its workbook may be, best guess first, and its PDF."""

    edition: str
    workbooks: tuple[str, ...]
    pdf: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What a look at the topic page came to: ``message`` in one sentence, ``changes`` one sentence each.

    ``new`` says that something was taken in.
    """

    edition: str
    new: bool
    message: str
    changes: tuple[str, ...] = ()


def newest_edition(page: str, base: str) -> Published:
    """The newest edition that the topic page's HTML links to; ``base`` is the page's address.

    The page names one PDF an edition; the workbook stands beside it, linked or not.

    Raises:
        FiguresError: the page links to no edition.
    """
    found = {(int(match[1]), urljoin(base, match[0])) for match in _LINK.finditer(unescape(page))}
    if not found:
        raise FiguresError(f"{base} links to no edition of the tables (def-exp-YYYY-en): has the page moved?")
    year = max(edition for edition, _ in found)
    links = sorted(url for edition, url in found if edition == year)
    workbooks = [url for url in links if url.lower().endswith(".xlsx")]
    pdfs = [url for url in links if url.lower().endswith(".pdf")]
    for pdf in pdfs:
        workbooks += [pdf[:-4] + ".xlsx", re.sub(r"-en\.pdf$", "-TABLES-en.xlsx", pdf, flags=re.IGNORECASE)]
    return Published(
        edition=str(year),
        workbooks=tuple(dict.fromkeys(url for url in workbooks if url.lower().endswith(".xlsx"))),
        pdf=pdfs[0] if pdfs else None,
    )


async def update(store: FigureStore, fetch: Fetch, page: str, *, today: date) -> Update:
    """Look at the topic page ``page``, and keep the newest edition if it is new or revised.

    Raises:
        FetchError: the page, or the site, cannot be reached.
        FiguresError: the page is not understood, the edition has no workbook, or it is not to be believed.
        StoreError: the database failed.
    """
    published = newest_edition((await fetch(page)).decode("utf-8", "replace"), page)
    content, url = await _workbook(published, fetch)
    releases = read_figures(content, urlsplit(url).path.rsplit("/", 1)[-1], url=url, today=today)
    return keep(store, releases[0])


def keep(store: FigureStore, release: Release) -> Update:
    """Save a release and say what it changed; the same again changes nothing.

    Raises:
        FiguresError: it is not to be believed.
        StoreError: the database failed.
    """
    edition = release.edition
    editions = store.editions(source=edition.source)
    same = next((each for each in editions if each.edition == edition.edition), None)
    before = store.figures(same) if same else ()
    if same and same.whole == edition.whole and not _differences(before, release.figures):
        return Update(edition=edition.edition, new=False, message=f"The {_named(edition)} is here already.")
    remarks = store.save(release)
    if same and same.whole and not edition.whole:
        return Update(
            edition=edition.edition,
            new=False,
            message=f"The {_named(edition)} has all these figures already.",
        )
    previous = next((each for each in editions if int(each.edition) < int(edition.edition)), None)
    changes = [
        *what_changed(before, release),
        *(what_changed(store.figures(previous), release) if previous else ()),
    ]
    count = len({figure.country for figure in release.figures if figure.iso3})
    years = sorted({figure.year for figure in release.figures})
    return Update(
        edition=edition.edition,
        new=True,
        message=f"Taken in: the {_named(edition)}, {len(release.figures):,} figures of {count} countries, "
        f"{years[0]} to {years[-1]}.",
        changes=(*changes, *remarks),
    )


def what_changed(before: Sequence[Figure], release: Release, *, limit: int = 5) -> tuple[str, ...]:
    """The largest revisions of shares of GDP between an edition and a newer one, one sentence each."""
    revised = [
        (abs(new.value - old.value), old, new)
        for old, new in _pairs(before, release.figures)
        if new.metric == "share" and old.value is not None and new.value is not None
    ]
    revised = [each for each in revised if each[0] >= 0.05]
    revised.sort(key=lambda each: -each[0])
    said = [
        f"{new.country} {new.year}: {old.value:.2f} % in the {old.edition} edition as known before, "
        f"{new.value:.2f} % in the {new.edition} edition."
        for _, old, new in revised[:limit]
    ]
    more = len(revised) - limit
    return (*said, f"{more} more shares differ by 0.05 points or more.") if more > 0 else tuple(said)


async def _workbook(published: Published, fetch: Fetch) -> tuple[bytes, str]:
    for url in published.workbooks:
        try:
            content = await fetch(url)
        except FetchError as exc:
            if exc.kind in ("gone", "type") or (exc.kind == "status" and (exc.status or 500) < 500):
                continue  # not here: the next guess
            raise
        if content.startswith(b"PK"):
            return content, url
    where = f" ({published.pdf})" if published.pdf else ""
    raise FiguresError(
        f"The {published.edition} edition is out{where}, but NATO shows no workbook beside it, and a PDF's "
        "tables cannot be read reliably. Import the workbook with --import once it is there."
    )


def _pairs(before: Sequence[Figure], after: Sequence[Figure]) -> list[tuple[Figure, Figure]]:
    new = {(figure.metric, figure.country, figure.year): figure for figure in after}
    keys = [(figure.metric, figure.country, figure.year) for figure in before]
    return [(old, new[key]) for key, old in zip(keys, before, strict=True) if key in new]


def _differences(before: Sequence[Figure], after: Sequence[Figure]) -> bool:
    kept = {(f.metric, f.country, f.year): (f.value, f.estimate) for f in before}
    return any(kept.get((f.metric, f.country, f.year), ...) != (f.value, f.estimate) for f in after)


def _named(edition: Edition) -> str:
    return f"{edition.edition} edition of {edition.source.upper()}'s tables"
