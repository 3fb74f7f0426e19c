"""Whole conversations: found, renamed, deleted and brought back, taken away, kept to oneself."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .driver import KEY, ask, await_end, await_words, choose_model, greeting, paste_key, words
from .processes import App, Upstream

QUICK = "sim/echo-ttft-0"


def sidebar_entry(page: Page, title: str) -> Locator:
    return page.get_by_test_id("stSidebar").get_by_role("button", name=title, exact=True)


def open_menu(page: Page) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name="More", exact=True).click()


def test_a_conversation_is_found_by_a_word_of_its_answer(first_visit: Page) -> None:
    choose_model(first_visit, QUICK)
    ask(first_visit, "Where do zebras sleep")
    await_end(first_visit)
    first_visit.get_by_test_id("stSidebar").get_by_role("button", name="New chat").click()
    expect(greeting(first_visit)).to_be_visible()

    first_visit.get_by_role("searchbox", name="Search conversations").fill("zebras")
    expect(first_visit.get_by_test_id("stSidebar").get_by_text("Today")).to_be_hidden()
    sidebar_entry(first_visit, "Where do zebras sleep").first.click()

    expect(first_visit.get_by_test_id("stChatMessage")).to_have_count(2)


def test_a_conversation_is_renamed_and_deleted_and_comes_back(first_visit: Page) -> None:
    choose_model(first_visit, QUICK)
    ask(first_visit, "Hello")
    await_end(first_visit)

    open_menu(first_visit)
    title = first_visit.get_by_label("Title", exact=True)
    title.fill("A better name")
    title.press("Enter")
    expect(sidebar_entry(first_visit, "A better name")).to_be_visible()

    delete = first_visit.get_by_role("button", name="Delete conversation")
    if not delete.is_visible():
        open_menu(first_visit)
    delete.click()
    expect(sidebar_entry(first_visit, "A better name")).to_be_hidden()
    first_visit.get_by_role("button", name="Undo").click()

    expect(sidebar_entry(first_visit, "A better name")).to_be_visible()
    expect(first_visit.get_by_test_id("stChatMessage")).to_have_count(2)


def test_a_conversation_is_taken_away_and_brought_in_again(first_visit: Page) -> None:
    choose_model(first_visit, QUICK)
    ask(first_visit, "Keep me")
    await_end(first_visit)

    open_menu(first_visit)
    with first_visit.expect_download() as download:
        first_visit.get_by_role("button", name="Export as JSON").click()
    path = download.value.path()
    assert json.loads(path.read_text("utf-8"))["conversations"][0]["title"] == "Keep me"
    first_visit.keyboard.press("Escape")
    first_visit.get_by_test_id("stSidebar").get_by_text("Import", exact=True).click()
    first_visit.get_by_test_id("stFileUploader").locator("input").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": path.read_bytes()}
    )

    expect(first_visit.get_by_text("1 conversation imported.")).to_be_visible()
    expect(sidebar_entry(first_visit, "Keep me")).to_have_count(2)


def test_a_broken_file_is_refused_with_a_sentence(first_visit: Page) -> None:
    first_visit.get_by_test_id("stSidebar").get_by_text("Import", exact=True).click()
    first_visit.get_by_test_id("stFileUploader").locator("input").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": b'[{"mapping": {"a"'}
    )

    expect(first_visit.get_by_text("Nothing was imported.")).to_be_visible()


@pytest.mark.parametrize(
    ("megabytes", "sentence"),
    [(100, "The file has 100 MB; the limit is 50 MB."), (49, "The file is not valid JSON")],
)
def test_a_huge_file_is_refused_with_a_sentence_and_the_chat_goes_on(
    first_visit: Page, tmp_path: Path, megabytes: int, sentence: str
) -> None:
    file = tmp_path / "conversations.json"
    file.write_bytes(b'[{"title": "Not kept", "mapping": {}}, "'.ljust(megabytes * 1_000_000, b"x"))
    first_visit.get_by_test_id("stSidebar").get_by_text("Import", exact=True).click()

    first_visit.get_by_test_id("stFileUploader").locator("input").set_input_files(file)

    expect(first_visit.get_by_text(f"Nothing was imported. {sentence}")).to_be_visible()
    expect(sidebar_entry(first_visit, "Not kept")).to_have_count(0)
    choose_model(first_visit, QUICK)
    ask(first_visit, "Hello")
    await_end(first_visit)


def test_a_temporary_chat_is_nowhere_afterwards(first_visit: Page) -> None:
    first_visit.get_by_test_id("stMain").get_by_text("Temporary", exact=True).click()
    expect(first_visit.get_by_text("it is never written down")).to_be_visible()
    choose_model(first_visit, QUICK)
    ask(first_visit, "Between us")
    await_end(first_visit)
    assert words(first_visit) == ["Between", "us"]
    assert "?c=" not in first_visit.url

    first_visit.reload()

    expect(greeting(first_visit)).to_be_visible()
    expect(sidebar_entry(first_visit, "Between us")).to_have_count(0)


def test_an_answer_that_ends_while_another_page_is_open_is_announced(
    first_visit: Page, app: App
) -> None:
    choose_model(first_visit, "sim/rate-40-len-300-style-prose-ttft-0")
    ask(first_visit, "Tell me a story")
    await_words(first_visit, 5)

    first_visit.get_by_role("link", name="Metrics").click()

    expect(first_visit.get_by_text("Answered: Tell me a story")).to_be_visible()
    assert app.url in first_visit.url


def test_a_temporary_chat_that_is_left_stops_its_answer_and_the_next_is_not_temporary(
    first_visit: Page, upstream: Upstream
) -> None:
    choose_model(first_visit, "acme/sim-rate-20-len-2000-style-prose-ttft-0")
    paste_key(first_visit, KEY)
    first_visit.get_by_test_id("stMain").get_by_text("Temporary", exact=True).click()
    expect(first_visit.get_by_text("it is never written down")).to_be_visible()
    ask(first_visit, "Between us")
    await_words(first_visit, 5)

    first_visit.get_by_test_id("stSidebar").get_by_role("button", name="New chat").click()

    expect(greeting(first_visit)).to_be_visible()
    expect(first_visit.get_by_role("heading", name="Chat", exact=True)).to_be_visible()
    expect(first_visit.get_by_label("Temporary", exact=True)).not_to_be_checked()
    assert upstream.newest()["client_closed_at_ms"] is not None
    expect(first_visit.get_by_text("Answered:")).to_have_count(0)


def test_back_and_forward_lead_through_the_conversations(first_visit: Page) -> None:
    choose_model(first_visit, QUICK)
    ask(first_visit, "First question")
    await_end(first_visit)
    new_chat(first_visit)
    ask(first_visit, "Second question")
    await_end(first_visit)
    said = first_visit.get_by_test_id("stChatMessage")

    first_visit.go_back()
    expect(greeting(first_visit)).to_be_visible()
    assert "?c=" not in first_visit.url
    first_visit.go_back()
    expect(said.first).to_contain_text("First question")
    first_visit.go_forward()
    expect(greeting(first_visit)).to_be_visible()
    first_visit.go_forward()
    expect(said.first).to_contain_text("Second question")


def test_back_right_after_a_new_chat_leads_to_the_conversation(first_visit: Page) -> None:
    choose_model(first_visit, QUICK)
    ask(first_visit, "First question")
    await_end(first_visit)
    new_chat(first_visit)

    first_visit.go_back()

    expect(first_visit.get_by_test_id("stChatMessage").first).to_contain_text("First question")


def new_chat(page: Page) -> None:
    page.get_by_test_id("stSidebar").get_by_role("button", name="New chat").click()
    expect(greeting(page)).to_be_visible()
