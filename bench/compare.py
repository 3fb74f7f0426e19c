"""Compare: four lanes at once, from emission to paint, and each one's TTFT beside running alone.

Times to first token are the app's own, as it stores them; the paint is seen in one Chromium. How
far apart the requests left is told twice: by the app, and by when the upstream read them.
"""

import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.browser import Page, open_page
from bench.chat_page import ChatPage
from bench.painted import Delays, delays
from bench.processes import KEY, app, simulator, wait_until
from bench.report import Figure, Report
from bench.upstream import Sent, Upstream
from chat.simulator.grammar import read_scenario
from chat.simulator.prose import write

LETTERS = "ABCD"
TOKENS = 600
RATE_TOK_S = 100
MODELS = tuple(
    f"bench/sim-rate-{RATE_TOK_S}-len-{TOKENS}-style-prose-seed-{seed}" for seed in (1, 2, 3, 4)
)
PAINT_TARGET_MS = 250
TTFT_TARGET_MS = 30
APART_TARGET_MS = 50
QUESTION = "Say something."
ANSWER_S = TOKENS / RATE_TOK_S + 30
QUIET_S = 1.0
_CHOSEN = "document.querySelectorAll('[class*=\"st-key-remove_\"]').length"
_COMPOSER = "document.querySelector('[data-testid=stChatInputTextArea]')"
HAS_LANES = f"{_CHOSEN} === {len(LETTERS)} && {_COMPOSER} && !{_COMPOSER}.disabled"


@dataclass(slots=True)
class Bench:
    """What is measured: the app, its database, the upstream and the tab.

    Attributes:
        seen: Requests at the upstream that are known already.
    """

    address: str
    database: Path
    upstream: Upstream
    page: Page
    seen: set[str] = field(default_factory=set)
    _passed: int = 0

    def sent(self, model: str) -> Sent:
        """The model's newest answer as the upstream saw it, once its last token was sent."""
        wait_until(lambda: self.upstream.find(model) not in {None, *self.seen}, 10, "a request")
        generation = self.upstream.find(model) or ""
        self.seen.add(generation)
        return self.upstream.wait_end(generation, ANSWER_S, 0.2)

    def ttft_ms(self, count: int) -> dict[str, float]:
        """The newest answers' times to first token by model, once so many are saved."""
        wait_until(lambda: len(self._saved()) >= count, 10, "the answers' figures")
        return {model: ttft_s * 1000 for model, ttft_s in self._saved()}

    def forget(self) -> None:
        """Passes over the answers that are saved by now."""
        self._passed = len(self._rows())

    def apart_ms(self) -> float:
        """How far apart the newest round's requests left, by the app's own measure."""
        query = (
            "SELECT max(start_s) FROM comparison_entries JOIN comparison_rounds "
            "ON round_id = comparison_rounds.id "
            "GROUP BY round_id ORDER BY comparison_rounds.number DESC LIMIT 1"
        )
        with closing(sqlite3.connect(self.database)) as db:
            return float(db.execute(query).fetchone()[0]) * 1000

    def _saved(self) -> list[tuple[str, float]]:
        return self._rows()[self._passed :]

    def _rows(self) -> list[tuple[str, float]]:
        query = "SELECT model, ttft_s FROM replies WHERE outcome = 'completed' ORDER BY number"
        with closing(sqlite3.connect(self.database)) as db:
            return db.execute(query).fetchall()


@dataclass(frozen=True, slots=True)
class Race:
    """What was seen of one race.

    Attributes:
        ttft_ms: Each model's time to first token.
        painted: How far the page was behind each lane.
        left_apart_ms: How far apart the requests left, by the app.
        read_apart_ms: How far apart the upstream read them.
    """

    ttft_ms: dict[str, float]
    painted: list[Delays]
    left_apart_ms: float
    read_apart_ms: float


