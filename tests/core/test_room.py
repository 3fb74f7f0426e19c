"""What follows on an answer's end: the next waiting message, and a title; and branches shown."""

from dataclasses import dataclass

import pytest
from scripted import PATIENCE_S, Step, wait_end
from turn_world import ASK, FINISHED, World, made_world  # noqa: F401 - the fixture

from chat.errors import ConnectionLost, RateLimited, StoreError
from chat.events import Finished, TextDelta
from chat.live import LiveReply
from chat.queue import Queue
from chat.room import Room


@dataclass
class Place:
    """A room over a world; what follows on an end is done when the test says so."""

    world: World
    room: Room

    def ended(self, *steps: Step, live: LiveReply | None = None) -> LiveReply:
        """An answer that ended with these steps, and is saved."""
        live = live or self.world.begin("Which rivers cross Europe?")
        self.world.provider.say(*steps)
        wait_end(live)
        while self.world.engine.find(live.id, "ann"):
            pass
        return live

    def said(self, live: LiveReply) -> list[str]:
        return [turn.user.text for turn in self.world.opened(live.conversation_id)[0]]

    def title(self) -> str:
        (conversation,) = self.world.store.list_conversations("ann", 9)
        return conversation.title


def room_of(world: World, *, has_model_titles: bool = False) -> Room:
    queue = Queue(world.store, world.turns)
    return Room(world.store, world.recorder, world.turns, queue, has_model_titles)


@pytest.fixture
def place(world: World) -> Place:
    return Place(world, room_of(world))


@pytest.fixture
def titled(world: World) -> Place:
    return Place(world, room_of(world, has_model_titles=True))


def with_next(place: Place) -> LiveReply:
    """A running answer with a message behind it."""
    live = place.world.begin("first")
    # One that is stopped before its first step asks nobody.
    assert place.world.provider.has_begun.wait(PATIENCE_S)
    place.room.queue.add("ann", live.conversation_id, "second", ASK)
    return live


@pytest.mark.parametrize("end", [FINISHED, Finished("length"), Finished("content_filter")])
def test_the_next_message_is_sent_after_an_answer(place: Place, end: Finished) -> None:
    live = place.ended(TextDelta("a"), end, live=with_next(place))

    place.room.after(live)

    assert place.said(live) == ["first", "second"]


def test_the_next_message_is_sent_after_a_stop(place: Place) -> None:
    live = with_next(place)
    place.world.engine.stop(live.id, "ann")
    place.ended(live=live)

    place.room.after(live)

    assert place.said(live) == ["first", "second"]


@pytest.mark.parametrize("end", [RateLimited("slow down"), ConnectionLost(), None])
def test_after_an_answer_that_failed_messages_go_on_waiting(place: Place, end: Step) -> None:
    live = place.ended(TextDelta("a"), end, live=with_next(place))

    place.room.after(live)

    assert place.said(live) == ["first"]
    assert len(place.room.queue.waiting("ann", live.conversation_id)) == 1


def test_what_follows_is_done_once(place: Place) -> None:
    live = place.ended(FINISHED, live=with_next(place))
    place.room.queue.add("ann", live.conversation_id, "third", ASK)
    place.room.after(live)

    place.room.after(live)

    assert place.said(live) == ["first", "second"]


def test_a_room_leaves_the_answers_of_another_alone(place: Place) -> None:
    place.room.after(LiveReply("r", "ann", "c", "sim/x", lambda: 0.0))

    assert place.world.provider.requests == []


def test_a_conversation_is_titled_by_the_model_where_that_is_wanted(titled: Place) -> None:
    live = titled.ended(TextDelta("The Danube"), FINISHED, TextDelta("Rivers of Europe"), FINISHED)

    titled.room.after(live)

    assert titled.title() == "Rivers of Europe"
    (prompt,) = titled.world.provider.requests[-1].messages
    assert "Which rivers" in prompt.text
    assert "The Danube" in prompt.text


