"""Which quotes an answer shows: each story once, spread over articles, the newest first if asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.store.reading import StoredArticle
from retrieval.quote import Quote
from retrieval.understand import Query

Articles = Mapping[str, tuple[StoredArticle, str]]

_PER_ARTICLE = 3
_AGAIN = 0.6
"""What a quote's score keeps for each quote of the same article that stands before it."""
_SPREAD = 60
"""So many of the best are put in that order; behind them nobody is looked for once there are enough."""
_ANSWERS_TOO = 0.6
"""A quote with this share of the best one's score is taken to answer as well."""


@dataclass(slots=True)
class Selection:
    """Quotes in the order to show them; ``also`` names by quote the other publishers of the same story."""

    quotes: list[Quote]
    also: dict[int, tuple[str, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def selected(query: Query | None, ranked: Sequence[Quote], articles: Articles, *, count: int) -> Selection:
    """At most ``count`` of the ``ranked`` quotes, none overlapping another, no story told twice.

    Without a ``query`` they stay in the order of the ranking.
    """
    ordered = _ordered(query, ranked) if query is not None else list(ranked)
    said = _Said(articles)
    chosen: list[Quote] = []
    copies: dict[int, set[str]] = {}
    per_article: dict[str, int] = {}
    stories: dict[str, int] = {}
    limit = 1 if query is not None and query.wants == "digest" else _PER_ARTICLE
    for place, one in enumerate(ordered):
        if len(chosen) == count and place >= _SPREAD:
            break
        quote = _first_told(one, ordered, said) if query is None or not query.publishers else one
        article = _article(quote)
        story = story_of(quote)
        if any(_overlap(quote, other) for other in chosen):
            continue
        same = next((other for other in chosen if said.alike(quote, other)), None)
        if same is not None or (story in stories and article not in per_article):
            key = id(same) if same is not None else stories[story]
            name = articles[article][0].publisher
            if name and article not in per_article:
                copies.setdefault(key, set()).add(name)
            continue
        if len(chosen) == count or per_article.get(article, 0) >= limit:
            continue
        chosen.append(quote)
        per_article[article] = per_article.get(article, 0) + 1
        stories.setdefault(story, id(quote))
    also = {
        place: tuple(sorted(copies.get(id(quote), set()) - {_publisher(quote, articles)}))
        for place, quote in enumerate(chosen)
    }
    return Selection(chosen, also)


def carried(
    selection: Selection, carriers: Mapping[str, Sequence[StoredArticle]], articles: Articles
) -> Selection:
    """The selection, with the publishers of all ``carriers`` of its stories, found or not.

    ``carriers`` are by the original of their story.
    """
    also = dict(selection.also)
    told: set[str] = set()
    for place, quote in enumerate(selection.quotes):
        story = story_of(quote)
        if story not in told:  # said once, though two quotes be of one story
            names = {one.publisher for one in carriers.get(story, ()) if one.publisher}
            also[place] = tuple(sorted({*also.get(place, ()), *names} - {_publisher(quote, articles)}))
        told.add(story)
    return Selection(selection.quotes, also, selection.notes)


def story_of(quote: Quote) -> str:
    """The original of the story that a quote is from."""
    passage = quote.ranked.candidate.passage
    return passage.original or passage.article_id


class _Said:
    """The words of quotes, folded once each."""

    def __init__(self, articles: Articles) -> None:
        self._articles = articles
        self._words: dict[int, str] = {}

    def alike(self, one: Quote, other: Quote) -> bool:
        """Whether two articles say the same in the same words."""
        if one.ranked.candidate.passage.article_id == other.ranked.candidate.passage.article_id:
            return False
        mine, theirs = self._of(one), self._of(other)
        return mine in theirs or theirs in mine

    def _of(self, quote: Quote) -> str:
        words = self._words.get(id(quote))
        if words is None:
            text = self._articles[quote.ranked.candidate.passage.article_id][1]
            words = self._words[id(quote)] = " ".join(text[quote.start : quote.end].split())
        return words


def _first_told(quote: Quote, ranked: Sequence[Quote], said: _Said) -> Quote:
    """The same words in the original, where a quote is from a copy of it and the original was found too."""
    original = quote.ranked.candidate.passage.original
    if original is None:
        return quote
    there = (one for one in ranked if one.ranked.candidate.passage.article_id == original)
    return next((one for one in there if said.alike(quote, one)), quote)


def _ordered(query: Query, ranked: Sequence[Quote]) -> list[Quote]:
    """By score; newest first among those that answer where the latest is asked; one of each window first."""
    if not ranked:
        return []
    ordered = list(ranked)
    if query.recency in ("latest", "now"):
        bar = _ANSWERS_TOO * ordered[0].score
        able = [quote for quote in ordered if quote.score >= bar]
        able.sort(key=_newest_first)
        ordered = able + [quote for quote in ordered if quote.score < bar]
    else:
        ordered = _spread(ordered)
    if query.comparison and len(query.windows) > 1:
        firsts = []
        for window in query.windows:
            inside = (
                quote
                for quote in ordered
                if (day := quote.ranked.candidate.passage.published) is not None
                and window.holds(day)
                and quote not in firsts
            )
            firsts += [quote for quote in [next(inside, None)] if quote is not None]
        ordered = firsts + [quote for quote in ordered if quote not in firsts]
    if query.windows and query.window_strict:
        # Those without a date come after those that have one.
        ordered.sort(key=lambda quote: quote.ranked.candidate.passage.published is None)
    return ordered


def _spread(ranked: Sequence[Quote]) -> list[Quote]:
    """By score, in which every quote of an article counts less than the one before it."""
    waiting = list(ranked[:_SPREAD])
    spread: list[Quote] = []
    keeps: dict[str, float] = {}
    while waiting:
        best = max(waiting, key=lambda one: one.score * keeps.get(_article(one), 1.0))
        keeps[_article(best)] = keeps.get(_article(best), 1.0) * _AGAIN
        spread.append(best)
        waiting = [one for one in waiting if one is not best and not _overlap(one, best)]
    chosen = {id(one) for one in spread}
    return spread + [one for one in ranked if id(one) not in chosen]


def _newest_first(quote: Quote) -> tuple[bool, int, float]:
    day = quote.ranked.candidate.passage.published
    return day is None, -day.toordinal() if day else 0, -quote.score


def _overlap(one: Quote, other: Quote) -> bool:
    return _article(one) == _article(other) and one.start < other.end and other.start < one.end


def _article(quote: Quote) -> str:
    return quote.ranked.candidate.passage.article_id


def _publisher(quote: Quote, articles: Articles) -> str | None:
    return articles[quote.ranked.candidate.passage.article_id][0].publisher
