"""An answer that a language model writes comes line by line, on the page, over the API and to a command."""

import asyncio
import json
import shutil
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.bot.service.running import DEPOT, Running, add, serving, settings
from tests.retrieval.generate import endpoint as e

QUESTION = "How many vehicles does the depot in Narvik hold?"
FIRST = "The depot in Narvik holds 300 vehicles. [1]"
INVENTED = "It also holds 90 tanks. [1]"
LAST = "It was opened in May by the mayor. [1]"


@dataclass
class Written:
    """A service whose model writes the first line, and the rest when it is told to ``go`` on."""

    running: Running
    endpoint: e.Endpoint
    go: threading.Event


@pytest.fixture
async def written(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Written]:
    go = threading.Event()
    with e.serving() as endpoint:
        rest = f"{LAST.removeprefix('It was opened')} That is all there"
        endpoint.behaviours = [e.waits_for(go, f"{FIRST} {INVENTED} It was opened", rest)]
        settings(
            monkeypatch,
            home,
            COMMUNIQUE_WEB_ACCESS="public",
            COMMUNIQUE_LLM_URL=endpoint.url,
            COMMUNIQUE_LLM_MODEL="tiny",
        )
        async with serving(home) as running:
            await add(running, "depot.txt", DEPOT)
            yield Written(running, endpoint, go)
            go.set()


@asynccontextmanager
async def posted(written: Written, question: str) -> AsyncIterator[httpx.Response]:
    """The page that answers a form."""
    origin = {"Origin": written.running.address}
    form = {"question": question, "conversation": "c1"}
    async with (
        written.running.client(token="") as browser,
        browser.stream("POST", "/ask", data=form, headers=origin) as reply,
    ):
        yield reply


async def read_until(parts: AsyncIterator[str], found: Callable[[str], bool]) -> str:
    """What is read until it is found, or to its end."""
    text = ""
    async for part in parts:
        text += part
        if found(text):
            break
    return text


async def test_the_page_shows_a_line_before_the_next_is_written(written: Written) -> None:
    async with posted(written, QUESTION) as reply:
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        parts = reply.aiter_text()
        before = await asyncio.wait_for(read_until(parts, lambda text: "300 vehicles" in text), 30)
        assert not written.go.is_set()
        assert "opened in May" not in before
        written.go.set()
        after = await read_until(parts, lambda _: False)
    page = before + after
    assert "<script" not in page
    assert "90 tanks" not in page
    onwards = page.split('content="0; url=')[1].split('"')[0]
    assert onwards.startswith("/c/c1#a-")
    assert page.rstrip().endswith("</html>")


async def test_the_page_leads_on_to_the_whole_answer(written: Written) -> None:
    written.go.set()
    async with posted(written, QUESTION) as reply:
        await reply.aread()
        cookies = reply.cookies
    async with written.running.client(token="", cookies=cookies) as browser:
        page = (await browser.get("/c/c1")).text
    assert FIRST.removesuffix(" [1]") in page
    assert "Written by tiny from these passages" in page
    assert "go to the language model tiny at 127.0.0.1" in page
    assert "90 tanks" not in page


async def test_an_answer_is_kept_though_nobody_waits_for_it(written: Written) -> None:
    async with posted(written, QUESTION) as reply:
        await asyncio.wait_for(read_until(reply.aiter_text(), lambda text: "300 vehicles" in text), 30)
        cookies = reply.cookies
    written.go.set()
    async with written.running.client(token="", cookies=cookies) as browser:
        for _ in range(200):
            page = await browser.get("/c/c1")
            if page.status_code == 200:
                break
            await asyncio.sleep(0.05)
    assert "Written by tiny" in page.text


async def test_a_refusal_is_led_on_to_as_well(written: Written) -> None:
    async with posted(written, "hello") as reply:
        page = (await reply.aread()).decode()
    assert 'content="0; url=/c/c1#a-' in page
    assert written.endpoint.asked == []


async def test_the_api_gives_lines_and_then_the_answer(written: Written) -> None:
    async with written.running.client() as tool:
        asked = {"question": QUESTION, "id": "mine", "stream": True}
        async with tool.stream("POST", "/api/ask", json=asked) as reply:
            lines = reply.aiter_lines()
            assert json.loads(await anext(lines)) == {"line": FIRST}
            written.go.set()
            *others, last = [json.loads(line) async for line in lines]
        whole = (await tool.post("/api/ask", json={"question": QUESTION, "id": "mine"})).json()
    assert others in ([], [{"line": LAST}])
    assert (last["answer"]["id"], last["answer"]["mode"]) == ("mine", "generated")
    assert last["answer"]["answer"] == whole["answer"]


async def test_a_command_shows_the_lines_of_the_service(written: Written) -> None:
    from bot.root import Root
    from bot.settings import Settings

    written.go.set()
    lines: list[str] = []

    def ask() -> str:
        root = Root(Settings())
        with root.answering(purpose="test") as answer:
            found = answer(QUESTION, id="q1", told=lines.append)
        root.close()
        return found.mode

    assert await asyncio.to_thread(ask) == "generated"
    assert lines[0] == FIRST


@pytest.mark.skipif(
    not (shutil.which("chromedriver") and shutil.which("chromium")),
    reason="a browser is missing: apt-get install chromium chromium-driver",
)
async def test_a_browser_shows_the_line_and_then_goes_on_by_itself(written: Written, tmp_path: Path) -> None:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.wait import WebDriverWait

    def look() -> tuple[str, str, str]:
        options = webdriver.ChromeOptions()
        options.page_load_strategy = "none"
        for option in ("headless=new", "no-sandbox", "disable-gpu", f"user-data-dir={tmp_path / 'profile'}"):
            options.add_argument(f"--{option}")
        service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
        browser = webdriver.Chrome(options, service)
        try:
            wait = WebDriverWait(browser, 30)
            browser.get(written.running.address)
            wait.until(lambda seen: seen.find_elements(By.TAG_NAME, "textarea"))
            browser.find_element(By.TAG_NAME, "textarea").send_keys(QUESTION)
            browser.find_element(By.CSS_SELECTOR, ".row button").click()
            wait.until(lambda seen: seen.find_elements(By.CSS_SELECTOR, ".written p"))
            growing = browser.find_element(By.CLASS_NAME, "written").text
            written.go.set()
            wait.until(lambda seen: seen.find_elements(By.CLASS_NAME, "citations"))
            return growing, browser.find_element(By.CLASS_NAME, "answer").text, browser.current_url
        finally:
            browser.quit()

    growing, answer, address = await asyncio.to_thread(look)
    assert growing == FIRST
    assert answer.startswith(FIRST)
    assert "/c/" in address


async def test_administrators_see_what_was_not_shown(written: Written) -> None:
    written.go.set()
    async with written.running.client() as tool:
        await tool.post("/api/ask", json={"question": QUESTION})
        page = (await tool.get("/gaps")).text
    assert INVENTED.removesuffix(" [1]") in page
    assert "By reason:" in page
