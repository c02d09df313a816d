"""What the desk needs from a chat platform; its adapter implements it."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from bot.desk.records import Message, Reply, Request


class Delivery(Protocol):
    """A platform's way to the people there. Raises `bot.errors.DeliveryError` throughout."""

    async def find(self, request: Request) -> Message | None:
        """The message that already answers ``request``, looked up on the platform by the request's key.

        Empty where it stands but cannot be changed (only its reader sees it); None where none was posted.
        Where that cannot be known it raises DeliveryError: then a second is posted, and marked.
        """

    async def complete(self, request: Request) -> Request:
        """Add what only the platform knows and has to be asked for.

        Whether the person is a guest; the text of the message that "is that right?" is about. Called once
        the request is claimed.
        """

    async def working(self, request: Request) -> None:
        """Show that an answer is being made, where the platform has a way to."""

    async def post(self, reply: Reply) -> Message | None:
        """Post the reply, carrying the request's key; None where the message cannot be found again."""

    async def replace(self, message: Message, reply: Reply) -> None:
        """Put another reply into a message that was posted."""

    async def delete(self, message: Message) -> None:
        """Take a posted message away; no error if it is gone already."""

    async def tell(self, person: str, text: str) -> None:
        """A direct message to a person (the ``Person.key``)."""


@runtime_checkable
class Grows(Protocol):
    """A platform whose messages can grow while they are written. Raises `bot.errors.DeliveryError`."""

    async def grow(self, request: Request, message: Message | None, lines: Sequence[str]) -> Message | None:
        """Add ``lines`` to the message in which the answer grows; with None for it, begin one.

        None where a message cannot grow here: the reply is posted whole.
        """

    async def finish(self, message: Message, reply: Reply) -> None:
        """Put the whole reply into the message that has grown, carrying the request's key."""
