"""Simulator, wire and retries together: whatever breaks, no character is lost and none repeated."""

from collections.abc import Iterator

import pytest
from raw_upstream import request_for, wire_to

from chat.attempts import Attempts
from chat.errors import ProviderError
from chat.events import Event, Finished, Reconnecting, Retrying, TextDelta
from chat.simulator import SimulatorServer, full_text

QUICK = "ttft-0-rate-1000-len-90"


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


async def answer(simulator: SimulatorServer, model: str) -> tuple[str, list[Event], bool]:
    """The text, the other events, and whether it failed; no wait between the tries."""
    wire, said, other = wire_to(simulator.base_url), "", list[Event]()
    try:
        async for event in Attempts(wire, chance=lambda: 0.0).stream(request_for(model), None):
            if isinstance(event, TextDelta):
                said += event.text
            else:
                other.append(event)
    except ProviderError:
        return said, other, True
    finally:
        await wire.close()
    return said, other, False


@pytest.mark.parametrize(
    ("options", "retries", "reconnections"),
    [
        ("fails-2-503", 2, 0),
        ("fails-2-429-after-ms-20", 2, 0),
        ("fails-1-drop-at-0", 1, 0),
        ("fails-1-html", 1, 0),
        ("fails-1-error-empty-choices", 1, 0),
        ("drops-2-at-30", 0, 2),
        ("drops-2-at-9-style-cjk-split", 0, 2),
        ("drops-2-at-7-style-emoji", 0, 2),
        ("drops-2-at-30-think-10", 0, 2),
        ("drops-1-at-30-resume-repeats", 0, 1),
        ("drops-1-at-30-resume-restarts", 0, 1),
        ("reset-at-30-style-code", 0, 1),
        ("cut-at-30-style-tables", 0, 1),
        ("half-event-at-30", 0, 1),
        ("error-usage-at-30", 0, 1),
        ("bad-utf8-at-30", 0, 1),
    ],
)
async def test_an_answer_that_breaks_is_whole_in_the_end(
    simulator: SimulatorServer, options: str, retries: int, reconnections: int
) -> None:
    model = f"sim/{options}-{QUICK}"
    text, events, has_failed = await answer(simulator, model)

    assert text == full_text(model, "hello there")
    assert not has_failed
    assert isinstance(events[-1], Finished)
    assert sum(isinstance(event, Retrying) for event in events) == retries
    assert sum(isinstance(event, Reconnecting) for event in events) == reconnections


@pytest.mark.parametrize("how", ["refuses", "says-no"])
async def test_a_model_that_does_not_go_on_leaves_what_came(
    simulator: SimulatorServer, how: str
) -> None:
    model = f"sim/drops-1-at-30-resume-{how}-{QUICK}"
    text, _, has_failed = await answer(simulator, model)

    assert has_failed
    assert full_text(model, "").startswith(text)
    assert len(text.split()) > 10
