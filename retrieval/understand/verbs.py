"""Verbs of saying and thinking, in all their forms, by what is done with the words."""

from typing import Literal

Form = Literal["base", "third", "past", "ing"]

# A verb's past tense stands after its colon where it is irregular; of several words the first is inflected.
_VERBS: dict[str, str] = {
    "say": "say:said report",
    "tell": "tell:told",
    "think": "think:thought reckon feel:felt believe regard",
    "claim": "claim allege assert maintain",
    "warn": "warn caution threaten",
    "announce": "announce declare unveil reveal disclose",
    "promise": "promise pledge vow guarantee",
    "argue": "argue contend insist",
    "describe": "describe characterise characterize portray depict call label dub liken put-it sum-up",
    "explain": "explain justify defend account-for",
    "respond": "respond react reply answer counter retort",
    "comment": "comment speak:spoke talk remark note mention refer point-to point-out stress emphasise "
    "emphasize underline "
    "underscore highlight state cite quip joke",
    "deny": "deny dismiss reject rule-out refute dispute disagree",
    "confirm": "confirm admit acknowledge concede",
    "urge": "urge demand call-for call-on ask ask-for appeal plead implore",
    "suggest": "suggest propose recommend advise hint signal imply",
    "predict": "predict forecast:forecast expect estimate anticipate foresee:foresaw",
    "praise": "praise welcome hail applaud endorse",
    "criticise": "criticise criticize condemn denounce blame accuse slam blast mock complain lament regret",
    "write": "write:wrote tweet post",
}
_DOUBLED = frozenset({"admit", "dub", "slam", "regret"})
_EXTRA: dict[str, tuple[str, Form]] = {
    "spoken": ("comment", "past"),
    "written": ("write", "past"),
    # "Saw" and "viewed" are seldom opinions: "which currency saw a jump".
    "see": ("think", "base"),
    "sees": ("think", "third"),
    "view": ("think", "base"),
    "views": ("think", "third"),
    "signalled": ("suggest", "past"),
    "signalling": ("suggest", "ing"),
    "labelled": ("describe", "past"),
    "put it": ("describe", "past"),
}


def _forms(verb: str, past: str) -> dict[str, Form]:
    silent = verb.endswith("e") and not verb.endswith("ee")
    stem = verb[:-1] if silent else verb + verb[-1] if verb in _DOUBLED else verb
    y = verb.endswith("y") and verb[-2] not in "aeo"
    third = f"{verb[:-1]}ies" if y else f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s"
    regular = f"{verb[:-1]}ied" if y else f"{verb}d" if verb.endswith("ee") else f"{stem}ed"
    return {f"{stem}ing": "ing", third: "third", past or regular: "past", verb: "base"}


def _table() -> dict[str, tuple[str, Form]]:
    table: dict[str, tuple[str, Form]] = {}
    for act, verbs in _VERBS.items():
        for entry in verbs.split():
            verb, _, past = entry.partition(":")
            first, _, rest = verb.partition("-")
            for form, name in _forms(first, past).items():
                table[f"{form} {rest}".strip()] = (act, name)
    return table | _EXTRA


SPEECH_VERBS = _table()
"""Every form ("said", "points to") with what is done ("say", "comment") and which form it is."""
