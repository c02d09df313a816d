r"""Who asks, where, what, and what they get: the records between the desk and the chat platforms.

A platform's adapter makes `Request`\ s out of what people do and messages out of `Reply`\ s.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, Self

from bot.desk.ports import SpendingQuery, SpendingReport
from retrieval.answer import Answer, Citation
from retrieval.figures.check import ClaimCheck as Check

Platform = Literal["slack", "discord", "web", "terminal"]
Kind = Literal["ask", "follow", "check", "spending", "retract", "share", "hint", "watch", "notice"]
"""``ask``: addressed to the bot. ``follow``: said in one of its threads without addressing it; answered only
for the person who asked there, and only where an answer is found. ``check``: is this sentence right?
``retract``: the message ``Request.said_in`` was deleted, and the answer to it goes along. ``share``: the
private answer to the question with the id ``Request.text`` is to be shown to all. ``hint``: the person who
asked in a thread said something there that the platform does not let the bot read. ``watch``: the words of
``/watch``. ``notice``: made by the desk itself, to post the notice with the id ``Request.text``."""

Message = Mapping[str, str]
"""How a platform finds a posted message again: ``{"channel", "id"}`` and whatever else the platform needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on a platform. ``workspace`` is Slack's team (empty on Discord, where users are global).

    ``guest``: a guest account of this workspace. ``outsider``: a member of another organisation in a shared
    channel. ``roles`` are ids of Discord roles.
    """

    platform: Platform
    user: str
    workspace: str = ""
    guest: bool = False
    outsider: bool = False
    roles: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The word for this person in the settings and in ``forget``: ``slack:T1/U1``, ``discord:42``."""
        return f"{self.platform}:{self.workspace}/{self.user}" if self.workspace else self.name

    @classmethod
    def of(cls, platform: Platform, key: str) -> Self:
        """The person with this `key`."""
        workspace, _, user = key.partition(":")[2].rpartition("/")
        return cls(platform=platform, workspace=workspace, user=user)

    @property
    def name(self) -> str:
        """The same without the workspace: ``slack:U1``."""
        return f"{self.platform}:{self.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is said.

    ``workspace`` is Slack's team or Discord's server, empty in a direct message on Discord; ``thread`` is
    empty outside of threads; ``direct`` marks a conversation with the bot alone.
    """

    platform: Platform
    workspace: str
    channel: str
    thread: str = ""
    direct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a question is to be answered beyond its words."""

    newest_only: bool = False
    widen: bool = False
    as_of: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Something asked of the bot.

    ``key`` identifies the delivery (``slack:Ev…``): the same key is answered once. ``said_in`` is the id of
    the message that holds the question, where there is one, so that edits and deletions can be followed;
    ``replaces`` is the id of the question whose posted answer is to be updated instead of posting a new one.
    ``private``: only the asker sees the answer; ``shared``: they saw it alone before, and show it to all now.
    ``delivery`` is what the adapter needs to deliver after a restart; the desk only stores it, and drops it
    when the request is done.
    """

    key: str
    kind: Kind
    person: Person
    place: Place
    text: str
    asked_at: datetime
    options: Options = Options()
    private: bool = False
    shared: bool = False
    said_in: str = ""
    replaces: str = ""
    spending: SpendingQuery | None = None
    delivery: Mapping[str, str] = field(default_factory=dict)
    grown: Message | None = None
    """The message in which the answer had begun to grow when another process was to finish it."""

    def as_json(self) -> dict[str, Any]:
        """A form for the database, read back by `from_json`."""
        record = asdict(self)
        record["asked_at"] = self.asked_at.isoformat()
        record["person"]["roles"] = sorted(self.person.roles)
        record["options"]["as_of"] = self.options.as_of.isoformat() if self.options.as_of else None
        record["delivery"] = dict(self.delivery)
        record["grown"] = dict(self.grown) if self.grown else None
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """The request that `as_json` wrote."""
        person, options = dict(record["person"]), dict(record["options"])
        person["roles"] = frozenset(person["roles"])
        options["as_of"] = date.fromisoformat(options["as_of"]) if options["as_of"] else None
        spending = dict(record["spending"]) if record["spending"] else None
        if spending:
            spending["countries"] = tuple(spending["countries"])
        return cls(
            **{
                **record,
                "person": Person(**person),
                "place": Place(**record["place"]),
                "options": Options(**options),
                "spending": SpendingQuery(**spending) if spending else None,
                "asked_at": datetime.fromisoformat(record["asked_at"]),
            }
        )

    def said(self, text: str) -> Self:
        """The same with other words."""
        return replace(self, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A sentence instead of an answer: a limit, a missing right, what went wrong, what the bot needs."""

    text: str
    failed: bool = False
    link: str = ""
    """An address of ours that belongs to it; it is shown by `bot.wording.OPEN_LINK`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """News that nobody asked for just now, or that a watch was set.

    ``lines`` follow the quotes. ``watch`` is the id that the button to stop it carries; empty: none.
    """

    heading: str
    lines: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    watch: str = ""


Body = Answer | Check | SpendingReport | Words | Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a request got. ``question`` is the id that buttons carry (empty for `Words`).

    ``second`` marks a message that may stand beside an earlier one, from before a restart. ``private``:
    to be shown to the asker alone; ``shared``: was so, and is now shown to all with the asker's name.
    ``refused``: it was too much at once, and does not count for how much is asked.
    """

    request: Request
    body: Body
    question: str = ""
    private: bool = False
    second: bool = False
    shared: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question on record, with its answer and the message that carries it (None: private or not posted)."""

    id: str
    person: Person
    place: Place
    text: str
    kind: Kind
    options: Options
    private: bool
    answer: Answer | None
    message: Message | None
    asked_at: datetime
    withdrawn: bool = False
    said_in: str = ""
