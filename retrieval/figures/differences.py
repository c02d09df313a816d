"""Where a number in an article and the official one differ: by how much, and why it may be."""

from collections.abc import Sequence

from index.figures.figure import Figure
from index.figures.store import FigureStore
from retrieval.answer import Citation
from retrieval.figures.claims import Claim, spending_claims
from retrieval.figures.phrases import amount, edition_of, opening, subject
from retrieval.figures.request import FigureQuery
from retrieval.figures.tables import Tables


def disagreements(
    figures: Sequence[Figure], quotes: Sequence[Citation], store: FigureStore
) -> tuple[str, ...]:
    """A sentence for each quote that gives another value than the official rows beside it.

    Only values for a country and a measure among ``figures`` are compared. A year that a quote does not name
    is taken from the rows, as far as the article can have known it.

    Raises:
        StoreError: the database failed.
    """
    tables = Tables(store, "nato", FigureQuery())
    names = {row.country for row in figures if row.derived is None}
    found: list[str] = []
    for quote in quotes:
        for claim in spending_claims(quote.quote):
            rows = [
                row
                for row in figures
                if row.derived is None
                and row.value is not None
                and (row.country, row.metric) == (claim.name, claim.metric)
                and (claim.year is None or row.year == claim.year)
            ]
            if claim.name not in names or not rows:
                continue
            if any(claim.holds(row.value) for row in rows if row.value is not None):
                continue
            found.append(
                f"Source [{quote.n}] gives {shown(claim)} for {subject(claim.name)}"
                f"{f' in {claim.year}' if claim.year else ''}; {versus(claim, rows[0])} "
                f"{why(claim, rows[0], tables, store)}"
            )
    return tuple(dict.fromkeys(found))


def shown(claim: Claim) -> str:
    """The claim's value in words."""
    bound = {"about": "about ", "least": "at least ", "most": "at most ", "equal": ""}[claim.bound]
    if claim.metric == "share":
        return f"{bound}{claim.value:g} % of GDP"
    return f"{bound}{claim.value / 1000:g} billion US dollars"


def versus(claim: Claim, row: Figure) -> str:
    """The official value, and by how much the claim's lies off it."""
    gap = claim.value - (row.value or 0.0)
    side = "more" if gap > 0 else "less"
    by = f"{abs(gap):.2f} points" if claim.metric == "share" else f"{abs(gap) / 1000:.1f} billion US dollars"
    return f"{edition_of(row)} has {amount(row)} for {row.year}, so that is {by} {side}."


def why(claim: Claim, row: Figure, tables: Tables, store: FigureStore) -> str:
    """What the claim's value may rest on instead: another edition, another year, rounding, another source."""
    for edition in tables.known:
        for year, other in sorted(tables.valued(edition, claim.metric, claim.name).items(), reverse=True):
            if claim.holds(other.value or 0.0) and claim.bound in ("equal", "about"):
                if year == row.year and edition.edition != row.edition:
                    age = "earlier" if int(edition.edition) < int(row.edition) else "newer"
                    return f"It is the value of the {age} {edition.edition} edition."
                if year != row.year and edition.edition == row.edition:
                    return f"It is the value that this edition has for {year}."
    for edition in tables.known:
        for year, other in sorted(tables.valued(edition, claim.metric, claim.name).items(), reverse=True):
            if claim.bound == "equal" and claim.holds(other.value or 0.0):
                return f"It is the value that the {edition.edition} edition has for {year}."
    sipri = Tables(store, "sipri", FigureQuery())
    for edition in sipri.known:
        other_source = sipri.valued(edition, claim.metric, claim.name).get(row.year)
        if other_source is not None and claim.holds(other_source.value or 0.0):
            return "It is SIPRI’s value, which counts by another definition."
    if claim.metric == "share" and round(row.value or 0.0) == claim.value and claim.precision >= 1:
        return "It may be rounded."
    if claim.year is None:
        return (
            "The sentence does not say for which year; it may also be a plan or count by another definition."
        )
    return opening("it may be a budget or a plan, or count by another definition.")


def another_year(claim: Claim, tables: Tables) -> bool:
    """Whether an edition has the claim's value for some year."""
    return any(
        claim.holds(row.value or 0.0)
        for edition in tables.known
        for row in tables.valued(edition, claim.metric, claim.name).values()
    )
