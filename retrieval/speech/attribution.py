"""The record of who says a quote."""

from dataclasses import dataclass
from typing import Final

from index.sentences import Span
from retrieval.answer import Speech


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says a quote; all None where the article names nobody for certain.

    ``cue`` is the verb of saying ("said", "according to"; "" for a name alone on a line) and ``evidence`` the
    characters that name the speaker with it.
    """

    speaker: str | None = None
    speech: Speech | None = None
    cue: str | None = None
    evidence: Span | None = None


NOBODY: Final = Attribution()
