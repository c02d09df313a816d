"""The title of an article among the several that its page gives."""

import re
from collections.abc import Sequence

from index.extract.clean import clean_line
from index.extract.urls import site_of

_SEPARATOR = re.compile(r"\s+(?:[|–—•·»«]|-+|::|//|\\\\)\s+|\s?\|\s?")


def choose_title(
    *,
    headings: Sequence[str],
    named: Sequence[str],
    page_title: str | None,
    sites: Sequence[str],
    url: str | None,
) -> str | None:
    """The headline: the ``h1`` that the page's metadata confirm, else what the metadata say, cut.

    ``named`` are the titles in the metadata (og:title, JSON-LD headline), the best known first;
    ``page_title`` is the ``<title>``; ``sites`` are names of the site, which are no part of a headline.
    """
    from rapidfuzz.fuzz import partial_ratio, ratio

    site_names = {folded(site) for site in sites if folded(site)}
    meta = [title for title in map(clean_line, named) if title and folded(title) not in site_names]
    documents = [title for title in [clean_line(page_title or "")] if title]
    evidence = meta or documents

    def support(heading: str) -> float:
        found = folded(heading)
        similar = (
            max(ratio(found, folded(title)), 0.95 * _covered(found, folded(title))) for title in evidence
        )
        return max(similar, default=0.0)

    candidates = [
        heading
        for heading in dict.fromkeys(map(clean_line, headings))
        if len(folded(heading)) >= 4 and folded(heading) not in site_names and len(heading) <= 300
    ]
    if candidates:
        best = max(candidates, key=support)
        alone = len(candidates) == 1 and len(best.split()) >= 4
        if support(best) >= (55 if alone or not evidence else 65) or not evidence:
            return best
        if alone and max(partial_ratio(folded(best), folded(title)) for title in evidence) >= 70:
            return best
    for title in (*meta, *documents):
        if cut := without_site(title, url=url, sites=sites, others=(*meta, *documents)):
            return cut
    return candidates[0] if candidates else None


def without_site(
    title: str, *, url: str | None, sites: Sequence[str] = (), others: Sequence[str] = ()
) -> str:
    """``title`` without the name of the site before or after a separator.

    What counts as the site's name: one of ``sites``, what resembles the host of ``url``, and what
    ``title`` has more than another title of the same page.
    """
    site = folded((site_of(url) or "").rsplit(".", 1)[0])
    known = {folded(name) for name in sites if folded(name)}
    while True:
        cuts = list(_SEPARATOR.finditer(title))
        if not cuts:
            return title.strip()
        front, back = title[: cuts[-1].start()].strip(), title[cuts[-1].end() :].strip()
        head, tail = title[: cuts[0].start()].strip(), title[cuts[0].end() :].strip()
        if front and (
            _names_site(back, site, known) or any(folded(front) == folded(other) for other in others)
        ):
            title = front
        elif tail and _names_site(head, site, known):
            title = tail
        else:
            return title.strip()


def folded(text: str) -> str:
    """Letters and digits alone, in one case: what titles and names are compared by."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _names_site(part: str, site: str, known: set[str]) -> bool:
    name = folded(part)
    if not name:
        return True
    if name in known or any(
        len(name) > 3 and (name in other or other in name) for other in known if len(other) > 3
    ):
        return len(part.split()) <= 8
    bare = re.sub(r"^the|(?:com|org|net|news|blog|magazine)$", "", name)
    initials = "".join(word[0] for word in part.split()).casefold()
    return (
        bool(site)
        and len(part.split()) <= 6
        and (
            name in site
            or site in name
            or (len(bare) > 3 and bare in site)
            or (len(initials) > 2 and initials == site)
        )
    )


def _covered(heading: str, title: str) -> float:
    """100 where a long heading stands whole in the title, as it does when the site's name follows."""
    return 100.0 if len(heading) >= 12 and heading in title else 0.0
