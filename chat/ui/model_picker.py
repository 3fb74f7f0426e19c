"""The sidebar's choice of model: the box, its filters, what the chosen one is and needs."""

import time
from collections.abc import Mapping, Sequence

import streamlit as st

from chat.catalogue import Model, nearest
from chat.choices import RECENT, Speed, speeds_of
from chat.errors import StoreError
from chat.local.states import Fetching, Off, Ready, State, Unavailable
from chat.local.supervisor import LocalModels
from chat.routing import LOCAL_PREFIX
from chat.ui import session, visit
from chat.ui.model_box import Entry, draw_model_box
from chat.ui.model_facts import facts_text, source_text
from chat.ui.model_filters import draw_filters
from chat.ui.offered import Offer, offered
from chat.ui.plain import plain
from chat.ui.stage import stage
from chat.ui.wiring import services

LOCAL_REFRESH_S = 1.0
LIST_REFRESH_S = 0.5
COUNTED_REPLIES = 500
"""The newest so many answers say how fast models are."""
SPEEDS_LIFETIME_S = 60.0


def draw_model_picker(offer: Offer, chosen: str) -> None:
    """Draws the box with its filters, and what is known of the chosen model."""
    tab = session.tab()
    favourites, speeds = _favourites(tab.owner), model_speeds(tab)
    wanted = session.wanted()
    entries = entries_of(offer.models, favourites, speeds)
    fits = [wanted.fits(offer.by_id[entry.id]) for entry in entries]
    model = offer.by_id.get(chosen)
    draw_model_box(
        entries,
        chosen,
        model.name if model is not None else chosen,
        key=session.MODEL_BOX,
        on_pick=session.take_pick,
        on_star=_star,
        fits=fits,
    )
    # What is known of one model is not to stand, greyed, beside the answer of another.
    with stage(tab, "facts", chosen):
        if model is not None:
            st.caption(plain(f"{model.id} · {facts_text(model, speeds.get(chosen))}"))
            if model.expires_on is not None:
                st.caption(f":material/event_busy: Can be asked until {model.expires_on}.")
        elif _is_gone(offer, chosen):
            _draw_gone(offer, chosen)
    draw_filters(sum(fits))
    with st.container():
        _draw_source(offer)


def entries_of(
    models: Sequence[Model], favourites: Sequence[str], speeds: Mapping[str, Speed]
) -> list[Entry]:
    """The box's entries: favourites, then what was used lately, then all by who runs them.

    Args:
        models: In order.
        favourites: Ids, in order.
        speeds: By id, the most recently used first.
    """
    by_id = {model.id: model for model in models}
    sections = dict.fromkeys((name for name in favourites if name in by_id), "Favourites")
    recent = [name for name in speeds if name in by_id and name not in sections][:RECENT]
    sections |= dict.fromkeys(recent, "Recently used")
    ordered = [by_id.pop(name) for name in sections]
    starred = set(favourites)
    return [
        Entry(
            model.id,
            model.name,
            sections.get(model.id, model.group),
            facts_text(model, speeds.get(model.id)),
            model.id in starred,
            model.group,
        )
        for model in (*ordered, *by_id.values())
    ]


