"""What can go wrong in ``bot``.

::

    BotError
    ├── DeskError          a request that the desk declines; its text is for the person who asked
    │   ├── NotAllowed     this person may not do that here
    │   ├── TooMany        a limit of our own is reached
    │   └── NotThere       the question, suggestion or case does not exist (any more)
    ├── DeliveryError      a chat platform refused a message or could not be reached
    ├── ServiceError       the running service refused a request or does not answer
    ├── SecretError        a stored token cannot be read with COMMUNIQUE_SECRET
    ├── SettingsError      a setting is wrong; the service does not start
    └── UsageError         a command was called in a way that it does not understand

Errors of libraries are translated where the library is called, ``from`` their cause.
"""


class BotError(Exception):
    """The root of this package's errors; its text can be shown to a user."""


class DeskError(BotError):
    """A request that the desk declines, in a kind sentence for the person who made it."""


class NotAllowed(DeskError):
    """The person may not do that here."""


class TooMany(DeskError):
    """A limit of our own is reached; ``wait`` is the number of seconds until the next is taken."""

    def __init__(self, message: str, *, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class NotThere(DeskError):
    """The question, suggestion or case does not exist, or not any more."""


class DeliveryError(BotError):
    """A chat platform refused a message or could not be reached; ``code`` is the platform's own word.

    ``passing``: it may work later, or may have worked unheard (a connection that broke off).
    """

    def __init__(self, message: str, *, code: str = "", passing: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.passing = passing


class ServiceError(BotError):
    """The running service refused a request of another command, or does not answer."""


class SecretError(BotError):
    """A stored token cannot be read with COMMUNIQUE_SECRET."""


class SettingsError(BotError):
    """A setting is wrong; the message names it and never shows a value."""


class UsageError(BotError):
    """A command was called in a way that it does not understand."""
