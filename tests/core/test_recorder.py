"""The recorder: what happens is saved, now or as soon as the store can."""

import threading
from queue import Empty, SimpleQueue

import pytest
from recorder_world import (  # the fixtures are made_store, made_recorder, told_ends
    FINISHED,
    begin,
    end,
    loaded,
    made_recorder,  # noqa: F401
    made_store,  # noqa: F401
    next_saved,
    stored,
    told_ends,  # noqa: F401
)
from scripted import A_CONVERSATION, AWAY, PATIENCE_S, AwayStore, a_live, a_turn, busy_s

from chat.errors import StoreRefused
from chat.events import TextDelta
from chat.live import LiveReply
from chat.recorder import UNEXPECTED, Recorder


def test_the_message_is_saved_before_anything_else_happens(
    store: AwayStore, recorder: Recorder
) -> None:
    recorder.begin(a_turn(), A_CONVERSATION, a_live("r-1"))

    assert store.turns_of("ann", "c") == [a_turn()]


def test_a_partial_is_saved_while_it_grows(store: AwayStore, recorder: Recorder) -> None:
    live = begin(recorder)

    live.append(TextDelta("Hel"))
    assert next_saved(store, "Hel").outcome is None
    live.append(TextDelta("lo"))
    assert next_saved(store, "Hello").outcome is None

    assert stored(store)[0].text == "Hello"


def test_an_ending_is_saved_and_told(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str]
) -> None:
    live = begin(recorder)
    live.append(TextDelta("Hello"))

    end(recorder, live)

    assert done.get(timeout=PATIENCE_S) == "r-1"
    assert (stored(store)[0].outcome, stored(store)[0].text) == ("completed", "Hello")


def test_an_ending_does_not_wait_for_the_next_checkpoint(
    store: AwayStore, done: SimpleQueue[str]
) -> None:
    recorder = Recorder(store, on_saved=done.put, checkpoint_s=3600)

    end(recorder, begin(recorder))

    assert done.get(timeout=PATIENCE_S) == "r-1"
    recorder.close()


def test_what_did_not_change_is_not_saved_again(store: AwayStore, recorder: Recorder) -> None:
    begin(recorder).append(TextDelta("Hello"))
    next_saved(store, "Hello")

    with pytest.raises(Empty):
        store.saved.get(timeout=0.05)  # five checkpoints


def test_closing_saves_what_is_left(store: AwayStore) -> None:
    before = set(threading.enumerate())
    recorder = Recorder(store, checkpoint_s=3600)
    live = begin(recorder)
    live.append(TextDelta("Hello"))
    live.append(FINISHED)

    recorder.close()

    assert stored(store)[0].outcome == "completed"
    assert set(threading.enumerate()) == before


def test_an_answer_goes_on_while_the_store_is_away_and_is_saved_later(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str]
) -> None:
    live = begin(recorder)
    store.go_away()
    live.append(TextDelta("Hello"))
    end(recorder, live)
    assert store.refused.get(timeout=PATIENCE_S) == "save_replies"

    store.come_back()

    assert done.get(timeout=PATIENCE_S) == "r-1"
    assert stored(store)[0].text == "Hello"


def test_a_turn_begun_while_the_store_is_away_is_kept_and_saved_later(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str]
) -> None:
    store.go_away()
    live = begin(recorder)
    live.append(TextDelta("Hello"))
    end(recorder, live)
    assert loaded(recorder) == [a_turn()]
    assert store.turns_of("ann", "c") is None

    store.come_back()

    assert done.get(timeout=PATIENCE_S) == "r-1"
    assert [(r.id, r.text) for r in stored(store)] == [("r-1", "Hello")]


def test_the_fault_is_told_while_it_lasts(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str]
) -> None:
    assert recorder.fault is None
    store.go_away()
    end(recorder, begin(recorder))
    assert recorder.fault == AWAY

    store.come_back()
    done.get(timeout=PATIENCE_S)
    recorder.close()

    assert recorder.fault is None


def test_another_owner_does_not_see_what_waits(store: AwayStore, recorder: Recorder) -> None:
    store.go_away()

    begin(recorder)

    assert recorder.load_tree("eve", "c") is None
    assert recorder.load_tree("ann", "other") is None


