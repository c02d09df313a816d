"""How figures read in sentences."""

from collections.abc import Iterable, Sequence

from index.figures.figure import Edition, Figure, Metric

SUBJECTS: dict[Metric, str] = {
    "share": "share of GDP",
    "usd": "expenditure in US dollars at current prices",
    "usd-constant": "expenditure in US dollars at constant prices",
    "national": "expenditure in national currency",
    "change": "annual real change",
    "equipment": "equipment share",
}


def amount(figure: Figure) -> str:
    """The value with its unit: "4.48 % of GDP", "35.0 billion US dollars"."""
    if figure.value is None:
        return "no value"
    if figure.derived and not figure.unit.startswith(("%", "million")):
        return (
            f"{figure.value:+.2f} {figure.unit}"
            if "point" in figure.unit
            else f"{figure.value:g} {figure.unit}"
        )
    match figure.metric:
        case "share":
            return f"{figure.value:.2f} % of GDP"
        case "equipment":
            return f"{figure.value:.1f} % of defence expenditure"
        case "change":
            return f"{figure.value:+.1f} % in real terms"
        case _:
            currency = figure.unit.removeprefix("million ")
            if figure.derived:
                return f"{figure.value:+.1f} {figure.unit}"
            if abs(figure.value) >= 1000:
                return f"{figure.value / 1000:,.1f} billion {currency}"
            return f"{figure.value:,.0f} million {currency}"


def year(figure: Figure) -> str:
    """The year, marked where the value is an estimate: "2025 (estimate)"."""
    return f"{figure.year} (estimate)" if figure.estimate else str(figure.year)


def edition_of(figure: Figure) -> str:
    """The edition that a figure stands in: "NATO's 2025 edition of 28 August 2025"."""
    day = f" of {figure.edition_date.day} {figure.edition_date:%B %Y}" if figure.edition_date else ""
    return f"{figure.source.upper()}’s {figure.edition} edition{day}"


def edition_name(edition: Edition) -> str:
    """The same for an edition."""
    day = f" of {edition.edition_date.day} {edition.edition_date:%B %Y}" if edition.edition_date else ""
    return f"{edition.source.upper()}’s {edition.edition} edition{day}"


def subject(name: str) -> str:
    """A name where a sentence has it as its subject: "the Netherlands", "NATO as a whole"."""
    return {
        "NATO Total": "NATO as a whole",
        "NATO Europe and Canada": "NATO’s European allies and Canada",
        "Netherlands": "the Netherlands",
        "United Kingdom": "the United Kingdom",
        "United States": "the United States",
    }.get(name, name)


def opening(sentence: str) -> str:
    """The sentence with a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def listed(items: Iterable[str]) -> str:
    """The items as "a, b and c"."""
    parts = list(items)
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else ""


def spread(years: Sequence[int]) -> str:
    """The span as "2014 to 2024", or the one year."""
    return f"{min(years)} to {max(years)}" if len(set(years)) > 1 else str(years[0]) if years else "no year"


def ordinal(place: int) -> str:
    """The place as "1st", "22nd", "13th"."""
    suffix = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{suffix}"
