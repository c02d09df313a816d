"""The noun that a noun phrase is about: of "which British royal can …" the "royal"."""

import re

from retrieval.understand.nouns import PLURALS, kind_of_noun, singular
from retrieval.understand.wording import word_set

AUXILIARY = (
    r"(?:is|are|was|were|am|do|does|did|has|have|had|will|would|can|could|should|may|might|must|shall"
    r"|isn[’']?t|aren[’']?t"
    r"|wasn[’']?t|weren[’']?t|don[’']?t|doesn[’']?t|didn[’']?t|hasn[’']?t|haven[’']?t|hadn[’']?t"
    r"|won[’']?t|wouldn[’']?t"
    r"|can[’']?t|couldn[’']?t|shouldn[’']?t)"
)
PREPOSITION = (
    r"(?:in|at|on|by|to|for|from|with|of|under|near|over|after|before|until|since|during|against|about"
    r"|into|through"
    r"|between|among|around|according\s+to|as|than|towards?|behind|within|across)"
)

_PARTICLES = word_set("""
    that who which whose where when what and or but if because out up off down not no
""")
_PRONOUNS = word_set("it he she they we you i")
_PAST = word_set("""
    said says say won made makes took takes got gets saw sees became began came beat lost left led held set
    put bought sold sent paid gave went ran built broke told found kept met rose fell grew struck shot sank
    spoke stood wrote knew thought fought blew flew drew threw wore tore chose drove burnt swept slept fled
    stole hid bore shook hosts wants plans holds shows
""")
_ADVERBS = word_set("just now also ever never still soon once recently last next today yesterday tonight")
_DETERMINERS = word_set("the a an this these those his her its their first most more")
_ENDING = re.compile(r"\w+ly|\w{2,}ed|\w{2,}ing")
_NO_STOPS = word_set("""
    tally rally supply reply italy july fly daily weekly yearly quarterly early elderly deadly wing king
    ring building ruling meeting housing offering training ranking rating painting drawing speed seed breed
    creed feed need weed bed shed meaning finding warning funding spending ally family assembly monthly hit
    hearing anything
""")
_STEM = re.compile(rf"(?:{AUXILIARY}|{PREPOSITION})", re.IGNORECASE)
_WORD = re.compile(r"[^\W_](?:[\w’'.,&/-]*[\w])?|\d+%")
_LONGEST = 6


def head_after(text: str, *, bare: bool = False) -> str | None:
    """The noun, in the singular, that a noun phrase at the beginning of ``text`` is about.

    ``bare``: the phrase has no article of its own ("which British royal"), so that an auxiliary,
    preposition or pronoun at the beginning means that there is no noun ("what did …").
    """
    words: list[str] = []
    stop, end = "", 0
    for match in _WORD.finditer(text):
        gap, word = text[end : match.start()], match.group()
        if words and re.search(r"[,;:?!()—–]", gap):
            break
        end = match.end()
        after_owner = bool(words) and bool(_OWNER.search(words[-1]))
        if not _stops(word):
            words.append(word)
            if len(words) == _LONGEST:
                break
        elif words and not after_owner and not (word == "of" and words[-1][0].isupper() and not bare):
            stop = word.lower()
            break
        elif bare and not words and word.lower() not in _DETERMINERS and not _ENDING.fullmatch(word.lower()):
            return None
    return _head_of(words, stop, bare=bare)


_OWNER = re.compile(r"(?:[’']s|s[’'])$")


def is_noun(word: str) -> bool:
    """Whether a word that ends like a verb or an adverb stands in a noun phrase: "ruling", "yearly"."""
    return word.lower() in _NO_STOPS


def plural(noun: str | None) -> str:
    """The plural, by the plain rules of spelling; "" for None."""
    if not noun:
        return ""
    ending = (
        f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else noun if noun.endswith("s") else f"{noun}s"
    )
    return PLURALS.get(noun, ending)


def _stops(word: str) -> bool:
    """Whether a word ends a noun phrase."""
    plain = word.lower()
    if plain in _NO_STOPS:
        return False
    return (
        plain in _PARTICLES
        or plain in _PRONOUNS
        or plain in _PAST
        or plain in _ADVERBS
        or plain in _DETERMINERS
        or bool(_STEM.fullmatch(plain) or _ENDING.fullmatch(plain))
    )


def _head_of(words: list[str], stop: str, *, bare: bool) -> str | None:
    """The noun among ``words``; ``stop`` is the word that ended them, "" if it was the end.

    Of "which country's lawmakers" the country is asked for, of "what was Canada's target" the target.
    """
    for position in range(len(words) - 1, 0, -1):
        if _OWNER.search(words[position - 1]):
            owner = singular(words[position - 1].lower())
            if bare and kind_of_noun(owner) in ("place", "organisation"):
                return owner
            words = words[position:]
            break
    words = [word for word in words if not word[0].isdigit()]
    if not words:
        return None
    kinds = [position for position in range(len(words)) if _has_kind(words, position)]
    if not kinds:
        if len(words) > 1 and words[-1].endswith("s") and stop in _DETERMINERS | _PRONOUNS | {"to"}:
            words = words[:-1]  # "which animal tends to"
        several = next(
            (word for word in words if re.search(r"[^s’'us]s$", word) and word.islower()), words[-1]
        )
        return singular(several.lower())
    return singular(words[_last_of_compound(words, kinds, stop)].lower())


def _has_kind(words: list[str], position: int) -> bool:
    word = words[position]
    return bool(kind_of_noun(singular(word.lower()))) and (
        word.islower() or word.isupper() or position == len(words) - 1
    )


def _last_of_compound(words: list[str], kinds: list[int], stop: str) -> int:
    """Where the head stands: of "border policy will" the policy, of "state raises the" the state.

    What follows tells whether the last words are nouns or a verb with its object.
    """
    first = kinds[0]
    while first + 1 in kinds and not words[first].endswith("s"):  # a plural modifies nothing
        first += 1
    rest = words[first + 1 :]
    if not rest or rest[0][0].isupper():
        return first
    verb_inside = any(word.endswith("s") and not kind_of_noun(singular(word.lower())) for word in rest[:-1])
    complete = stop not in _DETERMINERS - {"this", "first"} and stop not in _PRONOUNS and stop != "to"
    ends_like_verb = rest[-1].endswith("s") and not re.fullmatch(AUXILIARY, stop)
    if complete and not verb_inside and not ends_like_verb and (stop not in _PAST or len(rest) == 1):
        return len(words) - 1
    return first
