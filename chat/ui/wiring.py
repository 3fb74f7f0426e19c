"""The one place that chooses the adapters and joins them; the rest of the app sees `services()`."""

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from chat.batching import Batching
from chat.comparing import Comparing
from chat.deadlines import Deadlines
from chat.ended import Ended
from chat.endpoint_models import EndpointModels
from chat.engine import Engine
from chat.errors import StoreError
from chat.hosts import HostLists
from chat.key_book import KeyBook
from chat.live import LiveReply
from chat.local.models import read_setting
from chat.local.supervisor import LocalModels
from chat.local.weights import default_cache_dir
from chat.messages import Secret
from chat.model_lists import ModelList, ModelLists
from chat.on_screen import OnScreen
from chat.packing import pack_for_ever
from chat.paint import PaintBoard
from chat.ports import Tokens
from chat.providers.upstream import Upstream
from chat.queue import Queue
from chat.recorder import Recorder
from chat.retry import Policy
from chat.room import Room
from chat.routing import LOCAL_PREFIX, SIMULATOR_PREFIX, Routes
from chat.sealing import Sealer, load_secret
from chat.server_key import GUESS_USD, ServerKey
from chat.settings import Settings, foreign_names, load_settings
from chat.sign_in import SignIns
from chat.simulator import SimulatorServer
from chat.stores.late import open_or_wait
from chat.stores.sql import SqlStore
from chat.tickets import Tickets
from chat.turn import Turns
from chat.ui.data_places import absolute_url, secret_path
from chat.ui.endpoints import auth_url_of, routes_of
from chat.ui.measuring import Measuring
from chat.upstream_says import Says

ROOT = Path(__file__).resolve().parents[2]

SDK_DELAY_S = 1.5
LOCAL_DELAY_S = 2.0
_NO_KEY = Secret("-")
"""Stands where the SDK insists on a key; not sent."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that is made once per process.

    Attributes:
        store_fault: Why conversations are only kept until the server stops, or None.
        kept: Where conversations are held that stay.
        temporary: Where those are held that are never written down.
        on_screen: Which temporary conversations are still looked at.
        accounts: The account of each visitor who is logged in, by the cookie's id.
        simulator: None where the setting turned it off.
        lists: Makes lists of OpenRouter's models.
        models: The one that everybody sees.
        afterwards: Does what follows on an answer's end.
        routes: Which model is asked where.
        keys: How the keys in use stand.
        server_key: The server's own key, and what is left of it.
        others: What can be chosen at the operator's own endpoints.
        batching: Runs batches; those are always kept.
        hosts: Who serves which model.
        sign_ins: Visitors who are connecting OpenRouter.
        tickets: Keys that wait to be remembered by their visitor's browser.
        sealer: Encrypts them for it.
        paints: What the pages report of their painting.
        measuring: What else is measured of answers.
        tokens: What visitors' programs ask the API with.
        ended: The answers that have just ended.
    """

    settings: Settings
    store_fault: str | None
    kept: Room
    temporary: Room
    on_screen: OnScreen
    engine: Engine
    local: LocalModels
    simulator: SimulatorServer | None
    lists: ModelLists
    models: ModelList
    afterwards: ThreadPoolExecutor
    routes: Routes
    keys: KeyBook
    server_key: ServerKey
    others: EndpointModels
    batching: Batching
    hosts: HostLists
    sign_ins: SignIns
    tickets: Tickets
    sealer: Sealer
    paints: PaintBoard
    measuring: Measuring
    tokens: Tokens
    ended: Ended
    accounts: dict[str, str] = field(default_factory=dict)

    @property
    def comparing(self) -> Comparing:
        """Runs comparisons; those are always kept."""
        return Comparing(self.kept.store, self.kept.turns, self.afterwards.submit)

    def close(self) -> None:
        """Stops the answers, saves what is left, ends the children; in that order."""
        self.engine.close()
        self.afterwards.shutdown(cancel_futures=True)
        self.kept.close()
        self.temporary.close()
        self.local.close()
        if self.simulator is not None:
            self.simulator.close()


