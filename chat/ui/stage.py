"""A place on the page that is cleared at once when what it shows changes.

Streamlit keeps what an earlier run drew, greyed, until the new run ends; a run that streams an
answer ends late. A stage has two places and changes over when its subject does: writing an empty
element where the old subject stood removes it at once.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from chat.ui.session import Tab


def stage(tab: Tab, name: str, subject: str) -> DeltaGenerator:
    """A container for `subject`, holding nothing of what the stage showed before.

    Args:
        tab: Remembers what each stage shows.
        name: The stage; one of each on a page.
        subject: What is shown, by an id; the same one keeps its elements from run to run.
    """
    shown, place = tab.stages.get(name, (subject, 0))
    if shown != subject:
        place = 1 - place
    tab.stages[name] = (subject, place)
    if place == 1:
        st.empty()
    container = st.container()
    if place == 0:
        st.empty()
    return container
