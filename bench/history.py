"""Long conversations: what the last message of a long one costs, beside the third of a new one.

Counted from the moment it is sent until its page stands still: bytes and messages to the browser,
processor time of the server, and how long until the first word.
"""

import argparse
import asyncio
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.processes import KEY, free_port, run_app, simulator, wait_healthy
from bench.report import Figure, Report, Table
from bench.start import STREAMLIT_RUN
from bench.upstream import Upstream
from bench.usage import cpu_s
from bench.visitor import Arrived, Visitor, answer_trail, parsed
from bench.wire import Wire, counted
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.conversations import Conversation, ReplyRecord, UserMessage, new_id
from chat.simulator.prose import write
from chat.stores.sql import SqlStore
from chat.tree import Tree

SHORT = 4
ANSWER_TOKENS = 60
TTFT_MS = 500
"""Long enough that every page waits for its answer; one that is over before is drawn only once."""
MODEL = f"bench/sim-rate-1000-ttft-{TTFT_MS}-len-{ANSWER_TOKENS}"
QUESTION = "And the next one?"
TARGET = 1.2
QUIET_S = 1.5
SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one message and its answer.

    Attributes:
        page_bytes: What Streamlit sent to the browser, before compression.
        wire_bytes: What of it went over the wire, compressed.
        messages: WebSocket messages to the browser.
        cpu_s: Processor time of the server, in seconds.
        first_word_ms: From the sending of the message to the first word of the answer, without the
            upstream's own `TTFT_MS`.
    """

    page_bytes: int
    wire_bytes: int
    messages: int
    cpu_s: float
    first_word_ms: float


def add_options(parser: argparse.ArgumentParser) -> None:
    """How long the two conversations are."""
    parser.add_argument("--short", type=int, default=SHORT, help="there already (%(default)s)")
    parser.add_argument("--messages", type=int, default=500, help="there already (%(default)s)")


def measure(options: argparse.Namespace) -> Report:
    """Sends `runs` messages in conversations of both lengths."""
    owner = new_visitor_id()
    with simulator() as origin, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        url = f"sqlite:///{Path(folder, 'history.db')}"
        upstream, port = Upstream(origin), free_port()
        settings = {
            **upstream.settings,
            "OPENROUTER_API_KEY": KEY,
            "DEFAULT_MODEL": MODEL,
            "LOCAL_MODELS": "off",
            "DATABASE_URL": url,
        }
        lengths = [options.short, options.messages]
        # One conversation for each message: the answers before must not make it longer.
        runs = options.runs + 1  # the first is for the warming up
        stored = {length: fill(url, owner, length, runs) for length in lengths}
        command = [word.replace("PORT", str(port)) for word in STREAMLIT_RUN]
        with run_app(command, settings) as process:
            wait_healthy(process, port)
            with counted(port) as wire:
                costs = {
                    length: [asyncio.run(_one(wire, owner, c, process.pid)) for c in stored[length]]
                    for length in lengths
                }
    return _report({length: found[1:] for length, found in costs.items()})


def fill(url: str, owner: str, messages: int, conversations: int) -> list[str]:
    """Saves finished conversations; gives their ids."""
    store = SqlStore.open(url)
    trees = [_conversation(owner, messages // 2) for _ in range(conversations)]
    store.add_trees(trees)
    store.close()
    return [tree.conversation.id for tree in trees]


def _conversation(owner: str, turns: int) -> Tree:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    held = Conversation(new_id(), owner, f"{turns} turns", at)
    users: list[UserMessage] = []
    replies: list[ReplyRecord] = []
    for number in range(turns):
        parent = replies[-1].id if replies else None
        user = UserMessage(new_id(), parent, f"Question {number}?", at + timedelta(minutes=number))
        text = "".join(write("mixed", number, 2 * ANSWER_TOKENS))
        reply = ReplyRecord(new_id(), owner, held.id, user.id, MODEL, user.created_at, "completed")
        users.append(user)
        replies.append(replace(reply, text=text, text_chars=len(text)))
    return Tree(held, tuple(users), tuple(replies), replies[-1].id)


async def _one(wire: Wire, owner: str, conversation_id: str, pid: int) -> Cost:
    cookie = {"Cookie": f"{COOKIE_NAME}={owner}"}
    visitor = await Visitor.enter(f"http://localhost:{wire.port}/", f"c={conversation_id}", cookie)
    await asyncio.sleep(SETTLE_S)
    cpu_before_s, wire_before = cpu_s(pid) or 0.0, wire.received_bytes
    asked_at_ms = visitor.now_ms()
    since = await visitor.ask(QUESTION)
    await visitor.wait_quiet(QUIET_S)
    used_s = (cpu_s(pid) or 0.0) - cpu_before_s
    came = visitor.arrived[since:]
    wire_bytes = wire.received_bytes - wire_before
    # The answers before it are drawn again too.
    asked = next((n for n, one in enumerate(came) if _is_question(one)), len(came))
    trail, _ = answer_trail(came[asked:])
    await visitor.leave()
    first_ms = trail[0][1] - asked_at_ms - TTFT_MS if trail else float("nan")
    return Cost(sum(len(one.data) for one in came), wire_bytes, len(came), used_s, first_ms)


def _is_question(arrived: Arrived) -> bool:
    return parsed(arrived).delta.new_element.text.body == QUESTION


def _report(costs: dict[int, list[Cost]]) -> Report:
    short, long = (
        [median(getattr(cost, name) for cost in costs[length]) for name in _FIGURES]
        for length in costs
    )
    names = [f"message {length + 1}" for length in costs]
    rows = [
        (name, f"{few:,.{digits}f} {unit}", f"{many:,.{digits}f} {unit}", f"{many / few:.2f}")
        for (name, unit, digits), few, many in zip(_FIGURES.values(), short, long, strict=True)
        if few
    ]
    return Report(
        "Long conversations: what one more message costs",
        tuple(
            Figure(f"{name}, bytes to the browser", tuple(c.page_bytes for c in found), "B")
            for name, found in zip(names, costs.values(), strict=True)
        ),
        f"Median of the runs. Target: the last column at most {TARGET}.",
        (Table("One message and its answer", ("", *names, "ratio"), tuple(rows)),),
    )


_FIGURES = {
    "page_bytes": ("bytes to the browser", "B", 0),
    "wire_bytes": ("of them on the wire", "B", 0),
    "messages": ("WebSocket messages", "", 0),
    "cpu_s": ("server's processor time", "s", 2),
    "first_word_ms": ("first word after", "ms", 0),
}
