"""The editions of one source side by side, and which of them answers what."""

from functools import cached_property

from index.countries import allies
from index.figures.figure import Edition, Figure, Metric, Publisher
from index.figures.plausible import WITHOUT_FORCES
from index.figures.store import FigureStore
from retrieval.figures.request import FigureQuery


class Tables:
    """What the store holds of one source, as known on the query's day and limited to its edition."""

    def __init__(self, store: FigureStore, source: Publisher, query: FigureQuery) -> None:
        self._store = store
        self.source = source
        self.known = store.editions(source=source, as_of=query.as_of)
        editions = self.known
        if query.edition:
            editions = tuple(each for each in editions if each.edition == query.edition)
        elif query.previous:
            solid = [each for each in editions if self.solid(each, query.metric)]
            editions = tuple(solid[1:2])
        self.editions = editions
        """Newest first."""

    @cached_property
    def _rows(self) -> dict[str, dict[tuple[Metric, str], dict[int, Figure]]]:
        return {}

    def series(self, edition: Edition, metric: Metric, name: str) -> dict[int, Figure]:
        """The rows of a country or aggregate by year, blanks included."""
        return self._of(edition).get((metric, name), {})

    def valued(self, edition: Edition, metric: Metric, name: str) -> dict[int, Figure]:
        """The same without blanks."""
        return {
            year: row for year, row in self.series(edition, metric, name).items() if row.value is not None
        }

    def names(self, edition: Edition, metric: Metric) -> tuple[str, ...]:
        """Who has rows, aggregates included."""
        return tuple(name for kind, name in self._of(edition) if kind == metric)

    def years(self, metric: Metric) -> tuple[int, ...]:
        """All years that any edition has a row of."""
        found = {
            year
            for edition in self.editions
            for (kind, _), rows in self._of(edition).items()
            if kind == metric
            for year in rows
        }
        return tuple(sorted(found))

    def solid(self, edition: Edition, metric: Metric) -> bool:
        """Whether the edition is known well enough to speak for: every ally with forces has a row."""
        if edition.source == "sipri":
            return bool(self.names(edition, metric))
        return self.members(edition) <= set(self.names(edition, metric))

    def surest(self, metric: Metric) -> tuple[Edition, ...]:
        """The editions known well, newest first, then those of which single figures are known."""
        return tuple(sorted(self.editions, key=lambda edition: not self.solid(edition, metric)))

    def members(self, edition: Edition) -> set[str]:
        """The allies that NATO's tables of this edition have rows for."""
        return {each.name for each in allies(int(edition.edition)) if each.iso3 not in WITHOUT_FORCES}

    def best(self, metric: Metric, name: str, year: int | None = None) -> Edition | None:
        """The newest edition that is known well and has a value; failing that, the newest with one."""
        having = [
            edition
            for edition in self.editions
            if (rows := self.valued(edition, metric, name)) and (year is None or year in rows)
        ]
        return next((each for each in having if self.solid(each, metric)), having[0] if having else None)

    def everywhere(self, metric: Metric, name: str, year: int) -> list[Figure]:
        """The value of one year in each edition that has it, newest edition first."""
        rows = (self.valued(edition, metric, name).get(year) for edition in self.editions)
        return [row for row in rows if row is not None]

    def newer(self, than: Edition, metric: Metric, name: str) -> list[Figure]:
        """Values of a country in editions newer than one, latest year first."""
        found = [
            row
            for edition in self.editions
            if int(edition.edition) > int(than.edition)
            for row in self.valued(edition, metric, name).values()
        ]
        return sorted(found, key=lambda row: (-int(row.edition), -row.year))

    def edition_of(self, figure: Figure) -> Edition:
        """The edition that a row stands in."""
        return next(each for each in self.known if each.edition == figure.edition)

    def _of(self, edition: Edition) -> dict[tuple[Metric, str], dict[int, Figure]]:
        if edition.edition not in self._rows:
            rows: dict[tuple[Metric, str], dict[int, Figure]] = {}
            for figure in self._store.figures(edition):
                rows.setdefault((figure.metric, figure.country), {})[figure.year] = figure
            self._rows[edition.edition] = rows
        return self._rows[edition.edition]
