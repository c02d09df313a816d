"""A platform that keeps what it is given, and the desk on both databases."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.desk import Message, Person, Place, Reply, Request
from bot.errors import DeliveryError
from index.store.database import Database
from tests.bot.conftest import Office, Offices

NOW = datetime.now(UTC)


@dataclass
class FakeDelivery:
    """A platform. ``posted`` is what stands there; ``fails`` are errors to raise, first come.

    ``deaf``: what is posted stands, and the call fails all the same.
    """

    posted: dict[str, Reply] = field(default_factory=dict)
    fails: list[DeliveryError] = field(default_factory=list)
    finds: bool = True
    deaf: bool = False
    told: list[str] = field(default_factory=list)
    replaced: list[Reply] = field(default_factory=list)
    guests: frozenset[str] = frozenset()
    posts: int = 0

    async def find(self, request: Request) -> Message | None:
        if not self.finds:
            raise DeliveryError("Not allowed to look.")
        for id_, reply in self.posted.items():
            if reply.request.key == request.key:
                return {"channel": request.place.channel, "id": id_}
        return None

    async def complete(self, request: Request) -> Request:
        person = replace(request.person, guest=request.person.user in self.guests)
        return replace(request, person=person)

    async def working(self, request: Request) -> None:
        pass

    async def post(self, reply: Reply) -> Message | None:
        if self.fails:
            raise self.fails.pop(0)
        self.posts += 1
        id_ = f"m{len(self.posted) + 1}"
        self.posted[id_] = reply
        if self.deaf:
            raise DeliveryError("It was posted, but nobody heard.", passing=True)
        return {"channel": reply.request.place.channel, "id": id_}

    async def replace(self, message: Message, reply: Reply) -> None:
        self.replaced.append(reply)
        self.posted[message["id"]] = reply

    async def delete(self, message: Message) -> None:
        self.posted.pop(message["id"], None)

    async def tell(self, person: str, text: str) -> None:
        self.told.append(f"{person}: {text}")

    @property
    def replies(self) -> list[Reply]:
        return list(self.posted.values())


PERSON = Person(platform="discord", user="1")
ADMIN_PERSON = Person(platform="slack", workspace="T1", user="UADMIN")
PLACE = Place(platform="discord", workspace="G", channel="C", thread="t")
_count = iter(range(10**9))


def request(text: str, **changes: Any) -> Request:
    """A question on Discord, each with a key of its own."""
    made: dict[str, Any] = {
        "key": f"discord:{next(_count)}",
        "kind": "ask",
        "person": PERSON,
        "place": PLACE,
        "text": text,
        "asked_at": datetime.now(UTC),
    }
    return Request(**{**made, **changes})


@dataclass
class Room:
    """An office with a platform joined."""

    office: Office
    delivery: FakeDelivery

    async def ask(self, text: str, **changes: Any) -> Reply:
        """Ask, and wait for the reply."""
        before = len(self.delivery.posted)
        await self.office.desk.take(request(text, **changes))
        await self.office.desk.drain(seconds=10)
        assert len(self.delivery.posted) == before + 1
        return self.delivery.replies[-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Any) -> Any:
    """An empty database of each kind."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path}/communique.db")
    else:
        opened = Database(request.getfixturevalue("empty_postgres"))
    yield opened
    opened.close()


@pytest.fixture
async def room(offices: Offices) -> Room:
    delivery = FakeDelivery()
    office = offices.open()
    office.desk.join("discord", delivery)
    return Room(office, delivery)
