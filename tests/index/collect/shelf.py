"""An intake in memory, and a clock that is put on by hand."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from index.article import Article, Failure
from index.indexer import AddReport, Indexed, Outcome
from index.store.recording import article_id


class Shelf:
    """Takes articles in as the indexer does, and keeps them in memory."""

    def __init__(self) -> None:
        self.articles: dict[str, Article] = {}
        self.batches: list[int] = []
        self.recovered = 0

    def add(
        self,
        found: Iterable[Article | Failure],
        *,
        each: Callable[[Indexed | Failure], None] = lambda _: None,
    ) -> AddReport:
        report = AddReport()
        for one in found:
            if isinstance(one, Failure):
                report.failed.append(one)
                each(one)
                continue
            identifier = article_id(one.identity)
            before = self.articles.get(identifier)
            self.articles[identifier] = one
            outcome: Outcome = "added" if before is None else "unchanged" if before == one else "updated"
            setattr(report, outcome, getattr(report, outcome) + 1)
            each(Indexed(id=identifier, outcome=outcome, source=one.source, title=one.title, passages=1))
        self.batches.append(report.added + report.updated + report.unchanged)
        return report

    def recover(self) -> None:
        self.recovered += 1


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2025, 3, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **later: float) -> None:
        self.now += timedelta(**later)
