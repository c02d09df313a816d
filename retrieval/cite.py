"""Citations: a quote with its passage, its article, its speaker, and a link to the place."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote as percent

from index.article import page_at
from index.store.reading import StoredArticle
from retrieval.answer import ArticleRef, Citation
from retrieval.quote import Quote, passage_around, row_context
from retrieval.select import Selection
from retrieval.speech import Discourse

Articles = Mapping[str, tuple[StoredArticle, str]]
ReadingRoom = Callable[[str, int, int], str]
"""An article's id, and the first character of a part and the one after its last, to an address."""

_FRAGMENT_WORDS = 5


class Citer:
    """Makes citations. ``reading_room`` is the address there of an article's part, if it can be reached."""

    def __init__(self, reading_room: ReadingRoom | None = None) -> None:
        self._reading_room = reading_room

    def citations(self, selection: Selection, articles: Articles) -> tuple[Citation, ...]:
        """The selected quotes, numbered from 1."""
        return tuple(
            self._citation(number, one, articles, selection.also.get(number - 1, ()))
            for number, one in enumerate(selection.quotes, start=1)
        )

    def _citation(self, number: int, one: Quote, articles: Articles, also: Sequence[str]) -> Citation:
        article, text = articles[one.ranked.candidate.passage.article_id]
        quote = text[one.start : one.end]
        context: str | None
        if one.table is not None:
            start, end = one.start, one.end
            context = row_context(text, one.table, (one.start, one.end))
            speaker, speech = None, None
        else:
            start, end = passage_around(text, one.start, one.end)
            discourse = Discourse(text)
            said = discourse.attribution(one.start, one.end)
            speaker, speech = said.speaker, said.speech
            context = discourse.pronoun_context(one.start, one.end)
        return Citation(
            n=number,
            quote=quote,
            passage=text[start:end],
            start=one.start,
            end=one.end,
            context=context,
            speaker=speaker,
            speech=speech,
            also=tuple(also),
            page=page_at(article.page_starts, one.start),
            article=self._reference(article, quote, one),
        )

    def _reference(self, article: StoredArticle, quote: str, one: Quote) -> ArticleRef:
        return ArticleRef(
            id=article.id,
            title=article.title,
            publisher=article.publisher,
            published=article.published,
            url=article.url,
            link=self._link(article, quote, one),
            source=article.source,
            external_id=article.external_id,
        )

    def _link(self, article: StoredArticle, quote: str, one: Quote) -> str | None:
        """To the quote itself: a text fragment or a PDF's page, else the reading room, else nothing."""
        if article.url and (page := page_at(article.page_starts, one.start)):
            return f"{article.url.split('#')[0]}#page={page}"  # RFC 8118
        if article.url:
            return f"{article.url.split('#')[0]}#:~:text={text_fragment(quote)}"
        return self._reading_room(article.id, one.start, one.end) if self._reading_room else None


def text_fragment(quote: str) -> str:
    """The quote as a URL's text fragment (WICG Scroll To Text Fragment): its first and last words."""
    words = quote.split()
    if len(words) <= 2 * _FRAGMENT_WORDS:
        return _encoded(" ".join(words))
    return f"{_encoded(' '.join(words[:_FRAGMENT_WORDS]))},{_encoded(' '.join(words[-_FRAGMENT_WORDS:]))}"


def _encoded(text: str) -> str:
    return percent(text, safe="").replace("-", "%2D")
