"""The pages for people: ask, read, figures, sources, gaps, and signing in. None of them holds a script."""

import base64
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Connection, select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from bot import wording
from bot.desk.drafts import dropped
from bot.desk.sources import Suggestion
from bot.desk.tables import cited
from bot.errors import BotError, DeskError
from bot.service.works import Works
from bot.web import asking
from bot.web.access import OWNER, Access, Allowed, Visitor, same_origin
from bot.web.api import spending_query
from bot.web.links import PassageLinks
from bot.web.reading import Change, Stretch, differences, stretch
from index.errors import IndexingError
from index.store.reading import StoredArticle
from retrieval.answer import Answer, Citation
from retrieval.errors import RetrievalError

HERE = Path(__file__).parent
_HERE = "<!-- lines -->"
_ONWARDS = Markup(
    '<meta http-equiv="refresh" content="0; url={0}">\n<p><a href="{0}">The answer with its quotes</a></p>\n'
)
"""Browsers follow a refresh once the page has come to its end, without a script."""
_CONVERSATION = re.compile(r"[\w-]{1,64}")
VIEWS = {
    "country": "Latest",
    "history": "Over the years",
    "compare": "Side by side",
    "rank": "In order",
    "target": "Against the target",
}
METRICS = {
    "share": "Share of GDP",
    "usd": "US dollars, current",
    "usd-constant": "US dollars, constant",
    "national": "National currency",
    "change": "Annual change",
    "equipment": "Share for equipment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An article as the reading room shows it; ``changes`` lead from each version to the one after it."""

    article: StoredArticle
    current: bool
    stretch: Stretch
    marked: bool
    changes: Sequence[tuple[StoredArticle, StoredArticle, Sequence[Change]]]


class Pages:
    """The handlers of the pages; ``address`` is where people reach them."""

    def __init__(self, works: Works, access: Access, *, address: str) -> None:
        self._works = works
        self._access = access
        self._address = address
        self._links = PassageLinks(access.key)
        self._allowed = Allowed()
        self._templates = Jinja2Templates(HERE / "templates")
        environment = self._templates.env
        environment.trim_blocks = environment.lstrip_blocks = True
        environment.globals |= {"wording": wording, "model": works.root.settings.shown_model}
        environment.filters |= {
            "day": wording.day,
            "cited": _cited,
            "plain": wording.one_line,
            "inside": self._inside,
        }

    def routes(self) -> list[BaseRoute]:
        """Where each handler is."""
        return [
            Route("/", self.home),
            Route("/ask", self.ask, methods=["POST"]),
            Route("/c/{conversation}", self.conversation),
            Route("/read/{article}", self.read),
            Route("/figures", self.figures),
            Route("/sources", self.sources),
            Route("/sources", self.add, methods=["POST"]),
            Route("/gaps", self.gaps),
            Route("/api", self.api),
            Route("/login", self.login),
            Route("/login", self.sign_in, methods=["POST"]),
            Route("/logout", self.sign_out, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]

    async def home(self, request: Request) -> Response:
        """The page to ask, with the last questions of whoever asks."""
        visitor = self._member(request)
        desk = self._works.desk
        asked = await desk.questions.of(visitor.person, limit=8) if visitor.known else []
        stats = await desk.sources.stats()
        return self._page(
            request, visitor, "ask.html", asked=[], earlier=asked, stats=stats, conversation=_new_name()
        )

    async def ask(self, request: Request) -> Response:
        """A question, answered; its conversation is shown next."""
        visitor = self._member(request, form=True)
        form = await request.form()
        text = str(form.get("question", "")).strip()[:4000]
        name = str(form.get("conversation", ""))
        name = name if _CONVERSATION.fullmatch(name) else _new_name()
        if not text:
            raise HTTPException(400, wording.EMPTY)
        if not visitor.administers and (wait := self._allowed.wait(visitor.person)):
            raise HTTPException(429, wording.too_many(wait), headers={"Retry-After": str(int(wait) + 1)})
        question = asking.Question(
            text=text, conversation=name, newest_only="newest" in form, widen="widen" in form
        )
        if self._works.root.settings.shown_model:
            response: Response = self._writing(request, visitor, question)
        else:
            answer = await asking.ask(self._works, visitor.person, question)
            response = RedirectResponse(f"/c/{name}#a-{answer.id}", status_code=303)
        if not visitor.known:  # or they would not find their conversation again
            self._access.sign_in(response, visitor.person, known=False)
        return response

    def _writing(self, request: Request, visitor: Visitor, question: asking.Question) -> Response:
        """A page that grows while the answer is written; its end leads on to the conversation."""
        page = self._templates.get_template("writing.html").render(
            request=request, visitor=visitor, question=question, here=_HERE
        )
        head, foot = page.split(_HERE)
        written = asking.written(self._works, visitor.person, question)

        async def parts() -> AsyncIterator[str]:
            yield head
            try:
                async for one in written:
                    if isinstance(one, str):
                        yield Markup('<p dir="auto">{}</p>\n').format(wording.harmless(one))
                    else:
                        yield _ONWARDS.format(f"/c/{question.conversation}#a-{one.id}")
            except (BotError, IndexingError, RetrievalError) as exc:
                yield Markup('<p class="note">{}</p>\n').format(str(exc))
            yield foot

        # A proxy that gathers what is sent would show the lines all at once.
        return StreamingResponse(parts(), media_type="text/html", headers={"X-Accel-Buffering": "no"})

    async def conversation(self, request: Request) -> Response:
        """What was asked in a conversation, and a place to follow up."""
        visitor = self._member(request)
        name = request.path_params["conversation"]
        asked = await asking.conversation(self._works, visitor.person, name)
        if not asked:
            raise HTTPException(404, "There is no such conversation of yours; it may be past its time.")
        return self._page(request, visitor, "ask.html", asked=asked, earlier=[], conversation=name)

    async def read(self, request: Request) -> Response:
        """A passage among its neighbours; without a link of ours to it, the opening for most visitors."""
        visitor = self._member(request)
        start, end = _offset(request, "start"), _offset(request, "end")
        identifier = request.path_params["article"]
        sign = request.query_params.get("sign", "")
        if not visitor.whole and not self._links.holds(identifier, start, end, sign=sign):
            start = end = 0
        shown = await self._works.workers.aside(
            lambda: self._shown(identifier, start, end, whole=visitor.whole)
        )
        if shown is None:
            raise HTTPException(404, "That article is not in the collection, or not any more.")
        return self._page(request, visitor, "read.html", shown=shown)

    async def figures(self, request: Request) -> Response:
        """Official figures, with a chart."""
        visitor = self._member(request)
        query = spending_query(request) if request.query_params else None
        report = (
            await self._works.workers.aside(lambda: self._works.figures.spending(query)) if query else None
        )
        chart = base64.b64encode(report.chart).decode() if report and report.chart else None
        return self._page(
            request,
            visitor,
            "figures.html",
            report=report,
            chart=chart,
            views=VIEWS,
            metrics=METRICS,
            countries=self._works.figures.countries("", limit=60),
            given=request.query_params,
            csv=f"data:text/csv;charset=utf-8;base64,{base64.b64encode(report.csv.encode()).decode()}"
            if report and report.csv
            else None,
        )

    async def sources(self, request: Request) -> Response:
        """What the answers are drawn from, and how each source does."""
        visitor = self._member(request)
        return await self._sources(request, visitor, "")

    async def add(self, request: Request) -> Response:
        """A source, added by an administrator or suggested by somebody else."""
        visitor = self._member(request, form=True)
        if not visitor.known:
            raise HTTPException(403, "Sign in to suggest a source.")
        address = str((await request.form()).get("address", "")).strip()
        said = await self._added(visitor, address)
        return await self._sources(request, visitor, said)

    async def gaps(self, request: Request) -> Response:
        """Questions without an answer, for administrators."""
        visitor = self._member(request)
        if not visitor.administers:
            raise HTTPException(403, wording.ADMINISTRATORS_ONLY)
        found = await self._works.desk.questions.gaps(limit=100)
        reasons, sentences = await self._works.workers.read(dropped)
        return self._page(request, visitor, "gaps.html", gaps=found, reasons=reasons, dropped=sentences)

    async def api(self, request: Request) -> Response:
        """The API in words."""
        from bot.web.schema import openapi

        visitor = self._member(request)
        return self._page(request, visitor, "api.html", described=openapi(self._address))

    async def login(self, request: Request) -> Response:
        """The page that a link from the chat opens: signing in takes a press, which no preview makes."""
        visitor = self._access.visitor(request)
        return self._page(request, visitor, "login.html", token=request.query_params.get("token", ""))

    async def sign_in(self, request: Request) -> Response:
        """The press: a link is redeemed, or the owner's token given."""
        if not same_origin(request):
            raise HTTPException(403, "That form was sent from another site.")
        token = str((await request.form()).get("token", "")).strip()
        person = OWNER if self._access.owns(token) else await self._access.redeem(token)
        if person is None:
            raise HTTPException(403, "That link was used or is too old. Ask the bot for a new one: “login”.")
        response = RedirectResponse("/", status_code=303)
        self._access.sign_in(response, person)
        return response

    async def sign_out(self, request: Request) -> Response:
        """Forgotten by this browser."""
        if not same_origin(request):
            raise HTTPException(403, "That form was sent from another site.")
        response = RedirectResponse("/login", status_code=303)
        self._access.sign_out(response)
        return response

    async def failed(self, request: Request, exc: Exception) -> Response:
        """What went wrong, on a page or in JSON."""
        from bot.web.app import failure

        return failure(request, exc, self._error_page)

    def _error_page(self, request: Request, status: int, text: str) -> Response:
        visitor = self._access.visitor(request)
        return self._page(request, visitor, "message.html", text=text, status=status)

    async def _sources(self, request: Request, visitor: Visitor, said: str) -> Response:
        desk = self._works.desk
        found, stats = await desk.sources.list(), await desk.sources.stats()
        return self._page(request, visitor, "sources.html", sources=found, stats=stats, said=said)

    async def _added(self, visitor: Visitor, address: str) -> str:
        try:
            if visitor.owner:
                if not address.startswith(("http://", "https://")):
                    return wording.NOT_AN_ADDRESS
                result = await self._works.workers.labour(lambda: self._works.library.add(address))
            else:
                outcome = await self._works.desk.sources.add(visitor.person, address)
                if isinstance(outcome, Suggestion):
                    return wording.suggested(address)
                result = outcome
        except (DeskError, IndexingError) as exc:
            return str(exc)
        reasons = "".join(f" {source}: {reason}" for source, reason in result.failed[:5])
        return wording.sentence(wording.addition(result)) + reasons

    def _shown(self, identifier: str, start: int, end: int, *, whole: bool) -> Shown | None:
        """The version that was quoted at this place if there is one, else the one that is shown now."""
        versions = self._works.root.reader.versions(identifier)
        if not versions:
            return None
        article, text = versions[0]
        if end > start and (quote := self._quoted(identifier, start, end)) is not None:
            article, text = next(
                ((one, body) for one, body in versions if body.startswith(quote, start)), versions[0]
            )
        marked = 0 <= start < end <= len(text)
        read = stretch(text, start=start if marked else 0, end=end if marked else 0, whole=whole)
        seen = None if whole else frozenset(read.lines)
        return Shown(
            article=article,
            current=article.version == versions[0][0].version,
            stretch=read,
            marked=marked,
            changes=[
                (old, new, differences(before, after, among=seen))
                for (new, after), (old, before) in pairwise(versions)
            ],
        )

    def _inside(self, citation: Citation) -> str:
        """Where the reading room shows a citation."""
        return self._links.to(citation.article.id, citation.start, citation.end)

    def _quoted(self, identifier: str, start: int, end: int) -> str | None:
        """What an answer quoted from this place, if one did."""
        query = (
            select(cited.c.quote)
            .where(cited.c.article_id == identifier, cited.c.start == start, cited.c.end == end)
            .limit(1)
        )

        def work(connection: Connection) -> str | None:
            found: str | None = connection.scalar(query)
            return found

        with self._works.root.database.read() as connection:
            return work(connection)

    def _member(self, request: Request, *, form: bool = False) -> Visitor:
        visitor = self._access.visitor(request)
        if not self._access.may_look(visitor):
            raise HTTPException(401, "Please sign in.")
        if form and not visitor.by_token and not same_origin(request):
            raise HTTPException(403, "That form was sent from another site.")
        return visitor

    def _page(self, request: Request, visitor: Visitor, template: str, **context: Any) -> Response:
        status = int(context.pop("status", 200))
        return self._templates.TemplateResponse(
            request, template, {"visitor": visitor, **context}, status_code=status
        )


def _cited(answer: Answer) -> Markup:
    """The answer's words, its numbers leading to the citations."""
    parts = re.split(r"\[(\d+)\]", wording.harmless(answer.answer))
    known = {str(one.n) for one in answer.citations}
    words = Markup()
    for index, part in enumerate(parts):
        if index % 2 and part in known:
            words += Markup('<a class="n" href="#{id}-{n}">[{n}]</a>').format(id=f"q-{answer.id}", n=part)
        else:
            words += escape(f"[{part}]" if index % 2 else part)
    return words


def _offset(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _new_name() -> str:
    return secrets.token_urlsafe(12)
