"""The tables of ``bot`` on the `metadata` that all packages share. Times are stored in UTC."""

from sqlalchemy import JSON, Boolean, Column, DateTime, Index, Integer, LargeBinary, String, Table, Text

from index.store.schema import Serial, metadata

events = Table(
    "events",
    metadata,
    Column("key", String(128), primary_key=True),  # "slack:Ev…": what the platform repeats
    Column("state", String(8), nullable=False),  # claimed, posting; then one of `claims.Outcome`
    Column("platform", String(16), nullable=False),
    Column("person", String(128), nullable=False),
    Column("channel", String(128), nullable=False),
    Column("said_in", String(64), nullable=False),
    Column("request", JSON),  # null once it is done
    Column("question", String(16)),
    Column("owner", String(36), nullable=False),
    Column("leased_until", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    Column("done_at", DateTime(timezone=True)),
    Index("events_person", "person", "claimed_at"),
    Index("events_channel", "channel", "claimed_at"),
    Index("events_said_in", "channel", "said_in"),
    Index("events_state", "state", "leased_until"),
)
"""What was asked, claimed before it is acknowledged: one row, one answer message."""

questions = Table(
    "questions",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("workspace", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("thread", String(64), nullable=False),
    Column("direct", Boolean, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("person", String(128), nullable=False),  # Person.key
    Column("said_in", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("understood", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("found", Boolean, nullable=False),
    Column("refusal", String(24)),
    Column("answer", JSON),  # the contract's form; null for a check
    Column("message", JSON),  # where the answer stands
    Column("message_id", String(64)),  # its "id", to find the question by
    Column("withdrawn", Boolean, nullable=False),
    Column("took_ms", Integer, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Index("questions_thread", "platform", "channel", "thread", "asked_at"),
    Index("questions_person", "person", "asked_at"),
    Index("questions_message", "platform", "message_id"),
    Index("questions_asked_at", "asked_at"),
)
"""Every question that was answered or refused, and what it got."""

cited = Table(
    "cited",
    metadata,
    Column("question", String(16), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("article_id", String(16), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("quote", Text, nullable=False),
    Index("cited_article", "article_id"),
)
"""What each answer quoted, so that a corrected article leads to the answers that leant on it."""

conversations = Table(
    "conversations",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("channel", String(64), primary_key=True),
    Column("thread", String(64), primary_key=True),
    Column("asker", String(128), nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("question", String(16), primary_key=True),
    Column("person", String(128), primary_key=True),
    Column("verdict", String(8), nullable=False),  # helpful, wrong
    Column("reason", String(32), nullable=False),
    Column("comment", Text, nullable=False),
    Column("state", String(12), nullable=False),  # noted; open; then dismissed, withdrawn or corrected
    Column("correction", Text, nullable=False),
    Column("decided_by", String(128)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Index("feedback_state", "state", "created_at"),
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("source", Text, nullable=False),
    Column("person", String(128), nullable=False),
    Column("state", String(12), nullable=False),  # open, approved, declined
    Column("decided_by", String(128)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("person", String(128), nullable=False),
    Column("action", String(32), nullable=False),
    Column("target", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Index("audit_at", "at"),
)

channels = Table(
    "channels",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("workspace", String(64), primary_key=True),
    Column("channel", String(64), primary_key=True),  # empty: the workspace's own default
    Column("who", String(8), nullable=False),  # everyone, admins, nobody
    Column("guests", Boolean, nullable=False),
    Column("outsiders", Boolean, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("publishers", JSON, nullable=False),
)

installations = Table(
    "installations",
    metadata,
    Column("platform", String(16), primary_key=True),
    Column("enterprise", String(32), primary_key=True),  # empty: none
    Column("workspace", String(32), primary_key=True),  # empty: the whole organisation
    Column("installed_by", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the installation with its tokens, encrypted
    Column("installed_at", DateTime(timezone=True), nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)
"""States of installations under way (OAuth), each good for one use."""

notices = Table(
    "notices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("person", String(128), nullable=False),
    Column("request", JSON, nullable=False),
    Column("body", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("notices_created_at", "created_at"),
)
"""Messages that nobody asked for just now; each is posted as the event ``notice:<id>``, so once."""

told = Table(
    "told",
    metadata,
    Column("question", String(16), primary_key=True),
    Column("article_id", String(16), primary_key=True),
    Column("version", Integer, primary_key=True),  # 0: it was taken out
    Column("told_at", DateTime(timezone=True), nullable=False),
)
"""Which threads were told that what their answer quotes has changed."""

watches = Table(
    "watches",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("workspace", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("thread", String(64), nullable=False),
    Column("direct", Boolean, nullable=False),
    Column("delivery", JSON, nullable=False),
    Column("person", String(128), nullable=False),
    Column("topic", Text, nullable=False),
    Column("daily_at", String(5), nullable=False),  # "08:30"; empty: at once
    Column("zone", String(64), nullable=False),
    Column("seen", Serial, nullable=False),  # the last change of the collection that was looked at
    Column("due_at", DateTime(timezone=True)),  # of the next digest
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("stopped_at", DateTime(timezone=True)),
    Index("watches_place", "platform", "workspace", "channel"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("watch", String(16), primary_key=True),
    Column("article_id", String(16), primary_key=True),
    Column("citations", JSON, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("notice", String(32)),  # the message that it stands in; null: it waits for the digest
    Index("sightings_found_at", "found_at"),
)
"""What each watch has found: one article of each story, however many carry it."""
