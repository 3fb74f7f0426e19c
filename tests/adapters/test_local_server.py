"""The shipped model in its child process: real weights, real tokens, real deaths."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from chat.local.child import ChildConfig
from chat.local.models import SHIPPED
from chat.local.process import NOT_LOADED, ChildProcess
from chat.local.served import CLOSED, DIED_AGAIN, ServedModel
from chat.local.states import Endpoint, Fetching, Loading, Ready, Unavailable
from chat.local.supervisor import LocalModels
from chat.local.weights import default_cache_dir, fetch

ROOT = Path(__file__).parents[2]
LOAD_LIMIT_S = 60.0
PARENT = """
import sys
from pathlib import Path
from chat.local.models import SHIPPED
from chat.local.supervisor import LocalModels
models = LocalModels([], enabled=True, cache_dir=Path(sys.argv[1]))
models.start()
print(models.wait_ready(SHIPPED.id, 60).base_url, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cache_dir() -> Path:
    folder = default_cache_dir()
    fetch(folder, lambda done, total: None)  # noqa: ARG005 - nobody watches
    return folder


@pytest.fixture(scope="module")
def models(cache_dir: Path) -> Iterator[LocalModels]:
    models = LocalModels([], enabled=True, cache_dir=cache_dir)
    models.start()
    yield models
    models.close()


@pytest.fixture
def endpoint(models: LocalModels) -> Endpoint:
    state = models.wait_ready(SHIPPED.id, LOAD_LIMIT_S)
    assert isinstance(state, Ready)
    return state


@pytest.fixture
async def client(endpoint: Endpoint) -> AsyncIterator[openai.AsyncOpenAI]:
    async with client_of(endpoint, endpoint.api_key.value) as client:
        yield client


class Nursery:
    """A served model whose child processes the test can reach."""

    def __init__(self, weights: Path) -> None:
        self.children: list[ChildProcess] = []
        self.weights = weights
        self.served = ServedModel("test", lambda *_: weights, self.launch)

    def launch(self, path: Path) -> ChildProcess:
        self.children.append(ChildProcess(ChildConfig("test", str(path), 1, 512, 64, 1.0, "key")))
        return self.children[-1]


@pytest.fixture
def nursery(cache_dir: Path) -> Iterator[Nursery]:
    nursery = Nursery(fetch(cache_dir, lambda done, total: None))  # noqa: ARG005
    yield nursery
    nursery.served.close()


def client_of(endpoint: Endpoint, key: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=key,
        max_retries=0,
        http_client=openai.DefaultAsyncHttpxClient(trust_env=False),
    )


async def ask(
    client: openai.AsyncOpenAI, max_tokens: int | None = 40, *, endless: bool = False
) -> openai.AsyncStream[ChatCompletionChunk]:
    return await client.chat.completions.create(
        model=SHIPPED.id,
        messages=[{"role": "user", "content": "Write a short scene about a lighthouse."}],
        max_tokens=openai.omit if max_tokens is None else max_tokens,
        stream=True,
        extra_body={"ignore_eos": endless},
    )


def connect(base_url: str) -> socket.socket:
    port = urlsplit(base_url).port
    assert port is not None
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def is_refused(base_url: str) -> bool:
    """Whether nobody listens; a dying listener outlives its connections by some milliseconds."""
    try:
        for _ in range(3):
            with suppress(ConnectionResetError), connect(base_url) as late:
                late.recv(1)
    except ConnectionRefusedError:
        return True
    return False


async def test_an_answer_streams_token_by_token(client: openai.AsyncOpenAI) -> None:
    chunks = [chunk async for chunk in await ask(client)]

    texts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    assert len([text for text in texts if text]) >= 10
    assert chunks[-1].choices[0].finish_reason in {"stop", "length"}
    assert chunks[0].model == SHIPPED.id


async def test_an_answer_without_a_limit_ends_by_itself(nursery: Nursery) -> None:
    nursery.served.begin()
    state = nursery.served.wait(LOAD_LIMIT_S)
    assert isinstance(state, Ready)

    async with client_of(state, "key") as client:
        chunks = [chunk async for chunk in await ask(client, None, endless=True)]

    assert chunks[-1].choices[0].finish_reason == "length"
    assert 60 <= len(chunks) <= 70


async def test_a_request_without_the_key_is_refused(endpoint: Endpoint) -> None:
    async with client_of(endpoint, "wrong") as stranger:
        with pytest.raises(openai.AuthenticationError):
            await ask(stranger)


async def test_a_closed_connection_frees_its_slot(client: openai.AsyncOpenAI) -> None:
    streams = [await ask(client, 1500, endless=True) for _ in range(4)]
    waiting = asyncio.create_task(ask(client, 1))
    await anext(aiter(streams[3]))
    assert not waiting.done()

    await streams[0].close()

    async with asyncio.timeout(5):
        await anext(aiter(await waiting))
        for stream in streams[1:]:
            assert (await anext(aiter(stream))).choices[0].finish_reason is None
            await stream.close()


def test_the_key_does_not_show(endpoint: Endpoint) -> None:
    assert endpoint.api_key.value not in repr(endpoint)


def test_only_loopback_listens(endpoint: Endpoint) -> None:
    assert urlsplit(endpoint.base_url).hostname == "127.0.0.1"


def test_the_child_is_gone_when_its_parent_was_killed(cache_dir: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(cache_dir)]
    parent = subprocess.Popen(  # noqa: S603 - our own words
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    base_url = parent.stdout.readline().strip()

    with connect(base_url) as connection:
        parent.kill()
        assert connection.recv(1) == b""
    assert is_refused(base_url)
    parent.communicate()


def test_a_child_that_died_is_started_again_once(nursery: Nursery) -> None:
    served = nursery.served
    served.begin()
    first = served.wait(LOAD_LIMIT_S)

    nursery.children[0].end()

    assert served.state() == Loading()
    second = served.wait(LOAD_LIMIT_S)
    assert isinstance(second, Ready)
    assert second != first

    nursery.children[1].end()

    assert served.state() == Unavailable(DIED_AGAIN)


def test_a_model_that_is_unavailable_can_be_tried_again(nursery: Nursery) -> None:
    outcomes = iter([Path("no such file"), nursery.weights])
    served = ServedModel("test", lambda *_: next(outcomes), nursery.launch)
    served.begin()
    assert isinstance(served.wait(LOAD_LIMIT_S), Unavailable)

    served.retry()

    assert isinstance(served.wait(LOAD_LIMIT_S), Ready)
    served.close()


def test_a_missing_file_makes_only_its_own_model_unavailable(cache_dir: Path) -> None:
    models = LocalModels([Path("/gone/own.gguf")], enabled=True, cache_dir=cache_dir)
    models.start()

    own, shipped = (models.wait_ready(id_, LOAD_LIMIT_S) for id_ in ("local/own", SHIPPED.id))
    models.close()

    assert own == Unavailable("The model file own.gguf does not exist.")
    assert isinstance(shipped, Ready)


def test_a_damaged_file_ends_in_a_sentence(
    tmp_path: Path, nursery: Nursery, capfd: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(b"GGUF" + b"\x00" * 1000)
    served = ServedModel("test", lambda *_: damaged, nursery.launch)
    served.begin()

    assert served.wait(LOAD_LIMIT_S) == Unavailable(NOT_LOADED)
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_is_left_to_the_parent(nursery: Nursery) -> None:
    nursery.served.begin()
    state = nursery.served.wait(LOAD_LIMIT_S)
    assert isinstance(state, Ready)

    os.kill(nursery.children[0].pid, signal.SIGINT)

    with connect(state.base_url) as connection:
        connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        assert b" 200 " in connection.recv(100)


def test_closing_while_it_loads_ends_the_child(nursery: Nursery) -> None:
    nursery.served.begin()

    nursery.served.close()

    assert nursery.served.state() == Unavailable(CLOSED)
    assert not any(child.is_alive() for child in nursery.children)


def test_the_download_is_shown_and_a_fault_in_it_is_no_crash() -> None:
    seen: list[object] = []

    def find(on_progress: object, _: object) -> Path:
        assert callable(on_progress)
        on_progress(1, 2)
        seen.append(served.state())
        raise ZeroDivisionError

    served = ServedModel("test", find, lambda _: pytest.fail("nothing to launch"))
    served.begin()

    assert isinstance(served.wait(10), Unavailable)
    assert seen == [Fetching(1, 2)]
