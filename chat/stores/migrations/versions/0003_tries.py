"""What several requests for one answer took, and more of a failure. Never edited once shipped."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the columns; a reply of before had one try and no break, as far as anybody knows."""
    for column in (
        sa.Column("failure_error_type", sa.Text),
        sa.Column("failure_reason", sa.Text),
        sa.Column("failure_upstream_provider", sa.Text),
        sa.Column("failure_affordable_tokens", sa.BigInteger),
        sa.Column("failure_resets_epoch_s", sa.Float),
        sa.Column("retry_s", sa.Float),
        sa.Column("reconnect_s", sa.Float),
        sa.Column("tries", sa.Integer, nullable=False, server_default="1"),
        sa.Column("reconnections", sa.Integer, nullable=False, server_default="0"),
        sa.Column("switched_to", sa.Text),
        sa.Column("parts", sa.Text),
    ):
        op.add_column("replies", column)
