"""Papers, stations and agencies that a question asks for: "according to Reuters", "what does CNN report".

A name counts only where the question says that somebody reports; "CNN's lay-offs" asks about CNN, not for
it.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from retrieval.understand.wording import word_set


@dataclass(frozen=True, slots=True)
class Outlets:
    """The outlets a question asks for.

    ``known`` are the collection's own names for them. ``source`` is the usual name of the first, known to
    the collection or not: other papers may quote it. ``words`` are the names as typed. ``left_out`` are the
    (start, end) of "according to CNN" where the collection has CNN, so that the search need not look for
    the word.
    """

    known: tuple[str, ...] = ()
    source: str | None = None
    words: tuple[str, ...] = ()
    left_out: tuple[tuple[int, int], ...] = ()


_OUTLETS: dict[str, str] = {
    "BBC": "bbc;bbc news;british broadcasting corporation;bbc world service",
    "CNN": "cnn;cable news network",
    "Reuters": "reuters;thomson reuters",
    "Associated Press": "ap;associated press;ap news",
    "AFP": "afp;agence france-presse;agence france presse",
    "dpa": "dpa;deutsche presse-agentur",
    "USA TODAY": "usa today;usatoday",
    "The New York Times": "new york times;nyt;ny times;nytimes",
    "The Washington Post": "washington post;wapo;the post",
    "The Wall Street Journal": "wall street journal;wsj",
    "The Guardian": "guardian",
    "The Times": "the times;times of london",
    "The Telegraph": "telegraph;daily telegraph",
    "The Independent": "the independent",
    "The Economist": "economist",
    "The Week": "the week;the week uk",
    "Financial Times": "financial times;ft",
    "Bloomberg": "bloomberg;bloomberg news",
    "Politico": "politico;politico europe",
    "Axios": "axios",
    "Al Jazeera": "al jazeera",
    "Der Spiegel": "spiegel;der spiegel",
    "Bild": "bild",
    "Die Welt": "die welt;welt",
    "Die Zeit": "die zeit",
    "Frankfurter Allgemeine": "faz;frankfurter allgemeine;frankfurter allgemeine zeitung",
    "Süddeutsche Zeitung": "süddeutsche;süddeutsche zeitung;sueddeutsche zeitung",
    "Deutsche Welle": "deutsche welle;dw",
    "Le Monde": "le monde",
    "Le Figaro": "le figaro;figaro",
    "El País": "el país;el pais",
    "Corriere della Sera": "corriere della sera",
    "ANSA": "ansa",
    "Euronews": "euronews",
    "Euractiv": "euractiv",
    "Sky News": "sky news;sky",
    "ITV": "itv;itv news",
    "Channel 4": "channel 4;channel 4 news",
    "Daily Mail": "daily mail;mail online",
    "NBC": "nbc;nbc news",
    "ABC": "abc;abc news",
    "CBS": "cbs;cbs news",
    "PBS": "pbs;pbs newshour",
    "NPR": "npr",
    "MSNBC": "msnbc",
    "Fox News": "fox news",
    "CNBC": "cnbc",
    "Defense News": "defense news;defence news",
    "Jane's": "jane's;janes",
    "Kyiv Independent": "kyiv independent",
    "Kyiv Post": "kyiv post",
    "Ukrainska Pravda": "ukrainska pravda;ukrayinska pravda",
    "Ukrinform": "ukrinform",
    "TASS": "tass",
    "RIA Novosti": "ria novosti;ria",
    "Interfax": "interfax",
    "RT": "rt;russia today",
    "Sputnik": "sputnik news;sputnik",
    "Kommersant": "kommersant",
    "Meduza": "meduza",
    "Novaya Gazeta": "novaya gazeta",
    "Xinhua": "xinhua",
    "Global Times": "global times",
    "Anadolu": "anadolu;anadolu agency",
    "Haaretz": "haaretz",
    "Radio Free Europe": "radio free europe;rfe/rl;radio liberty",
    "Voice of America": "voice of america;voa",
    "Yle": "yle",
    "SVT": "svt",
    "NRK": "nrk",
    "ERR": "err;err news",
    "PAP": "pap",
    "NOS": "nos",
    "NV": "nv",
    "UNN": "unn",
}
_ALSO_WORDS = word_set("""
    ap rt nv err pap nos ria ft dw abc sky bild welt pbs guardian telegraph economist sputnik figaro
