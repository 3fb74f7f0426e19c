"""Answers that broke off: how they go on, and when they end instead."""

import pytest
from leaping_loop import (
    DONE,
    QUESTION,
    Step,
    Upstream,
    answer_of,
    asked,
    attempts,
    broken_after,
)
from leaping_loop import REQUEST as ASKED

from chat.errors import (
    DECLINED,
    ConnectionLost,
    Failure,
    InvalidKey,
    Moderated,
    RateLimited,
    Rejected,
)
from chat.events import (
    Continued,
    Reconnecting,
    RequestSent,
    SwitchedModel,
    TextDelta,
)
from chat.messages import Message

BUSY = RateLimited("busy", status=429)
LOST = ConnectionLost()
HELLO: list[Step] = [TextDelta("Hello"), DONE]
STORY = "Once upon a time there was a fox"


def test_a_broken_answer_goes_on_from_its_last_character() -> None:
    answer, upstream = asked(broken_after(STORY[:14]), [TextDelta(STORY[14:]), DONE])

    assert answer.events == [
        RequestSent(),
        TextDelta(STORY[:14]),
        Reconnecting(LOST.failure, attempt=1, of=2, wait_s=1),
        RequestSent(1),
        TextDelta(STORY[14:]),
        DONE,
    ]
    assert upstream.requests[1].messages == (QUESTION, Message("assistant", STORY[:14]))


def test_what_is_left_of_the_token_limit_is_asked_for() -> None:
    _, upstream = asked(broken_after("x" * 400), HELLO)

    assert upstream.requests[1].max_tokens == ASKED.max_tokens - 100


def test_white_space_at_the_seam_is_neither_sent_nor_doubled() -> None:
    answer, upstream = asked(broken_after("One.\n\n"), [TextDelta("\n\nTwo."), DONE])

    assert upstream.requests[1].messages[-1].text == "One."
    assert answer.fold.text == "One.\n\nTwo."


def test_an_answer_of_white_space_only_is_asked_for_from_its_beginning() -> None:
    answer, upstream = asked(broken_after("\n"), [TextDelta("\nTwo."), DONE])

    assert upstream.requests[1].messages == (QUESTION,)
    assert answer.fold.text == "\nTwo."


def test_an_answer_that_breaks_too_often_keeps_what_came() -> None:
    answer, upstream = asked(
        broken_after("One,"), broken_after(" two,"), broken_after(" three,"), HELLO
    )

    assert (answer.fold.text, answer.failure) == ("One, two, three,", LOST.failure)
    assert len(upstream.requests) == 3


def test_a_reconnection_that_cannot_connect_counts_as_one() -> None:
    answer, upstream = asked(broken_after("One,"), [LOST], [TextDelta(" two."), DONE])

    assert answer.fold.text == "One, two."
    assert upstream.sent_s == [0, 1, 3]


@pytest.mark.parametrize(
    "said",
    [
        "Once upon a time there was a bear, and it was big",
        "I'm sorry, but I can't continue that.",
        "Sure! Once upon a time there was a bear",
    ],
    ids=["starts_over", "refuses", "starts_over_politely"],
)
def test_a_model_that_does_not_go_on_leaves_the_partial_alone(said: str) -> None:
    answer, _ = asked(
        broken_after(STORY),
        [*[TextDelta(said[n : n + 3]) for n in range(0, 99, 3) if said[n:]], DONE],
    )

    assert (answer.fold.text, answer.fold.outcome) == (STORY, "interrupted")
    assert answer.failure is not None
    assert answer.failure.kind == "cannot_go_on"


def test_an_upstream_that_takes_no_beginning_leaves_the_partial_interrupted() -> None:
    answer, _ = asked(broken_after(STORY), [Rejected("Prefill is not supported.", status=400)])

    assert (answer.fold.text, answer.fold.outcome) == (STORY, "interrupted")
    assert answer.failure is not None
    assert "Prefill is not supported." in answer.failure.detail


@pytest.mark.parametrize("begun", ["", STORY])
def test_a_model_that_declines_in_the_wires_own_field_does_not_go_on(begun: str) -> None:
    declines = Moderated("Je ne peux pas continuer.", error_type=DECLINED)
    upstream = Upstream([declines]) if begun else Upstream(broken_after(STORY), [declines])

    answer = answer_of(attempts(upstream), begun=begun)

    assert (answer.fold.text, answer.fold.outcome) == (STORY, "interrupted")
    assert answer.failure is not None
    assert answer.failure.kind == "cannot_go_on"
    assert "Je ne peux pas continuer." in answer.failure.detail


def test_a_refusal_to_continue_an_answer_is_no_part_of_it() -> None:
    upstream = Upstream([TextDelta("I'm sor"), TextDelta("ry, but I can't continue."), DONE])

    answer = answer_of(attempts(upstream), begun=STORY)

    assert (answer.fold.text, answer.fold.outcome) == (STORY, "interrupted")
    assert answer.failure is not None
    assert answer.failure.kind == "cannot_go_on"


def test_an_upstream_that_continues_no_answer_leaves_it_as_it_was() -> None:
    upstream = Upstream([Rejected("Prefill is not supported.", status=400)])

    answer = answer_of(attempts(upstream), begun=STORY)

    assert (answer.fold.text, answer.fold.outcome) == (STORY, "interrupted")
    assert answer.failure == Failure(
        "cannot_go_on", "it cannot be asked to: Prefill is not supported.", 400
    )


def test_a_key_that_fails_after_a_break_is_said_as_it_is() -> None:
    answer, _ = asked(broken_after(STORY), [InvalidKey(status=401)])

    assert answer.failure == Failure("invalid_key", status=401)


def test_a_figure_of_the_story_may_be_sorry() -> None:
    answer, _ = asked(broken_after('The fox said: "'), [TextDelta("I'm sorry, dear."), DONE])

    assert answer.fold.text == "The fox said: \"I'm sorry, dear."


@pytest.mark.parametrize(
    ("begun", "said"),
    [
        ("He said:", " I'm sorry, dear."),
        ("Dear all,\n\n", "I'm sorry, dear."),
        ("Excuses:\n- Late.\n-", "I'm sorry, dear."),
        ("Excuses:\n1.", "Sure! I am late."),
        ("They were not", "sure, here or elsewhere."),
    ],
)
def test_words_inside_of_an_answer_are_no_refusal(begun: str, said: str) -> None:
    answer, _ = asked(broken_after(begun), [TextDelta(said), DONE])

    assert answer.failure is None
    assert answer.fold.text.endswith(said.strip())


def test_a_begun_answer_never_goes_to_another_model() -> None:
    answer, _ = asked(broken_after("One,"), [LOST], fallbacks=("sim/y",))

    assert answer.of(SwitchedModel) == []


def test_a_silent_answer_is_taken_up_again() -> None:
    answer, upstream = asked([TextDelta("One,"), 500.0], [TextDelta(" two."), DONE])

    assert answer.fold.text == "One, two."
    assert upstream.sent_s == [0, 121]


def test_a_continued_answer_that_breaks_goes_on_from_all_of_it() -> None:
    upstream = Upstream(broken_after(" upon"), [TextDelta(" a time."), DONE])

    answer = answer_of(attempts(upstream), begun="Once")

    assert answer.fold.text == "Once upon a time."
    assert upstream.requests[1].messages == (QUESTION, Message("assistant", "Once upon"))
    assert answer.of(Continued) == [Continued("Once")]
