"""The WebSocket's compression looks back over 32 KB instead of uvicorn's 4 KB.

A run of the page's script sends mostly what the run before has sent, about 20 KB ago: with 4 KB of
memory it is compressed as if it were new. uvicorn has no setting for it, so the name is replaced by
which its protocol knows the compression. A connection's compressor takes 256 KB instead of 32.
"""

from typing import Any

from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

WINDOW_BITS = 15
"""The most that RFC 7692 allows: 2 to this power bytes."""
CLIENT_BITS = 12
"""What a browser sends is short."""

_KNOWN_AS = ServerPerMessageDeflateFactory.__name__


class _WideWindow(ServerPerMessageDeflateFactory):
    def __init__(self, **_uvicorns: Any) -> None:
        super().__init__(
            server_max_window_bits=WINDOW_BITS,
            client_max_window_bits=CLIENT_BITS,
            compress_settings={"memLevel": 8},
        )


def widen_window() -> None:
    """Does so for all connections from now on."""
    setattr(websockets_sansio_impl, _KNOWN_AS, _WideWindow)
