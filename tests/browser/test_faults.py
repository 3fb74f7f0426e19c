"""What a visitor sees of faults while they happen, and what the buttons below them do."""

import re
from itertools import count

from playwright.sync_api import Locator, Page, expect

from .driver import (
    KEY,
    answer,
    ask,
    await_end,
    await_words,
    choose_model,
    is_beginning,
    known_words,
    paste_key,
    seen,
    stop_button,
    watched,
    words,
)
from .processes import Upstream

BUSY = "acme/sim-429-after-8"
DROPS = "sim/drop-at-40-len-120-rate-60-ttft-1500-style-prose"
ECHO = "Says what you said"
WHOLE = known_words(120)
_tries = count(1)
"""The simulator counts how often it was asked a prompt: each try has one of its own."""


def last(page: Page) -> Locator:
    """The newest reply, with what stands above and below its text."""
    return page.get_by_test_id("stChatMessage").last


def button(page: Page, name: str) -> Locator:
    return last(page).get_by_role("button", name=name)


def seconds_left(page: Page) -> int:
    """How long it is until the second try, as the newest reply says."""
    told = re.compile(r"Attempt 2 of 4 in (\d+) s")
    expect(last(page)).to_contain_text(told)
    found = told.search(last(page).inner_text())
    assert found is not None
    return int(found[1])


def test_a_wait_before_another_try_is_counted_down_and_stop_ends_it(
    page: Page, upstream: Upstream
) -> None:
    before = upstream.asked(BUSY)
    choose_model(page, BUSY)
    paste_key(page, KEY)
    ask(page, "Hello")

    for _ in range(2):
        left_s = seconds_left(page)
        expect(last(page)).to_contain_text("Too many requests for this model right now")
        expect(last(page)).not_to_contain_text(f"in {left_s} s")
        assert seconds_left(page) < left_s
    stop_button(page).click()
    await_end(page)
    choose_model(page, "acme/sim-echo-ttft-8000")
    ask(page, "Longer than the wait was")
    await_words(page, 5)

    assert upstream.asked(BUSY) == before + 1


def test_escape_ends_a_wait_before_another_try(page: Page) -> None:
    choose_model(page, "sim/429-after-30")
    ask(page, "Hello")
    expect(last(page)).to_contain_text("Attempt 2 of 4 in ")

    page.keyboard.press("Escape")

    await_end(page)
    expect(last(page)).to_contain_text("Stopped")


def test_an_answer_that_breaks_off_goes_on_without_gap_or_repeat_and_says_so(page: Page) -> None:
    choose_model(page, DROPS)
    with watched(page):
        ask(page, "Hello")

        expect(last(page)).to_contain_text("reconnecting…")
        expect(last(page)).to_contain_text("reconnected")
        await_end(page)

    assert all(is_beginning(state, WHOLE) for state in seen(page))
    assert words(page) == WHOLE
    expect(last(page)).to_contain_text("reconnected")


def test_why_it_broke_off_is_in_the_folded_details(page: Page) -> None:
    choose_model(page, DROPS)
    ask(page, "Hello")
    await_end(page)

    last(page).get_by_text("Technical details").click()

    details = last(page).get_by_test_id("stCode")
    expect(details).to_contain_text("reconnections tried: 1")
    expect(details).to_contain_text("broke off after")
    expect(details).to_contain_text("connection_lost")


def test_a_fallback_model_answers_and_is_named(first_visit: Page) -> None:
    page = first_visit  # what is set here must not last
    page.get_by_text("Limits and fallbacks").click()
    page.get_by_role("combobox", name="Fallbacks, in this order").press_sequentially(ECHO)
    page.get_by_role("option", name=ECHO).first.click()
    page.keyboard.press("Escape")
    choose_model(page, "sim/429-daily")
    ask(page, "Hello")
    await_end(page)

    assert words(page) == ["Hello"]
    expect(last(page)).to_contain_text(f"could not answer; asked {ECHO}")


def test_the_key_button_leads_to_the_field_of_the_key(first_visit: Page) -> None:
    choose_model(first_visit, "openai/gpt-4o-mini")
    ask(first_visit, "Hello")

    button(first_visit, "Enter a key").click()

    expect(first_visit.get_by_label("OpenRouter API key", exact=True)).to_be_focused()


