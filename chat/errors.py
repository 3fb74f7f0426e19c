"""Everything that can go wrong, as one tree.

    ChatError
    ├── ProviderError            an answer could not be had; becomes a Failed event
    │   ├── KeyMissing           no key, and the model needs one
    │   ├── InvalidKey           401, or a key that cannot be one
    │   ├── OutOfCredits         402
    │   ├── Refused              403: permission, guardrail, moderation
    │   ├── Rejected             400, 413, 422: the request itself is at fault
    │   ├── RateLimited          429
    │   ├── ModelUnavailable     404, 5xx
    │   ├── TimedOut             nothing came for too long
    │   ├── ConnectionLost       refused, reset, unknown host
    │   ├── BadAnswer            200 with something that is not a stream of chunks
    │   ├── ReplyInterrupted     the stream ended without a finish reason
    │   └── InternalFault        a fault of ours
    └── StoreError               conversations cannot be read or written
        └── StoreRefused         the store will never take this; retrying is useless

The sentences a visitor reads are not here: `chat.ui.wording` has one for each kind.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

FailureKind = Literal[
    "key_missing",
    "invalid_key",
    "out_of_credits",
    "refused",
    "rejected",
    "rate_limited",
    "model_unavailable",
    "timed_out",
    "connection_lost",
    "bad_answer",
    "interrupted",
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
    """

    kind: FailureKind
    detail: str = ""
    status: int | None = None
    retry_after_s: float | None = None


class ChatError(Exception):
    """Anything this app raises on purpose."""


class ProviderError(ChatError):
    """An answer could not be had.

    Args:
        detail: The upstream's own words; must hold no key.
        status: HTTP status or in-stream code, where there was one.
        retry_after_s: Seconds the upstream asked us to wait.
    """

    kind: ClassVar[FailureKind] = "internal"

    def __init__(
        self, detail: str = "", *, status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(self.kind)
        self.failure = Failure(self.kind, detail, status, retry_after_s)


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

    kind = "refused"


class Rejected(ProviderError):  # noqa: N818
    """The request itself is at fault. Retrying is useless."""

    kind = "rejected"


class RateLimited(ProviderError):  # noqa: N818
    """Too many requests. Retrying after `retry_after_s` may help."""

    kind = "rate_limited"


class ModelUnavailable(ProviderError):  # noqa: N818
    """The model cannot answer now. Retrying may help."""

    kind = "model_unavailable"


class TimedOut(ProviderError):  # noqa: N818
    """Nothing came for too long. Retrying may help."""

    kind = "timed_out"


class ConnectionLost(ProviderError):  # noqa: N818
    """The upstream cannot be reached or went away. Retrying may help."""

    kind = "connection_lost"


class BadAnswer(ProviderError):  # noqa: N818
    """The upstream answered with something that is no stream of chunks."""

    kind = "bad_answer"


class ReplyInterrupted(ProviderError):  # noqa: N818
    """The stream ended without a finish reason. What came is kept."""

    kind = "interrupted"


class InternalFault(ProviderError):  # noqa: N818
    """A fault of ours; details are in the server's log."""

    kind = "internal"


class StoreError(ChatError):
    """Conversations cannot be read or written right now. Retrying may help."""


class StoreRefused(StoreError):  # noqa: N818
    """The store will never take this: a foreign conversation, or text that no database holds."""
