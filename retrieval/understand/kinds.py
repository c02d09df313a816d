"""What somebody typed: a question, a claim, keywords, small talk, a wish for a digest or for figures."""

import re
from typing import Literal

from retrieval.understand.wording import mended

Kind = Literal["question", "claim", "smalltalk", "keywords", "empty", "digest", "spending"]

_TALKED = r"""(?:
        (?:oh|ah|aha|hm+|well|wow|yay|oops|sorry|please|so|and|very|all|right|then|really|just|a\s+lot|again
        |everyone|everybody|all|folks|team|there|bot
          |for\s+(?:that|this|now|the\s+\w+|your\s+\w+|everything)|so\s+much|very\s+much|indeed|mate|man|dear
          |friend|buddy|to\s+you|too|that[’']?s|this\s+is
          |it[’']?s|looks|sounds|is|was|you|i|am|[’']m)
      | hi+|hello+|hey+|hiya|howdy|yo|greetings|good\s+(?:morning|afternoon|evening|day|night)|morning|evening
      | how\s+are\s+you(?:\s+(?:doing|today))?|how[’']?s\s+it\s+going|what[’']?s\s+up|sup
      |nice\s+to\s+meet\s+you
      | thanks?|thank\s+you|thanx|thx|tnx|ty|tysm|cheers|ta|much\s+appreciated|appreciate(?:d)?(?:\s+it)?
      |many\s+thanks|merci|danke|gracias|grazie
      | ok+|okay|k|kk|okey|alright|fine|sure|yep|yeah|yes|yup|no|nope|nah|got\s+it|i\s+see|understood
      |makes\s+sense|noted|fair\s+enough|gotcha|roger|agreed|done
      | great|good|nice|cool|perfect|awesome|excellent|brilliant|super|wonderful|amazing|lovely|neat|sweet
      |interesting|helpful|useful|impressive|splendid
      | fantastic|love\s+it|well\s+done|good\s+(?:job|bot|work|one|stuff|answer)|nice\s+(?:one|work|job)
      |great\s+(?:job|work|answer)|bad\s+bot|correct|exactly
      | lol|haha+|hehe+|rofl|lmao|bye+|goodbye|see\s+(?:you|ya)(?:\s+(?:later|soon|tomorrow))?|good\s*bye
      |later|cu|ciao|take\s+care|have\s+a\s+(?:nice|good|great)\s+\w+
      | never\s*mind|nvm|forget\s+it|no\s+worries|no\s+problem|np|you[’']?re\s+welcome|welcome|my\s+pleasure
      |stop|quit|test(?:ing)?|ping
      | who\s+are\s+you|what\s+are\s+you|are\s+you\s+(?:there|a\s+bot|human|real|ok)|what\s+can\s+(?:you
      |i)\s+(?:do|ask)(?:\s+(?:you|for\s+me))?
      | how\s+do(?:es)?\s+(?:you|this|it)\s+work|help(?:\s+me)?|what[’']?s\s+your\s+name|tell\s+me\s+a\s+joke
      |happy\s+\w+day
    )"""
