"""What `streamlit run` starts: the pages, the routes beside them, what lives with the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from chat.api.compression import compress_well
from chat.api.connect import connect_routes
from chat.api.cors import ApiCors
from chat.api.paints import paint_routes
from chat.api.prometheus import prometheus_routes
from chat.api.remember import remember_routes
from chat.api.replies import reply_routes
from chat.api.routes import api_routes
from chat.api.scripts import script_routes
from chat.api.visitor import VisitorCookie
from chat.ui.config_reads import read_without_lock
from chat.ui.early import backend, begin, end_answers, services
from chat.ui.forward_messages import shorten_hashes
from chat.ui.shutdown import end_first


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Starts the engine and what it needs with the server, and ends them with it."""
    made = begin()

    def readers() -> int:
        is_made = made.done() and not made.cancelled() and made.exception() is None
        return made.result().paints.readers if is_made else 0

    compress_well(readers)
    read_without_lock()
    shorten_hashes()
    end_first(end_answers)
    yield {}
    await asyncio.to_thread((await made).close)


app = st.App(
    "pages/navigation.py",
    routes=[
        *reply_routes(
            lambda: services().engine, lambda: services().accounts, lambda: services().kept.store
        ),
        *connect_routes(lambda: services().sign_ins),
        *remember_routes(lambda: services().tickets, lambda: services().sealer),
        *paint_routes(
            lambda: services().engine,
            lambda: services().accounts,
            lambda: services().paints,
            lambda: services().measuring.book,
            lambda: services().measuring.measured,
        ),
        *prometheus_routes(
            lambda: services().settings.metrics_token, lambda: services().measuring.exposition
        ),
        *script_routes(Path(__file__).parent.glob("chat/ui/*.js")),
        *api_routes(backend),
    ],
    middleware=[
        Middleware(ApiCors, origins=lambda: services().settings.cors_origins),
        Middleware(VisitorCookie),
    ],
    lifespan=lifespan,
)
