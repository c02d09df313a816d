"""The tokens that language models took, by day and model, and the limit of a day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select, update

from index.store.database import Database
from index.store.schema import model_use


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What was taken. ``held`` tokens are set aside for requests under way; ``cost`` is in money."""

    requests: int
    prompt_tokens: int
    completion_tokens: int
    held: int
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a million tokens cost, in whatever money the endpoint is paid in."""

    prompt: float = 0.0
    completion: float = 0.0

    def millionths(self, *, prompt: int, completion: int) -> int:
        """What so many tokens cost, in millionths."""
        return round(prompt * self.prompt + completion * self.completion)


class Allowance:
    """Sets tokens aside before a request and books what it took; ``daily`` is the limit, None for none.

    All processes on one database share it. What a process that died had set aside counts as taken.
    Every method may raise StoreError.
    """

    def __init__(self, database: Database, *, daily: int | None = None, prices: Prices | None = None) -> None:
        self._database = database
        self._daily = daily
        self._prices = prices or Prices()

    def hold(self, day: date, model: str, tokens: int) -> bool:
        """Set ``tokens`` aside; False, and nothing is, where the day's limit would be passed."""
        table = model_use
        taken = table.c.prompt_tokens + table.c.completion_tokens + table.c.held
        here = (table.c.day == day) & (table.c.model == model[:128])
        with self._database.write() as connection:
            if self._daily is not None:
                used = connection.scalar(select(func.coalesce(func.sum(taken), 0)).where(table.c.day == day))
                if int(used or 0) + tokens > self._daily:
                    return False
            changed = connection.execute(
                update(table).where(here).values(requests=table.c.requests + 1, held=table.c.held + tokens)
            )
            if not changed.rowcount:
                connection.execute(
                    insert(table).values(
                        day=day,
                        model=model[:128],
                        requests=1,
                        prompt_tokens=0,
                        completion_tokens=0,
                        held=tokens,
                    )
                )
        return True

    def book(self, day: date, model: str, *, held: int, prompt: int, completion: int) -> None:
        """Give back what was ``held`` and book what the request took."""
        table = model_use
        with self._database.write() as connection:
            connection.execute(
                update(table)
                .where((table.c.day == day) & (table.c.model == model[:128]))
                .values(
                    prompt_tokens=table.c.prompt_tokens + prompt,
                    completion_tokens=table.c.completion_tokens + completion,
                    held=table.c.held - held,
                    cost=table.c.cost + self._prices.millionths(prompt=prompt, completion=completion),
                )
            )

    def used(self, first: date, last: date | None = None) -> Use:
        """What all models took from ``first`` to ``last``, on ``first`` alone without it."""
        columns = (
            model_use.c.requests,
            model_use.c.prompt_tokens,
            model_use.c.completion_tokens,
            model_use.c.held,
            model_use.c.cost,
        )
        with self._database.read() as connection:
            row = connection.execute(
                select(*(func.coalesce(func.sum(one), 0) for one in columns)).where(
                    model_use.c.day.between(first, last or first)
                )
            ).one()
        requests, prompt, completion, held, cost = map(int, row)
        return Use(
            requests=requests,
            prompt_tokens=prompt,
            completion_tokens=completion,
            held=held,
            cost=cost / 1_000_000,
        )
