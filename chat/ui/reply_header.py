"""The line above a reply: who answers, how it stands or how it ended, and what came between."""

from collections.abc import Sequence
from itertools import pairwise

from streamlit.delta_generator import DeltaGenerator

from chat.conversations import Outcome, ReplyRecord
from chat.ui.live_state import LiveState, Phase
from chat.ui.offered import model_name
from chat.ui.plain import plain
from chat.ui.wording import OUTCOMES, asked_instead, attempt_line, explain

_BADGES: dict[Outcome, tuple[str, str]] = {
    "truncated": ("orange", ":material/content_cut:"),
    "filtered": ("orange", ":material/filter_alt:"),
    "stopped": ("gray", ":material/stop_circle:"),
    "interrupted": ("orange", ":material/link_off:"),
    "failed": ("red", ":material/error:"),
}
ENDINGS: dict[Outcome, str] = {
    outcome: f":{color}-badge[{icon} {OUTCOMES[outcome]}]"
    for outcome, (color, icon) in _BADGES.items()
}
"""The badge of each way to end but the best."""
_STREAMING = ":green-badge[:material/bolt: streaming]"
_RECONNECTED = ":gray-badge[:material/link: reconnected]"
PHASES: dict[Phase, str] = {
    "streaming": _STREAMING,
    "retrying": ":orange-badge[:material/schedule: waiting]",
    "switched": _STREAMING,
    "reconnecting": ":orange-badge[:material/sync: reconnecting…]",
    "reconnected": _RECONNECTED,
}
_NEW_LINE = "  \n"
LIVE_STATE = "live_state_"
"""Key of the container around a live header, followed by its phase and how often that changed."""


class LiveHeader:
    """The line above a reply while it is written; the page script hears of its phases by a key.

    Args:
        model: The id that was asked first.
        place: Where it is.
    """

    def __init__(self, model: str, place: DeltaGenerator) -> None:
        self._model = model
        self._place = place
        self._changes: int | None = None
        self._line = place

    def draw(self, state: LiveState, now_s: float, figures: str) -> None:
        """Shows how the answer stands; see `live_header`."""
        if state.changes != self._changes:
            self._changes = state.changes
            key = f"{LIVE_STATE}{state.phase}_{state.changes}"
            self._line = self._place.container(key=key).empty()
        self._line.markdown(live_header(self._model, state, now_s, figures))


def header(reply: ReplyRecord) -> str:
    """The line above a reply that has ended: what did not go well is said, the rest is not."""
    models = [reply.model, *reply.switched_to]
    parts = [_quiet(plain(model_name(models[-1])))]
    if reply.outcome in ENDINGS:
        parts.append(f":small[{ENDINGS[reply.outcome]}]")
    if reply.timings.reconnect_s is not None:
        parts.append(f":small[{_RECONNECTED}]")
    return _NEW_LINE.join([" ".join(parts), *_switches(models)])


def live_header(model: str, state: LiveState, now_s: float, figures: str) -> str:
    """The line above a reply that is being written.

    Args:
        model: The id that was asked first.
        state: Where the answer stands.
        now_s: The present moment on the log's clock, in seconds.
        figures: Elapsed time and pace, in words.
    """
    models = [model, *state.switches]
    first = f"{_quiet(plain(model_name(models[-1])))} :small[{PHASES[state.phase]}]"
    if state.phase == "retrying":
        figures = attempt_line(state.attempt, state.of, state.wait_s(now_s))
    lines = [f"{first} {_quiet(plain(figures))}"]
    if state.phase == "retrying" and state.failure is not None:
        lines.append(_quiet(plain(explain(state.failure).happened)))
    return _NEW_LINE.join([*lines, *_switches(models)])


def _switches(models: Sequence[str]) -> list[str]:
    """A line for each model that was asked instead of the one before it."""
    return [
        _quiet(f":material/swap_horiz: {plain(asked_instead(model_name(one), model_name(other)))}")
        for one, other in pairwise(models)
    ]


def _quiet(markdown: str) -> str:
    """Small and grey; not a caption, which would make the badge beside it too pale to read."""
    return f":small[:gray[{markdown}]]"
