"""Orders of allies, and how many of them reach a share: always from one edition and one year."""

from index.figures.figure import EUROPE_AND_CANADA, NATO_TOTAL, Edition, Figure
from retrieval.figures import derive, explain
from retrieval.figures.phrases import SUBJECTS, amount, edition_of, listed, opening, ordinal, subject, year
from retrieval.figures.request import FigureAnswer, FigureQuery
from retrieval.figures.tables import Tables

_AGGREGATES = {NATO_TOTAL, EUROPE_AND_CANADA}


def ranked(query: FigureQuery, tables: Tables) -> FigureAnswer:
    """The allies in order, or the place of those named."""
    found = _one_year(query, tables)
    if isinstance(found, str):
        return FigureAnswer(query=query, sentence=found)
    edition, when, rows = found
    rows.sort(key=lambda row: row.value or 0.0, reverse=not query.lowest)
    notes = _left_out(tables, edition, query, when) + _newer(tables, edition, query, rows)
    if query.names:
        return _places(query, rows, notes)
    shown = rows[: query.limit] if query.limit else rows
    end = "least" if query.lowest else "most"
    by = SUBJECTS[query.metric]
    leaders = listed(f"{subject(row.country)} ({amount(row)})" for row in shown[:3])
    sentence = f"By {by}, {leaders} {'come' if len(shown) > 1 else 'comes'} "
    sentence += f"{'last' if query.lowest else 'first'} among {len(rows)} allies in {year(rows[0])}, "
    sentence += f"in {edition_of(rows[0])}."
    if len(shown) == 1:
        sentence = (
            f"{opening(subject(shown[0].country))} spends the {end} by {by}: {amount(shown[0])} in "
            f"{year(shown[0])}, in {edition_of(shown[0])}."
        )
    return FigureAnswer(query=query, sentence=sentence, figures=tuple(shown), notes=tuple(notes))


def counted(query: FigureQuery, tables: Tables) -> FigureAnswer:
    """How many allies reach a share of GDP, and which."""
    found = _one_year(query, tables)
    if isinstance(found, str):
        return FigureAnswer(query=query, sentence=found)
    edition, when, rows = found
    target = query.target or 2.0
    rows.sort(key=lambda row: row.value or 0.0, reverse=not query.below)
    meeting = [row for row in rows if (derive.rounded(row) < target) == query.below]
    sign = "<" if query.below else "≥"
    row = derive.count(
        rows[0], len(meeting), f"number of allies with a share {sign} {target:g}, at two decimals"
    )
    verb = "are below" if query.below else "reach"
    names = f": {listed(subject(each.country) for each in meeting)}" if 0 < len(meeting) <= 12 else ""
    sentence = (
        f"{len(meeting)} of {len(rows)} allies {verb} {target:g} % of GDP in {year(rows[0])}, "
        f"in {edition_of(rows[0])}{names}."
    )
    notes = _left_out(tables, edition, query, when) + _newer(tables, edition, query, rows)
    notes.append(explain.TWO_PERCENT if target == 2.0 else explain.THE_HAGUE)
    return FigureAnswer(query=query, sentence=sentence, figures=(row, *meeting), notes=tuple(notes))


def _one_year(query: FigureQuery, tables: Tables) -> tuple[Edition, int, list[Figure]] | str:
    """The newest edition that has nearly every ally's value for a year, or why there is none."""
    years = query.years[:1] or tuple(reversed(tables.years(query.metric)))
    for edition in tables.editions:
        if not tables.solid(edition, query.metric):
            continue
        members = (
            tables.members(edition) if tables.source == "nato" else set(tables.names(edition, query.metric))
        )
        for when in years:
            rows = [
                row
                for name in members - _AGGREGATES
                if (row := tables.valued(edition, query.metric, name).get(when)) is not None
            ]
            if len(rows) >= 0.8 * len(members):
                return edition, when, rows
    wanted = f" for {query.years[0]}" if query.years else ""
    return (
        f"No edition known here gives the {SUBJECTS[query.metric]} of nearly every ally{wanted}, "
        "so they cannot be put in order."
    )


def _places(query: FigureQuery, rows: list[Figure], notes: list[str]) -> FigureAnswer:
    figures: list[Figure] = []
    said: list[str] = []
    for position, row in enumerate(rows, start=1):
        if row.country in query.names:
            figures += [derive.place(row, position, len(rows), lowest=query.lowest), row]
            said.append(
                f"{subject(row.country)} is {ordinal(position)} of {len(rows)} "
                f"with {amount(row)} in {year(row)}"
            )
    missing = [name for name in query.names if name not in {row.country for row in rows}]
    notes += [f"{opening(subject(name))} has no place in this order." for name in missing]
    order = "lowest" if query.lowest else "highest"
    if not said:
        return FigureAnswer(query=query, sentence=notes[-1], notes=tuple(notes[:-1]))
    by = f"by {SUBJECTS[query.metric]}, {order} first, in {edition_of(rows[0])}"
    return FigureAnswer(
        query=query, sentence=f"{opening(listed(said))}, {by}.", figures=tuple(figures), notes=tuple(notes)
    )


def _left_out(tables: Tables, edition: Edition, query: FigureQuery, when: int) -> list[str]:
    """Allies whose value is blank in this edition and year."""
    if tables.source != "nato":
        return []
    absent = [
        name
        for name in sorted(tables.members(edition))
        if when not in tables.valued(edition, query.metric, name)
    ]
    if not absent:
        return []
    who, one = opening(listed(subject(name) for name in absent)), len(absent) == 1
    verb, left = ("has", "is") if one else ("have", "are")
    return [f"{who} {verb} no value for {when} in the {edition.edition} edition and {left} left out."]


def _newer(tables: Tables, edition: Edition, query: FigureQuery, rows: list[Figure]) -> list[str]:
    """Single values that newer editions have for the same or a later year."""
    if query.years:
        wanted = set(query.years)
    else:
        wanted = {each for each in tables.years(query.metric) if each >= rows[0].year}
    found = [
        row
        for name in sorted(tables.members(edition))
        if tables.source == "nato"
        for row in tables.newer(edition, query.metric, name)
        if row.year in wanted
    ]
    return [explain.newer_values(found)] if 0 < len(found) <= 12 else []
