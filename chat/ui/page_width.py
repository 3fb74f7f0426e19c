"""How much fits side by side: measured in the browser, told when it changes, and nothing else."""

from collections.abc import Callable

import streamlit.components.v2 as components

NARROW_PX = 900
"""A window that is narrower has its lanes swiped."""
LANE_PX = 300
"""A lane that is narrower is hard to read."""

_JS = """
export default function ({ data, parentElement, setStateValue }) {
  let told = null
  const measure = () => {
    const width = parentElement.getBoundingClientRect?.().width ?? parentElement.host.clientWidth
    if (!width) return
    const fit = innerWidth < data.narrow ? 0 : Math.max(1, Math.floor(width / data.lane))
    if (fit === (told ?? data.fit)) return
    told = fit
    setStateValue("fit", fit)
  }
  const observer = new ResizeObserver(measure)
  observer.observe(parentElement.host ?? parentElement)
  addEventListener("resize", measure)
  measure()
  return () => { observer.disconnect(); removeEventListener("resize", measure) }
}
"""

_measure = components.component("tickertape.page_width", html="<i></i>", js=_JS)


def measure_page(key: str, fit: int | None, on_change: Callable[[], None]) -> None:
    """Measures how many lanes fit side by side: 0 in a narrow window.

    Args:
        key: Of the component; the number is in its state as `fit`, in the callback.
        fit: What was measured before; None for nothing yet.
        on_change: Called when it is another number.
    """
    _measure(
        key=key,
        data={"narrow": NARROW_PX, "lane": LANE_PX, "fit": fit},
        on_fit_change=on_change,
        height=1,
    )