_GAP = r"""[\s,.!?;:…~*()'"’-]"""
_SMALLTALK = re.compile(rf"{_GAP}*{_TALKED}(?:{_GAP}+{_TALKED})*{_GAP}*", re.IGNORECASE | re.VERBOSE)
# Words that make a sentence polite but are no talk by themselves ("is it really") must not pass alone.
_TALK = re.compile(
    r"\b(?:h(?:i+|ello+|ey+)|hiya|howdy|yo|greetings|morning|evening|good|thank\w*|thx|tnx|ty|tysm|cheers"
    r"|ta|appreciate\w*|merci|danke|gracias|grazie|ok\w*|k+|alright|fine"
    r"|sure|y(?:ep|eah|es|up)|no|nope|nah|got\s+it|i\s+see|understood|makes\s+sense|noted|fair|gotcha"
    r"|roger|agreed|done|great|nice|cool|perfect|awesome|excellent"
    r"|brilliant|super|wonderful|amazing|lovely|neat|sweet|interesting|helpful|useful|impressive|splendid"
    r"|fantastic|love|well\s+done|correct|exactly|lol|haha+|hehe+|rofl"
    r"|lmao|bye+|goodbye|see\s+y\w+|later|cu|ciao|take\s+care|have\s+a|never\s*mind|nvm|forget\s+it"
    r"|worries|problem|np|welcome|pleasure|stop|quit|test\w*|ping|who\s+are\s+you"
    r"|what\s+are\s+you|are\s+you|what\s+can|how\s+(?:are|do|does)|how[’']?s|what[’']?s\s+(?:up|your)|sup"
    r"|help|joke|happy|wow|oops|sorry|nice|hm+|aha|yay|everyone)\b",
    re.IGNORECASE,
)
_DIGEST = re.compile(
    r"""^\W*(?:so\s+|and\s+|hey\s+)?(?:
      what(?:\s+has|[’']s|\s+have|s)?\s+(?:been\s+)?happen(?:ed|ing|s)?(?:\s+(?:in|with|on|to|at|around|about
      |over|today|yesterday|this|last|since|the\s+(?:past|last)|lately|recently|so\s+far)\b.*)?
    | what[’']?s\s+(?:new|going\s+on|the\s+(?:latest|news|state\s+of\s+play))\b.*
    | what\s+(?:is|are)\s+(?:new|going\s+on|the\s+(?:latest|news|headlines|top\s+stories|main\s+(?:news
    |stories)))\b.*
    | (?:the\s+)?latest\s+(?:on|from|about)\b.*
    | what\s+(?:did\s+i|have\s+i|i)\s+miss(?:ed)?\b.*
    | (?:any|the|some|latest|today[’']s|this\s+(?:week|month)[’']s)?\s*(?:latest\s+|breaking\s+
    |top\s+)?(?:news|headlines|top\s+stories|updates?|digest|developments)\b(?:\s+(?:on|about|from|of|in|for
    |today|this|regarding|around)\b.*)?
    | (?:please\s+)?(?:give\s+me|show\s+me|send\s+me|i[’']?d\s+like|i\s+want|can\s+i\s+(?:have|get)|get\s+me
    |make)\s+(?:an?\s+|the\s+|some\s+)?(?:\w+\s+)?(?:digest|overview|round-?up|summary|briefing|update
    |headlines|news|recap)\b.*
    | (?:please\s+)?(?:summari[sz]e|recap|sum\s+up)\s+(?:the\s+|this\s+|last\s+|today|yesterday
    |what\s+happened|all\s+)?(?:latest\s+|main\s+|recent\s+)?(?:news|week|month|day|events|developments
    |headlines|stories|articles|past|last)?\b.*
    | (?:weekly|daily|monthly|morning)\s+(?:digest|summary|briefing|overview|round-?up)\b.*
    | (?:bring|catch)\s+me\s+up(?:\s+to\s+(?:date|speed))?\b.*
    | what\s+(?:has\s+|have\s+)?changed\s+(?:since|this|last|in\s+the\s+(?:past|last))\b.*
    )\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
# "What happened in Bucha?" asks about one thing; "what happened in Ukraine this week?" asks for the stories.
_HAPPENED = re.compile(r"\bhappen\w*\s+(?:in|with|on|to|at|around|about|over)\b", re.IGNORECASE)
_WHEN = re.compile(
    r"\b(?:today|yesterday|this|last|past|since|lately|recently|so\s+far|weeks?|months?|weekend|new"
    r"|latest|days?|20\d\d)\b",
    re.IGNORECASE,
)
_SPENDING_MATTER = re.compile(
    r"\b(?:defen[cs]e|military|arms|army|armed\s+forces)\b[^?.]*\b(?:spend\w*|spent|budgets?"
    r"|expenditures?|outlays?|investments?|share|gdp|%|per\s*cent|percent\w*)"
    r"|\b(?:spend\w*|spent|budgets?|expenditures?|outlays?)\b[^?.]*\b(?:defen[cs]e|military"
    r"|the\s+military|arms|armed\s+forces|army)\b"
    r"|\b(?:meet\w*|met|reach\w*|miss\w*|hit\w*|below|above|under|over)\b[^?.]*\b(?:2|two|3\.5|3,5|5"
    r"|five)\s*(?:%|per\s*cent|percent)(?:\s+\w+)?\s+(?:target|goal|guideline|benchmark|mark|threshold"
    r"|pledge|of\s+gdp)",
    re.IGNORECASE,
)
_SPENDING_ASKED = re.compile(
    r"\b(?:how\s+(?:much|high|big|large|many|has|have|did|does)|what(?:[’']s|\s+(?:is|are|was|were|share"
    r"|percent\w*|proportion))|which|who|rank\w*|top|most|least|lowest"
    r"|highest|biggest|compare|compar\w+|vs|versus|share|percent\w*|per\s+cent|%|gdp|figures?|table|chart"
    r"|history|since|between|does|do|did|is|are|has|list|show)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|then|well|please)[\s,]+)*(?:(?:in|at|on|by|to|for|from|with|of|under"
    r"|since|until|during|after|before|about|as\s+of|according\s+to)\s+[^?]{0,80}?)?"
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|will"
    r"|would|can|could|should|may|might"
    r"|true\s+or\s+false|whether|waht|wich|whcih|hwo|wat|isn[’']t|aren[’']t|wasn[’']t|don[’']t|doesn[’']t"
    r"|didn[’']t)\b",
    re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    r"^\W*(?:please\s+)?(?:tell|give|show|list|name|compare|explain|describe|summari[sz]e|find|search"
    r"|look\s+up|quote|define|remind|check|rank|who|get|count|identify|outline"
    r"|discuss|i\s+(?:want|need|would\s+like|[’']d\s+like|wonder)|i[’']d\s+like|let\s+me\s+know"
    r"|any(?:thing|one|body)?)\b",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should|may|might|must|does|did|do|isn[’']t"
    r"|aren[’']t|wasn[’']t|weren[’']t|won[’']t|hasn[’']t|didn[’']t|doesn[’']t"
    r"|spends?|spent|says?|said|wants?|plans?|meets?|met|joins?|joined|leads?|led|makes?|made|became"
    r"|becomes|gave|gives|took|takes|won|lost|rose|fell|grew|pays?|paid"
    r"|sent|sends|bought|buys|holds?|held|needs?|supports?|opposes?|\w{3,}(?:ed|ised|ized))\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W_]")


def kind_of(text: str) -> Kind:
    """What ``text`` is, by its form alone. ``text`` carries no mentions and no markup any more."""
    text = mended(text)
    if not text.strip():
        return "empty"
    if is_smalltalk(text):
        return "smalltalk"
    if _DIGEST.match(text) and (not _HAPPENED.search(text) or _WHEN.search(text)):
        return "digest"
    if _SPENDING_MATTER.search(text) and _SPENDING_ASKED.search(text) and _asks(text):
        return "spending"
    if _asks(text) or text.rstrip().endswith(":"):
        return "question"
    words = text.split()
    finite = _FINITE.search(text)
    sentence = text[0].isupper() or text.rstrip().endswith(".")
    if finite and len(words) >= 4 and sentence and finite.start() > 0:
        return "claim"
    return "keywords"


def is_smalltalk(text: str) -> bool:
    """Whether there is nothing to search for: thanks, greetings, "ok great", a lone emoji."""
    stripped = text.strip()
    if not _LETTERS.search(stripped):
        return True
    if len(stripped) > 120 or not _SMALLTALK.fullmatch(stripped):
        return False
    return bool(_TALK.search(stripped))


def _asks(text: str) -> bool:
    return "?" in text or "？" in text or bool(_QUESTION.match(text)) or bool(_IMPERATIVE.match(text))
