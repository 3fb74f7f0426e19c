"""Resume: a reload in the middle of an answer → its text is there; and Stop after such a reload."""

import random
import time

from bench.browser import open_page
from bench.chat_page import ChatPage
from bench.processes import KEY, app, simulator
from bench.report import Figure, Report
from bench.ttft import FIRST_WORD
from bench.upstream import Upstream

MODEL = "bench/sim-rate-50-len-20000-style-prose"
TOKENS_BEFORE = 100
TARGET_MS = 300
STOP_TARGET_MS = 100
WARM_UPS = 2
SPREAD_S = 0.25
"""A reload, and Escape, come at a random moment of this span."""


def measure(runs: int) -> Report:
    """Reloads `runs` times, and stops as many answers that were joined by a reload."""
    moments = random.Random("resume")  # noqa: S311 - spreads moments, keeps no secret
    with simulator() as origin:
        upstream = Upstream(origin)
        settings = {
            **upstream.settings,
            "OPENROUTER_API_KEY": KEY,
            "DEFAULT_MODEL": MODEL,
            "DEFAULT_MAX_TOKENS": "50000",
            "LOCAL_MODELS": "off",
        }
        with app(settings) as address, open_page() as page:
            chat = ChatPage(page, address)
            chat.open()
            found = [_one(chat, upstream, moments) for _ in range(WARM_UPS + runs)]
    after, whole, closed = zip(*found[WARM_UPS:], strict=True)
    return Report(
        "Resume: reload in the middle of an answer",
        (
            Figure("page ready → first text painted", after, target=TARGET_MS),
            Figure("navigation → first text painted", whole),
            Figure("Escape after the reload → upstream closed", closed, target=STOP_TARGET_MS),
        ),
        "The page is ready when a message can be typed; negative: the text was there before.",
    )


def _one(chat: ChatPage, upstream: Upstream, moments: random.Random) -> tuple[float, float, float]:
    chat.ask("Say something long.")
    chat.wait_stop_button()
    generation = upstream.wait_request()
    upstream.wait_tokens(generation, TOKENS_BEFORE)
    time.sleep(moments.uniform(0, SPREAD_S))
    ready_ms, text_ms = chat.reload(FIRST_WORD)
    chat.wait_stop_button()
    time.sleep(moments.uniform(0, SPREAD_S))
    pressed_at_ms = chat.press_escape()
    closed_at_ms = upstream.wait_end(generation).closed_at_ms
    if closed_at_ms is None:
        raise RuntimeError("an answer ended before it was stopped")
    chat.wait_answered()
    chat.begin_anew()
    return text_ms - ready_ms, text_ms, closed_at_ms - pressed_at_ms
