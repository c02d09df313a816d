from datetime import date
from pathlib import Path

import pytest

from index.errors import FetchError, FiguresError
from index.figures.store import FigureStore
from index.figures.update import newest_edition, update
from index.store.database import Database
from tests.index.figures.workbooks import Book

TODAY = date(2026, 9, 1)
PAGE = "https://alliance.example/spending"
FOLDER = "https://alliance.example/files/"


def page(*names: str) -> str:
    links = "".join(f'<li><a href="/files/{name}">tables</a></li>' for name in names)
    return f"<html><body><ul>{links}</ul></body></html>"


class Site:
    """What a site has by address; everything else is not there."""

    def __init__(self, **files: bytes) -> None:
        self.files = {f"{FOLDER}{name}": content for name, content in files.items()}
        self.asked: list[str] = []

    def put(self, url: str, content: bytes) -> None:
        self.files[url] = content

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.files:
            raise FetchError(url, "There is no page at this address.", kind="gone", status=404)
        return self.files[url]


@pytest.fixture
def store(tmp_path: Path) -> FigureStore:
    return FigureStore(Database(f"sqlite:///{tmp_path / 'figures.db'}"))


def test_the_newest_edition_and_where_its_workbook_may_be() -> None:
    found = newest_edition(
        page("def-exp-2025-en.pdf", "def-exp-2026-en.pdf", "240617-def-exp-2024-en.pdf"), PAGE
    )
    assert found.edition == "2026"
    assert found.pdf == f"{FOLDER}def-exp-2026-en.pdf"
    assert found.workbooks == (f"{FOLDER}def-exp-2026-en.xlsx", f"{FOLDER}def-exp-2026-TABLES-en.xlsx")


def test_a_workbook_that_is_linked_is_taken_first() -> None:
    found = newest_edition(page("def-exp-2026-en.pdf", "260710-def-exp-2026-TABLES-en.xlsx"), PAGE)
    assert found.workbooks[0] == f"{FOLDER}260710-def-exp-2026-TABLES-en.xlsx"


def test_a_page_without_editions_is_said_to_have_moved() -> None:
    with pytest.raises(FiguresError, match="links to no edition"):
        newest_edition("<html></html>", PAGE)


async def test_a_new_edition_is_taken_in_and_says_what_changed(store: FigureStore) -> None:
    site = Site()
    site.put(PAGE, page("def-exp-2025-en.pdf", "def-exp-2026-en.pdf").encode())
    site.put(f"{FOLDER}def-exp-2026-TABLES-en.xlsx", Book(2026, title="Core defence expenditure").save())
    done = await update(store, site.fetch, PAGE, today=TODAY)
    assert done.new
    assert done.edition == "2026"
    assert any("2025 edition" in change for change in done.changes)
    newest = store.editions(source="nato")[0]
    assert newest.whole
    assert newest.url == f"{FOLDER}def-exp-2026-TABLES-en.xlsx"

    again = await update(store, site.fetch, PAGE, today=TODAY)
    assert not again.new
    assert "already" in again.message


async def test_a_pdf_without_workbook_is_a_clear_message(store: FigureStore) -> None:
    site = Site()
    site.put(PAGE, page("def-exp-2026-en.pdf").encode())
    with pytest.raises(FiguresError, match=r"2026 edition is out .* no workbook"):
        await update(store, site.fetch, PAGE, today=TODAY)
    assert len(store.editions(source="nato")) == 3


async def test_a_site_that_cannot_be_reached_is_no_missing_workbook(store: FigureStore) -> None:
    async def fetch(url: str) -> bytes:
        if url == PAGE:
            return page("def-exp-2026-en.pdf").encode()
        raise FetchError(url, "Its host does not answer.", kind="network")

    with pytest.raises(FetchError, match="does not answer"):
        await update(store, fetch, PAGE, today=TODAY)
