"""Comparisons: lanes, rounds, votes, lanes under a name. Never edited once shipped."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables."""
    _make_comparisons()
    _make_lanes()
    _make_rounds()
    op.create_table(
        "lane_presets",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("setups", sa.Text, nullable=False),
    )


def _make_comparisons() -> None:
    op.create_table(
        "comparisons",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("is_blind", sa.Boolean, nullable=False),
        sa.Column("deleted_at", MOMENT),
    )
    op.create_index("ix_comparisons_id", "comparisons", ["id"], unique=True)
    op.create_index("ix_comparisons_owner", "comparisons", ["owner"])


def _make_lanes() -> None:
    op.create_table(
        "comparison_lanes",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("comparison_id", sa.Text, sa.ForeignKey("comparisons.id"), nullable=False),
        sa.Column("setup", sa.Text, nullable=False),
    )
    op.create_index("ix_comparison_lanes_id", "comparison_lanes", ["id"], unique=True)
    op.create_index("ix_comparison_lanes_comparison_id", "comparison_lanes", ["comparison_id"])


def _make_rounds() -> None:
    op.create_table(
        "comparison_rounds",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("comparison_id", sa.Text, sa.ForeignKey("comparisons.id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("best_lane_id", sa.Text),
        sa.Column("voted_at", MOMENT),
        sa.Column("voted_blind", sa.Boolean),
    )
    op.create_index("ix_comparison_rounds_id", "comparison_rounds", ["id"], unique=True)
    op.create_index("ix_comparison_rounds_comparison_id", "comparison_rounds", ["comparison_id"])
    op.create_table(
        "comparison_entries",
        sa.Column("round_id", sa.Text, sa.ForeignKey("comparison_rounds.id"), primary_key=True),
        sa.Column("lane_id", sa.Text, sa.ForeignKey("comparison_lanes.id"), primary_key=True),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("start_s", sa.Float),
    )
