from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FiguresError
from index.figures.figure import Figure
from index.figures.plain import COLUMNS, read_table, write_rows

TODAY = date(2026, 9, 1)


def figure(**changes: object) -> Figure:
    fields: dict[str, object] = {
        "country": "Poland",
        "iso3": "POL",
        "metric": "share",
        "unit": "% of GDP",
        "year": 2025,
        "value": 4.480549,
        "estimate": True,
        "edition": "2025",
        "edition_date": date(2025, 8, 28),
        "base_year": 2021,
        "source": "nato",
        "url": None,
    }
    return Figure(**(fields | changes))  # type: ignore[arg-type]  # of the types above


def test_what_is_exported_carries_every_provenance_column_and_can_be_imported() -> None:
    rows = [
        figure(),
        figure(country="NATO Total", iso3=None, metric="usd", unit="million US dollars", base_year=None),
    ]
    text = write_rows(rows)
    assert text.splitlines()[0].split(",") == list(COLUMNS)
    (release,) = read_table(text.encode(), "export.csv", today=TODAY)
    assert list(release.figures) == rows
    assert not release.edition.whole


def test_a_table_with_a_column_a_measure_is_read() -> None:
    text = (
        "iso3,country,year,pct_gdp_real_2021,usd_m_current,estimate,edition\n"
        "POL,Poland,2025,4.48,,e,NATO 2025 edition (28 Aug 2025)\n"
        "ISL,Iceland,,,,,NATO 2025 edition (28 Aug 2025)\n"
    )
    (release,) = read_table(text.encode(), "table.csv", today=TODAY)
    share, usd = release.figures
    assert (share.metric, share.value, share.base_year, share.estimate) == ("share", 4.48, 2021, True)
    assert (usd.metric, usd.value) == ("usd", None)
    assert release.edition.edition_date == date(2025, 8, 28)


def test_several_editions_in_one_file_stay_apart() -> None:
    text = write_rows(
        [figure(), figure(edition="2024", year=2024, value=4.12, edition_date=date(2024, 6, 17))]
    )
    assert {release.edition.edition for release in read_table(text.encode(), "x.csv", today=TODAY)} == {
        "2024",
        "2025",
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("country,year,pct_gdp\nPoland,2025,4.12\n", "edition"),
        ("country,year,edition\nPoland,2025,NATO 2025\n", "metric"),
        ("country,year,pct_gdp,edition\nAtlantis,2025,4.12,NATO 2025\n", "Atlantis"),
        ("country,year,pct_gdp,edition\nPoland,2025,lots,NATO 2025\n", "no number"),
        ("country,year,pct_gdp,edition\nPoland,2025,nan,NATO 2025\n", "no number"),
        ("country,year,pct_gdp,edition\nPoland,soon,4.1,NATO 2025\n", "no year"),
        ("country,year,pct_gdp,edition\nPoland,2025,4.1,the newest\n", "which edition"),
        ("", "no rows"),
    ],
)
def test_a_table_that_does_not_say_enough_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(FiguresError, match=reason):
        read_table(text.encode(), "table.csv", today=TODAY)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        releases = read_table(content, "x.csv", today=TODAY)
    except FiguresError:
        return
    assert all(release.figures for release in releases)
