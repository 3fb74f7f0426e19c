"""Every fault of the simulator, from its bytes to a failure with its sentence and its button.

The table has a row for every form of `chat.simulator.grammar.FAULTS`, and a test that says so; what
no model id can play (no server, no name, no connection) is in `test_unreachable`.
"""

from collections.abc import Iterator

import pytest
from fault_table import QUICK, TABLE, Row, model_of
from raw_upstream import KEY, ask, request_for, text_in, wire_to
from simulator_calls import fetch

from chat.errors import Failure
from chat.events import Event, Finished, Opened, UsageReported
from chat.simulator import SimulatorServer, full_text
from chat.simulator.grammar import FAULTS
from chat.simulator.prose import write
from chat.ui.wording import explain

READ_TIMEOUT_S = 0.4
THREE_TOKENS = "".join(write("mixed", 1, 20)[:3])


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


async def sent_chars(simulator: SimulatorServer, events: list[Event]) -> int:
    """How much text the simulator says that it sent."""
    generation_id = next(event.generation_id for event in events if isinstance(event, Opened))
    record = (await fetch(simulator, f"/sim/generations/{generation_id}")).json()
    return int(record["text_chars"])


def test_the_table_has_every_fault_of_the_simulator() -> None:
    assert set(TABLE) == set(FAULTS)


@pytest.mark.parametrize(("form", "row"), TABLE.items(), ids=TABLE)
async def test_a_fault_becomes_its_failure_and_its_sentence(
    simulator: SimulatorServer, form: str, row: Row
) -> None:
    model = model_of(form)
    wire = wire_to(simulator.base_url, read_timeout_s=READ_TIMEOUT_S)
    events, failure = await ask(wire, request_for(model))
    text = text_in(events)

    assert full_text(model, "").startswith(text)
    if failure is None:
        assert row.kind is None
        assert isinstance(events[-1], Finished)
        return
    said = explain(failure, has_text=bool(text))
    assert (failure.kind, failure.status, said.action) == (row.kind, row.status, row.action)
    assert said.happened.startswith(row.happened)
    assert KEY.value not in repr(failure)
    assert said.happened.endswith(".")
    assert said.to_do


@pytest.mark.parametrize("form", [form for form in FAULTS if "-at-N" in form or form == "stall-N"])
async def test_a_fault_inside_a_stream_keeps_all_that_was_sent(
    simulator: SimulatorServer, form: str
) -> None:
    model = model_of(form)
    wire = wire_to(simulator.base_url, read_timeout_s=READ_TIMEOUT_S)
    events, _ = await ask(wire, request_for(model))

    sent, whole, text = await sent_chars(simulator, events), full_text(model, ""), text_in(events)
    assert sent >= len(THREE_TOKENS)
    if form == "reset-at-N":  # the kernel throws away what it has received and nobody read yet
        assert whole.startswith(text)
    elif form.startswith("bad-"):  # the simulator goes on after what nobody can read
        assert text == THREE_TOKENS
    else:
        assert text == whole[:sent]


@pytest.mark.parametrize(
    ("option", "wait_s"),
    [("after-7", 7), ("after-ms-1500", 1.5), ("date-30", 30), ("reset-20", 20)],
)
async def test_a_rate_limit_says_how_long_to_wait(
    simulator: SimulatorServer, option: str, wait_s: float
) -> None:
    _, failure = await ask(wire_to(simulator.base_url), request_for(f"sim/429-{option}"))

    assert failure is not None
    assert failure.retry_after_s == wait_s
    assert f"{max(2, round(wait_s))} s" in explain(failure).to_do


async def test_the_daily_cap_says_when_it_resets(simulator: SimulatorServer) -> None:
    _, failure = await ask(wire_to(simulator.base_url), request_for("sim/429-daily"))

    assert failure is not None
    resets = failure.resets_epoch_s
    assert resets is not None
    assert resets % 86_400 == 0
    said = explain(failure, now=resets - 3900)
    assert said.to_do == "It resets at 00:00 UTC, in 1 h 5 min. Until then, choose a paid model."
    assert explain(failure, now=resets + 1).action == "retry"


async def test_capacity_may_come_with_a_wait_in_the_body(simulator: SimulatorServer) -> None:
    model = "sim/404-capacity-exhausted"
    _, failure = await ask(wire_to(simulator.base_url), request_for(model))

    assert failure is not None
    assert (failure.retry_after_s, failure.reason) == (3, "capacity_exhausted")


async def test_a_message_within_the_limit_and_fewer_max_tokens_help(
    simulator: SimulatorServer,
) -> None:
    for model in (f"{QUICK}-400-over-2", f"{QUICK}-402-afford-5000"):
        events, failure = await ask(wire_to(simulator.base_url), request_for(model))

        assert failure is None
        assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("form", ["error-usage-at-3", "error-empty-choices"])
async def test_the_usage_of_a_failed_answer_is_told(simulator: SimulatorServer, form: str) -> None:
    events, failure = await ask(wire_to(simulator.base_url), request_for(f"{QUICK}-{form}"))

    assert failure is not None
    told = events[-1]
    assert isinstance(told, UsageReported)
    assert told.usage.completion_tokens == (3 if "usage" in form else 0)


async def test_the_provider_that_failed_is_named(simulator: SimulatorServer) -> None:
    _, failure = await ask(wire_to(simulator.base_url), request_for("sim/529"))

    assert failure == Failure(
        "overloaded", "Overloaded", 529, None, "provider_overloaded", "", "Simulator"
    )


@pytest.mark.parametrize("option", ["slow-headers-60000", "ttft-60000"])
async def test_too_long_a_silence_before_the_first_word_is_a_timeout(
    simulator: SimulatorServer, option: str
) -> None:
    wire = wire_to(simulator.base_url, read_timeout_s=READ_TIMEOUT_S)
    _, failure = await ask(wire, request_for(f"sim/{option}"))

    assert failure == Failure("timed_out", "Nothing came for too long.")
