"""Checking a sentence: official rows and passages that bear on it, with a verdict and its reason.

"Contradicted" is said only where a figure, a date or an explicit negation says so; words that merely differ
are "not found".
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from index.figures.figure import Figure
from index.figures.store import FigureStore
from retrieval.answer import Citation
from retrieval.countries import countries_in
from retrieval.figures import derive
from retrieval.figures.claims import Claim, spending_claims
from retrieval.figures.differences import another_year, shown, versus, why
from retrieval.figures.lookup import look_up
from retrieval.figures.passages import weigh
from retrieval.figures.phrases import amount, edition_of, listed, opening, subject
from retrieval.figures.request import FigureQuery
from retrieval.figures.tables import Tables

Verdict = Literal["supported", "contradicted", "partly", "not found"]
Passages = Callable[[str], Sequence[Citation]]
"""The passages closest in meaning to a sentence, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """What official rows and passages say about a sentence; ``reason`` is for its reader."""

    claim: str
    verdict: Verdict
    reason: str
    figures: tuple[Figure, ...] = ()
    citations: tuple[Citation, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The contract's form, ready for `json.dumps`."""
        return {
            "claim": self.claim,
            "verdict": self.verdict,
            "reason": self.reason,
            "figures": [figure.as_json() for figure in self.figures],
            "citations": [citation.as_json() for citation in self.citations],
        }


def check_claim(
    claim: str, store: FigureStore, *, passages: Passages | None = None, as_of: date | None = None
) -> ClaimCheck:
    """Hold a sentence against the official figures, and against the passages where there is no figure in it.

    Raises:
        StoreError: the database failed.
    """
    text = " ".join(claim.split())
    citations = tuple(passages(text)) if passages else ()
    parts = _figure_checks(text, store, as_of)
    if parts:
        verdict = _together([part.verdict for part in parts])
        figures = dict.fromkeys(row for part in parts for row in part.figures)
        reason = " ".join(part.reason for part in parts)
        return ClaimCheck(
            claim=claim, verdict=verdict, reason=reason, figures=tuple(figures), citations=citations
        )
    weighed = weigh(text, citations)
    return ClaimCheck(claim=claim, verdict=weighed.verdict, reason=weighed.reason, citations=citations)


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    known = {verdict for verdict in verdicts if verdict != "not found"}
    if not known:
        return "not found"
    return known.pop() if len(known) == 1 else "partly"


def _figure_checks(text: str, store: FigureStore, as_of: date | None) -> list[ClaimCheck]:
    target = _check_target(text, store, as_of)
    if target is not None:
        return [target]
    comparison = _check_comparison(text, store, as_of)
    if comparison is not None:
        return [comparison]
    claims = spending_claims(text)
    return [_check_value(text, claim, store, as_of) for claim in claims]


def _check_value(text: str, claim: Claim, store: FigureStore, as_of: date | None) -> ClaimCheck:
    query = FigureQuery(
        names=(claim.name,), metric=claim.metric, years=(claim.year,) if claim.year else (), as_of=as_of
    )
    answer = look_up(query, store)
    rows = [row for row in answer.figures if row.value is not None and row.derived is None]
    if not rows:
        return ClaimCheck(claim=text, verdict="not found", reason=answer.sentence, figures=answer.figures)
    main = rows[0]
    holding = [row for row in rows if claim.holds(row.value or 0.0)]
    negated = bool(_NOT.search(text))
    official = f"{opening(subject(main.country))} {main.year}: {amount(main)} in {edition_of(main)}"
    others = [row for row in rows[1:] if f"{row.value:.2f}" != f"{main.value:.2f}"]
    also = "".join(f"; {amount(row)} for {row.year} in the {row.edition} edition" for row in others)
    if negated and main not in holding:
        return ClaimCheck(claim=text, verdict="supported", reason=f"{official}{also}.", figures=tuple(rows))
    if negated:
        return ClaimCheck(
            claim=text, verdict="contradicted", reason=f"{official}{also}.", figures=tuple(rows)
        )
    if main in holding:
        return ClaimCheck(claim=text, verdict="supported", reason=f"{official}{also}.", figures=tuple(rows))
    if holding:
        held = holding[0]
        reason = (
            f"So it stands in the {held.edition} edition for {held.year} ({amount(held)}), "
            f"but {edition_of(main)} has {amount(main)} for {main.year}."
        )
        return ClaimCheck(claim=text, verdict="partly", reason=reason, figures=tuple(rows))
    tables = Tables(store, "nato" if main.source == "nato" else "sipri", FigureQuery(as_of=as_of))
    said = f"The sentence says {shown(claim)}; {versus(claim, main)} {why(claim, main, tables, store)}"
    # Without a year, a value that was right for another one is out of date rather than wrong.
    dated = claim.year is not None or not another_year(claim, tables)
    return ClaimCheck(
        claim=text, verdict="contradicted" if dated else "partly", reason=said, figures=tuple(rows)
    )


_NOT = re.compile(
    r"\b(?:not|never|no longer|fail(?:s|ed|ing)? to|n['’]t|missed|misses|miss|fell short|falls short|"
    r"short of|without)\b|n['’]t\b",
    re.IGNORECASE,
)
_TARGET = re.compile(
    r"\b(?:meets?|met|meeting|reach(?:es|ed|ing)?|hits?|hitting|miss(?:es|ed|ing)?|fulfil\w*|achiev\w+|"
    r"exceed\w*|"
    r"fell short of|falls short of|below|above|surpass\w*)\b"
    r".{0,40}?(\d(?:[.,]\d+)?)\s?(?:%|per ?cent).{0,30}?\b(?:target|goal|guideline|threshold|benchmark|"
    r"commitment|mark)\b",
    re.IGNORECASE,
)
_BELOW = re.compile(r"\bbelow\b", re.IGNORECASE)
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")


def _check_target(text: str, store: FigureStore, as_of: date | None) -> ClaimCheck | None:
    """A claim such as "Germany met the 2 % target in 2024"."""
    match = _TARGET.search(text)
    names = list(dict.fromkeys(mention.name for mention in countries_in(text)))
    if not match or not names or re.search(r"\b(?:will|plans?|by 20[2-9]\d)\b", text):
        return None
    target = float(match[1].replace(",", "."))
    years = tuple(int(year) for year in _YEAR.findall(text))[:1]
    wants_below = bool(_NOT.search(text)) != bool(_BELOW.search(match[0]))
    if target >= 5:
        answer = look_up(FigureQuery(kind="target", names=tuple(names), target=5.0, as_of=as_of), store)
        reason = (
            "NATO’s published figures are core defence, which is not held against 5 %. " + answer.sentence
        )
        return ClaimCheck(claim=text, verdict="not found", reason=reason, figures=answer.figures)
    answer = look_up(FigureQuery(names=tuple(names), years=years, as_of=as_of), store)
    rows = [
        next((row for row in answer.figures if row.country == name and row.value is not None), None)
        for name in names
    ]
    found = [row for row in rows if row is not None]
    if not found:
        return ClaimCheck(claim=text, verdict="not found", reason=answer.sentence, figures=answer.figures)
    holding = [row for row in found if (derive.rounded(row) < target) == wants_below]
    verdict: Verdict = (
        "supported" if len(holding) == len(found) else "contradicted" if not holding else "partly"
    )
    reason = "; ".join(
        f"{subject(row.country)} {row.year}: {amount(row)} in {edition_of(row)}" for row in found
    )
    earlier = [
        row for row in answer.figures if row not in found and row.value is not None and row.country in names
    ]
    changed = [
        row
        for row in earlier
        if ((derive.rounded(row) < target) == wants_below) != (_bears_out(row, found, holding))
    ]
    if changed and years:
        verdict = "partly"
        reason += f"; but {listed(f'{amount(row)} in the {row.edition} edition' for row in changed)}"
    return ClaimCheck(claim=text, verdict=verdict, reason=f"{opening(reason)}.", figures=answer.figures)


def _bears_out(row: Figure, found: Sequence[Figure], holding: Sequence[Figure]) -> bool:
    """Whether the row of the same country that counts most bears the claim out."""
    return any(each in holding for each in found if each.country == row.country)


_MORE = re.compile(
    r"\bspen[dt]s?\b[^.]{0,40}?\b(?P<way>more|less)\b[^.]{0,40}?\bthan\b|"
    r"\b(?P<outway>outspen[dt]s?|outspent)\b",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"\bspen[dt]s?\b[^.]{0,20}?\bthe (?P<end>most|least)\b|\b(?P<size>biggest|largest|highest|top|"
    r"lowest|smallest)\b"
    r"[^.]{0,40}?\b(?:spender|spending|expenditure|budget|share)\b",
    re.IGNORECASE,
)


def _check_comparison(text: str, store: FigureStore, as_of: date | None) -> ClaimCheck | None:
    """A claim such as "Poland spends more than Germany", or "… the most of all allies"."""
    names = tuple(dict.fromkeys(mention.name for mention in countries_in(text)))
    if not re.search(r"\b(?:defen[cs]e|military|GDP|NATO|allies|ally)\b", text, re.IGNORECASE):
        return None
    years = tuple(int(year) for year in _YEAR.findall(text))[:1]
    money = bool(re.search(r"[$€]|\b(?:dollars?|money|billions?|absolute)\b", text))
    share = bool(re.search(r"GDP|share|per ?cent|%", text))
    query = FigureQuery(
        names=names, years=years, metric="usd" if money and not share else "share", as_of=as_of
    )
    more, most = _MORE.search(text), _MOST.search(text)
    negated = bool(re.search(r"\b(?:not|never)\b|n['’]t\b", text))
    if more and len(names) == 2 and not spending_claims(text):
        says = ((more["way"] or "more").lower() == "more") != negated
        queries = [query] if money or share else [query, replace(query, metric="usd")]
        parts = [_ahead(text, replace(each, kind="compare"), store, says=says) for each in queries]
        return ClaimCheck(
            claim=text,
            verdict=_together([part.verdict for part in parts]),
            reason=" ".join(part.reason for part in parts),
            figures=tuple(row for part in parts for row in part.figures),
        )
    if (
        most
        and len(names) == 1
        and re.search(r"\b(?:allies|ally|NATO|alliance|members?)\b", text, re.IGNORECASE)
    ):
        lowest = (most["end"] or most["size"]).lower() in ("least", "lowest", "smallest")
        answer = look_up(replace(query, kind="rank", lowest=lowest), store)
        place = next((row for row in answer.figures if "place" in row.unit), None)
        if place is None:
            return ClaimCheck(claim=text, verdict="not found", reason=answer.sentence, figures=answer.figures)
        verdict: Verdict = "supported" if (place.value == 1) != negated else "contradicted"
        return ClaimCheck(claim=text, verdict=verdict, reason=answer.sentence, figures=answer.figures)
    return None


def _ahead(text: str, query: FigureQuery, store: FigureStore, *, says: bool) -> ClaimCheck:
    """Whether the first country named spends more than the second."""
    answer = look_up(query, store)
    rows = {row.country: row.value or 0.0 for row in answer.figures if row.derived is None}
    if len(rows) < 2:
        return ClaimCheck(claim=text, verdict="not found", reason=answer.sentence, figures=answer.figures)
    first, second = query.names
    verdict: Verdict = "supported" if (rows[first] > rows[second]) == says else "contradicted"
    return ClaimCheck(claim=text, verdict=verdict, reason=answer.sentence, figures=answer.figures)
