"""Installations of several workspaces, kept in the database with their tokens encrypted."""

import json
import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from sqlalchemy import Connection, Row, delete, insert, select

from bot.desk.clock import Clock, now, utc
from bot.desk.secrets import Seal
from bot.desk.tables import installations, sign_ins
from bot.desk.workers import Workers
from bot.errors import SecretError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

log = logging.getLogger(__name__)

_GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One installation: the ids of the workspace and of its organisation, one of which may be empty.

    ``token`` is None where it was kept with another COMMUNIQUE_SECRET.
    """

    workspace: str
    enterprise: str
    name: str
    token: str | None

    @property
    def shown(self) -> str:
        """What people know it by, with the id that logs know it by."""
        key = self.workspace or self.enterprise
        return f"{self.name} ({key})" if self.name else key


def installed(connection: Connection, seal: Seal) -> list[Installed]:
    """Every installation, by the ids of their workspaces."""
    rows = connection.execute(
        select(installations)
        .where(installations.c.platform == "slack")
        .order_by(installations.c.workspace, installations.c.enterprise)
    )
    return [_opened(row, seal) for row in rows]


class Installations(AsyncInstallationStore):
    """Slack's installation store on the desk's database: one installation a workspace, the last one."""

    def __init__(self, workers: Workers, seal: Seal) -> None:
        self._workers = workers
        self._seal = seal

    @property
    def logger(self) -> logging.Logger:
        """Where Bolt logs about it."""
        return log

    async def bot_token(self, workspace: str, enterprise: str) -> str | None:
        """The bot token for a workspace, or its organisation's."""
        found = await self._find(enterprise, workspace) or (
            await self._find(enterprise, "") if enterprise else None
        )
        return found.bot_token if found else None

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation in place of an earlier one. User tokens are not asked for and not kept."""
        record = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in vars(installation).items()
            if not name.startswith("user_token") and name not in ("user_refresh_token", "custom_values")
        }
        enterprise = installation.enterprise_id or ""
        workspace = "" if installation.is_enterprise_install else installation.team_id or ""
        values = {
            "platform": "slack",
            "enterprise": enterprise,
            "workspace": workspace,
            "installed_by": installation.user_id,
            "sealed": self._seal.seal(json.dumps(record)),
            "installed_at": datetime.now(UTC),
        }

        def work(connection: Connection) -> None:
            connection.execute(delete(installations).where(*_key(enterprise, workspace)))
            connection.execute(insert(installations).values(**values))

        await self._workers.write(work)

    async def async_save_bot(self, bot: Bot) -> None:
        """Part of `async_save`; tokens are not rotated."""

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """The bot of a workspace, or of the organisation as a whole."""
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return found.to_bot() if found else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """The installation of a workspace, or of the organisation as a whole."""
        if not is_enterprise_install and team_id:
            found = await self._find(enterprise_id or "", team_id)
            if found:
                return found
        return await self._find(enterprise_id, "") if enterprise_id else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget the bot of a workspace: its token was revoked."""
        await self.async_delete_all(enterprise_id=enterprise_id, team_id=team_id)

    async def async_delete_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
    ) -> None:
        """Forget a person's own token: none is kept."""

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget a workspace: the app was taken out there."""
        statement = delete(installations).where(*_key(enterprise_id or "", team_id or ""))
        await self._workers.write(lambda connection: connection.execute(statement))

    async def _find(self, enterprise: str, workspace: str) -> Installation | None:
        statement = select(installations.c.sealed).where(*_key(enterprise, workspace))
        sealed = await self._workers.read(lambda connection: connection.scalar(statement))
        if sealed is None:
            return None
        record: dict[str, Any] = json.loads(self._seal.open(sealed))
        return Installation(**{name: value for name, value in record.items() if value is not None})


class SignIns(AsyncOAuthStateStore):
    """States of installations under way, each good for ten minutes and one use."""

    def __init__(self, workers: Workers, *, clock: Clock = now) -> None:
        self._workers = workers
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        """Where Bolt logs about it."""
        return log

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """A new state."""
        state = secrets.token_urlsafe(32)
        statement = insert(sign_ins).values(state=state, expires_at=self._clock() + _GOOD_FOR)
        await self._workers.write(lambda connection: connection.execute(statement))
        return state

    async def async_consume(self, state: str) -> bool:
        """Whether ``state`` was issued, is still good, and had not been used."""
        moment = self._clock()

        def work(connection: Connection) -> bool:
            expires = connection.scalar(select(sign_ins.c.expires_at).where(sign_ins.c.state == state))
            connection.execute(
                delete(sign_ins).where((sign_ins.c.state == state) | (sign_ins.c.expires_at < moment))
            )
            return expires is not None and utc(expires) >= moment

        return await self._workers.write(work)


def _opened(row: Row[Any], seal: Seal) -> Installed:
    try:
        record = json.loads(seal.open(row.sealed))
    except SecretError:
        record = {}
    name = record.get("team_name") if row.workspace else record.get("enterprise_name")
    return Installed(
        workspace=row.workspace,
        enterprise=row.enterprise,
        name=str(name or ""),
        token=record.get("bot_token"),
    )


def _key(enterprise: str, workspace: str) -> "tuple[ColumnElement[bool], ...]":
    columns = installations.c
    return (columns.platform == "slack", columns.enterprise == enterprise, columns.workspace == workspace)
