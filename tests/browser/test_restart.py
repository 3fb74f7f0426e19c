"""A server that is killed in the middle of an answer, and started again."""

import signal
from pathlib import Path

from playwright.sync_api import Page, expect

from .conftest import Serve
from .driver import (
    ask,
    await_end,
    await_words,
    choose_model,
    is_beginning,
    known_words,
    open_chat,
    words,
)

SLOW = "sim/rate-50-len-2000-style-prose-ttft-0"
LOST_AT_MOST = 50 + 10
"""Words of one second, and what came while the reading was under way."""


def test_after_kill_9_the_answer_is_there_as_far_as_it_came(
    spare: Page, serve: Serve, tmp_path: Path
) -> None:
    page, server = spare, serve(tmp_path)
    open_chat(page, server.url)
    choose_model(page, SLOW)
    ask(page, "Hello")
    await_words(page, 150)
    address = page.url.removeprefix(server.url)
    seen = len(words(page))
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()

    again = serve(tmp_path)
    page.goto(again.url + address)
    await_end(page)
    expect(page.locator(".stMarkdownBadge", has_text="Interrupted")).to_be_visible()

    kept = words(page)
    assert is_beginning(kept, known_words(2000))
    assert len(kept) >= seen - LOST_AT_MOST
    expect(page.get_by_role("button", name="Continue", exact=True)).to_be_visible()
