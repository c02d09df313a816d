"""From a request to the rows that answer it, with what has to be said about them."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from index.countries import find_country
from index.figures.figure import Figure, Publisher
from index.figures.plausible import WITHOUT_FORCES
from index.figures.store import FigureStore
from retrieval.figures import derive, explain, orders
from retrieval.figures.phrases import SUBJECTS, amount, edition_of, listed, opening, spread, subject, year
from retrieval.figures.request import TARGETS, FigureAnswer, FigureQuery
from retrieval.figures.tables import Tables


def look_up(query: FigureQuery, store: FigureStore) -> FigureAnswer:
    """The figures asked for. Where there are none, the sentence says why, and what there is.

    Raises:
        StoreError: the database failed.
    """
    notes = [explain.unknown_name(name) for name in query.unknown]
    if query.unknown and not query.names:
        return FigureAnswer(query=query, sentence=notes[0], notes=tuple(notes[1:]))
    source, reasons = _source(query, store)
    tables = Tables(store, source, query)
    if not tables.editions:
        return FigureAnswer(query=query, sentence=explain.no_such_edition(tables, query.edition))
    answer = _KINDS[query.kind](query, tables) if query.names or query.kind in _ALL else _all(query, tables)
    if reasons and not answer.found:
        answer, reasons = replace(answer, sentence=reasons[0]), reasons[1:]
    used = {row.edition for row in answer.figures}
    known = [explain.incomplete(each) for each in tables.known if each.edition in used]
    remarks = [remark for each in tables.known if each.edition in used for remark in each.remarks]
    every = [*notes, *reasons, *answer.notes, *filter(None, known), *remarks]
    return replace(answer, notes=tuple(dict.fromkeys(note for note in every if note != answer.sentence)))


def _source(query: FigureQuery, store: FigureStore) -> tuple[Publisher, list[str]]:
    """NATO, or SIPRI where a country that is not in NATO's tables is asked about, and the reason."""
    outside = [
        name for name in query.names if (found := find_country(name)) is not None and found.joined is None
    ]
    bare = [name for name in query.names if (found := find_country(name)) and found.iso3 in WITHOUT_FORCES]
    reasons = [explain.not_in_tables(name) for name in [*outside, *bare]] if query.source != "sipri" else []
    if query.source is not None:
        return query.source, reasons
    if (
        outside
        and query.metric in ("share", "usd", "usd-constant")
        and store.editions(source="sipri", as_of=query.as_of)
    ):
        reasons.append(
            "SIPRI’s figures are shown instead; it counts military expenditure by its own definition."
        )
        return "sipri", reasons
    return "nato", reasons


def _latest(query: FigureQuery, tables: Tables) -> FigureAnswer:
    """One value each: of the year asked for, or the latest."""
    rows: list[Figure] = []
    more: list[Figure] = []
    notes: list[str] = []
    said: list[str] = []
    when = query.years[0] if query.years else None
    for name in query.names:
        edition = tables.best(query.metric, name, when)
        if edition is None:
            notes.append(explain.no_value(tables, query.metric, name, when))
            rows += [
                row
                for each in tables.editions[:1]
                for row in tables.series(each, query.metric, name).values()
                if when is not None and row.year == when
            ]
            continue
        values = tables.valued(edition, query.metric, name)
        row = values[when if when is not None else max(values)]
        rows.append(row)
        said.append(_finding(row))
        if blank := explain.blank(tables, query.metric, name, when):
            notes.append(f"{opening(subject(name))}: {blank}")
        others = tables.newer(edition, query.metric, name) if when is None else []
        if when is not None:
            others = [
                each for each in tables.everywhere(query.metric, name, when) if each.edition != row.edition
            ]
            notes += _revised([*others, row])
        elif others:
            notes.append(explain.newer_values(others))
        more += others
        notes += _behind(tables, row, query)
    if len(query.names) > 1 and when is not None:
        more = []  # side by side, one row each; the notes tell of other editions
    sentence = " ".join(said) or (notes.pop(0) if notes else "There is no such figure.")
    return FigureAnswer(query=query, sentence=sentence, figures=(*rows, *more), notes=tuple(notes))


def _finding(row: Figure) -> str:
    who = opening(subject(row.country))
    if row.metric == "share":
        return f"{who} spent {amount(row)} on defence in {year(row)}, by {edition_of(row)}."
    if row.metric == "equipment":
        return f"{who} spent {amount(row)} on equipment in {year(row)}, by {edition_of(row)}."
    if row.metric == "change":
        return f"{who} changed its defence expenditure by {amount(row)} in {year(row)}, by {edition_of(row)}."
    return f"{who} spent {amount(row)} on defence in {year(row)}, by {edition_of(row)}."


