"""The AI SDK's UI message stream, version 1, which ai 5, 6 and 7 read: our events → its parts.

Only parts and fields that the strict older clients take as well (ai ≥ 5.0.92, 6.0.0, 7.0.0): they
end the whole answer at an unknown field. What they have no part for goes out as `data-status`.
Source: https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol and the schemas of the packages.
"""

import json
from collections.abc import Callable, Iterator

from chat.api.answer_figures import figures_of
from chat.errors import Failure
from chat.events import (
    Continued,
    Failed,
    Finished,
    FinishReason,
    Logged,
    ReasoningDelta,
    Reconnecting,
    Retrying,
    StartedOver,
    Stopped,
    SwitchedModel,
    TextDelta,
)
from chat.live import LiveReply
from chat.reply import ReplyFold

HEADERS = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "x-vercel-ai-ui-message-stream": "v1",
    "x-accel-buffering": "no",
}
KEEP_ALIVE = b": keep-alive\n\n"
DONE = "data: [DONE]\n\n"
BROKEN_OFF = "The server stopped before the answer was finished."

FINISH_REASONS: dict[FinishReason, str] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content-filter",
    "tool_calls": "tool-calls",
}
"""Any other spelling ends the answer in some version of the client."""

Part = dict[str, object]


class UiMessageEncoder:
    """Encodes one answer.

    Args:
        live: Whose ids the message gets.
        explain: Gives the sentence of a failure; it must hold no key.
    """

    def __init__(self, live: LiveReply, explain: Callable[[Failure], str]) -> None:
        self._live = live
        self._explain = explain
        self._fold = ReplyFold()
        self._open: tuple[str, str] | None = None
        self._parts = 0

    def encode(self, entry: Logged) -> str:
        """What the entry is on the wire; see `chat.api.broadcast.Encoder`."""
        self._fold.feed([entry])
        events = "".join(f"data: {_json(part)}\n\n" for part in self._parts_of(entry))
        return events + (DONE if self._fold.outcome is not None else "")

    def _parts_of(self, entry: Logged) -> Iterator[Part]:
        if entry.seq == 0:
            metadata = {"model": self._live.model, "conversationId": self._live.conversation_id}
            yield {"type": "start", "messageId": self._live.id, "messageMetadata": metadata}
            yield {"type": "start-step"}
        match entry.event:
            case ReasoningDelta(text):
                yield from self._delta("reasoning", text)
            case TextDelta(text) | Continued(text):
                yield from self._delta("text", text)
            case StartedOver():
                yield from self._close()
                yield _status("started-over")
            case Retrying(_, attempt, of, wait_s):
                yield _status("retrying", attempt=attempt, of=of, waitMs=round(wait_s * 1000))
            case Reconnecting(_, attempt, of, wait_s):
                yield _status("reconnecting", attempt=attempt, of=of, waitMs=round(wait_s * 1000))
            case SwitchedModel(model):
                yield _status("switched-model", model=model)
            case Finished() | Failed() | Stopped():
                yield from self._close()
                yield from self._ending(entry.event)
            case _:
                pass

    def _delta(self, kind: str, text: str) -> Iterator[Part]:
        if self._open is None or self._open[0] != kind:
            yield from self._close()
            self._parts += 1
            self._open = (kind, f"{kind}-{self._parts}")
            yield {"type": f"{kind}-start", "id": self._open[1]}
        yield {"type": f"{kind}-delta", "id": self._open[1], "delta": text}

    def _close(self) -> Iterator[Part]:
        if self._open is not None:
            kind, part_id = self._open
            self._open = None
            yield {"type": f"{kind}-end", "id": part_id}

    def _ending(self, event: Finished | Failed | Stopped) -> Iterator[Part]:
        metadata = figures_of(self._fold, self._live.conversation_id)
        if isinstance(event, Finished):
            yield {"type": "finish-step"}
            reason = FINISH_REASONS[event.reason]
            yield {"type": "finish", "finishReason": reason, "messageMetadata": metadata}
            return
        yield {"type": "message-metadata", "messageMetadata": metadata}
        if isinstance(event, Failed):
            yield {"type": "error", "errorText": self._explain(event.failure)}
        elif event.by_visitor:
            yield {"type": "abort"}
        else:
            # A clean end without `finish` would count as success.
            yield {"type": "error", "errorText": BROKEN_OFF}


def _status(state: str, **more: object) -> Part:
    """A passing state of the answer, which never becomes a part of the message."""
    return {"type": "data-status", "data": {"state": state, **more}, "transient": True}


def _json(part: Part) -> str:
    return json.dumps(part, ensure_ascii=False, separators=(",", ":"))
