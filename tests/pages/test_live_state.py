"""What the line above a growing answer says, folded from hand-made logs."""

from chat.errors import Failure
from chat.events import (
    Event,
    Logged,
    ReasoningDelta,
    Reconnecting,
    RequestSent,
    Retrying,
    SwitchedModel,
    TextDelta,
)
from chat.ui.live_state import LiveState
from chat.ui.reply_header import live_header
from chat.ui.reply_story import tell

from .visits import as_read

BUSY = Failure("rate_limited", "slow down", 429)
LOST = Failure("connection_lost")
RETRY = (RequestSent(), Retrying(BUSY, 2, 4, 3.0))
BROKEN = (RequestSent(), TextDelta("Half"), Reconnecting(LOST, 1, 3, 0.5))


def logged(*events: Event) -> list[Logged]:
    """A log with a second between two events."""
    return [Logged(seq, float(seq), event) for seq, event in enumerate(events)]


def state_of(*events: Event) -> LiveState:
    state = LiveState()
    state.feed(logged(*events))
    return state


def line(*events: Event, now_s: float = 0.0) -> str:
    return as_read(live_header("openai/gpt-4o-mini", state_of(*events), now_s, "1.0 s"))


def test_a_wait_is_counted_down_with_why() -> None:
    said = [line(*RETRY, now_s=now_s) for now_s in (1.0, 2.5, 3.9)]

    assert [n for n, text in zip((3, 2, 1), said, strict=True) if f"of 4 in {n} s" in text] == [
        3,
        2,
        1,
    ]
    assert all("Too many requests for this model right now" in text for text in said)


def test_the_try_itself_has_no_countdown() -> None:
    assert "Attempt 2 of 4]" in line(*RETRY, RequestSent(2), now_s=9.0)


def test_after_a_retry_the_answer_simply_streams() -> None:
    said = line(*RETRY, RequestSent(2), TextDelta("Hi"))

    assert "streaming" in said
    assert "Attempt" not in said


def test_another_model_that_is_asked_is_named() -> None:
    said = line(RequestSent(), SwitchedModel("openai/gpt-6-luna", BUSY), RequestSent(1, "x"))

    assert said.startswith(":small[:gray[GPT-6 Luna]]")
    assert "GPT-4o mini could not answer; asked GPT-6 Luna instead." in said


def test_a_seam_is_seen_as_reconnecting_and_then_as_reconnected() -> None:
    assert "reconnecting…" in line(*BROKEN)
    assert "reconnecting…" in line(*BROKEN, RequestSent())
    assert "reconnected" in line(*BROKEN, RequestSent(), TextDelta(" more"))


def test_reasoning_after_a_seam_is_no_going_on_yet() -> None:
    assert "reconnecting…" in line(*BROKEN, RequestSent(), ReasoningDelta("Hm"))


def test_a_retry_inside_a_reconnection_is_still_a_reconnection_afterwards() -> None:
    said = line(*BROKEN, RequestSent(), Retrying(BUSY, 2, 4, 1.0), TextDelta(" more"))

    assert "reconnected" in said


def test_every_wait_is_a_change_of_its_own() -> None:
    once, twice = state_of(*RETRY), state_of(*RETRY, RequestSent(2), Retrying(BUSY, 3, 4, 1.0))

    assert twice.changes == once.changes + 1


def test_the_story_names_each_trouble_with_its_moment_and_why() -> None:
    story = tell(logged(*RETRY, RequestSent(2), *BROKEN[1:], SwitchedModel("b/c", BUSY)))

    assert story == [
        "1.0 s: rate_limited 429 (slow down); attempt 2 of 4 after 3.0 s",
        "4.0 s: broke off after 4 characters: connection_lost; reconnection 1 of 3 after 0.5 s",
        "5.0 s: rate_limited 429 (slow down); asked b/c instead",
    ]
