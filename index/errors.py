"""What can go wrong in ``index``.

::

    IndexingError
    ├── SourceError        a file, page or feed cannot be read as articles
    ├── StoreError         a store cannot be opened, read or written
    │   └── StoreHeld      another process owns the store
    ├── ModelError         an embedding model cannot be loaded
    └── FiguresError       a table of figures is not understood or not plausible

Each message is one sentence for a reader who knows the product and not its code: what is wrong, and what to
do about it. Errors of libraries are translated where the library is called, ``from`` their cause.
"""


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


class StoreError(IndexingError):
    """A store cannot be opened, read or written."""


class StoreHeld(StoreError):
    """Another process owns the store; ``owner`` says which one and where it listens."""

    def __init__(self, message: str, *, owner: str) -> None:
        super().__init__(message)
        self.owner = owner


class ModelError(IndexingError):
    """An embedding model cannot be loaded."""


class FiguresError(IndexingError):
    """A table of figures is not understood or not plausible; nothing of it was taken in."""
