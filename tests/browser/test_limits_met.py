"""Limits of length and money that an answer meets, and the buttons that lead out of them."""

from playwright.sync_api import Page, expect

from .driver import ask, await_end, await_words, choose_model, is_beginning, words
from .test_faults import WHOLE, button, last


def limit_tokens(page: Page, tokens: int) -> None:
    page.get_by_text("Parameters", exact=True).click()
    field = page.get_by_label("Max tokens")
    field.fill(str(tokens))
    field.press("Enter")


def test_a_cut_off_answer_is_continued(first_visit: Page) -> None:
    page = first_visit
    choose_model(page, "sim/len-120-ttft-0-rate-300-style-prose")
    limit_tokens(page, 70)
    ask(page, "Hello")
    expect(last(page)).to_contain_text("The answer was cut off at the token limit.")
    assert is_beginning(words(page), WHOLE)

    button(page, "Continue").first.click()
    await_words(page, len(WHOLE))
    await_end(page)

    assert words(page) == WHOLE


def test_a_limit_that_is_reached_is_raised_where_it_was_set(first_visit: Page) -> None:
    page = first_visit  # what is set here must not last
    limit = page.get_by_label("Limit per answer (tokens)")
    page.get_by_text("Limits and fallbacks").click()
    limit.fill("100")
    limit.press("Enter")
    choose_model(page, "sim/rate-300-len-2000-ttft-100")
    ask(page, "Hello")
    expect(last(page)).to_contain_text("Your limit for an answer is reached")
    expect(limit).to_be_visible()  # it folds only by hand
    page.get_by_text("Limits and fallbacks").click()
    expect(limit).to_be_hidden()

    button(page, "Raise the limit").click()

    expect(limit).to_be_focused()


def test_a_limit_in_usd_says_outside_of_its_fold_whom_it_cannot_stop(first_visit: Page) -> None:
    page = first_visit  # what is set here must not last
    warning = page.get_by_text("No price is known for acme/typed-by-hand")
    choose_model(page, "acme/typed-by-hand")
    page.get_by_text("Limits and fallbacks").click()
    limit = page.get_by_label("Limit per answer (USD)")
    limit.fill("0.5")
    limit.press("Enter")
    expect(warning).to_be_visible()
    expect(limit).to_be_visible()  # it has not folded itself

    page.get_by_text("Limits and fallbacks").click()

    expect(limit).to_be_hidden()
    expect(warning).to_be_visible()


def test_an_answer_that_is_too_dear_is_asked_for_shorter(first_visit: Page) -> None:
    page = first_visit  # what is set here must not last
    choose_model(page, "sim/402-afford-300")
    ask(page, "Hello")

    button(page, "Try with at most 300 tokens").click()
    page.get_by_text("Parameters", exact=True).click()

    expect(page.get_by_label("Max tokens")).to_have_value("300")
