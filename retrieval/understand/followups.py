"""Follow-up questions made whole: "And France?", "what did he say about it?", "why?", "who said that?".

What is written out is a question that a reader would have asked in full; a question that stands on its own
comes back as it is. The rules know a handful of forms; what refers to something is looked up in the
conversation (`retrieval.understand.salience`).
"""

import re
from collections.abc import Sequence
from datetime import date

from retrieval.countries import Mention, countries_in
from retrieval.understand.dates import moments_in
from retrieval.understand.kinds import is_smalltalk
from retrieval.understand.names import names_in, possessive, with_article
from retrieval.understand.nouns import kind_of_noun, singular
from retrieval.understand.pronouns import pronouns_resolved
from retrieval.understand.salience import first_sentence, topic
from retrieval.understand.speech import speech_in
from retrieval.understand.times import time_phrases
from retrieval.understand.turn import Turn
from retrieval.understand.wording import without_politeness, word_set

_LEAD_IN = re.compile(
    r"^(?:(?:ok(?:ay)?|thanks?|thank\s+you|great|good|cool|right|fine|interesting|hm+|well|yes|no"
    r"|sure)[\s,.!…-]+)+(?=\w)",
    re.IGNORECASE,
)
_AND = re.compile(r"^(?:(?:and|but|so|or|also|then|now)[\s,]+)+", re.IGNORECASE)
_ABOUT = re.compile(
    r"^(?:what|how)\s+(?:about|of)\s+|^(?:the\s+)?same\s+(?:question\s+)?(?:for|with|about|in)\s+",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|will"
    r"|would|can|could|should|say|said|tell|give|show|list|compare|spends?)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(?P<word>why(?:\s+not)?|how\s+come|how\s+so|when|where|who(?:\s+else)?|how|what\s+else"
    r"|where\s+else|since\s+when|until\s+when|till\s+when|by\s+when|from\s+when|by\s+whom|with\s+whom"
    r"|to\s+whom|from\s+whom"
    r"|for\s+how\s+long|how\s+long|how\s+much|how\s+many|how\s+often|which\s+ones?|which)(?:\s+(?:exactly"
    r"|precisely|is\s+that|was\s+that|though|specifically))?$",
    re.IGNORECASE,
)
_WHO_SAID = re.compile(
    r"^(?:who\s+(?:said|says|claimed|claims|wrote|told\s+you)\s+(?:that|this|so|it)|says\s+who"
    r"|according\s+to\s+whom|who\s+is\s+(?:being\s+)?quoted)$",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    r"^(?:is\s+(?:that|this|it)\s+(?:really\s+|actually\s+|still\s+)?(?:right|true|correct|so|accurate"
    r"|certain|sure|confirmed)|really|are\s+you\s+sure|true|for\s+real|seriously)$",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^(?:(?:please\s+)?(?:tell\s+me\s+|show\s+me\s+|give\s+me\s+|say\s+)?(?:some\s+"
    r"|a\s+bit\s+)?more(?:\s+(?:please|details?|info|information|on\s+(?:that|this|it)|about\s+(?:that"
    r"|this|it)))?"
    r"|go\s+on|continue|anything\s+else|what\s+else|details?|elaborate|expand(?:\s+on\s+(?:that|this"
    r"|it))?|next)$",
    re.IGNORECASE,
)
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might|must)"
_YES_NO = re.compile(rf"^(?P<aux>{_AUXILIARY})\s+(?P<rest>.+)$", re.IGNORECASE)
_SIMPLE_WH = re.compile(
    rf"^(?:when|where|why|how|how\s+long|how\s+often|since\s+when"
    rf"|by\s+when)\s+(?P<aux>{_AUXILIARY})\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_SAID_WHAT = re.compile(
    r"^what\s+(?P<aux>did|does|has|have|had)\s+(?P<who>.+?)\s+(?P<verb>say|said|think|claim|claimed"
    r"|promise|promised|announce|announced|propose|suggest|demand)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(
    rf"^how\s+(?P<much>much"
    rf"|many)(?P<noun>(?:\s+[\w-]+){{0,3}}?)\s+(?P<aux>{_AUXILIARY})\s+(?P<who>.+?)\s+(?P<verb>spend|have"
    rf"|had|send|sent|give|given|provide|provided|pay|paid|need|buy|order|lose|lost|station|host"
    rf"|get)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"^(?P<word>in|for|to|from|by|of|with|about|on|at|against|within|among)\s+", re.IGNORECASE
)
_COUNTED = re.compile(
    r"^(?P<how>(?:how\s+(?:many|much)|which|what)\s+)(?P<noun>[\w-]+(?:\s+[\w-]+)?)(?=\s+(?:is|are|was"
    r"|were|do|does|did|has|have|had|will|would|can|could)\b)",
    re.IGNORECASE,
)
_TOPIC = re.compile(r"\b(?P<word>about|on|regarding)\s+(?P<topic>(?:[^?.!,]|[.,](?=\d))+)", re.IGNORECASE)
_ENDS_IN_SPEECH = re.compile(
    r"(?<!\bits )(?<!\bhis )(?<!\bher )(?<!\btheir )(?<!\bthe )(?<!\ba )\b(?:(?P<about>say|said|think"
    r"|thinks|comment|propose|promise|announce)|(?P<to>respond|reply|react|responded|replied|reacted"
    r"|answer))$",
    re.IGNORECASE,
)
_NEGATIVE = {"will": "won't", "can": "can't", "must": "mustn't"}
_PAST = {"does": "did", "do": "did", "is": "was", "are": "were"}
_PRESENT = re.compile(r"(?<!\bthat )\b(?:does|do|is|are)\b", re.IGNORECASE)
_OWN_NOUN = re.compile(r"^(?P<whose>his|her|their|its)\s+(?P<noun>(?:[\w-]+\s+){0,2}[\w-]+)$", re.IGNORECASE)
_LEADING = re.compile(
    r"(?:in|on|at|the|last|this|since|before|after|during|until|by|between|from|yesterday|today)\b", re.I
)
_SMALL = word_set("""
    a an at he her his in it its on she that the their there these they this those we
""")
_QUOTED = re.compile(r"[\"“](?P<words>[^\"“”]{12,200})[\"”]")
_YEAR_BEFORE = re.compile(
    r"^(?:in\s+)?(?:the|a)\s+(?:year\s+(?:before|earlier)|previous\s+year)(?:\s+that)?$", re.IGNORECASE
)
_YEAR_AFTER = re.compile(
    r"^(?:in\s+)?the\s+(?:year\s+after|next\s+year|following\s+year)(?:\s+that)?$", re.IGNORECASE
)


def resolved(question: str, turns: Sequence[Turn], *, today: date) -> str:
    """``question`` with what it refers to in ``turns`` filled in, or as it is if it stands alone."""
    said = [turn for turn in turns if not is_smalltalk(turn.understood)]
    if not said:
        return question
    core = without_politeness(_LEAD_IN.sub("", question.strip())).strip(" ?.!…")
    begins_with_and = bool(_AND.match(core))
    core = _AND.sub("", core)
    if not core:
        return question
    previous = said[-1]
    whole = (
        _about_the_answer(core, said, today)
        or _bare(core, previous.understood)
        or _elliptic(core, said, today, explicit=begins_with_and, asked=question.rstrip().endswith("?"))
    )
    if whole:
        return whole
    filled = pronouns_resolved(_LEAD_IN.sub("", question.strip()), said, today=today)
    if filled is None:
        filled = _with_topic(core, said, today)
    return _sentence(filled) if filled else question


def _about_the_answer(core: str, turns: Sequence[Turn], today: date) -> str | None:
    """Questions about the last answer: "who said that?", "is that right?", "more"."""
    previous = turns[-1]
    answer = first_sentence(previous.answer_text)
    if _WHO_SAID.match(core):
        quoted = _QUOTED.search(previous.answer_text)
        answer = quoted["words"].rstrip(".,") if quoted else answer
        return f"Who said “{answer}”?" if answer else f"Who said that about {topic(turns, today=today)}?"
    if _RIGHT.match(core):
        return (
            f"Is it right that {_lower_first(answer)}?"
            if answer
            else f"Is it right: {_bare_form(previous.understood)}?"
        )
    if _MORE.match(core):
        text = _bare_form(previous.understood)
        with_else = re.sub(r"^(what|who|where)\b(?!\s+else)", r"\1 else", text, count=1, flags=re.IGNORECASE)
        if with_else != text and re.match(rf"^\w+\s+else\s+{_AUXILIARY}\b", with_else, re.IGNORECASE):
            return _sentence(f"{with_else}?")
        return _sentence(f"What else is known on this: {_lower_question(text)}?")
    return None


def _bare(core: str, previous: str) -> str | None:
    """For "why?" and "since when?": the last question, asked with that word."""
    bare = _BARE.match(core)
    if not bare:
        return None
    word = re.sub(r"\s+", " ", bare["word"].lower())
    word = {"how come": "why", "how so": "how"}.get(word, word)
    text = _bare_form(previous)
    if word in ("what else", "who else", "where else"):
        first = word.split()[0]
        return _sentence(re.sub(rf"^{first}\b", word, text, count=1, flags=re.IGNORECASE) + "?")
    if word.startswith("which") and text.lower().startswith("which"):
        return _sentence(f"{text}?")
    if word in ("who", "which", "which one", "which ones"):
        return _sentence(f"{text}, and {word} exactly?")
    for pattern in (_YES_NO, _SIMPLE_WH):
        form = pattern.match(text)
        if form:
            auxiliary = form["aux"].lower()
            if word == "why not":
                word, auxiliary = "why", _NEGATIVE.get(auxiliary, auxiliary + "n't")
            return _sentence(f"{word} {auxiliary} {form['rest']}?")
    said = _SAID_WHAT.match(text)
    if said and word != "how much":
        return _sentence(f"{word} {said['aux'].lower()} {said['who']} {said['verb']} that{said['rest']}?")
    much = _HOW_MUCH.match(text)
    if much and word in ("why", "since when", "how", "how long", "for how long"):
        counted = f"that {much['much']}{much['noun']}"
        return _sentence(
            f"{word} {much['aux'].lower()} {much['who']} {much['verb']} {counted}{much['rest']}?"
        )
    return _sentence(f"{text}, and {word}?")


def _elliptic(core: str, turns: Sequence[Turn], today: date, *, explicit: bool, asked: bool) -> str | None:
    """For "and France?" and "what about 2023?": the last question with one part exchanged."""
    about = _ABOUT.match(core)
    fragment = _ABOUT.sub("", core).strip(" ?.,")
    if not fragment or len(fragment.split()) > 6 or _ASKING.search(fragment):
        return None
    previous = turns[-1]
    last = _bare_form(previous.understood)
    own = _OWN_NOUN.match(fragment)
    if own:
        verb = "who is" if kind_of_noun(singular(own["noun"].split()[-1].lower())) == "person" else "what is"
        return _sentence(
            f"{pronouns_resolved(f'{verb} {fragment}', turns, today=today) or f'{verb} {fragment}'}?"
        )
    shifted = _year_shifted(fragment, last)
    if shifted:
        return _sentence(f"{shifted}?")
    only_a_time = _is_time(fragment, today)
    mention = _only_country(fragment)
    if not (explicit or about or ((only_a_time or mention) and (asked or len(fragment.split()) <= 3))):
        return None
    if only_a_time:
        return _sentence(f"{_in_the_past(_with_time(last, fragment, today), fragment, today)}?")
    if mention:
        return _sentence(f"{_with_country(last, fragment, mention, previous, today)}?")
    return _sentence(f"{_with_part(last, fragment, today)}?")


def _is_time(fragment: str, today: date) -> bool:
    spans = time_phrases(fragment, today=today)
    return bool(spans) and spans[0][0] == 0 and spans[-1][1] >= len(fragment.rstrip(" ?"))


def _with_time(last: str, fragment: str, today: date) -> str:
    spans = time_phrases(last, today=today)
    words = (
        f"in {fragment}" if re.match(r"(?:\d{4}|Q[1-4]|[A-Z][a-z]+(?:\s+\d{4})?)$", fragment) else fragment
    )
    if not spans:
        return f"{last} {_small(words)}"
    start, end = spans[-1]
    attributive = re.match(r"(?:the\s+)?\d{4}$", last[start:end].strip()) and re.fullmatch(r"\d{4}", fragment)
    return f"{last[:start]}{fragment if attributive else words}{last[end:]}"


def _in_the_past(text: str, fragment: str, today: date) -> str:
    """What is asked of a year that is over, in the past tense."""
    moments = moments_in(fragment, today=today)
    over = bool(moments) and moments[-1].last.year < today.year and not fragment.lower().startswith("since")
    if not over:
        return text
    return _PRESENT.sub(lambda match: _PAST[match.group().lower()], text, count=1)


def _year_shifted(fragment: str, last: str) -> str | None:
    step = -1 if _YEAR_BEFORE.match(fragment) else 1 if _YEAR_AFTER.match(fragment) else 0
    years = list(re.finditer(r"\b(?:19|20)\d\d\b", last))
    if not step:
        return None
    if not years:
        return f"{last} {fragment}"
    year = years[-1]
    return f"{last[: year.start()]}{int(year.group()) + step}{last[year.end() :]}"


def _only_country(fragment: str) -> Mention | None:
    """The country, if the fragment is nothing else but a preposition or an article."""
    found = countries_in(fragment, typos=True)
    if len(found) != 1:
        return None
    rest = fragment[: found[0].start] + fragment[found[0].end :]
    return (
        found[0]
        if re.fullmatch(
            r"\W*(?:(?:in|for|to|from|by|of|with|about|on|at|against|the|us)\W*)*(?:s\W*)?",
            rest,
            re.IGNORECASE,
        )
        else None
    )


def _with_country(last: str, fragment: str, mention: Mention, previous: Turn, today: date) -> str:
    """The last question, about another country in the place of one of its own."""
    name = with_article(mention.name)
    found = countries_in(last, typos=True)
    if not found:
        about = _PREPOSITION.match(fragment)
        if about and _matter(last, [], about["word"].lower()):
            return _with_part(last, fragment, today)
        found = countries_in(last, capitals=True)
    if not found:
        return f"{last} {fragment if _PREPOSITION.match(fragment) else f'in {name}'}"
    place = _role(last, fragment, found, previous)
    start, end = place.start, place.end
    article = re.search(r"\bthe\s+$", last[:start], re.IGNORECASE)
    if article and (name.startswith("the ") or place.kind in ("name", "people", "capital")):
        start = article.start()
    owned = re.match(r"[’']s?(?!\w)", last[end:])
    if owned and name.endswith("s"):
        name, end = f"{name}’", end + owned.end()
    if place.kind == "people" and not owned and re.match(r"\s+[a-z]", last[end:]):
        name = possessive(name)
    if start == 0:
        name = name[0].upper() + name[1:]
    return f"{last[:start]}{name}{last[end:]}"


def _role(last: str, fragment: str, found: list[Mention], previous: Turn) -> Mention:
    preposition = _PREPOSITION.match(fragment)
    if preposition:
        word = preposition["word"]
        for place in found:
            if re.search(rf"\b{word}\s+(?:the\s+)?$", last[: place.start], re.IGNORECASE):
                return place
    exchanged = (
        {each.iso3 for each in countries_in(previous.question)}
        if previous.question != previous.understood
        else set()
    )
    for place in found:
        if place.iso3 in exchanged:
            return place
    speaker = speech_in(last).speaker
    for place in found:
        if speaker and last[place.start : place.end] in speaker:
            return place
    return found[-1]


def _with_part(last: str, fragment: str, today: date) -> str:
    """Another person, thing or matter in the place of the one that was asked about."""
    preposition = _PREPOSITION.match(fragment)
    bare = fragment[preposition.end() :] if preposition else fragment
    times = time_phrases(last, today=today)
    about = _matter(last, times, preposition["word"].lower() if preposition else "about")
    named = [name for name in names_in(bare) if len(name.text) >= len(bare) - 6]
    is_person = bool(named) and named[0].is_person
    speaker = speech_in(last).speaker
    if speaker and is_person and not preposition:
        return last.replace(speaker, bare, 1)
    if about:
        stop = min((start for start, _ in times if start > about.start("topic")), default=about.end("topic"))
        tail = last[stop:]
        gap = " " if tail and not tail.startswith((" ", ",")) else ""
        return f"{last[: about.start('topic')]}{bare}{gap}{tail}"
    if named:
        names = [name for name in names_in(last) if name.is_person == is_person] or names_in(last)
        if names:
            place = names[-1]
            return f"{last[: place.start]}{bare}{last[place.end :]}"
    counted = _COUNTED.match(last)
    if counted and not preposition and not named:
        return f"{counted['how']}{bare}{last[counted.end() :]}"
    if preposition:
        return f"{last} {fragment}"
    return f"{last}, and {fragment}"


def _matter(last: str, times: list[tuple[int, int]], preposition: str) -> re.Match[str] | None:
    """What the question is about: after "about", or after "on" where the follow-up says "on" too."""
    for match in reversed(list(_TOPIC.finditer(last))):
        in_a_time = any(start <= match.start() < end for start, end in times)
        if not in_a_time and (match["word"].lower() != "on" or preposition == "on"):
            return match
    return None


def _with_topic(core: str, turns: Sequence[Turn], today: date) -> str | None:
    """For "what did Macron say?": about the matter that the conversation is about."""
    ends = _ENDS_IN_SPEECH.search(core)
    if not ends or len(core.split()) > 7 or not _ASKING.match(core):
        return None
    matter = topic(turns, today=today)
    return f"{core} {'about' if ends['about'] else 'to'} {matter}?" if matter else None


def _small(words: str) -> str:
    """Words that begin a question as they stand inside one: "in 2023", but "March 2023"."""
    return words[0].lower() + words[1:] if _LEADING.match(words) else words


def _lower_question(text: str) -> str:
    return text[0].lower() + text[1:] if _ASKING.match(text) else text


def _bare_form(text: str) -> str:
    """A question without its mark, and without the politeness around it."""
    return without_politeness(text).strip().rstrip("?!. ")


def _lower_first(text: str) -> str:
    """A sentence as a clause: its first letter small, unless it begins a name."""
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first.lower() in _SMALL else text


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]
