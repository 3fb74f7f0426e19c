"""What a stream can say: small frozen values, one for each thing that happens to an answer.

A provider yields them, the live log numbers and times them, everything else is a fold over them.
"""

from dataclasses import dataclass
from typing import Literal

from chat.errors import Failure

FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]


@dataclass(frozen=True, slots=True)
class RequestSent:
    """A request is about to leave. The first starts the stopwatch; each later one is another try.

    Attributes:
        attempt: From 1; counts anew for each model and after each reconnection.
        model: Whom it goes to where that is not the model that was chosen, or None.
    """

    attempt: int = 1
    model: str | None = None


@dataclass(frozen=True, slots=True)
class RequestLeft:
    """The connection is there, and the first byte of the request leaves. Not told by everybody."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The upstream answered with a stream, or told more about who answers.

    May come twice: at the response headers, and again once the first chunk names the model.

    Attributes:
        generation_id: OpenRouter's `gen-…` id, for `/generation`.
        model: The model that really answers; often a dated form of the one asked for.
        upstream_provider: OpenRouter's own provider, such as "Azure".
    """

    generation_id: str | None = None
    model: str | None = None
    upstream_provider: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A keep-alive before the first chunk: the upstream has the request and has not begun."""


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's reasoning; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the upstream counted, in its own tokenizer's tokens.

    Attributes:
        cost_usd: What the account was charged, in USD; None where nobody said.
    """

    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The upstream's count of tokens and cost."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Continued:
    """The answer begins with text that was there before; the model is asked to go on from it.

    The text counts for nothing that is measured.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Retrying:
    """A try failed before the first delta; after a wait another request is sent.

    Attributes:
        failure: Why.
        attempt: The number of the try to come; 2 is the first that is one again.
        of: How many tries there are at most.
        wait_s: How long is waited before it, in seconds.
    """

    failure: Failure
    attempt: int
    of: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class SwitchedModel:
    """The model asked so far could not answer; the next request goes to another one.

    Attributes:
        model: The model that is asked from now on.
        failure: Why the one before it could not.
    """

    model: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """The answer broke off after its first delta; after a wait the model is asked to go on.

    The text before stays and the text after goes on from its last character: the seam is here.

    Attributes:
        failure: Why.
        attempt: How often it has broken off so far, from 1.
        of: How often it may at most.
        wait_s: How long is waited before the model is asked again, in seconds.
    """

    failure: Failure
    attempt: int
    of: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class StartedOver:
    """The model began again instead of going on: what `Continued` brought is not part of this."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer ended with a finish reason.

    Attributes:
        reason: OpenRouter's normalised word.
        native_reason: The upstream provider's own word, where it differs.
    """

    reason: FinishReason
    native_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer ended with an error; what came before it is kept."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Stopped:
    """The visitor (or the closing server) stopped the answer.

    Attributes:
        by_visitor: False when the server went down under the answer.
    """

    by_visitor: bool = True


Event = (
    RequestSent
    | RequestLeft
    | Opened
    | Waiting
    | Continued
    | StartedOver
    | Retrying
    | SwitchedModel
    | Reconnecting
    | ReasoningDelta
    | TextDelta
    | UsageReported
    | Finished
    | Failed
    | Stopped
)
Ending = Finished | Failed | Stopped
ENDINGS = (Finished, Failed, Stopped)


@dataclass(frozen=True, slots=True)
class Logged:
    """An event with its place in the log.

    Attributes:
        seq: Position, from 0, without gaps.
        at_s: Seconds on the engine's monotonic clock when it arrived.
    """

    seq: int
    at_s: float
    event: Event
