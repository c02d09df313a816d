"""What can go wrong in ``index``.

::

    IndexingError
    ├── SourceError        a file, page or feed cannot be read as articles
    │   └── FetchError     an address cannot be fetched, or must not be
    ├── StoreError         a store cannot be opened, read or written
    │   ├── StoreAway      its server does not answer now; nothing is known to be lost
    │   └── StoreHeld      another process owns the store
    ├── ModelError         an embedding model cannot be loaded
    └── FiguresError       a table of figures is not understood or not plausible

Each message is one sentence for a reader who knows the product and not its code: what is wrong, and what to
do about it. Errors of libraries are translated where the library is called, ``from`` their cause.
"""

from typing import Literal


class IndexingError(Exception):
    """The root of this package's errors; its text can be shown to a user."""


class SourceError(IndexingError):
    """A source cannot be read as articles.

    ``source`` names the file, line or address; ``reason`` is the sentence without it.
    """

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


FetchProblem = Literal[
    "address",
    "robots",
    "gone",
    "status",
    "busy",
    "resting",
    "network",
    "deadline",
    "size",
    "type",
    "redirect",
    "broken",
]
"""Why a fetch failed: the address is not allowed; robots.txt forbids it; 404 or 410; another status; the host
asks to come later; it has failed so often that it is left alone for a while; no connection, or it broke off;
too slow; too large; no kind of content that can be read; too many redirects or a loop; bytes that are not
what their header says."""


class FetchError(SourceError):
    """An address cannot be fetched, or must not be.

    ``status`` is the HTTP status where one came; ``retry_after`` the seconds after which it may be tried
    again, where the host says so or is being left alone.
    """

    def __init__(
        self,
        source: str,
        reason: str,
        *,
        kind: FetchProblem,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(source, reason)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after


class StoreError(IndexingError):
    """A store cannot be opened, read or written."""


class StoreAway(StoreError):
    """A store's server does not answer, or lets nobody in; what it holds need not be damaged.

    ``passing``: it may well answer if it is asked once more at once.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class StoreHeld(StoreError):
    """Another process owns the store; ``owner`` says which one and where it listens."""

    def __init__(self, message: str, *, owner: str) -> None:
        super().__init__(message)
        self.owner = owner


class ModelError(IndexingError):
    """An embedding model cannot be loaded."""


class FiguresError(IndexingError):
    """A table of figures is not understood or not plausible; nothing of it was taken in."""
