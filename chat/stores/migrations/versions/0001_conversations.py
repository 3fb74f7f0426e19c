"""Conversations, messages and replies. A shipped migration is never edited; write the next one."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    _make_conversations()
    _make_messages()
    _make_replies()


def _make_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaf_id", sa.Text),
        sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_conversations_owner_updated_at", "conversations", ["owner", "updated_at"])


def _make_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("parent_id", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_messages_conversation_id", "messages", ["conversation_id"])
    op.create_index("ix_messages_parent_id", "messages", ["parent_id"])


def _make_replies() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("message_id", sa.Text, sa.ForeignKey("messages.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("process_id", sa.Text),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("served_model", sa.Text),
        sa.Column("upstream_provider", sa.Text),
        sa.Column("generation_id", sa.Text),
        sa.Column("prompt_tokens", sa.BigInteger),
        sa.Column("completion_tokens", sa.BigInteger),
        sa.Column("reasoning_tokens", sa.BigInteger),
        sa.Column("cached_tokens", sa.BigInteger),
        sa.Column("cost_usd", sa.Float),
        sa.Column("failure_kind", sa.Text),
        sa.Column("failure_detail", sa.Text),
        sa.Column("failure_status", sa.BigInteger),
        sa.Column("failure_retry_after_s", sa.Float),
        sa.Column("ttft_s", sa.Float),
        sa.Column("first_reasoning_s", sa.Float),
        sa.Column("decode_s", sa.Float),
        sa.Column("total_s", sa.Float),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reasoning_chars", sa.Integer, nullable=False),
        sa.Column("text_chars", sa.Integer, nullable=False),
        sa.Column("reasoning", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index(
        "ix_replies_conversation_id_position",
        "replies",
        ["conversation_id", "position"],
        unique=True,
    )
    op.create_index("ix_replies_message_id", "replies", ["message_id"])
    op.create_index("ix_replies_owner_started_at", "replies", ["owner", "started_at"])
    is_running = sa.text("outcome IS NULL")
    op.create_index(
        "ix_replies_running",
        "replies",
        ["process_id"],
        sqlite_where=is_running,
        postgresql_where=is_running,
    )
