"""What a visitor does and sees on the compare page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from .driver import BLOCK, CURSOR, LOOK_MS


def choose(page: Page, url: str, *models: str) -> None:
    """Opens the page with these lanes chosen, as a link does."""
    page.goto(f"{url}compare?models={','.join(models)}")
    expect(page.get_by_role("button", name="Remove")).to_have_count(len(models))


def ask(page: Page, text: str = "Which is best?") -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(text)
    box.press("Enter")
    expect(page.get_by_test_id("stChatMessage").filter(has_text=text)).to_be_visible()


def race(page: Page, url: str, *models: str) -> None:
    choose(page, url, *models)
    ask(page)


def lane(page: Page, letter: str) -> Locator:
    """A lane of the last round."""
    return page.locator(f'[class*="st-key-lane_{letter}_"]').last


def words(page: Page, letter: str) -> list[str]:
    texts = lane(page, letter).locator(BLOCK).all_inner_texts()
    return " ".join(texts).replace(CURSOR, "").split()


def await_words(page: Page, letters: str, count: int) -> None:
    """Waits until each of these lanes has that many words."""
    page.wait_for_function(
        """([letters, count, block]) => [...letters].every(letter => {
            const lane = [...document.querySelectorAll(`[class*="st-key-lane_${letter}_"]`)].at(-1)
            const texts = [...(lane?.querySelectorAll(block) ?? [])].map(b => b.innerText)
            return texts.join(' ').trim().split(/\\s+/).length >= count
        })""",
        arg=[letters, count, BLOCK],
        polling=LOOK_MS,
    )


def stop_all(page: Page) -> Locator:
    return page.get_by_role("button", name="Stop all")


def stop(page: Page, letter: str) -> Locator:
    return lane(page, letter).get_by_role("button", name="Stop")


def result(page: Page) -> Locator:
    return page.get_by_role("table").last


def await_result(page: Page) -> None:
    expect(page.get_by_role("heading", name="Result")).to_be_visible()


@contextmanager
def frames_of(page: Page) -> Iterator[list[bytes]]:
    """What the sockets receive that the page opens meanwhile."""
    received: list[bytes] = []

    def note(payload: str | bytes) -> None:
        received.append(payload if isinstance(payload, bytes) else payload.encode())

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", note)

    page.on("websocket", listen)
    yield received
    page.remove_listener("websocket", listen)


def since(frames: Sequence[bytes], mark: bytes) -> list[bytes]:
    """What was sent from the beginning of that run of the page on that first sent the mark."""
    marked = next(place for place, frame in enumerate(frames) if mark in frame)
    begins = (n for n in range(marked, -1, -1) if _begins_run(frames[n]))
    return list(frames[next(begins) :])


def _begins_run(frame: bytes) -> bool:
    message: ForwardMsg = ForwardMsg.FromString(frame)
    return bool(message.WhichOneof("type") == "new_session")
