"""Stops that were asked of another process than the one that writes the answer."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the table."""
    op.create_table("stops", sa.Column("reply_id", sa.Text, primary_key=True))