def measure(runs: int) -> Report:
    """Asks each model alone, then all at once, `runs` times, after one round that does not count.

    Raises:
        RuntimeError: a lane did not show all of its answer.
    """
    with simulator() as origin, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        database = Path(folder, "compare.db")
        settings = {
            **Upstream(origin).settings,
            "OPENROUTER_API_KEY": KEY,
            "LOCAL_MODELS": "off",
            "DATABASE_URL": f"sqlite:///{database}",
        }
        with app(settings) as address, open_page() as page:
            ChatPage(page, address).open()  # the server answers before its database is there
            bench = Bench(address, database, Upstream(origin), page)
            rounds = [(_alone(bench), _together(bench)) for _ in range(1 + runs)][1:]
    alone = {model: median(one[model] for one, _ in rounds) for model in MODELS}
    worse = [max(race.ttft_ms[model] - alone[model] for model in MODELS) for _, race in rounds]
    painted = [one for _, race in rounds for one in race.painted]
    return Report(
        f"Compare: {len(LETTERS)} lanes at {RATE_TOK_S} tok/s",
        (
            Figure("emission → paint, p95 of a lane", _p95s(painted), target=PAINT_TARGET_MS),
            Figure("emission → paint, median of a lane", tuple(one.median_ms for one in painted)),
            Figure(
                "TTFT of the slowest lane beyond its own alone",
                tuple(worse),
                target=TTFT_TARGET_MS,
            ),
            Figure(
                "requests left within",
                tuple(race.left_apart_ms for _, race in rounds),
                target=APART_TARGET_MS,
            ),
            Figure(
                "requests read at the upstream within",
                tuple(race.read_apart_ms for _, race in rounds),
                target=APART_TARGET_MS,
            ),
            Figure("TTFT alone", tuple(one[model] for one, _ in rounds for model in MODELS)),
            Figure(
                "TTFT in the race",
                tuple(race.ttft_ms[model] for _, race in rounds for model in MODELS),
            ),
        ),
        "Alone: the median of the same model's answers on the chat page, one after another. "
        "A lane's TTFT is the app's own figure, request sent → first text.",
    )


def _p95s(painted: list[Delays]) -> tuple[float, ...]:
    return tuple(one.p95_ms for one in painted)


def _alone(bench: Bench) -> dict[str, float]:
    """Each model's time to first token when nobody else answers, in milliseconds."""
    bench.forget()
    for model in MODELS:
        chat = ChatPage(bench.page, f"{bench.address}?model={model}")
        chat.open()
        chat.ask(QUESTION)
        bench.sent(model)
        chat.wait_answered()
    return bench.ttft_ms(len(MODELS))


def _together(bench: Bench) -> Race:
    """The same in a race, how far the page was behind each lane, and how they started."""
    bench.forget()
    page = bench.page
    race = ChatPage(page, f"{bench.address}compare?models={','.join(MODELS)}", HAS_LANES)
    race.open()
    for letter in LETTERS:
        page.evaluate(f"void bench.follow(1, '{letter}')")
    race.ask(QUESTION)
    emitted = [bench.sent(model) for model in MODELS]
    time.sleep(QUIET_S)  # the last tokens are on their way to the screen; nothing tells their end
    found = [
        _seen(page, letter, model, sent.token_at_ms)
        for letter, model, sent in zip(LETTERS, MODELS, emitted, strict=True)
    ]
    read_ms = [sent.requested_at_ms for sent in emitted]
    raced = bench.ttft_ms(len(MODELS))
    return Race(raced, found, bench.apart_ms(), max(read_ms) - min(read_ms))


def _seen(page: Page, letter: str, model: str, sent: tuple[float, ...]) -> Delays:
    scenario = read_scenario(model)
    tokens = write(scenario.style, scenario.seed, scenario.length_tokens or 0)
    follower = f"bench.followers['{letter}']"
    ahead_ms = page.pages_clock_ahead_ms
    trail = [(letters, at_ms - ahead_ms) for letters, at_ms in page.evaluate(f"{follower}.trail")]
    found = delays(tokens, sent, page.evaluate(f"{follower}.text()"), trail)
    if not found.is_complete:
        raise RuntimeError(f"lane {letter} did not show all of its answer")
    return found
