"""Words on which the support of a sentence turns, and those that may stand for each other."""

from typing import Final


def word_set(listed: str) -> frozenset[str]:
    """The words of a list, parted by white space."""
    return frozenset(listed.split())


NEGATIONS: Final = word_set(
    "not no never none nobody nothing nowhere neither nor cannot without hardly barely scarcely"
)
MEANING: Final = word_set(
    """
    before after until since between under over above below up down out off against more most less least fewer
    few only both all any each may might could should must would will can shall always never again first
    last next once same if while during through into
    """
)
"""Small words that change what is said: one of them in a sentence must stand in its source."""
LIMITING: Final = word_set(
    """
    only if unless may might could should would will must until almost nearly partly partially mostly
    against without despite unlike except instead some most few rarely seldom sometimes once
    """
)
"""Small words that must not be left out of what is repeated."""
TURNING: Final = word_set(
    """
    plan plans planned planning intend intends intended hope hopes hoped want wants wanted propose proposes
    proposed proposal consider considers considered considering discuss discusses discussed discussing
    expect expects expected reject rejects rejected rejecting refuse refuses refused refusing fail fails
    failed failing failure cancel cancels cancelled canceled postpone postpones postponed delay delays
    delayed oppose
    opposes opposed opposing ban bans banned prevent prevents prevented stop stops stopped halt halts halted
    avoid avoids avoided threaten threatens threatened demand demands demanded urge urges urged ask asks asked
    seek seeks sought offer offers offered suggest suggests suggested try tries tried attempt attempts
    attempted agree agrees agreed promise promises promised pledge pledges pledged vow vows vowed doubt
    doubts doubted
    possible possibly probable probably likely unlikely potential potentially perhaps maybe alleged allegedly
    reportedly apparently supposed supposedly would-be nearly
    former ex deputy acting interim draft so-called fake wrong
    suspicion suspected suspect suspects charged charges
    """
)
"""Words that make a plan, an attempt or a refusal of what follows them."""
GOVERNING: Final = word_set(
    """
    if unless deny denies denied denying allege alleges alleged claim claims claimed claiming accuse accuses
    accused accusing false falsely untrue rumour rumours rumor rumors rumoured disputed disputes dispute
    refuted refutes whether dismissed dismisses hypothetical
    """
)
"""Words that put in question what stands anywhere in their sentence."""
GLUE: Final = word_set(
    """
    also said says saying say stated states told according reported reports report added adds noted notes
    announced announces currently however including include includes thus therefore meanwhile additionally
    furthermore moreover overall passage passages article articles there's specifically
    respectively namely mentioned mentions
    """
)
"""Words that a model puts around what it repeats and that claim nothing of their own."""
SYNONYMS: Final[tuple[tuple[str, ...], ...]] = (
    ("buy", "bought", "purchase", "acquire", "procure"),
    ("rise", "rose", "risen", "increase", "grow", "grew", "grown", "climb"),
    ("fall", "fell", "fallen", "decrease", "decline", "drop", "shrink", "shrank"),
    ("begin", "began", "begun", "start", "launch", "commence"),
    ("finish", "conclude", "complete"),
    ("troop", "soldier"),
    ("send", "sent", "dispatch"),
    ("build", "built", "construct"),
    ("show", "shown", "reveal"),
    ("hold", "held", "house", "contain"),
    ("locate", "situate", "base"),
    ("defence", "defense"),
    ("centre", "center"),
    ("give", "gave", "given", "provide"),
    ("say", "said"),
    ("spend", "spent", "expenditure", "spending"),
    ("meet", "met", "meeting"),
    ("lead", "led"),
    ("win", "won"),
    ("lose", "lost"),
    ("become", "became"),
    ("take", "took", "taken"),
    ("make", "made"),
    ("sell", "sold"),
    ("leave", "left"),
    ("speak", "spoke", "spoken"),
    ("join", "accede"),
    ("help", "aid", "assist", "assistance"),
    ("ship", "vessel"),
    ("kill", "dead"),
    ("cost", "costs"),
    ("roughly", "approximately"),
)
"""Words that say the same of the same thing, and forms that a stemmer does not bring together."""
