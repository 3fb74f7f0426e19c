"""The flight recorder's page: one's own answers, and nobody else's."""

from streamlit.testing.v1 import AppTest

from chat.conversations import ReplyRecord
from chat.ui.flight import NOT_FOUND
from chat.ui.wiring import services

from .visits import QUICK, STRANGER, VISITOR, boxes, captions, metrics, say, visit


def flight(reply_id: str, visitor: str = VISITOR) -> AppTest:
    app = visit(visitor=visitor)
    app.query_params["reply"] = reply_id
    return metrics(app)


def newest() -> ReplyRecord:
    """The visitor's newest reply, as it is stored."""
    while not (found := services().kept.store.list_replies(VISITOR, 1)):
        pass
    return found[0]


def test_an_answers_flight_has_its_figures_its_life_and_its_text() -> None:
    say(visit(QUICK), "Hello")
    app = flight(newest().id)

    assert not app.exception
    assert [held.value for held in app.subheader] == ["Its life", "How it grew", "Replay"]
    assert "The provider says: TTFT n/a · n/a of writing · n/a tokens" in captions(app)[0]
    assert any("without a gap of more than a second." in said for said in captions(app))


def test_an_answer_that_failed_has_a_life_without_text() -> None:
    say(visit("sim/500"), "Hello")
    app = flight(newest().id)

    assert not app.exception
    assert "No text came." in captions(app)


def test_another_visitors_flight_and_an_unknown_one_look_alike() -> None:
    say(visit(QUICK), "Hello")

    for app in (flight(newest().id, STRANGER), flight("nonsense")):
        assert boxes(app) == [NOT_FOUND]
        assert not app.subheader
