"""Stop: Escape pressed in Chromium → the upstream saw its connection closed, in every phase."""

import random
import time
from dataclasses import dataclass

from bench.browser import Page, open_page
from bench.chat_page import ChatPage
from bench.processes import KEY, app, simulator
from bench.report import Figure, Report
from bench.upstream import Upstream

TARGET_MS = 100
SPREAD_S = 0.25
"""Escape comes at a random moment of this span, so that it meets no rhythm of the app's."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What an answer is doing when it is stopped.

    Attributes:
        model: One that does it for as long as is needed.
        tokens: How many it has sent before Escape is pressed.
    """

    name: str
    model: str
    tokens: int


PHASES = (
    Phase("before the upstream's headers", "bench/sim-slow-headers-60000", 0),
    Phase("waiting for the first token", "bench/sim-silent", 0),
    Phase("while it reasons", "bench/sim-think-5000-rate-50", 30),
    Phase("in the middle of the text", "bench/sim-len-5000-rate-50", 30),
    Phase("in a stall", "bench/sim-stall-30-rate-100", 30),
)


def measure(runs: int) -> Report:
    """Stops `runs` answers in each phase; the app is started anew for each phase."""
    with simulator() as origin, open_page() as page:
        upstream = Upstream(origin)
        figures = [
            Figure(phase.name, _measure_phase(phase, upstream, page, runs), target=TARGET_MS)
            for phase in PHASES
        ]
    return Report("Stop: Escape → the upstream saw the connection closed", tuple(figures))


def _measure_phase(phase: Phase, upstream: Upstream, page: Page, runs: int) -> tuple[float, ...]:
    settings = {
        **upstream.settings,
        "OPENROUTER_API_KEY": KEY,
        "DEFAULT_MODEL": phase.model,
        "DEFAULT_MAX_TOKENS": "10000",
        "LOCAL_MODELS": "off",
    }
    moments = random.Random(phase.name)  # noqa: S311 - spreads moments, keeps no secret
    with app(settings) as address:
        chat = ChatPage(page, address)
        chat.open()
        return tuple(_one(chat, upstream, phase, moments) for _ in range(runs))


def _one(chat: ChatPage, upstream: Upstream, phase: Phase, moments: random.Random) -> float:
    """Milliseconds from Escape to the end of the connection."""
    chat.ask("Say something.")
    chat.wait_stop_button()
    generation = upstream.wait_request()
    upstream.wait_tokens(generation, phase.tokens)
    time.sleep(moments.uniform(0, SPREAD_S))
    pressed_at_ms = chat.press_escape()
    sent = upstream.wait_end(generation)
    if sent.closed_at_ms is None:
        raise RuntimeError(f"an answer ended before it was stopped, {phase.name}")
    chat.wait_answered()
    chat.begin_anew()
    return sent.closed_at_ms - pressed_at_ms
