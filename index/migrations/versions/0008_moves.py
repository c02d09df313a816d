"""Where a page that waits to be read seems to have moved."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column, empty: what waits was moved when it came."""
    op.add_column("inbox", sa.Column("moved_to", sa.Text))
