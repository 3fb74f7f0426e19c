"""Every sentence a visitor reads when something did not go as wished, and what can be done."""

from dataclasses import replace
from math import ceil

from chat import errors
from chat.conversations import Outcome
from chat.errors import Failure, FailureKind
from chat.refusals import RefusalReason
from chat.ui.explanation import Explanation
from chat.ui.reasons import reset_line, why_nobody
from chat.ui.servers_wording import (
    lower_tokens,
    name_provider,
    payer_of,
    until_reset,
    with_whose_key,
)

NOT_FOUND = "This conversation does not exist, or it is not yours."

_RETRY_OR_OTHER = "Try again, or choose another model."
_COUNTED_DOWN = "Wait for the countdown, or choose another model."
_KEPT = "What arrived is kept."

_FAILURES: dict[FailureKind, Explanation] = {
    "key_missing": Explanation(
        "This model needs an OpenRouter key.",
        "Paste yours in the sidebar, or choose a model that needs none.",
        "enter_key",
    ),
    "invalid_key": Explanation(
        "OpenRouter does not accept this key.", "Check the key in the sidebar.", "enter_key"
    ),
    "out_of_credits": Explanation(
        "The account behind this key cannot pay for this answer.",
        "Add credits at OpenRouter, or choose a free model.",
        "choose_model",
    ),
    "refused": Explanation(
        "The provider refused this request.",
        "Choose another model, or use a key that may ask this one.",
        "choose_model",
    ),
    "moderated": Explanation(
        "Moderation flagged this request.", "Reword the message, or choose another model.", "reword"
    ),
    "rejected": Explanation(
        "The provider did not accept this request.",
        "Change the message or the parameters, or choose another model.",
        "choose_model",
    ),
    "too_long": Explanation(
        "This conversation is longer than the model takes.",
        "Shorten the message, begin a new chat, or choose a model with more context.",
        "shorten",
    ),
    "rate_limited": Explanation(
        "Too many requests for this model right now.",
        "Wait a moment, or choose another model.",
        "wait",
    ),
    "daily_limit": Explanation(
        "Today's free requests of this account are used up.",
        "Free models answer again at midnight UTC. Until then, choose one that is not free.",
        "choose_model",
    ),
    "model_unavailable": Explanation("The model cannot answer right now.", _RETRY_OR_OTHER),
    "unknown_model": Explanation(
        "There is no model of this id, or none any more.", "Choose another model.", "choose_model"
    ),
    "no_endpoint": Explanation(
        "Nobody serves this model under the present settings.",
        "Choose another model, or change the account's privacy settings.",
        "choose_model",
    ),
    "overloaded": Explanation(
        "The provider has more requests than it can answer.",
        "Wait a moment, or choose another model.",
        "wait",
    ),
    "timed_out": Explanation(
        "The provider took too long to answer.", "Try again, or choose a faster model.", "retry"
    ),
    "connect_timeout": Explanation(
        "The provider took no connection in time.", "Check the network, then try again.", "retry"
    ),
    "first_event_timeout": Explanation(
        "The provider took the request and then said nothing.", _RETRY_OR_OTHER, "retry"
    ),
    "first_token_timeout": Explanation(
        "The first word did not come in time.", "Try again, or choose a faster model.", "retry"
    ),
    "gap_timeout": Explanation(
        "The answer stalled.", f"{_KEPT} Continue it, or try again.", "continue"
    ),
    "total_timeout": Explanation(
        "The answer took longer than this server waits.",
        f"{_KEPT} Continue it, or ask for a shorter one.",
        "continue",
    ),
    "connection_lost": Explanation(
        "The provider cannot be reached.", "Check the network, then try again.", "retry"
    ),
    "bad_answer": Explanation(
        "The provider sent something that is not an answer.", _RETRY_OR_OTHER, "retry"
    ),
    "interrupted": Explanation(
        "The answer broke off before its end.", f"{_KEPT} Continue it, or try again.", "continue"
    ),
    "cannot_go_on": Explanation(
        "The model did not go on from where the answer stopped.",
        f"{_KEPT} Continue it with another model, or try again.",
        "continue_with",
    ),
    "limit_reached": Explanation(
        "Your limit for an answer is reached.",
        "Raise the limit in the sidebar, then continue.",
        "raise_limit",
    ),
    "server_busy": Explanation(
        "This server is answering as many people as it can.", "Try again in a moment.", "wait"
    ),
    "internal": Explanation(
        "Something went wrong on this server.",
        "Try again; the server's log has the details.",
        "retry",
    ),
}