""") | {"the times", "the week", "the post", "the independent"}
"""Names that are also words, or short enough to be part of one: they count only with a capital."""

_NEWS_NOUN = (
    r"(?:reports?|reporting|articles?|stor(?:y|ies)|coverage|interviews?|headlines?|journalists?"
    r"|correspondents?|reporters?|editorial"
    r"|op-?ed|piece|investigation|analysis|opinion|news|poll|account)"
)
_NEWS_VERB = (
    r"(?:reports?|reported|reporting|writes?|wrote|written|writing|says?|said|quotes?|quoted"
    r"|publish(?:es|ed)?|covers?|covered|found)"
)
_ATTRIBUTED = re.compile(
    r"\b(?:according\s+to|as\s+(?:reported|told|quoted|published|carried|seen)\s+(?:by|in|on|to)"
    r"|reported\s+by|per|via)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"\b(?:in|on|from|by|told|tells?|telling|to|with|{_NEWS_NOUN}(?:\s+(?:in|by|on|from|with|to"
    rf"|at))?)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_SPOKEN_TO = re.compile(
    r"\b(?:interview|speak\w*|spoke|talk\w*|said|say|statement|remarks?)\b[^.?]*\b(?:to|with)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    rf"\b(?:{_NEWS_NOUN}|{_NEWS_VERB}|say|tell|tells|told|telling|claim\w*|interview\w*|spoke|speak\w*"
    rf"|talk\w*|announc\w*|read|argue\w*)\b",
    re.IGNORECASE,
)
_AFTER = re.compile(rf"(?:[’']s?)?\s+(?:\w+ly\s+)?(?:{_NEWS_NOUN}|{_NEWS_VERB})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[.&’'/-][^\W_]+)*")
_LONGEST = 4
_HOST = re.compile(r"^(?:https?://)?(?:www\d?\.)?(?P<labels>[\w-]+(?:\.[\w-]+)+)/?$", re.IGNORECASE)
_PUBLIC_SUFFIX = re.compile(r"(?:\.(?:co|com|org|net|gov|ac))?\.[a-z]{2,}$", re.IGNORECASE)


def outlets_in(text: str, *, known: Collection[str] = ()) -> Outlets:
    """The outlets ``text`` asks for; ``known`` are the collection's, by name or host ("www.cnn.com")."""
    publishers: list[str] = []
    sources: list[str] = []
    typed: list[str] = []
    left_out: list[tuple[int, int]] = []
    for start, end, form in _named(text, _forms(tuple(known))):
        attributed = _ATTRIBUTED.search(text, max(start - 60, 0), start)
        if not (attributed or _is_asked(text, start, end)):
            continue
        source, names = _forms(tuple(known))[form]
        publishers += names
        sources.append(source)
        typed.append(text[start:end])
        if attributed and names:
            left_out.append((attributed.start(), end))
    return Outlets(
        known=tuple(dict.fromkeys(publishers)),
        source=sources[0] if sources else None,
        words=tuple(dict.fromkeys(typed)),
        left_out=tuple(left_out),
    )


def _is_asked(text: str, start: int, end: int) -> bool:
    if _AFTER.match(text, end):
        return True
    before = _BEFORE.search(text, max(start - 60, 0), start)
    if not before or not _REPORTED.search(text):
        return False
    last = before.group().split()
    if "to" in last or "with" in last:
        return bool(_SPOKEN_TO.search(text, max(start - 200, 0), start))
    return True


def _named(text: str, forms: dict[str, tuple[str, tuple[str, ...]]]) -> Iterator[tuple[int, int, str]]:
    """Where names of outlets stand, the longest first at each place, as (start, end, form)."""
    plain = text.lower().replace("’", "'")
    tokens = [match.span() for match in _WORD.finditer(plain)] if len(plain) == len(text) else []
    position = 0
    while position < len(tokens):
        start = tokens[position][0]
        for length in range(min(_LONGEST, len(tokens) - position), 0, -1):
            end = tokens[position + length - 1][1]
            form = _plain(plain[start:end])
            if form in forms and (form not in _ALSO_WORDS or text[start:end].split()[-1][0].isupper()):
                yield start, end, form
                position += length - 1
                break
        position += 1


@lru_cache(maxsize=8)
def _forms(known: tuple[str, ...]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every form of a name, with the outlet's usual name and the collection's names for it."""
    own: dict[str, list[str]] = {}
    for publisher in known:
        for form in _forms_of(publisher):
            own.setdefault(_squeezed(form), []).append(publisher)
    table: dict[str, tuple[str, tuple[str, ...]]] = {}
    for name, aliases in _OUTLETS.items():
        forms = [*aliases.split(";"), _plain(name)]
        names = [publisher for form in forms for publisher in own.get(_squeezed(form), ())]
        for form in forms:
            table[form] = (name, tuple(dict.fromkeys(names)))
    for publisher in known:
        for form in _forms_of(publisher):
            if len(form) > 1:
                table.setdefault(form, (publisher, (publisher,)))
    return table


def _forms_of(publisher: str) -> list[str]:
    """A publisher's name, without article; of a host its name too: "edition.cnn.com" is "cnn"."""
    name = publisher.strip()
    host = _HOST.match(name)
    if not host:
        return [form for form in (_plain(name), re.sub(r"^the\s+", "", _plain(name))) if form]
    labels = host["labels"].lower()
    core = _PUBLIC_SUFFIX.sub("", labels).rpartition(".")[2]
    return [labels, *([core] if core else [])]


def _plain(name: str) -> str:
    """A name to look up: small letters, single spaces, no possessive."""
    plain = " ".join(name.lower().replace("’", "'").split())
    return plain if plain == "jane's" else plain.removesuffix("'s")


def _squeezed(form: str) -> str:
    return re.sub(r"\W", "", form)
