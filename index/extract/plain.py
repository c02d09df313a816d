"""Plain text, as it is copied or scraped from a page: paragraphs, tables, furniture, and no markup."""

from index.article import Article, Failure
from index.extract.clean import clean_lines, join_lines
from index.extract.fields import Fields, article, leading_fields
from index.extract.furniture import cut_lists, without_furniture
from index.extract.head import read_head
from index.extract.wrapping import unwrap


def read_plain(text: str, *, source: str, identity: str, url: str | None = None) -> Article | Failure:
    """The article that ``text`` is: title, dateline, publisher and date where it gives them."""
    fields, lines = leading_fields(clean_lines(text))
    return read_lines(lines, fields, source=source, identity=identity, url=url)


def read_lines(
    lines: list[str], fields: Fields, *, source: str, identity: str, url: str | None = None
) -> Article | Failure:
    """The article in clean lines; what ``fields`` say goes before what the lines say."""
    head, body = read_head(cut_lists(unwrap(lines)), titled=fields.title is None)
    text = join_lines(without_repeats(unwrap(without_furniture(body))))
    return article(text, fields.completed(head), source=source, identity=identity, url=url)


def without_repeats(lines: list[str]) -> list[str]:
    """The lines without any that only repeats the one above it."""
    kept: list[str] = []
    above = ""
    for line in lines:
        if not line or line != above:
            kept.append(line)
        above = line or above
    return kept
