"""Markdown to the lines of an article: marks go, words and tables stay."""

import re

from index.article import Article, Failure
from index.extract.clean import clean_lines
from index.extract.fields import FIELD_OF, Fields, fields_of, leading_fields
from index.extract.lines import is_bullet, is_row, is_separator
from index.extract.plain import read_lines

_FIELD = re.compile(r"(?P<key>[A-Za-z_][\w \-]*?)\s*:(?:\s+(?P<value>.*))?$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\[\]]*\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])")
_LINK = re.compile(r"\[([^\[\]]+)\](?:\((?:[^()\s]|\([^()]*\))*(?:\s+[\"'(][^\"')]*[\"')])?\)|\[[^\[\]]*\])")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_REFERENCE = re.compile(r"\[[^\[\]]+\]:\s+\S+.*")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,30}\]:?")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
_EMPHASIS = (
    re.compile(r"(?<![\w*])(\*{1,3})(?=\S)(.{1,600}?)(?<=\S)\1(?!\*)"),
    re.compile(r"(?<![\w_])(_{1,3})(?=\S)(.{1,600}?)(?<=\S)\1(?![\w_])"),
    re.compile(r"(~~|==)(?=\S)(.{1,600}?)(?<=\S)\1"),
)
_CODE = re.compile(r"(`{1,3})(.{1,600}?)\1")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_QUOTE = re.compile(r"(?:>\s?)+")
_RULE = re.compile(r"(?:[-*_]\s*){3,}|={3,}")


def read_markdown(text: str, *, source: str, identity: str, url: str | None = None) -> Article | Failure:
    """The article in a Markdown text: fields from its front matter, the title from it or from ``# …``."""
    fields, lines = front_matter(clean_lines(_COMMENT.sub("", text)))
    title, body = _body(lines)
    if fields.title is None and title is not None:
        fields = Fields(
            title=title, **{name: getattr(fields, name) for name in fields.__slots__ if name != "title"}
        )
    return read_lines(body, fields, source=source, identity=identity, url=url)


def front_matter(lines: list[str]) -> tuple[Fields, list[str]]:
    """The fields between two lines of dashes at the top, and the lines below; lists in both forms of YAML."""
    start = next((number for number, line in enumerate(lines) if line), len(lines))
    if start == len(lines) or lines[start] not in ("---", "+++"):
        return leading_fields(lines)
    end = next((n for n in range(start + 1, len(lines)) if lines[n] in (lines[start], "...")), None)
    if end is None:
        return leading_fields(lines)
    values: dict[str, str] = {}
    field = None
    for line in lines[start + 1 : end]:
        line = line.replace(" = ", ": ", 1) if lines[start] == "+++" else line
        if match := _FIELD.match(line):
            field = FIELD_OF.get(match["key"].lower().replace(" ", "_").replace("-", "_"))
            if field and field not in values:
                values[field] = _unquoted(match["value"] or "")
        elif field and line.startswith("- "):
            values[field] = "; ".join(filter(None, [values.get(field, ""), _unquoted(line[2:])]))
    return fields_of(values), lines[end + 1 :]


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    if value.startswith("[") and value.endswith("]"):
        return "; ".join(_unquoted(part) for part in value[1:-1].split(","))
    return "" if value in ("|", ">", "null", "~") else value


def _body(lines: list[str]) -> tuple[str | None, list[str]]:
    """The title in the first heading of the first level, and the lines of text."""
    title: str | None = None
    body: list[str] = []
    fenced = False
    for number, line in enumerate(lines):
        if line.startswith(("```", "~~~")):
            fenced = not fenced
            continue
        if fenced:
            body.append(line)
            continue
        line = _QUOTE.sub("", line, count=1) if line.startswith(">") else line
        below = lines[number + 1] if number + 1 < len(lines) else ""
        heading = _HEADING.fullmatch(line)
        underlined = bool(line) and re.fullmatch(r"=+|-{3,}", below) is not None and "|" not in line
        if heading or underlined:
            words = inline(heading[2] if heading else line)
            if title is None and (heading[1] == "#" if heading else below.startswith("=")):
                title = words
            else:
                body += ["", words, ""]
        elif _RULE.fullmatch(line) or _REFERENCE.fullmatch(line):
            body.append("")
        elif is_separator(line):
            body.append(line)
        else:
            body.append(inline(re.sub(r"^[*+]\s+", "- ", line)))
    return title, _one_line_a_paragraph(body)


def inline(text: str) -> str:
    """The words of a line: links and emphasis flattened, pictures and tags gone."""
    text = _IMAGE.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _FOOTNOTE.sub("", _AUTOLINK.sub(r"\1", text))
    text = _TAG.sub("", text)
    for pattern in _EMPHASIS:
        text = pattern.sub(r"\2", text)
    return _ESCAPE.sub(r"\1", _CODE.sub(r"\2", text)).strip()


def _one_line_a_paragraph(lines: list[str]) -> list[str]:
    """In Markdown a paragraph ends at a blank line, and nowhere else."""
    joined: list[str] = []
    for line in lines:
        above = joined[-1] if joined else ""
        table = ("|" in line and is_row(line)) or ("|" in above and is_row(above))
        if line and above and not table and not is_bullet(line):
            joined[-1] = f"{above} {line}"
        else:
            joined.append(line)
    return joined
