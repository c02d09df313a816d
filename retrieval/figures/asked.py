"""The official figures that a question in words asks for."""

from datetime import date

from index.figures.store import FigureStore
from retrieval.figures.lookup import look_up
from retrieval.figures.request import FigureAnswer
from retrieval.figures.words import figure_query


def figures_for(question: str, store: FigureStore, *, as_of: date | None = None) -> FigureAnswer | None:
    """The answer of the tables to ``question``; None where it asks for something else.

    ``as_of`` is the day of the question: editions that came later are not known yet.

    Raises:
        StoreError: the database failed.
    """
    query = figure_query(question, as_of=as_of)
    return look_up(query, store) if query is not None else None
