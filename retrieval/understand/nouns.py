"""Nouns that questions ask about, by the kind of answer they want."""

import re
from typing import Literal

from retrieval.understand.wording import word_set

Kind = Literal[
    "person", "organisation", "place", "date", "duration", "number", "amount", "percentage", "reason", "title"
]

_BY_KIND: dict[Kind, str] = {
    "person": """
        person man woman boy girl child people minister president chancellor premier leader chief chair
        chairman chairwoman director secretary general admiral colonel captain commander officer official
        aide adviser advisor ambassador envoy diplomat politician lawmaker senator congressman congresswoman
        representative mp mep governor mayor candidate nominee king queen prince princess royal monarch pope
        bishop cardinal actor actress singer musician rapper comedian artist author writer novelist poet
        filmmaker producer journalist reporter anchor host presenter celebrity star athlete player
        footballer quarterback golfer gymnast swimmer runner driver coach champion winner boxer billionaire
        tycoon businessman ceo cfo founder owner executive economist scientist researcher professor doctor
        lawyer judge justice prosecutor attorney spokesman spokeswoman spokesperson dissident activist
        oligarch dictator successor predecessor analyst historian expert veteran soldier marine pilot
        astronaut cosmonaut general teacher student icon legend figure hero deputy personality character
        rival member lady lord duke duchess emperor legislator republican democrat publicist cricketer
        dancer wrestler skater baker screenwriter comedian historian musician physician librarian civilian
        guardian magician mathematician technician whistleblower suspect gunman killer victim hostage
        prisoner supermodel model designer chef influencer youtuber philosopher guitarist drummer frontman
        wife husband son daughter brother sister father mother
        """,
    "organisation": """
        company firm corporation contractor manufacturer maker automaker carmaker airline retailer
        supermarket chain bank brand giant startup publisher broadcaster newspaper magazine outlet network
        channel agency ministry department bureau committee commission council court parliament party union
        organisation organization ngo charity group team club franchise band league association federation
        university college school institute institution think-tank museum force army navy regiment brigade
        battalion division unit militia cartel alliance bloc coalition church hospital operator supplier
        developer consortium conglomerate platform app service studio label authority regulator body
        government administration employer shipyard unicorn pharmacy store pizzeria restaurant producer
        entity sponsor orchestra
        """,
    "place": """
        place country nation state city town village region province district county island continent
        capital airfield airport airbase base port harbour harbor site location venue stadium arena building
        street square river lake sea ocean mountain volcano park beach border area territory zone location
        area headquarters destination planet neighbourhood neighborhood suburb municipality republic kingdom
        peninsula prison palace castle cathedral landmark spot desert valley forest canal strait bridge ally
        member-state birthplace
        """,
    "date": "date day year month decade century deadline weekday birthday anniversary season time",
    "duration": "duration length period age-limit term timeline sentence week hour minute",
    "number": """
        number count tally total figure score toll population distance range size speed magnitude temperature
        age rank ranking weight height depth limit cap turnout casualty quantity odds majority margin ratio
        capacity estimate
        """,
    "amount": """
        amount sum price cost budget salary wage fee fine fee value worth pay payment bill expenditure
        revenue profit debt loan grant ransom bounty reward compensation funding deficit outlay spending
        pay-package dollar euro spend income
        """,
    "percentage": "percentage percent share proportion fraction rate target",
    "reason": "reason cause motive motivation purpose explanation justification rationale grounds excuse "
    "pretext",
    "title": "book novel film movie song single album show series sitcom podcast title play musical "
    "sequel documentary "
    "magazine opera comic ballad hit anthem name nickname slogan",
}
_KINDS: dict[str, Kind] = {noun: kind for kind, nouns in _BY_KIND.items() for noun in nouns.split()}

ADJECTIVE_SIZES = {
    "big": "the size",
    "large": "the size",
    "small": "the size",
    "far": "the distance",
    "fast": "the speed",
    "high": "the height or level",
    "low": "the level",
    "tall": "the height",
    "deep": "the depth",
    "wide": "the width",
    "heavy": "the weight",
    "old": "the age",
    "hot": "the temperature",
    "strong": "the strength",
    "young": "the age",
    "close": "the distance",
}
"""Adjectives after "how", with what they ask for."""

MEASURED = word_set("""
    ammunition area carbon co2 coal cocaine data electricity energy equipment explosive food fuel gas gold
    grain ground ice land material oil plutonium power rain snow space territory time uranium waste water
    weight
""")
"""What "how much" asks for that is not money."""

PLURALS = {"man": "men", "woman": "women", "child": "children", "person": "people", "people": "people"}

_PERSON_ENDING = re.compile(
    r"(?:ist|(?<!ger)(?<!ro)(?<!hu)(?<!otto)(?<!nor)man|woman|person|ologist|crat|eer)$"
)
_NOT_A_PERSON = word_set("beer checklist gist human list mist pioneer shortlist twist wrist")


def kind_of_noun(noun: str | None) -> Kind | None:
    """The kind of answer a noun asks for, None where it says nothing (a "vaccine" is a thing)."""
    if not noun:
        return None
    found = _KINDS.get(noun) or _KINDS.get(noun.rpartition("-")[2])
    if found:
        return found
    return "person" if _PERSON_ENDING.search(noun) and noun not in _NOT_A_PERSON else None


def singular(noun: str) -> str:
    """The singular, by the plain rules of spelling."""
    noun = re.sub(r"[’']s?$", "", noun)
    irregular = {
        "men": "man",
        "women": "woman",
        "children": "child",
        "leaves": "leaf",
        "wives": "wife",
        "lives": "life",
    }
    if noun in irregular:
        return irregular[noun]
    if noun in _KINDS:
        return noun
    if len(noun) < 4:
        return noun[:-1] if noun.endswith("s") and noun[:-1] in _KINDS else noun
    if noun.endswith("men") and noun[:-2] + "an" in _KINDS:
        return noun[:-2] + "an"
    if noun.endswith(("series", "species")):
        return noun
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + ("ie" if noun[:-1] in ("movie", "selfie", "calorie") else "y")
    if noun.endswith(("ches", "shes", "sses", "xes", "zes")):
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is", "news", "series", "species")):
        return noun[:-1]
    return noun
