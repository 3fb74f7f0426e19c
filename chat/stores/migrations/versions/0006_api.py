"""Tokens of programs; conversations kept out of the lists. Never edited once shipped."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Makes the table and the column; the list's index leaves hidden conversations out."""
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_api_tokens_hash", "api_tokens", ["hash"], unique=True)
    op.create_index("ix_api_tokens_owner", "api_tokens", ["owner"])
    op.add_column(
        "conversations",
        sa.Column("hidden", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.drop_index("ix_conversations_list", "conversations")
    is_listed = sa.and_(
        sa.column("deleted_at").is_(None), sa.column("hidden", sa.Boolean).is_(sa.false())
    )
    op.create_index(
        "ix_conversations_list",
        "conversations",
        ["owner", "pinned", "updated_at", "id"],
        sqlite_where=is_listed,
        postgresql_where=is_listed,
    )
