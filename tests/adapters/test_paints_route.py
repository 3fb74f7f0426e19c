"""The route for pages' reports over a real socket: whose reports count, and which."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import astuple
from datetime import UTC, datetime

import httpx2
import pytest
from starlette.applications import Starlette
from uvicorn import Config, Server

from chat.api.paints import paint_routes
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.conversations import Conversation, ReplyRecord, StoredTurn, UserMessage
from chat.engine import Engine
from chat.events import Event, RequestSent, TextDelta
from chat.live import LiveReply
from chat.measures import PaintFigures
from chat.pacing import Load
from chat.paint import PaintBoard
from chat.painted import PaintBook
from chat.stores.sql import SqlStore

PATIENCE_S = 5.0
ANN, EVE = new_visitor_id(), new_visitor_id()
OURS = {"sec-fetch-site": "same-origin"}
NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
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
    live.wait(2, PATIENCE_S)
    yield engine
    engine.close()


@pytest.fixture
def board() -> PaintBoard:
    board = PaintBoard(lambda: 0.0)
    board.open("tab", "r")
    return board


@asynccontextmanager
async def served(
    engine: Engine, board: PaintBoard, book: PaintBook | None, store: SqlStore | None
) -> AsyncIterator[str]:
    held = SqlStore.open_in_memory().measured if store is None else store.measured
    taken = book or PaintBook()
    routes = paint_routes(lambda: engine, dict, lambda: board, lambda: taken, lambda: held)
    app = Starlette(routes=routes)
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
    *,
    book: PaintBook | None = None,
    store: SqlStore | None = None,
) -> int:
    cookies = {"cookie": f"{COOKIE_NAME}={visitor}"} if visitor is not None else {}
    async with (
        served(engine, board, book, store) as url,
        httpx2.AsyncClient(timeout=PATIENCE_S) as client,
    ):
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
        '{"painted_s": 1, "is_hidden": false, "freeze_s": "long"}',
        '{"painted_s": 1, "is_hidden": false, "first_ago_s": NaN}',
        '{"painted_s": 1, "is_hidden": false, "more": "' + "x" * 200 + '"}',
    ],
)
async def test_what_is_no_report_is_refused(engine: Engine, board: PaintBoard, body: str) -> None:
    assert await post(engine, board, body) == 400

    assert board.load("tab", "r") == Load()


@pytest.fixture
def store() -> Iterator[SqlStore]:
    """With Ann's reply."""
    store = SqlStore.open_in_memory()
    user = UserMessage("m", None, "Hi", NOON)
    turn = StoredTurn(user, ReplyRecord("r", ANN, "c", "m", "sim/x", NOON, outcome="completed"))
    store.add_turn(turn, Conversation("c", ANN, "Hi", NOON))
    yield store
    store.close()


def painted(store: SqlStore) -> PaintFigures:
    return store.list_replies(ANN, 1)[0].painted


def shown(*, is_kept: bool = True) -> PaintBook:
    """With Ann's answer, whose beginning a page saw."""
    moments_s = iter([BEGAN_S, BEGAN_S])
    book, live = (
        PaintBook(is_kept=is_kept),
        LiveReply("r", ANN, "c", "m", lambda: next(moments_s, NOW_S)),
    )
    live.append(RequestSent())
    book.open(live)
    live.append(TextDelta("Hel"))
    return book


REPORTS = (
    '{"painted_s": 1.0, "is_hidden": false, "first_ago_s": 0.25}',
    '{"painted_s": 3.5, "is_hidden": false}',
    '{"painted_s": 3.3, "is_hidden": false}',
    '{"painted_s": 3.1, "is_hidden": false}',
    '{"painted_s": 0, "is_hidden": true}',
    '{"painted_s": 0, "is_hidden": false, "freeze_s": 0.4, "is_last": true}',
)


async def test_the_last_report_saves_what_all_amount_to(
    engine: Engine, board: PaintBoard, store: SqlStore
) -> None:
    book = shown()

    for report in REPORTS:
        assert await post(engine, board, report, book=book, store=store) == 204

    # At 3.6 s the lags are 0.1, 0.3 and 0.5; nine tenths of the way to the last is 0.48.
    assert astuple(painted(store)) == pytest.approx((3.35, 0.3, 0.48, 0.4))


@pytest.mark.parametrize(
    ("visitor", "book"),
    [(EVE, shown()), (ANN, shown(is_kept=False)), (ANN, PaintBook())],
    ids=["another", "not_kept", "unknown"],
)
async def test_reports_of_strangers_and_unwanted_ones_save_nothing(
    engine: Engine, store: SqlStore, visitor: str, book: PaintBook
) -> None:
    for report in REPORTS:
        assert await post(engine, PaintBoard(lambda: 0.0), report, visitor, book=book, store=store)

    assert painted(store) == PaintFigures()
