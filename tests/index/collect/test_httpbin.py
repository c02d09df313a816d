"""Fetching from httpbin, a server that somebody else wrote."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from index.collect.fetch import Fetcher
from index.errors import FetchError

MakeFetcher = Callable[..., Fetcher]


@pytest.fixture(scope="module")
def httpbin() -> Iterator[str]:
    from httpbin import app

    server: Any = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


async def kind(fetcher: Fetcher, url: str) -> tuple[str, int | None]:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url)
    return caught.value.kind, caught.value.status


async def test_pages_come_as_they_are_and_compressed(httpbin: str, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher()
    for path, marker in (
        ("/html", b"Herman Melville"),
        ("/gzip", b'"gzipped": true'),
        ("/deflate", b'"deflated": true'),
        ("/encoding/utf8", "∮".encode()),
        ("/xml", b"<slideshow"),
        ("/stream/20", b'"id": 19'),
    ):
        fetched = await fetcher.fetch(httpbin + path)
        assert fetched.content is not None
        assert marker in fetched.content


async def test_redirects_are_followed_and_counted(httpbin: str, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher()
    fetched = await fetcher.fetch(f"{httpbin}/absolute-redirect/4")
    assert (len(fetched.redirects), fetched.final_url) == (4, f"{httpbin}/get")
    assert (await kind(fetcher, f"{httpbin}/redirect/9")) == ("redirect", None)
    assert (await kind(fetcher, f"{httpbin}/redirect-to?url=http://169.254.169.254/"))[0] == "address"
    assert (await kind(fetcher, f"{httpbin}/redirect-to?url=file:///etc/passwd"))[0] == "address"


async def test_validators_bring_not_modified(httpbin: str, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher()
    fetched = await fetcher.fetch(f"{httpbin}/etag/abc")
    assert fetched.etag is not None
    assert (await fetcher.fetch(f"{httpbin}/etag/abc", etag=fetched.etag)).content is None
    assert (await fetcher.fetch(f"{httpbin}/etag/abc", etag='"other"')).content is not None
    cached = await fetcher.fetch(f"{httpbin}/cache")
    assert (await fetcher.fetch(f"{httpbin}/cache", last_modified=cached.last_modified)).status == 304


async def test_each_status_is_named(httpbin: str, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(attempts=1)
    for status, expected in (
        (404, "gone"),
        (410, "gone"),
        (403, "status"),
        (500, "status"),
        (503, "busy"),
        (429, "busy"),
    ):
        assert await kind(fetcher, f"{httpbin}/status/{status}") == (expected, status)


async def test_what_is_slow_ends_at_the_deadline(httpbin: str, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(deadline=0.5, attempts=1)
    assert (await kind(fetcher, f"{httpbin}/delay/5"))[0] == "deadline"
    assert (await kind(fetcher, f"{httpbin}/drip?duration=5&numbytes=50&delay=0"))[0] in {"deadline", "type"}


async def test_other_kinds_and_sizes_are_refused(httpbin: str, make_fetcher: MakeFetcher) -> None:
    fetcher = make_fetcher(size=20_000)
    assert (await kind(fetcher, f"{httpbin}/image/png"))[0] == "type"
    assert (await kind(fetcher, f"{httpbin}/bytes/5000?seed=1"))[0] == "type"
    assert (await kind(fetcher, f"{httpbin}/bytes/50000"))[0] == "size"


async def test_its_robots_are_obeyed(httpbin: str, make_fetcher: MakeFetcher) -> None:
    assert (await kind(make_fetcher(), f"{httpbin}/deny")) == ("robots", None)
