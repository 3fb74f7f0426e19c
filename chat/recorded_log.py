"""A reply's log as a few bytes, and back: what later features replay.

Format 1: one byte for the format, then zlib over the text that the reply took back (`StartedOver`;
varint length, UTF-8), then over entries in order, each
    kind (varint: place in `_KINDS`) · time since the entry before (varint, 100 µs) · payload
where the payload of a delta is its length in characters (varint; the characters themselves are the
reply's text and reasoning, stored once), and of any other event its JSON (varint length, UTF-8).
About four bytes a delta before compression. Varints: little-endian base 128, as in Protocol Buffers
(https://protobuf.dev/programming-guides/encoding/#varints).
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chat.errors import Failure
from chat.events import (
    Continued,
    Event,
    Failed,
    Finished,
    Logged,
    Opened,
    ReasoningDelta,
    Reconnecting,
    RequestLeft,
    RequestSent,
    Retrying,
    StartedOver,
    Stopped,
    SwitchedModel,
    TextDelta,
    Usage,
    UsageReported,
    Waiting,
)

FORMAT = 1
TICK_S = 0.0001

# The order is the format: add at the end only.
_KINDS: tuple[type[Event], ...] = (
    RequestSent,
    Opened,
    ReasoningDelta,
    TextDelta,
    UsageReported,
    Finished,
    Failed,
    Stopped,
    Continued,
    StartedOver,
    Retrying,
    SwitchedModel,
    Reconnecting,
    Waiting,
    RequestLeft,
)


_DAMAGES = (zlib.error, IndexError, KeyError, TypeError, ValueError, OverflowError, RecursionError)


class LogUnreadable(ValueError):  # noqa: N818 - says what happened
    """The bytes are no log of a known format, or do not fit the text."""


def encode_log(entries: Iterable[Logged]) -> bytes:
    """The log without its text."""
    entries = list(entries)
    taken_back = _taken_back(entries).encode("utf-8", "surrogatepass")
    body = bytearray()
    _put(body, len(taken_back))
    body += taken_back
    ticks = 0
    start_s = entries[0].at_s if entries else 0.0
    for entry in entries:
        now = round((entry.at_s - start_s) / TICK_S)
        _put(body, _KINDS.index(type(entry.event)))
        _put(body, max(0, now - ticks))
        ticks = max(ticks, now)
        _put_payload(body, entry.event)
    return bytes([FORMAT]) + zlib.compress(bytes(body), 6)


def decode_log(data: bytes, text: str, reasoning: str) -> list[Logged]:
    """The log again; times are seconds from its first entry.

    Args:
        data: What `encode_log` gave.
        text: The reply's text, with what it continues.
        reasoning: The reply's reasoning.

    Raises:
        LogUnreadable: the bytes are damaged, or belong to another text.
    """
    if data[:1] != bytes([FORMAT]):
        raise LogUnreadable("unknown format")
    try:
        reader = _Reader(zlib.decompress(data[1:]), text, reasoning)
        reader.read_taken_back()
        entries = list(reader.entries())
    except LogUnreadable:
        raise
    except _DAMAGES as error:
        raise LogUnreadable("damaged log") from error
    if (reader.text_place, reader.reasoning_place) != (len(reader.text), len(reasoning)):
        raise LogUnreadable("the log is shorter than its text")
    return entries


def _taken_back(entries: Sequence[Logged]) -> str:
    """What stood before the model started over: it is in the log, but not in the reply's text."""
    places = [n for n, entry in enumerate(entries) if isinstance(entry.event, StartedOver)]
    before = entries[: places[-1]] if places else []
    events = [entry.event for entry in before]
    return "".join(event.text for event in events if isinstance(event, Continued | TextDelta))


def _put(body: bytearray, number: int) -> None:
    while number > 0x7F:
        body.append(number & 0x7F | 0x80)
        number >>= 7
    body.append(number)


def _put_payload(body: bytearray, event: Event) -> None:
    if isinstance(event, TextDelta | ReasoningDelta):
        _put(body, len(event.text))
        return
    # What a continued reply begins with is in its text already.
    fields = {"chars": len(event.text)} if isinstance(event, Continued) else asdict(event)
    payload = json.dumps(fields, separators=(",", ":")).encode() if fields else b""
    _put(body, len(payload))
    body += payload


@dataclass(slots=True)
class _Reader:
    """Walks through the bytes, the text and the reasoning at once."""

    body: bytes
    text: str
    reasoning: str
    place: int = 0
    text_place: int = 0
    reasoning_place: int = 0

    def read_taken_back(self) -> None:
        size = self._number()
        piece = self.body[self.place : self.place + size]
        self.text = piece.decode("utf-8", "surrogatepass") + self.text
        self.place += size

    def entries(self) -> Iterable[Logged]:
        ticks = seq = 0
        while self.place < len(self.body):
            kind = _KINDS[self._number()]
            ticks += self._number()
            yield Logged(seq, ticks * TICK_S, self._event(kind, self._number()))
            seq += 1

    def _event(self, kind: type[Event], size: int) -> Event:
        if kind is TextDelta:
            return TextDelta(self._text(size))
        if kind is ReasoningDelta:
            piece = self.reasoning[self.reasoning_place : self.reasoning_place + size]
            self.reasoning_place += size
            return ReasoningDelta(_whole(piece, size))
        fields = json.loads(self.body[self.place : self.place + size]) if size else {}
        self.place += size
        if kind is Continued:
            return Continued(self._text(fields["chars"]))
        return _with_values(kind, fields)

    def _text(self, size: int) -> str:
        piece = self.text[self.text_place : self.text_place + size]
        self.text_place += size
        return _whole(piece, size)

    def _number(self) -> int:
        number = shift = 0
        while True:
            byte = self.body[self.place]
            self.place += 1
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
            shift += 7


def _whole(piece: str, size: int) -> str:
    if len(piece) != size:
        raise LogUnreadable("the log is longer than its text")
    return piece


def _with_values(kind: type[Event], fields: dict[str, Any]) -> Event:
    if kind is UsageReported:
        return UsageReported(Usage(**fields["usage"]))
    if "failure" in fields:
        fields["failure"] = Failure(**fields["failure"])
    return kind(**fields)
