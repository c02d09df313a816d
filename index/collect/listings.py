"""Visits to sources: their lists are read, and what they list is noted as pages to be visited."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from index.article import Article, Failure
from index.collect.claims import Claimant
from index.collect.discovery import customary_feeds, customary_sitemaps, feeds_of, is_front, lists_archives
from index.collect.feeds import Item, Listing, read_listing
from index.collect.fetch import Fetched, Fetcher
from index.collect.pages import Pages
from index.collect.sources import Source, Sources
from index.collect.visit import judge
from index.errors import FetchError, SourceError
from index.extract import read_bytes
from index.extract.urls import canonical_url

RECENT = timedelta(days=30)
"""How far back a site's sitemaps are read that nobody named."""
_ARCHIVE = 10
"""Pages of an archived feed that are followed at the first visit."""
_MOST_LISTS = 1_000
_DEEPEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """What a visit to a source brought."""

    new: int = 0
    """Pages that are new or say that they have changed."""
    unchanged: bool = False
    """Whether the site said so itself (304), or the same page came again."""
    failures: tuple[Failure, ...] = ()


class Listings:
    """Visits sources. ``clock`` gives the time in UTC."""

    def __init__(
        self, fetcher: Fetcher, sources: Sources, pages: Pages, *, clock: Callable[[], datetime]
    ) -> None:
        self._fetcher = fetcher
        self._sources = sources
        self._pages = pages
        self._clock = clock

    async def register(self, url: str, claimant: Claimant) -> tuple[Source, Visited]:
        """Find out what an address is, and make it a source that is visited from now on.

        A page is fetched here, and waits to be taken in; of anything else the lists are read.

        Raises:
            SourceError: it cannot be fetched, or a site lists nothing; a FetchError says which kind.
            StoreError: the database failed.
        """
        try:
            fetched = await self._fetcher.fetch(url)
        except FetchError as exc:
            await asyncio.to_thread(self._note_failure, url, exc, claimant)
            raise
        address = canonical_url(fetched.url) or fetched.url
        content = fetched.content or b""
        listing = await asyncio.to_thread(
            read_listing, content, url=fetched.final_url, media_type=fetched.content_type
        )
        if listing is not None:
            source = await asyncio.to_thread(
                self._sources.add,
                address,
                "sitemap" if listing.kind in {"sitemap", "index"} else "feed",
                title=listing.title,
                now=self._clock(),
            )
            return source, await self._take(source, fetched, listing)
        if is_front(fetched.final_url) or await asyncio.to_thread(_is_section, content, fetched):
            return await self._register_site(address, fetched)
        source = await asyncio.to_thread(self._sources.add, address, "page", now=self._clock())
        new = await asyncio.to_thread(self._receive, source, address, fetched, claimant)
        return source, Visited(new=int(new), unchanged=not new)

    async def visit(self, source: Source) -> Visited:
        """Read what a source lists now, unless the site says that nothing has changed.

        Raises:
            SourceError: it cannot be fetched or is no list any more; that is written down too.
            StoreError: the database failed.
        """
        try:
            fetched = await self._fetcher.fetch(
                source.url,
                etag=source.etag,
                last_modified=source.last_modified,
                validators_of=source.validators_of,
            )
            if fetched.content is None:
                await asyncio.to_thread(
                    self._sources.visited, source, fetched, changed=False, now=self._clock()
                )
                return Visited(unchanged=True)
            if source.kind == "site":
                return await self._take_site(source, fetched)
            listing = await asyncio.to_thread(
                read_listing, fetched.content, url=fetched.final_url, media_type=fetched.content_type
            )
            if listing is None:
                raise SourceError(source.url, "It is neither a feed nor a sitemap.")  # noqa: TRY301 - as any other
            return await self._take(source, fetched, listing)
        except SourceError as exc:
            await asyncio.to_thread(self._sources.failed, source, exc, now=self._clock())
            raise

    async def _take(self, source: Source, fetched: Fetched, listing: Listing) -> Visited:
        first = source.checked_at is None
        failures = list(listing.failures)
        new = await asyncio.to_thread(self._note, source, listing)
        onward, followed = listing.next, 0
        while first and onward and followed < _ARCHIVE:
            try:
                older = await self._fetcher.fetch(onward)
                page = read_listing(older.content or b"", url=older.final_url, media_type=older.content_type)
            except SourceError as exc:
                failures.append(Failure(source=exc.source, reason=exc.reason))
                break
            followed += 1
            if page is None:
                break
            new += await asyncio.to_thread(self._note, source, page)
            failures += page.failures
            onward = page.next
        await asyncio.to_thread(
            self._sources.visited,
            source,
            fetched,
            changed=new > 0,
            now=self._clock(),
            listed=len(listing.items) + len(listing.lists),
            title=listing.title,
        )
        return Visited(new=new, failures=tuple(failures))

    def _note(self, source: Source, listing: Listing) -> int:
        now = self._clock()
        since = now - RECENT
        wanted = [
            each
            for each in listing.items
            if not is_front(each.url) and (not source.recent or _appeared_after(each, since))
        ]
        new = self._pages.note_listed(source.id, wanted, now=now)
        if listing.lists and self._sources.depth(source) >= _DEEPEST:
            raise SourceError(source.url, "It is a list of lists of lists, which is not followed.")
        for child in listing.lists[:_MOST_LISTS]:
            if lists_archives(child.url):
                continue
            if source.recent and not _appeared_after(child, since):
                continue
            known = self._sources.find(child.url)
            if known is None:
                self._sources.add(child.url, "sitemap", parent=source.id, recent=source.recent, now=now)
                new += 1
            elif known.checked_at and child.modified and _appeared_after(child, known.checked_at):
                self._sources.make_due(known, now=now)
        return new

    async def _register_site(self, address: str, fetched: Fetched) -> tuple[Source, Visited]:
        known = await asyncio.to_thread(self._sources.find, address)
        feeds, sitemaps = await self._lists_of(fetched)
        if known is None and not feeds and not sitemaps:
            raise SourceError(
                address, "The site has neither a feed nor a sitemap; give the address of one, or of articles."
            )
        source = await asyncio.to_thread(self._sources.add, address, "site", now=self._clock())
        return source, await asyncio.to_thread(self._adopt, source, fetched, feeds, sitemaps)

    async def _take_site(self, source: Source, fetched: Fetched) -> Visited:
        feeds, sitemaps = await self._lists_of(fetched)
        return await asyncio.to_thread(self._adopt, source, fetched, feeds, sitemaps)

    def _adopt(self, source: Source, fetched: Fetched, feeds: list[str], sitemaps: list[str]) -> Visited:
        found = 0
        for address in feeds + sitemaps:
            if self._sources.find(address) is None:
                of_sitemaps = address not in feeds
                self._sources.add(
                    address,
                    "sitemap" if of_sitemaps else "feed",
                    parent=source.id,
                    recent=of_sitemaps,
                    now=self._clock(),
                )
                found += 1
        self._sources.visited(
            source, fetched, changed=found > 0, now=self._clock(), listed=len(feeds) + len(sitemaps)
        )
        return Visited(new=found)

    async def _lists_of(self, front: Fetched) -> tuple[list[str], list[str]]:
        """The feeds and sitemaps of a site: as it says, else where they usually are."""
        feeds = list(await asyncio.to_thread(feeds_of, front.content or b"", url=front.final_url))
        named = (await self._fetcher.rules(front.final_url)).sitemaps()
        sitemaps = [address for each in named if (address := canonical_url(each, base=front.final_url))]
        if not feeds:
            feeds = await self._first_list(customary_feeds(front.final_url))
        if not sitemaps:
            sitemaps = await self._first_list(customary_sitemaps(front.final_url))
        return feeds, sitemaps

    async def _first_list(self, candidates: tuple[str, ...]) -> list[str]:
        for candidate in candidates:
            try:
                fetched = await self._fetcher.fetch(candidate)
                listing = read_listing(
                    fetched.content or b"", url=fetched.final_url, media_type=fetched.content_type
                )
            except FetchError as exc:
                if exc.kind in {"resting", "busy", "network"}:
                    raise
                continue
            except SourceError:
                continue
            if listing is not None:
                return [canonical_url(fetched.final_url) or candidate]
        return []

    def _receive(self, source: Source, address: str, fetched: Fetched, claimant: Claimant) -> bool:
        """Put a page that is no list where it is taken in; whether it is new or has changed."""
        now = self._clock()
        page = self._pages.claim_one(claimant, address, source.id, now=now)
        if page is None:
            return False
        verdict = judge(page, fetched, now=now)
        self._pages.write([(page, verdict)], now=now)
        return verdict.received is not None

    def _note_failure(self, url: str, error: FetchError, claimant: Claimant) -> None:
        """Write down at a page that is known that it could not be had; who asks for it looks at it, too."""
        known = self._sources.find(canonical_url(url) or url)
        if known is None or known.kind != "page":
            return
        now = self._clock()
        page = self._pages.claim_one(claimant, known.url, known.id, now=now)
        if page is not None:
            self._pages.write([(page, judge(page, error, now=now))], now=now)


def _appeared_after(item: Item, since: datetime) -> bool:
    """Whether an entry is of that day or later, or does not say."""
    moments = [moment for moment in (item.modified, item.published) if moment is not None]
    return not moments or any((m.at >= since) if m.at else (m.day >= since.date()) for m in moments)


def _is_section(content: bytes, fetched: Fetched) -> bool:
    """Whether a page holds no article and points to feeds."""
    if not feeds_of(content, url=fetched.final_url):
        return False
    read = read_bytes(content, source=fetched.url, media_type=fetched.content_type, url=fetched.final_url)
    return not any(isinstance(each, Article) for each in read)