_ENDINGS: dict[Outcome, Explanation] = {
    "truncated": Explanation(
        "The answer was cut off at the token limit.",
        "Continue it, or raise max tokens in the sidebar.",
        "continue",
    ),
    "filtered": Explanation(
        "The content filter of the model's provider ended the answer.",
        "Reword the message, or choose another model.",
        "reword",
    ),
    "interrupted": Explanation(
        "The server stopped before the end of the answer.",
        f"{_KEPT} Continue it, or try again.",
        "continue",
    ),
}
"""Endings that no failure explains."""

_SAY_IT_ALL: frozenset[FailureKind] = frozenset(
    {
        "daily_limit",
        "interrupted",
        "bad_answer",
        "connection_lost",
        "connect_timeout",
        "first_event_timeout",
        "first_token_timeout",
        "gap_timeout",
        "total_timeout",
        "internal",
    }
)
"""Kinds whose details only say the same in other words; they are in the folded facts."""

_HALF_WAY: dict[FailureKind, str] = {
    "model_unavailable": "The answer ended with an error.",
    "overloaded": "The provider had too much to do to go on.",
    "bad_answer": "The provider sent something unreadable in the middle of the answer.",
}
"""What happened, where the model had begun to answer."""
_BEFORE_A_WORD: dict[FailureKind, str] = {"interrupted": "The answer ended before its first word."}

_REFUSALS: dict[RefusalReason, str] = {
    "empty": "There is nothing to send yet.",
    "too_long": "This message is too long: {chars:,} characters, and the limit is {limit:,}.",
    "no_images": "This model takes no images, so the message was not sent. Choose one that does "
    "and attach them again, or send the message without.",
    "not_text": "This message has broken characters (half of an emoji, perhaps) and was not sent.",
    "busy": "An answer is still being written. Stop it, or wait for its end, then send.",
    "unknown_conversation": f"{NOT_FOUND} Start a new chat.",
    "over_budget": "What this server still pays for today is not enough for this answer. Paste a "
    "key of your own in the sidebar, ask for fewer tokens, or choose the local model.",
    "no_price": "What this model costs at most is not known, so this server does not pay for it. "
    "Paste a key of your own in the sidebar, or choose another model.",
}

OUTCOMES: dict[Outcome, str] = {
    "completed": "Done",
    "truncated": "Cut off at the token limit",
    "filtered": "Ended by the content filter",
    "stopped": "Stopped",
    "interrupted": "Interrupted",
    "failed": "Failed",
}

NOT_SAVED = "Conversations are kept only until the server stops."
GONE_FROM_QUEUE = "This message has been sent or removed in another tab."
UNREADABLE = "The conversation cannot be read right now. Reload the page in a moment."
NO_LOGIN = "Logging in does not work: it is not set up completely on this server."
STORE_AWAY = "This conversation is not being saved right now. It will be, as soon as it can."


def explain(
    failure: Failure,
    *,
    now: float | None = None,
    has_text: bool = False,
    left_s: int | None = None,
) -> Explanation:
    """The sentences and the button for a failure.

    Args:
        failure: What went wrong.
        now: Seconds since 1970 (UTC); a reset that is over by then needs no more waiting.
        has_text: Some of the answer came before the failure, so it can be continued.
        left_s: Seconds left of a wait that is counted down beside the sentence, which then names
            none; None where there is no countdown.
    """
    told = name_provider(_told(failure, now, has_text=has_text), failure)
    if told.action == "wait" and failure.retry_after_s is not None and left_s is not None:
        told = replace(told, to_do=_COUNTED_DOWN if left_s else _RETRY_OR_OTHER)
    if has_text and told.action == "retry":
        return replace(told, to_do=f"{_KEPT} Continue it, or try again.", action="continue")
    if told.action in {"continue", "continue_with"} and not has_text:
        return replace(told, to_do=_RETRY_OR_OTHER, action="retry")
    return told


