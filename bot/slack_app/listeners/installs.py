"""Uninstalling and revoked tokens are honoured: what was kept of the installation is deleted."""

import logging
from typing import TYPE_CHECKING, Any

from bot.slack_app import parse

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.slack_app.listeners import Slack

log = logging.getLogger(__name__)

Body = dict[str, Any]


def register(app: "AsyncApp", slack: "Slack") -> None:
    """Register the listeners."""

    @app.event("app_uninstalled")
    async def uninstalled(body: Body) -> None:
        await _forget(app, body)

    @app.event("tokens_revoked")
    async def revoked(body: Body, event: Body) -> None:
        if event.get("tokens", {}).get("bot"):
            await _forget(app, body)


async def _forget(app: "AsyncApp", body: Body) -> None:
    store = app.installation_store
    if store is None:
        log.warning(
            "the app was taken out of the workspace %s; its token is in the settings", parse.workspace(body)
        )
        return
    await store.async_delete_all(enterprise_id=body.get("enterprise_id"), team_id=parse.workspace(body))
    log.info("the app was taken out of the workspace %s", parse.workspace(body))
