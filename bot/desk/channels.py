"""Settings of channels and workspaces, and who may do what where."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, insert, select

from bot import wording
from bot.desk.audit import Audit
from bot.desk.records import Person, Place
from bot.desk.tables import channels
from bot.desk.workers import Workers
from bot.errors import NotAllowed

Who = Literal["everyone", "admins", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """How the bot behaves in a channel. ``publishers`` empty means all of them."""

    who: Who = "everyone"
    guests: bool = False
    outsiders: bool = False
    private: bool = False
    publishers: tuple[str, ...] = ()


class Channels:
    """The settings by channel; a channel without its own has its workspace's, and those have defaults.

    ``admins`` are the words of COMMUNIQUE_ADMINS: ``slack:T1/U1``, ``discord:42``, ``discord-role:7``.
    """

    def __init__(self, workers: Workers, audit: Audit, *, admins: frozenset[str]) -> None:
        self._workers = workers
        self._audit = audit
        self._admins = admins

    def administers(self, person: Person) -> bool:
        """Whether ``person`` is named as an administrator, or has a role that is."""
        roles = {f"{person.platform}-role:{role}" for role in person.roles}
        return bool(self._admins & ({person.key} | roles))

    def admins(self, platform: str) -> list[str]:
        """The administrators that are named on a platform, as `Person.key`."""
        return sorted(admin for admin in self._admins if admin.startswith(f"{platform}:"))

    def require_admin(self, person: Person) -> None:
        """Only administrators pass.

        Raises:
            NotAllowed: ``person`` is none.
        """
        if not self.administers(person):
            raise NotAllowed(wording.ADMINISTRATORS_ONLY)

    async def get(self, place: Place) -> Channel:
        """The settings that hold at a place."""
        statement = select(channels).where(
            channels.c.platform == place.platform,
            channels.c.workspace == place.workspace,
            channels.c.channel.in_((place.channel, "")),
        )
        rows = await self._workers.read(lambda connection: connection.execute(statement).all())
        if not rows:
            return Channel()
        row = max(rows, key=lambda row: len(row.channel))
        return Channel(
            who=row.who,
            guests=row.guests,
            outsiders=row.outsiders,
            private=row.private,
            publishers=tuple(row.publishers),
        )

    async def set(self, admin: Person, place: Place, channel: Channel, *, workspace: bool = False) -> None:
        """Change the settings of a channel, or with ``workspace`` those of all that have none of their own.

        Raises:
            NotAllowed: ``admin`` is no administrator.
        """
        self.require_admin(admin)
        name = "" if workspace else place.channel
        key = {"platform": place.platform, "workspace": place.workspace, "channel": name}

        def work(connection: Connection) -> None:
            connection.execute(delete(channels).where(*(channels.c[part] == key[part] for part in key)))
            connection.execute(
                insert(channels).values(
                    **key,
                    who=channel.who,
                    guests=channel.guests,
                    outsiders=channel.outsiders,
                    private=channel.private,
                    publishers=list(channel.publishers),
                )
            )

        await self._workers.write(work)
        await self._audit.note(admin, "settings", f"{place.platform}:{place.workspace}/{name}", str(channel))

    async def admit(self, person: Person, place: Place) -> Channel:
        """The settings of the place, if ``person`` may ask there.

        Raises:
            NotAllowed: they may not; the text says why.
        """
        channel = await self.get(place)
        if self.administers(person):
            return channel
        if person.outsider and not channel.outsiders:
            raise NotAllowed(wording.NOT_FOR_OUTSIDERS)
        if person.guest and not channel.guests:
            raise NotAllowed(wording.NOT_FOR_GUESTS)
        if channel.who == "nobody":
            raise NotAllowed(wording.OFF_HERE)
        if channel.who == "admins":
            raise NotAllowed(wording.ADMINISTRATORS_ONLY_HERE)
        return channel


def publishers_of(text: str) -> tuple[str, ...]:
    """Publishers' names typed as a list, parted by commas."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
