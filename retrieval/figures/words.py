"""From a question in words to a request for figures, or to none.

Only questions about how much a country or the alliance spends on its defence are requests; what somebody said
about it, why, aid to others, plans and people are for the articles.
"""

import re
from datetime import date

from index.figures.figure import EUROPE_AND_CANADA, NATO_TOTAL, Metric, Publisher
from retrieval.countries import ALLIES, aggregates_in, countries_in
from retrieval.figures.request import FigureQuery, Kind


def figure_query(question: str, *, as_of: date | None = None) -> FigureQuery | None:
    """What ``question`` asks of the official figures; None where it asks for something else.

    ``as_of`` is the day on which it is asked, for "last year" and for which editions are out.
    """
    text = " ".join(question.split())
    if not _is_about_spending(text):
        return None
    names, everyone = _names(text)
    edition, previous, rest = _edition(text)
    years, since = _years(rest, as_of)
    target = _target(rest)
    kind = _kind(rest, names, everyone=everyone, years=years, since=since, target=target)
    if kind is None:
        return None
    metric = _metric(rest, kind, years, since=since)
    if kind == "change" and len(years) == 1 and not since and metric == "change":
        kind = "latest"
    return FigureQuery(
        kind=kind,
        names=names,
        years=years,
        since=since,
        metric=metric,
        edition=edition,
        previous=previous,
        source=_source(text),
        limit=_limit(rest) if kind == "rank" and not names else None,
        lowest=bool(_LOWEST.search(rest)) if kind == "rank" else False,
        target=target,
        below=bool(_BELOW.search(rest)) if kind == "count" else False,
        as_of=as_of,
    )


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})", re.IGNORECASE)


_DEFENCE = _words(
    r"(?:core )?defen[cs]e|military|militaries|armed forces|army|arms\b|armament|NATO|alliance|allies|ally\b"
)
_SPENDING = _words(
    r"spend\w*|spent\b|expenditures?\b|budgets?\b|outlays?\b|burden\b|pay(?:s|ing)?\b|invest(?:s|ed|"
    r"ment|ing)?\b|"
    r"share of (?:its |their )?GDP|of (?:its |their )?GDP|GDP\b|"
    r"(?:2|3\.5|5|two|five)[\s-]?(?:%|per\s?cent)|(?:spending|NATO) (?:target|goal|guideline|benchmark|"
    r"pledge)"
)
_SPEND_ON = _words(
    r"(?:spend\w*|spent|expenditures?|budgets?|pays?|invest\w*)\b[^.?]{0,24}? (?:on|in|for)\s+(?:its |"
    r"their |the )?(\w[\w-]*)"
)
_DEFENCE_OBJECT = re.compile(
    r"^(?:core|defen[cs]e|military|armed|arms|army|equipment|weapons?|forces|total|real|constant|"
    r"current|average|"
    r"gdp|dollars?|us|usd|national|euros?|nato|\d{4}|last|this|each|every|all|recent|percent|per|"
    r"relation|terms|"
    r"absolute|latest|newest|previous|20\w+|edition|allies|own|cash|money|billions?|millions?|fact|"
    r"comparison|years?|"
    r"poland|germany|pounds?|zlot\w+|kron\w+)$",
    re.IGNORECASE,
)
_OTHER_MATTER = _words(
    r"aid\b|assistance|support (?:for|to)|help(?:ing)? ukraine|for ukraine|to ukraine|common (?:budget|"
    r"fund\w*)|"
    r"civil budget|NATO(?:['’]s)? (?:own )?(?:common |military |civil )?budget\b|pension|education|"
    r"health\w*|climate|"
    r"space\b|nuclear|cyber\w*|tanks?\b|aircraft|jets?\b|missiles?|drones?|ammunition|troops|soldiers|"
    r"personnel|recruits?|conscript\w*|research|company|companies|contract\w*|bonds?\b|loans?\b|"
    r"deficit|debt|tax\w*|welfare|infrastructure|stockpile\w*|refugees?"
)
_SPEECH = _words(
    r"say|says|said|saying|think|thinks|thought|call(?:s|ed)?\b(?! for\?)|argue[sd]?|warn(?:s|ed)?|"
    r"claim(?:s|ed)?|promise[sd]?|"
    r"propose[sd]?|demand(?:s|ed)?|announce[sd]?|criticis\w+|criticiz\w+|prais\w+|urge[sd]?|insist\w*|"
    r"according to (?!nato|sipri|the (?:latest|newest|\d{4})|official)|comment\w*|react\w*|respon\w+|"
    r"explain\w*|"
    r"describe[sd]?|told|tell (?:us )?(?:that|why)|want(?:s|ed)?|agree[ds]?|refuse[sd]?|reject\w*|accus\w+|"
    r"vow(?:s|ed)?|pledged|plan(?:s|ned|ning)?\b|intend\w*|propos\w+|aim(?:s|ed)?\b|expected to|"
    r"supposed to|should\b|"
    r"agreement|deal\b|approve[sd]?|vote[sd]?|parliament|government\b(?=.*\b(?:decide|adopt))|poll\b|voters|"
    r"mean(?:s|t)? (?:for|by)|impact|effect|consequence\w*|reason\w*|purpose"
)
_NOT_HOW_MUCH = _words(
    r"why\b|who (?!spen|pay|is (?:the )?(?:top|biggest|largest|highest))|whose|where (?!do|does|did|is|"
    r"are)|when\b|how (?:will|would|could|can)\b|whether to"
)
_HOW_MUCH = _words(
    r"how much|how many|how (?:far|high|low|big|large|close|has|have|was|were|did|does|do|is|are)\b|"
    r"what (?:percent\w*|per cent|"
    r"share|proportion|fraction|part|is|was|are|were|did|does|do|has|about|%)|what['’]s|whats|which|"
    r"who (?:spen|pay|is)|where do|"
    r"where is|where are|show|list|give me|compare|rank\w*|chart|plot|graph|draw|history|trend|did|does|"
    r"do\b|is\b|"
    r"are\b|has\b|have\b|was\b|were\b|tell me|figure|table|top\b|percentage|latest|vs\b|versus"
)


