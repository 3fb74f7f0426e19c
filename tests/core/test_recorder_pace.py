"""How often the recorder goes to the store, also while the store is away."""

import time
from queue import SimpleQueue

import pytest
from recorder_world import (  # the fixtures are made_store, told_ends
    begin,
    end,
    made_store,  # noqa: F401
    stored,
    told_ends,  # noqa: F401
)
from scripted import PATIENCE_S, AwayStore

from chat.events import TextDelta
from chat.recorder import Recorder


def test_an_ending_brings_no_partials_of_others_along(
    store: AwayStore, done: SimpleQueue[str]
) -> None:
    recorder = Recorder(store, on_saved=done.put, checkpoint_s=3600)
    first, second = begin(recorder), begin(recorder, "2", "r-1")
    end(recorder, begin(recorder, "3", "r-2"))
    assert done.get(timeout=PATIENCE_S) == "r-3"  # the first round, which takes all, is over
    first.append(TextDelta("Hello"))
    second.append(TextDelta("there"))

    end(recorder, second)
    told = done.get(timeout=PATIENCE_S)
    texts = [reply.text for reply in stored(store)]
    recorder.close()

    assert told == "r-2"
    assert texts == ["", "there", ""]
    assert [reply.text for reply in stored(store)] == ["Hello", "there", ""]


@pytest.mark.parametrize(("checkpoint_s", "beat_s"), [(0.05, 3600), (3600, 0.05), (0.05, 0.02)])
def test_a_store_that_is_away_is_not_asked_all_the_time(
    store: AwayStore, checkpoint_s: float, beat_s: float
) -> None:
    recorder = Recorder(store, checkpoint_s=checkpoint_s, beat_s=beat_s)
    store.go_away()
    begin(recorder)
    begin(recorder, "2", "r-1")

    time.sleep(0.5)
    asked = store.refused.qsize()
    store.come_back()
    recorder.close()

    assert 2 < asked < 60  # without a pause it is thousands
    assert len(stored(store)) == 2
