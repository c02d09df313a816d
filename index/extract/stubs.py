"""Pages in an article's place: gone, for subscribers only, asking for consent, testing for robots."""

import re

from index.extract.lines import is_paragraph, words

_SHORT = 220
"""Words up to which a page may be such a stub: a text of more stands on its own."""

_I = re.IGNORECASE

GONE = "is a page that says its article is no longer available; nothing of it was taken in"
_FOR_SUBSCRIBERS = "is the stub of an article for subscribers; add the whole text as a file if you have it"
_STUBS = (
    (
        re.compile(
            r"\b(?:(?:page|article|story|content|post|video|url|address) (?:you (?:are|were|requested|"
            r"['’]re)[\w ]{0,30}|that you[\w ]{0,30})?\s?(?:was |is |has been |could ?n[o’']t be |cannot be "
            r"|can['’]?t be |does |no longer |may have been )+(?:not )?(?:found|removed|deleted|available|"
            r"exists?|moved|expired|longer available)|(?:error |http )?404\b.{0,40}(?:not found|error|page)|"
            r"page not found|not found \(?404|no longer (?:available|exists?|online)|we can['’]?t find "
            r"(?:the|that|this) page|nothing (?:was )?found here)",
            _I,
        ),
        GONE,
        True,
    ),
    (
        re.compile(
            r"\b(?:verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot|not a robot|captcha|"
            r"checking your browser|unusual traffic|access (?:to this page )?(?:has been )?denied|request "
            r"(?:was |has been )?blocked|enable javascript(?: and cookies)? (?:to|and)|please enable (?:js|"
            r"javascript|cookies)|javascript is (?:disabled|required)|you need to enable javascript)\b",
            _I,
        ),
        (
            "is a check for robots or scripts instead of an article; open it in a browser, save the page "
            "and add the file"
        ),
        True,
    ),
    (
        re.compile(
            r"\b(?:subscribe (?:now |today )?(?:to (?:continue|read|keep|unlock|access)|for (?:full|"
            r"unlimited))|(?:to|and) (?:continue|keep) reading\b.{0,60}(?:subscri|sign|log|regist|account)|"
            r"already (?:a|have a) (?:subscriber|subscription|member|account)|(?:for|to) (?:our "
            r")?subscribers(?: only)?\b|subscriber[- ](?:only|exclusive)|(?:register|sign in|log in|sign up|"
            r"create (?:an|a free) account) to (?:continue|read|keep|unlock|access)|(?:unlock|access|read) "
            r"(?:this|the (?:full|rest of the)) (?:article|story)|premium (?:content|article)|you(?:['’]ve| "
            r"have) (?:reached|used|read) (?:your|all|the) .{0,40}(?:free|limit)|(?:this|the) (?:article|"
            r"content|story) is (?:only )?(?:for|reserved|available (?:only )?(?:to|for)) "
            r".{0,20}(?:subscriber|member)|jetzt weiterlesen|réservé aux abonnés|solo para suscriptores)",
            _I,
        ),
        _FOR_SUBSCRIBERS,
        False,
    ),
    (
        re.compile(
            r"\b(?:(?:accept|manage|reject) (?:all )?(?:cookies|preferences|choices)|we (?:and our (?:\d+ "
            r")?partners )?(?:use|store)[\w /]{0,30} cookies|cookie (?:policy|settings|preferences|consent)|"
            r"before you continue|your (?:privacy|consent) (?:choices|matters|is important)|we value your "
            r"privacy|consent to)\b",
            _I,
        ),
        "is a consent page instead of an article; open it in a browser, save the page and add the file",
        False,
    ),
)
"""What gives a stub away, the reason, and whether it is telling enough to stand anywhere on a short page:
what asks for money or consent also stands below whole articles."""

_LEAST_WORDS = 20


def stub_reason(
    lines: list[str], *, title: str | None, page: str, is_article: bool, free: bool
) -> str | None:
    """Why a page with these lines of text is no article; None where it is one.

    ``page`` is all the text that the page shows; ``is_article`` and ``free`` are what its metadata say.
    """
    text = " ".join(lines)
    count = len(words(text))
    sentences = [line for line in lines if is_paragraph(line)]
    if count <= _SHORT:
        # A stub of few words has the tell-tale sentence outside what was extracted; a footer has some, too.
        own = f"{title or ''} {text}"
        end = f"{title or ''} {' '.join(lines[-3:])}"
        for pattern, reason, strong in _STUBS:
            inside = pattern.search(own if strong else end) is not None and (count < 60 or not strong)
            around = len(pattern.findall(page)) >= (1 if strong else 2) and len(page) < (
                1500 if strong else 5500
            )
            if inside or (around and count < 80):
                return reason
        if not free and count < 150:
            return _FOR_SUBSCRIBERS
    if count < _LEAST_WORDS or not sentences:
        return "is a page without an article; give the address or the file of the article itself"
    longest = max(len(words(line)) for line in lines)
    if not is_article and longest < 25 and count / len(lines) < 9:
        return "is a list of links or a start page and no article; give the address of an article"
    return None
