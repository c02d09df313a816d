"""Where figures are kept: the editions that come with Communiqué, and those imported into the database."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import TYPE_CHECKING

from index.errors import FiguresError
from index.figures.figure import Edition, Figure, Metric, Publisher, Release, unit_of
from index.figures.plausible import check

if TYPE_CHECKING:
    from index.store.database import Database


class FigureStore:
    """Editions and their figures.

    The shipped editions (``official/``) are read as they are needed and written nowhere; what is imported
    stands in the database and takes the place of a shipped edition of the same year. ``database`` is None
    where there is none yet: then nothing can be saved.
    """

    def __init__(self, database: "Database | None" = None) -> None:
        self._database = database
        self._shipped: dict[tuple[str, str], tuple[Figure, ...]] = {}
        self._shipped_editions: tuple[Edition, ...] = ()

    def editions(self, *, source: Publisher | None = None, as_of: date | None = None) -> tuple[Edition, ...]:
        """Newest first; with ``as_of`` those that were out by that day.

        Raises:
            StoreError: the database failed.
        """
        found = {(edition.source, edition.edition): edition for edition in self._official()}
        for edition in self._imported_editions():
            shipped = found.get((edition.source, edition.edition))
            if shipped is None or edition.whole or not shipped.whole:
                found[edition.source, edition.edition] = edition
        kept = (
            edition
            for edition in found.values()
            if (source is None or edition.source == source) and (as_of is None or edition.known_by <= as_of)
        )
        return tuple(sorted(kept, key=lambda edition: (edition.source, -int(edition.edition))))

    def figures(self, edition: Edition) -> tuple[Figure, ...]:
        """All rows of an edition that `editions` gave.

        Raises:
            StoreError: the database failed.
        """
        if edition in self._official():
            return self._official_figures(edition)
        return self._imported_figures(edition)

    def save(self, release: Release) -> tuple[str, ...]:
        """Check a release and keep it; what is there already of its edition is completed or replaced.

        Single figures complete an edition that is not whole; those that a whole one has already change
        nothing. Returns the remarks made on the release.

        Raises:
            FiguresError: it is not to be believed, or has figures that a whole edition does not have.
            StoreError: the database failed, or there is none.
        """
        if self._database is None:
            raise FiguresError("There is no database to import figures into.")
        kept = {(edition.source, edition.edition): edition for edition in self.editions()}
        remarks = check(release, [row for edition in kept.values() for row in self.figures(edition)])
        edition, figures = release.edition, release.figures
        present = kept.get((edition.source, edition.edition))
        if present is not None and edition.whole:  # a file by hand does not say what was known of its edition
            edition = replace(
                edition,
                edition_date=edition.edition_date or present.edition_date,
                known_by=min(edition.known_by, present.known_by),
                url=edition.url or present.url,
            )
        elif present is not None:
            if present.whole:
                _check_known(self.figures(present), figures, present)
                return remarks
            rows = {(row.metric, row.country, row.year): row for row in self.figures(present)}
            rows |= {(row.metric, row.country, row.year): row for row in figures}
            figures = tuple(rows.values())
            if edition.provenance not in present.provenance:
                edition = replace(present, provenance=f"{present.provenance} {edition.provenance}")
            else:
                edition = present
        self._write(replace(edition, remarks=(*edition.remarks, *remarks)), figures)
        return remarks

    def _official(self) -> tuple[Edition, ...]:
        if not self._shipped_editions:
            self._shipped_editions = tuple(
                Edition(
                    source="nato" if row["source"] == "nato" else "sipri",
                    edition=row["edition"],
                    title=row["title"],
                    edition_date=date.fromisoformat(row["edition_date"]) if row["edition_date"] else None,
                    known_by=date.fromisoformat(row["known_by"]),
                    url=row["url"] or None,
                    whole=row["whole"] == "true",
                    provenance=row["provenance"],
                    remarks=tuple(filter(None, row["remarks"].split(" | "))),
                )
                for row in _read_official("editions.csv")
            )
        return self._shipped_editions

    def _official_figures(self, edition: Edition) -> tuple[Figure, ...]:
        key = edition.source, edition.edition
        if key not in self._shipped:
            self._shipped[key] = tuple(
                _official_figure(row, edition)
                for row in _read_official(f"{edition.source}-{edition.edition}.csv")
            )
        return self._shipped[key]

    def _imported_editions(self) -> tuple[Edition, ...]:
        if self._database is None:
            return ()
        from sqlalchemy import select

        from index.store.schema import editions

        with self._database.read() as connection:
            rows = connection.execute(select(editions)).mappings().all()
        return tuple(
            Edition(
                source=row["source"],
                edition=row["edition"],
                title=row["title"],
                edition_date=row["edition_date"],
                known_by=row["known_by"],
                url=row["url"],
                whole=row["whole"],
                provenance=row["provenance"],
                remarks=tuple(row["remarks"]),
            )
            for row in rows
        )

    def _imported_figures(self, edition: Edition) -> tuple[Figure, ...]:
        if self._database is None:
            return ()
        from sqlalchemy import select

        from index.store.schema import figures

        query = select(figures).where(
            figures.c.source == edition.source, figures.c.edition == edition.edition
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(figures.c.country, figures.c.year)).mappings().all()
        return tuple(
            Figure(
                country=row["country"],
                iso3=row["iso3"],
                metric=row["metric"],
                unit=row["unit"],
                year=row["year"],
                value=row["value"],
                estimate=row["estimate"],
                edition=row["edition"],
                edition_date=edition.edition_date,
                base_year=row["base_year"],
                source=row["source"],
                url=edition.url,
            )
            for row in rows
        )

    def _write(self, edition: Edition, rows: tuple[Figure, ...]) -> None:
        from sqlalchemy import insert

        from index.store.schema import editions, figures

        assert self._database is not None  # noqa: S101 - `save` has seen to it
        with self._database.write() as connection:
            for table in (figures, editions):
                connection.execute(
                    table.delete().where(table.c.source == edition.source, table.c.edition == edition.edition)
                )
            connection.execute(
                insert(editions).values(
                    source=edition.source,
                    edition=edition.edition,
                    edition_date=edition.edition_date,
                    known_by=edition.known_by,
                    title=edition.title,
                    url=edition.url,
                    whole=edition.whole,
                    provenance=edition.provenance,
                    remarks=list(edition.remarks),
                    imported_at=datetime.now(UTC),
                )
            )
            connection.execute(
                insert(figures),
                [
                    {
                        "source": edition.source,
                        "edition": edition.edition,
                        "metric": row.metric,
                        "country": row.country,
                        "year": row.year,
                        "iso3": row.iso3,
                        "unit": row.unit,
                        "value": row.value,
                        "estimate": row.estimate,
                        "base_year": row.base_year,
                    }
                    for row in rows
                ],
            )


def _check_known(kept: tuple[Figure, ...], figures: tuple[Figure, ...], edition: Edition) -> None:
    places = {(row.metric, row.country, row.year) for row in kept}
    strange = [row for row in figures if (row.metric, row.country, row.year) not in places]
    if strange:
        raise FiguresError(
            f"The {edition.edition} edition is here whole, and has no {strange[0].metric} of "
            f"{strange[0].country} for {strange[0].year}. Nothing was taken in."
        )


def _read_official(name: str) -> list[dict[str, str]]:
    text = files("index.figures").joinpath("official", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _official_figure(row: dict[str, str], edition: Edition) -> Figure:
    metric: Metric = row["metric"]  # type: ignore[assignment]  # a test reads every shipped row
    base_year = int(row["base_year"]) if row["base_year"] else None
    return Figure(
        country=row["country"],
        iso3=row["iso3"] or None,
        metric=metric,
        unit=unit_of(metric, base_year=base_year, currency=row["currency"] or None),
        year=int(row["year"]),
        value=float(row["value"]) if row["value"] else None,
        estimate=row["estimate"] == "e",
        edition=edition.edition,
        edition_date=edition.edition_date,
        base_year=base_year,
        source=edition.source,
        url=edition.url,
    )
