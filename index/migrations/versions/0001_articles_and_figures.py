"""Articles with their versions, passages and vectors; the log of changes; official figures."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "articles",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("identity", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer),
        sa.Column("newest", sa.Integer, nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("original", sa.String(16)),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("articles_original", "articles", ["original"])
    op.create_table(
        "versions",
        sa.Column("article_id", sa.String(16), sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("publisher", sa.Text),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.Column("published", sa.Date),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("date_source", sa.String(16)),
        sa.Column("date_evidence", sa.Text),
        sa.Column("modified", sa.DateTime(timezone=True)),
        sa.Column("language", sa.String(8)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("content_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("first_passage", SERIAL, nullable=False),
        sa.Column("passages", sa.Integer, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("versions_text_hash", "versions", ["text_hash"])
    op.create_index("versions_published", "versions", ["published"])
    op.create_table(
        "passages",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=False),
        sa.Column("article_id", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("header", sa.Text, nullable=False),
        sa.Column("is_table", sa.Boolean, nullable=False),
        sa.Column("vector_hash", sa.LargeBinary(16), nullable=False),
    )
    op.create_table(
        "vectors",
        sa.Column("hash", sa.LargeBinary(16), primary_key=True),
        sa.Column("model", sa.String(255), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("number", SERIAL, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("article_id", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("first_passage", SERIAL, nullable=False),
        sa.Column("passages", sa.Integer, nullable=False),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", SERIAL, nullable=False),
    )
    op.create_table(
        "states",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
    )
    op.create_table(
        "editions",
        sa.Column("source", sa.String(8), primary_key=True),
        sa.Column("edition", sa.String(16), primary_key=True),
        sa.Column("edition_date", sa.Date),
        sa.Column("known_by", sa.Date, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("provenance", sa.Text, nullable=False),
        sa.Column("remarks", sa.JSON, nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "figures",
        sa.Column("source", sa.String(8), primary_key=True),
        sa.Column("edition", sa.String(16), primary_key=True),
        sa.Column("metric", sa.String(16), primary_key=True),
        sa.Column("country", sa.String(64), primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("iso3", sa.String(3)),
        sa.Column("unit", sa.String(64), nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("estimate", sa.Boolean, nullable=False),
        sa.Column("base_year", sa.Integer),
    )
