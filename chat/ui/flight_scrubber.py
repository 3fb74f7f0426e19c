"""The scrubber under a replay: its thumb moves by itself in the browser while the replay plays."""

from pathlib import Path

import streamlit.components.v2 as components

_HTML = """
<label for="at">Position</label>
<input id="at" type="range" min="0" step="0.01">
<output for="at"></output>
"""
_CSS = """
:host { display: block }
label, output { font-size: 0.875rem; color: var(--st-text-color); }
input { width: 100%; margin: 0.25rem 0; accent-color: var(--st-primary-color); }
"""

_scrubber = components.component(
    "tickertape.flight_scrubber",
    html=_HTML,
    css=_CSS,
    js=Path(__file__).with_suffix(".js").read_text("utf-8"),
)


def draw_scrubber(
    at_s: float, length_s: float, speed: float, *, is_playing: bool
) -> tuple[float, float] | None:
    """Draws it.

    Args:
        at_s: Where the replay is now, in seconds.
        length_s: How long it is.
        speed: How fast it plays; 1 is real time.
        is_playing: Whether it does.

    Returns:
        Where it was put last, in seconds, and the moment of that in the page's time; or None.
    """
    told = _scrubber(
        key="flight_scrubber",
        data={"at": at_s, "length": length_s, "speed": speed, "playing": is_playing},
        on_at_change=lambda: None,
        height="content",
    )
    match told.get("at"):
        case {"s": int() | float() as put_s, "n": int() | float() as moment}:
            return min(max(0.0, float(put_s)), length_s), float(moment)
    return None
