"""Reading and writing by other means: a screen reader's roles, a keyboard, a phone, a scroll."""

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from .driver import (
    again_button,
    ask,
    await_end,
    await_words,
    choose_model,
    composer,
    is_beginning,
    known_words,
    stop_button,
    words,
)
from .processes import App

NEAR_PX = 120
PHONE: ViewportSize = {"width": 390, "height": 844}
_NOTE = """status => {
    window.announced = [];
    new MutationObserver(() => {
        const said = status.textContent;
        if (said !== window.announced.at(-1)) window.announced.push(said);
    }).observe(status, {childList: true, characterData: true, subtree: true});
}"""


def announcer(page: Page) -> Locator:
    """The element that a screen reader reads out when it changes."""
    return page.locator("p[role=status]:not([data-box] *)")


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def test_the_transcript_is_a_log_that_is_busy_while_an_answer_grows(page: Page) -> None:
    choose_model(page, "sim/stall-20-ttft-0")
    expect(log(page)).to_have_attribute("aria-busy", "false")

    ask(page, "Hello")
    await_words(page, 10)
    expect(log(page)).to_have_attribute("aria-busy", "true")
    expect(log(page)).to_have_attribute("aria-live", "off")
    expect(log(page)).to_contain_text("Hello")

    stop_button(page).click()
    await_end(page)
    expect(log(page)).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize(
    ("model", "end"),
    [
        ("sim/len-30-rate-300-ttft-0", "Answer complete"),
        ("sim/401", "Answer failed"),
        ("sim/cut-at-0-ttft-0", "Answer interrupted"),
    ],
)
def test_only_the_beginning_the_end_and_waits_are_announced(
    model: str, end: str, page: Page
) -> None:
    choose_model(page, model)
    announcer(page).evaluate(_NOTE)

    ask(page, "Hello")
    await_end(page)

    expect(announcer(page)).to_have_text(end)
    announced = page.evaluate("window.announced")
    # An answer may be over before the page is drawn for the first time.
    assert [said for said in announced if said != "Waiting to try again"] in (
        ["Answering", end],
        [end],
    )


def test_the_end_by_stop_is_announced(page: Page) -> None:
    choose_model(page, "sim/silent")
    announcer(page).evaluate(_NOTE)
    ask(page, "Hello")
    expect(announcer(page)).to_have_text("Answering")

    stop_button(page).click()

    expect(announcer(page)).to_have_text("Stopped")
    assert page.evaluate("window.announced") == ["Answering", "Stopped"]


def test_a_conversation_that_is_opened_later_announces_nothing(page: Page) -> None:
    choose_model(page, "sim/len-30-rate-300-ttft-0")
    ask(page, "Hello")
    await_end(page)

    page.reload()
    await_end(page)

    expect(announcer(page)).to_have_text("")


def test_everything_is_done_with_the_keyboard_alone(first_visit: Page) -> None:
    choose_model(first_visit, "sim/rate-50-len-900-ttft-0-style-prose")
    walk_to(first_visit, composer(first_visit), "Tab")
    first_visit.keyboard.type("Hello")
    first_visit.keyboard.press("Enter")
    await_words(first_visit, 5)

    first_visit.keyboard.press("Escape")
    await_end(first_visit)
    kept = words(first_visit)
    walk_to(first_visit, again_button(first_visit), "Shift+Tab")
    first_visit.keyboard.press("Enter")
    expect(again_button(first_visit)).to_be_hidden()
    await_words(first_visit, 5)

    assert is_beginning(kept, known_words(900))
    first_visit.keyboard.press("Escape")
    await_end(first_visit)


def walk_to(page: Page, place: Locator, key: str, most: int = 40) -> None:
    """Presses the key until the place has the focus."""
    expect(place).to_be_visible()
    for _ in range(most):
        if place.evaluate("place => place === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{place} is not reached with {key}")


def test_on_a_phone_nothing_scrolls_sideways_and_all_is_in_reach(page: Page, app: App) -> None:
    choose_model(page, "sim/stall-200-rate-1000-ttft-0")
    page.set_viewport_size(PHONE)
    ask(page, "Hello " + "m" * 200)
    await_words(page, 120)

    assert_fits(page)
    expect(composer(page)).to_be_in_viewport()
    expect(stop_button(page)).to_be_in_viewport()
    stop_button(page).click()
    await_end(page)
    assert_fits(page)
    page.goto(f"{app.url}metrics")
    expect(page.get_by_role("heading", name="Answers")).to_be_visible()
    assert_fits(page)


def test_on_a_phone_a_first_visit_fits(first_visit: Page) -> None:
    first_visit.set_viewport_size(PHONE)

    assert_fits(first_visit)
    expect(composer(first_visit)).to_be_in_viewport()


def assert_fits(page: Page) -> None:
    """The page itself and its middle are no wider than the screen."""
    too_wide = page.evaluate(
        """() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]
            .filter(e => e.scrollWidth > e.clientWidth).map(e => e.scrollWidth)"""
    )
    assert too_wide == []


def test_the_page_follows_the_text_until_its_reader_scrolls_up(page: Page) -> None:
    choose_model(page, "sim/rate-100-len-9000-ttft-0-style-prose")
    ask(page, "Hello")
    await_words(page, 250)
    page.wait_for_function(f"{_GAP} < {NEAR_PX}")

    page.mouse.move(800, 300)
    page.mouse.wheel(0, -400)
    page.wait_for_function(f"{_GAP} > 200")
    there = page.evaluate(f"{_MAIN}.scrollTop")
    await_words(page, len(words(page)) + 60)
    assert page.evaluate(f"{_MAIN}.scrollTop") == there

    # The end moves away from a reader on a busy machine, who then scrolls once more.
    while not is_at_end(page):
        page.mouse.wheel(0, 5000)
    await_words(page, len(words(page)) + 60)
    page.wait_for_function(f"{_GAP} < {NEAR_PX}")
    stop_button(page).click()
    await_end(page)


_MAIN = "document.querySelector('[data-testid=stMain]')"
_GAP = f"({_MAIN}.scrollHeight - {_MAIN}.scrollTop - {_MAIN}.clientHeight)"


def test_a_table_that_grows_in_slices_shows_its_head_once(page: Page) -> None:
    choose_model(page, "sim/ttft-0-rate-200-len-3518-style-table")
    ask(page, "Hello")

    heads = log(page).locator("thead")
    expect(heads.nth(2)).to_be_attached()
    expect(heads.filter(visible=True)).to_have_count(1)
    assert heads.count() > 2
    stop_button(page).click()
    await_end(page)
    expect(heads).to_have_count(1)
    expect(heads).to_be_visible()


def is_at_end(page: Page) -> bool:
    return bool(page.evaluate(f"{_GAP} < {NEAR_PX}"))
