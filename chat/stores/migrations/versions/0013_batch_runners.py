"""Which process runs a batch. Never edited once shipped."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Adds the column; nobody runs a batch of before."""
    op.add_column("batches", sa.Column("run_by", sa.Text))
