"""A visitor without a browser: Streamlit's own messages over a WebSocket, noted as they come.

Nothing is understood while it is measured; what the messages say is read afterwards.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import ChatInputValue
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Markdown_pb2 import Markdown
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.painted import letters_of

Path = tuple[int, ...]
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_OPEN_S = 60.0
_KEPT_BYTES = 500
"""No smaller message is kept for reference (`global.minCachedMessageSize` is above it)."""
_SHORT_BYTES = 100
"""The end of a run is shorter than this; most elements are longer, and are not looked at."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message as it came, at Unix milliseconds."""

    at_ms: float
    data: bytes


@dataclass(slots=True)
class Visitor:
    """One session.

    Attributes:
        arrived: Every message so far.
    """

    _socket: ClientConnection
    _query: str = ""
    arrived: list[Arrived] = field(default_factory=list)
    _reading: asyncio.Task[None] | None = None
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def enter(
        cls, address: str, query: str = "", headers: Mapping[str, str] = NO_HEADERS
    ) -> "Visitor":
        """Opens the page, and returns once its script has run.

        Args:
            address: Of the app, as `http://localhost:9000/`.
            query: What follows the question mark of the page's address.
            headers: Of the request that opens the WebSocket.
        """
        url = f"ws{address.removeprefix('http')}_stcore/stream"
        socket = await connect(
            url,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            open_timeout=_OPEN_S,
            ping_interval=None,
            additional_headers=headers,
        )
        visitor = cls(socket, query)
        visitor._reading = asyncio.create_task(visitor._read())
        await visitor._rerun(ClientState(query_string=query))
        await visitor.wait_finished(0)
        return visitor

    async def ask(self, text: str) -> int:
        """Sends a message from the composer; gives the number of messages before it."""
        before = len(self.arrived)
        new_session = [m for m in map(parsed, self.arrived) if m.HasField("new_session")][-1]
        value = WidgetState(id=self._composer(), chat_input_value=ChatInputValue(data=text))
        state = ClientState(
            query_string=self._query,
            page_script_hash=new_session.new_session.page_script_hash,
            widget_states=WidgetStates(widgets=[value]),
        )
        await self._rerun(state)
        return before

    async def wait_finished(self, since: int) -> None:
        """Returns once a run of the script has ended that is not followed by another at once.

        Args:
            since: The number of messages that are passed over.
        """
        seen, last = since, None
        while last != ForwardMsg.FINISHED_SUCCESSFULLY:
            self._grown.clear()
            new = self.arrived[seen:]
            seen += len(new)
            for ended in map(parsed, filter(_is_short, new)):
                if ended.HasField("script_finished"):
                    last = ended.script_finished
            if last != ForwardMsg.FINISHED_SUCCESSFULLY:
                await asyncio.wait_for(self._grown.wait(), _OPEN_S)

    async def wait_quiet(self, quiet_s: float) -> None:
        """Returns once nothing has come for so long."""
        with contextlib.suppress(TimeoutError):
            while True:
                self._grown.clear()
                await asyncio.wait_for(self._grown.wait(), quiet_s)

    @property
    def window_bits(self) -> int | None:
        """Over how many bytes the server's compression looks back: 2 to this power; None for none.

        RFC 7692, 7.1.2.1: what the server says of its window; 15 where it says nothing.
        """
        response = self._socket.response
        said = response.headers.get("Sec-WebSocket-Extensions", "") if response else ""
        if "permessage-deflate" not in said:
            return None
        found = re.search(r"server_max_window_bits=(\d+)", said)
        return int(found[1]) if found else 15

    @staticmethod
    def now_ms() -> float:
        """The moment, on the clock of what arrives: Unix milliseconds."""
        return time.time() * 1000

    async def leave(self) -> None:
        """Closes the connection."""
        if self._reading is not None:
            self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._socket.close()

    async def _rerun(self, state: ClientState) -> None:
        state.cached_message_hashes.extend(self._kept())
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())

    async def _read(self) -> None:
        async for data in self._socket:
            if isinstance(data, bytes):
                self.arrived.append(Arrived(self.now_ms(), data))
                self._grown.set()

    def _kept(self) -> list[str]:
        """The hashes of what the page keeps for reference, as a browser names them.

        A browser forgets what has not come again for ten runs; this one does not within its few.
        """
        long = (one for one in self.arrived if len(one.data) >= _KEPT_BYTES)
        return list({one.hash: None for one in map(parsed, long) if one.metadata.cacheable})

    def _composer(self) -> str:
        for arrived in reversed(self.arrived):
            element = parsed(arrived).delta.new_element
            if element.HasField("chat_input"):
                return element.chat_input.id
        raise RuntimeError("the page has no composer")


def answer_trail(arrived: Sequence[Arrived]) -> tuple[list[tuple[int, float]], str]:
    """How the newest answer grew, message by message, and its letters at the end.

    As the page's own trail: (letters and digits so far, Unix milliseconds).
    """
    root: Path | None = None
    parts: dict[Path, str] = {}
    trail: list[tuple[int, float]] = []
    text = ""
    for message, at_ms in _deltas(arrived):
        path, delta = tuple(message.metadata.delta_path), message.delta
        if delta.add_block.chat_message.name == "assistant":
            root, parts = path, {}
        elif root is not None and path[: len(root)] == root and _is_text(delta):
            parts[path] = letters_of(delta.new_element.markdown.body)
        # The first element of the message is its header.
        shown = "".join(parts[p] for p in sorted(parts) if root and p[len(root)] > 0)
        if len(shown) > len(text):
            text = shown
            trail.append((len(text), at_ms))
    return trail, text


def parsed(arrived: Arrived) -> ForwardMsg:
    """The message that came."""
    message = ForwardMsg()
    message.ParseFromString(arrived.data)
    return message


def _deltas(arrived: Sequence[Arrived]) -> Iterator[tuple[ForwardMsg, float]]:
    for one in arrived:
        message = parsed(one)
        if message.HasField("delta"):
            yield message, one.at_ms


def _is_text(delta: Delta) -> bool:
    element = delta.new_element
    return element.HasField("markdown") and element.markdown.element_type != Markdown.Type.CAPTION


def _is_short(arrived: Arrived) -> bool:
    return len(arrived.data) < _SHORT_BYTES
