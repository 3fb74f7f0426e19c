"""A batch on screen: how far it is, what came of each lane, every answer, and the files of it."""

from collections.abc import Callable
from math import ceil

import pandas as pd
import streamlit as st

from chat.batch import Figures, LaneResult, OpenedBatch, results_of, time_left_s
from chat.batch_files import csv_of, json_of
from chat.errors import ChatError, StoreError
from chat.refusals import MessageRefused
from chat.ui import session
from chat.ui.batch_intentions import delete_batch, pause_batch, resume_batch, show_batch
from chat.ui.intentions import granted
from chat.ui.lane_asks import ask_of, can_answer, lane_name
from chat.ui.lane_setup import LETTERS
from chat.ui.plain import plain
from chat.ui.polling import look_again_every
from chat.ui.reply_stats import NOT_KNOWN, cost
from chat.ui.wiring import services
from chat.ui.wording import OUTCOMES, refuse

LOOK_S = 1.0
ROW_CHARS = 400
"""How much of an answer the table shows; the files have all of it."""


def open_batch(tab: session.Tab) -> OpenedBatch | None:
    """The batch that the tab shows, as it stands now; it goes on where nobody runs it.

    Raises:
        StoreError: it cannot be read now.
    """
    batch_id = tab.race.batch_id
    if batch_id is None:
        return None
    batching = services().batching
    opened = batching.open(tab.owner, batch_id)
    if opened is None or opened.batch.is_paused or opened.is_finished:
        return opened
    # As after a restart: the keys to ask with are this tab's, and were gone with the process.
    is_left = opened.done + opened.running < len(opened.items)
    if is_left and not batching.is_run_here(batch_id) and not _wanting(opened):
        granted(tab, "", lambda: batching.resume(tab.owner, batch_id, ask_of))
    return opened


def draw_batch(tab: session.Tab, opened: OpenedBatch, *, is_narrow: bool) -> None:
    """Draws it; while it runs the page is drawn anew each second."""
    batch = opened.batch
    with st.container(horizontal=True, vertical_alignment="center", key="batch_controls"):
        if opened.is_finished:
            st.markdown("**Batch: done**", width="stretch")
        elif batch.is_paused:
            st.markdown("**Batch: paused**", width="stretch")
            _draw_button(
                "Resume",
                "resume_batch",
                "play_arrow",
                resume_batch,
                batch.id,
                is_off=bool(_wanting(opened)),
            )
        else:
            st.markdown("**Batch: running**", width="stretch")
            _draw_button("Pause", "pause_batch", "pause", pause_batch, batch.id)
        _draw_button("Delete", "delete_batch", "delete", delete_batch, batch.id)
        _draw_button("New", "new_batch", "add", show_batch, None)
    st.progress(opened.done / len(opened.items), text=_progress(opened))
    _draw_hindrance(opened)
    _draw_results(opened, is_narrow=is_narrow)
    if opened.running or not (batch.is_paused or opened.is_finished):
        look_again_every(LOOK_S)
        return
    whole = _with_texts(tab, opened)
    if whole is not None:
        _draw_answers(whole)
        _draw_files(whole)


def _draw_button(
    label: str,
    key: str,
    icon: str,
    act: Callable[..., None],
    batch_id: str | None,
    *,
    is_off: bool = False,
) -> None:
    st.button(
        label,
        key=key,
        icon=f":material/{icon}:",
        type="tertiary",
        on_click=act,
        args=(batch_id,),
        disabled=is_off,
    )


def _progress(opened: OpenedBatch) -> str:
    """How far it is, in words: "12 of 40 answers · 1 failed · about 34 s left"."""
    parts = [f"{opened.done} of {len(opened.items)} answers"]
    if opened.failed:
        parts.append(f"{opened.failed} failed")
    if opened.batch.is_paused and opened.running:
        parts.append(f"{opened.running} still being written")
    left_s = time_left_s(opened)
    if not opened.is_finished and not opened.batch.is_paused:
        parts.append(f"about {_spell(left_s)} left" if left_s is not None else "time left: n/a")
    return " · ".join(parts)