def _behind(tables: Tables, row: Figure, query: FigureQuery) -> list[str]:
    """That a newer edition exists which does not give this measure here."""
    silent = [
        each
        for each in tables.editions
        if int(each.edition) > int(row.edition) and not tables.valued(each, query.metric, row.country)
    ]
    if not silent or query.years:
        return []
    editions = listed(each.edition for each in reversed(silent))
    plural = "editions have" if len(silent) > 1 else "edition has"
    what = f"the {SUBJECTS[query.metric]} of {subject(row.country)}"
    return [f"What the newer {editions} {plural} for {what} is not known here."]


def _revised(rows: Iterable[Figure]) -> list[str]:
    """A note where editions give different values for the same year."""
    ordered = sorted(rows, key=lambda row: int(row.edition))
    values = {f"{row.value:.2f}" for row in ordered if row.value is not None}
    if len(values) < 2:
        return []
    parts = [f"{amount(row)} in the {row.edition} edition" for row in ordered]
    return [f"{opening(subject(ordered[0].country))} {ordered[0].year} was revised: {', then '.join(parts)}."]


def _history(query: FigureQuery, tables: Tables) -> FigureAnswer:
    """The series of each, all from the newest edition that has the longest one for all of them."""
    wanted = set(range(query.years[0], query.years[-1] + 1)) if len(query.years) > 1 else None
    if query.since and query.years:
        wanted = set(range(query.years[0], 2100))
    best: tuple[int, list[Figure]] = (0, [])
    for edition in tables.editions:
        series = [
            [
                row
                for when, row in sorted(tables.series(edition, query.metric, name).items())
                if not wanted or when in wanted
            ]
            for name in query.names
        ]
        shortest = min(sum(row.value is not None for row in rows) for rows in series)
        if (
            shortest > best[0] + 1
        ):  # a newer edition may be a year shorter at its end, if it is as long at all
            best = shortest, [row for rows in series for row in rows]
    rows = best[1]
    if best[0] < 2:
        return replace(_latest(replace(query, years=query.years[:1]), tables), query=query)
    edition = tables.edition_of(rows[0])
    said = []
    for name in query.names:
        own = [row for row in rows if row.country == name and row.value is not None]
        said.append(
            f"{subject(name)} went from {amount(own[0])} in {own[0].year} "
            f"to {amount(own[-1])} in {year(own[-1])}"
        )
    notes = [
        explain.newer_values(newer)
        for name in query.names
        if (
            newer := [
                each
                for each in tables.newer(edition, query.metric, name)
                if not wanted or each.year in wanted
            ]
        )
    ]
    sentence = f"{opening(listed(said))}, all in {edition_of(rows[0])}."
    if query.metric == "usd":
        notes.append(
            "At current prices and exchange rates, part of a change is inflation and the dollar’s rate."
        )
    return FigureAnswer(query=query, sentence=sentence, figures=tuple(rows), notes=tuple(notes))


def _change(query: FigureQuery, tables: Tables) -> FigureAnswer:
    """The difference between two years, both from one edition."""
    figures: list[Figure] = []
    said: list[str] = []
    notes: list[str] = []
    for name in query.names:
        pair = _two_years(query, tables, name)
        if pair is None:
            years = (
                f"both {query.years[0]} and {query.years[-1]}"
                if len(query.years) > 1
                else "the years asked for"
            )
            notes.append(
                f"No edition known here gives the {SUBJECTS[query.metric]} of {subject(name)} for {years}."
            )
            continue
        first, last = pair
        moved = derive.change_between(first, last)
        figures += [first, last, moved]
        direction = "rose" if (moved.value or 0) > 0 else "fell"
        by = (
            f"{abs(moved.value or 0):.2f} points"
            if "points" in moved.unit
            else f"{abs(moved.value or 0):.1f} %"
        )
        said.append(
            f"{SUBJECTS[query.metric]} of {subject(name)} {direction} by {by}, "
            f"from {amount(first)} in {first.year} to {amount(last)} in {year(last)}"
        )
        notes += [
            explain.newer_values(newer)
            for newer in [tables.newer(tables.edition_of(last), query.metric, name)]
            if newer and len(query.years) < 2
        ]
    if query.metric == "usd" and figures:
        notes.append(
            "At current prices and exchange rates, part of a change is inflation and the dollar’s rate."
        )
    if not said:
        return FigureAnswer(query=query, sentence=notes[0], notes=tuple(notes[1:]))
    sentence = f"The {'; the '.join(said)}, in {edition_of(figures[0])}."
    return FigureAnswer(query=query, sentence=sentence, figures=tuple(figures), notes=tuple(notes))


