"""The chat page where the server writes as many answers as it may."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from chat.events import Event, RequestSent
from chat.live import LiveReply
from chat.ui.wiring import services

from .visits import QUICK, STRANGER, answer, boxes, primary, said, say, visit


async def _endless() -> AsyncIterator[Event]:
    yield RequestSent()
    await asyncio.Event().wait()


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveReply]:
    """Another visitor's answer, the one that this server may write."""
    monkeypatch.setenv("MAX_ANSWERS", "1")
    services.clear()  # its settings are read anew
    live = LiveReply("reply-of-a-stranger", STRANGER, "c", QUICK, time.monotonic)
    services().engine.start(live, _endless)
    yield live
    services().engine.stop(live.id, STRANGER)


def test_one_answer_too_many_is_refused_in_a_sentence_and_the_message_stays(
    others: LiveReply,
) -> None:
    app = say(visit(QUICK), "Hello")

    (box,) = boxes(app)
    assert box.startswith("This server is answering as many people as it can.")
    assert primary(app) == "Try again"
    assert said(app) == ["Hello"]
    assert not others.is_closed


def test_it_is_answered_at_another_try_once_there_is_room(others: LiveReply) -> None:
    app = say(visit(QUICK), "Hello")

    services().engine.stop(others.id, STRANGER)
    while not others.is_closed:
        others.wait(len(others.read()), 1.0)
    app.button(key="regenerate").click().run()

    assert not boxes(app)
    assert said(app) == ["Hello"]
    assert len(answer(app).split()) > 20
