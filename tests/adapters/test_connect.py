"""Connecting OpenRouter over real sockets: our routes, and the stand-in for OpenRouter's."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from raw_upstream import wire_to
from starlette.applications import Starlette
from starlette.testclient import TestClient

from chat.api.connect import CLAIM, connect_routes
from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.messages import Secret
from chat.providers.openai_keys import OpenAIKeys
from chat.routing import Endpoint
from chat.sign_in import SignIns
from chat.simulator import SimulatorServer

ANN, BEN = new_visitor_id(), new_visitor_id()
PAGE = "http://testserver/?c=conv-1&secret=x"


@dataclass
class World:
    """Our routes, with the simulator in OpenRouter's place."""

    openrouter: SimulatorServer
    works: list[Coroutine[Any, Any, None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        base_url = self.openrouter.base_url
        keys = OpenAIKeys(
            wire_to(base_url).client, lambda key: Endpoint(base_url, key, is_loopback=True)
        )
        auth = f"{self.openrouter.origin}/auth"
        self.sign_ins = SignIns(auth, keys.exchange, self.works.append, time.monotonic)
        routes = connect_routes(lambda: self.sign_ins)
        self.client = TestClient(Starlette(routes=routes), follow_redirects=False)

    def goes_to(self, path: str, visitor: str | None = ANN, **headers: str) -> str:
        """Where a request is sent on to."""
        if visitor is not None:
            headers["cookie"] = f"{COOKIE_NAME}={visitor}"
        answer = self.client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
        assert answer.headers["referrer-policy"] == "no-referrer"
        return answer.headers["location"]

    async def collect(self, visitor: str, address: str) -> Secret | str:
        """What the page that the browser comes back to is given."""
        await asyncio.gather(*self.works)
        self.works.clear()
        return self.sign_ins.collect(visitor, parse_qs(urlsplit(address).query)[CLAIM][0])


@pytest.fixture
async def world() -> AsyncIterator[World]:
    server = SimulatorServer()
    server.start()
    yield World(server)
    server.close()


async def agreed(auth_address: str) -> str:
    """Where OpenRouter's page leads who agrees: our path with a code; or the code on screen."""
    async with httpx2.AsyncClient() as client:
        page = (await client.get(auth_address)).text
    found = re.search(r'href="http://testserver([^"]+)">Authorize|<code>([^<]+)', page)
    assert found is not None
    return found[1] or found[2]


async def test_the_way_there_and_back_ends_with_a_key(world: World) -> None:
    callback = await agreed(world.goes_to("/api/connect", referer=PAGE))

    back = world.goes_to(callback)
    key = await world.collect(ANN, back)

    assert urlsplit(back).path == "/"
    assert parse_qs(urlsplit(back).query).keys() == {"c", CLAIM}
    assert isinstance(key, Secret)
    assert re.fullmatch(r"sk-or-v1-[0-9a-f]{64}", key.value)
    assert key.value not in back


async def test_a_code_is_copied_by_hand(world: World) -> None:
    code = await agreed(world.goes_to("/api/connect?by=code", referer=PAGE))

    finished = world.sign_ins.finish_with_code(ANN, code)

    assert isinstance(await world.collect(ANN, f"/?{CLAIM}={finished.claim}"), Secret)


async def test_a_wrong_code_is_refused(world: World) -> None:
    callback = await agreed(world.goes_to("/api/connect", referer=PAGE))

    back = world.goes_to(callback.split("?")[0] + "?code=made-up")

    assert await world.collect(ANN, back) == "refused"


async def test_an_old_code_is_refused(world: World) -> None:
    address = world.goes_to("/api/connect", referer=PAGE)

    back = world.goes_to(await agreed(f"{address}&key_label=expired"))

    assert await world.collect(ANN, back) == "refused"


async def test_a_replayed_callback_gives_nothing(world: World) -> None:
    callback = await agreed(world.goes_to("/api/connect", referer=PAGE))
    world.goes_to(callback)

    again = world.goes_to(callback)

    assert await world.collect(ANN, again) == "unknown"


async def test_a_code_that_was_used_elsewhere_is_refused(world: World) -> None:
    first = await agreed(world.goes_to("/api/connect", referer=PAGE))
    second = await agreed(world.goes_to("/api/connect", referer=PAGE))
    await world.collect(ANN, world.goes_to(first))

    mixed = second.split("?")[0] + "?" + first.split("?")[1]

    assert await world.collect(ANN, world.goes_to(mixed)) == "refused"


async def test_another_visitors_nonce_gives_nothing(world: World) -> None:
    callback = await agreed(world.goes_to("/api/connect", referer=PAGE))

    back = world.goes_to(callback, visitor=BEN)

    assert await world.collect(BEN, back) == "unknown"


async def test_a_cancelled_sign_in_says_so(world: World) -> None:
    callback = await agreed(world.goes_to("/api/connect", referer=PAGE))

    assert await world.collect(ANN, world.goes_to(callback.split("?")[0])) == "denied"


@pytest.mark.parametrize(
    ("visitor", "headers"),
    [
        (None, {"referer": PAGE}),
        (ANN, {}),
        (ANN, {"referer": "http://evil.example/"}),
        (ANN, {"referer": "http://evil.example/", "sec-fetch-site": "cross-site"}),
        (ANN, {"referer": PAGE, "sec-fetch-site": "cross-site"}),
        (ANN, {"referer": "javascript://testserver/"}),
    ],
    ids=["no_cookie", "no_origin", "other_site", "both_other", "cross_site", "no_address"],
)
def test_only_a_page_of_ours_begins_a_sign_in(
    world: World, visitor: str | None, headers: dict[str, str]
) -> None:
    assert world.goes_to("/api/connect", visitor, **headers) == "/"


def test_an_address_that_is_none_begins_no_sign_in(world: World) -> None:
    assert world.goes_to("/api/connect", referer="http://[x") == "/"


def test_behind_a_proxy_the_browsers_own_address_counts(world: World) -> None:
    page = "https://chat.example/metrics"

    address = world.goes_to("/api/connect", referer=page, **{"sec-fetch-site": "same-origin"})

    (callback,) = parse_qs(urlsplit(address).query)["callback_url"]
    assert callback.startswith("https://chat.example/api/connect/")


async def test_nobody_is_sent_away_from_this_site(world: World) -> None:
    page = "http://testserver//evil.example/?c=https://evil.example"
    callback = await agreed(world.goes_to("/api/connect", referer=page))

    back = world.goes_to(callback)

    assert back.startswith("/evil.example/?c=https%3A%2F%2Fevil.example&")
    assert isinstance(await world.collect(ANN, back), Secret)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"code": "x", "code_challenge_method": "plain"}', 400),
        (b'{"code": "x", "code_verifier": "y", "code_challenge_method": "S256"}', 403),
    ],
)
async def test_the_stand_in_refuses_as_openrouter_does(
    world: World, body: bytes, status: int
) -> None:
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"{world.openrouter.base_url}/auth/keys", content=body)

    assert answer.status_code == status
    assert answer.json()["error"]["code"] == status
