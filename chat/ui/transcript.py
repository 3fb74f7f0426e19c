"""Finished turns as they stand on screen: what was asked, what was answered, how it ended."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from chat.conversations import Outcome, ReplyRecord, StoredTurn
from chat.segments import split
from chat.ui.plain import plain
from chat.ui.reply_stats import final_line
from chat.ui.wording import OUTCOMES, explain

ASSISTANT_AVATAR = ":material/bolt:"
USER_AVATAR = ":material/person:"

ModelName = Callable[[str], str]

_BADGES: dict[Outcome, tuple[str, str]] = {
    "truncated": ("orange", ":material/content_cut:"),
    "filtered": ("orange", ":material/filter_alt:"),
    "stopped": ("gray", ":material/stop_circle:"),
    "interrupted": ("orange", ":material/link_off:"),
    "failed": ("red", ":material/error:"),
}


def draw_turns(turns: Sequence[StoredTurn], model_name: ModelName) -> None:
    """Draws finished turns, oldest first."""
    for turn in turns:
        draw_user_message(turn.user.text)
        with st.chat_message("assistant", avatar=ASSISTANT_AVATAR):
            draw_finished_reply(turn.reply, model_name)


def draw_user_message(text: str) -> None:
    """Draws what the visitor said, as typed: nothing in it is taken for Markdown."""
    with st.chat_message("user", avatar=USER_AVATAR):
        st.text(text)


def draw_finished_reply(reply: ReplyRecord, model_name: ModelName) -> DeltaGenerator:
    """Draws a reply in the same elements that it was streamed in, so that nothing jumps.

    Returns:
        The place below it for what can be done with it; empty unless something is put there.
    """
    st.markdown(header(reply, model_name))
    if reply.reasoning:
        with st.expander("Reasoning", icon=":material/neurology:"):
            for block in _blocks(reply.reasoning):
                st.markdown(block)
    for block in _blocks(reply.text):
        st.markdown(block)
    if reply.failure is not None:
        draw_failure(reply)
    st.caption(plain(final_line(reply)))
    # Written even when it stays empty: what an earlier run put there would linger otherwise.
    return st.empty()


@lru_cache(maxsize=2048)
def _blocks(text: str) -> tuple[str, ...]:
    """The elements of a finished text; parsed once, however often the page is drawn."""
    return tuple(split(text))


def draw_failure(reply: ReplyRecord) -> None:
    """Says what happened to a failed reply and what can be done."""
    if reply.failure is None:
        return
    explanation = explain(reply.failure)
    box = st.warning if reply.outcome == "interrupted" else st.error
    box(plain(f"{explanation.happened} {explanation.to_do}"), icon=":material/error:")


def header(reply: ReplyRecord, model_name: ModelName) -> str:
    """The line above a reply: who answered, and how it ended where it did not end well."""
    name = _quiet(plain(model_name(reply.model)))
    if reply.outcome is None or reply.outcome == "completed":
        return name
    color, icon = _BADGES[reply.outcome]
    return f"{name} :small[:{color}-badge[{icon} {OUTCOMES[reply.outcome]}]]"


def live_header(name: str, figures: str) -> str:
    """The line above a reply that is being written."""
    badge = ":small[:green-badge[:material/bolt: streaming]]"
    return f"{_quiet(plain(name))} {badge} {_quiet(figures)}"


def _quiet(markdown: str) -> str:
    """Small and grey; not a caption, which would make the badge beside it too pale to read."""
    return f":small[:gray[{markdown}]]"
