"""What ``doctor`` looks at besides the stores: credentials, people, disk, clock, and the model's file."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from bot.desk.clock import Clock, now
from bot.desk.handover import held, notes
from bot.desk.secrets import Seal
from bot.service.plan import discord_settings, plan, slack_settings
from bot.settings import Settings, plain
from index.embed import check_file
from index.errors import ModelError

if TYPE_CHECKING:
    from bot.root import Root
    from bot.slack_app.installations import Installed
    from index.store.database import Database

LEAST_FREE = 1_000_000_000
"""Bytes below which a disk is said to be nearly full, whatever the home holds."""
MOST_APART = timedelta(seconds=60)
"""How far our clock may be from another's. Slack refuses what is five minutes off, and “today” is by it."""
_PATIENCE = 10.0  # seconds

Free = Callable[[Path], int]


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look came to: ``fine`` in a sentence, or each problem in one."""

    fine: str
    problems: tuple[str, ...] = ()


async def looked(root: "Root", *, clock: Clock = now, free: Free | None = None) -> list[Looked]:
    """Look at everything that the settings call for, each in its turn.

    Raises:
        StoreError: the database failed.
    """
    settings = root.settings
    found = [*_files(root, free or _free)]
    for name, look in _CHATS.items():
        if _begun(settings, name):
            found += await look(root)
    if settings.llm_url:
        found.append(await _language_model(settings))
    found += await _clock(root, clock)
    return found


def _files(root: "Root", free: Free) -> Iterator[Looked]:
    held = _held(root.home)
    left = free(root.home)
    fine = f"{left / 1e9:.1f} GB are free beside the {held / 1e9:.1f} GB of {root.home}."
    needed = max(LEAST_FREE, held)  # to rebuild an index, or to write a backup
    full = f"Only {left / 1e9:.1f} GB are free where {root.home} is: backing up and rebuilding it takes "
    yield Looked(fine, (f"{full}{needed / 1e9:.1f} GB.",) if left < needed else ())
    try:
        check_file(root.settings.embedding_model)
    except ModelError as exc:
        yield Looked("", (str(exc),))
    else:
        yield Looked(f"The model is {root.settings.embedding_model}.")


def _held(home: Path) -> int:
    """Bytes of all files in it; what a service takes away meanwhile is not counted."""
    held = 0
    for file in home.rglob("*"):
        with suppress(FileNotFoundError):
            held += file.stat().st_size
    return held


async def _slack(root: "Root") -> list[Looked]:
    """The settings' own credentials, or those of each workspace that installed the app."""
    from bot.slack_app.checkup import problem, problems

    settings = slack_settings(root.settings)
    wrong = tuple(await problems(settings))
    if not settings.several:
        return [Looked("Slack takes the credentials.", wrong)]
    there = await asyncio.to_thread(_workspaces, root)
    found = [Looked(f"Workspaces of Slack that installed the app: {len(there)}.", wrong)]
    for one in there:
        said = await problem(settings, one)
        found.append(Looked(f"Slack takes the token of the workspace {one.shown}.", (said,) if said else ()))
    return found


def _workspaces(root: "Root") -> "list[Installed]":
    """The installations of several workspaces; none where their tokens cannot be opened at all."""
    from bot.slack_app.installations import installed

    secret = plain(root.settings.secret)
    if not secret or not slack_settings(root.settings).several:
        return []
    with root.database.read() as connection:
        return installed(connection, Seal(secret))


async def _discord(root: "Root") -> list[Looked]:
    from bot.discord_app.checkup import problems

    found = tuple(await problems(discord_settings(root.settings)))
    return [Looked("Discord takes the credentials.", found)]


_CHATS: "dict[str, Callable[[Root], Awaitable[list[Looked]]]]" = {"Slack": _slack, "Discord": _discord}


async def heard(root: "Root") -> list[str]:
    """What hangs on single people, and who of them is gone, a sentence each.

    Raises:
        StoreError: the database failed.
    """
    from bot.discord_app import checkup as discord
    from bot.slack_app import checkup as slack

    settings = root.settings
    with root.database.read() as connection:
        found = held(connection)
    admins = settings.administrators
    people = sorted(admins | found.people)
    gone = await slack.gone(slack_settings(settings), people, await asyncio.to_thread(_workspaces, root))
    gone |= await discord.gone(discord_settings(settings), people)
    chat = any(one.runs for one in plan(settings) if one.name in _CHATS)
    return notes(found, admins=admins, gone=gone, chat=chat)


def _begun(settings: Settings, name: str) -> bool:
    """Whether anything is set for a chat, be it too little."""
    part = next(one for one in plan(settings) if one.name == name)
    return part.runs or part.says.startswith("still missing")


async def _language_model(settings: Settings) -> Looked:
    shown, key = settings.shown_model, plain(settings.llm_api_key)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    reply = await _get(f"{(settings.llm_url or '').rstrip('/')}/models", headers)
    if reply is None:
        return Looked("", (f"The language model {shown} could not be reached; answers are made of quotes.",))
    if reply.status_code in (401, 403):
        return Looked("", (f"The endpoint of {shown} does not take COMMUNIQUE_LLM_API_KEY.",))
    return Looked(f"The language model {shown} answers.")


async def _clock(root: "Root", clock: Clock) -> list[Looked]:
    """Our clock against those that are to be had: the database's, a chat's."""
    settings = root.settings
    addresses = {
        "Slack": settings.slack_api_url if _begun(settings, "Slack") else None,
        "Discord": settings.discord_api_url if _begun(settings, "Discord") else None,
    }
    others: dict[str, timedelta] = {}
    if root.database.dialect == "postgresql":
        others["the database"] = await asyncio.to_thread(_behind_database, root.database, clock)
    for name, address in addresses.items():
        reply = await _get(address, {}) if address else None
        if reply is not None and (said := _date(reply.headers.get("date", ""))) is not None:
            others[name] = clock() - said
    if not others:
        return []
    apart = tuple(
        f"This machine’s clock is {abs(by).total_seconds():,.0f} s "
        f"{'ahead of' if by > timedelta() else 'behind'} that of {name}: set it, or keep it by NTP."
        for name, by in others.items()
        if abs(by) > MOST_APART
    )
    return [Looked(f"The clock agrees with that of {' and '.join(others)}.", apart)]


def _behind_database(database: "Database", clock: Clock) -> timedelta:
    with database.read() as connection:
        said: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return clock() - said


async def _get(address: str, headers: dict[str, str]) -> Any:
    """The reply of an address, None where there is none."""
    import httpx

    try:
        async with httpx.AsyncClient(timeout=_PATIENCE) as client:
            return await client.get(address, headers=headers)
    except httpx.HTTPError:
        return None


def _date(written: str) -> datetime | None:
    try:
        return parsedate_to_datetime(written).astimezone(UTC)
    except ValueError:
        return None


def _free(home: Path) -> int:
    return shutil.disk_usage(home).free
