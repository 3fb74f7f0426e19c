"""Choosing a model: found, filtered, starred by keyboard, named in the address, gone."""

from playwright.sync_api import Locator, Page, expect

from .driver import (
    KEY,
    answer,
    ask,
    await_end,
    choose_model,
    composer,
    greeting,
    open_chat,
    paste_key,
)
from .processes import App

SEER = "acme/sim-echo-ttft-0"


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Model")


def options(page: Page) -> Locator:
    return page.get_by_role("option")


def sidebar(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar")


def test_a_model_is_found_by_a_word_of_its_name_or_its_id(first_visit: Page) -> None:
    for words in ("acme seer", SEER):
        box(first_visit).click()
        box(first_visit).fill(words)

        expect(options(first_visit)).to_have_count(1)
        expect(options(first_visit)).to_contain_text("131k context · $0.10 in, $0.40 out")
        box(first_visit).press("Escape")
    expect(options(first_visit)).to_have_count(0)


def test_a_group_is_found_by_its_name_and_narrowed_by_more_words(first_visit: Page) -> None:
    box(first_visit).click()
    box(first_visit).fill("simulator")
    expect(options(first_visit).first).to_contain_text("Steady, 50 tokens a second")
    expect(options(first_visit).nth(20)).to_be_visible()

    box(first_visit).fill("simulator daily")

    expect(options(first_visit)).to_have_count(1)


def test_an_id_that_is_typed_whole_is_used_though_others_contain_it(first_visit: Page) -> None:
    box(first_visit).click()
    box(first_visit).fill("acme/sim-echo")
    box(first_visit).press("Enter")

    expect(box(first_visit)).to_have_value("acme/sim-echo")
    box(first_visit).click()
    box(first_visit).fill("acme/")
    expect(first_visit.get_by_text("Use this id")).to_have_count(0)
    expect(options(first_visit).first).to_contain_text("Acme")


def test_an_id_that_is_too_long_is_said_to_be(first_visit: Page) -> None:
    box(first_visit).click()
    box(first_visit).fill("acme/" + "x" * 300)

    expect(options(first_visit)).to_have_count(0)
    expect(first_visit.get_by_text("An id has at most 200 characters")).to_be_visible()


def test_a_busy_server_asks_the_model_that_was_picked_just_before(page: Page, app: App) -> None:
    choose_model(page, "sim/len-20-ttft-0")

    with app.held():
        choose_model(page, "sim/echo-ttft-0")
        composer(page).fill("Only an echo says this")
        composer(page).press("Enter")
    await_end(page)

    expect(answer(page)).to_have_text("Only an echo says this")


def test_a_model_is_chosen_by_keyboard_alone(first_visit: Page) -> None:
    box(first_visit).focus()
    box(first_visit).press("ArrowDown")
    first_visit.keyboard.type("acme")
    first_visit.keyboard.press("ArrowDown")
    first_visit.keyboard.press("Enter")

    expect(box(first_visit)).to_have_value("Acme: Seer")
    expect(sidebar(first_visit)).to_contain_text(SEER)


def test_a_favourite_is_made_by_keyboard_and_stands_first_after_a_reload(
    first_visit: Page, app: App
) -> None:
    box(first_visit).focus()
    first_visit.keyboard.press("ArrowDown")
    first_visit.keyboard.type("thinker")
    first_visit.keyboard.press("Shift+Enter")
    expect(options(first_visit).get_by_role("img", name="favourite")).to_be_visible()
    first_visit.keyboard.press("Escape")

    open_chat(first_visit, app.url)
    box(first_visit).click()

    expect(first_visit.get_by_text("Favourites", exact=True)).to_be_visible()
    expect(options(first_visit).first).to_contain_text("Acme: Thinker")
    first_visit.keyboard.press("Shift+Enter")


def test_a_filter_leaves_what_is_free_by_price(first_visit: Page) -> None:
    first_visit.get_by_role("button", name="Filter models").click()
    first_visit.get_by_text("Free, by price").click()
    expect(first_visit.get_by_role("button", name="Filter models (1)")).to_be_visible()
    first_visit.keyboard.press("Escape")

    box(first_visit).click()
    box(first_visit).fill("acme")

    expect(options(first_visit)).to_have_count(1)
    expect(options(first_visit)).to_contain_text("Acme: Gratis")


def test_the_address_preselects_a_model(first_visit: Page, app: App) -> None:
    open_chat(first_visit, f"{app.url}?model={SEER}")

    expect(box(first_visit)).to_have_value("Acme: Seer")


def test_a_model_that_has_gone_says_so_and_suggests_the_nearest(
    first_visit: Page, app: App
) -> None:
    open_chat(first_visit, f"{app.url}?model=acme/sim-echo-ttft-9")
    expect(sidebar(first_visit)).to_contain_text("No list has the model acme/sim-echo-ttft-9")

    first_visit.get_by_role("button", name="Use Acme: Seer").click()

    expect(box(first_visit)).to_have_value("Acme: Seer")
    expect(sidebar(first_visit)).not_to_contain_text("No list has the model")


def test_a_model_that_answered_shows_how_fast_it_was(first_visit: Page) -> None:
    box(first_visit).click()
    box(first_visit).fill(SEER)
    box(first_visit).press("Enter")
    paste_key(first_visit, KEY)
    ask(first_visit, "Say these five words again")
    await_end(first_visit)
    # The page that saw the end may have been drawn before the answer was saved.
    first_visit.get_by_role("button", name="New chat").click()
    expect(greeting(first_visit)).to_be_visible()

    box(first_visit).click()

    expect(first_visit.get_by_text("Recently used", exact=True)).to_be_visible()
    expect(options(first_visit).first).to_contain_text("tok/s")


def test_the_name_of_the_demo_model_is_not_cut(first_visit: Page) -> None:
    name = first_visit.locator("[data-box] .shown")

    expect(name).to_have_text("SmolLM2 135M (local demo)")
    assert name.evaluate("shown => shown.scrollWidth <= shown.clientWidth")
    assert name.evaluate("shown => shown.clientHeight") <= 45  # one line


def test_on_a_phone_the_list_fits_the_screen(first_visit: Page) -> None:
    first_visit.set_viewport_size({"width": 390, "height": 844})
    expand = first_visit.get_by_role("button", name="Expand sidebar")
    if expand.is_visible():
        expand.click()

    box(first_visit).click()
    panel = first_visit.locator("[data-box] .panel").bounding_box()

    assert panel is not None
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= 390
    first_visit.set_viewport_size({"width": 1280, "height": 800})
