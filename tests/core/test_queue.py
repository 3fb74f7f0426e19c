"""Messages that wait: sent in order when the answer has ended, and never lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from scripted import NOON, PATIENCE_S, wait_end
from turn_world import ASK, FINISHED, World, made_world  # noqa: F401 - the fixture

from chat.conversations import QueuedMessage
from chat.errors import ConnectionLost, StoreError
from chat.events import TextDelta
from chat.live import LiveReply
from chat.queue import Queue
from chat.refusals import MessageRefused


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a second each time it is looked at."""
    moments = (NOON + timedelta(seconds=n) for n in range(9999))
    return lambda: next(moments)


@dataclass
class Line:
    """A world with one running answer, and the line of messages behind it."""

    world: World
    live: LiveReply
    queue: Queue = field(init=False)

    def __post_init__(self) -> None:
        self.queue = Queue(self.world.store, self.world.turns, ticking())

    def add(self, *texts: str) -> None:
        for text in texts:
            self.queue.add("ann", self.live.conversation_id, text, ASK)

    def waiting(self) -> list[str]:
        return [m.text for m in self.queue.waiting("ann", self.live.conversation_id)]

    def message(self, text: str) -> QueuedMessage:
        found = self.queue.waiting("ann", self.live.conversation_id)
        return next(message for message in found if message.text == text)

    def end(self, live: LiveReply | None = None, text: str = "answer") -> None:
        """Ends the running answer and waits until it is saved."""
        live = live or self.live
        self.world.provider.say(TextDelta(text), FINISHED)
        wait_end(live)
        while self.world.engine.find(live.id, "ann"):
            pass

    def send_next(self) -> LiveReply | None:
        return self.queue.send_next("ann", self.live.conversation_id)

    def said(self) -> list[str]:
        return [turn.user.text for turn in self.world.opened(self.live.conversation_id)[0]]


@pytest.fixture
def line(world: World) -> Line:
    return Line(world, world.begin("first"))


def test_a_message_waits_while_an_answer_runs(line: Line) -> None:
    line.add("second", "third")

    assert line.waiting() == ["second", "third"]
    assert line.said() == ["first"]
    assert line.queue.sends_by_itself(line.message("second"))


def test_what_waits_is_sent_in_order_when_the_answer_has_ended(line: Line) -> None:
    line.add("second", "third")

    line.end()
    second = line.send_next()
    assert second is not None
    assert (line.said(), line.waiting()) == (["first", "second"], ["third"])
    line.end(second)
    line.send_next()

    assert (line.said(), line.waiting()) == (["first", "second", "third"], [])


def test_nothing_is_sent_while_an_answer_runs(line: Line) -> None:
    line.add("second")

    assert line.send_next() is None

    assert line.waiting() == ["second"]


def test_where_nothing_waits_nothing_is_sent(line: Line) -> None:
    line.end()

    assert line.send_next() is None


def test_a_removed_message_is_not_sent(line: Line) -> None:
    line.add("second", "third")

    assert line.queue.remove("ann", line.message("second").id)
    line.end()
    line.send_next()

    assert (line.said(), line.waiting()) == (["first", "third"], [])


def test_a_message_removed_just_before_it_is_sent_leaves_its_place_to_the_next(line: Line) -> None:
    line.add("second", "third")
    line.end()
    gone = line.message("second")

    class Overtaken(Queue):
        def _waiting(self, owner: str, conversation_id: str) -> list[QueuedMessage]:
            found = super()._waiting(owner, conversation_id)
            self.store.unqueue("ann", gone.id)
            return found

    queue = Overtaken(line.world.store, line.world.turns)
    queue._asks.update(line.queue._asks)
    queue.send_next("ann", line.live.conversation_id)

    assert line.said() == ["first", "third"]


def test_another_owner_neither_sees_nor_removes_a_message(line: Line) -> None:
    line.add("second")

    assert line.queue.waiting("eve", line.live.conversation_id) == []
    assert not line.queue.remove("eve", line.message("second").id)
    with pytest.raises(StoreError):
        line.queue.add("eve", line.live.conversation_id, "mine", ASK)

    assert line.waiting() == ["second"]


