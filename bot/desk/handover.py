"""What hangs on single people: rights, watches, installations; and what to do when one of them leaves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection, func, select

from bot.desk.tables import installations, watches

Gone = Literal["left", "unknown"]
"""What a platform says of somebody: they are a member no more, or it knows nobody of that name."""


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


def notes(found: Held, *, admins: Collection[str], gone: Mapping[str, Gone], chat: bool) -> list[str]:
    """What an administrator should hear, a sentence each.

    ``admins`` are the words of COMMUNIQUE_ADMINS, ``gone`` what platforms say of people who are not there;
    ``chat`` is whether Slack or Discord is configured.
    """
    said: list[str] = []
    there = set(admins) - set(gone)
    if not there and (chat or admins):
        said.append("Nobody administers the bot: name somebody in COMMUNIQUE_ADMINS.")
    elif len(there) == 1 and "-role:" not in (alone := next(iter(there))):
        said.append(f"Only {alone} administers the bot: name a second person in COMMUNIQUE_ADMINS.")
    for person in sorted(gone):
        if gone[person] == "unknown":
            if person in admins:
                said.append(
                    f"{person} is named in COMMUNIQUE_ADMINS and known nowhere: mend or take out the name."
                )
            continue
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
