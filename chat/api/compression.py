"""The WebSocket's compression: over a wider window than uvicorn's, and left out where many read.

A run of the page's script sends mostly what the run before has sent, about 20 KB ago: with 4 KB of
memory, uvicorn's, it is compressed as if it were new. A connection's compressor takes 256 KB with
32 KB of memory instead of 32.

To compress a message, however short, is to let go of the interpreter twice. Where a hundred answers
ran, the one thread that sends to all browsers spent half of its time in line for it, and words came
seconds late. Short messages go as they are then, which RFC 7692, 6.1, leaves to the sender.

uvicorn has no setting for either, so the name is replaced by which its protocol knows the
compression.
"""

from collections.abc import Callable, Sequence
from typing import Any

from uvicorn.protocols.websockets import websockets_sansio_impl
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import (
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import Frame, Opcode
from websockets.typing import ExtensionParameter

WINDOW_BITS = 15
"""The most that RFC 7692 allows: 2 to this power bytes."""
CLIENT_BITS = 12
"""What a browser sends is short."""
MANY = 20
"""So many answers at once are sent with all that compression can do."""
SHORT_BYTES = 1_400
"""What fits into one packet, as every usual frame of an answer does."""

_KNOWN_AS = ServerPerMessageDeflateFactory.__name__


def compress_well(readers: Callable[[], int]) -> None:
    """Does so for all connections from now on.

    Args:
        readers: Tells how many answers are being sent to pages; asked for each message.
    """

    class Factory(ServerPerMessageDeflateFactory):
        def __init__(self, **_uvicorns: Any) -> None:
            super().__init__(
                server_max_window_bits=WINDOW_BITS,
                client_max_window_bits=CLIENT_BITS,
                compress_settings={"memLevel": 8},
            )

        def process_request_params(
            self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
        ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
            agreed, plain = super().process_request_params(params, accepted_extensions)
            return agreed, _Sparing(plain, readers)

    setattr(websockets_sansio_impl, _KNOWN_AS, Factory)


class _Sparing(PerMessageDeflate):
    def __init__(self, agreed: PerMessageDeflate, readers: Callable[[], int]) -> None:
        super().__init__(
            agreed.remote_no_context_takeover,
            agreed.local_no_context_takeover,
            agreed.remote_max_window_bits,
            agreed.local_max_window_bits,
            agreed.compress_settings,
        )
        self._readers = readers

    def encode(self, frame: Frame) -> Frame:
        is_whole = frame.fin and frame.opcode is not Opcode.CONT
        if is_whole and len(frame.data) <= SHORT_BYTES and self._readers() > MANY:
            return frame
        return super().encode(frame)