def test_of_two_that_send_at_once_one_sends_and_order_is_kept(line: Line) -> None:
    line.add("second", "third")
    line.end()
    together = Barrier(2, timeout=PATIENCE_S)

    def send(_: int) -> LiveReply | None:
        together.wait()
        return line.send_next()

    with ThreadPoolExecutor(2) as threads:
        sent = list(threads.map(send, range(2)))

    assert sent.count(None) == 1
    assert (line.said(), line.waiting()) == (["first", "second"], ["third"])


def test_of_two_clicks_on_the_same_message_one_sends(line: Line) -> None:
    line.add("second")
    line.world.provider.say(ConnectionLost())
    wait_end(line.live)
    message = line.message("second")

    assert line.queue.send(message, ASK) is not None
    assert line.queue.send(message, ASK) is None


def test_a_message_that_cannot_be_sent_yet_keeps_its_place(line: Line) -> None:
    line.add("second", "third")

    with pytest.raises(MessageRefused, match="busy"):
        line.queue.send(line.message("second"), ASK)

    assert line.waiting() == ["second", "third"]


def test_a_message_added_just_after_the_end_is_sent_at_once(line: Line) -> None:
    line.end()

    line.add("second")

    assert (line.said(), line.waiting()) == (["first", "second"], [])


def test_after_a_restart_messages_wait_for_the_visitor(line: Line) -> None:
    line.add("second")
    line.end()

    restarted = Queue(line.world.store, line.world.turns, ticking())

    (message,) = restarted.waiting("ann", line.live.conversation_id)
    assert not restarted.sends_by_itself(message)
    assert restarted.send_next("ann", line.live.conversation_id) is None
    assert line.said() == ["first"]
    assert restarted.send(message, ASK) is not None
    assert line.said() == ["first", "second"]


@pytest.mark.parametrize(("text", "reason"), [(" ", "empty"), ("x" * 51, "too_long")])
def test_what_could_never_be_sent_does_not_wait(line: Line, text: str, reason: str) -> None:
    with pytest.raises(MessageRefused, match=reason):
        line.add(text)

    assert line.waiting() == []


def test_what_cannot_be_kept_is_refused(line: Line) -> None:
    line.world.store.go_away()

    with pytest.raises(StoreError):
        line.add("second")

    assert line.waiting() == []


def test_while_the_store_is_away_a_waiting_message_goes_on_waiting(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.add("second")
    line.end()

    line.world.store.go_away()
    assert line.send_next() is None
    assert "could not be sent" in caplog.text
    line.world.store.come_back()

    assert line.waiting() == ["second"]
    assert line.queue.sends_by_itself(line.message("second"))


def test_a_message_that_can_be_neither_sent_nor_put_back_is_not_lost(line: Line) -> None:
    line.add("second", "third")
    line.end()
    store = line.world.store
    line.world.recorder._remembered.clear()

    # It goes away after the message was taken out.
    store.before_load = lambda: store.go_away(is_readable=False)
    assert line.send_next() is None
    store.come_back()

    assert line.waiting() == ["second", "third"]
    line.send_next()
    assert (line.said(), line.waiting()) == (["first", "second"], ["third"])


def test_a_message_kept_in_memory_can_be_removed(line: Line) -> None:
    line.add("second")
    line.end()
    store = line.world.store
    line.world.recorder._remembered.clear()
    store.before_load = lambda: store.go_away(is_readable=False)
    line.send_next()
    store.come_back()
    message = line.message("second")

    assert not line.queue.remove("eve", message.id)
    assert line.queue.remove("ann", message.id)

    assert line.waiting() == []


def test_the_answer_to_a_queued_message_is_asked_as_it_was_to_be(line: Line) -> None:
    ask = replace(ASK, model="sim/y", max_tokens=7)
    line.queue.add("ann", line.live.conversation_id, "second", ask)
    line.end()

    live = line.send_next()

    assert live is not None
    line.end(live)
    request = line.world.provider.requests[-1]
    assert (request.model, request.max_tokens) == ("sim/y", 7)
