"""The collector: sources, their pages, what has been fetched and not yet been taken in."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the collector's tables."""
    _sources()
    _pages()
    _what_came()


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("url", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("parent", SERIAL),
        sa.Column("recent", sa.Boolean, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("listed", sa.Integer, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("validators_of", sa.Text),
        sa.Column("interval", sa.Integer, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("claimed_by", sa.String(36)),
        sa.Column("claimed_until", TIME),
        sa.Column("checked_at", TIME),
        sa.Column("changed_at", TIME),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("added_at", TIME, nullable=False),
    )
    op.create_index("sources_due", "sources", ["due_at"])


def _pages() -> None:
    op.create_table(
        "pages",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("url", sa.Text, nullable=False, unique=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("source", SERIAL, sa.ForeignKey("sources.id"), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("listed", sa.JSON, nullable=False),
        sa.Column("listed_modified", sa.Text),
        sa.Column("content_hash", sa.LargeBinary(16)),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("validators_of", sa.Text),
        sa.Column("interval", sa.Integer, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.String(36)),
        sa.Column("claimed_until", TIME),
        sa.Column("fetched_at", TIME),
        sa.Column("changed_at", TIME),
        sa.Column("gone_since", TIME),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
    )
    op.create_index("pages_due", "pages", ["due_at"])
    op.create_index("pages_source", "pages", ["source"])


def _what_came() -> None:
    op.create_table(
        "holdings",
        sa.Column("page", SERIAL, sa.ForeignKey("pages.id"), primary_key=True, autoincrement=False),
        sa.Column("article", sa.String(16), primary_key=True),
    )
    op.create_index("holdings_article", "holdings", ["article"])
    op.create_table(
        "inbox",
        sa.Column("page", SERIAL, sa.ForeignKey("pages.id"), primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("content_type", sa.Text),
        sa.Column("final_url", sa.Text, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
    )
