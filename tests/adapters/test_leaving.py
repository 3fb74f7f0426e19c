"""When requests leave: the wire tells it; those of all lanes leave before any is answered."""

import asyncio
from functools import partial

import pytest
from raw_upstream import FINISH, Upstream, request_for, says, sse, wire_to
from scripted import a_live, wait_end

from chat.engine import Engine
from chat.events import Opened, RequestLeft, RequestSent

LANES = 6
ANSWER = sse(says("hi"), FINISH)


async def test_all_lanes_requests_leave_before_any_is_answered() -> None:
    # The upstream answers nobody before all have asked: lanes that wait for each other never end.
    everybody = asyncio.Barrier(LANES)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await everybody.wait()
        writer.write(ANSWER)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    held = Upstream(server.sockets[0].getsockname()[1])
    wire, lives = wire_to(held.base_url), [a_live(str(n)) for n in range(LANES)]
    engine = Engine(on_close=wire.close)
    with engine.together():
        for live in lives:
            engine.start(live, partial(wire.stream, request_for(), None))

    folds = [await asyncio.to_thread(wait_end, live) for live in lives]
    await asyncio.to_thread(engine.close)
    server.close()

    assert [fold.text for fold in folds] == ["hi"] * LANES
    kinds = [type(entry.event) for entry in lives[0].read()]
    assert kinds[:3] == [RequestSent, RequestLeft, Opened]


@pytest.mark.parametrize("port", [1], ids=["nobody there"])
async def test_a_request_that_finds_nobody_never_leaves(port: int) -> None:
    wire, live = wire_to(Upstream(port).base_url), a_live()
    engine = Engine(on_close=wire.close)

    engine.start(live, partial(wire.stream, request_for(), None))
    fold = await asyncio.to_thread(wait_end, live)
    await asyncio.to_thread(engine.close)

    assert fold.outcome == "failed"
    assert RequestLeft() not in [entry.event for entry in live.read()]