def model_speeds(tab: session.Tab) -> Mapping[str, Speed]:
    """How fast models answered this visitor; read anew once an answer has ended, or in a while."""
    running = frozenset(services().engine.known(tab.owner))
    moment = (tab.owner, running, time.monotonic() // SPEEDS_LIFETIME_S)
    if tab.speeds is None or tab.speeds[0] != moment:
        try:
            speeds = speeds_of(services().kept.store.list_replies(tab.owner, COUNTED_REPLIES))
        except StoreError:
            return tab.speeds[1] if tab.speeds is not None else {}
        tab.speeds = (moment, speeds)
    return tab.speeds[1]


def draw_model_hint(model: str, *, has_key: bool, local: LocalModels) -> None:
    """Says below the choice what the chosen model still needs, if anything."""
    with stage(session.tab(), "hint", model):
        if model.startswith(LOCAL_PREFIX):
            _draw_local_state(local, model)
        elif not has_key:
            st.caption(":material/key: Needs an OpenRouter key.")


def _star() -> None:
    starred = session.starred_model()
    if starred is None:
        return
    model, is_favourite = starred
    tab = session.tab()
    try:
        services().kept.store.choices.set_favourite(tab.owner, model, is_favourite=is_favourite)
    except StoreError as error:
        tab.notice = str(error)


def _favourites(owner: str) -> tuple[str, ...]:
    try:
        return services().kept.store.choices.list_favourites(owner)
    except StoreError:
        return ()  # the page says already that the database is away


def _is_gone(offer: Offer, chosen: str) -> bool:
    """Whether the list would have the model if there were one; old lists prove nothing."""
    if chosen.startswith(LOCAL_PREFIX):
        return True
    if not services().routes.is_openrouter(chosen):
        return False
    # A variant such as ":nitro" goes with any model, and is in no list.
    is_variant = chosen.partition(":")[0] in offer.by_id
    return offer.catalogue.origin == "live" and not is_variant


def _draw_gone(offer: Offer, chosen: str) -> None:
    st.caption(f":orange[:material/help:] No list has the model {plain(chosen)} any more.")
    like = nearest(offer.models, chosen)
    if like is not None:
        st.button(
            f"Use {plain(like.name)}",
            key="use_nearest",
            icon=":material/swap_horiz:",
            on_click=session.choose_model,
            args=(like.id,),
        )


def _draw_source(offer: Offer) -> None:
    """Says which of the lists is shown, and looks again while a newer one is on its way."""
    _, zone = visit.today()
    own, everybodys = session.tab().own_models, services().models
    st.caption(f":material/list: {source_text(offer.catalogue, zone)}.")
    fault = offer.catalogue.fault or (own.fault if own is not None else "")
    if fault:
        st.caption(f":material/info: {plain(fault)}")
    is_awaited = offer.catalogue.origin != "live" and everybodys.is_asking
    if is_awaited or (own is not None and own.is_asking) or _is_outdated(offer):
        st.fragment(run_every=LIST_REFRESH_S)(_await_list)(offer, time.monotonic())


def _await_list(offer: Offer, drawn_at_s: float) -> None:
    """Draws the page anew once another list is there, or it is known that none comes."""
    # It is also called while the page itself is drawn, and must not redraw it then.
    if time.monotonic() - drawn_at_s >= LIST_REFRESH_S / 2 and _is_outdated(offer):
        st.rerun()


def _is_outdated(offer: Offer) -> bool:
    """Whether a list came since this one was read; one that did not come leaves its fault."""
    return offered().catalogue is not offer.catalogue


def _draw_local_state(local: LocalModels, model: str) -> None:
    """Shows how the embedded model is; looks again by itself only until it is ready."""
    state = local.state(model)
    is_settled = isinstance(state, Ready | Off | Unavailable)
    st.fragment(run_every=None if is_settled else LOCAL_REFRESH_S)(_draw_state)(local, model)


def _draw_state(local: LocalModels, model: str) -> None:
    state: State = local.state(model)
    match state:
        case Ready():
            st.caption(
                ":material/memory: Runs inside this app. A demo model of 135 million parameters: "
                "real tokens, modest answers."
                if model.endswith("smollm2-135m-instruct")
                else ":material/memory: Runs on this machine."
            )
        case Fetching(done_bytes, total_bytes):
            share = done_bytes / total_bytes if total_bytes else 0.0
            st.progress(min(share, 1.0), f"Downloading the local model… {share:.0%}")
        case Off(reason):
            st.caption(f":material/info: {reason}")
        case Unavailable(reason):
            st.caption(f":material/info: {reason}")
            st.button("Try again", key="retry_local", type="tertiary", on_click=local.retry)
        case _:
            st.caption(":material/hourglass_empty: Loading local model…")
