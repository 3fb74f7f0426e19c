"""The chat page as a bench uses it: ask, watch the answer, stop, begin anew."""

import json
import time
from dataclasses import dataclass

from bench.browser import Page
from bench.processes import wait_until

_COMPOSER = "document.querySelector('[data-testid=stChatInputTextArea]')"
_ANSWER = (
    "[...document.querySelectorAll("
    "'[data-testid=stChatMessage] [data-testid=stMarkdownContainer]')]"
)
_STOP = "document.querySelector('[class*=\"st-key-stop_\"] button')"
_NEW_CHAT = "document.querySelector('.st-key-new_chat button')"
_FIRST_PROMPT = "document.querySelector('.st-key-prompt_0 button')"
HAS_COMPOSER = f"{_COMPOSER} && !{_COMPOSER}.disabled"
IS_USABLE = f"{HAS_COMPOSER} && {_FIRST_PROMPT}"
ESCAPE = 27


@dataclass(frozen=True, slots=True)
class Seen:
    """The beginning of an answer as the page saw it, in Unix milliseconds of our clock.

    Attributes:
        arrived_at_ms: The last WebSocket message before the text stood in the document.
        changed_at_ms: The text stands in the document.
        painted_at_ms: The frame with the text was painted.
    """

    arrived_at_ms: float
    changed_at_ms: float
    painted_at_ms: float


class ChatPage:
    """Drives the page in one tab.

    Args:
        page: The tab.
        address: Of the app.
        usable: A JavaScript expression that is true once a message can be typed.
    """

    def __init__(self, page: Page, address: str, usable: str = IS_USABLE) -> None:
        self._page = page
        self._address = address
        self._usable = usable

    def open(self) -> None:
        """Goes there, and returns once a message can be typed."""
        self._go(self._address)
        self._page.wait_for(self._usable)
        self._page.compare_clocks()

    def begin_anew(self) -> None:
        """Presses "New chat", and returns once the empty screen is there."""
        self._page.evaluate(f"{_NEW_CHAT}.click()")
        self._page.wait_for(IS_USABLE)

    def reload(self, first_word: str) -> tuple[float, float]:
        """Loads the page anew, in the middle of an answer.

        Args:
            first_word: What the answer begins with.

        Returns:
            Milliseconds from the navigation until a message can be typed, and until text of the
            answer was painted.
        """
        began_ms = self._page.evaluate("bench.now()")
        self._go(self._page.evaluate("location.href"))
        ready, text = self._page.evaluate(
            "Promise.all(["
            f"bench.when(() => {_COMPOSER} && !{_COMPOSER}.disabled), "
            f"bench.when(() => {_ANSWER}.some({_begins(first_word)}))])"
        )
        return ready["changedMs"] - began_ms, text["paintedMs"] - began_ms

    def ask(self, text: str, first_word: str = "") -> None:
        """Sends a message.

        Args:
            text: What is asked.
            first_word: What the answer begins with; from now on the page looks out for it.
        """
        if first_word:
            seen = f"{_ANSWER}.some({_begins(first_word)})"
            self._page.evaluate(f"void (bench.answer = bench.when(() => {seen}))")
        self._page.evaluate(f"{_COMPOSER}.focus()")
        self._page.type_line(text)

    def first_word(self) -> Seen:
        """When the word that was looked out for came on screen; waits for it."""
        seen = self._page.evaluate("bench.answer")
        ahead_ms = self._page.pages_clock_ahead_ms
        return Seen(*(seen[name] - ahead_ms for name in ("arrivedMs", "changedMs", "paintedMs")))

    def _go(self, address: str) -> None:
        """Returns once the document is another one than before."""
        self._page.evaluate("void (window.benchIsOld = true)")
        self._page.open(address)
        is_old = "!window.bench || !!window.benchIsOld"
        wait_until(lambda: not self._page.evaluate(is_old), 10, "a new page")

    def wait_stop_button(self) -> None:
        """Returns once an answer can be stopped."""
        self._page.wait_for(_STOP)

    def press_escape(self) -> float:
        """Presses Escape, as a visitor does who wants the answer to stop.

        Returns:
            When, in Unix milliseconds.
        """
        pressed_at_ms = time.time() * 1000
        self._page.press("Escape", ESCAPE)
        return pressed_at_ms

    def wait_answered(self) -> None:
        """Returns once no answer is being written any more."""
        self._page.wait_for(f"!{_STOP}")


def _begins(first_word: str) -> str:
    return f"(e) => e.textContent.startsWith({json.dumps(first_word)})"