def _is_about_spending(text: str) -> bool:
    """Whether how much is spent on defence is what is asked for."""
    if not (_SPENDING.search(text) and (_DEFENCE.search(text) or _plain_spending(text))) and not (
        re.search(r"\beditions?\b", text, re.IGNORECASE) and countries_in(text)
    ):
        return False
    if _OTHER_MATTER.search(text) or _SPEECH.search(text) or _NOT_HOW_MUCH.search(text):
        return False
    for match in _SPEND_ON.finditer(text):
        if not _DEFENCE_OBJECT.match(match[1]) and not countries_in(match[1], typos=True):
            return False
    return bool(_HOW_MUCH.search(text)) or len(text.split()) <= 9


def _plain_spending(text: str) -> bool:
    """Whether it is spending on nothing else, by a country, as in "How much does Poland spend?"."""
    return bool(
        (countries_in(text, typos=True) or _ANY_COUNTRY.search(text))
        and (re.search(r"\bGDP\b|\bhow much\b|%|per ?cent", text, re.IGNORECASE) or len(text.split()) <= 5)
        and not re.search(
            r"\bGDP (?:of|per|growth)|\bgrowth\b|\bits GDP\?|what is .{0,20}GDP\??$", text, re.IGNORECASE
        )
    )


_ANY_COUNTRY = _words(
    r"(?:how many|which|what|all|list) (?:\w+ )?(?:countr(?:y|ies)|members?|states|nations)\b"
)
_AS_A_WHOLE = re.compile(
    r"\bNATO(?:['’]s)?(?: as a whole| total| altogether| combined)|\b(?:does|did|has|is|"
    r"do) (?:the )?(?:whole )?(?:of )?"
    r"(?:NATO|alliance)(?! all(?:y|ies)| member| countr)\b|\bNATO(?:['’]s)? (?:total |combined |"
    r"overall |collective )?"
    r"(?:defen[cs]e |military )?(?:spending|expenditure)\b(?! (?:target|goal|guideline))|\b(?:all|"
    r"whole) of NATO\b|"
    r"\bby NATO\b|^NATO\b",
    re.IGNORECASE,
)


def _names(text: str) -> tuple[tuple[str, ...], bool]:
    """The countries and aggregates named, in order, and whether every ally is meant."""
    mentions = countries_in(text, typos=True, capitals=True)
    if any(mention.kind != "capital" for mention in mentions):
        mentions = [mention for mention in mentions if mention.kind != "capital"]
    names = [mention.name for mention in mentions]
    groups = [group.name for group in aggregates_in(text)]
    if EUROPE_AND_CANADA in groups:
        names.append(EUROPE_AND_CANADA)
    if not names and _AS_A_WHOLE.search(text):
        names.append(NATO_TOTAL)
    everyone = ALLIES in groups or (not names and (NATO_TOTAL in groups or bool(_ANY_COUNTRY.search(text))))
    return tuple(dict.fromkeys(names)), everyone


