"""The chat page when all goes well."""

import re

from chat.simulator.prose import write
from chat.ui import session
from chat.ui.first_run import PROMPTS
from chat.ui.wording import NOT_FOUND

from .visits import (
    QUICK,
    STRANGER,
    address,
    answer,
    boxes,
    captions,
    chosen,
    conversations,
    said,
    say,
    visit,
)

OTHER = "sim/echo"


def expected(length: int = 40) -> str:
    return "".join(write("mixed", 1, length)).strip()


def test_a_first_visit_shows_four_things_to_ask_and_no_fault() -> None:
    app = visit()

    assert [app.button(key=f"prompt_{n}").label for n in range(4)] == [text for _, text in PROMPTS]
    assert not app.exception
    assert not boxes(app)
    assert not conversations(app)


def test_a_prompt_that_is_clicked_is_asked() -> None:
    app = visit(QUICK)

    app.button(key="prompt_1").click().run()

    assert said(app) == [PROMPTS[1][1]]
    assert answer(app) == expected()


def test_a_message_is_answered_and_measured() -> None:
    app = say(visit(QUICK), "Hello *there*")

    assert said(app) == ["Hello *there*"]
    assert answer(app) == expected()
    assert "40 tokens" in captions(app)[-1]
    assert not app.exception


def test_the_conversation_has_an_address_and_a_place_in_the_sidebar() -> None:
    app = say(visit(QUICK), "Hello *there*")

    assert conversations(app) == ["Hello *there*"]
    assert said(visit(conversation=address(app))) == ["Hello *there*"]


def test_a_second_message_goes_on_in_the_same_conversation() -> None:
    app = say(say(visit("sim/echo-rate-1000-ttft-0"), "One"), "Two")

    assert said(app) == ["One", "Two"]
    assert answer(app) == "Two"
    assert conversations(app) == ["One"]


def test_regenerate_asks_the_model_that_is_chosen_now() -> None:
    first = say(visit(QUICK), "Hello")
    app = visit(conversation=address(first))

    app.session_state[session.MODEL] = "sim/echo-rate-1000-ttft-0"
    app.button(key="regenerate").click().run()

    assert said(app) == ["Hello"]
    assert answer(app) == "Hello"


def test_reasoning_is_folded_away_above_the_answer() -> None:
    app = say(visit(f"{QUICK}-think-20"), "Hello")

    (folded,) = app.chat_message[-1].status
    assert re.fullmatch(r"Thought for \d+\.\d s", folded.label)
    assert folded.markdown[0].value == "".join(write("prose", 2, 20))


def test_new_chat_clears_the_page_and_keeps_the_conversation() -> None:
    app = say(visit(QUICK), "Hello")

    app.button(key="new_chat").click().run()

    assert not said(app)
    assert not app.query_params
    assert conversations(app) == ["Hello"]


def test_a_report_that_was_on_its_way_does_not_bring_the_old_conversation_back() -> None:
    app = say(visit(QUICK), "Hello")
    left = address(app)
    app.button(key="new_chat").click().run()

    app.query_params["c"] = left
    app.run()

    assert not said(app)
    assert not app.query_params


def test_a_conversation_in_the_sidebar_opens() -> None:
    first = say(visit(QUICK), "Hello")
    app = visit(QUICK)

    app.button(key=f"open_{address(first)}").click().run()

    assert said(app) == ["Hello"]
    assert address(app) == address(first)


def test_a_conversation_brings_its_model_along() -> None:
    first = say(visit(QUICK), "Hello")
    app = visit(OTHER)

    app.button(key=f"open_{address(first)}").click().run()
    assert chosen(app) == QUICK

    assert chosen(visit(conversation=address(first))) == QUICK


def test_a_model_that_is_chosen_in_a_conversation_stays_chosen() -> None:
    app = say(visit(QUICK), "Hello")
    app.session_state[session.MODEL] = OTHER

    assert chosen(app.run()) == OTHER


def test_an_unknown_conversation_does_not_exist() -> None:
    app = visit(conversation="no-such-conversation")

    assert boxes(app) == [NOT_FOUND]
    assert not app.exception


def test_a_strangers_conversation_does_not_exist_either() -> None:
    own = say(visit(QUICK), "A secret")

    app = visit(conversation=address(own), visitor=STRANGER)

    assert boxes(app) == [NOT_FOUND]
    assert not said(app)
    assert not conversations(app)


def test_a_message_to_a_strangers_conversation_is_given_back() -> None:
    own = say(visit(QUICK), "A secret")

    app = say(visit(QUICK, conversation=address(own), visitor=STRANGER), "Hello")

    assert f"{NOT_FOUND} Start a new chat." in boxes(app)
    assert app.chat_input[0].proto.value == "Hello"
    assert said(visit(conversation=address(own))) == ["A secret"]
