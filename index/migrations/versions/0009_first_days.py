"""What the first migration lacked in its first days: when an edition was known, longer names of models."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring a database from those days to what all others have; the others stay as they are."""
    inspector = sa.inspect(op.get_bind())
    editions = {column["name"] for column in inspector.get_columns("editions")}
    (model,) = (one["type"] for one in inspector.get_columns("vectors") if one["name"] == "model")
    if "known_by" not in editions:
        with op.batch_alter_table("editions") as table:
            table.add_column(sa.Column("known_by", sa.Date))
            table.add_column(sa.Column("remarks", sa.JSON))
        op.execute("UPDATE editions SET known_by = coalesce(edition_date, date(imported_at)), remarks = '[]'")
        with op.batch_alter_table("editions") as table:
            table.alter_column("known_by", existing_type=sa.Date, nullable=False)
            table.alter_column("remarks", existing_type=sa.JSON, nullable=False)
    if getattr(model, "length", 255) < 255:
        with op.batch_alter_table("vectors") as table:
            table.alter_column(
                "model", existing_type=sa.String(64), type_=sa.String(255), existing_nullable=False
            )
