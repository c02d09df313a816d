"""Links to passages: each opens its own place, and whoever turns its numbers reads no more of the article."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.links import PassageLinks
from tests.bot.service.running import DEPOT, add, serving, settings

QUESTION = "How many vehicles does the depot in Narvik hold?"
FILLER = "".join(f"The clerk filed paper number {number} that day without a word.\n" for number in range(60))
MARKED = r"<mark[^>]*>[^<]*300 vehicles"
LONG = FILLER + DEPOT + FILLER.replace("clerk", "porter") + "The porter was paid 9 crowns.\n"


@given(start=st.integers(0, 10**6), end=st.integers(0, 10**6), by=st.integers(1, 10**6))
def test_a_link_holds_for_its_own_place_alone(start: int, end: int, by: int) -> None:
    links = PassageLinks(b"a key", base="https://bot.example/")
    address = links.to("a1", start, end)
    assert address.startswith(f"https://bot.example/read/a1?start={start}&end={end}&sign=")
    sign = address.partition("sign=")[2].removesuffix("#quote").replace("%3D", "=")
    assert links.holds("a1", start, end, sign=sign)
    assert not links.holds("a1", start + by, end, sign=sign)
    assert not links.holds("a1", start, end + by, sign=sign)
    assert not links.holds("a2", start, end, sign=sign)
    assert not PassageLinks(b"another key").holds("a1", start, end, sign=sign)


async def test_those_who_may_not_read_whole_articles_read_no_further_by_turning_the_numbers(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, home, COMMUNIQUE_WEB_ACCESS="public")
    async with serving(home) as running:
        identifier = await add(running, "long.txt", LONG)
        async with running.client(token="", follow_redirects=True) as visitor:
            form = {"question": QUESTION}
            page = await visitor.post("/ask", data=form, headers={"Origin": running.address})
            links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/read/[^"]+)"', page.text)]
            shown = {link: (await visitor.get(link)).text for link in links}
            link, opened = next(one for one in shown.items() if re.search(MARKED, one[1]))
            turned = await visitor.get(
                re.sub(r"(start|end)=(\d+)", lambda m: f"{m[1]}={int(m[2]) + 2500}", link)
            )
            bare = await visitor.get(f"/read/{identifier}?start={len(LONG) - 29}&end={len(LONG)}")
            forged = await visitor.get(f"/read/{identifier}?start={len(LONG) - 29}&end={len(LONG)}&sign=ä")
            await add(running, "long.txt", LONG.replace("9 crowns", "8 crowns"))
            changed = await visitor.get(f"/read/{identifier}")
        async with running.client(follow_redirects=True) as owner:
            whole = await owner.get(f"/read/{identifier}")
    assert "clerk filed paper number 0 " not in opened, "the passage and what stands around it, no more"
    for reply in (turned, bare, forged):
        assert reply.status_code == 200
        assert "<mark" not in reply.text
        assert "300 vehicles" not in reply.text
        assert "porter" not in reply.text
        assert "Here is how the article begins" in reply.text
    assert "crowns" not in changed.text, "what changed elsewhere is not told either"
    assert "Nothing in what is shown here." in changed.text
    assert re.search(r"<ins>8 ?</ins>", whole.text)
