"""Bytes to text: which characters a file or a page holds."""

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE
)
_TYPE_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_ESCAPED = re.compile("[\udc80-\udcff]")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE = 65_536


def decode(content: bytes, *, media_type: str | None = None, markup: bool = False) -> str:
    """``content`` as text: by its byte order mark, as UTF-8, by what is declared, else by its statistics.

    ``media_type`` may declare a charset, and so may a page's ``<meta>`` where ``markup`` is true. Never
    raises: where UTF-8 is broken, the stray bytes are read as windows-1252, the usual cause.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "ignore")
    if wide := _unmarked_utf16(content):
        return content.decode(wide, "ignore")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if declared := _declared(content, media_type=media_type, markup=markup):
        return content.decode(declared, "ignore")
    escaped = content.decode("utf-8", "surrogateescape")
    broken = len(_ESCAPED.findall(escaped))
    sound = sum(not character.isascii() for character in escaped) - broken
    if broken <= sound:
        return _ESCAPED.sub(_stray_byte, escaped)
    return _guessed(content)


def is_binary(content: bytes) -> bool:
    """Whether these bytes are no text at all: control characters that no encoding of text explains."""
    sample = content[:_SAMPLE]
    if any(sample.startswith(mark) for mark, _ in _BOMS) or _unmarked_utf16(sample):
        return False
    return len(_CONTROLS.findall(sample)) > len(sample) / 100


def _unmarked_utf16(content: bytes) -> str | None:
    """UTF-16 without a mark: in mostly Latin text every other byte is NUL."""
    sample = content[: _SAMPLE // 16]
    if len(sample) < 8 or b"\x00" not in sample:
        return None
    half = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.02 * half:
        return "utf-16-be"
    return None


def _declared(content: bytes, *, media_type: str | None, markup: bool) -> str | None:
    """The declared encoding where Python knows it and it is not the UTF-8 that has just failed."""
    names = [match[1] for match in [_TYPE_CHARSET.search(media_type or "")] if match]
    if markup and (match := _META_CHARSET.search(content[:4096])):
        names.append(match[1].decode("ascii"))
    for name in names:
        try:
            codec = codecs.lookup(name)
            b"".decode(codec.name)
        except LookupError:  # unknown, or no encoding of text (such as "hex")
            continue
        if codec.name.startswith(("utf", "idna", "punycode", "raw", "unicode", "undefined")):
            continue
        return "cp1252" if codec.name in ("iso8859-1", "ascii") else codec.name  # as browsers do
    return None


def _guessed(content: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(content[: 4 * _SAMPLE], threshold=0.3, preemptive_behaviour=False).best()
    encoding = best.encoding if best is not None else "cp1252"
    if encoding in ("utf_8", "ascii", "latin_1"):
        encoding = "cp1252"
    return content.decode(encoding, "ignore")


def _stray_byte(match: re.Match[str]) -> str:
    return bytes([ord(match[0]) - 0xDC00]).decode("cp1252", "ignore")
