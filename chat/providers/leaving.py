"""When a request really leaves: the connection is there, and its first byte is about to be sent."""

from collections.abc import Mapping
from typing import Any

import httpx2

from chat.departure import tell_leaving


async def tell_when_leaving(request: httpx2.Request) -> None:
    """A hook of the HTTP client; https://www.encode.io/httpcore/extensions/#trace."""
    request.extensions = {**request.extensions, "trace": _trace}


async def _trace(name: str, info: Mapping[str, Any]) -> None:
    # A proxy is asked for a tunnel first.
    if name.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT":
        tell_leaving()
