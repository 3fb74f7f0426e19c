"""axe-core on every page and state: no serious or critical violation that is ours."""

from typing import Any, Literal

import pytest
from axe_core_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Page, expect

from .driver import ask, await_end, await_words, choose_model, greeting, open_chat
from .processes import App

Scheme = Literal["light", "dark"]
STREAMLITS_OWN = {
    "code .token": "The highlighter's colours are fixed: its blue has a contrast of 3.6 to 4.5.",
}
"""Elements that Streamlit draws and no setting reaches: selector → what is wrong with them."""


@pytest.mark.parametrize(("width", "schemes"), [(1280, ["light", "dark"]), (390, ["light"])])
def test_no_state_has_a_serious_violation_that_is_ours(
    width: int, schemes: list[Scheme], first_visit: Page, app: App
) -> None:
    page = first_visit  # whose pages hold what is asked here, and nothing else
    page.set_viewport_size({"width": width, "height": 844})
    open_chat(page, app.url)
    expect(greeting(page)).to_be_visible()
    found = violations(page, "first run", schemes)

    choose_model(page, "sim/stall-90-rate-1000-ttft-0-think-20")
    ask(page, "Hello")
    await_words(page, 30)
    found += violations(page, "streaming", schemes)

    page.keyboard.press("Escape")
    await_end(page)
    choose_model(page, "sim/429-after-30")
    ask(page, "Once more")
    expect(page.get_by_text("Attempt 2 of 4")).to_be_visible()
    found += violations(page, "waiting for another try", schemes)

    page.keyboard.press("Escape")
    await_end(page)
    choose_model(page, "sim/401")
    ask(page, "And again")
    expect(page.get_by_text("OpenRouter does not accept this key")).to_be_visible()
    found += violations(page, "stopped and failed", schemes)

    page.get_by_role("button", name="Flight recorder").click()
    expect(page.get_by_role("heading", name="Replay")).to_be_visible()
    found += violations(page, "flight recorder", schemes)

    page.get_by_role("link", name="All answers").click()
    expect(page.get_by_role("button", name="Download report")).to_be_visible()
    found += violations(page, "metrics", schemes)

    assert not found, "\n".join(found)


def violations(page: Page, state: str, schemes: list[Scheme]) -> list[str]:
    """Each serious or critical violation that is ours, a line each."""
    found: list[str] = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
        for violation in _run_axe(page):
            found += [
                f"{state}, {scheme}: {violation['id']}: {node['html'][:160]}"
                f" {[why['data'] for why in node['any']]}"
                for node in violation["nodes"]
            ]
    return found


def _run_axe(page: Page) -> list[dict[str, Any]]:
    result: dict[str, list[dict[str, Any]]] = Axe().run(
        page,
        context={"exclude": [[own] for own in STREAMLITS_OWN]},
        options={"resultTypes": ["violations"]},
    )
    return [each for each in result["violations"] if each["impact"] in {"serious", "critical"}]
