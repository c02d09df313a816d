"""What is told of people who leave."""

from datetime import UTC, datetime

from sqlalchemy import insert

from bot.desk.handover import Gone, Held, held, notes
from bot.desk.tables import installations, watches
from index.store.database import Database
from tests.bot.desk.conftest import PLACE


def test_what_people_hold_is_read_from_the_database(database: Database) -> None:
    moment = datetime.now(UTC)
    watch = {
        "platform": PLACE.platform,
        "workspace": PLACE.workspace,
        "channel": PLACE.channel,
        "thread": "",
        "direct": False,
        "delivery": {},
        "topic": "depots",
        "daily_at": "",
        "zone": "UTC",
        "seen": 0,
        "created_at": moment,
    }
    with database.write() as connection:
        connection.execute(insert(watches).values(id="1", person="slack:T1/U1", **watch))
        connection.execute(insert(watches).values(id="2", person="slack:T1/U1", **watch))
        connection.execute(insert(watches).values(id="3", person="slack:T1/U2", stopped_at=moment, **watch))
        connection.execute(
            insert(installations).values(
                platform="slack",
                enterprise="",
                workspace="T2",
                installed_by="U7",
                sealed=b"",
                installed_at=moment,
            )
        )
    with database.read() as connection:
        found = held(connection)
    assert found == Held(watches={"slack:T1/U1": 2}, installed={"T2": "slack:T2/U7"})
    assert found.people == {"slack:T1/U1", "slack:T2/U7"}


def test_who_has_left_is_named_with_what_to_do() -> None:
    found = Held(watches={"slack:T1/U1": 2, "slack:T1/U2": 1}, installed={"T1": "slack:T1/U1"})
    gone: dict[str, Gone] = {"slack:T1/U1": "left"}
    said = notes(found, admins={"slack:T1/U1", "slack:T1/U3", "slack:T1/U4"}, gone=gone, chat=True)
    assert len(said) == 3
    assert all(note.startswith("slack:T1/U1") for note in said)
    assert "COMMUNIQUE_ADMINS" in said[0]
    assert "communique forget slack:T1/U1" in said[1]
    assert "install it again" in said[2]


def test_one_alone_and_nobody_at_all_are_told_and_a_role_is_enough() -> None:
    def told(*admins: str, chat: bool = True) -> list[str]:
        return notes(Held(), admins=set(admins), gone={}, chat=chat)

    assert "Nobody" in told()[0]
    assert told(chat=False) == []
    assert "second person" in told("slack:T1/U1")[0]
    assert told("discord-role:7") == told("slack:T1/U1", "slack:T1/U2") == []


def test_who_is_gone_administers_nothing_and_a_name_that_nobody_has_is_told() -> None:
    admins = {"slack:T1/U1", "slack:T1/U2", "discord-role:7"}
    gone: dict[str, Gone] = {"slack:T1/U1": "left", "discord-role:7": "unknown", "slack:T1/U9": "unknown"}
    alone, role, left = notes(Held(watches={"slack:T1/U9": 1}), admins=admins, gone=gone, chat=True)
    assert "Only slack:T1/U2" in alone
    assert "discord-role:7 is named in COMMUNIQUE_ADMINS and known nowhere" in role
    assert "slack:T1/U1 has left" in left
    assert "Nobody" in notes(Held(), admins={"slack:T1/U1"}, gone=gone, chat=True)[0]
