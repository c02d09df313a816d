"""The pages in a real browser: what is seen, in what order it is reached, and what axe-core finds wrong."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_selenium_python import Axe
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.bot.service.running import DEPOT, Running, add, serving, settings

QUESTION = "How many vehicles does the depot in Narvik hold?"
FILLER = "".join(f"The clerk filed paper number {number} that day without a word.\n" for number in range(60))
pytestmark = pytest.mark.skipif(
    not (shutil.which("chromedriver") and shutil.which("chromium")),
    reason="a browser is missing: apt-get install chromium chromium-driver",
)


@pytest.fixture(params=["light", "dark"])
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for option in ("headless=new", "no-sandbox", "disable-gpu", "window-size=900,700"):
        options.add_argument(f"--{option}")
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = webdriver.Chrome(options, service)
    scheme = {"name": "prefers-color-scheme", "value": request.param}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    yield driver
    driver.quit()


@pytest.fixture
async def public(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    settings(monkeypatch, home, COMMUNIQUE_WEB_ACCESS="public", COMMUNIQUE_WHOLE_ARTICLES="all")
    async with serving(home) as running:
        yield running


def serious(browser: webdriver.Chrome) -> list[Any]:
    """What axe-core finds that keeps people out."""
    axe = Axe(browser)
    axe.inject()
    found = axe.run()["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


def last_turn(browser: webdriver.Chrome, question: str) -> str:
    """The last turn on the page, as soon as it is of this question: the page before may still stand there."""

    def shown(_: webdriver.Chrome) -> str | None:
        turns = browser.find_elements(By.CLASS_NAME, "turn")
        return turns[-1].text if turns and question in turns[-1].text else None

    stale = [StaleElementReferenceException]
    return WebDriverWait(browser, 20, ignored_exceptions=stale).until(shown) or ""


async def test_the_quote_is_in_sight_and_marked(public: Running, browser: webdriver.Chrome) -> None:
    identifier = await add(public, "long.txt", FILLER + DEPOT + FILLER)
    start = (FILLER + DEPOT).index("300 vehicles")
    page = f"{public.address}/read/{identifier}?start={start}&end={start + 12}#quote"

    def look() -> tuple[str, float, float, str, str, list[Any]]:
        browser.get(page)
        mark = browser.find_element(By.TAG_NAME, "mark")
        top: float = browser.execute_script("return arguments[0].getBoundingClientRect().top", mark)
        height: float = browser.execute_script("return innerHeight")
        ground = mark.value_of_css_property("background-color")
        around = browser.find_element(By.TAG_NAME, "html").value_of_css_property("background-color")
        return mark.text, top, height, ground, around, serious(browser)

    text, top, height, ground, around, problems = await asyncio.to_thread(look)
    assert text == "300 vehicles"
    assert 0 < top < height, "scrolled to"
    assert ground != around
    assert problems == []


async def test_a_question_is_asked_and_followed_up_by_keyboard_alone(
    public: Running, browser: webdriver.Chrome
) -> None:
    await add(public, "depot.txt", DEPOT)

    def type_it() -> tuple[list[str], str, str, list[Any]]:
        browser.get(public.address)
        reached: list[str] = []
        while browser.switch_to.active_element.tag_name != "textarea":
            browser.switch_to.active_element.send_keys(Keys.TAB)
            reached.append(browser.switch_to.active_element.text)
            assert len(reached) < 20
        browser.switch_to.active_element.send_keys(QUESTION, Keys.TAB, Keys.ENTER)
        answered = last_turn(browser, QUESTION)
        browser.find_element(By.TAG_NAME, "textarea").send_keys("And who opened it?", Keys.TAB, Keys.ENTER)
        return reached, answered, last_turn(browser, "And who opened it?"), serious(browser)

    reached, answered, followed, problems = await asyncio.to_thread(type_it)
    assert reached[0] == "Skip to the content"
    assert "300 vehicles" in answered
    assert "And who opened it?" in followed
    assert problems == []


async def test_no_page_reports_an_error_or_keeps_anybody_out(
    public: Running, browser: webdriver.Chrome
) -> None:
    hostile = DEPOT.replace("The depot", "The <script>document.title='taken'</script> depot")
    identifier = await add(public, "depot.txt", hostile)
    paths = ("/", "/figures?country=Poland", "/sources", "/api", "/login", f"/read/{identifier}", "/gaps")

    def visit() -> dict[str, Any]:
        found = {}
        for path in paths:
            browser.get(public.address + path)
            said = [
                entry["message"]
                for entry in browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium
                if entry["level"] == "SEVERE" and "403" not in entry["message"]
            ]
            found[path] = (said, serious(browser), browser.title == "taken")
        return found

    found = await asyncio.to_thread(visit)
    assert found == dict.fromkeys(paths, ([], [], False))
