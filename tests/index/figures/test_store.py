import csv
from datetime import date
from pathlib import Path

import pytest

from index.errors import FiguresError
from index.figures.figure import METRICS, Edition, Figure
from index.figures.files import read_figures
from index.figures.store import FigureStore
from index.store.database import Database
from tests.index.figures.workbooks import Book, sipri_workbook

TODAY = date(2026, 9, 1)


@pytest.fixture
def store(tmp_path: Path) -> FigureStore:
    return FigureStore(Database(f"sqlite:///{tmp_path / 'figures.db'}"))


def edition(store: FigureStore, year: str) -> Edition:
    return next(each for each in store.editions(source="nato") if each.edition == year)


def value(store: FigureStore, year: str, country: str, when: int, metric: str = "share") -> float | None:
    return rows(store, year)[metric, country, when].value


def rows(store: FigureStore, year: str) -> dict[tuple[str, str, int], Figure]:
    return {(row.metric, row.country, row.year): row for row in store.figures(edition(store, year))}


def save(store: FigureStore, content: bytes, name: str) -> tuple[str, ...]:
    return tuple(
        remark for release in read_figures(content, name, today=TODAY) for remark in store.save(release)
    )


def table(rows: list[tuple[str, int, float]], *, of: str) -> bytes:
    lines = [f"{country},{year},{share},{of}" for country, year, share in rows]
    return "\n".join(["country,year,pct_gdp,edition", *lines]).encode()


def test_the_shipped_editions_need_no_database() -> None:
    store = FigureStore()
    assert [(each.edition, each.whole) for each in store.editions(source="nato")] == [
        ("2026", False),
        ("2025", False),
        ("2024", True),
    ]
    assert value(store, "2024", "Germany", 2024) == pytest.approx(2.12, abs=0.005)
    assert value(store, "2025", "Germany", 2024) == pytest.approx(2.00, abs=0.005)
    assert value(store, "2025", "Germany", 2025) is None
    for each in store.editions():
        assert all(row.metric in METRICS and row.unit for row in store.figures(each))


def test_the_shipped_2024_edition_is_the_workbook(spending_data: Path) -> None:
    name = "240617-def-exp-2024-TABLES-en.xlsx"
    (release,) = read_figures((spending_data / name).read_bytes(), name, today=TODAY)
    shipped = rows(FigureStore(), "2024")
    assert len(shipped) == len(release.figures)
    for row in release.figures:
        mine = shipped[row.metric, row.country, row.year]
        assert (mine.value, mine.estimate, mine.base_year, mine.unit) == (
            row.value,
            row.estimate,
            row.base_year,
            row.unit,
        )


