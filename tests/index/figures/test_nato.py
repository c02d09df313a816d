import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import FiguresError
from index.figures.figure import METRICS, Figure, Release
from index.figures.nato import read_workbook
from index.figures.plausible import check
from tests.index.figures.workbooks import Book, members

TODAY = date(2026, 9, 1)
NAME_2024 = "240617-def-exp-2024-TABLES-en.xlsx"


def read(book: Book) -> Release:
    return read_workbook(book.save(), f"def-exp-{book.edition}-en.xlsx", today=TODAY)


def by_place(release: Release) -> dict[tuple[str, str, int], Figure]:
    return {(each.metric, each.country, each.year): each for each in release.figures}


def test_all_rows_and_measures_of_the_2024_workbook_equal_the_tidy_table(spending_data: Path) -> None:
    release = read_workbook((spending_data / NAME_2024).read_bytes(), NAME_2024, today=TODAY)
    found = by_place(release)
    names = {each.iso3: each.country for each in release.figures if each.iso3}
    with (spending_data / "nato_2024_edition_tidy.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 363
    for row in rows:
        country, year = names.get(row["iso3"], row["country"]), int(row["year"])
        for metric, column in (
            ("share", "pct_gdp_real_2015"),
            ("usd", "usd_m_current"),
            ("usd-constant", "usd_m_const2015"),
        ):
            figure = found[metric, country, year]
            assert figure.value == float(row[column])
            assert figure.estimate == (row["estimate"] == "e")
    assert release.edition.edition_date == date(2024, 6, 17)
    assert {each.base_year for each in release.figures if each.metric in ("share", "usd-constant")} == {2015}


def test_the_2024_workbook_has_every_metric_for_every_ally(spending_data: Path) -> None:
    release = read_workbook((spending_data / NAME_2024).read_bytes(), NAME_2024, today=TODAY)
    for metric in METRICS:
        countries = {each.country for each in release.figures if each.metric == metric and each.iso3}
        assert len(countries) == 31
        assert "Iceland" not in countries
    poland = by_place(release)["national", "Poland", 2024]
    assert (poland.unit, round(poland.value or 0)) == ("million zlotys", 151241)
    assert by_place(release)["usd", "United States", 2024].value == 967707
    assert check(release, ()) == ()


def test_the_2025_layout_is_read_with_its_stars_headers_and_blank_germany() -> None:
    book = Book(2025, starred=("Poland", "Sweden", "Türkiye"), blank=(("Germany", 2025),))
    release = read(book)
    found = by_place(release)
    assert release.edition.edition == "2025"
    assert found["share", "Germany", 2025].value is None
    assert found["share", "Germany", 2025].estimate
    assert found["share", "Poland", 2023].value == book.share_of("Poland", 2023)
    assert not found["share", "Poland", 2023].estimate
    assert found["share", "Slovakia", 2025].iso3 == "SVK"
    assert {each.base_year for each in release.figures if each.metric == "usd-constant"} == {2021}
    assert {each.country for each in release.figures if each.iso3} == set(members(2025))


def test_the_2026_layout_counts_core_defence_expenditure() -> None:
    release = read(Book(2026, title="Core defence expenditure"))
    assert "core defence" in release.edition.provenance
    assert {each.year for each in release.figures if each.estimate} == {2025, 2026}
    assert check(release, ()) == ()


def test_the_years_may_stand_once_above_all_headings() -> None:
    once, each = read(Book(2025, headers_once=True)), read(Book(2025))
    assert once.figures == each.figures


def test_nil_and_not_available_are_told_apart() -> None:
    book = Book(2025, overrides={("equipment", "Albania", 2020): "-", ("equipment", "Albania", 2021): ".."})
    found = by_place(read(book))
    assert found["equipment", "Albania", 2020].value == 0.0
    assert found["equipment", "Albania", 2021].value is None


@pytest.mark.parametrize(
    ("book", "reason"),
    [
        (Book(2025, noted=(2025,)), "notes call 2025 estimates, the headers mark 2024, 2025"),
        (Book(2025, title="Something else"), "not laid out"),
        (Book(2025, overrides={("share", "Poland", 2020): "about two"}), "no number"),
        (Book(2025, overrides={("usd", "Poland", 2020): True}), "no number"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_reason(book: Book, reason: str) -> None:
    with pytest.raises(FiguresError, match=reason):
        read(book)


def test_a_file_named_for_another_edition_is_refused() -> None:
    with pytest.raises(FiguresError, match="named for 2026"):
        read_workbook(Book(2025).save(), "def-exp-2026-en.xlsx", today=TODAY)


@given(st.binary(max_size=300))
@settings(max_examples=40, deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        with pytest.raises(FiguresError):
            read_workbook(start + content, "x.xlsx", today=TODAY)
