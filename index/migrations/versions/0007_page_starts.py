"""Where the pages of PDFs begin."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column, empty: what is there already learns its pages when it is added again."""
    op.add_column("versions", sa.Column("page_starts", sa.JSON))
