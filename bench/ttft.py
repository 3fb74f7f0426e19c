"""First token: upstream sent it → painted in Chromium, in a warm page and in a fresh browser."""

import time
from statistics import median

from bench.browser import open_page
from bench.chat_page import ChatPage
from bench.processes import KEY, app, simulator
from bench.report import Figure, Report
from bench.upstream import Upstream
from chat.simulator.prose import write

MODEL = "bench/sim-rate-50-len-40-style-prose"
FIRST_WORD = write("prose", 1, 40)[0].strip()
TARGET_MS = 60
WARM_UPS = 2
COLD_RUNS = 5
COLD_MORE_MS = 200
PAUSE_S = 1.0
"""From the moment a message can be typed until the first one is sent: sooner than anybody is."""

Moments = tuple[float, float, float]


def measure(runs: int) -> Report:
    """Asks `runs` times in new chats of one tab, after two answers that do not count.

    Then once in each of some browsers with nothing in their cache, whose first answer it is.
    """
    with simulator() as origin:
        upstream = Upstream(origin)
        settings = {
            **upstream.settings,
            "OPENROUTER_API_KEY": KEY,
            "DEFAULT_MODEL": MODEL,
            "LOCAL_MODELS": "off",
        }
        with app(settings) as address:
            with open_page() as page:
                chat = ChatPage(page, address)
                chat.open()
                moments = [_one(chat, upstream) for _ in range(WARM_UPS + runs)]
            cold = [_cold(address, upstream) for _ in range(COLD_RUNS)]
    arrived, changed, painted = zip(*moments[WARM_UPS:], strict=True)
    later = tuple(first[-1] - median(painted) for first in cold)
    return Report(
        "First token: upstream sent it → painted",
        (
            Figure("painted", painted, target=TARGET_MS),
            Figure("of it, until the page had the message", arrived),
            Figure("of it, until it stood in the document", changed),
            Figure("painted in a fresh browser, beyond the median", later, target=COLD_MORE_MS),
        ),
        "Each is counted from the moment the upstream had handed the token to its socket.",
    )


def _cold(address: str, upstream: Upstream) -> Moments:
    """The moments of a browser's first answer."""
    with open_page() as page:
        chat = ChatPage(page, address)
        chat.open()
        time.sleep(PAUSE_S)
        return _one(chat, upstream)


def _one(chat: ChatPage, upstream: Upstream) -> Moments:
    """Milliseconds from the first token's sending: message there, in the document, painted."""
    chat.ask("Say something.", FIRST_WORD)
    seen = chat.first_word()
    sent = upstream.wait_end(upstream.wait_request()).token_at_ms[0]
    chat.wait_answered()
    chat.begin_anew()
    return seen.arrived_at_ms - sent, seen.changed_at_ms - sent, seen.painted_at_ms - sent