def _spell(left_s: float) -> str:
    return f"{ceil(left_s)} s" if left_s < 90 else f"{ceil(left_s / 60)} min"


def _draw_hindrance(opened: OpenedBatch) -> None:
    """Says why nothing more is asked, where it is not the visitor's wish."""
    wanting = _wanting(opened)
    if wanting and not opened.is_finished and not services().batching.is_run_here(opened.batch.id):
        st.warning(
            plain(f"{', '.join(wanting)}: an OpenRouter key is needed to go on."),
            icon=":material/key:",
        )
    fault = services().batching.fault(opened.batch.id)
    if fault is not None and opened.batch.is_paused:
        st.warning(plain(f"It was paused by itself: {_sentence(fault)}"), icon=":material/pause:")


def _sentence(fault: ChatError) -> str:
    return refuse(fault.reason, "", 0) if isinstance(fault, MessageRefused) else str(fault)


def _wanting(opened: OpenedBatch) -> list[str]:
    """The names of lanes that cannot be asked without a key."""
    return [lane_name(setup) for setup in opened.batch.setups if not can_answer(setup.model)]


def _draw_results(opened: OpenedBatch, *, is_narrow: bool) -> None:
    rows = [
        {"Lane": letter if is_narrow else f"{letter} · {plain(lane_name(setup))}"} | _row(result)
        for letter, setup, result in zip(
            LETTERS, opened.batch.setups, results_of(opened), strict=False
        )
    ]
    table = pd.DataFrame(rows).set_index("Lane")
    st.table(table[["Done", "TTFT", "tok/s"]] if is_narrow else table)
    st.caption("Median, and in brackets the 95th percentile, over the whole answers of a lane.")


def _row(result: LaneResult) -> dict[str, str]:
    failed = f", {result.failed} failed" if result.failed else ""
    return {
        "Done": f"{result.whole}{failed}",
        "TTFT": _figures(result.ttft_s, "{:.2f}", " s"),
        "tok/s": _figures(result.tok_s, "{:.1f}", ""),
        "Total": _figures(result.total_s, "{:.2f}", " s"),
        "Cost": plain(cost(result.cost_usd)) if result.cost_usd is not None else NOT_KNOWN,
    }


def _figures(figures: Figures, form: str, unit: str) -> str:
    if figures.median is None or figures.p95 is None:
        return NOT_KNOWN
    return f"{form.format(figures.median)} ({form.format(figures.p95)}){unit}"


def _with_texts(tab: session.Tab, opened: OpenedBatch) -> OpenedBatch | None:
    try:
        return services().batching.open(tab.owner, opened.batch.id, with_texts=True)
    except StoreError:
        return None  # the page says already that the database is away


def _draw_answers(opened: OpenedBatch) -> None:
    rows = []
    for item in opened.items:
        reply = item.reply
        outcome = reply.outcome if reply is not None else None
        rows.append(
            {
                "Prompt": opened.batch.prompts[item.prompt],
                "Lane": LETTERS[item.lane],
                "Outcome": OUTCOMES[outcome] if outcome is not None else "Not asked",
                "TTFT (s)": reply.timings.ttft_s if reply is not None else None,
                "tok/s": reply.throughput_tok_s if reply is not None else None,
                "Total (s)": reply.timings.total_s if reply is not None else None,
                "Answer": reply.text[:ROW_CHARS] if reply is not None else "",
            }
        )
    number = st.column_config.NumberColumn(format="%.2f")
    config = dict.fromkeys(("TTFT (s)", "tok/s", "Total (s)"), number)
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=config)


def _draw_files(opened: OpenedBatch) -> None:
    files = {"csv": (csv_of, "text/csv"), "json": (json_of, "application/json")}
    with st.container(horizontal=True, key="batch_files"):
        for ending, (write, kind) in files.items():
            st.download_button(
                f"Download {ending.upper()}",
                write(opened, lane_name),
                f"tickertape-batch.{ending}",
                kind,
                key=f"batch_{ending}",
                icon=":material/download:",
                on_click="ignore",
            )
