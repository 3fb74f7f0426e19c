"""What a visitor does and sees, in the words of the page: roles, labels, text."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from chat.simulator.prose import write
from chat.simulator.scenario import Style

KEY = "sk-or-v1-" + "a1b2" * 16
CURSOR = "▌"
LOOK_MS = 50
"""How often a page is asked how far it is; at each frame, it would have little time for more."""
NARROW_PX = 768
"""Below it Streamlit folds the sidebar away."""
BLOCK = (
    "[data-testid=stMarkdown]:not(:has([data-testid=stCaptionContainer], .stMarkdownColoredText))"
)
"""A block of an answer's text; the quiet lines around it are Markdown as well."""


def open_chat(page: Page, url: str) -> None:
    """Opens the page and waits until a message can be typed."""
    page.goto(url)
    expect(composer(page)).to_be_visible()


def composer(page: Page) -> Locator:
    return page.get_by_test_id("stChatInputTextArea")


def greeting(page: Page) -> Locator:
    """What a new chat begins with."""
    return page.get_by_text("Ask any model, and see how fast")


def stop_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Stop")


def again_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("Regenerate|Try again"))


def choose_model(page: Page, model: str) -> None:
    """Types a model's id into the picker; on a narrow screen the sidebar is opened for it."""
    open_sidebar = page.get_by_role("button", name="Expand sidebar")
    close_sidebar = page.get_by_role("button", name="Collapse sidebar")
    size = page.viewport_size
    if size is not None and size["width"] < NARROW_PX:
        # One or the other is there as soon as Streamlit knows how wide the window is.
        expect(open_sidebar.or_(close_sidebar)).to_be_visible()
    is_folded = open_sidebar.is_visible()
    if is_folded:
        open_sidebar.click()
    picker = page.get_by_role("combobox", name="Model")
    picker.click()
    picker.fill(model)
    picker.press("Enter")
    expect(page.locator("[data-box]")).to_have_attribute("data-chosen", model)
    expect(picker).to_have_attribute("aria-expanded", "false")
    if is_folded:
        close_sidebar.click()
        expect(open_sidebar).to_be_visible()


def paste_key(page: Page, key: str) -> None:
    field = page.get_by_label("OpenRouter API key", exact=True)
    field.fill(key)
    field.press("Enter")
    expect(page.get_by_text("Needs an OpenRouter key.")).to_be_hidden()


def remember_key(page: Page) -> None:
    """Has the browser remember the key, and waits until it does."""
    with page.expect_response(re.compile("/api/key/remember$")):
        page.get_by_text("Remember me").click()
    expect(page.get_by_role("switch", name="Remember me")).to_be_checked()


def ask(page: Page, text: str) -> None:
    """Sends a message and waits until it stands in the transcript."""
    composer(page).fill(text)
    composer(page).press("Enter")
    expect(page.get_by_test_id("stChatMessage").filter(has_text=text).last).to_be_visible()


def answer(page: Page) -> Locator:
    """The newest message's blocks of text."""
    return page.get_by_test_id("stChatMessage").last.locator(BLOCK)


def words(page: Page) -> list[str]:
    """The words of the newest answer, as far as it is there."""
    return " ".join(answer(page).all_inner_texts()).replace(CURSOR, "").split()


def await_words(page: Page, count: int) -> None:
    """Waits until the newest answer has that many words."""
    page.wait_for_function(
        """([count, block]) => {
            const last = [...document.querySelectorAll('[data-testid=stChatMessage]')].at(-1)
            const texts = [...(last?.querySelectorAll(block) ?? [])].map(b => b.innerText)
            return texts.join(' ').trim().split(/\\s+/).length >= count
        }""",
        arg=[count, BLOCK],
        polling=LOOK_MS,
    )


def await_end(page: Page) -> None:
    """Waits until no answer is being written and what can be done with it is offered."""
    expect(again_button(page)).to_be_visible()
    expect(stop_button(page)).to_be_hidden()


def known_words(length: int, style: Style = "prose") -> list[str]:
    """What the simulator says at that length, in words."""
    return "".join(write(style, 1, length)).split()


def is_beginning(seen: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether the words are the first ones of the whole, the last perhaps cut."""
    *most, last = seen or [""]
    return most == list(whole[: len(most)]) and (
        len(most) < len(whole) and whole[len(most)].startswith(last)
    )


_WATCH = """
window.watcher?.disconnect();
window.seen = [];
window.watcher = new MutationObserver(() => {
    const last = [...document.querySelectorAll('[data-testid=stChatMessage]')].at(-1);
    const texts = [...(last?.querySelectorAll("BLOCK") ?? [])].map(block => block.innerText);
    const text = texts.join(' ');
    if (text && text !== window.seen.at(-1)) window.seen.push(text);
});
window.watcher.observe(document, {subtree: true, childList: true, characterData: true});
""".replace("BLOCK", BLOCK)


@contextmanager
def watched(page: Page) -> Iterator[None]:
    """Notes every state of the newest message's text, also after a reload; then no more."""
    with page.add_init_script(_WATCH):
        page.evaluate(_WATCH)
        yield
        page.evaluate("window.watcher.disconnect()")


def seen(page: Page) -> list[list[str]]:
    """Every state of the newest message's text since the page was loaded, in words."""
    states: list[str] = page.evaluate("window.seen")
    return [state.replace(CURSOR, "").split() for state in states]


def await_steps(page: Page, count: int) -> None:
    """Waits until the newest message's text has grown that many times."""
    page.wait_for_function("count => window.seen.length >= count", arg=count, polling=LOOK_MS)


def csv_rows(page: Page) -> list[dict[str, str]]:
    """The visitor's replies, newest first, as the metrics page's CSV has them."""
    page.get_by_role("link", name="Metrics", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
