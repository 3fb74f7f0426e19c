"""The route for pages' reports over a real socket: whose reports count, and which."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from starlette.applications import Starlette
from uvicorn import Config, Server

from chat.api.paints import paint_routes
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.engine import Engine
from chat.events import Event, RequestSent, TextDelta
from chat.live import LiveReply
from chat.pacing import Load
from chat.paint import PaintBoard

PATIENCE_S = 5.0
ANN, EVE = new_visitor_id(), new_visitor_id()
OURS = {"sec-fetch-site": "same-origin"}
BEGAN_S, NOW_S = 10.0, 13.6


async def endless() -> AsyncIterator[Event]:
    yield RequestSent()
    yield TextDelta("Hel")
    await asyncio.Event().wait()


@pytest.fixture
def engine() -> Iterator[Engine]:
    """With an answer of Ann's that has run for 3.6 s."""
    engine = Engine()
    moments_s = iter([BEGAN_S, BEGAN_S])
    live = LiveReply("r", ANN, "c", "sim/x", lambda: next(moments_s, NOW_S))
    engine.start(live, endless)
    live.wait(1, PATIENCE_S)
    yield engine
    engine.close()


@pytest.fixture
def board() -> PaintBoard:
    board = PaintBoard(lambda: 0.0)
    board.open("tab", "r")
    return board


@asynccontextmanager
async def served(engine: Engine, board: PaintBoard) -> AsyncIterator[str]:
    app = Starlette(routes=paint_routes(lambda: engine, dict, lambda: board))
    server = Server(Config(app, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api/replies/r/paint/tab"
        server.should_exit = True
        await serving


async def post(
    engine: Engine,
    board: PaintBoard,
    body: str,
    visitor: str | None = ANN,
    headers: dict[str, str] = OURS,
) -> int:
    cookies = {"cookie": f"{COOKIE_NAME}={visitor}"} if visitor is not None else {}
    async with served(engine, board) as url, httpx2.AsyncClient(timeout=PATIENCE_S) as client:
        answer = await client.post(url, content=body, headers=headers | cookies)
    return answer.status_code


async def test_a_report_says_how_late_the_page_is(engine: Engine, board: PaintBoard) -> None:
    assert await post(engine, board, '{"painted_s": 3.1, "is_hidden": false}') == 204

    assert board.load("tab", "r").lag_s == pytest.approx(0.5)


async def test_a_hidden_page_is_not_late(engine: Engine, board: PaintBoard) -> None:
    assert await post(engine, board, '{"painted_s": 0, "is_hidden": true}') == 204

    assert board.load("tab", "r") == Load(is_hidden=True)


@pytest.mark.parametrize("visitor", [EVE, None], ids=["another", "nobody"])
async def test_a_stranger_reports_nothing(
    engine: Engine, board: PaintBoard, visitor: str | None
) -> None:
    assert await post(engine, board, '{"painted_s": 0, "is_hidden": true}', visitor) == 204

    assert board.load("tab", "r") == Load()


async def test_another_site_reports_nothing(engine: Engine, board: PaintBoard) -> None:
    other = {"sec-fetch-site": "cross-site"}

    assert await post(engine, board, '{"painted_s": 0}', headers=other) == 403


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no",
        "[]",
        "{}",
        '{"painted_s": "x"}',
        '{"painted_s": null, "is_hidden": true}',
        '{"painted_s": 1e999, "is_hidden": false}',
        '{"painted_s": NaN, "is_hidden": false}',
        "\udcff".encode("utf-8", "surrogatepass").decode("latin-1"),
        '{"painted_s": 1, "is_hidden": false, "more": "' + "x" * 200 + '"}',
    ],
)
async def test_what_is_no_report_is_refused(engine: Engine, board: PaintBoard, body: str) -> None:
    assert await post(engine, board, body) == 400

    assert board.load("tab", "r") == Load()
