"""The API: JSON for other tools, and for the other commands of this machine."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.desk.ports import SpendingQuery
from bot.errors import BotError
from bot.service.metrics import CONTENT_TYPE
from bot.service.works import Works
from bot.web import asking
from bot.web.access import OWNER, Access, Visitor
from bot.web.schema import Add, Ask, Check, Repair, Spending, openapi
from index.article import Failure
from index.errors import IndexingError
from index.indexer import AddReport, Indexed
from index.transfer import article_of
from retrieval.answer import Answer
from retrieval.errors import RetrievalError

LINES = "application/x-ndjson"
_SMALL = 64_000
_LARGE = 64_000_000
_UPLOAD = 20_000_000
_M = TypeVar("_M", bound=BaseModel)


class Api:
    """The handlers, on the works and what is known of visitors; ``address`` is where they are reached.

    What is only looked up has threads of its own, so that nobody waits behind questions for it.
    """

    def __init__(self, works: Works, access: Access, *, address: str) -> None:
        self._works = works
        self._access = access
        self._address = address

    def routes(self) -> list[BaseRoute]:
        """Where each handler is."""
        return [
            Route("/api/ask", self.ask, methods=["POST"]),
            Route("/api/check", self.check, methods=["POST"]),
            Route("/api/spending", self.spending),
            Route("/api/articles", self.articles),
            Route("/api/articles/{id}", self.article),
            Route("/api/sources", self.sources),
            Route("/api/add", self.add, methods=["POST"]),
            Route("/api/doctor", self.doctor, methods=["POST"]),
            Route("/api/login", self.login, methods=["POST"]),
            Route("/api/openapi.json", self.openapi),
            Route("/metrics", self.metrics),
        ]

    async def ask(self, request: Request) -> Response:
        """A question, answered."""
        visitor = self._member(request)
        asked = await _body(request, Ask)
        question = asking.Question(text=asked.question, as_of=asked.as_of, conversation=asked.conversation)
        keep = asked.keep or not visitor.owner
        if asked.stream:
            written = asking.written(self._works, visitor.person, question, keep=keep)
            return StreamingResponse(_lines(written, asked.id), media_type=LINES)
        answer = await asking.ask(self._works, visitor.person, question, keep=keep)
        return JSONResponse(asking.labelled(answer, asked.id).as_json())

    async def check(self, request: Request) -> Response:
        """A sentence, checked."""
        self._member(request)
        claim = (await _body(request, Check)).claim
        asking.make_room(self._works)
        found = await self._works.workers.compute(lambda: self._works.answerer.check(claim))
        return JSONResponse(found.as_json())

    async def spending(self, request: Request) -> Response:
        """Official figures."""
        self._member(request)
        found = await self._works.workers.aside(lambda: self._works.figures.look_up(spending_query(request)))
        lead = [] if found.found else [found.sentence]
        return JSONResponse(
            {
                "figures": [figure.as_json() for figure in found.figures],
                "notes": [*lead, *found.notes],
                "sentence": found.sentence,
            }
        )

    async def articles(self, request: Request) -> Response:
        """Articles, a page of them."""
        self._member(request)
        limit, offset = _number(request, "limit", 100, most=1000), _number(request, "offset", 0, most=10**9)
        reader = self._works.root.reader
        found = await self._works.workers.aside(
            lambda: (reader.counts().articles, list(islice(reader.listing(), offset, offset + limit)))
        )
        return JSONResponse({"total": found[0], "articles": [one.as_json() for one in found[1]]})

    async def article(self, request: Request) -> Response:
        """One article."""
        visitor = self._member(request)
        identifier = request.path_params["id"]
        found = await self._works.workers.aside(lambda: self._works.root.reader.article(identifier))
        if found is None:
            raise HTTPException(404, "There is no such article.")
        stored, text = found
        return JSONResponse(stored.as_json() | ({"text": text} if visitor.whole else {}))

    async def sources(self, request: Request) -> Response:
        """What was added."""
        self._member(request)
        found = await self._works.workers.aside(self._works.library.sources)
        return JSONResponse(
            {
                "sources": [
                    {"source": one.address, "articles": one.articles, "state": one.state} for one in found
                ]
            }
        )

    async def add(self, request: Request) -> Response:
        """Addresses, files, or articles that were read already; lines of progress, then the counts."""
        self._owner(request)
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        if kind == LINES:
            lines = (await _limited(request, _LARGE)).splitlines()
            found = [article_of(line) for line in lines if line.strip()]
            return self._told(
                lambda tell: self._works.workers.labour(partial(self._works.intake.add, found, each=tell))
            )
        if kind == "multipart/form-data":
            return await self._add_files(request)
        sources = (await _body(request, Add)).sources

        async def collect(tell: Any) -> AddReport:
            return (await self._works.collector.add(sources, each=tell)).articles

        return self._told(collect)

    async def doctor(self, request: Request) -> Response:
        """The stores held against each other."""
        from index.store import doctor

        self._owner(request)
        repair = (await _body(request, Repair)).repair
        root, collection = self._works.root, self._works.collection

        def work() -> doctor.Checkup:
            with self._works.intake.busy:
                if repair:
                    return doctor.repair(
                        root.database,
                        embedder=root.embedder,
                        dense=collection.dense,
                        lexical=collection.lexical,
                    )
                return doctor.check(
                    root.database,
                    dense=collection.dense,
                    lexical=collection.lexical,
                    model=root.embedder.model,
                )

        return JSONResponse((await self._works.workers.labour(work)).as_json())

    async def login(self, request: Request) -> Response:
        """A link that signs in whoever can read the home of this installation."""
        self._owner(request)
        return JSONResponse({"url": self._access.link(OWNER, self._address)})

    async def openapi(self, request: Request) -> Response:
        """The description of all this."""
        return JSONResponse(openapi(self._address))

    async def metrics(self, request: Request) -> Response:
        """What is counted, for Prometheus."""
        if not self._access.visitor(request).known:
            raise HTTPException(401, "A token is needed.")
        # Beside the questions, or it would wait behind them, and count itself among them.
        exposed = await self._works.workers.aside(self._works.metrics.exposed)
        return Response(exposed, media_type=CONTENT_TYPE)

    async def _add_files(self, request: Request) -> Response:
        async with request.form(max_files=100, max_part_size=_SMALL) as form:
            files = [part for part in form.values() if not isinstance(part, str)]
            contents = [(file.filename or "file", await file.read(_UPLOAD + 1)) for file in files]
        if not contents or any(len(content) > _UPLOAD for _, content in contents):
            raise HTTPException(413 if contents else 400, "Send files of at most 20 MB each.")
        add = self._works.library.add_file
        done = [await self._works.workers.labour(partial(add, *named)) for named in contents]
        return JSONResponse({"files": [asdict(one) for one in done]})

    def _told(self, work: Any) -> StreamingResponse:
        """Lines of what ``work`` tells, then of what it returns or raises."""
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

        def tell(one: Indexed | Failure) -> None:
            loop.call_soon_threadsafe(told.put_nowait, asdict(one))

        async def run() -> None:
            try:
                report = await work(tell)
                last = {"report": report.as_json(), "stopped": self._works.intake.stopping}
            except IndexingError as exc:
                last = {"error": str(exc)}
            await asyncio.sleep(0)  # after what was told last
            told.put_nowait(last)
            told.put_nowait(None)

        async def lines() -> AsyncIterator[str]:
            while (one := await told.get()) is not None:
                yield json.dumps(one, ensure_ascii=False) + "\n"

        self._works.desk.begin(run())
        return StreamingResponse(lines(), media_type=LINES)

    def _member(self, request: Request) -> Visitor:
        visitor = self._access.visitor(request)
        if not self._access.may_look(visitor):
            raise HTTPException(401, "A token is needed.", headers={"WWW-Authenticate": "Bearer"})
        if request.method == "POST" and not visitor.by_token:
            raise HTTPException(401, "A token is needed.", headers={"WWW-Authenticate": "Bearer"})
        return visitor

    def _owner(self, request: Request) -> None:
        visitor = self._member(request)
        if not visitor.owner:
            raise HTTPException(403, "Only the owner of this installation can do that.")


async def _lines(written: AsyncIterator[str | Answer], name: str | None) -> AsyncIterator[str]:
    """What is written, in lines of JSON; an error is the last one."""
    try:
        async for one in written:
            known = (
                {"line": one} if isinstance(one, str) else {"answer": asking.labelled(one, name).as_json()}
            )
            yield json.dumps(known, ensure_ascii=False) + "\n"
    except (BotError, IndexingError, RetrievalError) as exc:
        yield json.dumps({"error": str(exc)}) + "\n"


def spending_query(request: Request) -> SpendingQuery:
    """The figures that a query string asks for.

    Raises:
        HTTPException: 400, it is not understood.
    """
    given: dict[str, Any] = {name: value for name, value in request.query_params.items() if value}
    given["country"] = [name for name in request.query_params.getlist("country") if name.strip()]
    asked = _checked(Spending, given)
    view = asked.view
    if view == "country" and len(asked.country) > 1:
        view = "compare"
    return SpendingQuery(
        view=view if asked.country or view in ("rank", "target") else "rank",
        countries=tuple(asked.country),
        year=asked.year,
        edition=asked.edition,
        source=asked.source,
        metric=asked.metric,
        rank=asked.rank,
        target=asked.target,
    )


async def _body(request: Request, model: type[_M]) -> _M:
    text = await _limited(request, _SMALL)
    try:
        given = json.loads(text or b"{}")
    except ValueError as exc:
        raise HTTPException(400, "The body is not JSON.") from exc
    return _checked(model, given)


def _checked(model: type[_M], given: Any) -> _M:
    try:
        return model.model_validate(given)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        name = ".".join(map(str, first["loc"])) or "body"
        raise HTTPException(400, f"{name}: {first['msg']}.") from exc


async def _limited(request: Request, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise HTTPException(413, f"Send at most {most // 1000:,} kB at once.")
        parts.append(part)
    return b"".join(parts)


def _number(request: Request, name: str, default: int, *, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or int(text) > most:
        raise HTTPException(400, f"{name}: a number up to {most:,}.")
    return int(text)
