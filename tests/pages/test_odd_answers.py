"""The metrics page and the flight recorder with answers that lack what others have."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chat.conversations import Conversation, ReplyRecord, UserMessage
from chat.errors import Failure
from chat.events import Usage
from chat.metrics import Timings
from chat.tree import Tree
from chat.ui.metrics_tiles import TILES, course_svg
from chat.ui.wiring import services

from .visits import VISITOR, captions, metrics, visit

LONG = "m/" + "long-" * 60
NOW = datetime.now(UTC)
BARE = ReplyRecord("r", VISITOR, "c", "m", "m/x", NOW - timedelta(minutes=1), "completed")
ODD = {
    "only reasoning": replace(
        BARE,
        reasoning="Hmm",
        reasoning_chars=3,
        timings=Timings(None, 0.5, 1.0, 2.0),
        usage=Usage(5, 40, 40),
    ),
    "without usage": replace(BARE, text="Words", text_chars=5, timings=Timings(0.5, None, 1.0, 2)),
    "without text": replace(BARE, timings=Timings(total_s=0.5)),
    "failed before the first event": replace(
        BARE, outcome="failed", failure=Failure("connection_lost"), timings=Timings(total_s=3.0)
    ),
    "of a very long name": replace(BARE, model=LONG, text="Words", text_chars=5),
    "quicker than the clock": replace(
        BARE, text="Words", text_chars=5, timings=Timings(0.0, None, 0.0, 0.0)
    ),
    "begun in a future that the clock has left": replace(BARE, started_at=NOW + timedelta(days=1)),
}


def keep(*replies: ReplyRecord) -> None:
    """Stores each of them in a conversation of its own."""
    for n, reply in enumerate(replies):
        own = replace(reply, id=f"r{n}", conversation_id=f"c{n}", message_id=f"m{n}")
        user = UserMessage(f"m{n}", None, "Hello", NOW)
        held = Conversation(f"c{n}", VISITOR, "Hello", NOW)
        services().kept.store.add_trees([Tree(held, (user,), (own,))])


@pytest.mark.parametrize("name", ODD)
def test_an_odd_answer_alone_has_its_figures_and_its_flight(name: str) -> None:
    visit()
    keep(ODD[name])

    app = metrics(visit())
    assert not app.exception
    flight = visit()
    flight.query_params["reply"] = "r0"
    metrics(flight)

    assert not flight.exception
    assert "You saw: TTFT " in captions(flight)[0]
    assert "between" not in " ".join(captions(app))


def test_the_flight_of_a_failed_answer_says_why() -> None:
    visit()
    keep(ODD["failed before the first event"])
    flight = visit()
    flight.query_params["reply"] = "r0"

    assert captions(metrics(flight))[0].startswith("The provider cannot be reached.")


def test_odd_answers_together_leave_what_is_not_known_out() -> None:
    visit()
    keep(*ODD.values())

    app = metrics(visit())

    shown = {metric.label: metric.value for metric in app.metric}
    assert (shown["Answers"], shown["Cost"], shown["Failed"]) == ("6", "n/a", "16.7%")
    assert shown["Median TTFT"] == "0.25 s"  # 0 and 0.5; of the others none is known
    assert not app.exception


def test_a_course_passes_over_what_is_not_known() -> None:
    assert "points='0.0,38.0 50.0,2.0 100.0,38.0'" in course_svg([1.0, None, 3.0, None, 1.0])
    assert "points" not in course_svg([None, 1.0])
    assert "nan" not in course_svg([2.0, 2.0])


def test_a_cost_that_nobody_knows_has_no_course() -> None:
    visit()
    keep(ODD["without usage"])

    images = [
        base64.b64decode(held.proto.body.partition("base64,")[2].partition("'")[0])
        for held in metrics(visit()).get("html")
        if "base64," in held.proto.body
    ]
    lines = {tile.label: b"points" in image for tile, image in zip(TILES, images, strict=True)}
    assert lines["Answers"]
    assert not lines["Cost"]
