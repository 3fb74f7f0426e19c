"""The metrics page's table of replies: for reading, sorting and screen readers."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from chat.conversations import ReplyRecord
from chat.reply_rows import COLUMNS, row_of
from chat.ui.flight_link import open_flight
from chat.ui.metrics_words import kind_name
from chat.ui.wording import OUTCOMES

SHOWN = 500
"""Rows that are sent to the browser; the order is the database's, so they are the first of all."""
OPENS = "Choose a row to open its flight recorder."
OPENS_NOT = "Figures only: the texts of others are theirs. Your own answers open without this view."
MODEL_PX = 150
"""A pinned column as wide as a long name would leave a phone no room for the figures."""
_ALT = "Answers with their figures"
_PANDAS = {int: "Int64", float: "float64", bool: "bool", str: "object"}
_SECONDS = {
    "ttft_s": "TTFT (s)",
    "total_s": "Total (s)",
    "connect_s": "Connect (s)",
    "queue_s": "Queue (s)",
    "reasoning_s": "Reasoning (s)",
    "gap_p95_s": "Gap p95 (s)",
    "gap_max_s": "Longest gap (s)",
    "stall_s": "Stalled (s)",
    "retry_s": "Retries (s)",
    "painted_ttft_s": "Painted TTFT (s)",
    "paint_lag_p95_s": "Paint lag p95 (s)",
    "paint_freeze_s": "Longest freeze (s)",
    "said_ttft_s": "Provider's TTFT (s)",
    "said_generation_s": "Provider's writing (s)",
}
_ORDER = (
    "started_at",
    "model",
    "served_model",
    "upstream_provider",
    "outcome",
    "failure_kind",
    "ttft_s",
    "tok_s",
    "total_s",
    "tokens",
    "tokens_estimated",
    "prompt_tokens",
    "cost_usd",
    "connect_s",
    "queue_s",
    "reasoning_s",
    "gap_p95_s",
    "gap_max_s",
    "stalls",
    "stall_s",
    "tries",
    "retry_s",
    "painted_ttft_s",
    "paint_lag_p95_s",
    "paint_freeze_s",
    "said_ttft_s",
    "said_generation_s",
)


def table_of(replies: Sequence[ReplyRecord]) -> pd.DataFrame:
    """One row for each reply, in their order.

    Returns:
        The columns of `reply_rows.COLUMNS`; times in UTC, unknown figures missing.
    """
    table = pd.DataFrame([row_of(reply) for reply in replies], columns=[*COLUMNS])
    for name, kind in COLUMNS.items():
        table[name] = (
            table[name].astype(_PANDAS[kind])  # type: ignore[call-overload] # a name out of four
            if kind in _PANDAS
            else pd.to_datetime(table[name], utc=True)
        )
    return table


def draw_table(replies: Sequence[ReplyRecord], *, is_own: bool) -> None:
    """Draws the table; a row that is chosen opens its flight recorder, and ends the run.

    Args:
        replies: The rows.
        is_own: They are the visitor's. What others were told is not the operator's to read: a
            row of everybody's opens nothing.
    """
    table = table_of(replies)
    table["outcome"] = table["outcome"].map(OUTCOMES)
    table["failure_kind"] = table["failure_kind"].map(kind_name, na_action="ignore")
    st.caption(OPENS if is_own else OPENS_NOT)
    if not is_own:
        st.dataframe(table, hide_index=True, alt=_ALT, column_order=_ORDER, column_config=_config())
        return
    told = st.dataframe(
        table,
        hide_index=True,
        alt=_ALT,
        column_order=_ORDER,
        key="replies",
        on_select="rerun",
        selection_mode="single-row",
        column_config=_config(),
    )
    for place in told["selection"]["rows"]:
        open_flight(replies[place].id)


def _config() -> dict[str, Any]:
    """How the columns are called and written."""
    config = st.column_config
    return {
        "started_at": config.DatetimeColumn("Asked", format="YYYY-MM-DD HH:mm:ss"),
        "model": config.TextColumn("Model", pinned=True, width=MODEL_PX),
        "served_model": "Answered by",
        "upstream_provider": "Provider",
        "outcome": "Outcome",
        "failure_kind": "Failure",
        "tok_s": config.NumberColumn("tok/s", format="%.1f"),
        "tokens": config.NumberColumn("Tokens", format="localized"),
        "tokens_estimated": config.CheckboxColumn("Estimated"),
        "prompt_tokens": config.NumberColumn("Prompt tokens", format="localized"),
        "cost_usd": config.NumberColumn("Cost (USD)", format="%.6f"),
        "stalls": "Stalls",
        "tries": "Tries",
        **{name: config.NumberColumn(label, format="%.3f") for name, label in _SECONDS.items()},
    }
