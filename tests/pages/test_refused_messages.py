"""Messages that are not sent: each is given back with a sentence."""

from streamlit.testing.v1 import AppTest

from .visits import QUICK, boxes, conversations, said, say, visit


def test_a_message_of_white_space_is_not_sent() -> None:
    app = say(visit(QUICK), " \n ")

    assert boxes(app) == ["There is nothing to send yet."]
    assert not conversations(app)
    assert not app.exception


def test_a_message_over_the_limit_is_given_back_whole() -> None:
    text = "many words " * 20_000

    app = say(visit(QUICK), text)

    assert boxes(app) == [
        f"This message is too long: {len(text):,} characters, and the limit is 100,000."
    ]
    assert_given_back(app, text)


def test_a_message_at_the_limit_is_sent() -> None:
    app = say(visit(QUICK), "m" * 100_000)

    assert not boxes(app)
    assert said(app) == ["m" * 100_000]


def test_a_refused_message_leaves_the_conversation_as_it_was() -> None:
    app = say(visit(QUICK), "Hello")

    say(app, "m" * 100_001)

    assert said(app) == ["Hello"]
    assert len(boxes(app)) == 1


def test_the_notice_is_shown_once() -> None:
    app = say(visit(QUICK), " ")

    app.run()

    assert not boxes(app)


def assert_given_back(app: AppTest, text: str) -> None:
    assert app.chat_input[0].proto.value == text
    assert not said(app)
    assert not conversations(app)
    assert not app.exception
