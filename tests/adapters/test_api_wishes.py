"""What a request to the API wants of the answer, and what of it reaches the model."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from api_site import Site, a_question, site_of

from chat.catalogue import Model
from chat.images import Image
from chat.messages import Secret
from chat.operator import OPERATOR
from chat.parameters import Parameters
from chat.settings import Settings

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4////fwAJ+wP9KobjigAAAABJRU5ErkJggg=="
)
URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with site_of(
        Settings(openrouter_api_key=Secret("sk-or-v1-" + "5e" * 32), openai_api=True)
    ) as site:
        yield site


@pytest.fixture
async def http(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with site.client() as client:
        yield client


async def test_wishes_reach_the_provider(site: Site, http: httpx2.AsyncClient) -> None:
    site.let_go()
    wishes: dict[str, Any] = {"model": "a/b", "temperature": 0.5, "topP": 0.25, "maxTokens": 9}
    await http.post("/api/chat", json=a_question("c", **wishes))

    ((request, _),) = site.provider.asked
    assert (request.model, request.max_tokens) == ("a/b", 9)
    assert (request.temperature, request.top_p) == (0.5, 0.25)


async def test_an_earlier_answer_is_given_again_in_its_place(
    site: Site, http: httpx2.AsyncClient
) -> None:
    site.let_go()
    for text in ("One", "Two"):
        await http.post("/api/chat", json=a_question("c", text))
    first, answer, *_ = (await http.get("/api/chats/c")).json()["messages"]

    more = {"trigger": "regenerate-message", "messageId": answer["id"]}
    await http.post("/api/chat", json=a_question("c", "One", **more))

    again = (await http.get("/api/chats/c")).json()["messages"]
    assert [message["role"] for message in again] == ["user", "assistant"]
    assert (again[0]["id"], again[1]["id"] != answer["id"]) == (first["id"], True)


async def test_what_v1_passes_on_and_what_it_leaves_out(
    site: Site, http: httpx2.AsyncClient
) -> None:
    site.let_go()
    wishes = {"seed": 7, "stop": "END", "reasoning_effort": "low", "tools": [], "user": None}
    body = {"model": "a/b", "messages": [{"role": "user", "content": "Hi"}], **wishes}

    answer = await http.post("/v1/chat/completions", json=body)

    ((request, _),) = site.provider.asked
    assert request.parameters == Parameters(seed=7, effort="low", stop=("END",))
    assert answer.headers["x-tickertape-left-out"] == "tools"


async def test_a_model_is_sent_only_what_it_takes_and_the_rest_is_named(
    site: Site, http: httpx2.AsyncClient
) -> None:
    site.let_go()
    site.models.append(Model("sim/x", "X", "Simulator", supported_parameters=frozenset({"seed"})))
    wishes = {"seed": 7, "stop": ["END"], "reasoning_effort": "low", "temperature": 1, "top_p": 0.5}
    body = {"model": "sim/x", "messages": [{"role": "user", "content": "Hi"}], **wishes}

    answer = await http.post("/v1/chat/completions", json={**body, "stream": True})

    ((request, _),) = site.provider.asked
    assert request.parameters == Parameters(seed=7)
    assert (request.temperature, request.top_p) == (None, None)
    left_out = answer.headers["x-tickertape-left-out"]
    assert left_out == "temperature, top_p, reasoning_effort, stop"


@pytest.mark.parametrize("path", ["/api/chat", "/v1/chat/completions"])
async def test_no_more_tokens_are_asked_for_than_the_model_writes(
    site: Site, http: httpx2.AsyncClient, path: str
) -> None:
    site.let_go()
    site.models.append(Model("sim/x", "X", "Simulator", max_output_tokens=8))
    messages = [{"role": "user", "content": "Hi"}]
    limits = {"maxTokens": 500, "max_tokens": 500}

    await http.post(path, json={"id": "c", "model": "sim/x", "messages": messages, **limits})

    ((request, _),) = site.provider.asked
    assert request.max_tokens == 8


@pytest.mark.parametrize("path", ["/api/chat", "/v1/chat/completions"])
async def test_images_reach_the_model_and_the_store(
    site: Site, http: httpx2.AsyncClient, path: str
) -> None:
    site.let_go()
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": URL}]
    message = {"role": "user", "content": parts}
    if path == "/api/chat":
        message = {"role": "user", "parts": [parts[0], {"type": "file", "url": URL}]}
    answer = await http.post(path, json={"id": "c", "model": "a/b", "messages": [message]})

    ((request, _),) = site.provider.asked
    place = answer.headers["x-tickertape-conversation"]
    kept = (await http.get(f"/api/chats/{place}")).json()["messages"][0]["parts"]
    assert request.messages[-1].images == (Image("image/png", PNG),)
    assert kept[1] == {"type": "file", "mediaType": "image/png", "url": URL}


async def test_a_message_that_is_changed_has_the_images_it_is_sent_with(
    site: Site, http: httpx2.AsyncClient
) -> None:
    site.let_go()
    await http.post("/api/chat", json=a_question("c", "What is it?"))
    parts = [{"type": "text", "text": "What is it?"}, {"type": "file", "url": URL}]
    messages = [{"role": "user", "parts": parts}]
    await http.post("/api/chat", json={"id": "c", "messages": messages})

    kept = (await http.get("/api/chats/c")).json()["messages"]
    assert [part["type"] for part in kept[0]["parts"]] == ["text", "file"]
    assert len(kept) == 2


async def test_a_model_that_sees_nothing_is_not_asked_about_an_image(
    site: Site, http: httpx2.AsyncClient
) -> None:
    site.models.append(Model("sim/x", "X", "Simulator", input_modalities=frozenset({"text"})))
    body = {
        "id": "c",
        "model": "sim/x",
        "message": {"role": "user", "parts": [{"type": "file", "url": URL}]},
    }

    answer = await http.post("/api/chat", json=body)

    assert (answer.status_code, answer.text) == (400, "refused: no_images")


async def test_a_whole_client_list_is_the_prompt(site: Site, http: httpx2.AsyncClient) -> None:
    site.let_go()
    said = [("user", "One"), ("assistant", "1"), ("user", "Two")]
    messages = [{"role": role, "content": text} for role, text in said]
    await http.post("/api/chat", json={"id": "c", "messages": messages})

    ((request, _),) = site.provider.asked
    assert [(message.role, message.text) for message in request.messages] == said


async def test_a_call_through_v1_is_among_its_owners_figures(
    site: Site, http: httpx2.AsyncClient
) -> None:
    site.let_go()
    body = {"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]}
    answer = await http.post("/v1/chat/completions", json=body)
    while site.engine.known(OPERATOR):  # until the store has its end
        await http.get("/api/health")

    (reply,) = await asyncio.to_thread(site.store.list_replies, OPERATOR, 10)

    assert reply.conversation_id == answer.headers["x-tickertape-conversation"]
    assert (reply.model, reply.outcome) == ("a/b", "completed")


TOOL_CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]},
        {"role": "assistant", "content": "", "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"role": "system", "content": [{"type": "image_url", "image_url": URL}]},
        {"role": "user", "content": ["Hi"]},
        {"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]},
        {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"role": "user", "content": {"text": "Hi"}},
        {"role": "user", "content": 7},
        {"role": "user", "content": 0},
        {"role": "user"},
    ],
    ids=str,
)
async def test_what_of_a_prompt_v1_cannot_pass_on_it_refuses(
    site: Site, http: httpx2.AsyncClient, message: dict[str, Any]
) -> None:
    asked = {"role": "user", "content": "Go on"}

    answer = await http.post(
        "/v1/chat/completions", json={"model": "a/b", "messages": [message, asked]}
    )

    assert answer.status_code == 400
    assert site.provider.asked == []


@pytest.mark.parametrize("content", [None, "", [], [{"type": "text", "text": "Hm"}]])
async def test_an_answer_in_a_prompt_may_have_no_content(
    site: Site, http: httpx2.AsyncClient, content: object
) -> None:
    site.let_go()
    said = {"role": "assistant", "content": content, "tool_calls": [], "refusal": None}
    asked = {"role": "user", "content": "Go on"}

    answer = await http.post(
        "/v1/chat/completions", json={"model": "a/b", "messages": [said, asked]}
    )

    assert answer.status_code == 200


async def test_half_a_character_is_no_stop(http: httpx2.AsyncClient) -> None:
    asked = {"role": "user", "content": "Hi"}
    body = json.dumps({"model": "a/b", "messages": [asked], "stop": "\ud83d"})

    answer = await http.post("/v1/chat/completions", content=body)

    assert (answer.status_code, "`stop`" in answer.text) == (400, True)
