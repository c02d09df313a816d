"""Logs: one line a record on standard error, with the id of its question, and without secrets."""

import logging
import re
import sys
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, TextIO

Record = MutableMapping[str, Any]

_TOKENS = re.compile(
    r"\bx(?:ox[a-z]|app)-[\w-]{8,}"  # Slack's, of installations too, which no setting holds
    r"|(?<=[?&]token=)[\w=%-]+|(?<=[Bb]earer )[\w=.~+/-]+"
    r"|(?<=/webhooks/)\d+/[\w-]{20,}|(?<=/interactions/)\d+/[\w-]{20,}|(?<=hooks\.slack\.com/)[\w/-]+"
    r"|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"  # a user and a password in an address
)
"""What is a secret by its form: tokens of chats, of links that sign in, and of addresses to answer to."""
_SHORTEST = 6  # a secret shorter than this would blot out ordinary words
_LOUD = ("httpx", "httpcore", "chromadb", "urllib3", "sentence_transformers", "alembic", "discord.client")


def configure(
    *, level: int = logging.INFO, secrets: Sequence[str] = (), stream: TextIO | None = None
) -> None:
    """Send every record to ``stream`` (standard error): for people on a terminal, else as JSON.

    Where one of ``secrets`` stands in a record, traceback included, there stands ``[secret]`` instead.
    """
    import structlog

    stream = stream or sys.stderr
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if stream.isatty()
        else [structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                without(secrets),
                *last,
            ],
        )
    )
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def without(secrets: Sequence[str]) -> Callable[[Any, str, Record], Record]:
    """A step that takes ``secrets`` out of a record's words, and what is built like a token by its form."""
    known = sorted((one for one in secrets if len(one) >= _SHORTEST), key=len, reverse=True)

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            for secret in known:
                value = value.replace(secret, "[secret]")
            value = _TOKENS.sub("[secret]", value)
        elif isinstance(value, BaseException):
            return clean(f"{type(value).__name__}: {value}")
        elif isinstance(value, dict):
            return {key: clean(inner) for key, inner in value.items()}
        elif isinstance(value, list | tuple):
            return [clean(inner) for inner in value]
        return value

    def step(_logger: Any, _method: str, record: Record) -> Record:
        return {key: clean(value) for key, value in record.items()}

    return step
