"""What one tab knows of its comparisons: which is on screen, and which lanes are being chosen.

The address names the comparison, or the models of the lanes that are chosen (`?models=a,b`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import streamlit as st

from chat.comparison import MAX_LANES, LaneSetup
from chat.ui.history import is_history_navigation

_RACE, _BATCH, _MODELS = "race", "batch", "models"

# Widget keys.
LANE_BOX = "lane_box"
LANE_PRESET = "lane_preset"
WANTS_BATCH = "wants_batch"
BATCH_TEXT = "batch_text"
BATCH_FILE = "batch_file"
AT_ONCE = "batch_at_once"
HOST_BOX = "host_box"
WANTS_HOSTS = "wants_hosts"
HOST_PICKS = "host_picks"
PAGE_WIDTH = "page_width"
RACE_PROMPT = "race_prompt"
BLIND = "blind"

NARROW = 0
"""Instead of a number of lanes side by side: they are swiped."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A lane that is being chosen.

    Attributes:
        id: Tells its widgets from those of other lanes.
    """

    id: str
    setup: LaneSetup


def new_draft(setup: LaneSetup) -> Draft:
    """A draft with widgets of its own."""
    return Draft(uuid4().hex, setup)


@dataclass(slots=True)
class RaceTab:
    """The state of one tab.

    Attributes:
        race_id: The comparison on screen, or None while lanes are chosen.
        batch_id: The batch on screen, likewise; at most one of the two is.
        drafts: The lanes that are chosen.
        lane_ids: Lanes that were on screen; their ends are not told as those of other chats are.
        refused: Why lanes were not asked, in a sentence, by lane id.
        fit: How many lanes fit side by side, as the page was measured; None before.
        added: How many lanes were added in the box for them.
        followed: The race or batch that this tab last saw running, so that its end is announced.
        hosted: The model whose hosts are listed, or "".
        is_up: Whether the address was read when the page came up.
    """

    race_id: str | None = None
    batch_id: str | None = None
    drafts: list[Draft] = field(default_factory=list)
    lane_ids: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    fit: int | None = None
    added: int = 0
    followed: str | None = None
    hosted: str = ""
    is_up: bool = False

    @property
    def setups(self) -> tuple[LaneSetup, ...]:
        """The lanes that are chosen."""
        return tuple(draft.setup for draft in self.drafts)

    def choose(self, setups: Sequence[LaneSetup]) -> None:
        """Puts other lanes in place of those that are chosen."""
        self.drafts = [new_draft(setup) for setup in setups[:MAX_LANES]]

    def show(self, race_id: str | None) -> None:
        """Puts a comparison, or the choice of lanes, on screen."""
        self.race_id, self.batch_id = race_id, None

    def show_batch(self, batch_id: str | None) -> None:
        """Puts a batch, or the choice of lanes, on screen."""
        self.race_id, self.batch_id = None, batch_id


def read_address(held: RaceTab) -> list[str] | None:
    """Takes up what the address names; the models it wants to be chosen, if any.

    Only when the page comes up and after Back and Forward: any other run may come with an older
    address than the one that was written last.
    """
    if held.is_up and not is_history_navigation():
        return None
    race, models = st.query_params.get(_RACE), st.query_params.get(_MODELS)
    batch = st.query_params.get(_BATCH)
    if batch and not race:
        held.show_batch(batch)
    elif race or held.is_up:
        held.show(race)
    held.is_up = True
    return [model.strip() for model in (models or "").split(",") if model.strip()][:MAX_LANES]


def write_address(held: RaceTab) -> None:
    """Makes the address name what is on screen; while a comparison is, it names no model."""
    models = ",".join(setup.model for setup in held.setups)
    is_shown = held.race_id is not None or held.batch_id is not None
    wanted = {_RACE: held.race_id, _BATCH: held.batch_id, _MODELS: "" if is_shown else models}
    # First what goes: each change is told, and no model may be named beside a blind race.
    for name, value in wanted.items():
        if not value:
            st.query_params.pop(name, None)
    for name, value in wanted.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value


def named_race() -> str | None:
    """The comparison that the address names, or None."""
    return st.query_params.get(_RACE)
