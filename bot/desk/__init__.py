r"""The desk: what the bot does for people, whatever platform they are on. It knows none of them.

An adapter of a platform does three things: it makes `Request`\ s of what people do, renders `Reply`\ s, and
implements `Delivery`. All else is here.

Set up once, from the composition root::

    workers = Workers(database)
    desk = Desk(workers, answerer=…, library=…, figures=…, admins=frozenset({"slack:T1/U1", "discord:42"}))
    desk.join("slack", delivery)     # the adapter's Delivery
    await desk.run()                 # beside the adapters: claims kept alive, restarts recovered, retention

For each event::

    request = Request(
        key="slack:Ev1",             # the platform's id of the delivery: repeats have the same
        kind="ask",                  # or "follow", "check", "spending", "retract", "share", "hint"
        person=Person(platform="slack", workspace="T1", user="U1", guest=False, outsider=False),
        place=Place(platform="slack", workspace="T1", channel="C1", thread="171.1"),
        text="What was agreed on air defence?",   # without the bot's mention
        asked_at=…,                  # with its zone
        said_in="171.1",             # id of the message, so that edits and deletions find their answer
        delivery={"response_url": …},  # strings that `Delivery.post` needs, also after a restart
    )
    await desk.take(request)         # the claim; acknowledge when it returns. False: a repeat

The desk then calls, from a task of its own, ``delivery.working(request)``, ``delivery.complete(request)``
(return it as it is where nothing is missing) and ``delivery.post(reply)`` (or ``replace`` for an edited
question); after a restart ``delivery.find(request)`` first. A message is ``{"channel": …, "id": …}`` plus
what else the platform needs. ``reply.body`` is an `Answer`, a `Check`, a `SpendingReport` or `Words`;
``reply.question`` is the id for buttons; ``reply.private`` says that only the asker may see it;
``reply.second`` that `bot.wording.SECOND` belongs above it.

Follow-ups: every message in a thread without a mention is a request of kind ``follow``; the desk answers only
the asker's, stays silent where nothing is found, and ends at "stop". ``place.thread`` is the conversation:
where a platform has replies instead of threads, look up the answered question with
``desk.questions.at(platform, message_id)`` and use its ``place``. `asks_whether_right` recognises "is that
right?": send the parent message's text as kind ``check``. An edited question is a request like the first,
with the same ``said_in`` and the time of the edit as ``asked_at``: it replaces the answer, also where it
overtakes the question. A deleted one has kind ``retract`` and the same ``said_in``, in whatever order
they come.

Buttons, menus, commands (each raises `bot.errors.DeskError` with a kind sentence for the person):

- ``desk.again(question, key=…, person=…, options=Options(newest_only=True))``
- ``desk.asked(question)`` → `Asked` with its ``answer``: to show more sources. Sharing a private answer is a
  request of kind ``share`` whose text is the question's id; its reply has ``shared``
- ``desk.passage(question, n)`` → `Reading`
- ``desk.reviews.helpful(question, person)``, ``.wrong(question, person, reason=…, comment=…)`` (reasons:
  `bot.wording.WRONG`), ``.open(admin)``, ``.export(admin)``; ``desk.decide(admin, question, "withdrawn" |
  "corrected" | "dismissed", correction=…)`` also changes the posted message
- ``desk.sources.add(person, url)`` → `Addition`, or `Suggestion` from somebody who is no administrator;
  ``.decide(admin, id, approve=…)``, ``.suggested(admin)``, ``.add_file``, ``.list``, ``.remove``,
  ``.refresh``, ``.stats``, ``.gaps``, ``.newest``
- ``desk.channels.get(place)``, ``.set(admin, place, Channel(…), workspace=…)``, ``.administers(person)``,
  ``.admins(platform)``, ``.admit(person, place)``
- ``desk.figures.countries(typed)`` for autocomplete (call it in a thread only if it is not local);
  `parse_spending` reads ``/spending``'s words
- ``/watch``'s words are a request of kind ``watch``; its reply is a `Notice`, as is what the watch finds, and
  the desk posts by itself. ``desk.watches.stop(person, place, reply.body.watch)`` is the button on each
- ``desk.home(person)``; ``desk.audit.last()``; ``desk.retention.known(who)``, ``.forget(who)``
- ``desk.drain()`` at the end

The words are in `bot.wording`; eight Answers to render are in ``tests/bot/answers.py``.
"""

from bot.desk.channels import Channel, Channels, publishers_of
from bot.desk.claims import Claims
from bot.desk.conversations import asks_whether_right, says_stop
from bot.desk.delivery import Delivery
from bot.desk.desk import Desk, Home
from bot.desk.ports import (
    Addition,
    Answerer,
    Figures,
    Library,
    Reading,
    Source,
    SpendingQuery,
    SpendingReport,
    Stats,
)
from bot.desk.records import (
    Asked,
    Message,
    Notice,
    Options,
    Person,
    Place,
    Platform,
    Reply,
    Request,
    Words,
)
from bot.desk.replying import Limits
from bot.desk.reviews import Case
from bot.desk.sources import Suggestion
from bot.desk.spending import parse as parse_spending
from bot.desk.workers import Workers
from retrieval.figures.check import ClaimCheck as Check

__all__ = [
    "Addition",
    "Answerer",
    "Asked",
    "Case",
    "Channel",
    "Channels",
    "Check",
    "Claims",
    "Delivery",
    "Desk",
    "Figures",
    "Home",
    "Library",
    "Limits",
    "Message",
    "Notice",
    "Options",
    "Person",
    "Place",
    "Platform",
    "Reading",
    "Reply",
    "Request",
    "Source",
    "SpendingQuery",
    "SpendingReport",
    "Stats",
    "Suggestion",
    "Words",
    "Workers",
    "asks_whether_right",
    "parse_spending",
    "publishers_of",
    "says_stop",
]
