"""What a long conversation puts on the wire, counted in Streamlit's own messages. No browser."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from bench.history import MODEL, fill
from bench.processes import KEY, app, simulator
from bench.visitor import Arrived, Visitor, parsed
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.ui.tab import WINDOW_TURNS

SHORT, LONG = 6, 60
QUIET_S = 0.5
TURN_ELEMENTS = 9
"""Question: block, row, text, menu. Answer: block, header, text, figures, copy button."""


@dataclass(frozen=True, slots=True)
class Came:
    """What a page was sent: when it was opened, and for one question."""

    opened: list[Arrived]
    asked: list[Arrived]


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[int, Came]]:
    """By the number of turns in the conversation."""
    owner = new_visitor_id()
    url = f"sqlite:///{tmp_path_factory.mktemp('history') / 'history.db'}"
    lengths = (SHORT, WINDOW_TURNS, LONG)
    stored = {turns: fill(url, owner, 2 * turns, 1)[0] for turns in lengths}
    with simulator() as origin:
        settings = {
            "OPENROUTER_BASE_URL": f"{origin}/api/v1",
            "OPENROUTER_API_KEY": KEY,
            "DEFAULT_MODEL": MODEL,
            "LOCAL_MODELS": "off",
            "DATABASE_URL": url,
        }
        with app(settings) as address:
            # The lists of models come meanwhile, and would be sent to the first page alone.
            asyncio.run(_visit(address, owner, stored[SHORT]))
            yield {n: asyncio.run(_visit(address, owner, stored[n])) for n in lengths}


async def _visit(address: str, owner: str, conversation_id: str) -> Came:
    cookie = {"Cookie": f"{COOKIE_NAME}={owner}"}
    visitor = await Visitor.enter(address, f"c={conversation_id}", cookie)
    await visitor.wait_quiet(QUIET_S)
    since = await visitor.ask("And the next one?")
    await visitor.wait_finished(since)
    await visitor.leave()
    return Came(visitor.arrived[:since], visitor.arrived[since:])


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
    # Each button that copies brings its script; all but the last two stand there unchanged, when
    # the answer begins and when it has ended.
    assert references(came[LONG].asked) >= 2 * (WINDOW_TURNS - 2)


def test_a_question_costs_no_more_beyond_the_window(came: Mapping[int, Came]) -> None:
    assert size(came[LONG].asked) < 1.1 * size(came[WINDOW_TURNS].asked)


def test_a_question_costs_little_more_than_in_a_short_conversation(
    came: Mapping[int, Came],
) -> None:
    assert size(came[LONG].asked) < 1.5 * size(came[SHORT].asked)


def test_the_sidebars_width_is_told_before_it_is_drawn(came: Mapping[int, Came]) -> None:
    # Streamlit's page takes the width once, where the list of pages makes the sidebar appear.
    kinds = [parsed(message).WhichOneof("type") for message in came[SHORT].opened]

    assert kinds.index("page_config_changed") < kinds.index("navigation")
