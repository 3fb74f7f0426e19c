"""Everything that can go wrong, as one tree.

    ChatError
    ├── ProviderError            an answer could not be had; becomes a Failed event
    │   ├── KeyMissing           no key, and the model needs one
    │   ├── InvalidKey           401, or a key that cannot be one
    │   ├── OutOfCredits         402
    │   ├── Refused              403: permission, guardrail
    │   │   └── Moderated        403: moderation flagged the prompt or the answer
    │   ├── Rejected             400, 412, 422: the request itself is at fault
    │   │   └── TooLong          413, or more tokens than the model's context
    │   ├── RateLimited          429 of a shared pool: passes by itself
    │   │   └── DailyLimit       429 of the account's daily cap: only the reset helps
    │   ├── ModelUnavailable     404, 5xx
    │   │   ├── UnknownModel     no model of that id, or none any more
    │   │   ├── NoEndpoint       nobody serves the model under these settings
    │   │   └── Overloaded       503, 529
    │   ├── TimedOut             408, 504, 524: the upstream's own clock ran out
    │   │   ├── ConnectTimeout   the deadlines of ours, one each
    │   │   ├── FirstEventTimeout
    │   │   ├── FirstTokenTimeout
    │   │   ├── GapTimeout
    │   │   └── TotalTimeout
    │   ├── ConnectionLost       refused, reset, unknown host
    │   ├── BadAnswer            200 with something that is not a stream of chunks
    │   ├── ReplyInterrupted     the stream ended without a finish reason
    │   ├── CannotGoOn           a model does not go on from where an answer stopped
    │   ├── LimitReached         the visitor's own limit of tokens or cost; no fault
    │   ├── ServerBusy           this server answers as many as it may already
    │   └── InternalFault        a fault of ours
    └── StoreError               conversations cannot be read or written
        └── StoreRefused         the store will never take this; retrying is useless

The sentences a visitor reads are not here: `chat.ui.wording` has one for each kind. Which of them
are worth another try is in `chat.retry`.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, TypedDict, Unpack

FailureKind = Literal[
    "key_missing",
    "invalid_key",
    "out_of_credits",
    "refused",
    "moderated",
    "rejected",
    "too_long",
    "rate_limited",
    "daily_limit",
    "model_unavailable",
    "unknown_model",
    "no_endpoint",
    "overloaded",
    "timed_out",
    "connect_timeout",
    "first_event_timeout",
    "first_token_timeout",
    "gap_timeout",
    "total_timeout",
    "connection_lost",
    "bad_answer",
    "interrupted",
    "cannot_go_on",
    "limit_reached",
    "server_busy",
    "internal",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as it is logged, stored and shown. Holds no key and no traceback.

    Attributes:
        kind: Which branch of the tree.
        detail: The upstream's own words, shortened; "" where it said nothing.
        status: HTTP status or in-stream code, where there was one.
        retry_after_s: Seconds the upstream asked us to wait.
        error_type: The upstream's stable machine word, such as "rate_limit_exceeded"; or "".
        reason: Why there is no endpoint, as OpenRouter's `availability.code` says; or "".
        upstream_provider: The upstream provider that failed, where it was named; or "".
        affordable_tokens: What the account could pay for, in tokens of answer (402).
        resets_epoch_s: When a daily cap ends, in seconds since 1970 (UTC).
        endpoint: The name of the operator's own endpoint that was asked; "" for any other.
        is_lent_key: Whether OpenRouter was asked with this server's key, not with the visitor's.
    """

    kind: FailureKind
    detail: str = ""
    status: int | None = None
    retry_after_s: float | None = None
    error_type: str = ""
    reason: str = ""
    upstream_provider: str = ""
    affordable_tokens: int | None = None
    resets_epoch_s: float | None = None
    endpoint: str = ""
    is_lent_key: bool = False


class FailureMore(TypedDict, total=False):
    """The rarer fields of a `Failure` that an upstream tells."""

    retry_after_s: float | None
    error_type: str
    reason: str
    upstream_provider: str
    affordable_tokens: int | None
    resets_epoch_s: float | None


class ChatError(Exception):
    """Anything this app raises on purpose."""


class ProviderError(ChatError):
    """An answer could not be had.

    Args:
        detail: The upstream's own words; must hold no key.
        status: HTTP status or in-stream code, where there was one.
        more: The rarer fields of `Failure`.
    """

    kind: ClassVar[FailureKind] = "internal"

    def __init__(
        self, detail: str = "", *, status: int | None = None, **more: Unpack[FailureMore]
    ) -> None:
        super().__init__(self.kind)
        self.failure = Failure(self.kind, detail, status, **more)