def test_else_the_first_words_stay_the_title(place: Place) -> None:
    live = place.ended(TextDelta("The Danube"), FINISHED)

    place.room.after(live)

    assert place.title() == "Which rivers cross Europe?"
    assert len(place.world.provider.requests) == 1


@pytest.mark.parametrize("fault", [RateLimited("slow down"), ValueError("ours"), None])
def test_a_title_that_fails_leaves_the_first_words(titled: Place, fault: Step) -> None:
    live = titled.ended(TextDelta("The Danube"), FINISHED, fault)

    titled.room.after(live)

    assert titled.title() == "Which rivers cross Europe?"


def test_only_a_completed_first_answer_is_titled(titled: Place) -> None:
    cut_off = titled.ended(TextDelta("The"), Finished("length"))
    titled.room.after(cut_off)
    second = titled.world.begin("And then?", cut_off.conversation_id)
    titled.ended(TextDelta("The sea"), FINISHED, live=second)

    titled.room.after(second)

    assert titled.title() == "Which rivers cross Europe?"
    assert len(titled.world.provider.requests) == 2


def test_a_name_that_the_visitor_gave_stays(titled: Place) -> None:
    live = titled.ended(TextDelta("The Danube"), FINISHED)
    titled.world.store.rename("ann", live.conversation_id, "Mine")

    titled.room.after(live)

    assert titled.title() == "Mine"


def test_a_conversation_is_titled_also_when_a_message_waited(titled: Place) -> None:
    live = titled.world.begin("Which rivers cross Europe?")
    titled.room.queue.add("ann", live.conversation_id, "second", ASK)
    titled.ended(TextDelta("The Danube"), FINISHED, live=live)
    titled.world.provider.say(TextDelta("Rivers"), FINISHED, TextDelta("Rivers"), FINISHED)

    titled.room.after(live)

    assert titled.title() == "Rivers"


def test_a_store_that_is_away_fails_nothing_that_follows(titled: Place) -> None:
    live = titled.ended(TextDelta("The Danube"), FINISHED, TextDelta("Rivers"), FINISHED)
    titled.world.store.go_away(is_readable=False)

    titled.room.after(live)

    titled.world.store.come_back()
    assert titled.title() == "Which rivers cross Europe?"


def test_an_engine_that_closes_fails_nothing_that_follows(titled: Place) -> None:
    live = titled.ended(TextDelta("The Danube"), FINISHED)
    titled.world.engine.close()

    titled.room.after(live)

    assert titled.title() == "Which rivers cross Europe?"


def test_choosing_a_sibling_shows_the_newest_below_it(place: Place) -> None:
    first = place.ended(TextDelta("a"), FINISHED)
    below = place.world.begin("more", first.conversation_id)
    place.ended(TextDelta("b"), FINISHED, live=below)
    message_id = place.world.opened(first.conversation_id)[0][0].user.id
    edited = place.world.turns.edit("ann", first.conversation_id, message_id, "else", ASK)
    place.ended(TextDelta("c"), FINISHED, live=edited)
    assert place.said(first) == ["else"]

    place.room.show_branch("ann", first.conversation_id, first.id)

    assert place.said(first) == ["Which rivers cross Europe?", "more"]


def test_choosing_what_is_not_there_or_not_ones_own_changes_nothing(place: Place) -> None:
    live = place.ended(TextDelta("a"), FINISHED)
    again = place.world.turns.regenerate("ann", live.conversation_id, ASK)
    place.ended(TextDelta("b"), FINISHED, live=again)

    place.room.show_branch("ann", live.conversation_id, "nowhere")
    place.room.show_branch("eve", live.conversation_id, live.id)

    assert place.world.opened(live.conversation_id)[0][-1].reply.id == again.id


def test_a_branch_cannot_be_chosen_while_the_store_is_away(place: Place) -> None:
    place.world.store.go_away(is_readable=False)

    with pytest.raises(StoreError):
        place.room.show_branch("ann", "c", "r")
