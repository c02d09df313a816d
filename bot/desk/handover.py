"""What hangs on single people: rights, watches, installations; and what to do when one of them leaves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from bot.desk.tables import installations, watches


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What people hold, by `Person.key`: how many watches run, and where they installed the app."""

    watches: Mapping[str, int] = field(default_factory=dict)
    installed: Mapping[str, str] = field(default_factory=dict)
    """By workspace."""

    @property
    def people(self) -> set[str]:
        """Everybody who holds something."""
        return {*self.watches, *self.installed.values()}


def held(connection: Connection) -> Held:
    """What stands in the database."""
    running = connection.execute(
        select(watches.c.person, func.count().label("number"))
        .where(watches.c.stopped_at.is_(None))
        .group_by(watches.c.person)
    )
    installed = connection.execute(select(installations).order_by(installations.c.workspace))
    return Held(
        watches={row.person: row.number for row in running},
        installed={
            row.workspace
            or row.enterprise: f"{row.platform}:{row.workspace or row.enterprise}/{row.installed_by}"
            for row in installed
        },
    )


def notes(found: Held, *, admins: Collection[str], departed: Collection[str], chat: bool) -> list[str]:
    """What an administrator should hear, a sentence each.

    ``admins`` are the words of COMMUNIQUE_ADMINS, ``departed`` the people of whom a platform says that they
    are gone; ``chat`` is whether Slack or Discord is configured.
    """
    said: list[str] = []
    if chat and not admins:
        said.append("Nobody administers the bot: name somebody in COMMUNIQUE_ADMINS.")
    elif len(admins) == 1 and "-role:" not in next(iter(admins)):
        said.append(
            f"Only {next(iter(admins))} administers the bot: name a second person in COMMUNIQUE_ADMINS."
        )
    for person in sorted(departed):
        if person in admins:
            said.append(f"{person} has left and is still named in COMMUNIQUE_ADMINS: take the name out.")
        if number := found.watches.get(person):
            said.append(
                f"{person} has left; watches of theirs that run on: {number}. Stop them in their channels, "
                f"or erase them with `communique forget {person}`."
            )
        said += [
            f"{person}, who installed the app in {workspace}, has left: it works on with the bot's token; "
            "whoever looks after it now may install it again."
            for workspace, by in found.installed.items()
            if by == person
        ]
    return said
