"""A batch of prompts: it runs on its own, through clicks, pauses and a restart; its files."""

import csv
import re
import signal
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect

from .conftest import Serve
from .driver import known_words
from .processes import App
from .race_driver import choose

QUICK = "sim/rate-50-len-60-style-prose-ttft-0"
SLOW = "sim/rate-10-len-40-style-prose-ttft-0"


def start_batch(page: Page, prompts: list[str]) -> None:
    page.get_by_text("Batch: many prompts").click()
    field = page.get_by_label("Prompts, one on each line")
    field.fill("\n".join(prompts))
    field.press("Control+Enter")
    page.get_by_role("button", name="Start batch").click()


def progress(page: Page) -> Locator:
    return page.get_by_test_id("stProgress")


def test_a_batch_of_twenty_goes_on_after_a_restart_in_the_middle(
    spare: Page, serve: Serve, tmp_path: Path
) -> None:
    page, server = spare, serve(tmp_path)
    choose(page, server.url, QUICK)
    start_batch(page, [f"=prompt {n}" for n in range(20)])
    expect(page.get_by_text("Batch: running")).to_be_visible()
    expect(progress(page)).to_contain_text(re.compile(r"(8|9|1\d) of 20 answers.*about \d+ s left"))
    address = page.url.removeprefix(server.url)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()

    again = serve(tmp_path)
    page.goto(again.url + address)

    expect(progress(page)).to_contain_text("20 of 20 answers", timeout=30_000)
    expect(page.get_by_role("table")).to_contain_text("20")
    expect(page.get_by_text(re.compile("failed"))).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["prompt"] for row in rows] == [f"'=prompt {n}" for n in range(20)]
    assert {tuple(row["answer"].split()) for row in rows} == {tuple(known_words(60))}


def test_a_batch_from_a_file_is_paused_left_and_resumed(page: Page, app: App) -> None:
    choose(page, app.url, SLOW, QUICK)
    page.get_by_text("Batch: many prompts").click()
    more = "".join(f"{n};prompt {n}\r\n" for n in range(3, 9))
    content = f'id;prompt\r\n1;one\r\n2;"two\r\nlines"\r\n{more}'.encode()
    file = FilePayload(name="prompts.csv", mimeType="text/csv", buffer=content)
    page.locator(".st-key-batch_file input[type=file]").set_input_files(file)
    expect(page.get_by_text("prompts.csv")).to_be_visible()
    page.get_by_role("button", name="Start batch").click()
    expect(page.get_by_text("Batch: running")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Batch: paused")).to_be_visible()

    page.get_by_role("link", name="Metrics").click()
    expect(page.get_by_role("heading", name="Metrics")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("Batch: paused")).to_be_visible()
    expect(page.get_by_text("still being written")).to_have_count(0)
    expect(progress(page)).to_contain_text(re.compile("\\b([2-9]|1[0-5]) of 16 answers"))
    page.get_by_role("button", name="Resume").click()

    expect(page.get_by_text("Batch: done")).to_be_visible(timeout=30_000)
    expect(
        page.get_by_role("row", name="A ·").get_by_role("cell", name="8", exact=True)
    ).to_be_visible()
    expect(page.get_by_role("button", name="Download JSON")).to_be_visible()
