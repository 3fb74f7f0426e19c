"""From a question to an answer, with the embedded model and with a key."""

from playwright.sync_api import Page, expect

from chat.simulator.special_keys import REFUSED_KEY

from .driver import (
    KEY,
    answer,
    ask,
    await_end,
    await_steps,
    await_words,
    choose_model,
    is_beginning,
    known_words,
    open_chat,
    paste_key,
    stop_button,
    watched,
    words,
)

WEIGHTS_MS = 180_000
OPENROUTER = "acme/sim-rate-60-len-2000-style-prose"
"""Runs for 33 s, unless it is stopped."""


def test_without_a_key_the_embedded_model_answers_until_stop(first_visit: Page) -> None:
    expect(first_visit.get_by_text("Runs inside this app.")).to_be_visible(timeout=WEIGHTS_MS)

    with watched(first_visit):
        ask(first_visit, "Tell a long story about a quiet harbour at dawn.")
        await_steps(first_visit, 10)
    stop_button(first_visit).click()
    await_end(first_visit)

    kept = words(first_visit)
    assert len(kept) >= 10
    first_visit.reload()
    await_end(first_visit)
    expect(first_visit.get_by_text("Stopped")).to_be_visible()
    assert words(first_visit) == kept


def test_with_a_key_the_chosen_model_answers_until_stop(page: Page) -> None:
    choose_model(page, OPENROUTER)
    paste_key(page, KEY)

    with watched(page):
        ask(page, "Hello")
        await_steps(page, 10)
    stop_button(page).click()
    await_end(page)

    kept = words(page)
    assert is_beginning(kept, known_words(2000))
    page.reload()
    await_end(page)
    expect(page.get_by_text("Stopped")).to_be_visible()
    assert words(page) == kept


def test_the_key_that_is_sent_is_the_one_that_was_pasted(page: Page) -> None:
    choose_model(page, OPENROUTER)
    paste_key(page, REFUSED_KEY)

    ask(page, "Hello")

    expect(page.get_by_text("OpenRouter does not accept this key")).to_be_visible()


def test_after_a_reload_the_key_is_gone_and_the_conversation_is_there(page: Page) -> None:
    choose_model(page, "acme/sim-rate-1000-len-400-style-prose")
    paste_key(page, KEY)
    ask(page, "Hello")
    await_end(page)

    page.reload()

    expect(page.get_by_label("OpenRouter API key", exact=True)).to_have_value("")
    await_end(page)
    assert words(page) == known_words(400)


def test_an_answer_is_whole_and_its_figures_stand_below(page: Page) -> None:
    choose_model(page, "sim/rate-1000-len-120-style-prose")

    ask(page, "Hello")
    await_end(page)

    assert words(page) == known_words(120)
    expect(page.get_by_test_id("stMain").get_by_text("120 tokens")).to_be_visible()


def test_with_reduced_motion_an_answer_is_whole_as_well(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    choose_model(page, "sim/rate-300-len-120-style-prose")

    ask(page, "Hello")
    await_end(page)

    assert words(page) == known_words(120)


def test_an_example_that_is_clicked_is_asked(page: Page) -> None:
    choose_model(page, "sim/echo-ttft-0")

    page.get_by_role("button", name="List six ideas for a rainy afternoon.").click()
    await_end(page)

    expect(answer(page)).to_have_text("List six ideas for a rainy afternoon.")


def test_an_answer_goes_on_while_nobody_looks(page: Page) -> None:
    choose_model(page, "sim/rate-300-len-300-style-prose")
    ask(page, "Hello")
    await_words(page, 10)
    address = page.url

    page.goto("about:blank")
    open_chat(page, address)
    await_end(page)

    assert words(page) == known_words(300)
