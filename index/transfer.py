"""Articles as lines of JSON, whole, from one process to another."""

from functools import cache
from typing import Any

from index.article import Article
from index.errors import SourceError


def line_of(article: Article) -> bytes:
    """``article`` as one line, read back by `article_of`."""
    line: bytes = _adapter().dump_json(article)
    return line


def article_of(line: bytes) -> Article:
    """The article that ``line`` was made from.

    Raises:
        SourceError: it is no article.
    """
    from pydantic import ValidationError

    try:
        article: Article = _adapter().validate_json(line)
    except ValidationError as exc:
        raise SourceError("A line", "is no article as another Communiqué sends it.") from exc
    return article


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Article)
