"""Stop means stop: the upstream connection is closed at once, in every phase."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .driver import (
    KEY,
    again_button,
    ask,
    await_end,
    await_words,
    choose_model,
    composer,
    is_beginning,
    known_words,
    paste_key,
    stop_button,
    words,
)
from .processes import Upstream

LIMIT_MS = 100
TRIES = 6
PHASES = {
    "before the first token": ("acme/sim-silent", 0),
    "in hidden reasoning": ("acme/sim-hidden-think-5000-ttft-0-rate-50", 0),
    "in a stall": ("acme/sim-stall-30-ttft-0-rate-300-style-prose", 25),
    "while text comes": ("acme/sim-rate-50-len-2000-ttft-0-style-prose", 25),
}
WAYS: dict[str, Callable[[Page], None]] = {
    "Escape": lambda page: page.keyboard.press("Escape"),
    "click": lambda page: stop_button(page).click(),
}
_NOTE_MOMENT = """
for (const kind of ['click', 'keydown'])
    addEventListener(kind, () => { window.actedAtMs = Date.now() }, true)
"""
_COUNT_STOPS = """
window.stops = 0;
addEventListener('click', event => {
    if (event.target.closest('[class*="st-key-stop_"]')) window.stops += 1
}, true)
"""


@pytest.mark.parametrize(("model", "least_words"), PHASES.values(), ids=PHASES)
def test_stop_closes_the_upstream_connection(
    model: str, least_words: int, page: Page, upstream: Upstream
) -> None:
    page.evaluate(_NOTE_MOMENT)
    choose_model(page, model)
    paste_key(page, KEY)
    ask(page, "Hello")

    for way, stop in WAYS.items():
        took_ms: list[float] = []
        while min(took_ms, default=LIMIT_MS + 1) > LIMIT_MS and len(took_ms) < TRIES:
            await_words(page, least_words)
            expect(stop_button(page)).to_be_visible()
            stop(page)
            await_end(page)
            took_ms.append(closed_after_ms(page, upstream))
            again_button(page).click()
            expect(again_button(page)).to_be_hidden()
        assert min(took_ms) <= LIMIT_MS, f"{way}: {took_ms}"


def test_what_was_on_screen_stays(page: Page) -> None:
    choose_model(page, "sim/rate-50-len-2000-ttft-0-style-prose")
    ask(page, "Hello")
    await_words(page, 20)

    before = words(page)
    stop_button(page).click()
    await_end(page)

    kept = words(page)
    assert len(kept) >= len(before)
    assert is_beginning(kept, known_words(2000))


def test_after_a_stop_the_conversation_goes_on(page: Page) -> None:
    choose_model(page, "sim/silent")
    ask(page, "Hello")
    page.keyboard.press("Escape")
    await_end(page)

    choose_model(page, "sim/echo-ttft-0")
    ask(page, "Again")
    await_end(page)

    assert words(page) == ["Again"]


def test_what_a_stopped_answer_cost_is_shown_when_the_upstream_says_it(page: Page) -> None:
    choose_model(page, "acme/sim-rate-50-len-2000-ttft-0-style-prose")
    paste_key(page, KEY)
    ask(page, "Hello")
    await_words(page, 20)

    stop_button(page).click()
    await_end(page)

    receipt = page.get_by_text(" shown · ")
    expect(receipt).to_contain_text(re.compile(r"· \$0\.\d+$"))


def in_model_list(page: Page) -> None:
    page.get_by_role("combobox", name="Model").click()


def in_filters(page: Page) -> None:
    page.get_by_role("button", name="Filter models").click()
    expect(page.get_by_text("Free, by price")).to_be_visible()


def in_menu(page: Page) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("button", name="Delete conversation")).to_be_visible()


def in_search(page: Page) -> None:
    page.get_by_role("searchbox", name="Search conversations").click()


@pytest.mark.parametrize("go", [in_model_list, in_filters, in_menu, in_search])
def test_escape_where_it_closes_something_else_does_not_stop(
    go: Callable[[Page], None], page: Page
) -> None:
    choose_model(page, "sim/silent")
    ask(page, "Hello")
    expect(stop_button(page)).to_be_visible()
    page.evaluate(_COUNT_STOPS)

    go(page)
    page.keyboard.press("Escape")
    assert page.evaluate("window.stops") == 0

    composer(page).click()
    page.keyboard.press("Escape")
    await_end(page)


def test_escape_that_ends_a_composition_does_not_stop(page: Page) -> None:
    choose_model(page, "sim/silent")
    ask(page, "Hello")
    expect(stop_button(page)).to_be_visible()
    page.evaluate(_COUNT_STOPS)

    composing = {"key": "Escape", "isComposing": True, "bubbles": True}
    composer(page).dispatch_event("keydown", composing)
    assert page.evaluate("window.stops") == 0

    composer(page).press("Escape")
    await_end(page)


def closed_after_ms(page: Page, upstream: Upstream) -> float:
    """From the visitor's act to the end of the upstream connection; one machine, one clock."""
    closed_at_ms = upstream.newest()["client_closed_at_ms"]
    assert closed_at_ms is not None
    acted_at_ms: float = page.evaluate("window.actedAtMs")
    return float(closed_at_ms) - acted_at_ms
