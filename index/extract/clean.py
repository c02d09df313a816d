"""Characters that no reader sees or that no database takes, out of a text; its lines tidied."""

import re

# What a database refuses (NUL, lone surrogates) and what only misleads search and display (controls, zero
# width, text direction). Zero-width joiners stay between emoji and in scripts that need them.
_CONTROLS = "\x00-\x08\x0e-\x1b\x7f"
_HIDDEN = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffd\ud800-\udfff"
)
_INVISIBLE = re.compile(
    f"[{_CONTROLS}{_HIDDEN}]|(?<=[\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\u024f])"
)
_LINE_ENDS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile("[\x1f\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LEFTOVERS = re.compile("[\x80-\x9f]")
_ODD = re.compile(
    f"[{_CONTROLS}{_HIDDEN}\u200c\u200d\x0b\x0c\x1c-\x1f\x80-\x9f\u2028\u2029\u1680\u2000-\u200a\u202f\u205f\u3000]"
)
"""All of the above: most texts hold none of them, and then one look is enough."""
_RUNS = re.compile(" {2,}")


def clean_characters(text: str) -> str:
    """``text`` with line feeds and plain spaces alone for white space, and without invisible characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\u00a0", " ")
    if not _ODD.search(text):
        return text
    text = _LINE_ENDS.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    text = _LEFTOVERS.sub(_windows_1252, text)
    return _SPACES.sub(" ", text)


def clean_lines(text: str) -> list[str]:
    """The lines of ``text``, cleaned, each without white space around it and without runs of it inside."""
    return [_RUNS.sub(" ", line.strip()) for line in clean_characters(text).split("\n")]


def clean_line(text: str) -> str:
    """``text`` on one line: for titles and names."""
    return " ".join(clean_characters(text).split())


def join_lines(lines: list[str]) -> str:
    """The lines as one text, with one blank line at most between two and none around."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return "\n".join(kept)


def _windows_1252(match: re.Match[str]) -> str:
    # Bytes of windows-1252 that were read as ISO 8859-1: quotation marks and dashes, as browsers show them.
    return match[0].encode("latin-1").decode("cp1252", "ignore")
