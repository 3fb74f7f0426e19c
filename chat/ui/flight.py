"""The flight recorder of one answer: what its life was, and the answer once more.

On the metrics page, where its address names a reply. How it is drawn in parts is in the files of
this beginning; what is drawn follows from the log alone.
"""

from collections.abc import Sequence

import streamlit as st

from chat.conversations import ReplyRecord
from chat.errors import StoreError
from chat.flight import growth_of, legs_of, words_of
from chat.recorded_log import LogUnreadable, decode_log
from chat.ui import session
from chat.ui.flight_charts import draw_growth, draw_timeline
from chat.ui.flight_link import REPLY
from chat.ui.flight_replay import draw_replay
from chat.ui.flight_tab import Recording
from chat.ui.flight_words import draw_words
from chat.ui.offered import model_name
from chat.ui.plain import plain
from chat.ui.reply_header import ENDINGS
from chat.ui.reply_stats import NOT_KNOWN, final_line, seconds
from chat.ui.wiring import services
from chat.ui.wording import explain

RIVALS = 50
"""Answers that can be raced against: the newest."""
NOT_FOUND = "This answer does not exist, or it is not yours."


def draw_named() -> bool:
    """Draws the flight of the reply that the address names; False where it names none."""
    named = st.query_params.get(REPLY)
    if not named:
        return False
    st.page_link("metrics.py", label="All answers", icon=":material/arrow_back:")
    draw(named)
    return True


def draw(reply_id: str) -> None:
    """Draws the flight of one of the visitor's replies; while it is replayed until its end."""
    tab = session.tab()
    tab.flight.show(reply_id)
    st.header("Flight recorder")
    try:
        recording = _recording(tab, reply_id)
    except StoreError as error:
        said = f"{plain(str(error))} Reload the page in a moment."
        st.warning(said, icon=":material/database_off:")
        return
    if recording is None:
        st.info(NOT_FOUND, icon=":material/search_off:")
        return
    _draw_figures(recording.reply)
    if not recording.log:
        st.info("Its course was not recorded.", icon=":material/history_toggle_off:")
        return
    reply = recording.reply
    st.subheader("Its life")
    draw_timeline(legs_of(recording.log))
    st.subheader("How it grew")
    draw_growth(
        growth_of(recording.log, reply.tokens.count), is_estimated=reply.tokens.is_estimated
    )
    if reply.text:
        with st.expander("Its text, by the pause before each word", expanded=True):
            draw_words(words_of(recording.log))
    st.subheader("Replay")
    rival = _choose_rival(tab, reply)
    draw_replay(tab.flight, [recording] if rival is None else [recording, rival])


def _recording(tab: session.Tab, reply_id: str) -> Recording | None:
    """A reply of the visitor's that has ended, and its log."""
    held = tab.flight.recordings
    if reply_id in held and held[reply_id].reply.owner == tab.owner:
        return held[reply_id]
    kept = services().kept.store
    reply = services().measuring.measured.load_reply(tab.owner, reply_id)
    if reply is None:
        return None
    data = kept.load_log(tab.owner, reply_id)
    try:
        log = decode_log(data, reply.text, reply.reasoning) if data is not None else []
    except LogUnreadable:
        log = []
    held[reply_id] = Recording(reply, log)
    return held[reply_id]


def _draw_figures(reply: ReplyRecord) -> None:
    """What was measured, beside what the browser painted and what the provider says."""
    ended = f" :small[{ENDINGS[reply.outcome]}]" if reply.outcome in ENDINGS else ""
    st.markdown(f"**{plain(model_name(reply.model))}**{ended}")
    painted, said = reply.painted, reply.said
    tokens = NOT_KNOWN if said.completion_tokens is None else f"{said.completion_tokens:,}"
    behind = f"{seconds(painted.lag_p50_s)} (p50), {seconds(painted.lag_p95_s)} (p95)"
    tries = f" (failed tries: {seconds(reply.timings.retry_s)})" if reply.tries > 1 else ""
    browser = f"first text after {seconds(painted.ttft_s)}{tries} · behind by {behind}"
    provider = f"TTFT {seconds(said.latency_s)} · {seconds(said.generation_s)} of writing"
    lines = [
        f"You saw: {final_line(reply)}",
        f"Your browser painted: {browser} · longest freeze {seconds(painted.freeze_s)}",
        f"The provider says: {provider} · {tokens} tokens",
    ]
    if reply.failure is not None:
        lines.insert(0, explain(reply.failure).happened)
    st.caption("  \n".join(plain(line) for line in lines))


def _choose_rival(tab: session.Tab, reply: ReplyRecord) -> Recording | None:
    """The answer to race against, or None."""
    try:
        newest = services().kept.store.list_replies(tab.owner, RIVALS)
        rivals = [held for held in newest if held.id != reply.id and held.text_chars]
        chosen = _draw_rivals(rivals, f"flight_rival_{reply.id}")
        rival = _recording(tab, chosen) if chosen is not None else None
    except StoreError:
        return None
    if (chosen or "") != tab.flight.other_id:
        tab.flight.pause()
        tab.flight.other_id, tab.flight.from_s = chosen or "", None
    return rival if rival is not None and rival.log else None


def _draw_rivals(rivals: Sequence[ReplyRecord], key: str) -> str | None:
    names = {
        held.id: f"{model_name(held.model)} · {held.started_at:%d %b %H:%M:%S} UTC"
        for held in rivals
    }
    return st.selectbox(
        "Race against",
        list(names),
        index=None,
        placeholder="Another answer",
        format_func=lambda reply_id: names.get(reply_id, reply_id),
        disabled=not names,
        key=key,
    )
