"""Which failures another try can help, and how long to wait before it. No clock, no sleeping here.

This is the one retry layer: the SDK's own is off (`max_retries=0`). Written out because the waits
are events of the answer, seen by the visitor, and because what is retried is a stream that has
perhaps begun; libraries for retrying wrap a call that either returns or raises.
"""

from dataclasses import dataclass

from chat.errors import WHOLE_ANSWER, Failure, FailureKind

_MAY_PASS: frozenset[FailureKind] = frozenset(
    {
        "rate_limited",
        "model_unavailable",
        "overloaded",
        "timed_out",
        "connect_timeout",
        "first_event_timeout",
        "first_token_timeout",
        "gap_timeout",
        "connection_lost",
        "bad_answer",
        "interrupted",
    }
)
"""What may be over in a moment. All else fails the same way again, or is not ours to repeat."""

_MAY_PASS_REASONS = frozenset(
    {"capacity_exhausted", "temporarily_unavailable", "model_unavailable_upstream"}
)
"""Why a model has no endpoint, where that passes (OpenRouter's `availability.code`)."""

_ANOTHER_MODEL_HELPS: frozenset[FailureKind] = _MAY_PASS | {
    "daily_limit",
    "unknown_model",
    "no_endpoint",
    # Another model may take a longer prompt, or see nothing wrong in it, as in OpenRouter's own
    # fallbacks (https://openrouter.ai/docs/guides/routing/model-fallbacks).
    "too_long",
    "moderated",
}
"""Not in it: what is wrong with the key, the account's credits or the request, which the visitor
should hear of, and faults of this server."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How persistent we are.

    Attributes:
        tries: Requests to one model at most, before the first delta of an answer.
        total_s: Seconds from the first request (or from a break) within which the last one leaves.
        reconnects: How often an answer that has begun may break off and be taken up again.
        base_s: Upper bound of the first wait, in seconds; it doubles with each.
        cap_s: Upper bound of any wait that the upstream did not ask for, in seconds.
    """

    tries: int = 4
    total_s: float = 60.0
    reconnects: int = 3
    base_s: float = 1.0
    cap_s: float = 20.0

    def wait_s(
        self,
        failure: Failure,
        failed: int,
        most: int,
        elapsed_s: float,
        *,
        chance: float,
        now_epoch_s: float,
    ) -> float | None:
        """How long to wait before the next request; None for giving up.

        Args:
            failure: Why the last one failed.
            failed: How many have failed, from 1.
            most: How many may fail and be followed by another.
            elapsed_s: Seconds since the first request of the answer, or since it broke off.
            chance: A random number in [0, 1).
            now_epoch_s: The present moment, in seconds since 1970 (UTC).
        """
        if failed > most or not may_pass(failure):
            return None
        # Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
        jitter_s = chance * min(self.cap_s, self.base_s * 2 ** min(failed - 1, 30))
        told_s = _told_wait_s(failure, now_epoch_s)
        # Never earlier than asked, and not all at the same moment after it.
        wait_s = jitter_s if told_s is None else told_s + chance * self.base_s
        return wait_s if elapsed_s + wait_s <= self.total_s else None


def may_pass(failure: Failure) -> bool:
    """Whether the same request may succeed later, and soon enough to wait for it."""
    match failure.kind:
        case "daily_limit":
            # Only its reset helps; whether that is near enough is a question of the total.
            return failure.resets_epoch_s is not None
        case "no_endpoint":
            return failure.reason in _MAY_PASS_REASONS
        case "bad_answer" if failure.error_type == WHOLE_ANSWER:
            # Who does not stream now never will, and each such answer is paid for.
            return False
        case _:
            return failure.kind in _MAY_PASS


def may_switch(failure: Failure, model: str) -> bool:
    """Whether asking this other model instead may help."""
    if failure.kind == "daily_limit" and model.endswith(":free"):
        # The cap is the account's, over all free models (measured; see the two kinds of 429).
        return False
    return failure.kind in _ANOTHER_MODEL_HELPS


def _told_wait_s(failure: Failure, now_epoch_s: float) -> float | None:
    """How long the upstream said to wait, in seconds, or None.

    Its Retry-After says when to come back; the moment at which a limit is whole again says it only
    where nothing else does, or where it is the limit of the day, before whose end nothing helps.
    """
    reset_s = None
    if failure.resets_epoch_s is not None:
        reset_s = max(0.0, failure.resets_epoch_s - now_epoch_s)
    if failure.retry_after_s is None or (failure.kind == "daily_limit" and reset_s is not None):
        return reset_s
    return failure.retry_after_s