def test_on_a_phone_the_sidebar_is_opened_for_it(first_visit: Page) -> None:
    first_visit.set_viewport_size({"width": 390, "height": 844})
    choose_model(first_visit, "openai/gpt-4o-mini")
    ask(first_visit, "Hello")

    button(first_visit, "Enter a key").click()

    expect(first_visit.get_by_label("OpenRouter API key", exact=True)).to_be_focused()
    expect(first_visit.get_by_label("OpenRouter API key", exact=True)).to_be_in_viewport()


def test_another_model_can_be_asked_with_one_click_or_chosen(page: Page) -> None:
    choose_model(page, "sim/no-such-scenario")
    ask(page, "Hello")

    button(page, "Choose another model").click()
    expect(page.get_by_role("combobox", name="Model")).to_be_focused()
    button(page, "Try with").click()

    await_words(page, 5)
    expect(page.get_by_test_id("stMain").get_by_text("Hello")).to_have_count(1)
    stop_button(page).click()
    await_end(page)


def test_what_cannot_be_taken_up_again_is_continued_by_another_model(page: Page) -> None:
    choose_model(page, f"{DROPS}-resume-says-no")
    ask(page, "Hello")
    await_end(page)
    before = " ".join(words(page))
    assert is_beginning(before.split(), WHOLE)
    expect(last(page)).to_contain_text("The model did not go on from where the answer stopped")
    expect(last(page)).not_to_contain_text("reconnected")
    expect(button(page, "Regenerate")).to_be_visible()

    button(page, "Continue with").click()
    await_words(page, len(before.split()) + 5)
    stop_button(page).click()
    await_end(page)

    assert " ".join(words(page)).startswith(before)


def test_a_message_that_is_too_long_is_edited_in_its_place(page: Page) -> None:
    choose_model(page, "sim/413")
    ask(page, "Far too long")

    button(page, "Edit the message").click()
    editor = page.get_by_label("Edit your message")
    expect(editor).to_be_focused()
    choose_model(page, "sim/echo-ttft-0")
    editor.fill("Short")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(answer(page)).to_have_text(["Short"])


def test_a_wait_in_the_card_is_counted_down_by_itself(page: Page) -> None:
    choose_model(page, "sim/429-after-70")  # longer than is waited for
    ask(page, "Hello")
    expect(button(page, "Try again in ")).to_be_disabled()

    before = button(page, "Try again in ").inner_text()

    expect(button(page, "Try again in ")).not_to_have_text(before)


def test_after_the_wait_one_click_tries_again_and_is_answered(page: Page) -> None:
    choose_model(page, "sim/429-after-1-fails-4-echo-ttft-0")  # as often as it is tried
    text = f"Patience {next(_tries)}"
    ask(page, text)
    try_again = last(page).get_by_role("button", name="Try again", exact=False)
    expect(try_again).to_have_text("refreshTry again")
    expect(last(page)).not_to_contain_text("Wait for the countdown")

    try_again.click()

    expect(answer(page)).to_have_text([text])
    expect(last(page)).not_to_contain_text("Too many requests")


def test_the_details_can_be_copied_and_hold_no_key(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose_model(page, "acme/sim-401-quoted")
    paste_key(page, KEY)
    ask(page, "Hello")
    await_end(page)
    expect(last(page)).to_contain_text("Incorrect API key provided: ***")

    last(page).get_by_text("Technical details").click()
    button(page, "Copy details").click()
    expect(button(page, "Copied")).to_be_visible()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert "status: 401" in copied
    assert KEY not in page.content() + copied


def test_a_key_that_the_upstream_quotes_is_in_no_answer_of_the_api(page: Page) -> None:
    told: str = page.evaluate(
        """async ([key, model]) => {
            const message = { role: "user", parts: [{ type: "text", text: "Hello" }] }
            const asked = await fetch("/api/chat", {
                method: "POST",
                headers: { "content-type": "application/json", "x-openrouter-key": key },
                body: JSON.stringify({ id: "quotes", message, model }),
            })
            const kept = await fetch("/api/chats/quotes/export.json")
            return (await asked.text()) + "\\n" + (await kept.text())
        }""",
        [KEY, "acme/sim-401-quoted"],
    )

    assert "Incorrect API key provided: ***" in told
    assert KEY not in told
