"""What can be done with an answer: queue behind it, go on with it, edit before it, walk between."""

from playwright.sync_api import Page, expect

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

SLOW = "sim/rate-50-len-2000-style-prose-ttft-0"
QUICK = "sim/echo-ttft-0"


def send(page: Page, text: str) -> None:
    composer(page).fill(text)
    composer(page).press("Enter")


def asked(page: Page, text: str) -> None:
    expect(page.get_by_test_id("stChatMessage").filter(has_text=text).first).to_be_visible()


def test_a_message_sent_meanwhile_waits_and_goes_out_when_the_answer_ends(page: Page) -> None:
    choose_model(page, "sim/rate-30-len-150-style-prose-ttft-0")
    ask(page, "First")
    await_words(page, 10)

    send(page, "Second")
    expect(page.get_by_text("Queued")).to_be_visible()
    expect(page.get_by_test_id("stChatMessage")).to_have_count(4)
    asked(page, "Second")
    expect(page.get_by_text("Queued")).to_be_hidden()
    await_end(page)


def test_a_waiting_message_can_be_removed(page: Page) -> None:
    choose_model(page, SLOW)
    ask(page, "First")
    await_words(page, 10)
    send(page, "Never mind")

    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Queued")).to_be_hidden()
    stop_button(page).click()
    await_end(page)

    expect(page.get_by_test_id("stChatMessage")).to_have_count(2)


def test_a_stopped_answer_goes_on_from_its_last_character(page: Page) -> None:
    whole = known_words(400)
    choose_model(page, "sim/rate-60-len-400-style-prose-ttft-0")
    ask(page, "Hello")
    await_words(page, 30)
    stop_button(page).click()
    await_end(page)
    partial = words(page)
    assert is_beginning(partial, whole)

    page.get_by_role("button", name="Continue").click()
    await_words(page, len(partial) + 20)
    await_end(page)

    assert words(page) == whole


def test_an_edited_message_is_a_branch_and_one_walks_between_them(page: Page) -> None:
    choose_model(page, QUICK)
    ask(page, "One way")
    await_end(page)

    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("option", name="Edit and resend").or_(
        page.get_by_role("menuitem", name="Edit and resend")
    ).click()
    box = page.get_by_label("Edit your message")
    box.fill("Another way")
    box.press("Control+Enter")
    page.get_by_role("button", name="Send", exact=True).click()
    asked(page, "Another way")
    await_end(page)
    expect(page.get_by_text("2 / 2")).to_be_visible()

    page.get_by_role("button", name="Earlier").click()
    asked(page, "One way")
    expect(page.get_by_text("1 / 2")).to_be_visible()
    assert words(page) == ["One", "way"]


def test_an_answer_given_anew_is_kept_beside_the_first(page: Page) -> None:
    choose_model(page, QUICK)
    ask(page, "Hello")
    await_end(page)

    again_button(page).click()
    expect(page.get_by_text("2 / 2")).to_be_visible()
    await_end(page)

    page.get_by_role("button", name="Earlier").click()
    expect(page.get_by_text("1 / 2")).to_be_visible()