def _told(failure: Failure, now: float | None, *, has_text: bool) -> Explanation:
    """The explanation, with a button for where no text came."""
    base = with_whose_key(failure, _FAILURES[failure.kind])
    other = (_HALF_WAY if has_text else _BEFORE_A_WORD).get(failure.kind)
    if other is not None:
        base = replace(base, happened=other)
    why = None if failure.endpoint else why_nobody(failure.reason, is_lent=failure.is_lent_key)
    if why is not None:
        return replace(base, happened=why[0], to_do=why[1])
    match failure:
        case Failure(kind="daily_limit", resets_epoch_s=float(resets)):
            if now is not None and resets <= now:
                return replace(base, to_do="It has been reset since. Try again.", action="retry")
            to_do = f"It resets {reset_line(resets, now)}. {until_reset(failure)}"
            return replace(base, to_do=to_do)
        case Failure(kind="out_of_credits", affordable_tokens=int(tokens)) if tokens > 0:
            happened = f"{payer_of(failure)} can pay for {tokens:,} tokens of answer only."
            return Explanation(happened, lower_tokens(failure), "lower_max_tokens")
        case Failure(kind="rate_limited" | "overloaded", retry_after_s=float(wait_s)):
            to_do = f"Wait {ceil(wait_s)} s, or choose another model."
            base = replace(base, to_do=to_do)
        case Failure(kind="too_long", error_type="max_tokens_exceeded"):
            to_do = "Lower max tokens in the sidebar, or shorten the message."
            base = replace(base, to_do=to_do)
        case Failure(kind="moderated", error_type=errors.DECLINED):
            base = replace(base, happened="The model declined to answer.")
        case Failure(kind="connection_lost", error_type=errors.BROKE_OFF) | Failure(status=499):
            base = replace(base, happened="The connection to the provider broke off.")
        case Failure(kind="total_timeout", detail=after) if after:
            base = replace(base, happened=f"{after.rstrip('.')}: this server waits no longer.")
        case Failure(kind="limit_reached", error_type=which) if which.startswith("session"):
            base = replace(base, happened="Your limit for this session is reached.")
        case _:
            pass
    return replace(base, happened=_with_words(base.happened, failure))


def _with_words(happened: str, failure: Failure) -> str:
    """The sentence, and in it the words of whoever knows more than the kind says."""
    words = " ".join(failure.detail.split()).rstrip(".")
    if not words or failure.kind in _SAY_IT_ALL:
        return happened
    return f"{happened.rstrip('.')}: {words}."


def explain_ending(outcome: Outcome | None, *, has_text: bool) -> Explanation | None:
    """The sentences and the button for an ending without a failure; None for a good one."""
    explanation = _ENDINGS.get(outcome) if outcome is not None else None
    if explanation is None or has_text or explanation.action != "continue":
        return explanation
    return replace(explanation, to_do="Try again.", action="retry")


def attempt_line(attempt: int, of: int, wait_s: int) -> str:
    """How a retry stands: waited for, or going on."""
    return f"Attempt {attempt} of {of}" + (f" in {wait_s} s" if wait_s else "")


def asked_instead(model: str, other: str) -> str:
    """The sentence for another model's turn; both as they are called on screen."""
    return f"{model} could not answer; asked {other} instead."


def refuse(reason: RefusalReason, text: str, limit: int) -> str:
    """The sentence for a message that cannot be sent."""
    return _REFUSALS[reason].format(chars=len(text), limit=limit)
