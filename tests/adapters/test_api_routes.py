"""The API's routes at their limits: too much, too often, at once, without a database."""

import asyncio
import base64
import threading
from collections.abc import AsyncIterator

import httpx2
import pytest
from api_site import (
    MOST_BYTES,
    MOST_MESSAGES,
    MOST_RUNNING,
    PATIENCE_S,
    RATE,
    Site,
    a_question,
    site_of,
)

from chat.api.visitor import COOKIE_NAME, new_visitor_id
from chat.messages import Secret
from chat.settings import Settings

KEY = "sk-or-v1-" + "5e" * 32
ANN = f"{COOKIE_NAME}={new_visitor_id()}"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4////fwAJ+wP9KobjigAAAABJRU5ErkJggg=="
)
OWN_KEY = "sk-or-v1-" + "a1" * 32


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with site_of(Settings(openrouter_api_key=Secret(KEY), openai_api=True)) as site:
        yield site


@pytest.fixture
async def http(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with site.client() as client:
        yield client


async def begin(
    http: httpx2.AsyncClient, chat_id: str, headers: dict[str, str] | None = None
) -> httpx2.Response:
    """Asks; the stream stays open until the response is closed."""
    request = http.build_request("POST", "/api/chat", json=a_question(chat_id), headers=headers)
    return await http.send(request, stream=True)


def a_visitor() -> dict[str, str]:
    """The headers of a visitor's own page who was never here before."""
    cookie = f"{COOKIE_NAME}={new_visitor_id()}"
    return {"authorization": "", "cookie": cookie, "sec-fetch-site": "same-origin"}


async def test_one_answer_too_many_is_told_when_to_come_again(
    site: Site, http: httpx2.AsyncClient
) -> None:
    begun = [await begin(http, f"c{n}") for n in range(MOST_RUNNING)]

    refused = await http.post("/api/chat", json=a_question("one more"))
    site.let_go()

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert [(await answer.aread()).endswith(b"[DONE]\n\n") for answer in begun] == [True] * 3


async def test_that_many_at_once_are_no_way_around_it(site: Site, http: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(*(begin(http, f"c{n}") for n in range(8)))
    site.let_go()

    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [429] * 5


async def test_who_asks_too_often_is_told_when_to_come_again(
    site: Site, http: httpx2.AsyncClient
) -> None:
    site.let_go()
    answers = [await http.post("/api/chat", json={}) for _ in range(RATE + 1)]

    assert {answer.status_code for answer in answers[:-1]} == {400}
    assert (answers[-1].status_code, answers[-1].headers["retry-after"]) == (429, "4")


async def test_inventing_visitors_is_no_way_around_it(site: Site, http: httpx2.AsyncClient) -> None:
    site.let_go()

    answers = [await http.post("/api/chat", json={}, headers=a_visitor()) for _ in range(RATE + 1)]

    assert [answer.status_code for answer in answers] == [400] * RATE + [429]


async def test_nor_around_the_answers_that_run_at_once(
    site: Site, http: httpx2.AsyncClient
) -> None:
    begun = [await begin(http, "c", a_visitor()) for _ in range(MOST_RUNNING + 1)]
    site.let_go()

    assert [answer.status_code for answer in begun] == [200] * MOST_RUNNING + [429]


async def test_two_first_messages_of_one_new_chat_do_not_race(
    site: Site, http: httpx2.AsyncClient
) -> None:
    answers = await asyncio.gather(begin(http, "new"), begin(http, "new"))
    site.let_go()

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len((await http.get("/api/chats")).json()["chats"]) == 1


async def test_too_many_messages_and_bytes_are_413(http: httpx2.AsyncClient) -> None:
    message = {"role": "user", "content": "Hi"}
    many = {"id": "c", "messages": [message] * (MOST_MESSAGES + 1)}
    for path in ("/api/chat", "/v1/chat/completions"):
        assert (await http.post(path, json=many)).status_code == 413
        assert (await http.post(path, content=b" " * MOST_BYTES + b"{}")).status_code == 413


async def test_a_second_message_waits_for_the_answer(site: Site, http: httpx2.AsyncClient) -> None:
    running = await begin(http, "c")

    refused = await http.post("/api/chat", json=a_question("c", "And?"))
    site.let_go()

    assert (refused.status_code, refused.text) == (409, "refused: busy")
    assert b"lo" in await running.aread()


async def test_a_deleted_conversation_is_gone(site: Site, http: httpx2.AsyncClient) -> None:
    site.let_go()
    place = (await http.post("/api/chat", json=a_question("c"))).headers[
        "x-tickertape-conversation"
    ]
    await asyncio.to_thread(site.store.delete, "operator", place)

    answer = await http.post("/api/chat", json=a_question("c"))

    assert (answer.status_code, answer.text) == (410, "This conversation was deleted.")


async def test_without_its_database_it_says_so_and_no_more(
    site: Site, http: httpx2.AsyncClient
) -> None:
    site.store.is_away = True

    answer = await http.get("/api/chats/c")
    health = await http.get("/api/health")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "secret" not in answer.text
    assert (health.status_code, health.json()["database"]) == (503, "away")


async def test_a_loop_that_stands_still_makes_the_process_unfit(
    site: Site, http: httpx2.AsyncClient
) -> None:
    stuck = threading.Event()

    async def hold() -> None:
        stuck.wait(PATIENCE_S)

    site.engine.spawn(hold())
    health = await http.get("/api/health")
    stuck.set()

    assert (health.status_code, health.json()["engineLagMs"]) == (503, None)


@pytest.mark.parametrize(
    ("sent", "headers", "used"),
    [
        ({}, {}, KEY),  # lent to this machine, to the operator
        ({}, {"authorization": "", "cookie": ANN, "sec-fetch-site": "same-origin"}, None),
        ({"apiKey": OWN_KEY}, {}, OWN_KEY),
        ({}, {"x-openrouter-key": OWN_KEY}, OWN_KEY),
        ({}, {"x-forwarded-for": "198.51.100.7"}, None),  # somebody else's machine
        ({"model": "sim/x", "apiKey": OWN_KEY}, {}, None),
    ],
)
async def test_the_key_is_ones_own_or_lent_by_the_pages_rules(
    site: Site,
    http: httpx2.AsyncClient,
    sent: dict[str, str],
    headers: dict[str, str],
    used: str | None,
) -> None:
    site.let_go()
    await http.post("/api/chat", json=a_question("c", **sent), headers=headers)

    ((_, key),) = site.provider.asked
    assert (key.value if key is not None else None) == used


async def test_who_follows_while_the_answer_is_saved_misses_nothing(
    site: Site, http: httpx2.AsyncClient
) -> None:
    answer = await begin(http, "c")
    site.let_go()
    whole = await answer.aread()
    # From its end on, whether the store has it or not, it can be followed or read.
    for _ in range(10):
        again = await http.get("/api/chat/c/stream")
        assert (again.status_code, again.content) == (200, whole)
    assert (await http.get("/api/chats/c")).json()["messages"][1]["parts"][-1]["text"] == "Hello"


async def test_an_answer_that_nobody_followed_can_be_followed_after_its_end(
    site: Site, http: httpx2.AsyncClient
) -> None:
    site.let_go()
    body = {"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]}
    answer = await http.post("/v1/chat/completions", json=body)
    place = answer.headers["x-tickertape-conversation"]
    while site.engine.known("operator"):  # until the store has it
        await http.get(f"/api/chats/{place}")

    again = await http.get(f"/api/chat/{place}/stream")

    assert (again.status_code, again.text.count("[DONE]")) == (200, 1)


async def test_head_asks_for_the_headers_of_a_stream_alone(
    site: Site, http: httpx2.AsyncClient
) -> None:
    running = await begin(http, "c")

    head = await http.head("/api/chat/c/stream")
    old = await http.head("/api/chat", params={"chatId": "c"})
    site.let_go()

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == "text/event-stream"
    assert old.headers["x-vercel-ai-data-stream"] == "v1"
    await running.aclose()


async def test_calls_by_openais_clients_are_refused_unless_they_are_turned_on() -> None:
    async with site_of(Settings()) as site, site.client() as http:
        answer = await http.get("/v1/models")

    assert answer.status_code == 404
    assert "turned off" in answer.json()["error"]["message"]
