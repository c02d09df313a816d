"""The pages over a real socket: who sees them, asking and following up, reading in place, hostile text."""

import contextlib
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.web.links import PassageLinks, web_key
from tests.bot.service.running import DEPOT, HARBOUR, Running, add, serving, settings

QUESTION = "How many vehicles does the depot in Narvik hold?"
HOSTILE = (
    'The depot in Narvik holds <script>alert(1)</script> 300 vehicles, said the "><img src=x onerror=y>.\n'
    "It was opened in May by [the mayor](javascript:alert(1)), who called it a good day.\n"
)


class Tags(HTMLParser):
    """What elements a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@contextlib.asynccontextmanager
async def signed_in(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that came by a link for the owner."""
    async with running.client() as tool:
        link = urlsplit((await tool.post("/api/login")).json()["url"])
    async with running.client(token="", follow_redirects=True) as browser:
        page = await browser.get(f"{link.path}?{link.query}")
        assert "This link works once" in page.text
        token = parse_qs(link.query)["token"][0]
        entered = await browser.post("/login", data={"token": token}, headers={"Origin": running.address})
        assert entered.status_code == 200
        assert "Ask the articles" in entered.text
        yield browser


async def asked(browser: httpx.AsyncClient, question: str, conversation: str = "") -> httpx.Response:
    return await browser.post(
        "/ask",
        data={"question": question, "conversation": conversation},
        headers={"Origin": str(browser.base_url).rstrip("/")},
    )


async def test_strangers_are_sent_to_sign_in_and_see_nothing(running: Running) -> None:
    async with running.client(token="") as browser:
        for path in ("/", "/figures", "/sources", "/gaps", "/api", "/read/anything", "/c/anything"):
            reply = await browser.get(path)
            assert (reply.status_code, reply.headers["location"]) == (303, "/login"), path
        assert (await asked(browser, QUESTION)).status_code == 401


async def test_a_link_signs_in_once(running: Running) -> None:
    async with running.client() as tool:
        link = (await tool.post("/api/login")).json()["url"]
    token = parse_qs(urlsplit(link).query)["token"][0]
    for expected in (303, 403):
        async with running.client(token="") as browser:
            reply = await browser.post("/login", data={"token": token}, headers={"Origin": running.address})
            assert reply.status_code == expected
    async with running.client(token="") as browser:
        spoilt = await browser.post("/login", data={"token": token[:-3]}, headers={"Origin": running.address})
        assert spoilt.status_code == 403
        assert "set-cookie" not in spoilt.headers


async def test_forms_from_other_sites_are_refused(running: Running) -> None:
    async with signed_in(running) as browser:
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {}):
            reply = await browser.post("/ask", data={"question": QUESTION}, headers=headers)
            assert reply.status_code == 403


async def test_a_question_is_answered_and_followed_up_and_the_quote_read_in_place(running: Running) -> None:
    await add(running, "depot.txt", DEPOT)
    async with signed_in(running) as browser:
        page = await asked(browser, QUESTION)
        assert "300 vehicles" in page.text
        conversation = str(page.url.path).removeprefix("/c/")
        follow = await asked(browser, "And who opened it?", conversation)
        assert follow.text.count('class="turn"') == 2
        assert QUESTION in (await browser.get("/")).text
        link = next(a["href"] for a in Tags(page.text).all("a") if (a["href"] or "").startswith("/read/"))
        reading = await browser.get(link or "")
    marked = re.search(r'<mark id="quote">(.*?)</mark>', reading.text)
    assert marked
    assert "300 vehicles" in marked[1]
    assert "good day for the harbour" in reading.text, "its neighbours are shown too"


async def test_a_conversation_is_seen_by_nobody_else(running: Running, home: Path) -> None:
    await add(running, "depot.txt", DEPOT)
    async with signed_in(running) as browser:
        path = (await asked(browser, QUESTION)).url.path
    async with running.client(token="a-token-for-tools") as other:
        assert (await other.get(path)).status_code == 404


