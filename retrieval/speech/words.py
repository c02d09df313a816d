"""The words that tell who speaks: verbs of saying, offices, bodies, and words that only look like names."""

from typing import Final


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


SAYS: Final = _words(
    """
    said says tells told wrote writes tweeted stated states noted notes warned warns argued argues
    insisted insists stressed stresses emphasised emphasises emphasized emphasizes underlined underlines
    underscored underscores reiterated reiterates reaffirmed reaffirms announced announces explained
    explains acknowledged acknowledges admitted admits conceded concedes confirmed confirms denied
    denies declared declares concluded concludes remarked remarks suggested suggests cautioned cautions
    asserted asserts averred alleged alleges testified predicted predicts contended contends lamented
    laments quipped joked revealed reveals reported reports urged urges clarified clarifies praised
    praises condemned condemns criticised criticises criticized criticizes accused accuses highlighted
    highlights demanded demands commented mused disclosed estimated
    """
)
"""Verbs that report words, with or without quotation marks."""
MAY_SAY: Final = _words(
    """
    added adds vows vowed pledges pledged promises promised continued continues claimed claims
    maintained maintains repeated repeats observed observes asked asks replied replies responded
    responds posted posts called calls recalled recalls indicated indicates believes believed thinks
    thought hopes hoped described describes dismissed dismisses rejected rejects hailed hails expressed
    expresses labelled labels labeled branded dubbed compared referred pointed boasted shouted yelled
    cited quoted signalled signaled spoke exclaimed complained agreed agrees questioned read proclaimed
    chimed interjected retorted countered counters concurred opined wondered thanked welcomed welcomes
    """
)
"""Verbs that report words only beside quotation marks or before "that"."""
SAYING: Final = _words(
    """
    saying adding warning telling stressing noting arguing insisting explaining claiming stating writing
    tweeting declaring emphasising emphasizing underlining suggesting calling describing urging pledging
    vowing promising announcing confirming acknowledging asserting cautioning concluding asking
    """
)
"""The participles of such verbs: "…, adding that"."""
SAYS_BEFORE: Final = _words(
    """
    said says added adds wrote writes asked warned explained noted
    """
)
"""Verbs that may stand before their subject: "said Ida Holm"."""
ROLES: Final = _words(
    """
    secretary general secretary-general president vice-president vice prime minister premier chancellor
    chairman chairwoman chair chairperson spokesman spokeswoman spokesperson senator sen rep
    representative congressman congresswoman governor gov mayor ambassador envoy gen lieutenant lt
    colonel col major maj captain capt commander cmdr admiral adm sergeant sgt marshal brigadier mr mrs
    ms miss dr prof professor sir dame lord lady king queen prince princess pope cardinal archbishop
    bishop rabbi imam sheikh chief executive officer ceo director manager head leader boss deputy
    assistant under undersecretary permanent acting former ex then-president adviser advisor counsellor
    counselor attorney lawyer judge justice prosecutor commissioner high speaker minority majority whip
    lawmaker mp mep analyst expert researcher fellow historian author editor correspondent reporter
    journalist presenter host anchor actor actress singer coach economist scientist epidemiologist
    foreign defence defense interior finance energy economy health state treasury security national
    press policy affairs joint chiefs staff supreme allied homeland opposition party republican democrat
    democratic republicans democrats conservative labour candidate nominee first second senior junior
    retired outgoing incoming incumbent late eu un uk us u.s u.k u.n nato european white house kremlin
    pentagon downing street cia fbi nsa congress senate parliament communications counterpart
    intelligence ayatollah mullah grand
    """
)
"""Words of office, rank and country that stand before a name and are no part of it."""
ROLE_NOUNS: Final = _words(
    """
    president minister premier chancellor chairman chairwoman chair spokesman spokeswoman spokesperson
    senator congressman congresswoman governor mayor ambassador envoy general colonel commander admiral
    king queen prince princess pope chief ceo director head leader boss deputy adviser advisor
    commissioner representative speaker lawmaker secretary professor analyst expert historian judge
    prosecutor lawyer economist secretary-general monarch pontiff lieutenant captain major author
    """
)
"""What somebody can be: "the minister said"."""
TITLES: Final = _words(
    """
    mr mrs ms miss dr prof sir dame lord lady sen rep gen gov lt col maj capt cmdr adm sgt
    representative
    """
)
"""Titles that only somebody has."""
ORGANISATION: Final = _words(
    """
    department house union ministry council institute university college school party street journal
    post times news agency states nations kingdom committee center centre group bank force forces army
    navy guard court congress senate parliament summit treaty organization organisation command pact
    republic city sea island islands commission association foundation federation company corporation
    inc ltd corp office bureau service services watch international press tribune herald guardian
    observatory society fund board authority league network centers centres institutes airlines hospital
    church district county club team project initiative coalition alliance administration government
    telegraph mail sun today magazine review radio tv media television fm report survey poll research
    tank square palace building bridge airport river valley hall war day week kremlin agreement accord
    accords act protocol plan deal operation bill law doctrine strait gulf ocean mountain lake award
    prize games cup olympics festival conference academy museum library theater theatre stadium tower
    gate wall corridor program programme system pentagon nato ria novosti xinhua interfax tass reuters
    bloomberg cnn bbc ap afp
    """
)
"""Words that make a name that of a body or a place."""
FUNCTION: Final = _words(
    """
    the a an and but or nor so yet if as in on at by for from to of with when while where what who whom
    whose why how which after before since until without under over during although though however
    meanwhile moreover also still then now not no some many most more all both each every another other
    such this that these those there here it its he she they we you i his her their our my is are was
    were be been has have had do does did would can could might must should according asked speaking
    despite earlier later last next only even just let among instead unlike because once one two three
    yes today yesterday tomorrow monday tuesday wednesday thursday friday saturday sunday january
    february march april june july august september october november december jan feb mar apr jun jul
    aug sept sep oct nov dec mon tue wed thu fri about against amid around between beyond like near
    through upon via within plus early late mid neither either several few none nobody everyone someone
    anyone read related photo photos video share advertisement comments sign
    """
)
"""Words with a capital at the beginning of a sentence that are no names."""
DAYS: Final = _words(
    """
    monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow tonight
    """
)
"""Days that may follow a name: "Holm Monday said"."""
SAME_OFFICE: Final = {
    "chief": ("chief", "head", "secretary general", "secretary-general", "director", "boss"),
    "boss": ("boss", "chief", "head", "secretary general", "secretary-general"),
    "head": ("head", "chief", "director", "secretary general", "secretary-general"),
    "leader": ("leader", "president", "prime minister", "chancellor", "premier"),
    "spokesperson": ("spokesperson", "spokesman", "spokeswoman"),
    "premier": ("premier", "prime minister"),
    "secretary-general": ("secretary general", "secretary-general", "chief"),
    "secretary general": ("secretary general", "secretary-general", "chief"),
    "pontiff": ("pope",),
    "monarch": ("king", "queen"),
}
"""Other words for the same office."""
