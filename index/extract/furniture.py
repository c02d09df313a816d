"""Page furniture in scraped text: the lines that a page puts around an article and that nobody wrote for it.

A line goes when its own words give it away (:func:`is_furniture`), when it stands in a list of other stories
(:func:`cut_lists`), or when it is the credit of a picture or of a reporter. A line that only names the
speaker of the quote above it stays, directly below its quote.
"""

import re

from index.extract.lines import (
    capitalised,
    is_bullet,
    is_headline,
    is_name,
    is_paragraph,
    is_quote,
    table_lines,
    words,
)

_I = re.IGNORECASE
_LONGEST = 260

_UNITS = r"(?:sec(?:ond)?s?|min(?:ute)?s?|hours?|hrs?|h|m|d|days?|weeks?|months?|years?)"
_AGO = re.compile(
    rf"(?:(?:updated|published|posted)\s*:?\s*)?(?:about |over )?(?:\d{{1,3}}|an?|one|two|three) "
    rf"?{_UNITS}\.? ago|"
    r"vor \d{1,3} (?:minuten?|stunden?|tage?n?)|il y a \d{1,3} \w+|hace \d{1,3} \w+|just now|yesterday",
    _I,
)
_READING_TIME = re.compile(
    r"\d{1,3}\s*[-–]?\s*(?:min(?:ute)?s?)\.?(?:\s*(?:read|lesezeit|de lecture|de lectura|di lettura|"
    r"leestijd))|(?:reading time|read time|estimated reading time|lesezeit|temps de "
    r"lecture)\s*:?\s*<?\s*\d{1,3}\s*(?:min(?:ute)?[sn]?\.?)?|listen\s*[·•|]?\s*\d{1,3} ?min",
    _I,
)

# Whole lines, compared without case and without marks around them.
_EXACT = frozenset(
    """
    share|share this|share this article|share this story|share this post|share on|share article|share:|
    shares|share on facebook|share on twitter|share on x|share via email|share to facebook|tweet|retweet|pin|
    pin it|email|e-mail|print|print article|print this|copy|copy link|link copied|link copied!|copied|save|
    save article|saved|bookmark|facebook|twitter|x|whatsapp|telegram|linkedin|reddit|pinterest|instagram|
    youtube|messenger|flipboard|threads|bluesky|viber|tumblr|pocket|advertisement|advertisements|ad|ads|
    advert|sponsored|sponsored content|promoted|promoted content|story continues below advertisement|
    article continues below|story continues below|story continues|article continues after ad|
    article continues after advertisement|continue reading|continue reading below|read full article|
    read full story|read more|read more...|show more|load more|see more|view more|more|less|view all|see all|
    expand|close|menu|search|skip to content|skip to main content|skip navigation|home|sign in|log in|login|
    sign up|register|subscribe|subscribe now|subscribe today|newsletter|newsletters|follow|follow us|
    following|comments|comment|leave a comment|leave a reply|no comments|add comment|post comment|
    view comments|join the conversation|reply|like|likes|dislike|loading|loading...|loading…|play|pause|mute|
    unmute|play video|watch|watch now|live|listen|listen to article|listen to this article|
    listen to this story|audio|audio playing|video|videos|photos|photo|gallery|view gallery|
    open image in gallery|image|images|image credits|enlarge image|enlarge|fullscreen|toggle caption|
    hide caption|caption|this video can not be played|media caption|next|previous|prev|back|back to top|top|
    go back|next article|previous article|next post|previous post|next story|up next|breaking|breaking news|
    trending|latest|latest news|top stories|most read|most popular|editor's pick|editor's picks|recommended|
    recommended for you|related|tags|topics|filed under|cookie settings|accept|accept all|accept cookies|
    manage cookies|privacy policy|terms of use|terms of service|all rights reserved|all rights reserved.|
    contact us|about us|advertise with us|report a typo|report an error|report this ad|give this article|
    gift article|follow on google news|google news|add us on google|notifications|enable notifications|hide|
    report|remove ads|download app|get the app|open in app|follow topic|text size|font size|a+|a-|aa|
    dark mode|translate|select language|transcript|show transcript|end of list|list of 3 items|
    list of 4 items|end of carousel|teilen|drucken|merken|anzeige|werbung|kommentare|mehr zum thema|
    newsletter abonnieren|zur startseite|partager|imprimer|publicité|commenter|compartir|publicidad|
    condividi|pubblicità|delen|reclame|udostępnij|reklama|поділитися|реклама|поделиться|
    getting your trinity audio player ready...|getting your trinity audio player ready|-a|+a
    """.replace("\n    ", "")
    .strip()
    .split("|")
)