_EDITION = re.compile(
    r"\b(?:in |from |by |of |according to |as (?:of|in) )?(?:the |NATO['’]s |"
    r"SIPRI['’]s )?(?:(20\d\d) (?:NATO |SIPRI )?"
    r"(?:edition|tables?|report|release|publication)|edition(?: of)? (20\d\d))\b",
    re.IGNORECASE,
)
_PREVIOUS = _words(
    r"(?:the )?(?:previous|prior|preceding|last year['’]s|older|earlier) (?:edition|tables?|report|release)"
)


def _edition(text: str) -> tuple[str | None, bool, str]:
    """The edition named, whether the one before the newest is meant, and the text without these words."""
    matches = list(_EDITION.finditer(text))
    previous = bool(_PREVIOUS.search(text))
    rest = _PREVIOUS.sub(" ", _EDITION.sub(" ", text))
    if len(matches) != 1:
        return None, previous, rest if not matches else f"{rest} editions"
    return matches[0][1] or matches[0][2], previous, rest


_YEAR = r"((?:19|20)\d\d)"
_SPAN = re.compile(
    rf"\b(?:from |between )?{_YEAR}\s*(?:-|–|—|to|and|until|through|till)\s*{_YEAR}\b", re.IGNORECASE
)
_SINCE = re.compile(rf"\b(?:since|after|from)\s+{_YEAR}\b", re.IGNORECASE)
_LAST_YEARS = _words(r"(?:last|past|previous) (\d{1,2}|five|ten|decade|few) ?(?:years)?\b")
_NUMBERS = {"five": 5, "ten": 10, "decade": 10, "few": 5}


def _years(text: str, as_of: date | None) -> tuple[tuple[int, ...], bool]:
    """The years asked for, and whether they begin a span that lasts to the latest."""
    today = as_of or date.today()  # noqa: DTZ011 - a year is meant, wherever the reader is
    if span := _SPAN.search(text):
        first, last = sorted((int(span[1]), int(span[2])))
        return (first, last), False
    if since := _SINCE.search(text):
        return (int(since[1]),), True
    if back := _LAST_YEARS.search(text):
        count = _NUMBERS.get(back[1].lower()) or int(back[1])
        return (today.year - count,), True
    found = tuple(
        dict.fromkeys(int(year) for year in re.findall(rf"(?<![\d.,-]){_YEAR}(?![\d%-]|[.,]\d)", text))
    )
    if found:
        return tuple(sorted(found))[:2], False
    if re.search(r"\b(?:last year|a year ago)\b(?!['’]s (?:edition|tables))", text, re.IGNORECASE):
        return (today.year - 1,), False
    if re.search(r"\bthis year\b", text, re.IGNORECASE):
        return (today.year,), False
    return (), False


_TARGET = _words(
    r"targets?\b|goals?\b|guidelines?\b|benchmark|threshold|commitment|pledges?\b|floor\b|requirement|minimum"
)
_SHARE_NAMED = re.compile(
    r"(\d(?:[.,]\d+)?)\s?(?:%|per\s?cent|pct)|\b(two|three and a half|five)[\s-](?:per\s?cent|%)",
    re.IGNORECASE,
)
_REACH = _words(
    r"meet(?:s|ing)?|met\b|reach(?:es|ed|ing)?|hit(?:s|ting)?\b|miss(?:es|ed|ing)?|fulfil\w*|comply|"
    r"complies|attain\w*|"
    r"achiev\w+|above|below|under\b|over\b|short of|shortfall|far\b|close|distance|gap|fail\w*|at least|"
    r"exceed\w*|"
    r"more than|less than|lag\w*|behind|on target|away"
)
_BELOW = _words(
    r"below|under\b|miss(?:es|ed|ing)?|fail\w*|short|less than|(?:not|n['’]t) (?:meet|reach|hit|spend)|"
    r"lag\w*|behind|yet to"
)


def _target(text: str) -> float | None:
    match = _SHARE_NAMED.search(text)
    if not match:
        return None
    spelt = {"two": 2.0, "three and a half": 3.5, "five": 5.0}
    return spelt[match[2].lower()] if match[2] else float(match[1].replace(",", "."))


