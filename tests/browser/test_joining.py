"""Leaving an answer and coming back: reload, second tab, other page, other conversation."""

from playwright.sync_api import BrowserContext, Page, expect

from .conftest import Arrive
from .driver import (
    answer,
    ask,
    await_end,
    await_words,
    choose_model,
    composer,
    greeting,
    is_beginning,
    known_words,
    open_chat,
    seen,
    stop_button,
    watched,
    words,
)
from .processes import App

LONG = "sim/rate-100-len-300-style-prose-ttft-0"
WHOLE = known_words(300)
SLOW = "sim/rate-40-len-2000-style-prose-ttft-0"
"""Runs for 50 s, and so still does when a busy machine has opened another page."""
SLOW_WHOLE = known_words(2000)
_KEEP_SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
    constructor(...given) { super(...given); window.sockets.push(this); }
}
"""


def test_a_reload_joins_the_live_text_without_gap_or_repeat(page: Page) -> None:
    choose_model(page, LONG)
    with watched(page):
        ask(page, "Hello")
        await_words(page, 40)
        before, blocks = len(words(page)), answer(page).count()

        page.reload()
        await_end(page)

    # What was there comes at once, block by block (with and without the cursor), not word by word.
    caught_up = next(n for n, state in enumerate(seen(page)) if len(state) >= before)
    assert caught_up <= 2 * blocks
    assert all(is_beginning(state, WHOLE) for state in seen(page))
    assert words(page) == WHOLE


def test_a_closed_tabs_address_joins_the_live_text(page: Page, profile: BrowserContext) -> None:
    closed = profile.new_page()
    open_chat(closed, page.url)
    choose_model(closed, SLOW)
    ask(closed, "Hello")
    await_words(closed, 20)
    address, before = closed.url, len(words(closed))
    closed.close()

    page.goto(address)
    await_words(page, before + 20)
    stop_button(page).click()
    await_end(page)

    assert is_beginning(words(page), SLOW_WHOLE)


def test_a_second_tab_shows_the_same_answer_and_can_stop_it(
    page: Page, profile: BrowserContext
) -> None:
    choose_model(page, SLOW)
    ask(page, "Hello")
    await_words(page, 10)

    second = profile.new_page()
    open_chat(second, page.url)
    await_words(second, 30)
    stop_button(second).click()
    await_end(second)
    await_end(page)

    assert words(second) == words(page)
    assert is_beginning(words(page), SLOW_WHOLE)
    second.close()


def test_a_lost_socket_is_mended_and_joins_the_live_text(page: Page) -> None:
    with page.add_init_script(_KEEP_SOCKETS):
        page.reload()
    choose_model(page, LONG)
    with watched(page):
        ask(page, "Hello")
        await_words(page, 10)

        page.evaluate("window.sockets.at(-1).close()")
        page.wait_for_function("window.sockets.length > 1")
        await_end(page)

    assert all(is_beginning(state, WHOLE) for state in seen(page))
    assert words(page) == WHOLE


def test_metrics_and_back_joins_the_live_text(page: Page) -> None:
    choose_model(page, SLOW)
    ask(page, "Hello")
    await_words(page, 10)

    page.get_by_role("link", name="Metrics").click()
    expect(page.get_by_role("heading", name="Metrics")).to_be_visible()
    expect(answer(page)).to_have_count(0)
    page.get_by_role("link", name="Chat").click()
    await_words(page, 30)
    stop_button(page).click()
    await_end(page)

    assert is_beginning(words(page), SLOW_WHOLE)


def test_another_conversation_and_back_joins_the_live_text(page: Page) -> None:
    choose_model(page, LONG)
    ask(page, "The first of two")
    await_words(page, 10)

    page.get_by_role("button", name="New chat").click()
    expect(answer(page)).to_have_count(0)
    expect(stop_button(page)).to_be_hidden()
    # The newest stands first: another try has left one of that name below it.
    page.get_by_role("button", name="The first of two").first.click()
    await_end(page)

    assert words(page) == WHOLE


def test_nothing_of_the_old_conversation_is_left_while_a_new_one_streams(page: Page) -> None:
    choose_model(page, "sim/echo-ttft-0-rate-300")
    ask(page, "Marzipan and more marzipan")
    await_end(page)

    page.get_by_role("button", name="New chat").click()
    expect(greeting(page)).to_be_visible()
    choose_model(page, "sim/stall-30-ttft-0-style-prose")
    ask(page, "Hello")
    await_words(page, 25)

    expect(page.get_by_test_id("stMain")).not_to_contain_text("marzipan")
    expect(page.get_by_test_id("stChatMessage")).to_have_count(2)


def test_nothing_of_the_old_answer_is_left_while_a_new_one_streams(page: Page) -> None:
    choose_model(page, "sim/echo-ttft-0-rate-300")
    ask(page, "Marzipan")
    await_end(page)

    choose_model(page, "sim/stall-30-ttft-0-style-prose")
    page.get_by_role("button", name="Regenerate").click()
    await_words(page, 25)

    expect(page.get_by_test_id("stMain").get_by_text("Marzipan")).to_have_count(1)
    expect(page.get_by_role("button", name="Regenerate")).to_be_hidden()


def test_after_a_reload_in_a_stall_all_that_came_is_there(page: Page) -> None:
    choose_model(page, "sim/stall-60-ttft-0-style-prose-rate-300")
    ask(page, "Hello")
    await_words(page, 50)

    page.reload()
    expect(composer(page)).to_be_visible()
    await_words(page, 50)

    expect(stop_button(page)).to_be_visible()


def test_visitors_are_strangers(first_visit: Page, app: App, arrive: Arrive) -> None:
    choose_model(first_visit, "sim/echo-ttft-0")
    ask(first_visit, "A secret")
    await_end(first_visit)

    stranger = arrive()
    other = stranger.new_page()
    open_chat(other, first_visit.url)
    expect(other.get_by_text("This conversation does not exist")).to_be_visible()
    expect(other.get_by_role("button", name="A secret")).to_have_count(0)
    expect(other.get_by_text("A secret")).to_have_count(0)
    other.close()

    first_visit.goto(app.url)
    expect(first_visit.get_by_role("button", name="A secret")).to_be_visible()


def test_the_visitors_cookie_cannot_be_read_by_scripts(
    first_visit: Page, profile: BrowserContext
) -> None:
    (cookie,) = [c for c in profile.cookies() if c.get("name") == "tickertape_visitor"]

    assert cookie.get("httpOnly")
    assert cookie.get("sameSite") == "Lax"
    assert "tickertape" not in first_visit.evaluate("document.cookie")


def test_a_visitor_who_deletes_the_cookie_gets_another_one(
    first_visit: Page, profile: BrowserContext
) -> None:
    profile.clear_cookies()

    first_visit.reload()  # from the cache: the server answers 304

    assert "tickertape_visitor" in [c.get("name") for c in profile.cookies()]
