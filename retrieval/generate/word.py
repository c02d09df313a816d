"""A word of a sentence that is held to its source."""

from dataclasses import dataclass

from retrieval.generate.lexicon import GLUE
from retrieval.words import STOP_WORDS


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: as written, in lower case, and its stem or its synonyms' common one."""

    text: str
    lower: str
    stem: str
    start: int

    @property
    def says(self) -> bool:
        """Whether it carries content."""
        return self.lower not in STOP_WORDS and self.lower not in GLUE

    @property
    def named(self) -> bool:
        """Whether it is written with a capital."""
        return self.text[0].isupper()