def test_the_shipped_2025_edition_is_what_was_transcribed(spending_data: Path) -> None:
    shipped = rows(FigureStore(), "2025")
    iso3 = {row.iso3: row.country for row in shipped.values()}
    for name, column in (
        ("nato_2025_edition_latest_pct.csv", "pct_gdp_real_2021"),
        ("nato_2025_edition_series_7_countries.csv", "pct_gdp"),
    ):
        with (spending_data / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if not row["year"]:
                    assert row["iso3"] not in iso3
                    continue
                mine = shipped["share", iso3[row["iso3"]], int(row["year"])]
                assert mine.estimate == (row["estimate"] == "e")
                if row[column]:
                    assert mine.value == pytest.approx(float(row[column]), abs=0.0051)
                else:
                    assert mine.value is None


def test_the_shipped_2026_fragments_say_that_they_are_second_hand() -> None:
    store = FigureStore()
    assert "econd-hand" in edition(store, "2026").provenance
    assert value(store, "2026", "Poland", 2025) == 4.25
    assert value(store, "2026", "Sweden", 2026, "usd") == 24186


def test_editions_that_were_not_out_yet_are_not_known() -> None:
    store = FigureStore()
    assert [each.edition for each in store.editions(source="nato", as_of=date(2025, 8, 27))] == ["2024"]
    assert [each.edition for each in store.editions(source="nato", as_of=date(2025, 8, 28))] == [
        "2025",
        "2024",
    ]
    assert store.editions(source="nato", as_of=date(2024, 6, 16)) == ()


def test_an_imported_workbook_takes_the_place_of_what_was_known_in_part(store: FigureStore) -> None:
    book = Book(2026, title="Core defence expenditure")
    save(store, book.save(), "def-exp-2026-en.xlsx")
    assert edition(store, "2026").whole
    assert value(store, "2026", "Poland", 2025) == book.share_of("Poland", 2025)
    assert value(store, "2024", "Germany", 2024) == pytest.approx(2.12, abs=0.005)
    assert edition(FigureStore(), "2026").whole is False


def test_a_workbook_by_hand_keeps_what_was_known_of_its_edition(store: FigureStore) -> None:
    before = edition(store, "2025")
    save(store, Book(2025).save(), "def-exp-2025-en.xlsx")
    after = edition(store, "2025")
    assert after.whole
    assert (after.edition_date, after.known_by, after.url) == (
        before.edition_date,
        before.known_by,
        before.url,
    )
    assert {row.edition_date for row in store.figures(after)} == {date(2025, 8, 28)}


def test_single_figures_complete_an_edition_that_is_known_in_part(store: FigureStore) -> None:
    save(store, table([("Norway", 2026, 3.2)], of="NATO 2026"), "norway.csv")
    assert value(store, "2026", "Norway", 2026) == 3.2
    assert value(store, "2026", "Poland", 2025) == 4.25
    assert "norway.csv" in edition(store, "2026").provenance


def test_a_missing_ally_is_refused_and_what_was_there_stays(store: FigureStore) -> None:
    with pytest.raises(FiguresError, match="no row for Denmark"):
        save(store, Book(2026, missing=("Denmark",)).save(), "def-exp-2026-en.xlsx")
    assert not edition(store, "2026").whole
    assert value(store, "2026", "Poland", 2025) == 4.25


def test_an_implausible_value_is_refused(store: FigureStore) -> None:
    with pytest.raises(FiguresError, match="not plausible"):
        save(store, Book(2026, overrides={("share", "Poland", 2020): 41.2}).save(), "def-exp-2026-en.xlsx")
    assert not edition(store, "2026").whole


@pytest.mark.parametrize(
    ("book", "remark"),
    [
        (Book(2026, overrides={("usd", "NATO Total", 2020): 1.0}), "not the sum of its parts in 2020"),
        (Book(2026, second_base=2015), "In 2015, the base year"),
        (Book(2026), "revised by more than 30%"),
    ],
)
def test_what_is_odd_in_a_workbook_is_remarked_on(store: FigureStore, book: Book, remark: str) -> None:
    remarks = save(store, book.save(), "def-exp-2026-en.xlsx")
    assert any(remark in each for each in remarks)
    assert edition(store, "2026").remarks == remarks


def test_a_table_that_labels_estimates_with_the_next_year_is_refused(store: FigureStore) -> None:
    shares = [
        (row.country, 2025, round(row.value or 0, 2))
        for row in store.figures(edition(store, "2024"))
        if row.metric == "share" and row.year == 2024 and row.iso3
    ]
    for of in ("NATO 2025 edition", "NATO 2027 edition"):
        with pytest.raises(FiguresError, match="2024"):
            save(store, table(shares, of=of), "wrong.csv")
    assert value(store, "2025", "Poland", 2025) == pytest.approx(4.48, abs=0.005)


def test_a_value_that_belongs_to_another_year_is_refused(store: FigureStore) -> None:
    for of in ("NATO 2024 edition", "NATO 2025 edition", "NATO 2027 edition"):
        with pytest.raises(FiguresError, match="that of 2024 in the 2024 edition"):
            save(store, table([("Germany", 2023, 2.12)], of=of), "wrong.csv")
    assert value(store, "2025", "Germany", 2023) == pytest.approx(1.61)


def test_single_figures_add_nothing_to_a_whole_edition(store: FigureStore) -> None:
    save(store, table([("Germany", 2023, 1.64)], of="NATO 2024 edition"), "same.csv")
    assert edition(store, "2024") == edition(FigureStore(), "2024")
    with pytest.raises(FiguresError, match="here whole, and has no share of Germany for 2026"):
        save(store, table([("Germany", 2026, 2.6)], of="NATO 2024 edition"), "more.csv")


def test_without_a_database_nothing_is_imported() -> None:
    with pytest.raises(FiguresError, match="no database"):
        save(FigureStore(), Book(2026).save(), "def-exp-2026-en.xlsx")


def test_sipris_workbook_is_known_by_its_sheets(store: FigureStore) -> None:
    save(store, sipri_workbook(), "data.xlsx")
    (edition,) = store.editions(source="sipri")
    assert "data.xlsx" in edition.provenance
    assert {row.country for row in store.figures(edition)} == {"Poland", "Ukraine"}


def test_a_pdf_is_refused_with_a_hint() -> None:
    with pytest.raises(FiguresError, match="import the workbook"):
        read_figures(b"%PDF-1.7 ...", "def-exp-2026-en.pdf", today=TODAY)