# Lines that begin so, up to the length above.
_OPENINGS = re.compile(
    r"(?:(?:please )?(?:read|see|watch|listen|hear|view)(?: also| more| next| related)\b\s*[:|>»–—-]|"
    r"(?:also|more) (?:read|see|watch|on this|from [\w ]{2,30})\s*[:|>»–—-]|(?:read|watch|see|listen|more|"
    r"related|don['’]?t miss|must read|recommended|trending|in case you missed it|icymi|go deeper|further "
    r"reading|related (?:article|story|stories|articles|news|post|posts|coverage|topics?|content|reading|"
    r"links?)|you (?:may|might) (?:also )?(?:like|be interested in))\s*(?::|\||>|»|▶|►)|getting your "
    r".{0,40}(?:audio )?player ready|(?:lesen|siehe|sehen) sie auch\b|auch interessant\b|(?:à )?lire "
    r"aussi\b|(?:lea|lee|ver|vea) también\b|leggi anche\b|lees ook\b|czytaj (?:też|także)\b|чита(?:йте|ти) "
    r"(?:також|ещё|еще|также)\b|(?:click|tap) here\b|(?:sign up|subscribe|register) (?:here|now|today|for|"
    r"to (?:our|the|get|receive|read)|with)\b|(?:join|follow) (?:us|our|me|[\w’' ]{2,30}) on (?:facebook|"
    r"twitter|x|instagram|telegram|whatsapp|google|linkedin|youtube|social)|join our (?:newsletter|mailing|"
    r"whatsapp|telegram|channel|community)|get (?:the latest|our|more) .{0,80}(?:inbox|newsletter|app\b)|"
    r"download (?:our|the) .{0,30}app\b|(?:©|\(c\)|copyright\b)\s*(?:©\s*)?(?:19|20)\d\d|©|.{0,80}all "
    r"rights reserved\.?$|from .{3,40}wire reports|our standards: the thomson reuters|this (?:article|story|"
    r"post) (?:was )?(?:first |originally )?(?:appeared|published) (?:first )?(?:on|in|at)\b|the post "
    r".{3,200} (?:appeared|first appeared) (?:first )?on\b|(?:we|this (?:web)?site) uses? cookies|by "
    r"(?:clicking|continuing|using this)\b.{0,120}(?:agree|accept|consent)|(?:tags|topics|filed under|"
    r"categories|category|labels|keywords)\s*:|if you (?:have|want|would like) .{0,60}(?:newsletter|subscri|"
    r"email us|contact us)|do you have (?:a|any) (?:news tip|tip|story|question)|have a (?:news )?tip\b|"
    r"(?:your|this) (?:browser|device) does not support|enable javascript|please enable\b|most (?:read|"
    r"viewed|popular|shared|commented)\b.{0,30}$|\d+ (?:comments?|shares?|views|likes|replies)$|"
    r"\d{1,2}:\d\d\s*/\s*\d{1,2}:\d\d|advertisement\b.{0,40}$|(?:story|article) continues (?:below|after)|"
    r"(?:support|donate|become a (?:member|subscriber|patron))\b.{0,60}(?:journalism|patreon|newsroom)\b)",
    _I,
)

# A caption or a credit that says so itself.
_CAPTION = re.compile(
    r"(?:image|photo|picture|video|media|illustration|foto|bild|photograph)s? ?(?:source|credits?|courtesy|"
    r"caption|by|copyright|provided by)?\s*[:©]|(?:image|photo) (?:source|caption|credit)\b|file (?:photo|"
    r"image)\b|(?:credit|getty images|ap photo|afp|reuters)\s*[:/]|(?:bildquelle|quelle|bild|foto|"
    r"crédit)\s*:",
    _I,
)

