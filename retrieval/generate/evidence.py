"""What a sentence may rest on: the sentences of a cited passage, or an official row, each on its own."""

import re
from dataclasses import dataclass
from typing import Final

from index.figures.figure import Figure
from index.sentences import sentences
from retrieval.answer import Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """``sentences`` that can bear another out, and what is known ``about`` them: title, publisher, speaker.

    ``row``: it is an official figure, whose label is no prose.
    """

    sentences: tuple[str, ...]
    about: str
    text: str
    row: bool = False


def source_of(citation: Citation) -> Source:
    """What a citation's passage gives. A sentence cut off at the passage's end counts as it stands."""
    article = citation.article
    said = (article.title, article.publisher, citation.speaker, citation.context, *citation.also)
    day = article.published
    issue = f"{day.day} {day:%B %Y}" if day else None
    spans = sentences(citation.passage)
    return Source(
        sentences=tuple(" ".join(citation.passage[start:end].split()) for start, end in spans),
        about=" . ".join(" ".join(one.split()) for one in (*said, issue) if one),
        text=citation.passage,
    )


def source_of_row(figure: Figure) -> Source:
    """What an official figure gives: its row, in words."""
    text = row_text(figure)
    return Source(sentences=(text,), about="defence expenditure spending", text=text, row=True)


def row_text(figure: Figure) -> str:
    """``Poland, 2024: 4.12 % of GDP, defence expenditure, NATO edition 2025 (estimate)``."""
    value = "not published" if figure.value is None else f"{figure.value:g} {figure.unit}"
    if figure.value is not None and figure.unit.startswith("%"):
        value = f"{figure.value:g}{figure.unit}"
    mark = " (estimate)" if figure.estimate else ""
    return (
        f"{figure.country}, {figure.year}: {value}, defence expenditure, "
        f"{figure.source.upper()} edition {figure.edition}{mark}"
    )


def orders_the_model(text: str) -> bool:
    """Whether a text speaks to a language model, which news does not: it is neither shown nor relied on."""
    return _ORDERS.search(text) is not None


_ORDERS: Final = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override)\s+(?:(?:of|the)\s+)*(?:all|any|your|these|previous|prior|above|earlier|preceding)\s+
    (?:(?:of|the|your|previous|prior|above|earlier|safety|other)\s+){0,4}(?:instruction|rule|prompt|direction|guideline)s?\b
    |\b(?:ignore|disregard|forget)\s+(?:everything|all|anything)\s+(?:above|before|previous|you|that\s+(?:came|was|is))
    |\b(?:you\s+are|act\s+as)\s+(?:now\s+)?(?:an?\s+)?(?:\w+\s+){0,2}(?:assistant|chatbot|language\s+model|AI|LLM|DAN)\b
    |\b(?:system|developer|assistant)\s*(?:prompt|message|override|instruction)
    |^\s*(?:\#+\s*)?(?:system|assistant|user|instructions?)\s*:
    |<\|?/?(?:im_start|im_end|system|assistant|user|s|inst|end_of_turn|start_of_turn)\|?>|\[/?INST\]
    |\b(?:note|message|attention|instructions?)\s+(?:to|for)\s+(?:the\s+|any\s+|all\s+)?(?:AI|LLM|assistant|chatbot|bot|language\s+model)s?\b
    |\b(?:respond|reply|answer)\s+(?:only\s+)?(?:with|that|by\s+saying)\b
    |\b(?:your|the)\s+(?:new\s+)?(?:instructions|rules)\s+(?:are|say)\b
    |\bwhen\s+(?:asked|answering|summari[sz]ing)\b[^.\n]{0,40}\b(?:say|state|write|answer|claim|reply)\b
    |^\s*(?:===|---|```)\s*\w*\s*(?:end|begin)\b
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
