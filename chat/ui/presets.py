"""System prompts under a name: kept, put into the field, forgotten."""

import streamlit as st

from chat.choices import PRESET_NAME_CHARS, Preset
from chat.errors import StoreError
from chat.prompt import is_text
from chat.ui import session
from chat.ui.plain import plain
from chat.ui.wiring import services


def draw_presets(tab: session.Tab) -> None:
    """Draws the saved prompts, and the field that saves the present one."""
    try:
        presets = services().kept.store.choices.list_presets(tab.owner)
    except StoreError:
        return  # the page says already that the database is away
    with st.popover("Saved prompts", icon=":material/bookmark:", width="stretch"):
        for preset in presets:
            _draw_preset(tab, preset)
        st.text_input(
            "Save the system prompt as",
            key=session.PRESET_NAME,
            max_chars=PRESET_NAME_CHARS,
            on_change=_save,
            args=(tab,),
        )
        st.caption("Press Enter to save it.")


def _draw_preset(tab: session.Tab, preset: Preset) -> None:
    key = preset.name.encode().hex()
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.button(
            plain(preset.name),
            key=f"preset_{key}",
            width="stretch",
            wrap=True,
            on_click=session.put_system_prompt,
            args=(preset.text,),
        )
        st.button(
            "Forget",
            key=f"forget_preset_{key}",
            type="tertiary",
            on_click=_forget,
            args=(tab, preset.name),
        )


def _save(tab: session.Tab) -> None:
    name, text = session.take_preset_name(), session.choice().system_prompt.strip()
    if not name or not is_text(name + text):
        return
    if not text:
        tab.notice = "There is no system prompt to save yet."
        return
    try:
        services().kept.store.choices.save_preset(tab.owner, Preset(name, text))
    except StoreError as error:
        tab.notice = str(error)


def _forget(tab: session.Tab, name: str) -> None:
    try:
        services().kept.store.choices.delete_preset(tab.owner, name)
    except StoreError as error:
        tab.notice = str(error)
