"""One model at many hosts: who serves it, lanes made of some, their figures beside ours."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from chat.comparison import MAX_LANES, MIN_LANES
from chat.conversations import ReplyRecord
from chat.hosts import Host, Hosts, Spread, host_of
from chat.opened_comparison import Cell
from chat.ui import session
from chat.ui.key_box import key_to_ask_with
from chat.ui.lane import Face
from chat.ui.lane_asks import can_have_hosts
from chat.ui.lane_setup import draw_lane_box
from chat.ui.offered import model_name
from chat.ui.plain import plain
from chat.ui.polling import look_again_every
from chat.ui.race_intentions import choose_hosted, race_hosts
from chat.ui.race_tab import HOST_BOX, HOST_PICKS, WANTS_HOSTS
from chat.ui.reply_stats import NOT_KNOWN, rate, seconds
from chat.ui.wiring import services

AT_FIRST = 4
"""How many hosts are chosen before the visitor chooses."""
LOOK_S = 0.5


def draw_hosts(tab: session.Tab, *, is_narrow: bool) -> None:
    """Draws the choice of a model, who serves it, and the button that makes lanes of some.

    Args:
        tab: Holds the model that was chosen.
        is_narrow: Whether there is room for few columns only.
    """
    # A second list of all models is not sent before somebody wants it.
    if not st.toggle("Same model, many hosts", key=WANTS_HOSTS, persist_state="session"):
        return
    with st.container(border=True, key="hosts"):
        st.caption("Races the upstream providers of one model; nobody else answers in their place.")
        model = tab.race.hosted
        draw_lane_box(HOST_BOX, choose_hosted, chosen=model)
        if model:
            _draw_hosts_of(tab, model, is_narrow=is_narrow)


def hosts_of(tab: session.Tab, model: str) -> Hosts | None:
    """Who serves the model; None while it is asked."""
    is_openrouter = services().routes.is_openrouter(model)
    return services().hosts.read(model, key_to_ask_with(tab) if is_openrouter else None)


def draw_host_figures(
    tab: session.Tab, cells: Sequence[Cell], faces: Mapping[str, Face], *, is_narrow: bool
) -> None:
    """Draws what was measured beside what OpenRouter tells, of lanes with one host each."""
    rows = []
    for cell in cells:
        tag = host_of(cell.lane.setup)
        if tag is None or cell.turn is None or not can_have_hosts(cell.lane.setup.model):
            continue
        listed = hosts_of(tab, cell.lane.setup.model)
        told = listed.by_tag(tag) if listed is not None else None
        rows.append(_measured(faces[cell.lane.id], tag, told, cell.turn.reply))
    if not rows:
        return
    table = pd.DataFrame(rows).set_index("Host")
    st.markdown("**Hosts: measured here, and in the last 30 minutes at OpenRouter**")
    st.table(table.drop(columns=["Quantization", "Uptime"]) if is_narrow else table)
    st.caption("Quantization and uptime are OpenRouter's. p50 is the median of 30 minutes.")


def _draw_hosts_of(tab: session.Tab, model: str, *, is_narrow: bool) -> None:
    if not can_have_hosts(model):
        st.info("Only OpenRouter's and the simulator's models have several hosts.")
        return
    listed = hosts_of(tab, model)
    if listed is None:
        st.caption("Looking up who serves this model…")
        look_again_every(LOOK_S)
    elif listed.fault:
        st.warning(listed.fault, icon=":material/cloud_off:")
    else:
        _draw_listed(model, listed, is_narrow=is_narrow)


def _draw_listed(model: str, listed: Hosts, *, is_narrow: bool) -> None:
    table = pd.DataFrame([_row(host) for host in listed.hosts]).set_index("Host")
    st.table(table[["TTFT", "tok/s"]] if is_narrow else table)
    st.caption("TTFT and tok/s: median (and 90th percentile) of the last 30 minutes, if told.")
    tags = [host.tag for host in listed.hosts]
    chosen = st.pills(
        f"Hosts to race ({MIN_LANES} to {MAX_LANES})",
        tags,
        selection_mode="multi",
        default=tags[:AT_FIRST],
        key=f"{HOST_PICKS}-{model}",
    )
    st.button(
        "Use these hosts as lanes",
        key="race_hosts",
        icon=":material/view_column:",
        disabled=not MIN_LANES <= len(chosen) <= MAX_LANES,
        on_click=race_hosts,
        args=(model, tuple(chosen)),
        help=f"Replaces the lanes above by {plain(model_name(model))} at each chosen host.",
    )


def _row(host: Host) -> dict[str, str]:
    return {
        "Host": plain(f"{host.name} ({host.tag})"),
        "Quantization": plain(host.quantization or NOT_KNOWN),
        "Uptime": _uptime(host),
        "TTFT": _latency(host.latency_ms),
        "tok/s": _pace(host.throughput_tok_s),
        "In / out per million": f"{_price(host.prompt_usd)} / {_price(host.completion_usd)}",
    }


def _measured(face: Face, tag: str, told: Host | None, reply: ReplyRecord) -> dict[str, str]:
    nothing = Spread(None, None)
    latency = told.latency_ms if told is not None else nothing
    pace = told.throughput_tok_s if told is not None else nothing
    estimated = reply.tokens.is_estimated
    return {
        "Host": f"{face.letter} · {plain(tag)}",
        "Quantization": plain((told.quantization if told is not None else None) or NOT_KNOWN),
        "Uptime": _uptime(told) if told is not None else NOT_KNOWN,
        "TTFT here": seconds(reply.timings.ttft_s),
        "TTFT p50 (p90)": _latency(latency),
        "tok/s here": plain(
            rate(reply.throughput_tok_s, is_estimated=estimated).removesuffix(" tok/s")
        ),
        "tok/s p50 (p90)": _pace(pace),
    }


def _uptime(host: Host) -> str:
    return NOT_KNOWN if host.uptime_percent is None else f"{host.uptime_percent:.1f} %"


def _latency(spread: Spread) -> str:
    if spread.p50 is None:
        return NOT_KNOWN
    p90 = f" ({spread.p90 / 1000:.2f})" if spread.p90 is not None else ""
    return f"{spread.p50 / 1000:.2f}{p90} s"


def _pace(spread: Spread) -> str:
    if spread.p50 is None:
        return NOT_KNOWN
    return f"{spread.p50:.0f}" + (f" ({spread.p90:.0f})" if spread.p90 is not None else "")


def _price(usd: float | None) -> str:
    return NOT_KNOWN if usd is None else plain(f"${usd:.2f}")
