"""With whose key an answer failed, and at which endpoint. Never edited once shipped."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Adds the columns; of a failure of before nobody knows."""
    op.add_column("replies", sa.Column("failure_endpoint", sa.Text))
    op.add_column("replies", sa.Column("failure_lent_key", sa.Boolean))
