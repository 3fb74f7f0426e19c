"""The operator's own endpoints: their models, and that nothing goes where it should not."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from raw_upstream import FINISH, Upstream, ask, http, request_for, sse, upstream, wire_to

from chat.endpoint_models import FRESH_S, EndpointModels
from chat.errors import ProviderError
from chat.messages import Secret
from chat.providers.openai_lists import list_models
from chat.providers.openai_wire import OpenAIWire
from chat.routing import Endpoint, Routes

JSON = "Content-Type: application/json"
VISITORS = Secret("sk-or-v1-" + "f1" * 32)


def routes_to(openrouter: Upstream, lab: Upstream) -> Routes:
    there = Endpoint(lab.base_url, Secret("lab-key"), is_loopback=True, prefix="lab/")
    return Routes(
        openrouter=lambda key: Endpoint(openrouter.base_url, key, is_loopback=True),
        local=lambda _model: there,
        simulator=lambda: there,
        others={"lab/": there},
    )


async def test_a_model_of_an_endpoint_is_asked_there_with_its_own_key() -> None:
    async with upstream(sse(FINISH)) as openrouter, upstream(sse(FINISH)) as lab:
        routes = routes_to(openrouter, lab)
        wire = OpenAIWire(lambda model, _key: routes.endpoint(model, VISITORS))
        await ask(wire, request_for("lab/author/model"))

    assert openrouter.heads == []
    assert lab.bodies[0]["model"] == "author/model"
    assert lab.headers["authorization"] == "Bearer lab-key"
    assert VISITORS.value not in lab.heads[0]


@pytest.mark.parametrize(
    "model", ["http://127.0.0.1:9/v1", "labs/x", "lab", "//lab/x", "LAB/x", "author/lab/x", ""]
)
async def test_any_other_id_goes_to_openrouter_and_nowhere_else(model: str) -> None:
    async with upstream(sse(FINISH)) as openrouter, upstream(sse(FINISH)) as lab:
        routes = routes_to(openrouter, lab)
        assert routes.is_openrouter(model)
        wire = OpenAIWire(lambda model, _key: routes.endpoint(model, VISITORS))
        await ask(wire, request_for(model))

    assert lab.heads == []
    assert openrouter.bodies[0]["model"] == model


async def test_the_models_of_an_endpoint_are_listed() -> None:
    said = ["llama3.2", "author/model", 5, "", "a\nb", "\ud800", "x" * 201]
    body = {"object": "list", "data": [{"id": one} for one in said]}
    async with upstream(http(json.dumps(body).encode(), JSON)) as lab:
        ids = await list_models(wire_to(lab.base_url).client(Endpoint(lab.base_url, Secret("k"))))

    assert ids == ["llama3.2", "author/model"]


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html>", "Content-Type: text/html"),
        http(b'{"data": 5}', JSON),
        http(b'{"data": [5]}', JSON),
        http(b'{"data": [', JSON),
        http(b"", JSON, status="500 Oops"),
    ],
    ids=["html", "number", "numbers", "truncated", "500"],
)
async def test_what_is_no_list_is_an_error(answer: bytes) -> None:
    async with upstream(answer) as lab:
        with pytest.raises(ProviderError):
            await list_models(wire_to(lab.base_url).client(Endpoint(lab.base_url, Secret("k"))))


class Desk:
    """Endpoints whose lists the test hands out; the work waits until it is done."""

    def __init__(self, answer: Callable[[], list[str]]) -> None:
        self.now_s = 100.0
        self.works: list[Coroutine[Any, Any, None]] = []
        self.answer = answer
        there = {"lab/": Endpoint("http://127.0.0.1:9/v1", Secret("k"), prefix="lab/")}
        self.models = EndpointModels(there, self.works.append, self.ask, lambda: self.now_s)

    async def ask(self, _endpoint: Endpoint) -> list[str]:
        return self.answer()

    async def work(self) -> int:
        works, self.works[:] = list(self.works), []
        for work in works:
            await work
        return len(works)


async def test_a_list_is_fetched_in_the_background_and_kept_a_while() -> None:
    desk = Desk(lambda: ["a", "b"])

    assert desk.models.ids() == []
    assert await desk.work() == 1
    assert desk.models.ids() == ["lab/a", "lab/b"]
    assert await desk.work() == 0
    desk.now_s += FRESH_S
    assert desk.models.ids() == ["lab/a", "lab/b"]
    assert await desk.work() == 1


async def test_an_endpoint_that_is_away_keeps_its_last_list() -> None:
    answers = [["a"]]

    def answer() -> list[str]:
        if not answers:
            raise ProviderError
        return answers.pop()

    desk = Desk(answer)
    desk.models.ids()
    await desk.work()
    desk.now_s += FRESH_S
    desk.models.ids()
    await desk.work()

    assert desk.models.ids() == ["lab/a"]
