"""A comparison on screen: its rounds, the lanes side by side, the vote, what came of it."""

import time
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from chat.comparison import MAX_LANES, Comparison, Round, Verdict, Vote
from chat.errors import StoreError
from chat.opened_comparison import Cell, OpenedComparison
from chat.ui import session
from chat.ui.finish_watch import note_finished
from chat.ui.lane import Face, LaneView, draw_lane
from chat.ui.lane_asks import lane_name
from chat.ui.lane_diff import draw_diff
from chat.ui.lane_setup import LETTERS, draw_lane_box
from chat.ui.limits_box import prices_of
from chat.ui.notices import StoreNotice
from chat.ui.offered import offered
from chat.ui.plain import plain
from chat.ui.polling import look_again_every
from chat.ui.race_hosts import draw_host_figures
from chat.ui.race_intentions import delete_race, join, race_again, retry, show_race, stop, vote
from chat.ui.race_results import draw_results
from chat.ui.race_start import StartLine
from chat.ui.race_tab import NARROW
from chat.ui.race_watch import RaceWatch
from chat.ui.visit import is_phone
from chat.ui.wiring import services

SWIPED_PX = 310
FIT_AT_FIRST = 3
"""How many lanes are taken to fit side by side until the page was measured."""
WAIT_S = 0.05
PAINT_S = 0.3
ELSEWHERE_S = 1.0
EARLIER = 20
JOIN_BOX = "join_box"


def open_race(tab: session.Tab) -> OpenedComparison | None:
    """The comparison that the tab shows, as it stands now; None where there is none.

    Raises:
        StoreError: it cannot be read now.
    """
    if tab.race.race_id is None:
        return None
    opened = services().comparing.open(tab.owner, tab.race.race_id)
    if opened is not None:
        tab.race.lane_ids |= {lane.id for lane in opened.comparison.lanes}
    return opened


def draw_race_menu(tab: session.Tab, opened: OpenedComparison | None) -> None:
    """Draws what leads to another comparison, and what can be done with this one."""
    if opened is not None:
        race = opened.comparison
        st.button("New", icon=":material/add:", key="new_race", on_click=show_race, args=(None,))
        with st.popover("More", icon=":material/more_horiz:", type="tertiary"):
            if not race.is_hidden:
                st.button(
                    "Race these lanes again",
                    icon=":material/replay:",
                    key="race_again",
                    on_click=race_again,
                    args=([lane.setup for lane in race.lanes],),
                )
            st.button(
                "Delete this comparison",
                icon=":material/delete:",
                key="delete_race",
                on_click=delete_race,
                args=(race.id,),
            )
    _draw_earlier(tab)


def faces_of(race: Comparison) -> dict[str, Face]:
    """What each lane is called, by its id."""
    prices = prices_of(offered().models)
    return {
        lane.id: Face(letter, "")
        if race.is_hidden
        else Face(letter, lane_name(lane.setup), prices.get(lane.setup.model))
        for letter, lane in zip(LETTERS, race.lanes, strict=False)
    }


def draw_race(tab: session.Tab, opened: OpenedComparison, store_notice: StoreNotice) -> None:
    """Draws the rounds; while lanes stream this lasts until all have ended, then it is redrawn."""
    race, faces, watch = opened.comparison, faces_of(opened.comparison), RaceWatch()

    def views_of(held: Round, said: Sequence[Cell], *, can_act: bool) -> list[LaneView]:
        chars = len(held.text)
        return [
            LaneView(
                race.id,
                faces[cell.lane.id],
                cell,
                chars,
                len(said),
                can_act,
                # Who is refused may be told by whose model it is.
                "" if race.is_hidden else tab.race.refused.get(cell.lane.id, ""),
            )
            for cell in said
        ]

    *earlier, (last, cells) = zip(race.rounds, opened.cells, strict=True)
    for number, (held, said) in enumerate(earlier, 1):
        with st.expander(f"Round {number}: {plain(held.text[:80])}"):
            _draw_lanes(tab, held.id, views_of(held, said, can_act=False), watch)
    with st.chat_message("user", avatar=":material/person:"):
        st.text(last.text)
    is_running = any(cell.is_running for cell in cells)
    start = _draw_controls(tab, race, last, cells, is_running=is_running)
    _draw_lanes(tab, last.id, views_of(last, cells, can_act=True), watch)
    if watch.has_lanes:
        _await_end(tab, watch, store_notice, start)
    elif is_running:
        look_again_every(ELSEWHERE_S)
    else:
        _draw_after(tab, race, last, cells)


