"""The card below a reply that did not end well, drawn from stored replies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from chat.conversations import Conversation, Outcome, ReplyRecord, StoredTurn, UserMessage, new_id
from chat.errors import Failure
from chat.metrics import Timings
from chat.ui.reply_details import details_of
from chat.ui.wiring import services

from .visits import (
    OPENROUTER_MODEL,
    QUICK,
    VISITOR,
    answer,
    boxes,
    chosen,
    header,
    labels,
    primary,
    said,
    visit,
)

KEY = "sk-or-v1-" + "a1b2" * 16
PARTIAL = "The first half of"


def stored(
    failure: Failure | None,
    text: str = "",
    outcome: Outcome = "failed",
    model: str = QUICK,
    ended_at: datetime | None = None,
) -> str:
    """Keeps a conversation whose only reply ended so; its id."""
    place, message, now = new_id(), new_id(), ended_at or datetime.now(UTC)
    user = UserMessage(message, None, "Hello", now)
    reply = ReplyRecord(new_id(), VISITOR, place, message, model, now)
    ended = replace(
        reply,
        outcome=outcome,
        text=text,
        text_chars=len(text),
        failure=failure,
        generation_id="gen-1",
        timings=Timings(total_s=0.0),
    )
    store = services().kept.store
    store.add_turn(StoredTurn(user, reply), Conversation(place, VISITOR, "Hello", now))
    store.save_replies([ended])
    return place


def shown(failure: Failure | None, text: str = "", **more: object) -> AppTest:
    """The page with that reply; the simulator's quick model is chosen."""
    key = str(more.pop("key", ""))
    return visit(QUICK, key=key, conversation=stored(failure, text, **more))  # type: ignore[arg-type] # as `stored` says


MAIN_BUTTONS = {
    "connection_lost": "Try again",
    "internal": "Try again",
    "overloaded": "Try again",
    "too_long": "Edit the message",
    "moderated": "Edit the message",
    "unknown_model": "Try with Steady, 50 tokens a second",
    "daily_limit": "Try with Steady, 50 tokens a second",
    "key_missing": "Enter a key",
    "invalid_key": "Enter a key",
    "limit_reached": "Raise the limit",
}
STUCK = Failure("cannot_go_on", "it began anew")


@pytest.mark.parametrize(("kind", "label"), MAIN_BUTTONS.items())
def test_each_failure_has_one_main_button_that_does_what_its_sentence_says(
    kind: str, label: str
) -> None:
    app = shown(Failure(kind))  # type: ignore[arg-type] # the kinds of the table

    assert primary(app) == label
    assert len(boxes(app)) == 1
    assert not app.exception


def test_what_a_model_would_not_go_on_with_is_above_all_for_another_one() -> None:
    app = shown(STUCK, PARTIAL, outcome="interrupted")

    assert primary(app) == "Continue with Steady, 50 tokens a second"
    assert labels(app)[1:3] == ["Continue", "Regenerate"]
    assert boxes(app)[0].startswith(
        "The model did not go on from where the answer stopped: it began anew."
    )


@pytest.mark.parametrize("kind", ["interrupted", "connection_lost", "gap_timeout"])
def test_what_broke_off_can_be_continued_by_the_same_model_or_another_or_begun_anew(
    kind: str,
) -> None:
    app = shown(Failure(kind), PARTIAL, outcome="interrupted")  # type: ignore[arg-type] # likewise

    assert labels(app)[:3] == [
        "Continue",
        "Continue with Steady, 50 tokens a second",
        "Regenerate",
    ]
    assert primary(app) == "Continue"
    assert answer(app) == PARTIAL


def test_continue_with_another_model_keeps_the_text_and_chooses_that_model() -> None:
    app = shown(Failure("interrupted"), PARTIAL, outcome="interrupted")

    app.button(key="go_on_with").click().run()

    assert answer(app).startswith(PARTIAL)
    assert len(answer(app)) > len(PARTIAL)
    assert chosen(app) == "sim/rate-50-len-400"


def test_try_with_another_model_answers_the_same_message() -> None:
    app = shown(Failure("unknown_model"), model="sim/no-such")

    app.button(key="try_with").click().run(timeout=20)

    assert said(app) == ["Hello"]
    assert not boxes(app)
    assert "Steady" in header(app)


