"""The stop route over a real socket: who may stop what, and from where."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2
import pytest
from starlette.applications import Starlette
from uvicorn import Config, Server

from chat.api.replies import reply_routes
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.conversations import Conversation, ReplyRecord, StoredTurn, UserMessage
from chat.engine import Engine
from chat.errors import StoreError
from chat.events import Event, Finished, Stopped, TextDelta
from chat.live import LiveReply
from chat.stores.sql import SqlStore

PATIENCE_S = 5.0
NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
ANN, EVE = new_visitor_id(), new_visitor_id()
OURS = {"sec-fetch-site": "same-origin"}


@dataclass
class Site:
    """A server with the route, its engine, and an answer of Ann's that does not end by itself."""

    engine: Engine
    live: LiveReply
    accounts: dict[str, str] = field(default_factory=dict)
    store: SqlStore = field(default_factory=SqlStore.open_in_memory)
    origin: str = ""

    async def stop(
        self,
        visitor: str | None = ANN,
        headers: dict[str, str] = OURS,
        reply_id: str = "r",
        method: str = "POST",
    ) -> httpx2.Response:
        cookies = {"cookie": f"{COOKIE_NAME}={visitor}"} if visitor is not None else {}
        async with httpx2.AsyncClient(timeout=PATIENCE_S) as client:
            url = f"{self.origin}/api/replies/{reply_id}/stop"
            return await client.request(method, url, headers=headers | cookies)

    def is_stopped(self) -> bool:
        # A stop is on its way to the loop before the answer to it is.
        return self.live.wait_end(PATIENCE_S) and self.live.read()[-1].event == Stopped()

    def runs_on(self) -> bool:
        """Whether the answer still runs, after all that was asked of its loop was done."""
        self.engine.call(asyncio.sleep(0), PATIENCE_S)
        self.engine.call(asyncio.sleep(0), PATIENCE_S)
        return not self.live.is_closed


async def endless() -> AsyncIterator[Event]:
    yield TextDelta("Hel")
    await asyncio.Event().wait()


def started(engine: Engine, owner: str, reply_id: str = "r") -> LiveReply:
    live = LiveReply(reply_id, owner, "c", "sim/x", lambda: 0.0)
    engine.start(live, endless)
    live.wait(1, PATIENCE_S)
    return live


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@asynccontextmanager
async def served(site: Site) -> AsyncIterator[Site]:
    app = Starlette(
        routes=reply_routes(lambda: site.engine, lambda: site.accounts, lambda: site.store)
    )
    server = Server(Config(app, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        site.origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        serving = asyncio.create_task(server.serve([listener]))
        yield site
        server.should_exit = True
        await serving
        site.store.close()


@pytest.fixture(name="site")
async def running_site(engine: Engine) -> AsyncIterator[Site]:
    async with served(Site(engine, started(engine, ANN))) as site:
        yield site


async def test_ones_own_answer_is_stopped(site: Site) -> None:
    response = await site.stop()

    assert (response.status_code, response.content) == (204, b"")
    assert site.is_stopped()


@pytest.mark.parametrize(
    "visitor",
    [EVE, None, "", "short", "x" * 99],
    ids=["another", "nobody", "empty", "short", "long"],
)
async def test_nobody_else_stops_it_and_nobody_is_told_more(
    site: Site, visitor: str | None
) -> None:
    response = await site.stop(visitor)

    assert (response.status_code, response.content) == (204, b"")
    assert site.runs_on()


@pytest.mark.parametrize("reply_id", ["other", "%00", "..%2f..", "ä", "r" * 999])
async def test_what_does_not_run_cannot_be_told_from_what_is_not_ones_own(
    site: Site, reply_id: str
) -> None:
    response = await site.stop(reply_id=reply_id)

    assert response.status_code in {204, 404}  # a slash is another path
    assert site.runs_on()


async def test_an_answer_that_has_ended_stays_as_it_ended(site: Site) -> None:
    site.live.append(Finished("stop"))

    assert (await site.stop()).status_code == 204

    assert site.live.read()[-1].event == Finished("stop")


@pytest.mark.parametrize("origin_of_browser", ["sec-fetch-site", "origin"])
async def test_a_page_of_this_app_may_stop(site: Site, origin_of_browser: str) -> None:
    headers = OURS if origin_of_browser == "sec-fetch-site" else {"origin": site.origin}

    assert (await site.stop(headers=headers)).status_code == 204

    assert site.is_stopped()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": ""},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1"},
        {"origin": "http://[::1"},
        {"origin": "127.0.0.1"},
    ],
)
async def test_no_other_page_may(site: Site, headers: dict[str, str]) -> None:
    response = await site.stop(headers=headers)

    assert response.status_code == 403
    assert response.headers["content-type"].startswith("text/plain")
    assert site.runs_on()


async def test_another_site_is_refused_whatever_origin_it_names(site: Site) -> None:
    headers = {"sec-fetch-site": "cross-site", "origin": site.origin}

    assert (await site.stop(headers=headers)).status_code == 403

    assert site.runs_on()


async def test_who_is_logged_in_stops_the_accounts_answers(site: Site) -> None:
    site.accounts[EVE] = ANN  # Ann's account, in a second browser

    assert (await site.stop(EVE)).status_code == 204

    assert site.is_stopped()


async def test_who_is_logged_in_is_the_account_and_no_longer_the_browser(site: Site) -> None:
    site.accounts[ANN] = "account of ann"

    assert (await site.stop(ANN)).status_code == 204

    assert site.runs_on()


def runs_elsewhere(site: Site, owner: str) -> None:
    """An answer that another process is writing, as the store knows it."""
    user = UserMessage("m", None, "hi", NOON)
    reply = ReplyRecord("elsewhere", owner, "c", "m", "sim/x", NOON)
    site.store.add_turn(StoredTurn(user, reply), Conversation("c", owner, "hi", NOON))


async def test_an_answer_of_another_process_is_asked_to_stop(site: Site) -> None:
    runs_elsewhere(site, ANN)

    assert (await site.stop(EVE, reply_id="elsewhere")).status_code == 204
    assert site.store.stops_asked(["elsewhere"]) == set()
    assert (await site.stop(ANN, reply_id="elsewhere")).status_code == 204
    assert site.store.stops_asked(["elsewhere"]) == {"elsewhere"}


class AwayStore(SqlStore):
    """One that cannot be asked now."""

    def ask_stop(self, owner: str, reply_id: str) -> None:
        raise StoreError(f"{owner} {reply_id}")


async def test_while_the_store_is_away_a_stop_of_what_runs_here_works(engine: Engine) -> None:
    site = Site(engine, started(engine, ANN), store=AwayStore.open_in_memory())
    async with served(site):
        assert (await site.stop(reply_id="elsewhere")).status_code == 204
        assert (await site.stop()).status_code == 204

    assert site.is_stopped()


async def test_stopping_twice_is_fine(site: Site) -> None:
    await site.stop()

    assert (await site.stop()).status_code == 204
    assert site.is_stopped()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_looking_at_the_address_stops_nothing(site: Site, method: str) -> None:
    assert (await site.stop(method=method)).status_code == 405

    assert site.runs_on()


async def test_stopping_one_answer_leaves_the_others(site: Site) -> None:
    other = started(site.engine, ANN, "other")

    await site.stop()

    assert site.is_stopped()
    assert not other.is_closed
