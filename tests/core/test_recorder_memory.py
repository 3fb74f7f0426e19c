"""What the recorder does beside saving text: signs of life, logs, and remembering."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue

import pytest
from recorder_world import (
    begin,
    end,
    loaded,
    made_recorder,  # noqa: F401 - a fixture
    made_store,  # noqa: F401 - likewise
    next_saved,
    stored,
    told_ends,  # noqa: F401 - likewise
)
from scripted import A_CONVERSATION, AWAY, NOON, PATIENCE_S, AwayStore, a_turn

from chat.conversations import Conversation
from chat.errors import StoreError
from chat.events import Continued, StartedOver, TextDelta
from chat.recorded_log import decode_log
from chat.recorder import REMEMBERED, Recorder
from chat.stores.sql import SqlStore


def test_signs_of_life_go_on_while_nothing_happens(store: AwayStore) -> None:
    store.beats.get(timeout=PATIENCE_S)  # at its opening

    with closing(Recorder(store, checkpoint_s=3600, beat_s=0.01)):
        for _ in range(3):
            store.beats.get(timeout=PATIENCE_S)


def test_a_beat_ends_the_answers_of_dead_processes_and_none_of_its_own(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tickertape.db"
    other = Conversation("d", "ann", "question", NOON)
    with (
        closing(SqlStore.open(url, now=lambda: NOON)) as dead,
        closing(AwayStore.open(url, now=lambda: NOON + timedelta(minutes=1))) as store,
    ):
        dead.add_turn(a_turn("1"), A_CONVERSATION)
        own = a_turn("2", conversation="d")
        store.add_turn(own, other)

        with closing(Recorder(store, beat_s=0.01)):
            while stored(store)[0].outcome is None:
                store.beats.get(timeout=PATIENCE_S)

        assert [reply.outcome for reply in stored(store)] == ["interrupted"]
        assert store.turns_of("ann", "d") == [own]


def test_a_store_that_is_away_is_told_of_life_when_it_is_back(store: AwayStore) -> None:
    with closing(Recorder(store, checkpoint_s=0.01, beat_s=0.01)) as recorder:
        store.go_away()
        live = begin(recorder)
        assert store.refused.get(timeout=PATIENCE_S) == "add_turn"

        store.come_back()
        end(recorder, live)

        assert next_saved(store, "").id == "r-1"
        store.beats.get(timeout=PATIENCE_S)


def test_the_log_is_saved_with_the_ending(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str]
) -> None:
    live = begin(recorder)
    live.append(TextDelta("Hel"))
    next_saved(store, "Hel")
    assert store.load_log("ann", "r-1") is None
    live.append(TextDelta("lo"))

    end(recorder, live)
    done.get(timeout=PATIENCE_S)

    data = store.load_log("ann", "r-1")
    assert data is not None
    found = [entry.event for entry in decode_log(data, "Hello", "")]
    assert found == [entry.event for entry in live.read()]


def test_the_log_of_an_answer_begun_while_the_store_was_away_is_saved_too(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str]
) -> None:
    store.go_away()
    end(recorder, begin(recorder))

    store.come_back()
    done.get(timeout=PATIENCE_S)

    assert store.load_log("ann", "r-1") is not None


def test_an_answer_that_started_over_continues_nothing(
    store: AwayStore, recorder: Recorder
) -> None:
    live = begin(recorder)
    live.append(Continued("Hel"))
    live.append(StartedOver())
    live.append(TextDelta("Well"))

    record = next_saved(store, "Well")

    assert (record.continues_id, record.text_chars) == (None, 4)


def test_a_conversation_that_was_read_can_be_read_while_the_store_is_away(
    store: AwayStore, recorder: Recorder
) -> None:
    begin(recorder)
    before = loaded(recorder)

    store.go_away(is_readable=False)

    assert loaded(recorder) == before
    with pytest.raises(StoreError, match=AWAY):
        recorder.load_tree("ann", "other")
    with pytest.raises(StoreError, match=AWAY):
        recorder.load_tree("eve", "c")


def test_what_was_saved_since_it_was_read_is_remembered_too(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str]
) -> None:
    first = begin(recorder)
    loaded(recorder)
    first.append(TextDelta("Hello"))
    end(recorder, first)
    done.get(timeout=PATIENCE_S)
    begin(recorder, "2", parent="r-1")

    store.go_away(is_readable=False)
    begin(recorder, "3", parent="r-2")

    turns = loaded(recorder)
    assert [turn.reply.id for turn in turns] == ["r-1", "r-2", "r-3"]
    assert (turns[0].reply.outcome, turns[0].reply.text) == ("completed", "Hello")


def test_what_waited_is_remembered_once_it_is_saved(
    store: AwayStore, recorder: Recorder, done: SimpleQueue[str]
) -> None:
    begin(recorder)
    loaded(recorder)
    store.go_away()
    second = begin(recorder, "2", parent="r-1")
    store.come_back()
    second.append(TextDelta("Hello"))
    end(recorder, second)
    done.get(timeout=PATIENCE_S)

    store.go_away(is_readable=False)

    assert [turn.reply.text for turn in loaded(recorder)] == ["", "Hello"]


def test_a_conversation_that_was_deleted_is_not_remembered(
    store: AwayStore, recorder: Recorder
) -> None:
    begin(recorder)
    loaded(recorder)
    store.delete("ann", "c")
    assert recorder.load_tree("ann", "c") is None

    store.go_away(is_readable=False)

    with pytest.raises(StoreError, match=AWAY):
        recorder.load_tree("ann", "c")


def test_only_the_conversations_read_last_are_remembered(
    store: AwayStore, recorder: Recorder
) -> None:
    names = [str(n) for n in range(REMEMBERED + 1)]
    for name in names:
        turn = a_turn(name, conversation=name)
        store.add_turn(turn, Conversation(name, "ann", "question", NOON))
        recorder.load_tree("ann", name)

    store.go_away(is_readable=False)

    with pytest.raises(StoreError):
        recorder.load_tree("ann", names[0])
    assert all(recorder.load_tree("ann", name) for name in names[1:])
