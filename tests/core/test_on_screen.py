"""Temporary conversations are removed an hour after the last tab that showed them has gone."""

import gc

import pytest
from scripted import HandClock
from test_room import Place, room_of
from turn_world import FINISHED, World, made_world  # noqa: F401 - the fixture

from chat.errors import StoreError
from chat.events import TextDelta
from chat.on_screen import KEEP_S, OnScreen

HOUR_S = KEEP_S + 1


class Looker:
    """A tab."""


class Shelf:
    """Conversations on screen, with a clock to turn and what was removed."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.removed: list[tuple[str, str]] = []
        self.on_screen = OnScreen(lambda *place: self.removed.append(place), self.clock)

    def after(self, seconds: float) -> list[tuple[str, str]]:
        gc.collect()
        self.clock.turn(seconds)
        self.on_screen.sweep()
        return self.removed


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_what_a_tab_shows_stays_however_long_it_lies_there(shelf: Shelf) -> None:
    tab = Looker()
    shelf.on_screen.note(tab, "ann", "c")

    assert shelf.after(HOUR_S) == []
    assert shelf.after(24 * HOUR_S) == []


def test_an_hour_after_its_last_tab_has_gone_it_is_removed_once(shelf: Shelf) -> None:
    one, other = Looker(), Looker()
    shelf.on_screen.note(one, "ann", "c")
    shelf.on_screen.note(other, "ann", "c")
    del one
    assert shelf.after(HOUR_S) == []

    del other
    assert shelf.after(KEEP_S - 1) == []
    assert shelf.after(2) == [("ann", "c")]
    assert shelf.after(HOUR_S) == [("ann", "c")]


def test_a_tab_that_shows_something_else_keeps_it_no_longer(shelf: Shelf) -> None:
    tab = Looker()
    shelf.on_screen.note(tab, "ann", "first")
    shelf.on_screen.note(tab, "ann", "second")
    assert shelf.after(HOUR_S) == [("ann", "first")]

    shelf.on_screen.note(tab, "ann", None)
    assert shelf.after(HOUR_S) == [("ann", "first"), ("ann", "second")]


def test_a_conversation_is_known_from_its_first_look_until_it_is_removed(shelf: Shelf) -> None:
    tab = Looker()
    shelf.on_screen.note(tab, "ann", "c")
    shelf.on_screen.note(tab, "ann", None)
    assert shelf.on_screen.knows("ann", "c")
    assert not shelf.on_screen.knows("bob", "c")

    shelf.after(HOUR_S)
    assert not shelf.on_screen.knows("ann", "c")


def test_what_is_removed_is_nowhere_any_more(world: World) -> None:
    place = Place(world, room_of(world))
    live = place.ended(TextDelta("Between us"), FINISHED)
    assert world.store.search("ann", "between", 9)

    place.room.remove("ann", live.conversation_id)

    world.store.restore("ann", live.conversation_id)
    assert world.store.load_tree("ann", live.conversation_id) is None
    assert world.store.search("ann", "between", 9) == []
    world.store.go_away(is_readable=False)
    with pytest.raises(StoreError):
        world.recorder.load_tree("ann", live.conversation_id)
