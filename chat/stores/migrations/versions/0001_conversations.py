"""Conversations and what belongs to them. A shipped migration is never edited; write the next."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables."""
    _make_conversations()
    _make_messages()
    _make_replies()
    _make_reply_logs()
    _make_queued_messages()
    op.create_table(
        "processes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("beat_at", MOMENT, nullable=False),
    )


def _make_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("leaf_id", sa.Text),
        sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("deleted_at", MOMENT),
    )
    order = ["owner", "pinned", "updated_at", "id"]
    _index("list", "conversations", *order, where="deleted_at IS NULL")
    _index("deleted_at", "conversations", "deleted_at", where="deleted_at IS NOT NULL")


def _make_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("parent_id", sa.Text),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("deleted_at", MOMENT),
        sa.Column("deleted_with", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
    )
    _index("id", "messages", "id", unique=True)
    _index("conversation_id", "messages", "conversation_id")
    _index("parent_id", "messages", "parent_id")
    _index("deleted_at", "messages", "deleted_at", where="deleted_at IS NOT NULL")


def _make_replies() -> None:
    op.create_table(
        "replies",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("former_owner", sa.Text),
        sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("message_id", sa.Text, sa.ForeignKey("messages.id"), nullable=False),
        sa.Column("continues_id", sa.Text),
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
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("reasoning_chars", sa.Integer, nullable=False),
        sa.Column("text_chars", sa.Integer, nullable=False),
        sa.Column("reasoning", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    _index("id", "replies", "id", unique=True)
    _index("conversation_id", "replies", "conversation_id")
    _index("message_id", "replies", "message_id")
    _index("owner_started_at", "replies", "owner", "started_at")
    _index("running", "replies", "process_id", where="outcome IS NULL")


def _make_reply_logs() -> None:
    op.create_table(
        "reply_logs",
        sa.Column("reply_id", sa.Text, sa.ForeignKey("replies.id"), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def _make_queued_messages() -> None:
    op.create_table(
        "queued_messages",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    _index("id", "queued_messages", "id", unique=True)
    _index("conversation_id", "queued_messages", "conversation_id")


def _index(
    name: str, table: str, *columns: str, unique: bool = False, where: str | None = None
) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(
        f"ix_{table}_{name}",
        table,
        list(columns),
        unique=unique,
        sqlite_where=only,
        postgresql_where=only,
    )
