"""Names as they are typed after a command: "poland", "united kingdom", "🇩🇪", "europe and canada"."""

from collections.abc import Sequence

from retrieval.countries import ALLIES, find_aggregate, find_country


def named(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The countries and aggregates that the words name, and the words that name none.

    A name may be spread over several words, and several may be parted by commas. "allies" names every ally,
    which is no name at all.
    """
    names: list[str] = []
    unknown: list[str] = []
    for part in " ".join(words).split(","):
        rest = part.split()
        while rest:
            length = next((n for n in range(min(len(rest), 5), 0, -1) if _name(" ".join(rest[:n]))), 0)
            if length:
                names.append(_name(" ".join(rest[:length])) or "")
            elif rest[0].casefold() not in ("and", "&", "vs", "the"):
                unknown.append(rest[0])
            rest = rest[length or 1 :]
    return tuple(name for name in dict.fromkeys(names) if name != ALLIES), tuple(dict.fromkeys(unknown))


def _name(words: str) -> str | None:
    if aggregate := find_aggregate(words):
        return aggregate
    country = find_country(words)
    return country.name if country else None
