"""Upstreams that cannot be reached at all, from the socket to the sentence on the page."""

import socket
from contextlib import ExitStack

import pytest
from raw_upstream import ask, request_for, wire_to

from chat.errors import Failure
from chat.ui.wording import explain

NO_HOST = "a" * 64 + ".localhost"
"""A part of a name has at most 63 characters, so the resolver fails by itself, asking no server."""


@pytest.mark.parametrize(
    ("host", "detail"),
    [
        ("127.0.0.1", "Nobody listens at the address."),
        (NO_HOST, "No host of that name is known."),
    ],
)
async def test_an_address_without_a_server_says_so(host: str, detail: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    _, failure = await ask(wire_to(f"http://{host}:{port}"), request_for())

    assert failure == Failure("connection_lost", detail)
    assert explain(failure).happened == "The provider cannot be reached."


async def test_a_server_that_takes_no_connection_is_a_timeout_of_its_own() -> None:
    with ExitStack() as held, socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        for _ in range(4):  # fills the queue of connections that nobody accepts
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        wire = wire_to(f"http://127.0.0.1:{listener.getsockname()[1]}", connect_timeout_s=0.3)
        _, failure = await ask(wire, request_for())

    assert failure == Failure("connect_timeout")
    assert explain(failure).happened == "The provider took no connection in time."