# Lines after which comes a list of other stories.
_LIST_MARKER = re.compile(
    r"(?:related(?: (?:topics?|articles?|stor(?:y|ies)|news|posts?|coverage|content|links?|reading|items?|"
    r"tags))?|(?:more|latest|recent|top|trending|popular|other|recommended|featured|similar|"
    r"must[- ]read)(?: (?:on|from|in|about|for you|by))?(?: [\w’'&.-]+){0,4} ?(?:stor(?:y|ies)|news|"
    r"articles?|posts?|headlines|videos?|reads?|coverage)|more (?:from|on|in|about)(?: [\w’'&.-]+){1,5}|"
    r"most (?:read|popular|viewed|shared|commented)(?: [\w’'-]+){0,4}|trending(?: now)?|recommended(?: for "
    r"you)?|you (?:may|might) (?:also )?(?:like|be interested in|have missed)|(?:what to )?read next|up "
    r"next|next up|read(?: also| more)|also read|see also|don['’]t miss|editor['’]?s['’]? (?:picks?|choice)|"
    r"in case you missed it|latest(?: updates?)?|(?:you|people) also (?:read|liked?)|from around the web|"
    r"mehr zum thema|meistgelesen|das könnte sie auch interessieren|à lire aussi|sur le même sujet|te puede "
    r"interesar|potrebbe interessarti|читайте також|читайте также)\s*[:.]?",
    _I,
)
_COMMENTS = re.compile(
    r"(?:leave|post|write|add) a (?:reply|comment)\b.*|\d+ comments?|comments? ?\(\d+\)|cancel reply|your "
    r"email address will not be published.*|join the (?:discussion|conversation)\b.*",
    _I,
)

_AGENCY = (
    r"(?i:reuters|afp|ap|epa(?:-efe)?|dpa|getty|tass|anadolu|ansa|efe|pa|upi|xinhua|bloomberg|zuma|"
    r"shutterstock|istock)"
)
_PHOTO_CREDIT = re.compile(
    r"(?:\((?:(?:photo|image|picture|pic|file photo|ap photo|credit|foto)\b[^()]{0,80}|"
    rf"{_AGENCY}(?: (?:photo|images?))? ?/ ?[^()/]{{0,40}}(?:[A-Z][\w.’'-]+ [A-Z]|images)[^()]{{0,40}}|"
    rf"[^()]{{3,60}}(?: via |/ ?){_AGENCY}(?: images| photo)?)\)|\b{_AGENCY}(?: images| photo)? ?/ "
    rf"?[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+){{1,3}}(?: ?/ ?file photo)?|(?:(?<!,) via |/ ?)(?:AP|AFP|REUTERS|"
    rf"Reuters|EPA|Getty Images)(?: Images)?|"
    r"\b(?:AFP|EPA|Getty) (?:Images|Photo)|\bfile photo)\.?$"
)
_CREDIT = re.compile(
    r"\(?\s*(?:additional |writing and |with )?(?:reporting|writing|editing|compiled|reported|written|"
    r"edited)(?: and (?:reporting|writing|editing))? by (?P<names>[^()]{3,300}?)\s*[.;]?\s*\)?$",
    _I,
)
_CREDIT_AT_END = re.compile(r"\s*\((?:additional )?(?:reporting|writing|editing) by [^()]{3,300}\)\.?$", _I)
_REPORTERS = re.compile(
    r"\breporting(?: and writing)? by (?P<names>.+?)(?=\s+in\s+[A-Z]|;|\.?\s*(?:additional|editing|writing|"
    r"edited)\b|\)|\.?$)",
    _I,
)


def is_age(line: str) -> bool:
    """``3 hours ago``: the age of a story in a list, or of this page when it was fetched."""
    return len(line) < 40 and _AGO.fullmatch(line.strip(" ·•|-")) is not None


def is_furniture(line: str) -> bool:
    """Whether the line's own words say that it belongs to the page and not to the article."""
    if len(line) > _LONGEST:
        return False
    bare = line.strip(" .·•|–—-*>»←→▶►:").lower()
    if not bare:
        return bool(line) and "--" not in line
    if bare in _EXACT or line.lower() in _EXACT:
        return True
    return (
        _READING_TIME.fullmatch(bare) is not None
        or _OPENINGS.match(line.lstrip(" ·•|–—-*>»▶►([")) is not None
        or is_age(line)
    )


def is_picture_credit(line: str) -> bool:
    """A caption that says it is one, or ends with the credit of its picture; or the credit alone."""
    return len(line) <= 500 and (
        _PHOTO_CREDIT.search(line) is not None or _CAPTION.match(line.lstrip(" ·•|–—-*>([")) is not None
    )


def is_reporters_credit(line: str) -> bool:
    """``(Reporting by …; Editing by …)`` on a line of its own."""
    return len(line) <= 400 and _CREDIT.match(line) is not None and "by" in line[:60].lower()


