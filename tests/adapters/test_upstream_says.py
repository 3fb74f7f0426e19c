"""OpenRouter's own figures beside ours, asked over a real socket after the end."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from raw_upstream import http, request_for, upstream, wire_to
from store_samples import a_turn, add

from chat.ask import Ask
from chat.events import Event, Finished, Opened, RequestSent
from chat.live import LiveReply
from chat.measures import UpstreamSays
from chat.messages import Secret
from chat.providers.generation import says_of_generation
from chat.reply import ReplyFold
from chat.simulator import SimulatorServer
from chat.stores.sql import SqlStore
from chat.upstream_says import AskSays, Says

MODEL = "sim/ttft-400-rate-100-len-61"
KNOWN = UpstreamSays(0.25, 2.0, 7, 41)
DONE: tuple[Event, ...] = (RequestSent(), Opened("gen-1"), Finished("stop"))


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorServer]:
    with closing(SimulatorServer()) as server:
        server.start()
        yield server


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with closing(SqlStore.open_in_memory()) as store:
        add(store, a_turn("1"))
        yield store


async def test_the_upstream_measured_the_same_answer_as_we_did(simulator: SimulatorServer) -> None:
    wire = wire_to(simulator.base_url)
    live = LiveReply("r-1", "ann", "c", MODEL, time.monotonic)
    live.append(RequestSent())
    async for event in wire.stream(request_for(MODEL), None):
        live.append(event)
    fold = ReplyFold()
    fold.feed(live.read())

    says = await wire.says_of(MODEL, fold.generation_id or "", None)
    await wire.close()

    # Sent 400 ms after the request, then 60 tokens in 600 ms; the way here is in our figures.
    assert says is not None
    assert says.latency_s == pytest.approx(0.4, rel=0.25)
    assert says.generation_s == pytest.approx(fold.timings.decode_s or 0, rel=0.25)
    assert says.completion_tokens == 61


async def learnt(store: SqlStore, ask: AskSays, *events: Event, is_asked: bool = True) -> object:
    """What is kept of an answer that said this."""
    live, fold = LiveReply("r-1", "ann", "c", "acme/x", lambda: 0.0), ReplyFold()
    for event in events:
        live.append(event)
    fold.feed(live.read())
    says = Says(ask, lambda _model: is_asked, store.measured, [0.0, 0.0])
    await says.learn(live, Ask("acme/x", 100, key=Secret("sk-or-v1-own")), fold)
    tree = store.load_tree("ann", "c")
    return tree.replies[0].said if tree is not None else None


async def test_they_are_kept_beside_ours_as_soon_as_they_are_known(store: SqlStore) -> None:
    answers = iter([None, KNOWN])

    async def ask(model: str, generation_id: str, key: Secret | None) -> UpstreamSays | None:
        assert (model, generation_id, key) == ("acme/x", "gen-1", Secret("sk-or-v1-own"))
        return next(answers)

    assert await learnt(store, ask, *DONE) == KNOWN


async def test_who_cannot_say_is_not_asked(store: SqlStore) -> None:
    async def ask(*_about: object) -> UpstreamSays | None:
        raise AssertionError

    assert await learnt(store, ask, *DONE, is_asked=False) == UpstreamSays()
    assert await learnt(store, ask, RequestSent(), Finished("stop")) == UpstreamSays()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"data": {"latency": 250, "generation_time": 2000.0}}, UpstreamSays(0.25, 2.0)),
        ({"data": {"latency": "soon", "generation_time": -1}}, None),
        ({"data": None}, None),
        ([], None),
    ],
)
def test_what_is_no_figure_is_not_believed(body: object, expected: UpstreamSays | None) -> None:
    assert says_of_generation(body) == expected


async def test_an_answer_that_is_not_known_there_has_none() -> None:
    async with upstream(http(b"{}", status="404 Not Found")) as server:
        wire = wire_to(server.base_url)
        assert await wire.says_of("m", "gen-1", None) is None
        await wire.close()
