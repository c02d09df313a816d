"""What is told unasked: recalls of answers, watches and what they find."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "notices",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_index("notices_created_at", "notices", ["created_at"])
    op.create_table(
        "told",
        sa.Column("question", sa.String(16), primary_key=True),
        sa.Column("article_id", sa.String(16), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("told_at", TIME, nullable=False),
    )
    _watches()


def _watches() -> None:
    op.create_table(
        "watches",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("workspace", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("thread", sa.String(64), nullable=False),
        sa.Column("direct", sa.Boolean, nullable=False),
        sa.Column("delivery", sa.JSON, nullable=False),
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("daily_at", sa.String(5), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("seen", SERIAL, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("stopped_at", TIME),
    )
    op.create_index("watches_place", "watches", ["platform", "workspace", "channel"])
    op.create_table(
        "sightings",
        sa.Column("watch", sa.String(16), primary_key=True),
        sa.Column("article_id", sa.String(16), primary_key=True),
        sa.Column("citations", sa.JSON, nullable=False),
        sa.Column("found_at", TIME, nullable=False),
        sa.Column("notice", sa.String(32)),
    )
    op.create_index("sightings_found_at", "sightings", ["found_at"])
