"""The life of the service: it starts, is ready, runs its parts, and winds down without losing anything."""

import asyncio
import logging
import os
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bot.owner import TOKEN
from bot.service.figures import keep_up
from bot.service.listening import Front, WebServer, address_of, bound
from bot.service.metrics import Gauges, Metrics
from bot.service.parts import Part
from bot.service.plan import Planned, discord_settings, plan, slack_settings
from bot.service.readiness import Readiness
from bot.service.works import Works, assemble
from index.errors import StoreAway, StoreError
from index.store.lock import OwnerLock
from index.store.states import SERVING, lineage, note, state

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from bot.root import Collection, Root

log = logging.getLogger(__name__)

GRACE = 25.0
"""Seconds that what was begun is given when the service stops."""
_READ_FIRST = ("bot.web.app", "index.collect.fetch", "index.figures.store")
"""Imported in a thread, so that ``/readyz`` is answered meanwhile."""
_STEP = 2.0  # seconds between looks whether another process changed the collection


class Service:
    """Everything that the settings call for, in one process that owns its home.

    ``told`` is called with the parts and the address once it is ready, ``gone`` ends the process where
    something does not come to an end in ``grace`` seconds.
    """

    def __init__(
        self,
        root: "Root",
        *,
        told: Callable[[list[Planned], str, float], None] = lambda *_: None,
        grace: float = GRACE,
        gone: Callable[[], NoReturn] | None = None,
    ) -> None:
        self._root = root
        self._told = told
        self._grace = grace
        self._gone = gone or _leave
        self._readiness = Readiness()
        self._stop = asyncio.Event()
        self.metrics = Metrics()

    def stop(self) -> None:
        """Begin to wind down; a second call ends the process at once, which loses nothing either."""
        if self._stop.is_set():
            log.warning("stopping at once")
            self._gone()
        log.info("stopping: what was begun is finished first")
        self._stop.set()

    def health(self) -> dict[str, Any]:
        """Whether it takes questions, and the state of each part."""
        return {
            "ready": self._readiness.serving,
            "parts": {part.name: part.state for part in self._parts},
        }

    @property
    def _parts(self) -> list[Part]:
        return self._readiness.parts

    async def run(self) -> None:
        """Serve until a signal or `stop`.

        Raises:
            StoreHeld: another process owns the home.
            StoreError, ModelError: a store or the model cannot be opened.
            SettingsError: the port is taken.
        """
        began = time.perf_counter()
        home = self._root.home
        loop = asyncio.get_running_loop()
        with ExitStack() as stack:
            lock = stack.enter_context(OwnerLock(home, purpose="communique serve"))
            listener = stack.enter_context(bound(self._root.settings.listen))
            stack.enter_context(self.metrics.counting_errors())
            for name in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(name, self.stop)
                stack.callback(loop.remove_signal_handler, name)
            token = _new_token(home)
            stack.callback((home / TOKEN).unlink, missing_ok=True)
            front = Front(serving=lambda: self._readiness.serving, told=self._readiness.told)
            server = WebServer(front, grace=int(self._grace))
            serving = asyncio.create_task(server.serve([listener]))
            lock.announce(address=address_of(listener))
            try:
                await self._serve(front, server, token, address_of(listener), began)
            finally:
                self._stopping()
                server.should_exit = True
                await serving

    async def _serve(self, front: Front, server: WebServer, token: str, address: str, began: float) -> None:
        for name in _READ_FIRST:
            await asyncio.to_thread(import_module, name)
        from bot.web.app import web
        from index.collect.addresses import Allowance
        from index.collect.fetch import Fetcher
        from index.figures.store import FigureStore

        root, settings = self._root, self._root.settings
        fetcher = Fetcher(
            contact=settings.contact or "", allowance=Allowance.parse(settings.allow_private or "")
        )
        async with fetcher:
            waits = self._readiness.waits
            waits("Database", "It is being opened, and brought up to date if it is of an older version.")
            await asyncio.to_thread(lambda: root.database)
            root.figures = FigureStore(root.database)  # one that sees what is imported while it runs
            with ExitStack() as stores:
                collection = await asyncio.to_thread(stores.enter_context, root.opened())
                await asyncio.to_thread(_warm, root, collection, waits)
                works = assemble(root, collection, fetcher, self.metrics, token=token)
                front.app = web(works, address=address, routes=self._slack_routes(works))
                self._parts.extend(self._planned(works))
                self.metrics.show(self._states)
                for part in self._parts:
                    part.start()
                self._readiness.serves(works.workers)
                seconds = time.perf_counter() - began
                log.info("ready", extra={"address": address, "seconds": round(seconds, 1)})
                self._told(plan(settings), address, seconds)
                await self._stop.wait()
                await self._wind_down(works, server)

    def _stopping(self) -> None:
        self._readiness.waits("Service", "It is stopping: what was begun is finished first.")

    def _states(self) -> Gauges:
        return {
            "communique_part_running": (
                "Whether a part of the service runs; 0 while it waits to begin again.",
                [({"part": part.name}, part.state == "running") for part in self._parts],
            ),
            "communique_part_failures": (
                "How often a part failed since the start.",
                [({"part": part.name}, part.failures) for part in self._parts],
            ),
        }

    def _planned(self, works: Works) -> list[Part]:
        settings = self._root.settings
        runs = {one.name for one in plan(settings) if one.runs}
        parts = [
            Part("Desk", works.desk.run),
            Part("Collector", works.collector.run),
            Part("Index", lambda: _keep_in_step(works), longest=30.0),
            Part("Figures", lambda: keep_up(works)),
        ]
        if "Slack" in runs and settings.slack_app_token and not slack_settings(settings).several:
            parts.append(Part("Slack", lambda: _slack(works, self._readiness)))
        if "Discord" in runs:
            parts.append(Part("Discord", lambda: _discord(works, self._readiness)))
        return parts

    def _slack_routes(self, works: Works) -> "list[BaseRoute]":
        """Slack over HTTP, where the settings call for that."""
        settings = self._root.settings
        if not next(one for one in plan(settings) if one.name == "Slack").runs:
            return []
        found = slack_settings(settings)
        if found.app_token and not found.several:
            return []
        from bot.slack_app.app import SlackApp

        return SlackApp(found, works.desk, works.workers).routes()

    async def _wind_down(self, works: Works, server: WebServer) -> None:
        """Take nothing new, finish what was begun, let go; what takes too long is for the next start."""
        ends = time.monotonic() + self._grace
        self._stopping()
        server.should_exit = True
        works.intake.stop()
        last = {"Desk", "Discord"}  # claims are kept alive, and Discord's answers delivered, to the end
        await asyncio.gather(*(part.stop() for part in self._parts if part.name not in last))
        for future in list(works.lent):
            future.cancel()
        finished = await works.desk.drain(seconds=max(1.0, ends - time.monotonic()))
        await asyncio.gather(*(part.stop() for part in self._parts if part.name in last))
        finished &= await works.close(seconds=max(1.0, ends - time.monotonic()))
        if not finished:
            log.warning("not everything was finished in %.0f s; the next start takes it up", self._grace)
            self._gone()
        log.info("stopped; everything that was begun is done")


