"""Limits on what one client may ask for, with a clock that is turned by hand."""

import gc
import weakref
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request

from chat.api.access import Access
from chat.api.limits import RateLimit, Slots, read_body
from chat.api.refused import RequestRefused
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.events import Finished
from chat.live import LiveReply


class HandClock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_burst_up_to_the_limit_goes_through_and_then_it_is_said_how_long_to_wait() -> None:
    limit = RateLimit(6, HandClock())

    assert [limit.wait_s("ann") for _ in range(6)] == [0.0] * 6
    assert limit.wait_s("ann") == pytest.approx(10.0)


def test_after_the_wait_that_was_named_one_more_goes_through() -> None:
    clock = HandClock()
    limit = RateLimit(6, clock)
    for _ in range(6):
        limit.wait_s("ann")

    clock.now_s += limit.wait_s("ann") + 1e-9

    assert limit.wait_s("ann") == 0
    assert limit.wait_s("ann") > 0


def test_one_owners_requests_do_not_count_for_another() -> None:
    limit = RateLimit(1, HandClock())

    assert (limit.wait_s("ann"), limit.wait_s("eve")) == (0, 0)


def test_an_answer_that_runs_counts_for_the_address_it_was_asked_from() -> None:
    slots, live = Slots(1, lambda _owner: 0), LiveReply("r", "ann", "c", "sim/x", lambda: 0.0)
    with slots.one(("ann", "address 1")) as runs:
        runs(live)

    with pytest.raises(RequestRefused), slots.one(("eve", "address 1")):
        pass
    live.append(Finished("stop"))
    with slots.one(("eve", "address 1")), slots.one(("ann", "address 2")):
        pass


def test_the_log_of_an_ended_answer_is_let_go_of_whatever_its_address() -> None:
    slots, live = Slots(1, lambda _owner: 0), LiveReply("r", "ann", "c", "sim/x", lambda: 0.0)
    with slots.one(("ann", "address 1")) as runs:
        runs(live)
    live.append(Finished("stop"))
    ended = weakref.ref(live)
    del live

    with slots.one(("eve", "address 2")) as runs:
        runs(LiveReply("s", "eve", "d", "sim/x", lambda: 0.0))

    gc.collect()
    assert ended() is None


async def endless(read: list[bytes]) -> AsyncIterator[bytes]:
    while True:
        read.append(b"x" * 100)
        yield read[-1]


async def test_a_body_is_read_no_further_than_its_limit() -> None:
    read: list[bytes] = []

    with pytest.raises(RequestRefused) as caught:
        await read_body(endless(read), 1000)

    assert caught.value.status == 413
    assert len(read) == 11


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_a_visitor_counts_by_its_address_as_well(host: str, counted: str) -> None:
    visitor = new_visitor_id()
    cookie = f"{COOKIE_NAME}={visitor}".encode()
    request = Request({"type": "http", "client": (host, 1), "headers": [(b"cookie", cookie)]})

    names = Access(dict, lambda _hash: None).counted_as(request, visitor)

    assert names == (visitor, f"address {counted}")