async def test_hostile_text_stays_text_on_every_page(running: Running) -> None:
    identifier = await add(running, "a<script>b.txt", HOSTILE)
    async with signed_in(running) as browser:
        page = await asked(browser, "How many vehicles does the depot <script>in</script> Narvik hold?")
        reading = await browser.get(f"/read/{identifier}?start=0&end=80")
        pages = [page, reading, await browser.get("/"), await browser.get("/sources")]
    for reply in pages:
        tags = Tags(reply.text)
        assert not tags.all("script")
        assert not any(name.startswith("on") for _, attributes in tags.found for name in attributes)
        assert not any((a.get("href") or "").startswith("javascript") for a in tags.all("a"))
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    assert "&lt;script&gt;alert(1)" in reading.text


async def test_every_page_has_a_language_a_title_one_heading_and_labelled_fields(running: Running) -> None:
    identifier = await add(running, "depot.txt", DEPOT)
    async with signed_in(running) as browser:
        paths = ("/", "/figures?country=Poland", "/sources", "/gaps", "/api", f"/read/{identifier}", "/login")
        pages = {path: (await browser.get(path)).text for path in paths}
        pages["/c"] = (await asked(browser, QUESTION)).text
    for path, text in pages.items():
        tags = Tags(text)
        assert tags.all("html")[0]["lang"] == "en", path
        assert len(tags.all("h1")) == 1, path
        assert tags.all("main"), path
        labels = {label.get("for") for label in tags.all("label")}
        for field in (*tags.all("input"), *tags.all("textarea"), *tags.all("select")):
            if field.get("type") not in ("hidden", "checkbox"):
                assert field["id"] in labels, path
        ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
        assert len(ids) == len(set(ids)), path
    assert Tags(pages["/figures?country=Poland"]).all("img")[0]["alt"]


async def test_the_version_that_was_quoted_is_shown_with_what_changed_since(running: Running) -> None:
    identifier = await add(running, "depot.txt", DEPOT)
    async with signed_in(running) as browser:
        page = await asked(browser, QUESTION)
        await add(running, "depot.txt", DEPOT.replace("300 vehicles", "about 280 vehicles"))
        link = next(a["href"] for a in Tags(page.text).all("a") if (a["href"] or "").startswith("/read/"))
        before = await browser.get(link or "")
        now = await browser.get(f"/read/{identifier}")
    assert re.search(r'<mark id="quote">[^<]*300 vehicles', before.text)
    assert "earlier version" in before.text
    assert "280 vehicles" in now.text
    assert re.search(r"<del>300 ?</del>", now.text)
    assert re.search(r"<ins>about 280 ?</ins>", now.text)


async def test_without_the_right_an_article_is_not_shown_from_beginning_to_end(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, home, COMMUNIQUE_WEB_ACCESS="public")
    filler = "".join(f"The clerk filed paper number {n} that day without a word.\n" for n in range(120))
    async with serving(home) as running:
        identifier = await add(running, "long.txt", filler + DEPOT + filler)
        start = (filler + DEPOT).index("The depot")
        link = PassageLinks(web_key(home, "")).to(identifier, start, start + 40)
        async with running.client(token="") as stranger:
            seen = (await stranger.get(link)).text
        async with running.client() as owner:
            whole = (await owner.get(f"/read/{identifier}?start={start}&end={start + 40}")).text
    assert "paper number 119 " in seen
    assert "paper number 60 " not in seen
    assert "paper number 60 " in whole


async def test_where_it_is_public_strangers_ask_and_keep_their_conversation_but_see_no_gaps(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, home, COMMUNIQUE_WEB_ACCESS="public")
    async with serving(home) as running:
        await add(running, "harbour.txt", HARBOUR)
        async with running.client(token="", follow_redirects=True) as stranger:
            page = await asked(stranger, "How many minesweepers did Turku receive?")
            assert "two minesweepers" in page.text
            assert (await stranger.get(page.url.path)).status_code == 200
            assert (await stranger.get("/gaps")).status_code == 403
            for _ in range(12):
                last = await asked(stranger, "And in April?")
            assert last.status_code == 429
            assert last.headers["retry-after"]


async def test_gaps_are_shown_to_administrators_without_names(running: Running) -> None:
    await add(running, "harbour.txt", HARBOUR)
    async with signed_in(running) as browser:
        await asked(browser, "Which comet passed Jupiter in 1994?")
        gaps = (await browser.get("/gaps")).text
    assert "comet passed Jupiter" in gaps
    assert "terminal" not in gaps
