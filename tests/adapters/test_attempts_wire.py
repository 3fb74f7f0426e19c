"""Tries, reconnections and deadlines over a real socket, against the simulator's faults."""

from collections.abc import Iterator
from contextlib import aclosing

import pytest
from raw_upstream import request_for, wire_to
from simulator_calls import wait_for_open

from chat.attempts import Attempts
from chat.deadlines import Deadlines
from chat.errors import FailureKind, ProviderError
from chat.events import Event, Failed, Logged, Reconnecting, RequestSent, Retrying, SwitchedModel
from chat.reply import ReplyFold
from chat.retry import Policy
from chat.simulator import SimulatorServer
from chat.simulator.asked import full_text

QUICK = "sim/ttft-0-rate-2000-len-60-style-prose"
POLICY = Policy(tries=4, reconnects=3, base_s=0.01)


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


async def answered(
    simulator: SimulatorServer,
    model: str,
    *fallbacks: str,
    policy: Policy = POLICY,
    deadlines: Deadlines | None = None,
) -> tuple[ReplyFold, list[Event]]:
    """What the answer amounts to, and its events; nothing is left open at the upstream."""
    wire = wire_to(simulator.base_url)
    attempts = Attempts(wire, policy, deadlines or Deadlines())
    events: list[Event] = [RequestSent()]
    others = [request_for(other) for other in fallbacks]
    try:
        async with aclosing(attempts.stream(request_for(model), None, fallbacks=others)) as source:
            async for event in source:
                events.append(event)
    except ProviderError as error:
        events.append(Failed(error.failure))
    await wait_for_open(simulator, 0)
    await wire.close()
    fold = ReplyFold()
    fold.feed(Logged(seq, 0.0, event) for seq, event in enumerate(events))
    return fold, events


WHOLE = full_text(QUICK, "hello there")


@pytest.mark.parametrize("fault", ["503", "429", "cut-at-0", "html", "drop-at-0"])
async def test_a_fault_that_passes_is_waited_out(simulator: SimulatorServer, fault: str) -> None:
    fold, events = await answered(simulator, f"{QUICK}-seed-2-fails-2-{fault}")

    assert (fold.outcome, fold.tries) == ("completed", 3)
    assert sum(isinstance(event, Retrying) for event in events) == 2


async def test_an_answer_that_came_whole_is_paid_for_once(simulator: SimulatorServer) -> None:
    fold, events = await answered(simulator, "sim/json-answer")

    assert fold.failure is not None
    assert (fold.failure.kind, fold.failure.error_type) == ("bad_answer", "whole_answer")
    assert sum(isinstance(event, RequestSent) for event in events) == 1


async def test_another_model_answers_where_the_first_does_not(simulator: SimulatorServer) -> None:
    fold, events = await answered(simulator, "sim/503", QUICK)

    assert fold.text == WHOLE
    assert fold.switched_to == (QUICK,)
    assert sum(isinstance(event, SwitchedModel) for event in events) == 1


@pytest.mark.parametrize(
    "fault",
    ["drop-at-20", "reset-at-20", "cut-at-20", "half-event-at-20", "error-at-20", "stall-20"],
)
@pytest.mark.parametrize("resume", ["", "-resume-repeats", "-resume-restarts"])
async def test_a_broken_answer_becomes_whole_with_each_character_once(
    simulator: SimulatorServer, fault: str, resume: str
) -> None:
    fold, events = await answered(
        simulator, f"{QUICK}-{fault}{resume}", deadlines=Deadlines(gap_s=0.3)
    )

    assert fold.text == WHOLE
    assert (fold.outcome, fold.reconnections) == ("completed", 1)
    assert len(fold.parts) == 2
    assert sum(isinstance(event, Reconnecting) for event in events) == 1


@pytest.mark.parametrize("resume", ["says-no", "refuses"])
async def test_a_model_that_cannot_go_on_leaves_its_partial(
    simulator: SimulatorServer, resume: str
) -> None:
    fold, _ = await answered(simulator, f"{QUICK}-drop-at-20-resume-{resume}")

    assert (fold.outcome, fold.reconnections) == ("interrupted", 1)
    assert fold.text
    assert WHOLE.startswith(fold.text)
    assert fold.failure is not None
    assert fold.failure.kind == "cannot_go_on"


@pytest.mark.parametrize(
    ("model", "deadlines", "kind"),
    [
        ("sim/slow-headers-60000", Deadlines(first_event_s=0.3), "first_event_timeout"),
        ("sim/silent", Deadlines(first_token_s=0.6), "first_token_timeout"),
        (f"{QUICK}-stall-20", Deadlines(gap_s=0.6), "gap_timeout"),
        ("sim/ttft-0-rate-20-len-5000", Deadlines(total_s=1.2), "total_timeout"),
    ],
)
async def test_each_deadline_ends_the_request_at_the_upstream(
    simulator: SimulatorServer, model: str, deadlines: Deadlines, kind: FailureKind
) -> None:
    once = Policy(tries=1, reconnects=0)

    fold, _ = await answered(simulator, model, policy=once, deadlines=deadlines)

    assert fold.failure is not None
    assert fold.failure.kind == kind