@st.cache_resource(show_spinner=False, on_release=Services.close)
def services() -> Services:
    """The process's one set of services, made at the first call."""
    settings = load_settings(os.environ, ROOT / ".env")
    for name in foreign_names(os.environ):
        del os.environ[name]
    store, store_fault = _open_store(settings)
    local = _local_models(settings)
    simulator = SimulatorServer(any_key=True) if settings.simulator else None
    routes = routes_of(settings, local, simulator.start() if simulator is not None else None)
    provider = _provider(settings, routes)
    server_key = _server_key(settings, store, routes)
    afterwards = ThreadPoolExecutor(2, "tickertape-after")
    rooms: list[Room] = []
    measuring = Measuring.of(store.measured, settings, time.monotonic)
    ended = Ended()

    def forget(reply_id: str) -> None:
        engine.forget(reply_id)

    def end(live: LiveReply) -> None:
        engine.stop(live.id, live.owner)

    def wake() -> None:
        for room in rooms:
            room.recorder.wake()

    def after(live: LiveReply) -> None:
        ended.add(live)
        afterwards.submit(measuring.end, live)
        for room in rooms:
            key = room.turns.key_of(live.id)
            if key is not None:
                keys.has_spent(key)
            afterwards.submit(room.after, live)
        batching.note_end(live)

    deadlines = Deadlines(
        settings.first_event_timeout_s,
        settings.first_token_timeout_s,
        settings.gap_timeout_s,
        settings.total_timeout_s,
    )
    engine = Engine(wake, after, provider.close, settings.max_answers)
    for place in (store, SqlStore.open_in_memory()):
        recorder = Recorder(place, on_saved=forget, on_stop=end)
        turns = Turns(
            engine,
            recorder,
            provider,
            time.monotonic,
            settings.max_message_chars,
            Policy(settings.retry_tries, settings.retry_total_s, settings.reconnects),
            deadlines,
            spend=server_key.spend,
        )
        queue = Queue(place, turns)
        rooms.append(
            Room(
                place,
                recorder,
                turns,
                queue,
                settings.model_titles,
                provider.usage_of,
                note_cost=server_key.settle,
                says=Says(provider.says_of, routes.is_openrouter, place.measured),
            )
        )
    keys = KeyBook(engine.spawn, provider.describe)
    others = EndpointModels(routes.others, engine.spawn, provider.list_models, time.monotonic)
    engine.spawn(provider.warm())
    engine.spawn(_start_later(local))
    engine.spawn(pack_for_ever(lambda: store.figures, for_everybody=settings.api_token is not None))
    kept, temporary = rooms
    batching = Batching(store.batches, kept.turns, afterwards.submit, store.ask_stop)
    on_screen = OnScreen(temporary.remove)
    engine.spawn(on_screen.sweep_for_ever())
    lists = _model_lists(settings, provider, routes, engine)
    return Services(
        settings,
        store_fault,
        kept,
        temporary,
        on_screen,
        engine,
        local,
        simulator,
        lists,
        lists.everybodys(),
        afterwards,
        routes,
        keys,
        server_key,
        others,
        batching,
        HostLists(engine.spawn, provider.hosts_of, time.monotonic),
        SignIns(auth_url_of(settings), provider.exchange, engine.spawn, time.monotonic),
        Tickets(time.monotonic),
        Sealer(
            load_secret(settings.cookie_secret, secret_path(settings.database_url, ROOT)), time.time
        ),
        PaintBoard(time.monotonic),
        measuring,
        store.tokens,
        ended,
    )


def _provider(settings: Settings, routes: Routes) -> Upstream:
    # Silence is judged by our own deadlines; the client's is for what has none.
    silence_s = max(
        settings.first_event_timeout_s, settings.first_token_timeout_s, settings.gap_timeout_s
    )
    return Upstream(routes, silence_s + 1, settings.connect_timeout_s, time.monotonic, SDK_DELAY_S)


def _model_lists(
    settings: Settings, provider: Upstream, routes: Routes, engine: Engine
) -> ModelLists:
    async def fetch(key: Secret | None) -> bytes:
        endpoint = routes.openrouter(key or _NO_KEY)
        return await provider.models_of(endpoint, is_public=key is None)

    return ModelLists(
        fetch,
        engine.spawn,
        time.monotonic,
        settings.model_list_minutes * 60,
        (settings.cache_dir or default_cache_dir()) / "models.json",
        settings.openrouter_base_url,
    )


def _server_key(settings: Settings, store: SqlStore, routes: Routes) -> ServerKey:
    free = (LOCAL_PREFIX, SIMULATOR_PREFIX, *routes.others)
    return ServerKey(
        settings,
        lambda owner, since, until: store.measured.spent_usd(owner, since, until, free, GUESS_USD),
    )


def _open_store(settings: Settings) -> tuple[SqlStore, str | None]:
    try:
        return open_or_wait(absolute_url(settings.database_url, ROOT)), None
    except StoreError as error:
        return SqlStore.open_in_memory(), str(error)


def _local_models(settings: Settings) -> LocalModels:
    paths = read_setting(settings.local_models)
    return LocalModels(
        paths or (),
        enabled=paths is not None,
        cache_dir=settings.cache_dir or default_cache_dir(),
    )


async def _start_later(local: LocalModels) -> None:
    """Lets the first page be drawn before the weights are read: both want the same cores."""
    await asyncio.sleep(LOCAL_DELAY_S)
    local.start()
