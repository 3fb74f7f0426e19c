"""The AI SDK's older data stream, which ai 4 reads: our events → its lines of code and JSON.

No SSE: a comment or an unknown code ends the answer, and an empty line is the only keep-alive.
Source: the parser of `@ai-sdk/ui-utils` 1.2.
"""

import json
from collections.abc import Callable, Iterator

from chat.api.answer_figures import figures_of
from chat.api.ui_messages import BROKEN_OFF, FINISH_REASONS
from chat.errors import Failure
from chat.events import (
    Continued,
    Failed,
    Finished,
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
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-cache",
    "x-vercel-ai-data-stream": "v1",
    "x-accel-buffering": "no",
    # Else the gzip middleware before our routes compresses it, and may hold it back.
    "content-encoding": "identity",
}
KEEP_ALIVE = b"\n"


class DataStreamEncoder:
    """Encodes one answer.

    Args:
        live: Whose id the message gets.
        explain: Gives the sentence of a failure; it must hold no key.
    """

    def __init__(self, live: LiveReply, explain: Callable[[Failure], str]) -> None:
        self._live = live
        self._explain = explain
        self._fold = ReplyFold()

    def encode(self, entry: Logged) -> str:
        """What the entry is on the wire; see `chat.api.broadcast.Encoder`."""
        self._fold.feed([entry])
        return "".join(f"{code}:{_json(value)}\n" for code, value in self._lines(entry))

    def _lines(self, entry: Logged) -> Iterator[tuple[str, object]]:
        if entry.seq == 0:
            yield "f", {"messageId": self._live.id}
        match entry.event:
            case ReasoningDelta(text):
                yield "g", text
            case TextDelta(text) | Continued(text):
                yield "0", text
            case Retrying() | Reconnecting() | SwitchedModel() | StartedOver():
                yield "2", [{"state": type(entry.event).__name__}]
            case Finished(reason):
                yield from self._ending(FINISH_REASONS[reason])
            case Stopped(by_visitor=True):
                yield from self._ending("other")
            case Failed(failure):
                yield from self._failed(self._explain(failure))
            case Stopped():
                yield from self._failed(BROKEN_OFF)
            case _:
                pass

    def _ending(self, reason: str) -> Iterator[tuple[str, object]]:
        usage = self._fold.usage
        counts = {
            "promptTokens": usage.prompt_tokens if usage is not None else None,
            "completionTokens": usage.completion_tokens if usage is not None else None,
        }
        yield "8", [figures_of(self._fold, self._live.conversation_id)]
        yield "e", {"finishReason": reason, "usage": counts, "isContinued": False}
        yield "d", {"finishReason": reason, "usage": counts}

    def _failed(self, sentence: str) -> Iterator[tuple[str, object]]:
        yield "8", [figures_of(self._fold, self._live.conversation_id)]
        yield "3", sentence


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