def without_credit(line: str) -> str:
    """The line without the reporters' credit in brackets at its end."""
    return _CREDIT_AT_END.sub("", line) if line.endswith((")", ").")) else line


def reporters(line: str) -> tuple[str, ...]:
    """The reporters whom a credit names; its editors are not authors."""
    match = _REPORTERS.search(line)
    if match is None:
        return ()
    names = re.split(r",\s*|\s+and\s+", match["names"])
    return tuple(name.strip() for name in names if is_name(name.strip()))


def without_furniture(lines: list[str]) -> list[str]:
    """The lines that are no furniture by their own words; rows of tables always stay."""
    rows = table_lines(lines)
    return [
        line
        for number, line in enumerate(lines)
        if not line
        or number in rows
        or not (is_furniture(line) or is_picture_credit(line) or is_navigation(line))
    ]


def is_navigation(line: str) -> bool:
    """``Home | World | Politics``: short labels side by side, ended by no sentence."""
    cells = [cell.strip() for cell in re.split(r"[|›»•·]|\s>\s", line) if cell.strip()]
    return len(cells) >= 4 and all(len(words(cell)) <= 3 and not cell.endswith(".") for cell in cells)


def cut_lists(lines: list[str]) -> list[str]:
    """The lines without lists of other stories: after a line that announces one, and after the article's end.

    Takes the lines with furniture still among them, for "RELATED TOPICS" and "3 hours ago" mark such lists.
    """
    kept: list[str] = []
    rows = table_lines(lines)
    number = 0
    while number < len(lines):
        line = lines[number]
        if _COMMENTS.fullmatch(line) and number > len(lines) * 0.4:
            break
        if _LIST_MARKER.fullmatch(line.strip(" –—-*#>»|")) and number not in rows:
            number = _end_of_list(lines, number + 1, rows)
            continue
        kept.append(line)
        number += 1
    return _cut_ages(_cut_tail(kept))


def _end_of_list(lines: list[str], number: int, rows: set[int]) -> int:
    """The first line from ``number`` on that is the article's again: running text, a table, their heading."""
    first = number
    while number < len(lines):
        line = lines[number]
        prose = (is_paragraph(line) and not is_age(line)) or (is_quote(line) and len(words(line)) > 5)
        if number in rows or prose:
            # Below a list of items what is no item is the heading of what follows.
            heading = number - 1 > first and is_bullet(lines[first]) and not is_bullet(lines[number - 1])
            return number - 1 if heading else number
        number += 1
    return number


def _cut_ages(lines: list[str]) -> list[str]:
    """Without the headlines of stories whose age stands next to them, where two or more do."""
    ages = [number for number, line in enumerate(lines) if is_age(line)]
    if len(ages) < 2:
        return lines
    dropped = set(ages)
    above = sum(number > 0 and is_headline(lines[number - 1]) for number in ages)
    step = -1 if above == len(ages) else 1
    for number in ages:
        beside = number + step
        if 0 <= beside < len(lines) and is_headline(lines[beside]) and len(words(lines[beside])) >= 4:
            dropped.add(beside)
    return [line for number, line in enumerate(lines) if number not in dropped]


def _cut_tail(lines: list[str]) -> list[str]:
    """Without the headlines of other stories below the last paragraph."""
    rows = table_lines(lines)
    end = len(lines)
    while end > 0 and end - 1 not in rows and not _is_article(lines, end - 1):
        end -= 1
    tail = [line for line in lines[end:] if line and not is_furniture(line)]
    headlines = [line for line in tail if is_headline(line) and len(words(line)) >= 4]
    article = sum(len(line) for line in lines[:end])
    if article < 250 or not headlines or (end > 0 and end - 1 in rows):
        return lines
    single = len(tail) == 1 and capitalised(headlines[0]) >= 0.7 and len(words(headlines[0])) >= 5
    several = len(headlines) >= 2 and len(headlines) >= 0.6 * len(tail)
    return lines[:end] if single or several else lines


def _is_article(lines: list[str], number: int) -> bool:
    line = lines[number]
    if not line or is_furniture(line):
        return False
    if is_reporters_credit(line):
        return True
    if is_name(line):
        above = (lines[other] for other in range(number - 1, max(number - 6, -1), -1))
        if is_quote(next((other for other in above if other and not is_furniture(other)), "")):
            return True
    return is_paragraph(line) or is_bullet(line) or is_quote(line) or not is_headline(line)