def test_with_a_key_the_offered_model_is_of_the_same_maker() -> None:
    app = shown(Failure("no_endpoint"), model=OPENROUTER_MODEL, key=KEY)

    assert primary(app) == "Try with GPT-6 Luna"


def test_without_a_key_a_model_is_offered_that_needs_none() -> None:
    app = shown(Failure("key_missing"), model=OPENROUTER_MODEL)

    assert labels(app)[:2] == ["Enter a key", "Try with Steady, 50 tokens a second"]


def test_a_message_that_is_too_long_is_put_into_its_editor() -> None:
    app = shown(Failure("too_long"))

    app.button(key="open_editor").click().run()

    assert app.text_area(key="edit_box").value == "Hello"


def test_an_answer_that_cannot_be_paid_for_is_asked_for_at_an_affordable_length() -> None:
    app = shown(Failure("out_of_credits", status=402, affordable_tokens=30))

    assert primary(app) == "Try with at most 30 tokens"
    app.button(key="try_shorter").click().run()

    assert app.number_input(key="max_tokens").value == 30
    assert "Cut off at the token limit" in header(app)


def test_a_wait_that_the_upstream_asked_for_is_counted_down() -> None:
    app = shown(Failure("rate_limited", retry_after_s=60.0))

    button = app.button(key="regenerate")
    assert button.disabled
    assert button.label.startswith("Try again in ")
    assert 50 <= int(button.label.split()[3]) <= 60
    assert boxes(app)[0].endswith("Wait for the countdown, or choose another model.")


def test_a_wait_that_is_over_leaves_the_button_that_tries_again() -> None:
    ended_at = datetime.now(UTC) - timedelta(seconds=61)
    app = shown(Failure("rate_limited", retry_after_s=60.0), ended_at=ended_at)

    assert primary(app) == "Try again"
    assert boxes(app)[0].endswith("Try again, or choose another model.")
    app.button(key="regenerate").click().run()
    assert not boxes(app)


def test_a_cut_off_answer_says_so_and_continues() -> None:
    app = shown(None, PARTIAL, outcome="truncated")

    assert boxes(app)[0].startswith("The answer was cut off at the token limit.")
    assert primary(app) == "Continue"


def test_the_content_filter_is_named() -> None:
    app = shown(None, PARTIAL, outcome="filtered")

    assert boxes(app)[0].startswith("The content filter of the model's provider ended the answer.")
    assert primary(app) == "Edit the message"


def test_the_details_name_what_a_report_needs_and_hold_no_key() -> None:
    failure = Failure(
        "rate_limited",
        f"Incorrect API key provided: {KEY}",
        429,
        error_type="rate_limit_exceeded",
        upstream_provider="Azure",
    )
    now = datetime.now(UTC)
    reply = ReplyRecord("r", VISITOR, "c", "m", QUICK, now, failure=failure, generation_id="gen-1")

    details = details_of(reply)

    for fact in ("429", "rate_limit_exceeded", "gen-1", "Azure", QUICK):
        assert fact in details
    assert KEY not in details


def test_the_details_are_folded_below_the_sentence() -> None:
    (folded,) = shown(Failure("connection_lost")).chat_message[-1].expander

    assert folded.label == "Technical details"
    assert "what: connection_lost" in folded.code[0].value


def test_an_answer_that_ended_well_has_no_card_and_no_details() -> None:
    app = shown(None, PARTIAL, outcome="completed")

    assert not boxes(app)
    assert not app.chat_message[-1].code


def test_a_failure_in_the_middle_of_a_conversation_has_its_sentence_and_no_buttons() -> None:
    app = shown(Failure("moderated"))

    app.chat_input[0].set_value("Again").run()

    assert boxes(app)[0].startswith("Moderation flagged this request.")
    assert "Edit the message" not in [button.label for button in app.main.button]


def test_a_reset_in_a_year_that_no_calendar_has_breaks_no_page() -> None:
    app = shown(Failure("daily_limit", status=429, resets_epoch_s=9e11))

    assert not app.exception
