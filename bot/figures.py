"""The official figures as the service keeps and shows them."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from bot.desk.ports import SpendingQuery, SpendingReport
from index.countries import gazetteer, key
from index.errors import FetchError
from index.figures.plain import write_rows
from index.figures.store import FigureStore
from retrieval.countries import EUROPE_AND_CANADA, NATO_TOTAL, nearest_names
from retrieval.figures.lookup import look_up
from retrieval.figures.names import named
from retrieval.figures.request import FigureAnswer, FigureQuery, Kind

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.figures.update import Update
    from index.store.database import Database

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class OfficialFigures:
    """The figures for the desk (`bot.desk.ports.Figures`)."""

    def __init__(self, store: FigureStore) -> None:
        self._store = store

    def spending(self, query: SpendingQuery) -> SpendingReport:
        """The figures asked for, drawn and as a table; ``problem`` is set where there are none.

        Raises:
            StoreError: the database failed.
        """
        from bot.charts import draw

        found = self.look_up(query)
        if not found.found:
            return SpendingReport(
                title=found.sentence, figures=found.figures, notes=found.notes, problem=found.sentence
            )
        drawing = draw(found, self._store)
        return SpendingReport(
            title=found.sentence,
            figures=found.figures,
            notes=found.notes,
            chart=drawing.png if drawing else None,
            chart_alt=drawing.alt_text if drawing else "",
            csv=write_rows(found.figures),
        )

    def look_up(self, query: SpendingQuery) -> FigureAnswer:
        """The rows alone, without a drawing.

        Raises:
            StoreError: the database failed.
        """
        return look_up(_asked(query), self._store)

    def countries(self, typed: str, *, limit: int = 25) -> Sequence[str]:
        """Names that ``typed`` may mean, allies first; the allies themselves where nothing is typed."""
        known = gazetteer()
        order = sorted(known.countries.values(), key=lambda each: (each.joined is None, each.name))
        names = [NATO_TOTAL, EUROPE_AND_CANADA, *(each.name for each in order)]
        wanted = key(typed)
        if not wanted:
            return [each.name for each in order][:limit]
        also = {iso3 for name, (iso3, _) in known.names.items() if name.startswith(wanted) and iso3}
        aliases = [each.name for each in order if each.iso3 in also]
        found = [*(name for name in names if key(name).startswith(wanted)), *aliases, *nearest_names(typed)]
        return list(dict.fromkeys(found))[:limit]


def _asked(query: SpendingQuery) -> FigureQuery:
    kinds: dict[str, Kind] = {
        "country": "latest",
        "compare": "compare",
        "rank": "rank",
        "history": "history",
        "target": "target" if query.countries else "count",
    }
    names, unknown = named([", ".join(query.countries)])
    return FigureQuery(
        kind=kinds[query.view],
        names=names,
        unknown=unknown,
        years=(query.year,) if query.year and query.view != "history" else (),
        edition=query.edition,
        source=query.source if query.source == "sipri" else None,  # SIPRI stands in for those not in NATO's
        metric=query.metric,
        limit=query.rank,
        target=query.target,
    )


async def fetch_update(settings: "Settings", database: "Database", *, today: date) -> "Update":
    """Look at NATO's topic page, and take in the newest edition if it is new or revised.

    Raises:
        FetchError: the page or the workbook cannot be reached.
        FiguresError: the page is not understood, the edition has no workbook, or it is not to be believed.
        StoreError: the database failed.
    """
    from bot.fetching import fetcher
    from index.collect.reply import READABLE
    from index.figures.update import update

    async with fetcher(settings) as web:

        async def fetch(url: str) -> bytes:
            fetched = await web.fetch(url, accept=READABLE | {WORKBOOK})
            if fetched.content is None:
                raise FetchError(url, "Nothing came.", kind="broken")
            return fetched.content

        return await update(FigureStore(database), fetch, settings.nato_url, today=today)
