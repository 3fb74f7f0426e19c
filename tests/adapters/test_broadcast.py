"""Many followers of one answer: each gets every byte, at its own pace."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chat.api import broadcast
from chat.api.broadcast import PORTION_BYTES, Broadcast
from chat.engine import Engine
from chat.events import Continued, Event, Finished, Logged, StartedOver, TextDelta
from chat.live import LiveReply

PATIENCE_S = 10.0

TEXT = [f"word{n} " for n in range(500)]


class Plain:
    """An encoder that gives the text as it is, and counts what it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def encode(self, entry: Logged) -> str:
        self.calls += 1
        return entry.event.text if isinstance(entry.event, TextDelta | Continued) else ""


def empty_log() -> LiveReply:
    return LiveReply("r", "ann", "c", "sim/x", lambda: 0.0)


async def all_of(found: Broadcast) -> str:
    pieces = [piece async for piece in found.follow(b"")]
    return b"".join(pieces).decode()


@asynccontextmanager
async def broadcasting(live: LiveReply) -> AsyncIterator[tuple[Broadcast, Plain]]:
    encoder = Plain()
    found = Broadcast(live, encoder, asyncio.get_running_loop())
    yield found, encoder
    found.close()


async def test_every_follower_gets_every_byte_while_another_thread_writes() -> None:
    engine, live = Engine(), empty_log()

    async def words() -> AsyncIterator[Event]:
        for word in TEXT:
            yield TextDelta(word)
            await asyncio.sleep(0)
        yield Finished("stop")

    async with broadcasting(live) as (found, encoder), asyncio.timeout(PATIENCE_S):
        followers = [asyncio.create_task(all_of(found)) for _ in range(100)]
        engine.start(live, words)
        texts = await asyncio.gather(*followers)

    assert set(texts) == {"".join(TEXT)}
    assert encoder.calls == len(TEXT) + 2  # however many follow, each entry is encoded once
    engine.close()


async def test_a_late_follower_gets_the_whole_answer_too() -> None:
    live = empty_log()
    for word in TEXT:
        live.append(TextDelta(word))
    live.append(Finished("stop"))

    async with broadcasting(live) as (found, _):
        assert await all_of(found) == "".join(TEXT)


async def test_a_follower_that_waits_is_sent_no_more_than_a_portion_at_once() -> None:
    live = empty_log()
    live.append(TextDelta("x" * (3 * PORTION_BYTES)))
    live.append(Finished("stop"))

    async with broadcasting(live) as (found, _):
        sizes = [len(piece) async for piece in found.follow(b"")]

    assert sizes == [PORTION_BYTES] * 3


async def test_a_silence_is_filled_with_the_formats_keep_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broadcast, "KEEP_ALIVE_S", 0.01)
    live = empty_log()
    live.append(TextDelta("a"))

    async with broadcasting(live) as (found, _):
        follower = found.follow(b"~")
        assert [await anext(follower) for _ in range(3)] == [b"a", b"~", b"~"]
        live.append(Finished("stop"))
        assert {piece async for piece in follower} <= {b"~"}


@pytest.mark.parametrize(
    ("events", "sent"),
    [
        ((Continued("One "), TextDelta("two"), Finished("stop")), "One two"),
        ((Continued("One "), StartedOver(), TextDelta("Uno"), Finished("stop")), "Uno"),
        ((Continued("One "), Finished("stop")), "One "),
    ],
)
async def test_a_follower_gets_no_text_that_the_answer_does_not_keep(
    events: tuple[Event, ...], sent: str
) -> None:
    live = empty_log()
    for event in events:
        live.append(event)

    async with broadcasting(live) as (found, _):
        assert await all_of(found) == sent


class Faulty(Plain):
    """An encoder that cannot encode one event."""

    def encode(self, entry: Logged) -> str:
        if entry.event == TextDelta("bad"):
            raise UnicodeError(entry.event.text)
        return super().encode(entry)


async def test_what_cannot_be_encoded_breaks_every_followers_stream_and_leaves_no_hole() -> None:
    live = empty_log()
    for event in (TextDelta("a"), TextDelta("bad"), TextDelta("b"), Finished("stop")):
        live.append(event)

    found = Broadcast(live, Faulty(), asyncio.get_running_loop())
    for _ in range(2):
        with pytest.raises(UnicodeError):
            await all_of(found)
    found.close()


async def test_characters_of_several_bytes_may_be_cut_between_two_portions_but_not_lost() -> None:
    live = empty_log()
    live.append(TextDelta("é" * PORTION_BYTES + "x"))
    live.append(Finished("stop"))

    async with broadcasting(live) as (found, _):
        assert await all_of(found) == "é" * PORTION_BYTES + "x"