def test_what_waits_follows_what_is_stored(store: AwayStore, recorder: Recorder) -> None:
    begin(recorder)
    store.go_away()

    begin(recorder, "2", parent="r-1")

    turns = loaded(recorder)
    assert [turn.reply.id for turn in turns] == ["r-1", "r-2"]


def test_an_answer_given_anew_while_the_store_is_away_takes_the_place_of_the_earlier_one(
    store: AwayStore, recorder: Recorder
) -> None:
    begin(recorder)
    store.go_away()

    recorder.begin(a_turn("2", message="1"), A_CONVERSATION, a_live("r-2"))

    turns = loaded(recorder)
    assert [(turn.user.id, turn.reply.id) for turn in turns] == [("m-1", "r-2")]


def test_a_turn_after_one_that_waits_is_not_refused_when_the_store_is_back(
    store: AwayStore, done: SimpleQueue[str]
) -> None:
    recorder = Recorder(store, on_saved=done.put, checkpoint_s=3600)
    first = a_live("r-1")
    store.go_away()
    recorder.begin(a_turn(), A_CONVERSATION, first)
    store.come_back()

    second = begin(recorder, "2", parent="r-1")
    first.append(FINISHED)
    end(recorder, second)

    assert {done.get(timeout=PATIENCE_S), done.get(timeout=PATIENCE_S)} == {"r-1", "r-2"}
    assert [reply.id for reply in stored(store)] == ["r-1", "r-2"]
    recorder.close()


def test_a_turn_that_is_saved_while_it_is_read_is_there_once(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str]
) -> None:
    store.go_away()
    live = begin(recorder)

    def be_saved() -> None:
        store.come_back()
        end(recorder, live)
        done.get(timeout=PATIENCE_S)

    store.before_load = be_saved
    turns = loaded(recorder)

    assert [turn.reply.outcome for turn in turns] == ["completed"]


def test_a_refused_turn_is_not_followed(store: AwayStore, recorder: Recorder) -> None:
    store.go_away(StoreRefused("Unknown conversation."))

    with pytest.raises(StoreRefused):
        recorder.begin(a_turn(), A_CONVERSATION, a_live("r-1"))

    store.come_back()
    assert recorder.load_tree("ann", "c") is None
    assert recorder.fault is None


def test_a_reply_the_store_will_never_take_does_not_hold_back_the_others(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str], caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = begin(recorder), begin(recorder, "2", parent="r-1")
    bad.append(TextDelta("half a \ud800 character"))
    good.append(TextDelta("fine"))
    bad.append(FINISHED)
    end(recorder, good)

    assert {done.get(timeout=PATIENCE_S), done.get(timeout=PATIENCE_S)} == {"r-1", "r-2"}
    assert [(r.id, r.text) for r in stored(store)] == [("r-1", ""), ("r-2", "fine")]
    assert "cannot be saved" in caplog.text
    assert recorder.fault is None


def test_a_fault_that_no_store_should_raise_does_not_end_the_saving(
    store: AwayStore,
    recorder: Recorder,
    done: SimpleQueue[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    live = begin(recorder)
    store.go_away(RuntimeError("quotes a message"))
    end(recorder, live)
    while store.refused.get(timeout=PATIENCE_S) and recorder.fault != UNEXPECTED:
        pass

    store.come_back()

    assert done.get(timeout=PATIENCE_S) == "r-1"
    assert "quotes a message" not in caplog.text


def test_an_idle_recorder_uses_no_processor_time(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str]
) -> None:
    end(recorder, begin(recorder))
    done.get(timeout=PATIENCE_S)
    assert stored(store)[0].outcome == "completed"

    assert busy_s("tickertape-recorder") < 0.005


def test_an_answer_that_another_process_was_asked_to_stop_is_named(store: AwayStore) -> None:
    named: SimpleQueue[LiveReply] = SimpleQueue()
    recorder = Recorder(store, on_stop=named.put, checkpoint_s=0.01)
    one, other = begin(recorder, "1"), begin(recorder, "2", "r-1")
    store.ask_stop("ann", other.id)

    assert named.get(timeout=PATIENCE_S) is other
    end(recorder, other)
    end(recorder, one)
    recorder.close()
    while not named.empty():
        assert named.get() is other


def test_while_no_answer_runs_nobody_looks_for_stops(store: AwayStore) -> None:
    recorder = Recorder(store, checkpoint_s=0.01)
    end(recorder, begin(recorder))

    assert busy_s("tickertape-recorder") < 0.05
    recorder.close()
