"""Signatures of originals, by which near copies find them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables, empty: what is there already is signed when articles are added next."""
    op.create_table(
        "signatures",
        sa.Column("article_id", sa.String(16), primary_key=True),
        sa.Column("text_hash", sa.LargeBinary(16), nullable=False),
        sa.Column("shingles", sa.Integer, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
    )
    op.create_index("signatures_text_hash", "signatures", ["text_hash"])
    op.create_table(
        "signature_bands",
        sa.Column("band", SERIAL, primary_key=True, autoincrement=False),
        sa.Column("article_id", sa.String(16), primary_key=True),
        sqlite_with_rowid=False,
    )
