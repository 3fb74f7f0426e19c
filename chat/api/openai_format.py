"""OpenAI's chat completions on the wire: our events → chunks, or one whole completion.

What clients check: `choices[].index` and `delta`, a `finish_reason` that is there also as null, a
usage chunk with empty `choices` only when it was asked for, `[DONE]` at the end, and errors as
`{"error": {message, type, code}}`. Source: https://platform.openai.com/docs/api-reference/chat
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator

from chat.errors import Failure, FailureKind
from chat.events import (
    Continued,
    Failed,
    Finished,
    Logged,
    ReasoningDelta,
    Stopped,
    TextDelta,
)
from chat.live import LiveReply
from chat.metrics import answer_tokens
from chat.reply import ReplyFold

HEADERS = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
}
KEEP_ALIVE = b": keep-alive\n\n"
STOPPED = "The answer was stopped."

_STATUS_OF: dict[FailureKind, int] = {
    "key_missing": 401,
    "limit_reached": 402,
    "server_busy": 503,
    "model_unavailable": 503,
    "timed_out": 504,
    "connect_timeout": 504,
    "first_event_timeout": 504,
    "first_token_timeout": 504,
    "gap_timeout": 504,
    "total_timeout": 504,
    "internal": 500,
}
"""Kinds that come without an upstream's status."""

_ABOUT_A_KEY: frozenset[FailureKind] = frozenset({"invalid_key", "out_of_credits"})

Body = dict[str, object]


class OpenAIEncoder:
    """Encodes one answer as a stream of chunks.

    Args:
        live: Whose id the completion gets.
        explain: Gives the sentence of a failure; it must hold no key.
        has_usage: Whether the client asked for the usage chunk (`stream_options.include_usage`).
        created_s: When it was asked for, in seconds since 1970.
    """

    def __init__(
        self,
        live: LiveReply,
        explain: Callable[[Failure], str],
        *,
        has_usage: bool,
        created_s: float | None = None,
    ) -> None:
        self._live = live
        self._explain = explain
        self._has_usage = has_usage
        self._created = int(time.time() if created_s is None else created_s)
        self._fold = ReplyFold()

    def encode(self, entry: Logged) -> str:
        """What the entry is on the wire; see `chat.api.broadcast.Encoder`."""
        self._fold.feed([entry])
        events = "".join(f"data: {_json(body)}\n\n" for body in self._bodies(entry))
        return events + ("data: [DONE]\n\n" if self._fold.outcome is not None else "")

    def _bodies(self, entry: Logged) -> Iterator[Body]:
        match entry.event:
            case _ if entry.seq == 0:
                yield self._chunk({"role": "assistant", "content": ""})
            case ReasoningDelta(text):
                yield self._chunk({"reasoning": text})
            case TextDelta(text) | Continued(text):
                yield self._chunk({"content": text})
            case Finished(reason):
                yield self._chunk({}, finish_reason=reason)
                if self._has_usage:
                    yield {**self._head(), "choices": [], "usage": usage_of(self._fold)}
            case Failed(failure):
                yield error_body(self._explain(failure), failure)
            case Stopped():
                yield error_body(STOPPED, None)
            case _:
                pass

    def _chunk(self, delta: Body, finish_reason: str | None = None) -> Body:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return {**self._head(), "choices": [choice]}

    def _head(self) -> Body:
        return {
            "id": completion_id(self._live),
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._fold.served_model or self._live.model,
        }


def completion_id(live: LiveReply) -> str:
    """What a client calls the answer."""
    return f"chatcmpl-{live.id}"


def completion_of(live: LiveReply, entries: Iterable[Logged], created_s: float) -> Body:
    """The whole answer as one body; of an answer that finished."""
    fold = ReplyFold()
    reason = "stop"
    for entry in entries:
        fold.feed([entry])
        if isinstance(entry.event, Finished):
            reason = entry.event.reason
    message: Body = {"role": "assistant", "content": fold.text}
    if fold.reasoning:
        message["reasoning"] = fold.reasoning
    return {
        "id": completion_id(live),
        "object": "chat.completion",
        "created": int(created_s),
        "model": fold.served_model or live.model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": usage_of(fold),
    }


def usage_of(fold: ReplyFold) -> Body:
    """Tokens as the upstream counted them; where it did not, the answer's are an estimate."""
    usage = fold.usage
    if usage is None:
        count = answer_tokens(None, fold.text_chars + fold.reasoning_chars, fold.parts).count
        # Clients insist on the three counts; that nobody counted them is said beside.
        return {
            "prompt_tokens": 0,
            "completion_tokens": count,
            "total_tokens": count,
            "is_estimated": True,
        }
    body: Body = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
    if usage.reasoning_tokens is not None:
        body["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    if usage.cached_tokens is not None:
        body["prompt_tokens_details"] = {"cached_tokens": usage.cached_tokens}
    if usage.cost_usd is not None:
        body["cost"] = usage.cost_usd
    return body


def http_status(failure: Failure) -> int:
    """The HTTP status of an answer that failed: the upstream's own, else one for its kind."""
    if failure.kind in _ABOUT_A_KEY and (failure.endpoint or failure.is_lent_key):
        return 502  # the key that is at fault is this server's, not the client's
    if failure.status is not None and 400 <= failure.status < 600:
        return failure.status
    return _STATUS_OF.get(failure.kind, 502)


def error_body(sentence: str, failure: Failure | None, kind: str = "server_error") -> Body:
    """An error in OpenAI's shape.

    Args:
        sentence: What a person reads.
        failure: What it was, where an upstream failed.
        kind: The type, where there is no failure.
    """
    kind = failure.kind if failure is not None else kind
    code = failure.status if failure is not None else None
    return {"error": {"message": sentence, "type": kind, "param": None, "code": code}}


def _json(body: Body) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