_REVISION = _words(
    r"revis\w+|editions\b|(?:changed?|differ\w*) (?:between|across) (?:the )?editions|each edition"
)
_MANY = _words(
    r"how many (?:(?:NATO|european) )?(?:allies|ally|countries|members?|states|nations|governments)|"
    r"(?:which|what|list|who)\b.{0,40}"
)
_RANK = _words(
    r"most\b|highest|top\b|biggest|largest|rank\w*|least\b|lowest|bottom|smallest|(?:first|last|"
    r"\d+(?:st|nd|rd|th)) place|"
    r"place\b|position|leaderboard|order\b|big spenders"
)
_LOWEST = _words(r"least\b|lowest|bottom|smallest|worst|laggards?")
_HISTORY = _words(
    r"over (?:the )?(?:past |last )?(?:\w+ )?(?:years|time|decade)|histor\w+|trend\w*|develop\w*|"
    r"evolv\w*|evolution|"
    r"year by year|each year|every year|by year|(?:last|past) (?:\w+ )?(?:years|decade)|chart|plot|"
    r"graph|draw|series|timeline"
)
_CHANGE = _words(
    r"ris(?:e|es|en|ing)\b|rose\b|gr(?:ow|ew|own|owth|owing|ows)\b|increas\w+|fall(?:s|en|ing)?\b|"
    r"fell\b|drop(?:s|ped)?\b|"
    r"cut\b|declin\w+|chang\w+|jump(?:s|ed)?\b|doubl\w+|tripl\w+|up\b|went\b|gain\w*|shrink|shrank|shrunk"
)
_COMPARE = _words(r"compar\w+|vs\b|versus|than\b|difference between|or\b|against|relative to|side by side")


def _kind(
    text: str,
    names: tuple[str, ...],
    *,
    everyone: bool,
    years: tuple[int, ...],
    since: bool,
    target: float | None,
) -> Kind | None:
    """What is asked for; None where neither a country nor the allies are asked about."""
    if not names and not everyone and not _RANK.search(text):
        return None
    if _REVISION.search(text) and names:
        return "revision"
    wants_target = (target is not None or _TARGET.search(text)) and _REACH.search(text)
    if not names and _MANY.search(text) and wants_target:
        return "count"
    if wants_target and names and not re.search(r"\bmore than [A-Z]", text):
        return "target"
    if _RANK.search(text):
        return "rank"
    if _CHANGE.search(text) and names:
        return "change"
    if _HISTORY.search(text) or since or len(years) > 1:
        return "history" if names else None
    if len(names) > 1 and _COMPARE.search(text):
        return "compare"
    return "latest"


_CONSTANT = _words(r"constant|real terms|inflation[ -]adjusted|adjusted for inflation|real dollars")
_NATIONAL = _words(
    r"(?:national|own|local) currency|in (?:\w+ )?(?:euros?|zlot\w+|pounds?|sterling|kron\w+|kroner|"
    r"liras?|lei|forints?|lev\w?)\b"
)
_EQUIPMENT = _words(r"equipment|major equipment")
_REAL_CHANGE = _words(
    r"real (?:change|growth|increase)|annual (?:real )?(?:change|growth)|growth rate|year[ -]on[ -]year"
)
_SHARE = _words(r"GDP|per\s?cent\w*|percentages?|share|proportion|fraction|burden|gross domestic")
_MONEY = re.compile(
    r"[$€£]|\b(?:dollars?|USD|billions?|millions?|money|cash|absolute|budgets?)\b", re.IGNORECASE
)


def _metric(text: str, kind: Kind, years: tuple[int, ...], *, since: bool) -> Metric:
    if kind in ("target", "count"):
        return "share"
    if _EQUIPMENT.search(text):
        return "equipment"
    if _REAL_CHANGE.search(text):
        return "change"
    if _NATIONAL.search(text):
        return "national"
    if _CONSTANT.search(text) and (kind != "change" or since or len(years) > 1 or not years):
        return "usd-constant"
    if _SHARE.search(text) or "%" in text:
        return "share"
    if kind == "change" and len(years) == 1 and not since:
        return "change"
    if _MONEY.search(text):
        return "usd"
    return "share"


def _source(text: str) -> Publisher | None:
    if re.search(r"\bSIPRI\b", text, re.IGNORECASE):
        return "sipri"
    return (
        "nato"
        if re.search(r"\b(?:according to|by) NATO\b|NATO['’]s (?:figures|tables|data)", text, re.I)
        else None
    )


_TOP = _words(
    r"(?:top|bottom|first|last|biggest|largest|highest|lowest|smallest) (\d{1,2}|two|three|four|five|"
    r"six|seven|eight|nine|ten)\b|(\d{1,2}|two|three|four|five|six|seven|eight|nine|"
    r"ten) (?:\w+ )?(?:biggest|largest|highest|lowest|smallest|top|most|least)"
)
_COUNTS = {
    w: n
    for n, w in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=2)
}


def _limit(text: str) -> int | None:
    """How many places: the number named, one for "which ally spends the most", else all."""
    if found := _TOP.search(text):
        word = (found[1] or found[2]).lower()
        return _COUNTS.get(word) or int(word)
    return None if re.search(r"\b(?:rank\w*|all|every|each|order|list)\b", text, re.IGNORECASE) else 1
