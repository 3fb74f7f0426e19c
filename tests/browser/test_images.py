"""Images in the composer: attached, pasted, dropped; to models that see and models that do not."""

import base64
import struct
import zlib
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, JSHandle, Locator, Page, expect

from .driver import KEY, ask, await_end, choose_model, composer, paste_key
from .processes import Upstream

SEER = "acme/sim-echo-ttft-0"
BLIND = "acme/sim-rate-200-len-60-style-prose"


def png(side: int = 32) -> bytes:
    """A teal square."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (b"\x00" + b"\x0f\x76\x6e" * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


PICTURE: FilePayload = {"name": "square.png", "mimeType": "image/png", "buffer": png()}


def attach(page: Page) -> None:
    page.get_by_test_id("stChatInput").locator("input[type=file]").first.set_input_files(PICTURE)
    expect(page.get_by_text("square.png")).to_be_visible()
    # A message cannot be sent while something is being uploaded.
    expect(page.get_by_test_id("stChatInputSubmitButton")).to_be_enabled()


def transfer(page: Page) -> JSHandle:
    """The picture as a clipboard or a dragging hand holds it."""
    return page.evaluate_handle(
        """data => {
            const bytes = Uint8Array.from(atob(data), char => char.charCodeAt(0))
            const held = new DataTransfer()
            held.items.add(new File([bytes], "square.png", { type: "image/png" }))
            return held
        }""",
        base64.b64encode(png()).decode(),
    )


def paste(page: Page) -> None:
    composer(page).evaluate(
        """(box, clipboardData) => box.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))""",
        transfer(page),
    )


def drop(page: Page) -> None:
    """Drags the picture over the page, and lets it go where the composer then says."""
    held = transfer(page)
    composer(page).dispatch_event("dragover", {"dataTransfer": held})
    words = page.get_by_text("Drag and drop files here")
    expect(words).to_be_visible()
    # What takes the files lies over the words.
    over = words.locator("xpath=preceding-sibling::*[.//input[@type='file']]")
    over.dispatch_event("drop", {"dataTransfer": held})


def pictures(page: Page) -> Locator:
    return page.get_by_test_id("stChatMessage").locator("img")


def test_an_image_goes_to_a_model_that_sees(first_visit: Page, upstream: Upstream) -> None:
    page = first_visit
    choose_model(page, SEER)
    paste_key(page, KEY)
    attach(page)

    ask(page, "What is this")
    await_end(page)

    (seen,) = upstream.newest()["images"]
    assert seen == {"media_type": "image/png", "chars": len(base64.b64encode(png()))}
    expect(pictures(page)).to_be_visible()
    page.reload()
    expect(pictures(page)).to_be_visible()


@pytest.mark.parametrize("hand_over", [paste, drop])
def test_an_image_is_attached_by_paste_and_by_drop(
    first_visit: Page, hand_over: Callable[[Page], None]
) -> None:
    page = first_visit
    hand_over(page)

    expect(page.get_by_text("square.png")).to_be_visible()


def test_a_model_that_takes_none_is_not_sent_one_also_after_a_switch(first_visit: Page) -> None:
    page = first_visit
    choose_model(page, SEER)
    paste_key(page, KEY)
    attach(page)
    choose_model(page, BLIND)
    expect(page.get_by_text("square.png")).to_be_visible()

    composer(page).fill("What is this")
    composer(page).press("Enter")

    expect(page.get_by_text("This model takes no images")).to_be_visible()
    expect(composer(page)).to_have_value("What is this")
    assert page.get_by_test_id("stChatMessage").count() == 0
