from datetime import date
from pathlib import Path

import pytest

from index.errors import FiguresError
from index.figures.sipri import read_workbook
from tests.index.figures.workbooks import sipri_workbook

TODAY = date(2026, 9, 1)
NAME = "SIPRI-Milex-data-1949-2024_2.xlsx"


def test_spot_checks_of_the_real_workbook(spending_data: Path) -> None:
    release = read_workbook((spending_data / NAME).read_bytes(), NAME, today=TODAY)
    found = {(each.metric, each.iso3, each.year): each for each in release.figures}
    assert round(found["share", "POL", 2024].value or 0, 2) == 4.15
    assert round(found["share", "NLD", 2024].value or 0, 2) == 1.92
    assert round(found["usd", "DZA", 2024].value or 0, 1) == 21811.2
    assert found["usd-constant", "SVN", 2023].base_year == 2023
    assert ("share", "LBY", 2024) not in found
    assert release.edition.edition == "2024"


def test_fractions_become_percent_and_coloured_figures_estimates() -> None:
    release = read_workbook(sipri_workbook(), NAME, today=TODAY)
    poland = {each.year: each for each in release.figures if (each.iso3, each.metric) == ("POL", "share")}
    assert poland[2024].value == pytest.approx(4.0)
    assert [poland[year].estimate for year in (2022, 2023, 2024)] == [False, False, True]
    assert {each.country for each in release.figures} == {"Poland", "Ukraine"}
    assert [each.year for each in release.figures if each.iso3 == "UKR" and each.metric == "usd"] == [2023]


def test_a_workbook_without_the_sheets_is_refused() -> None:
    with pytest.raises(FiguresError, match="not laid out as SIPRI"):
        read_workbook(sipri_workbook(sheets=("Share of GDP",)), NAME, today=TODAY)
