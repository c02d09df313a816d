import csv
import io
from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from bot.desk.ports import SpendingQuery
from bot.figures import WORKBOOK, OfficialFigures, fetch_update
from bot.settings import Settings, load_settings
from index.errors import FiguresError
from index.figures.store import FigureStore
from index.store.database import Database
from tests.index.figures.workbooks import Book

FIGURES = OfficialFigures(FigureStore())


def test_a_report_has_figures_notes_a_chart_and_a_table() -> None:
    report = FIGURES.spending(SpendingQuery(view="country", countries=("Poland",)))
    assert report.problem is None
    assert report.title.startswith("Poland spent 4.48 % of GDP")
    assert report.chart is not None
    assert report.chart.startswith(b"\x89PNG")
    assert "Poland" in report.chart_alt
    assert [row["country"] for row in csv.DictReader(io.StringIO(report.csv))] == ["Poland"] * 3


@pytest.mark.parametrize(
    ("query", "first"),
    [
        (SpendingQuery(view="rank", rank=3), "Poland"),
        (SpendingQuery(view="compare", countries=("Germany", "France")), "France"),
        (SpendingQuery(view="history", countries=("Estonia",)), "Estonia"),
        (SpendingQuery(view="target", target=3.5), "NATO allies"),
        (SpendingQuery(view="target", countries=("Spain",), target=2.0), "Spain"),
        (SpendingQuery(view="country", countries=("Ukraine",)), "Ukraine"),
    ],
)
def test_every_view_has_its_figures(query: SpendingQuery, first: str) -> None:
    assert FIGURES.spending(query).figures[0].country == first


def test_what_is_not_there_is_a_problem_in_words() -> None:
    report = FIGURES.spending(SpendingQuery(view="country", countries=("Iceland",)))
    assert "without armed forces" in (report.problem or "")
    assert report.chart is None


def test_countries_complete_what_is_typed() -> None:
    assert FIGURES.countries("pol")[0] == "Poland"
    assert "United Kingdom" in FIGURES.countries("brit")
    assert "Germany" in FIGURES.countries("germny")
    assert FIGURES.countries("nato")[0] == "NATO Total"
    assert len(FIGURES.countries("", limit=25)) == 25


def pointed_at(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("COMMUNIQUE_NATO_URL", server.url_for("/spending"))
    monkeypatch.setenv("COMMUNIQUE_ALLOW_PRIVATE", "1")
    return load_settings()


async def test_a_new_edition_is_fetched_politely_from_the_topic_page(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nAllow: /\n")
    httpserver.expect_request("/spending").respond_with_data(
        '<a href="/files/def-exp-2026-en.pdf">2026</a>', content_type="text/html"
    )
    httpserver.expect_request("/files/def-exp-2026-en.xlsx").respond_with_data(
        Book(2026).save(), content_type=WORKBOOK
    )
    database = Database(f"sqlite:///{tmp_path / 'figures.db'}")
    settings = pointed_at(httpserver, monkeypatch)
    done = await fetch_update(settings, database, today=date(2026, 9, 1))
    assert done.new
    assert FigureStore(database).editions(source="nato")[0].whole
    assert any("Communique" in request.headers["User-Agent"] for request, _ in httpserver.log)


async def test_an_edition_without_workbook_is_a_clear_message(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/spending").respond_with_data(
        '<a href="/files/def-exp-2027-en.pdf">2027</a>', content_type="text/html"
    )
    for name in ("def-exp-2027-en.xlsx", "def-exp-2027-TABLES-en.xlsx"):
        httpserver.expect_request(f"/files/{name}").respond_with_data("", status=404)
    database = Database(f"sqlite:///{tmp_path / 'figures.db'}")
    settings = pointed_at(httpserver, monkeypatch)
    with pytest.raises(FiguresError, match="no workbook"):
        await fetch_update(settings, database, today=date(2027, 9, 1))
