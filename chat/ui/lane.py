"""One lane on screen: what it says, live or finished, how fast, and what can be done with it.

While its comparison is blind nothing here tells who it is: no name, no figure, no reasoning (which
few models show), no failure's words.
"""

from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from chat.budget import Price
from chat.conversations import ReplyRecord
from chat.hosts import host_of
from chat.live import LiveReply
from chat.metrics import estimated_tokens
from chat.opened_comparison import Cell
from chat.pace import Pace
from chat.pacing import Load
from chat.recorder import record_of
from chat.reply import ReplyFold
from chat.ui.copy_button import draw_copy_button
from chat.ui.failure_card import draw_failure_card
from chat.ui.lane_paint import HEAD, TEXT
from chat.ui.live_reply import draw_live_reply
from chat.ui.live_state import LiveState
from chat.ui.plain import plain
from chat.ui.race_intentions import continue_with, go_on, retry, stop
from chat.ui.race_watch import RaceWatch
from chat.ui.reply_header import ENDINGS, PHASES
from chat.ui.reply_stats import cost, count, rate, seconds
from chat.ui.transcript import draw_finished_text
from chat.ui.wiring import services

TEXT_PX = 420
HEAD_PX = {1: 60}
"""Height of the heads by how many lanes stand side by side, so that all texts begin in one line."""
HEAD_NARROW_PX = 108
HOST_PX = 24
"""What a head is higher by where the lane's name has a host in it."""
FRAMES_OF_READERS = 18
"""For how many readers of the process each lane of a page counts: all of them share one browser."""
MANY = 9
CAN_GO_ON = frozenset({"stopped", "truncated", "interrupted", "failed"})
GONE = "This answer was deleted."
NEVER = "This lane was not asked."
NO_ANSWER = "There is no whole answer in this lane."


@dataclass(frozen=True, slots=True)
class Face:
    """What a lane is called on screen.

    Attributes:
        letter: Its place.
        name: Of its model; "" while nobody may know.
        price: Of its model, where that is known and may be.
    """

    letter: str
    name: str
    price: Price | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether nobody may know who it is."""
        return not self.name

    @property
    def label(self) -> str:
        """Its letter and name."""
        return f"{self.letter} · {self.name}" if self.name else self.letter


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane's part in a round, to be drawn.

    Attributes:
        prompt_chars: How long the prompt is, for what it costs.
        lanes: How many share the page.
        side_by_side: How many share its width; many where they are swiped.
        refusal: Why it was not asked, where that is known.
        can_act: Whether something can be done with the answer: it is one of the last round.
    """

    race_id: str
    face: Face
    cell: Cell
    prompt_chars: int
    lanes: int
    can_act: bool
    refusal: str = ""
    side_by_side: int = MANY


def draw_lane(view: LaneView, watch: RaceWatch) -> None:
    """Draws a lane; a running one in a fragment of its own, beside which others run."""
    cell = view.cell
    if cell.live is not None and cell.is_running:
        _draw_running(view, cell.live, watch)
        return
    with st.container():
        _draw_finished(view)
    with st.empty().container(horizontal=True, key=f"lane_actions_{cell.entry.message_id}"):
        _draw_actions(view)


def _draw_running(view: LaneView, live: LiveReply, watch: RaceWatch) -> None:
    def draw_end(fold: ReplyFold) -> None:
        with buttons.container(horizontal=True, key=f"lane_end_{view.cell.entry.message_id}"):
            _draw_actions(_ended(view, fold))

    def draw_text() -> None:
        fold = _stream(view, live)
        watch.end(view.cell.lane.id, lambda: draw_end(fold))

    watch.add(view.cell.lane.id)
    st.fragment(draw_text, parallel=True)()
    buttons = st.empty()
    with buttons.container(horizontal=True, key=f"lane_actions_{view.cell.entry.message_id}"):
        _draw_stop(view.cell, live.id)


def _stream(view: LaneView, live: LiveReply) -> ReplyFold:
    """Draws the answer until it ends, and then how it has ended."""
    head, text = _places(view)
    pace, position = Pace(), 0

    def tick(fold: ReplyFold, state: LiveState) -> None:
        nonlocal position
        entries = live.read(position)
        position += len(entries)
        pace.feed(entries)
        head.markdown(_live_head(view, live, fold, state, pace.tok_s(live.now_s)))

    load = Load(readers=view.lanes * FRAMES_OF_READERS)
    services().measuring.book.open(live)
    with text:
        fold = draw_live_reply(live, tick, lambda: load, shows_reasoning=not view.face.is_hidden)
    _draw_end(_ended(view, fold), head, text)
    return fold


def _ended(view: LaneView, fold: ReplyFold) -> LaneView:
    """The lane as it stands once its answer has ended, before the store has heard of it."""
    turn = view.cell.turn
    if turn is None:
        return view
    turn = replace(turn, reply=record_of(turn.reply, fold))
    return replace(view, cell=replace(view.cell, turn=turn, live=None))


