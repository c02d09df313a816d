"""An Answer read back from the form it is stored in, which is the contract's (`Answer.as_json`)."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from index.figures.figure import Figure
from retrieval.answer import Answer, ArticleRef, Citation, Window

if TYPE_CHECKING:
    from retrieval.figures.check import ClaimCheck


def restored(record: Mapping[str, Any]) -> Answer:
    """The Answer that ``record`` was made from, to the rounding of confidence and time."""
    return Answer(
        **{
            **record,
            "citations": tuple(map(citation_restored, record["citations"])),
            "nearest": tuple(map(citation_restored, record["nearest"])),
            "notes": tuple(record["notes"]),
            "windows": tuple(map(_window, record["windows"])),
            "figures": tuple(map(_figure, record["figures"])),
            "dropped": tuple(record.get("dropped", ())),
        }
    )


def check_restored(record: Mapping[str, Any]) -> "ClaimCheck":
    """The check of a sentence that ``record`` was made from."""
    from retrieval.figures.check import ClaimCheck

    return ClaimCheck(
        **{
            **record,
            "figures": tuple(map(_figure, record["figures"])),
            "citations": tuple(map(citation_restored, record["citations"])),
        }
    )


def citation_restored(record: Mapping[str, Any]) -> Citation:
    """The Citation that ``record`` was made from."""
    article = {**record["article"], "published": _day(record["article"]["published"])}
    return Citation(**{**record, "article": ArticleRef(**article), "also": tuple(record["also"])})


def _window(record: Mapping[str, Any]) -> Window:
    return Window(start=_day(record["from"]), end=_day(record["to"]), reason=record["reason"])


def _figure(record: Mapping[str, Any]) -> Figure:
    return Figure(**{**record, "edition_date": _day(record["edition_date"])})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
