"""Where conversations are brought in from a file."""

import streamlit as st

from chat.errors import StoreError
from chat.exchange.reading import ImportRefused, read_file
from chat.ui.rooms import room_of
from chat.ui.session import Tab


def draw_import_box(tab: Tab) -> None:
    """Draws the upload; all of a file is kept, or nothing of it."""
    file = st.file_uploader(
        "Import conversations",
        type="json",
        key=f"import_{tab.imports}",
        help="An export of this app, or ChatGPT's conversations.json.",
    )
    if file is None:
        return
    try:
        trees = read_file(file.getvalue(), tab.owner)
        room_of(tab).store.add_trees(trees)
    except (ImportRefused, StoreError) as error:
        tab.notice = f"Nothing was imported. {error}"
    else:
        number = len(trees)
        tab.notice = f"{number:,} conversation{'' if number == 1 else 's'} imported."
    tab.imports += 1  # a new key empties the upload
    st.rerun()
