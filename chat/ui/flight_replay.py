"""The replay in the flight recorder: its controls, and one or two answers written once more.

The text is drawn by the renderer of live text, from a log that a replay fills.
"""

import time
from collections.abc import Sequence

import streamlit as st

from chat.metrics import estimated_tokens
from chat.pacing import Load
from chat.recorder import record_of
from chat.replay import Replay, until
from chat.reply import ReplyFold
from chat.ui import session
from chat.ui.flight_scrubber import draw_scrubber
from chat.ui.flight_tab import FlightTab, Recording
from chat.ui.live_reply import draw_live_reply
from chat.ui.live_state import LiveState
from chat.ui.plain import plain
from chat.ui.race_watch import RaceWatch
from chat.ui.reply_stats import seconds
from chat.ui.transcript import draw_finished_text
from chat.ui.wiring import services

SPEEDS = (1.0, 2.0, 4.0)
TEXT_PX = 360
WAIT_S = 0.1


def draw_replay(held: FlightTab, recordings: Sequence[Recording]) -> None:
    """Draws the controls and the texts; while it plays this lasts until the end.

    Args:
        held: What the tab knows.
        recordings: One answer, or two that race.
    """
    _draw_controls(held, recordings)
    columns = st.columns(len(recordings))
    if held.plays:
        _draw_playing(held, recordings, columns)
        return
    for column, recording in zip(columns, recordings, strict=True):
        with column:
            _draw_standing(recording, held.from_s)


def _draw_controls(held: FlightTab, recordings: Sequence[Recording]) -> None:
    length_s = max(recording.length_s for recording in recordings)
    with st.container(horizontal=True, vertical_alignment="bottom", key="flight_controls"):
        is_playing = bool(held.plays)
        st.button(
            "Pause" if is_playing else "Replay",
            key="flight_pause" if is_playing else "flight_play",
            icon=":material/pause:" if is_playing else ":material/play_arrow:",
            on_click=held.pause if is_playing else play,
            args=() if is_playing else (held, recordings),
        )
        speed = st.radio(
            "Speed",
            SPEEDS,
            horizontal=True,
            format_func=lambda speed: f"{speed:.0f}×",
            key="flight_speed",
        )
    if speed != held.speed:
        held.speed = speed
        if held.plays:
            held.pause()
            play(held, recordings)
    at_s = held.position_s
    put = draw_scrubber(
        length_s if at_s is None else at_s, length_s, held.speed, is_playing=bool(held.plays)
    )
    if put is not None and put[1] != held.scrubbed:
        _scrub(held, recordings, *put)
        st.rerun()


def play(held: FlightTab, recordings: Sequence[Recording]) -> None:
    """Begins to play from where it stands; from the beginning where that is the end."""
    length_s = max(recording.length_s for recording in recordings)
    from_s = 0.0 if held.from_s is None or held.from_s >= length_s else held.from_s
    plays = []
    for recording in recordings:
        reply = recording.reply
        names = (reply.id, reply.owner, reply.conversation_id, reply.model)
        plays.append(Replay(recording.log, names, time.monotonic, held.speed, from_s))
    held.plays = tuple(plays)
    for replay in plays:
        services().engine.spawn(replay.run())


def _scrub(held: FlightTab, recordings: Sequence[Recording], put_s: float, moment: float) -> None:
    """Goes where the scrubber was put; what plays goes on from there."""
    is_playing = bool(held.plays)
    held.pause()
    held.from_s, held.scrubbed = put_s, moment
    if is_playing:
        play(held, recordings)


def _draw_playing(
    held: FlightTab,
    recordings: Sequence[Recording],
    columns: Sequence[st.delta_generator.DeltaGenerator],
) -> None:
    watch = RaceWatch()
    for number, (column, recording, replay) in enumerate(
        zip(columns, recordings, held.plays, strict=True)
    ):
        watch.add(str(number))
        with column:
            _stream_beside(recording, replay, watch, str(number))
    while watch.draw_ended(WAIT_S):
        session.yield_to_clicks()
    held.plays, held.from_s = (), None
    st.rerun()


def _stream_beside(recording: Recording, replay: Replay, watch: RaceWatch, name: str) -> None:
    """Streams one answer in a fragment of its own, beside which the other runs."""

    def draw() -> None:
        head = st.empty()

        def tick(fold: ReplyFold, _state: LiveState) -> None:
            head.markdown(_head(recording, fold, replay.position_s))

        with st.container(height=TEXT_PX, border=True, autoscroll=True):
            fold = draw_live_reply(replay.live, tick, Load)
        head.markdown(_head(recording, fold, recording.length_s))
        watch.end(name, lambda: None)

    st.fragment(draw, parallel=True)()


def _draw_standing(recording: Recording, at_s: float | None) -> None:
    """What was there at a moment; all of it at the end."""
    fold = ReplyFold()
    fold.feed(recording.log if at_s is None else until(recording.log, at_s))
    st.empty().markdown(_head(recording, fold, recording.length_s if at_s is None else at_s))
    with st.container(height=TEXT_PX, border=True, autoscroll=True):
        draw_finished_text(record_of(recording.reply, fold), is_last=True)


def _head(recording: Recording, fold: ReplyFold, at_s: float) -> str:
    tokens = estimated_tokens(fold.text_chars + fold.reasoning_chars)
    figures = f"{min(at_s, recording.length_s):.1f} s · ≈ {tokens:,} tokens"
    if fold.timings.ttft_s is not None:
        figures += f" · TTFT {seconds(fold.timings.ttft_s)}"
    return f"**{plain(recording.reply.model)}**  \n:small[:gray[{plain(figures)}]]"
