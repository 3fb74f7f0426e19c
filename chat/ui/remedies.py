"""The buttons below a failure: one that does what the sentence says, and at most two beside it."""

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Literal

import streamlit as st

from chat.conversations import ReplyRecord
from chat.tree import Turn
from chat.ui import session
from chat.ui.explanation import Action
from chat.ui.intentions import (
    go_on,
    go_on_with,
    open_editor,
    point_at,
    regenerate,
    try_shorter,
    try_with,
)
from chat.ui.offered import model_name
from chat.ui.other_model import other_model
from chat.ui.plain import plain

COUNTDOWN_S = 1.0
ButtonType = Literal["primary", "secondary", "tertiary"]


def draw_remedies(turn: Turn, action: Action) -> None:
    """Draws what can be done about the last reply.

    Args:
        turn: Whose reply it is.
        action: What the main button does.
    """
    reply = turn.reply
    with st.container(key=f"remedies_{reply.id}", horizontal=True):
        match action:
            case "retry":
                draw_regenerate(reply, "primary")
            case "wait":
                _draw_wait(reply)
                _draw_try_with(reply, "secondary")
            case "continue":
                draw_go_on("primary")
                _draw_go_on_with(reply, "secondary")
                draw_regenerate(reply, "secondary")
            case "continue_with":
                if not _draw_go_on_with(reply, "primary"):
                    _draw_choose("primary")
                draw_go_on("secondary")
                draw_regenerate(reply, "secondary")
            case "shorten" | "reword":
                _draw_edit(turn)
            case "lower_max_tokens":
                _draw_try_shorter(reply)
            case "raise_limit":
                _draw_raise_limit(reply)
            case "enter_key":
                _draw_pointer("Enter a key", session.KEY_FIELD, ":material/key:")
                _draw_try_with(reply, "secondary")
            case "choose_model":
                has_other = _draw_try_with(reply, "primary")
                _draw_choose("secondary" if has_other else "primary")


def draw_go_on(kind: ButtonType = "tertiary") -> None:
    """Draws the button that continues the last reply."""
    st.button("Continue", key="go_on", icon=":material/play_arrow:", type=kind, on_click=go_on)


def draw_regenerate(reply: ReplyRecord, kind: ButtonType = "tertiary") -> bool:
    """Draws the button that asks again for the last reply; whether it was clicked."""
    return st.button(
        "Try again" if reply.failure is not None and not reply.text else "Regenerate",
        key="regenerate",
        icon=":material/refresh:",
        type=kind,
        on_click=regenerate,
    )


def retry_wait_s(reply: ReplyRecord, now: datetime) -> int:
    """Whole seconds that the upstream still wants us to wait; 0 where it does not say."""
    wanted_s = reply.failure.retry_after_s if reply.failure is not None else None
    ended_at = reply.started_at + timedelta(seconds=reply.timings.total_s or 0.0)
    passed_s = (now - ended_at).total_seconds()
    return max(0, ceil((wanted_s or 0.0) - passed_s))


def _draw_wait(reply: ReplyRecord) -> None:
    wait_s = retry_wait_s(reply, datetime.now(UTC))
    if wait_s:
        with st.container(width="content"):
            st.fragment(run_every=COUNTDOWN_S)(_draw_countdown)(reply)
    else:
        draw_regenerate(reply, "primary")


def _draw_countdown(reply: ReplyRecord) -> None:
    wait_s = retry_wait_s(reply, datetime.now(UTC))
    if not wait_s:
        st.rerun()
    st.button(
        f"Try again in {_duration(wait_s)}",
        key="regenerate",
        icon=":material/schedule:",
        type="primary",
        disabled=True,
    )


def _duration(wait_s: int) -> str:
    if wait_s < 100:
        return f"{wait_s} s"
    minutes = ceil(wait_s / 60)
    return f"{minutes} min" if minutes < 100 else f"{ceil(minutes / 60)} h"


def _draw_try_with(reply: ReplyRecord, kind: ButtonType) -> bool:
    """Draws the offer of another model; False where none can answer."""
    other = other_model(reply)
    if other is not None:
        st.button(
            f"Try with {plain(model_name(other))}",
            key="try_with",
            icon=":material/swap_horiz:",
            type=kind,
            wrap=True,
            on_click=try_with,
            args=(other,),
        )
    return other is not None


def _draw_go_on_with(reply: ReplyRecord, kind: ButtonType) -> bool:
    """Draws the offer to let another model continue; False where none can."""
    other = other_model(reply)
    if other is not None:
        st.button(
            f"Continue with {plain(model_name(other))}",
            key="go_on_with",
            icon=":material/swap_horiz:",
            type=kind,
            wrap=True,
            on_click=go_on_with,
            args=(other,),
        )
    return other is not None


def _draw_choose(kind: ButtonType) -> None:
    _draw_pointer("Choose another model", session.MODEL_BOX, ":material/list:", kind)


def _draw_edit(turn: Turn) -> None:
    st.button(
        "Edit the message",
        key="open_editor",
        icon=":material/edit:",
        type="primary",
        on_click=open_editor,
        args=(turn.user.id,),
    )


def _draw_try_shorter(reply: ReplyRecord) -> None:
    tokens = reply.failure.affordable_tokens if reply.failure is not None else None
    if tokens is not None:
        st.button(
            f"Try with at most {tokens:,} tokens",
            key="try_shorter",
            icon=":material/compress:",
            type="primary",
            on_click=try_shorter,
            args=(tokens,),
        )


def _draw_raise_limit(reply: ReplyRecord) -> None:
    which = reply.failure.error_type if reply.failure is not None else ""
    field = which if which in session.LIMITS else session.ANSWER_USD
    _draw_pointer("Raise the limit", field, ":material/savings:")


def _draw_pointer(label: str, field: str, icon: str, kind: ButtonType = "primary") -> None:
    st.button(label, key=f"point_{field}", icon=icon, type=kind, on_click=point_at, args=(field,))
