"""The chat page when an answer cannot be had, or only in part."""

import pytest

from chat.ui import session
from chat.ui.wiring import services

from .visits import (
    OPENROUTER_MODEL,
    QUICK,
    VISITOR,
    address,
    answer,
    boxes,
    header,
    primary,
    said,
    say,
    visit,
)

FAULTS = {
    "sim/401": "OpenRouter does not accept this key",
    "sim/402-afford-12": "The account behind this key can pay for 12 tokens of answer only.",
    "sim/404-free-variant-ended": "The free variant of this model has ended.",
    "sim/403": "Moderation flagged this request",
    "sim/413": "This conversation is longer than the model takes",
    "sim/429-daily": "Today's free requests of this account are used up.",
    "sim/422": "The provider did not accept this request: messages.0.content: cannot be read.",
    "sim/no-such-scenario": "There is no model of this id.",
    OPENROUTER_MODEL: "This model needs an OpenRouter key.",
    "local/no-such-model": "The model cannot answer right now",
}


@pytest.mark.parametrize(("model", "sentence"), FAULTS.items(), ids=FAULTS)
def test_a_fault_is_said_once_with_a_button_that_tries_again(model: str, sentence: str) -> None:
    app = say(visit(model), "Hello")

    (box,) = boxes(app)
    assert box.startswith(sentence)
    assert app.button(key="regenerate").label in {"Try again", "Regenerate"}
    assert said(app) == ["Hello"]
    assert not app.exception


@pytest.mark.parametrize("fault", ["error-at-10", "drop-at-10", "cut-at-10"])
def test_what_came_before_the_fault_is_kept(fault: str) -> None:
    whole = answer(say(visit(QUICK), "Hello"))

    partial = answer(say(visit(f"{QUICK}-{fault}"), "Hello"))

    assert len(partial.split()) >= 8
    assert whole.startswith(partial)


@pytest.mark.parametrize(
    ("fault", "badge"), [("drop-at-10", "Interrupted"), ("error-at-10", "Failed")]
)
def test_an_answer_that_broke_off_is_called_interrupted_and_one_with_an_error_failed(
    fault: str, badge: str
) -> None:
    app = say(visit(f"{QUICK}-{fault}"), "Hello")

    assert badge in header(app)
    assert len(app.warning) == int(badge == "Interrupted")
    assert primary(app) == "Continue"


def test_trying_again_with_another_model_answers_the_same_message() -> None:
    failed = say(visit("sim/500"), "Hello")
    app = visit(conversation=address(failed))

    app.session_state[session.MODEL] = QUICK
    app.button(key="regenerate").click().run()

    assert said(app) == ["Hello"]
    assert not boxes(app)
    assert app.button(key="regenerate").label == "Regenerate"


def test_an_upstream_that_nobody_listens_at_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENROUTER_BASE_URL", "http://127.0.0.1:9")  # the discard port

    app = say(visit(OPENROUTER_MODEL, key="sk-or-v1-abc"), "Hello")

    assert boxes(app) == ["The provider cannot be reached.  \nCheck the network, then try again."]


def test_an_answer_cut_off_by_its_limit_says_so_above_it() -> None:
    app = say(visit(f"{QUICK}-length"), "Hello")

    assert "Cut off at the token limit" in header(app)
    assert not app.exception


def test_a_fault_of_one_answer_leaves_nothing_running() -> None:
    say(visit(f"{QUICK}-drop-at-10"), "Hello")

    assert all(live.is_closed for live in services().engine.known(VISITOR).values())


def test_a_mark_that_broke_off_is_closed_on_screen_and_nowhere_else() -> None:
    app = say(visit("sim/rate-1000-ttft-0-len-80-cut-at-42"), "Hello")

    tree = services().kept.store.load_tree(VISITOR, address(app))
    assert tree is not None
    assert tree.replies[-1].text.rstrip().endswith("- **The open")
    assert answer(app).endswith("- **The open**")
