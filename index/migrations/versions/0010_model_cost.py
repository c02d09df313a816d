"""What the tokens of language models cost."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the column: until now nothing was reckoned."""
    op.add_column("model_use", sa.Column("cost", SERIAL, nullable=False, server_default="0"))
