"""The choice of lanes: which models, each with its own parameters; lanes saved under a name."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import streamlit as st

from chat.comparison import MAX_LANES, PRESET_NAME_CHARS, LanePreset, LaneSetup
from chat.errors import StoreError
from chat.parameters import read_providers
from chat.routing import SIMULATOR_PREFIX
from chat.settings import MAX_TOKENS_LIMIT
from chat.ui import session
from chat.ui.lane_asks import can_answer, can_have_hosts, lane_name, setup_for
from chat.ui.model_box import draw_model_box
from chat.ui.model_facts import facts_text
from chat.ui.model_picker import entries_of, model_speeds
from chat.ui.offered import model_name, offered
from chat.ui.plain import plain
from chat.ui.race_intentions import (
    add_draft,
    change_draft,
    choose_preset,
    forget_preset,
    remove_draft,
    save_preset,
)
from chat.ui.race_tab import BLIND, LANE_BOX, LANE_PRESET, Draft
from chat.ui.wiring import services

LETTERS = "ABCDEF"


def choose_first(tab: session.Tab, models: list[str] | None) -> None:
    """Chooses the lanes that the address names, or two to begin with where none are chosen."""
    if models:
        tab.race.choose([setup_for(model) for model in models])
    elif not tab.race.drafts:
        chosen = session.choice().model
        others = (model.id for model in offered().models if model.id != chosen)
        able = [model for model in others if can_answer(model)]
        # A small model on this machine twice would be no race; the first simulated one is steady.
        other = next((m for m in able if m.startswith(SIMULATOR_PREFIX)), None)
        tab.race.choose([setup_for(model) for model in (chosen, other or chosen)])


def draw_setup(tab: session.Tab) -> None:
    """Draws the lanes that are chosen, the box that adds one, and how they are to race."""
    for letter, draft in zip(LETTERS, tab.race.drafts, strict=False):
        _draw_draft(letter, draft)
    if len(tab.race.drafts) < MAX_LANES:
        # A new box each time: it is empty again, and the same model can be added twice.
        draw_lane_box(f"{LANE_BOX}-{tab.race.added}", add_draft)
    else:
        st.caption(f"{MAX_LANES} lanes are the most that can race.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(
            "Blind",
            key=BLIND,
            persist_state="session",
            help="Names and figures are hidden, and the order is shuffled, until you have voted.",
        )
        _draw_presets(tab)


def draw_lane_box(key: str, on_pick: Callable[[str], None], chosen: str = "") -> None:
    """Draws the box that a lane's model is picked in.

    Args:
        key: Of the box.
        on_pick: Called with it when a model was picked.
        chosen: The model that was picked, where the box shows it.
    """
    offer, speeds = offered(), model_speeds(session.tab())
    draw_model_box(
        entries_of(offer.models, (), speeds),
        chosen,
        "Choose a model to add…" if not chosen else model_name(chosen),
        key=key,
        on_pick=lambda: on_pick(key),
        on_star=lambda: None,
    )


def _draw_draft(letter: str, draft: Draft) -> None:
    model = offered().by_id.get(draft.setup.model)
    speed = model_speeds(session.tab()).get(draft.setup.model)
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"draft_{draft.id}"
    ):
        facts = facts_text(model, speed) if model is not None else "Not in any list"
        needs_key = "" if can_answer(draft.setup.model) else " · needs an OpenRouter key"
        name = plain(lane_name(draft.setup))
        st.markdown(
            f"**{letter}** {name}  \n:small[:gray[{plain(facts + needs_key)}]]", width="stretch"
        )
        with st.popover("Parameters", icon=":material/tune:", type="tertiary"):
            _draw_parameters(draft)
        st.button(
            "Remove",
            key=f"remove_{draft.id}",
            icon=":material/close:",
            type="tertiary",
            on_click=remove_draft,
            args=(draft.id,),
        )


def _draw_parameters(draft: Draft) -> None:
    setup, model = draft.setup, offered().by_id.get(draft.setup.model)

    def key(name: str) -> str:
        return f"lane_{name}_{draft.id}"

    def changes(
        name: str, change: Callable[[LaneSetup, object], LaneSetup]
    ) -> tuple[str, str, Callable[[LaneSetup, object], LaneSetup]]:
        return (draft.id, key(name), change)

    if model is None or model.takes("temperature"):
        st.slider(
            "Temperature",
            0.0,
            2.0,
            setup.temperature if setup.temperature is not None else 0.7,
            step=0.1,
            key=key("temperature"),
            on_change=change_draft,
            args=changes("temperature", _with_temperature),
        )
    st.number_input(
        "Max tokens",
        1,
        MAX_TOKENS_LIMIT,
        setup.max_tokens,
        step=64,
        key=key("tokens"),
        on_change=change_draft,
        args=changes("tokens", _with_tokens),
    )
    st.text_area(
        "System prompt",
        setup.system_prompt,
        key=key("system"),
        on_change=change_draft,
        args=changes("system", _with_system),
    )
    if can_have_hosts(setup.model):
        st.text_input(
            "Only these upstream providers",
            ", ".join(setup.parameters.upstreams.only),
            key=key("only"),
            placeholder="Any",
            on_change=change_draft,
            args=changes("only", _with_providers),
        )


def _with_temperature(setup: LaneSetup, value: object) -> LaneSetup:
    return replace(setup, temperature=cast("float", value))


def _with_tokens(setup: LaneSetup, value: object) -> LaneSetup:
    return replace(setup, max_tokens=cast("int", value) or setup.max_tokens)


def _with_system(setup: LaneSetup, value: object) -> LaneSetup:
    return replace(setup, system_prompt=str(value or ""))


def _with_providers(setup: LaneSetup, value: object) -> LaneSetup:
    only = read_providers(str(value or ""))
    upstreams = replace(setup.parameters.upstreams, only=only, fallbacks=len(only) != 1)
    return replace(setup, parameters=replace(setup.parameters, upstreams=upstreams))


def _draw_presets(tab: session.Tab) -> None:
    try:
        presets = services().kept.store.comparisons.list_presets(tab.owner)
    except StoreError:
        return  # the page says already that the database is away
    with st.popover("Saved lanes", icon=":material/bookmark:"):
        for preset in presets:
            _draw_preset(preset)
        st.text_input(
            "Save these lanes as",
            key=LANE_PRESET,
            max_chars=PRESET_NAME_CHARS,
            on_change=save_preset,
        )
        st.caption("Press Enter to save them. This page's address names their models, too.")


def _draw_preset(preset: LanePreset) -> None:
    key = preset.name.encode().hex()
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.button(
            plain(preset.name),
            key=f"lanes_{key}",
            width="stretch",
            wrap=True,
            on_click=choose_preset,
            args=(preset,),
        )
        st.button(
            "Forget",
            key=f"forget_lanes_{key}",
            type="tertiary",
            on_click=forget_preset,
            args=(preset.name,),
        )