def _draw_finished(view: LaneView) -> None:
    cell = view.cell
    head, text = _places(view)
    if cell.turn is None:
        head.markdown(f"**{plain(view.face.label)}**  \n:small[:gray[no answer]]")
        reason = f"{NEVER} {plain(view.refusal)}".strip()
        text.caption(reason if cell.is_here else GONE)
        return
    with text:
        draw_finished_text(
            cell.turn.reply, is_last=view.can_act, shows_reasoning=not view.face.is_hidden
        )
    _draw_end(view, head, text)


def _draw_end(view: LaneView, head: DeltaGenerator, text: DeltaGenerator) -> None:
    """Draws what stands around an answer's text once it has ended."""
    cell = view.cell
    if cell.turn is None:
        return
    reply = cell.turn.reply
    head.markdown(_finished_head(view.face, reply))
    with text:
        if reply.outcome is None:
            st.caption("Another process writes this answer.")
        elif not view.face.is_hidden:
            draw_failure_card(cell.turn, can_act=False)
        elif reply.outcome not in {"completed", "truncated"} or not reply.text:
            st.caption(NO_ANSWER)


def _places(view: LaneView) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The head, and the text that scrolls by itself."""
    height = HEAD_PX.get(view.side_by_side, HEAD_NARROW_PX)
    if not view.face.is_hidden and host_of(view.cell.lane.setup) is not None:
        height += HOST_PX
    asked = view.cell.entry.message_id
    head = st.container(height=height, border=False, autoscroll=False, key=f"{HEAD}{asked}")
    text = st.container(height=TEXT_PX, border=True, autoscroll=True, key=f"{TEXT}{asked}")
    return head.empty(), text


def _draw_stop(cell: Cell, reply_id: str) -> None:
    st.button(
        "Stop",
        # Not "stop_…", which the chat's page script takes for its own.
        key=f"halt_{reply_id}",
        icon=":material/stop_circle:",
        on_click=stop,
        args=([cell],),
    )


def _draw_actions(view: LaneView) -> None:
    cell, is_hidden = view.cell, view.face.is_hidden
    if cell.turn is None:
        if cell.is_here and view.can_act:
            _draw_retry(view)
        return
    reply = cell.turn.reply
    if reply.outcome is None:
        _draw_stop(cell, reply.id)
        return
    if view.can_act:
        _draw_retry(view)
        if reply.outcome in CAN_GO_ON and reply.text:
            st.button(
                "Continue",
                key=f"go_on_{reply.id}",
                icon=":material/play_arrow:",
                type="tertiary",
                on_click=go_on,
                args=(view.race_id, cell.lane.id),
            )
        if (
            not is_hidden
            and reply.text
            and st.button(
                "Continue with this one",
                key=f"chat_{reply.id}",
                icon=":material/forum:",
                type="tertiary",
                wrap=True,
                on_click=continue_with,
                args=(cell.lane.id,),
            )
        ):
            st.switch_page("conversation.py")
    draw_copy_button(reply.id, reply.text)


def _draw_retry(view: LaneView) -> None:
    st.button(
        "Try again",
        key=f"retry_{view.cell.lane.id}",
        icon=":material/refresh:",
        type="tertiary",
        on_click=retry,
        args=(view.race_id, [view.cell.lane.id]),
    )


def _live_head(
    view: LaneView, live: LiveReply, fold: ReplyFold, state: LiveState, pace_tok_s: float | None
) -> str:
    face = view.face
    title = f"**{plain(face.label)}** :small[{PHASES[state.phase]}]"
    if face.is_hidden:
        return f"{title}  \n:small[:gray[figures are hidden]]"
    tokens = estimated_tokens(fold.text_chars + fold.reasoning_chars)
    figures = [
        f"{live.age_s:.1f} s",
        f"TTFT {seconds(fold.timings.ttft_s)}",
        f"≈ {pace_tok_s:.0f} tok/s" if pace_tok_s is not None else "n/a tok/s",
        f"≈ {tokens:,} tokens",
    ]
    if face.price is not None:
        spent_usd = face.price.of(estimated_tokens(view.prompt_chars), tokens)
        figures.append(f"≈ {cost(spent_usd)}" if spent_usd else cost(spent_usd))
    return f"{title}  \n:small[:gray[{plain(' · '.join(figures))}]]"


def _finished_head(face: Face, reply: ReplyRecord) -> str:
    title = f"**{plain(face.label)}**"
    if face.is_hidden:
        return f"{title}  \n:small[:gray[figures are hidden]]"
    if reply.outcome in ENDINGS:
        title += f" :small[{ENDINGS[reply.outcome]}]"
    return f"{title}  \n:small[:gray[{plain(_final_figures(reply))}]]"


def _final_figures(reply: ReplyRecord) -> str:
    """The same figures in the same order as while it ran."""
    tokens, usd = reply.tokens, reply.usage.cost_usd if reply.usage is not None else None
    figures = [
        seconds(reply.timings.total_s),
        f"TTFT {seconds(reply.timings.ttft_s)}",
        rate(reply.throughput_tok_s, is_estimated=tokens.is_estimated),
        count(tokens),
        cost(usd),
    ]
    if reply.upstream_provider:
        figures.append(f"via {reply.upstream_provider}")
    return " · ".join(figures)
