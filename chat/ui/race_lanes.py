"""Which running answers are lanes of the comparison on screen: known before the page is drawn."""

from chat.errors import StoreError
from chat.ui.race_tab import named_race
from chat.ui.session import Tab
from chat.ui.wiring import services


def note_lanes(tab: Tab) -> None:
    """Notes them, so that the sidebar does not announce their ends as those of other chats."""
    race_id = named_race() or tab.race.race_id
    if race_id is None:
        return
    try:
        found = services().kept.store.comparisons.load(tab.owner, race_id)
    except StoreError:
        return  # the page says that the database is away
    if found is not None:
        tab.race.lane_ids |= {lane.id for lane in found.lanes}