async def _slack(works: Works, readiness: Readiness) -> None:
    await asyncio.to_thread(import_module, "bot.slack_app.app")
    from bot.slack_app.app import SlackApp

    app = SlackApp(slack_settings(works.root.settings), works.desk, works.workers)
    readiness.links["Slack"] = app.connected
    await app.run()


async def _discord(works: Works, readiness: Readiness) -> None:
    await asyncio.to_thread(import_module, "bot.discord_app.app")
    from bot.discord_app.app import DiscordApp

    settings = discord_settings(works.root.settings)
    app = DiscordApp(settings, works.desk, workers=works.workers, database=works.root.database)
    readiness.links["Discord"] = app.connected
    await app.run()


async def _keep_in_step(works: Works) -> NoReturn:
    """Take into the indexes what other processes changed, and what they missed while they were away."""
    while True:
        if not works.intake.busy.locked():
            await asyncio.to_thread(_in_step, works)
        await asyncio.sleep(_STEP)


def _in_step(works: Works) -> None:
    dense, lexical = works.collection.dense, works.collection.lexical
    if works.collection.lineage and works.collection.lineage != lineage(works.root.database):
        raise StoreError("The database was put back from a backup meanwhile; start this service anew.")
    try:
        behind = dense.failed or {dense.position(), lexical.position()} != {works.root.reader.revision()}
    except StoreAway:
        raise
    except StoreError:
        behind = True  # whatever failed is mended, or fails once more
    if behind:
        with works.intake.busy:
            _recovered(works.root, works.collection)


def _warm(root: "Root", collection: "Collection", waits: Callable[[str, str], None]) -> None:
    """Open, load and try what the first question would wait for; ``waits`` is told what for."""
    waits("Model", "It is being loaded.")
    root.embedder.warm()
    if state(root.database, SERVING) != root.embedder.model:
        note(root.database, SERVING, root.embedder.model)
    waits("Index", "It is being brought up to date with the database.")
    try:
        _recovered(root, collection)
        collection.dense.position()
        collection.answerer.ask("What is everything about?", id="warm")
    except StoreAway as exc:
        log.warning("%s Questions are answered from words alone until it does.", exc)


def _recovered(root: "Root", collection: "Collection") -> None:
    """Bring the indexes up to date; a folder that is damaged is rebuilt from the database.

    Raises:
        StoreAway: the server of one does not answer; what it holds is left as it is.
        StoreError: the database failed, or nothing can be written.
    """
    from index.store.doctor import repair

    try:
        if not collection.dense.failed:
            collection.indexer.recover()
            return
    except StoreAway:
        raise
    except StoreError as exc:
        log.warning("%s It is rebuilt from the database.", exc)
    repair(root.database, embedder=root.embedder, dense=collection.dense, lexical=collection.lexical)


def _new_token(home: Path) -> str:
    """A token for this run, in a file that nobody else can read."""
    path = home / TOKEN
    path.unlink(missing_ok=True)
    token = secrets.token_urlsafe(32)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)
    return token


def _leave() -> NoReturn:
    logging.shutdown()
    os._exit(0)
