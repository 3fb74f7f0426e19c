"""The API's routes on a server of their own, over a provider that the test drives by hand."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette
from uvicorn import Config, Server

from chat.api.access import Access
from chat.api.backend import Backend, Sizes
from chat.api.limits import RateLimit, Slots
from chat.api.routes import api_routes
from chat.catalogue import Model
from chat.ended import Ended
from chat.engine import Engine
from chat.errors import StoreError
from chat.events import Event, Finished, TextDelta
from chat.messages import ChatRequest, Secret
from chat.queue import Queue
from chat.recorder import Recorder
from chat.retry import Policy
from chat.room import Room
from chat.server_key import ServerKey
from chat.settings import Settings
from chat.stores.sql import SqlStore
from chat.turn import Turns

PATIENCE_S = 10.0
TOKEN = Secret("token-of-the-operator")
RATE, MOST_RUNNING, MOST_MESSAGES, MOST_BYTES = 20, 3, 4, 2000


class HandProvider:
    """Says "Hel", and "lo" once it is let go."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.asked: list[tuple[ChatRequest, Secret | None]] = []

    async def stream(self, request: ChatRequest, key: Secret | None) -> AsyncIterator[Event]:
        self.asked.append((request, key))
        yield TextDelta("Hel")
        await self.may_end.wait()
        yield TextDelta("lo")
        yield Finished("stop")


class AwayStore(SqlStore):
    """One that cannot be reached while the test says so."""

    is_away = False

    def ping(self) -> None:
        if self.is_away:
            raise StoreError("The database is locked: /secret/path")
        super().ping()

    def load_tree(self, owner: str, conversation_id: str) -> Any:
        self.ping()
        return super().load_tree(owner, conversation_id)


@dataclass
class Site:
    """The server and what stands behind it."""

    engine: Engine
    store: AwayStore
    provider: HandProvider
    origin: str = ""
    settings: Settings = field(default_factory=Settings)
    models: list[Model] = field(default_factory=list)

    def client(self, **more: Any) -> httpx2.AsyncClient:
        headers = {"authorization": f"Bearer {TOKEN.value}"}
        return httpx2.AsyncClient(base_url=self.origin, headers=headers, timeout=PATIENCE_S, **more)

    def let_go(self) -> None:
        """Lets every answer end."""
        self.engine.call(self._let_go(), PATIENCE_S)

    async def _let_go(self) -> None:
        self.provider.may_end.set()


def a_question(chat_id: str, text: str = "Hi", **more: Any) -> dict[str, Any]:
    message = {"role": "user", "parts": [{"type": "text", "text": text}]}
    return {"id": chat_id, "message": message, **more}


@asynccontextmanager
async def site_of(settings: Settings) -> AsyncIterator[Site]:
    """Serves the API until the block ends."""
    store, provider = AwayStore.open_in_memory(), HandProvider()
    ended = Ended()
    engine = Engine(lambda: recorder.wake(), ended.add)  # noqa: PLW0108 - the recorder comes after
    recorder = Recorder(store, lambda reply_id: engine.forget(reply_id))  # noqa: PLW0108 - likewise
    turns = Turns(engine, recorder, provider, time.monotonic, 1000, Policy(1, 0, 0))
    room = Room(store, recorder, turns, Queue(store, turns))
    models: list[Model] = []
    backend = _backend(room, engine, ended, settings, models)
    server = Server(
        Config(Starlette(routes=api_routes(lambda: backend)), log_config=None, lifespan="off")
    )
    site = Site(engine, store, provider, settings=settings, models=models)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        site.origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        serving = asyncio.create_task(server.serve([listener]))
        yield site
        server.should_exit = True
        await asyncio.to_thread(engine.close)
        await serving
        room.close()


def _backend(
    room: Room, engine: Engine, ended: Ended, settings: Settings, models: list[Model]
) -> Backend:
    def running(owner: str) -> int:
        return sum(not live.is_closed for live in engine.known(owner).values())

    return Backend(
        room=room,
        access=Access(dict, lambda _hash: None, TOKEN),
        sizes=Sizes(MOST_BYTES, MOST_MESSAGES, 1000, 100),
        rate=RateLimit(RATE, lambda: 0.0),
        slots=Slots(MOST_RUNNING, running),
        ended=ended,
        server_key=ServerKey(settings, lambda *_: 0.0),
        models=lambda: models,
        default_model=lambda _is_local: "some/model",
        is_openrouter=lambda model: not model.startswith("sim/"),
        explain=lambda failure: failure.kind,
        refuse=lambda reason, _text: f"refused: {reason}",
        local_states=dict,
        has_openai=settings.openai_api,
    )
