"""What can go wrong in ``retrieval``.

::

    RetrievalError
    ├── EndpointError      a language model that gives no answer; the extractive one stands
    ├── GateError          an answer that may not be shown: it says what its sources do not
    └── QuestionsError     a file of questions for measuring cannot be read

Each message is one sentence for a reader who knows the product and not its code.
"""


class RetrievalError(Exception):
    """The root of this package's errors; its text can be shown to a user."""


class EndpointError(RetrievalError):
    """The language model's endpoint gave no answer that could be read to its end; the text says why."""


class GateError(RetrievalError):
    """An answer does not hold against the stored text. ``gate`` names the check that it failed."""

    def __init__(self, gate: str, message: str) -> None:
        super().__init__(message)
        self.gate = gate


class QuestionsError(RetrievalError):
    """A file of questions for measuring cannot be read."""