class KeyMissing(ProviderError):  # noqa: N818 - the tree's names say what happened, not "Error"
    """No key was given and the model needs one. Retrying is useless."""

    kind = "key_missing"


class InvalidKey(ProviderError):  # noqa: N818
    """The key was refused, or cannot be one. Retrying is useless."""

    kind = "invalid_key"


class OutOfCredits(ProviderError):  # noqa: N818
    """The account cannot afford the answer. Fewer max tokens may help."""

    kind = "out_of_credits"


class Refused(ProviderError):  # noqa: N818
    """Permission, guardrail or moderation said no. Retrying is useless."""

    kind: ClassVar[FailureKind] = "refused"


class Moderated(Refused):
    """Moderation flagged prompt or answer; of type DECLINED the model did. Rewording may help."""

    kind = "moderated"


class Rejected(ProviderError):  # noqa: N818
    """The request itself is at fault. Retrying is useless."""

    kind: ClassVar[FailureKind] = "rejected"


class TooLong(Rejected):
    """More than the model or its provider takes. Shortening helps."""

    kind = "too_long"


class RateLimited(ProviderError):  # noqa: N818
    """Too many requests. Retrying after `retry_after_s` may help."""

    kind: ClassVar[FailureKind] = "rate_limited"


class DailyLimit(RateLimited):
    """The account's daily cap on free models. Only its reset helps, at `resets_epoch_s`."""

    kind = "daily_limit"


class ModelUnavailable(ProviderError):  # noqa: N818
    """The model cannot answer now. Retrying may help."""

    kind: ClassVar[FailureKind] = "model_unavailable"


class UnknownModel(ModelUnavailable):
    """There is no model of that id, or none any more. Another model helps."""

    kind = "unknown_model"


class NoEndpoint(ModelUnavailable):
    """Nobody serves the model under these settings; `reason` says why."""

    kind = "no_endpoint"


class Overloaded(ModelUnavailable):
    """The upstream has more to do than it can. Retrying later may help."""

    kind = "overloaded"


class TimedOut(ProviderError):  # noqa: N818
    """Nothing came for too long. Retrying may help."""

    kind: ClassVar[FailureKind] = "timed_out"


class ConnectTimeout(TimedOut):
    """The upstream took no connection in time."""

    kind = "connect_timeout"


class FirstEventTimeout(TimedOut):
    """The upstream took the request and said nothing in time."""

    kind = "first_event_timeout"


class FirstTokenTimeout(TimedOut):
    """No reasoning and no text came in time."""

    kind = "first_token_timeout"


class GapTimeout(TimedOut):
    """Text came, and then nothing for too long. What came is kept."""

    kind = "gap_timeout"


class TotalTimeout(TimedOut):
    """The whole answer took too long. What came is kept."""

    kind = "total_timeout"


BROKE_OFF, WHOLE_ANSWER, DECLINED = "broke_off", "whole_answer", "refusal"


class ConnectionLost(ProviderError):  # noqa: N818
    """Not reached, or of type BROKE_OFF: it was there and went away. Retrying may help."""

    kind = "connection_lost"


class BadAnswer(ProviderError):  # noqa: N818
    """No stream of chunks; of type WHOLE_ANSWER where it was an answer, and so is paid for."""

    kind = "bad_answer"


class ReplyInterrupted(ProviderError):  # noqa: N818
    """The stream ended without a finish reason. What came is kept."""

    kind = "interrupted"


class CannotGoOn(ProviderError):  # noqa: N818
    """The model does not go on from where the answer stopped; asking it again is useless."""

    kind = "cannot_go_on"


class LimitReached(ProviderError):  # noqa: N818
    """The visitor's own limit of tokens or cost is reached; `detail` says which."""

    kind = "limit_reached"


class ServerBusy(ProviderError):  # noqa: N818
    """This server answers as many as it may. Retrying in a moment may help."""

    kind = "server_busy"


class InternalFault(ProviderError):  # noqa: N818
    """A fault of ours; details are in the server's log."""

    kind = "internal"


class StoreError(ChatError):
    """Conversations cannot be read or written right now. Retrying may help."""


class StoreRefused(StoreError):  # noqa: N818
    """The store will never take this: a foreign conversation, or text that no database holds."""
