"""Chunks of the SDK → our events: a small decoder without I/O.

Sources of its rules: OpenRouter's streaming pages and recordings of its wire. Two of them matter
most: usage may come on a chunk without choices or on one that repeats the finish reason, and an
error may stand inside a choice of a healthy-looking chunk. Chunks come as the JSON that they are:
the SDK checks no shape, and building its types takes longer than all the rest of the way from the
socket to the log. What is not text or a count is not believed.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from chat.errors import DECLINED, BadAnswer, Moderated
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
from chat.providers.error_bodies import error_in

WORD_CHARS = 200

Json = Any
"""A value of a decoded JSON text, whose shape nobody has checked."""

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
        self._said: tuple[Json, ...] = ()
        self._opened: Opened | None = None
        self._text = _SurrogateMender()
        self._reasoning = _SurrogateMender()
        self._declined = ""

    @property
    def declined(self) -> Moderated | None:
        """What the model said in the place of an answer, where it declined to give one.

        Source: https://platform.openai.com/docs/api-reference/chat-streaming, `delta.refusal`
        """
        said = join_halves(self._declined).strip()
        return Moderated(said, error_type=DECLINED) if said else None

    @property
    def has_finished(self) -> bool:
        """Whether a finish reason has been seen."""
        return self._finish is not None

    def read(self, chunk: Json) -> Iterator[Event]:
        """The events of one chunk.

        Raises:
            ProviderError: the chunk says that the answer failed, or is none.
        """
        try:
            yield from self._read(chunk)
        except (AttributeError, LookupError, TypeError, ValueError):
            raise BadAnswer("A part of the stream has a shape that is not the API's.") from None

    def _read(self, chunk: Json) -> Iterator[Event]:
        yield from self._read_head(chunk)
        # The API promises a list; the wire has been seen without one.
        for choice in (chunk.get("choices") or [])[:1]:
            yield from self._read_choice(choice)

    def read_failed(self, chunk: Mapping[str, Json]) -> Iterator[Event]:
        """Who answered, and the usage, from the JSON of a chunk that the SDK refused to show."""
        with suppress(AttributeError, LookupError, TypeError, ValueError):
            yield from self._read_head(chunk)

    def end(self, *, is_whole: bool = True) -> Iterator[Event]:
        """What only the end of the stream makes certain: usage, then the finish reason.

        Args:
            is_whole: False where the answer failed; a finish reason then counts for nothing.
        """
        reasoning, text = self._reasoning.flush(), self._text.flush()
        if reasoning:
            yield ReasoningDelta(reasoning)
        yield from _as_text(text)
        if self._usage is not None:
            yield UsageReported(self._usage)
        if self._finish is not None and is_whole:
            yield Finished(*self._finish)

    def _read_head(self, chunk: Json) -> Iterator[Event]:
        said = (chunk.get("id"), chunk.get("model"), chunk.get("provider"))
        if said != self._said:  # every chunk says it again
            self._said = said
            opened = Opened(*map(_word, said))
            if opened != self._opened:
                self._opened = opened
                yield opened
        self._usage = _usage_of(chunk.get("usage")) or self._usage

    def _read_choice(self, choice: Json) -> Iterator[Event]:
        error = choice.get("error")
        reason = choice.get("finish_reason")
        delta = choice.get("delta")
        if delta is not None:
            reasoning = self._reasoning.mend(delta.get("reasoning") or "")
            if reasoning:
                yield ReasoningDelta(reasoning)
            yield from _as_text(self._text.mend(delta.get("content") or ""))
            self._declined += delta.get("refusal") or ""
        if error is not None or str(reason) == "error":
            raise error_in(error)
        # Some servers say "" until there is a reason.
        if reason:
            known = _FINISH_REASONS.get(reason)
            if known is None:
                raise BadAnswer(f"The stream ended with an unknown reason: {str(reason)[:40]}")
            native = _word(choice.get("native_finish_reason"))
            self._finish = (known, native if native != known else None)


def _as_text(text: str) -> Iterator[Event]:
    if text:
        yield TextDelta(text)


def _usage_of(usage: Json) -> Usage | None:
    """The counts, or None where one that matters is missing or no count."""
    if usage is None:
        return None
    prompt, completion = count_in(usage, "prompt_tokens"), count_in(usage, "completion_tokens")
    if prompt is None or completion is None:
        return None
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=count_in(usage.get("completion_tokens_details"), "reasoning_tokens"),
        cached_tokens=count_in(usage.get("prompt_tokens_details"), "cached_tokens"),
        cost_usd=amount_of(usage.get("cost")),
    )


def count_in(owner: object, name: str) -> int | None:
    """A count that a JSON object has under a name; None where it is none."""
    value = owner.get(name) if isinstance(owner, Mapping) else None
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
    return value if is_count else None


def amount_of(value: object) -> float | None:
    """A number that is not negative; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < math.inf else None


def _word(value: object) -> str | None:
    """A name that can be stored and shown, or None."""
    return join_halves(value)[:WORD_CHARS] if isinstance(value, str) and value else None


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
        return text if text.isascii() and "\0" not in text else join_halves(text)

    def flush(self) -> str:
        held, self._held = self._held, ""
        return join_halves(held)


def join_halves(text: str) -> str:
    """The text with UTF-16 halves joined to characters; a lone half, or NUL, becomes U+FFFD."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\0", "\ufffd")
