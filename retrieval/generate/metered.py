"""A language model within its daily allowance of tokens, left alone for a while where it does not answer."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from index.store.allowance import Allowance
from retrieval.errors import EndpointError
from retrieval.generate.client import Client, Message, Writing
from retrieval.generate.prompt import CHARACTERS_PER_TOKEN, tokens_of

log = logging.getLogger(__name__)

_LONGEST = 6000  # characters
_OF_THE_QUESTION = frozenset({"empty", "refused", "rubbish", "status 400", "status 413", "status 422"})
"""Errors that the next question need not meet."""


class Metered:
    """Has the model write, and books what that took. Thread-safe.

    An endpoint that cannot be reached, or says nothing in time, is not asked again for ``rest`` seconds:
    nobody else waits for it.
    """

    def __init__(
        self,
        client: Client,
        allowance: Allowance,
        *,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        rest: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client = client
        self.allowance = allowance
        self._today = today
        self._rest = rest
        self._clock = clock
        self._rests_until = float("-inf")

    @property
    def model(self) -> str:
        """The model's name."""
        return self.client.endpoint.model

    def write(self, messages: Sequence[Message], enough: Callable[[str], bool]) -> tuple[str, bool]:
        """What the model writes, and whether it came to its end.

        ``enough`` sees the text grow, and says whether no more of it is needed.

        Raises:
            EndpointError: it gave no answer; ``allowance`` if the day's tokens are used up.
        """
        if self._clock() < self._rests_until:
            raise EndpointError("left alone for a while")
        day, asked = self._today(), tokens_of(messages)
        held = asked + self.client.endpoint.longest
        if not self.allowance.hold(day, self.model, held):
            raise EndpointError("allowance")
        text = ""
        writing: Writing | None = None
        try:
            with self.client.write(messages) as writing:
                for words in writing.words:
                    text += words
                    if enough(text) or len(text) > _LONGEST:
                        break
                return text, writing.whole
        except EndpointError as exc:
            if not text and str(exc) not in _OF_THE_QUESTION:
                self._rests_until = self._clock() + self._rest
                log.warning("the language model is left alone for %.0f s: %s", self._rest, exc)
            raise
        finally:
            prompt = writing.prompt_tokens if writing else None
            completion = writing.completion_tokens if writing else None
            self.allowance.book(
                day,
                self.model,
                held=held,
                prompt=prompt if prompt is not None else asked if text else 0,
                completion=completion if completion is not None else -(-len(text) // CHARACTERS_PER_TOKEN),
            )
