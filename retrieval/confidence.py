"""How likely it is that the best quote answers: whether to answer or to refuse.

A near miss (the right topic without the fact) is the hard case, so what counts is whether the question's
names and rare words stand in the sentence or near it, and the kind of thing that is wanted, not nearness
alone.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.countries import gazetteer
from retrieval.closer import CLOSER_FEATURES
from retrieval.quote import Quote
from retrieval.quote_measures import QUOTE_FEATURES
from retrieval.rank import PASSAGE_FEATURES, Ranked
from retrieval.search import Candidates
from retrieval.understand import Query
from retrieval.words import names_in

_KINDS = ("person", "place", "number", "amount", "percentage", "date", "reason", "yes_no")
_OF_QUOTE = (
    "coverage",
    "coverage_with_title",
    "coverage_with_neighbours",
    "coverage_of_passage",
    "rarest_missing",
    "names",
    "expected",
    "pairs",
    "numbers",
    "expected_count",
    "expected_near_head",
    "order",
    "speaker",
    "speaker_says",
    "cosine_of_passage",
)
_OF_PASSAGE = (
    "bm25_of_ideal",
    "cosine",
    "coverage_with_title",
    "rarest_missing",
    "names_with_title",
    "article_coverage",
    "article_cosine",
    "title_coverage",
)
_OF_CLOSER = ("near", "near_worst", "near_back", "near_together", "near_together_worst")

CONFIDENCE_FEATURES = (
    "quote_score",
    "quote_score_second",
    "quote_score_mean",
    "passage_score",
    "passage_score_mean",
    *(f"quote_{name}" for name in _OF_QUOTE),
    *(f"quote_{name}" for name in _OF_CLOSER),
    *(f"passage_{name}" for name in _OF_PASSAGE),
    "best_coverage",
    "best_names",
    "best_cosine",
    "best_rarest_missing",
    "best_near",
    "best_near_together",
    "agreeing_articles",
    "question_words",
    "question_names",
    *(f"wants_{kind}" for kind in _KINDS),
)

LIKE_AN_ANSWER = {
    **dict.fromkeys(CONFIDENCE_FEATURES, 1),
    **dict.fromkeys(("quote_rarest_missing", "passage_rarest_missing", "best_rarest_missing"), -1),
    **dict.fromkeys(("question_words", "question_names"), 0),
    **dict.fromkeys((f"wants_{kind}" for kind in _KINDS), 0),
}
"""Which measures can only raise the confidence as they grow (1), only lower it (-1), or either (0)."""

_QUOTE_COLUMNS = [QUOTE_FEATURES.index(name) for name in _OF_QUOTE]
_PASSAGE_COLUMNS = [PASSAGE_FEATURES.index(name) for name in _OF_PASSAGE]
_CLOSER_COLUMNS = [CLOSER_FEATURES.index(name) for name in _OF_CLOSER]
_NEAR = 10
"""So many of the best are looked at for what any of them has."""


_GIVEN_NAME = re.compile(r"\b([A-Z][a-z]+)(?= [A-Z][a-z])")

UNHEARD = 0.4
"""What a confidence keeps of itself where the question is about a name that the collection does not have."""


def unheard_names(
    query: Query, heard: Callable[[str], bool], span: tuple[date, date] | None = None
) -> list[str]:
    """Names and years in a question that stand nowhere in the collection.

    ``heard`` is asked of single words. A country is heard of by any of its names; a year also by an article
    of it, if ``span``, the first and the last day of the dated articles, holds it. Acronyms are left out, for
    articles often spell them out, and of several names in a row all but the last ("Pete Hegseth").
    """
    text = query.understood
    countries = {
        word: mention.iso3
        for mention in query.countries
        for word in text[mention.start : mention.end].split()
    }
    found = []
    given = {match.group(1) for match in _GIVEN_NAME.finditer(text)}
    for name in names_in(text):
        if not name.isalpha() or name[1:] != name[1:].lower() or name in given or heard(name):
            continue
        iso3 = countries.get(name)
        others = [other for other, (code, _) in gazetteer().names.items() if code == iso3] if iso3 else []
        if not any(heard(other) for other in others if " " not in other):
            found.append(name)
    years = [year for year in query.years if not (span and span[0].year <= year <= span[1].year)]
    found += [str(year) for year in years if not heard(str(year))]
    return list(dict.fromkeys(found))


def confidence_features(
    query: Query, found: Candidates, ranked: Sequence[Ranked], quoted: Sequence[Quote]
) -> NDArray[np.float32]:
    """One row of `CONFIDENCE_FEATURES`; the first of ``quoted`` has to have been looked at closely."""
    best = quoted[0]
    scores = [quote.score for quote in quoted[:_NEAR]]
    other = next(
        (
            quote.score
            for quote in quoted
            if quote.ranked.candidate.passage.article_id != best.ranked.candidate.passage.article_id
        ),
        0.0,
    )
    near = np.array([one.features for one in ranked[:_NEAR]])
    closest = np.array([one.near[_CLOSER_COLUMNS] for one in quoted if one.near is not None])
    column = PASSAGE_FEATURES.index
    agreeing = {quote.ranked.candidate.passage.article_id for quote in quoted if quote.score > best.score / 2}
    return np.array(
        [
            best.score,
            other,
            float(np.mean(scores)),
            ranked[0].score,
            float(np.mean([one.score for one in ranked[:_NEAR]])),
            *best.features[_QUOTE_COLUMNS],
            *closest[0],
            *best.ranked.features[_PASSAGE_COLUMNS],
            near[:, column("coverage_with_title")].max(),
            near[:, column("names_with_title")].max(),
            near[:, column("cosine")].max(),
            near[:, column("rarest_missing")].min(),
            closest[:, 0].max(),
            closest[:, 3].max(),
            min(len(agreeing), 10),
            len(found.words),
            len(names_in(query.search_text)),
            *(query.wants == kind for kind in _KINDS),
        ],
        dtype=np.float32,
    )
