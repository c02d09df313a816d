"""Sentences about what the tables do not say, and why."""

from index.countries import find_country, is_ally
from index.figures.figure import EUROPE_AND_CANADA, NATO_TOTAL, Edition, Figure, Metric
from index.figures.plausible import WITHOUT_FORCES
from retrieval.countries import nearest_names
from retrieval.figures.phrases import SUBJECTS, amount, edition_name, listed, opening, spread, subject
from retrieval.figures.tables import Tables

THE_HAGUE = (
    "At The Hague in June 2025 the allies committed to 5 % of GDP by 2035, of which at least 3.5 % is core "
    "defence and up to 1.5 % related spending, with a review in 2029. NATO’s published figures are core "
    "defence, so they are held against 3.5 % and never against 5 %."
)
TWO_PERCENT = "The 2 % guideline was set in Wales in 2014 and has been a floor since Vilnius in 2023."


def unknown_name(name: str) -> str:
    """A name that is no country's, with the nearest ones."""
    near = nearest_names(name)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"“{name}” is no country known here.{hint}"


def not_in_tables(name: str) -> str:
    """Why NATO's tables have no row for a country."""
    found = find_country(name)
    if found is not None and found.iso3 in WITHOUT_FORCES:
        return f"{found.name} is an ally without armed forces, and NATO’s tables have no row for it."
    if found is not None and is_ally(found.iso3):
        return f"{opening(subject(name))} is an ally, but the editions known here have no row for it."
    return f"{opening(subject(name))} is not a NATO ally, so NATO’s tables have no figure for it."


def no_such_edition(tables: Tables, edition: str | None) -> str:
    """Which editions there are instead."""
    known = [each.edition for each in tables.known]
    if not known:
        return f"No edition of {tables.source.upper()}’s tables was out by then."
    wanted = f"There is no {edition} edition" if edition else "There is no earlier edition"
    return f"{wanted} of {tables.source.upper()}’s tables here; known are {listed(sorted(known))}."


def no_value(tables: Tables, metric: Metric, name: str, year: int | None) -> str:
    """Why there is no value: the year lies outside, the cell is blank, or the edition is not known so far."""
    who = opening(subject(name))
    having = [each for each in tables.editions if tables.series(each, metric, name)]
    if not having:
        if name in (NATO_TOTAL, EUROPE_AND_CANADA):
            return f"{who}: the editions known here give no {SUBJECTS[metric]}."
        if tables.source == "sipri":
            return f"SIPRI has no {SUBJECTS[metric]} of {subject(name)} here."
        others = any(tables.series(each, other, name) for each in tables.editions for other in SUBJECTS)
        if others:
            return f"No edition known here gives the {SUBJECTS[metric]} of {subject(name)}."
        return not_in_tables(name)
    years = sorted({each for edition in having for each in tables.series(edition, metric, name)})
    if year is not None and year not in years:
        where = f"the {SUBJECTS[metric]} of {subject(name)} is known here for {spread(years)}"
        future = " No plan or forecast beyond that is an official figure." if year > years[-1] else ""
        return f"{year} lies outside the tables: {where}.{future}"
    return f"{who}: {blank(tables, metric, name, year) or 'the editions known here leave the value blank.'}"


def blank(tables: Tables, metric: Metric, name: str, year: int | None) -> str | None:
    """The editions that have a row for the year and no value in it."""
    empty = [
        edition_name(edition)
        for edition in tables.editions
        for row in tables.series(edition, metric, name).values()
        if row.value is None and (year is None or row.year == year)
    ]
    if not empty:
        return None
    shown = f"the value for {year}" if year else "a value"
    return f"{listed(dict.fromkeys(empty))} leaves {shown} blank."


def incomplete(edition: Edition) -> str | None:
    """How an edition is known, where it is not whole."""
    return None if edition.whole else f"{edition_name(edition)} is known here in part. {edition.provenance}"


def newer_values(rows: list[Figure]) -> str:
    """Single values of newer editions, told beside what comes from one that is known whole."""
    if len(rows) > 6:
        editions = listed(dict.fromkeys(f"{row.edition} edition" for row in rows))
        return f"For {len(rows)} of these values there is a newer figure, known singly, in the {editions}."
    parts = [
        f"{opening(subject(row.country))} {row.year}: {amount(row)} ({row.edition} edition)" for row in rows
    ]
    return "Single figures are known from a newer edition: " + "; ".join(parts) + "."