def _draw_controls(
    tab: session.Tab, race: Comparison, held: Round, cells: Sequence[Cell], *, is_running: bool
) -> StartLine:
    with st.container(horizontal=True, vertical_alignment="center", key="race_controls"):
        with st.container(width="stretch"):
            start = StartLine(tab, race.id, held, is_running=is_running)
        if is_running:
            st.button(
                "Stop all",
                key="halt_all",
                icon=":material/stop_circle:",
                on_click=stop,
                args=([cell for cell in cells if cell.is_running],),
            )
            return start
        lane_ids = [cell.lane.id for cell in cells]
        st.button(
            "Try all again",
            key="retry_all",
            icon=":material/refresh:",
            type="tertiary",
            on_click=retry,
            args=(race.id, lane_ids),
        )
        if len(race.lanes) < MAX_LANES and not race.is_hidden:
            with st.popover("Add a lane", icon=":material/add:", type="tertiary"):
                key = f"{JOIN_BOX}-{len(race.lanes)}"
                draw_lane_box(key, lambda box: join(race.id, box))
    return start


def _draw_lanes(
    tab: session.Tab, round_id: str, views: Sequence[LaneView], watch: RaceWatch
) -> None:
    fit = _fit(tab)
    if fit == NARROW:
        with st.container(horizontal=True, wrap=False, key=f"lanes_{round_id}"):
            for view in views:
                with st.container(width=SWIPED_PX, key=_key_of(view, round_id)):
                    draw_lane(view, watch)
        return
    rows = -(-len(views) // fit)
    side_by_side = -(-len(views) // rows)
    for start in range(0, len(views), side_by_side):
        columns = st.columns(side_by_side)
        for column, view in zip(columns, views[start : start + side_by_side], strict=False):
            with column, st.container(key=_key_of(view, round_id)):
                draw_lane(replace(view, side_by_side=side_by_side), watch)


def is_narrow(tab: session.Tab) -> bool:
    """Whether lanes do not fit side by side on the visitor's screen."""
    return _fit(tab) == NARROW


def _fit(tab: session.Tab) -> int:
    """How many lanes fit side by side; a guess until the page was measured."""
    if tab.race.fit is not None:
        return tab.race.fit
    return NARROW if is_phone() else FIT_AT_FIRST


def _key_of(view: LaneView, round_id: str) -> str:
    return f"lane_{view.face.letter}_{round_id}"


def _await_end(
    tab: session.Tab, watch: RaceWatch, store_notice: StoreNotice, start: StartLine
) -> None:
    while watch.draw_ended(WAIT_S):
        session.yield_to_clicks()
        store_notice.draw()
        note_finished(tab)
        start.look()
    # The last words are painted first: a chart keeps the browser for up to a second.
    time.sleep(PAINT_S)
    session.yield_to_clicks()
    # Ranks, charts and the vote are drawn by the next run, below the same lanes.
    st.rerun()


def _draw_after(tab: session.Tab, race: Comparison, held: Round, cells: Sequence[Cell]) -> None:
    faces = faces_of(race)
    if race.is_hidden:
        _draw_vote(race, held, cells, faces)
    else:
        if held.vote is not None:
            st.success(_verdict_line(held.vote, faces), icon=":material/how_to_vote:")
        draw_results(cells, faces, is_narrow=is_narrow(tab))
        draw_host_figures(tab, cells, faces, is_narrow=is_narrow(tab))
    draw_diff(cells, faces)


def _draw_vote(
    race: Comparison, held: Round, cells: Sequence[Cell], faces: dict[str, Face]
) -> None:
    st.markdown("**Which answer is best?** Your vote shows who is who.")
    with st.container(horizontal=True, key="votes"):
        for cell in cells:
            letter = faces[cell.lane.id].letter
            best = Vote("best", cell.lane.id)
            _draw_ballot(race, held, f"{letter} is best", f"vote_{letter}", best)
        others: dict[str, Verdict] = {"Tie": "tie", "All bad": "all_bad"}
        for label, verdict in others.items():
            _draw_ballot(race, held, label, f"vote_{verdict}", Vote(verdict))


def _draw_ballot(race: Comparison, held: Round, label: str, key: str, ballot: Vote) -> None:
    st.button(label, key=key, on_click=vote, args=(race.id, held.id, ballot))


def _verdict_line(given: Vote, faces: dict[str, Face]) -> str:
    if given.verdict == "tie":
        return "You called it a tie."
    if given.lane_id is None or given.lane_id not in faces:
        return "You found them all bad."
    return f"You voted for {plain(faces[given.lane_id].label)}."


def _draw_earlier(tab: session.Tab) -> None:
    try:
        lines = services().kept.store.comparisons.list_newest(tab.owner, EARLIER)
    except StoreError:
        return  # the page says already that the database is away
    lines = [line for line in lines if line.id != tab.race.race_id]
    if not lines:
        return
    with st.popover("Earlier", icon=":material/history:", type="tertiary"):
        for line in lines:
            st.button(
                plain(line.title),
                key=f"race_{line.id}",
                type="tertiary",
                on_click=show_race,
                args=(line.id,),
            )
