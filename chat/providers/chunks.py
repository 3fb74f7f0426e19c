"""Chunks of the SDK → our events: a small decoder without I/O.

Sources of its rules: OpenRouter's streaming pages and recordings of its wire. Two of them matter
most: usage may come on a chunk without choices or on one that repeats the finish reason, and an
error may stand inside a choice of a healthy-looking chunk.
"""

from collections.abc import Iterator

from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import Choice

from chat.errors import BadAnswer
from chat.events import (
    Event,
    Finished,
    FinishReason,
    Opened,
    ReasoningDelta,
    TextDelta,
    Usage,
    UsageReported,
)
from chat.providers.openai_errors import error_of_stream

_FINISH_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}


class ChunkReader:
    """Reads one stream; feed it each chunk once, then call `end`."""

    def __init__(self) -> None:
        self._finish: tuple[FinishReason, str | None] | None = None
        self._usage: Usage | None = None
        self._opened: Opened | None = None
        self._text = _SurrogateMender()
        self._reasoning = _SurrogateMender()

    @property
    def has_finished(self) -> bool:
        """Whether a finish reason has been seen."""
        return self._finish is not None

    def read(self, chunk: ChatCompletionChunk) -> Iterator[Event]:
        """The events of one chunk.

        Raises:
            ProviderError: the chunk says that the answer failed.
        """
        opened = Opened(chunk.id or None, chunk.model or None, getattr(chunk, "provider", None))
        if opened != self._opened:
            self._opened = opened
            yield opened
        if chunk.usage is not None:
            self._usage = _usage_of(chunk.usage)
        # The SDK's types promise a list; the wire has been seen without one.
        for choice in (chunk.choices or [])[:1]:
            yield from self._read_choice(choice)

    def end(self) -> Iterator[Event]:
        """What only the end of the stream makes certain: usage, then the finish reason."""
        yield from _as_text(self._text.flush())
        if self._usage is not None:
            yield UsageReported(self._usage)
        if self._finish is not None:
            yield Finished(*self._finish)

    def _read_choice(self, choice: Choice) -> Iterator[Event]:
        error = getattr(choice, "error", None)
        reason = choice.finish_reason
        delta = choice.delta
        if delta is not None:
            reasoning = self._reasoning.mend(getattr(delta, "reasoning", None) or "")
            if reasoning:
                yield ReasoningDelta(reasoning)
            yield from _as_text(self._text.mend(delta.content or ""))
        if error is not None or str(reason) == "error":
            raise error_of_stream(error)
        if reason is not None:
            known = _FINISH_REASONS.get(reason)
            if known is None:
                raise BadAnswer(f"The stream ended with an unknown reason: {str(reason)[:40]}")
            native = getattr(choice, "native_finish_reason", None)
            self._finish = (known, native if native != known else None)


def _as_text(text: str) -> Iterator[Event]:
    if text:
        yield TextDelta(text)


def _usage_of(usage: CompletionUsage) -> Usage:
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    cost = getattr(usage, "cost", None)
    return Usage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        reasoning_tokens=completion.reasoning_tokens if completion else None,
        cached_tokens=prompt.cached_tokens if prompt else None,
        cost_usd=float(cost) if isinstance(cost, int | float) else None,
    )


class _SurrogateMender:
    """Joins UTF-16 halves that JSON escapes left in two deltas; a lone half becomes U+FFFD.

    Such a half can neither be stored nor sent on, and one would block the whole answer.
    """

    def __init__(self) -> None:
        self._held = ""

    def mend(self, text: str) -> str:
        text, self._held = self._held + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        return text if text.isascii() else _joined(text)

    def flush(self) -> str:
        held, self._held = self._held, ""
        return _joined(held)


def _joined(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
