"""Chat: questions and answers, conversations, feedback, the audit log, settings, installations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of the chat platforms."""
    _what_was_asked()
    _what_became_of_it()
    op.create_table(
        "channels",
        sa.Column("platform", sa.String(16), primary_key=True),
        sa.Column("workspace", sa.String(64), primary_key=True),
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("who", sa.String(8), nullable=False),
        sa.Column("guests", sa.Boolean, nullable=False),
        sa.Column("outsiders", sa.Boolean, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("publishers", sa.JSON, nullable=False),
    )
    op.create_table(
        "installations",
        sa.Column("platform", sa.String(16), primary_key=True),
        sa.Column("enterprise", sa.String(32), primary_key=True),
        sa.Column("workspace", sa.String(32), primary_key=True),
        sa.Column("installed_by", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("installed_at", TIME, nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("state", sa.String(64), primary_key=True),
        sa.Column("expires_at", TIME, nullable=False),
    )


def _what_was_asked() -> None:
    op.create_table(
        "events",
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column("channel", sa.String(128), nullable=False),
        sa.Column("said_in", sa.String(64), nullable=False),
        sa.Column("request", sa.JSON),
        sa.Column("question", sa.String(16)),
        sa.Column("owner", sa.String(36), nullable=False),
        sa.Column("leased_until", TIME, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claimed_at", TIME, nullable=False),
        sa.Column("done_at", TIME),
    )
    op.create_index("events_person", "events", ["person", "claimed_at"])
    op.create_index("events_channel", "events", ["channel", "claimed_at"])
    op.create_index("events_said_in", "events", ["channel", "said_in"])
    op.create_index("events_state", "events", ["state", "leased_until"])
    op.create_table(
        "questions",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("thread", sa.String(64), nullable=False),
        sa.Column("direct", sa.Boolean, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column("said_in", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("understood", sa.Text, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("found", sa.Boolean, nullable=False),
        sa.Column("refusal", sa.String(24)),
        sa.Column("answer", sa.JSON),
        sa.Column("message", sa.JSON),
        sa.Column("message_id", sa.String(64)),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("took_ms", sa.Integer, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
    )
    op.create_index("questions_thread", "questions", ["platform", "channel", "thread", "asked_at"])
    op.create_index("questions_person", "questions", ["person", "asked_at"])
    op.create_index("questions_message", "questions", ["platform", "message_id"])
    op.create_index("questions_asked_at", "questions", ["asked_at"])
    op.create_table(
        "cited",
        sa.Column("question", sa.String(16), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.String(16), nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
    )
    op.create_index("cited_article", "cited", ["article_id"])
    op.create_table(
        "conversations",
        sa.Column("platform", sa.String(16), primary_key=True),
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("thread", sa.String(64), primary_key=True),
        sa.Column("asker", sa.String(128), nullable=False),
        sa.Column("stopped", sa.Boolean, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
    )


def _what_became_of_it() -> None:
    op.create_table(
        "feedback",
        sa.Column("question", sa.String(16), primary_key=True),
        sa.Column("person", sa.String(128), primary_key=True),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("correction", sa.Text, nullable=False),
        sa.Column("decided_by", sa.String(128)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("decided_at", TIME),
    )
    op.create_index("feedback_state", "feedback", ["state", "created_at"])
    op.create_table(
        "suggestions",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("decided_by", sa.String(128)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("decided_at", TIME),
    )
    op.create_table(
        "audit",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
    )
    op.create_index("audit_at", "audit", ["at"])
