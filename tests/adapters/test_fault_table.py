"""Every fault of the simulator, from its bytes to the sentence and the button on the page.

The table has a row for every form of `chat.simulator.grammar.FAULTS`, and a test that says so; what
no model id can play (no server, no name, no connection) is in `test_unreachable`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from raw_upstream import KEY, ask, request_for, text_in, wire_to
from simulator_calls import fetch

from chat.errors import Failure, FailureKind
from chat.events import Event, Finished, Opened, UsageReported
from chat.simulator import SimulatorServer, full_text
from chat.simulator.grammar import FAULTS
from chat.simulator.prose import write
from chat.ui.wording import Action, explain

QUICK = "sim/ttft-0-rate-1000-len-20"
READ_TIMEOUT_S = 0.4
THREE_TOKENS = "".join(write("mixed", 1, 20)[:3])
NOBODY = "Nobody serves this model under the present settings: No endpoints found for"
UNAVAILABLE = "The model cannot answer right now"
NOT_ACCEPTED = "The provider did not accept this request: "
TOO_LONG = "This conversation is longer than the model takes: "
TOO_SLOW = "The provider took too long to answer"
OVERLOADED = "The provider has more requests than it can answer: "
LIMITED = "Too many requests for this model right now: "
POOL = f"{LIMITED}{QUICK}"
LOST = f"{UNAVAILABLE}: Provider disconnected unexpectedly."
GONE = "The connection to the provider broke off."
BROKE_OFF = "The answer broke off before its end."
NO_ANSWER = "The provider sent something that is not an answer."
MODERATED = "Moderation flagged this request: "


@dataclass(frozen=True, slots=True)
class Row:
    """What a fault becomes; `kind` is None where the answer is whole all the same.

    Attributes:
        happened: How the sentence on the page begins.
    """

    kind: FailureKind | None
    happened: str = ""
    action: Action = "retry"
    status: int | None = None


TABLE = {
    "400": Row("rejected", NOT_ACCEPTED + "temperature: must be", "choose_model", 400),
    "400-model": Row("unknown_model", "There is no model of this id.", "choose_model", 400),
    "400-over-N": Row("too_long", TOO_LONG + "This endpoint's maximum", "shorten", 400),
    "401": Row("invalid_key", "OpenRouter does not accept this key: User", "enter_key", 401),
    "401-quoted": Row(
        "invalid_key", "OpenRouter does not accept this key: Incorrect API", "enter_key", 401
    ),
    "402": Row("out_of_credits", "The account behind this key cannot pay", "choose_model", 402),
    "402-afford-N": Row(
        "out_of_credits",
        "The account behind this key can pay for 1 tokens of answer only.",
        "lower_max_tokens",
        402,
    ),
    "403": Row("moderated", MODERATED, "reword", 403),
    "403-guardrail": Row(
        "refused", "The provider refused this request: The request was blocked", "choose_model", 403
    ),
    "403-key": Row(
        "refused", "The provider refused this request: This key may not", "choose_model", 403
    ),
    "404": Row("no_endpoint", NOBODY, "choose_model", 404),
    "404-provider": Row("model_unavailable", f"{UNAVAILABLE}: The model is not", "retry", 404),
    "404-privacy-text": Row(
        "no_endpoint", "The account's privacy settings rule out", "choose_model", 404
    ),
    "404-model-not-found": Row(
        "unknown_model", "There is no model of this id.", "choose_model", 404
    ),
    "404-model-deprecated": Row(
        "unknown_model", "This model has been retired.", "choose_model", 404
    ),
    "404-wrong-endpoint": Row(
        "no_endpoint", "This model does not answer chats.", "choose_model", 404
    ),
    "404-no-endpoints": Row(
        "no_endpoint", "No provider serves this model right now.", "choose_model", 404
    ),
    "404-model-unavailable-upstream": Row(
        "model_unavailable", "The provider of this model does not offer it", "retry", 404
    ),
    "404-capacity-exhausted": Row(
        "overloaded", "All providers of this model have as much to do", "wait", 404
    ),
    "404-temporarily-unavailable": Row(
        "model_unavailable", "This model is not there for the moment.", "retry", 404
    ),
    "404-region-restricted": Row(
        "no_endpoint", "This model is not offered in the region", "choose_model", 404
    ),
    "404-privacy-restricted": Row(
        "no_endpoint", "The account's privacy settings rule out", "choose_model", 404
    ),
    "404-constraint-filtered": Row(
        "no_endpoint", "No provider of this model takes these parameters.", "choose_model", 404
    ),
    "404-free-variant-ended": Row(
        "no_endpoint", "The free variant of this model has ended.", "choose_model", 404
    ),
    "408": Row("timed_out", f"{TOO_SLOW}: Request timed out before", "retry", 408),
    "409": Row("model_unavailable", f"{UNAVAILABLE}: Another request", "retry", 409),
    "412": Row("rejected", NOT_ACCEPTED + "A precondition", "choose_model", 412),
    "413": Row("too_long", TOO_LONG + "Request body is too large.", "shorten", 413),
    "422": Row("rejected", NOT_ACCEPTED + "messages.0.content", "choose_model", 422),
    "429": Row("rate_limited", POOL, "wait", 429),
    "429-after-N": Row("rate_limited", POOL, "wait", 429),
    "429-after-ms-N": Row("rate_limited", POOL, "wait", 429),
    "429-date-N": Row("rate_limited", POOL, "wait", 429),
    "429-reset-N": Row("rate_limited", LIMITED + "Rate limit exceeded", "wait", 429),
    "429-daily": Row(
        "daily_limit", "Today's free requests of this account are used up.", "choose_model", 429
    ),
    "499": Row("connection_lost", GONE, "retry", 499),
    "500": Row("model_unavailable", f"{UNAVAILABLE}: Internal Server Error.", "retry", 500),
    "502": Row("model_unavailable", f"{UNAVAILABLE}: upstream connect error.", "retry", 502),
    "503": Row("overloaded", OVERLOADED + "No provider is available", "wait", 503),
    "504": Row("timed_out", f"{TOO_SLOW}: The provider's gateway", "retry", 504),
    "524": Row("timed_out", f"{TOO_SLOW}: The provider did not answer", "retry", 524),
    "529": Row("overloaded", OVERLOADED + "Overloaded.", "wait", 529),
    "html": Row("bad_answer", NO_ANSWER),
    "json": Row("model_unavailable", LOST, "retry", 502),
    "json-answer": Row("bad_answer", NO_ANSWER),
    "comments-only": Row("interrupted", BROKE_OFF),
    "nothing": Row("interrupted", BROKE_OFF),
    "silent": Row("timed_out", TOO_SLOW),
    "error-empty-choices": Row("model_unavailable", LOST, "retry", 502),
    "stall-N": Row("timed_out", TOO_SLOW, "continue"),
    "mute-at-N": Row("timed_out", TOO_SLOW, "continue"),
    "drop-at-N": Row("connection_lost", GONE, "continue"),
    "drops-N-at-N": Row("connection_lost", GONE, "continue"),
    "reset-at-N": Row("connection_lost", GONE, "continue"),
    "cut-at-N": Row("interrupted", BROKE_OFF, "continue"),
    "half-event-at-N": Row("interrupted", BROKE_OFF, "continue"),
    "error-at-N": Row("model_unavailable", LOST, "continue", 502),
    "error-usage-at-N": Row("model_unavailable", LOST, "continue", 502),
    "error-string-code-at-N": Row("model_unavailable", LOST, "continue"),
    "error-no-code-at-N": Row("model_unavailable", LOST, "continue", 502),
    "error-bare-at-N": Row("model_unavailable", LOST, "continue", 502),
    "error-in-choice-at-N": Row("model_unavailable", LOST, "continue", 502),
    "error-too-long-at-N": Row("too_long", TOO_LONG, "shorten", 400),
    "error-moderated-at-N": Row("moderated", MODERATED, "reword", 403),
    "bad-json-at-N": Row("bad_answer", NO_ANSWER, "continue"),
    "bad-utf8-at-N": Row("bad_answer", NO_ANSWER, "continue"),
    "no-choices-at-N": Row(None),
    "pause-N-at-N": Row(None),
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    server = SimulatorServer()
    server.start()
    yield server
    server.close()


def model_of(form: str) -> str:
    """A model that meets the fault after three tokens; a limit is one token."""
    number = "1" if form in {"400-over-N", "402-afford-N"} else "3"
    return f"{QUICK}-{form.replace('N', number)}"


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