def _two_years(query: FigureQuery, tables: Tables, name: str) -> tuple[Figure, Figure] | None:
    for edition in tables.surest(query.metric):
        values = tables.valued(edition, query.metric, name)
        if len(values) < 2:
            continue
        last = query.years[-1] if len(query.years) > 1 else max(values)
        first = query.years[0] if query.years else min(values)
        if len(query.years) == 1 and not query.since:  # "how much did it rise in 2024": on the year before
            first, last = query.years[0] - 1, query.years[0]
        if first in values and last in values and first != last:
            return values[first], values[last]
    return None


def _compare(query: FigureQuery, tables: Tables) -> FigureAnswer:
    """Countries side by side: one year, one edition."""
    when = query.years[0] if query.years else None
    for edition in tables.surest(query.metric):
        values = [tables.valued(edition, query.metric, name) for name in query.names]
        common = set.intersection(*(set(rows) for rows in values)) if values else set()
        if when is not None:
            common &= {when}
        if not common:
            continue
        rows = sorted((own[max(common)] for own in values), key=lambda row: -(row.value or 0))
        figures = [*rows, derive.difference(rows[0], rows[-1])] if len(rows) > 1 else rows
        ordered = [f"{subject(row.country)} {amount(row)}" for row in rows]
        sentence = f"In {year(rows[0])}, by {edition_of(rows[0])}: {', '.join(ordered)}."
        newer = [
            row
            for name in query.names
            for row in tables.newer(edition, query.metric, name)
            if when is None or row.year == when
        ]
        notes = [explain.newer_values(newer)] if newer else []
        if query.metric == "national":
            notes.append(
                "Values in different currencies are not comparable; --metric usd has them in US dollars."
            )
        return FigureAnswer(query=query, sentence=sentence, figures=tuple(figures), notes=tuple(notes))
    return replace(_latest(query, tables), query=query)


def _target(query: FigureQuery, tables: Tables) -> FigureAnswer:
    """How far each is from 2 % and from 3.5 %."""
    query = replace(query, metric="share")
    base = _latest(query, tables)
    asked = query.target if query.target is not None and query.target < 5 else None
    targets = (asked,) if asked is not None else TARGETS if query.target is None else (3.5,)
    figures: list[Figure] = []
    said: list[str] = []
    for row in base.figures[: len(query.names)]:
        if row.value is None:
            continue
        figures.append(row)
        parts = []
        for target in targets:
            gap = derive.gap(row, target)
            figures.append(gap)
            side = "above" if derive.rounded(row) >= target else "below"
            parts.append(f"{abs(gap.value or 0):.2f} points {side} {target:g} %")
        said.append(
            f"{opening(subject(row.country))}, at {amount(row)} in {year(row)} by {edition_of(row)}, "
            f"is {listed(parts)}."
        )
    hague = 3.5 in targets or query.target == 5
    notes = [
        *base.notes,
        *([explain.TWO_PERCENT] if 2.0 in targets else []),
        *([explain.THE_HAGUE] if hague else []),
    ]
    return FigureAnswer(
        query=query,
        sentence=" ".join(said) or base.sentence,
        figures=tuple(figures) or base.figures,
        notes=tuple(notes),
    )


def _revision(query: FigureQuery, tables: Tables) -> FigureAnswer:
    """One year's value in every edition that gives it."""
    figures: list[Figure] = []
    said: list[str] = []
    for name in query.names:
        years = query.years or tuple(sorted((each for each in tables.years(query.metric)), reverse=True))
        for when in years:
            rows = sorted(tables.everywhere(query.metric, name, when), key=lambda row: int(row.edition))
            if len(rows) > 1:
                figures += [*rows, derive.revision(rows[0], rows[-1])]
                parts = listed(f"{amount(row)} in the {row.edition} edition" for row in rows)
                said.append(f"{opening(subject(name))} in {when}: {parts}.")
                break
        else:
            which = f" for {spread(query.years)}" if query.years else ""
            said.append(
                f"Only one edition known here gives the {SUBJECTS[query.metric]} of {subject(name)}{which}."
            )
            figures += [row for when in query.years for row in tables.everywhere(query.metric, name, when)]
    return FigureAnswer(query=query, sentence=" ".join(said), figures=tuple(figures))


def _all(query: FigureQuery, tables: Tables) -> FigureAnswer:
    """Every ally's value: an order without an end."""
    return replace(orders.ranked(query, tables), query=query)


_ALL = ("rank", "count")
_KINDS: dict[str, Callable[[FigureQuery, Tables], FigureAnswer]] = {
    "latest": _latest,
    "history": _history,
    "change": _change,
    "rank": orders.ranked,
    "compare": _compare,
    "target": _target,
    "count": orders.counted,
    "revision": _revision,
}
