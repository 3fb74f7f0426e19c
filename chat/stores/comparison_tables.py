"""The tables of comparisons, beside those of `schema`. No query here.

    comparisons ──< comparison_lanes        a lane's id is also its conversation's
         └──< comparison_rounds ──< comparison_entries

Conversations, messages and replies are not referred to by keys: a lane's conversation may be
deleted like any other, and the comparison then says that the answer is gone.
"""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Table

from chat.stores.columns import Number, PlainText, UtcMoment
from chat.stores.schema import metadata

comparisons = Table(
    "comparisons",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", PlainText, nullable=False),
    Column("owner", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("is_blind", Boolean, nullable=False),
    Column("deleted_at", UtcMoment),
    Index("ix_comparisons_id", "id", unique=True),
    Index("ix_comparisons_owner", "owner"),
)

comparison_lanes = Table(
    "comparison_lanes",
    metadata,
    Column("number", Number, primary_key=True),  # also the order on the screen
    Column("id", PlainText, nullable=False),
    Column("comparison_id", PlainText, ForeignKey("comparisons.id"), nullable=False),
    Column("setup", PlainText, nullable=False),  # JSON, as `LaneSetup`
    Index("ix_comparison_lanes_id", "id", unique=True),
    Index("ix_comparison_lanes_comparison_id", "comparison_id"),
)

comparison_rounds = Table(
    "comparison_rounds",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", PlainText, nullable=False),
    Column("comparison_id", PlainText, ForeignKey("comparisons.id"), nullable=False),
    Column("text", PlainText, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("verdict", PlainText),  # None until the vote
    Column("best_lane_id", PlainText),
    Column("voted_at", UtcMoment),
    Column("voted_blind", Boolean),
    Index("ix_comparison_rounds_id", "id", unique=True),
    Index("ix_comparison_rounds_comparison_id", "comparison_id"),
)

comparison_entries = Table(
    "comparison_entries",
    metadata,
    Column("round_id", PlainText, ForeignKey("comparison_rounds.id"), primary_key=True),
    Column("lane_id", PlainText, ForeignKey("comparison_lanes.id"), primary_key=True),
    Column("message_id", PlainText, nullable=False),
    Column("start_s", Float),
)

lane_presets = Table(
    "lane_presets",
    metadata,
    Column("owner", PlainText, primary_key=True),
    Column("name", PlainText, primary_key=True),
    Column("setups", PlainText, nullable=False),  # a JSON list, as `LaneSetup`
)
