"""What a long conversation puts on the wire, counted in Streamlit's own messages. No browser."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from bench.history import ANSWER_TOKENS, TARGET, fill
from bench.processes import KEY, app, free_port, simulator
from bench.visitor import Arrived, Visitor, parsed
from bench.wire import Wire, counted
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.ui.tab import WINDOW_TURNS

SHORT, LONG = 2, 250
"""Turns that are there: the next message is the 5th, and the 501st."""
QUIET_S = 0.5
MODEL = f"bench/sim-burst-ttft-1500-len-{ANSWER_TOKENS}"
"""So long until its first word that also a busy machine has drawn the page before; an answer that
is over by then is drawn once instead of twice."""
VISITS = 2
"""On a busy machine an answer has a few frames more: the cheapest of so many is what it costs."""
TURN_ELEMENTS = 9
"""Question: block, row, text, menu. Answer: block, header, text, figures, copy button."""


@dataclass(frozen=True, slots=True)
class Came:
    """What a page was sent: when it was opened, and for one question.

    Attributes:
        wire_bytes: What that question put on the wire, compressed.
    """

    opened: list[Arrived]
    asked: list[Arrived]
    wire_bytes: int


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[int, Came]]:
    """By the number of turns in the conversation."""
    owner = new_visitor_id()
    url = f"sqlite:///{tmp_path_factory.mktemp('history') / 'history.db'}"
    lengths = (SHORT, WINDOW_TURNS, LONG)
    [first] = fill(url, owner, 2 * SHORT, 1)
    stored = {turns: fill(url, owner, 2 * turns, VISITS) for turns in lengths}
    with simulator() as origin:
        settings = {
            "OPENROUTER_BASE_URL": f"{origin}/api/v1",
            "OPENROUTER_API_KEY": KEY,
            "DEFAULT_MODEL": MODEL,
            "LOCAL_MODELS": "off",
            "DATABASE_URL": url,
        }
        port = free_port()
        with app(settings, port), counted(port) as wire:
            # The lists of models come meanwhile, and would be sent to the first page alone.
            asyncio.run(_visit(wire, owner, first))
            yield {turns: _cheapest(wire, owner, stored[turns]) for turns in lengths}


def _cheapest(wire: Wire, owner: str, conversation_ids: list[str]) -> Came:
    visits = [asyncio.run(_visit(wire, owner, each)) for each in conversation_ids]
    return min(visits, key=lambda came: came.wire_bytes)


async def _visit(wire: Wire, owner: str, conversation_id: str) -> Came:
    cookie = {"Cookie": f"{COOKIE_NAME}={owner}"}
    visitor = await Visitor.enter(f"http://localhost:{wire.port}/", f"c={conversation_id}", cookie)
    await visitor.wait_quiet(QUIET_S)
    before = wire.received_bytes
    since = await visitor.ask("And the next one?")
    await visitor.wait_finished(since)
    await visitor.wait_quiet(QUIET_S)
    wire_bytes = wire.received_bytes - before
    await visitor.leave()
    return Came(visitor.arrived[:since], visitor.arrived[since:], wire_bytes)


def size(messages: list[Arrived]) -> int:
    return sum(len(message.data) for message in messages)


def references(messages: list[Arrived]) -> int:
    return sum(parsed(message).HasField("ref_hash") for message in messages)


def places(messages: list[Arrived]) -> set[tuple[int, ...]]:
    """Where elements stand on the page, as paths from its root."""
    paths = (tuple(parsed(message).metadata.delta_path) for message in messages)
    return set(filter(None, paths))


def speakers(messages: list[Arrived]) -> list[tuple[int, ...]]:
    """Where the messages of the conversation begin, from top to bottom."""
    shown = [message for message in map(parsed, messages) if message.delta.HasField("add_block")]
    said = [block for block in shown if block.delta.add_block.HasField("chat_message")]
    return sorted({tuple(block.metadata.delta_path) for block in said})


def test_a_finished_turn_is_few_elements(came: Mapping[int, Came]) -> None:
    first_turn = speakers(came[LONG].opened)[:2]

    inside = [
        path for path in places(came[LONG].opened) if path[: len(first_turn[0])] in first_turn
    ]
    assert len(inside) == TURN_ELEMENTS


def test_a_conversation_beyond_the_window_opens_as_one_that_fills_it(
    came: Mapping[int, Came],
) -> None:
    assert len(speakers(came[LONG].opened)) == 2 * WINDOW_TURNS
    assert len(speakers(came[WINDOW_TURNS].opened)) == 2 * WINDOW_TURNS


def test_what_the_browser_has_already_goes_out_as_a_reference(came: Mapping[int, Came]) -> None:
    # Of earlier answers the text and the button that copies it; all but the last two stand there
    # unchanged, when the answer begins and when it has ended.
    assert references(came[LONG].asked) >= 2 * 2 * (WINDOW_TURNS - 2)


def test_a_question_costs_no_more_beyond_the_window(came: Mapping[int, Came]) -> None:
    assert size(came[LONG].asked) < 1.1 * size(came[WINDOW_TURNS].asked)


def test_message_501_costs_what_message_5_costs(came: Mapping[int, Came]) -> None:
    assert len(places(came[LONG].asked)) <= TARGET * len(places(came[SHORT].asked))
    assert size(came[LONG].asked) <= TARGET * size(came[SHORT].asked)
    assert came[LONG].wire_bytes <= TARGET * came[SHORT].wire_bytes


def test_the_sidebars_width_is_told_before_it_is_drawn(came: Mapping[int, Came]) -> None:
    # Streamlit's page takes the width once, where the list of pages makes the sidebar appear.
    kinds = [parsed(message).WhichOneof("type") for message in came[SHORT].opened]

    assert kinds.index("page_config_changed") < kinds.index("navigation")
