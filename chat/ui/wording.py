"""Every sentence a visitor reads when something did not go as wished, and what can be done."""

from dataclasses import dataclass

from chat.conversations import Outcome
from chat.errors import Failure, FailureKind
from chat.turn import RefusalReason


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened, in one sentence, and what to do, in another."""

    happened: str
    to_do: str


NOT_FOUND = "This conversation does not exist, or it is not yours."

_FAILURES: dict[FailureKind, Explanation] = {
    "key_missing": Explanation(
        "This model needs an OpenRouter key.",
        "Paste yours in the sidebar, or choose the local model, then try again.",
    ),
    "invalid_key": Explanation(
        "OpenRouter does not accept this key.", "Check the key in the sidebar, then try again."
    ),
    "out_of_credits": Explanation(
        "The account behind this key cannot pay for this answer.",
        "Lower max tokens, add credits, or choose a free model.",
    ),
    "refused": Explanation(
        "The provider refused this request.", "Reword the message or choose another model."
    ),
    "moderated": Explanation(
        "Moderation flagged this request.", "Reword the message or choose another model."
    ),
    "rejected": Explanation(
        "The provider did not accept this request.",
        "Check that the model id exists and that the message is not too long for it.",
    ),
    "too_long": Explanation(
        "This conversation is longer than the model takes.",
        "Shorten the message, begin a new chat, or choose a model with more context.",
    ),
    "daily_limit": Explanation(
        "Today's free requests of this account are used up.",
        "Wait for the reset, or choose a model that is not free.",
    ),
    "unknown_model": Explanation(
        "There is no model of this id, or none any more.", "Choose another model."
    ),
    "no_endpoint": Explanation(
        "Nobody serves this model under the present settings.",
        "Choose another model, or change the account's privacy settings.",
    ),
    "overloaded": Explanation(
        "The provider has more requests than it can answer.",
        "Wait a moment, or choose another model.",
    ),
    "connect_timeout": Explanation(
        "The provider took no connection in time.", "Check the network, then try again."
    ),
    "first_event_timeout": Explanation(
        "The provider took the request and then said nothing.",
        "Try again, or choose another model.",
    ),
    "first_token_timeout": Explanation(
        "The first word did not come in time.", "Try again, or choose a faster model."
    ),
    "gap_timeout": Explanation(
        "The answer stalled.", "What arrived is kept. Continue it, or try again."
    ),
    "total_timeout": Explanation(
        "The answer took longer than this server waits.",
        "What arrived is kept. Continue it, or ask for a shorter one.",
    ),
    "limit_reached": Explanation(
        "Your limit for answers is reached.", "Raise the limit in the sidebar, then continue."
    ),
    "server_busy": Explanation(
        "This server is answering as many people as it can.", "Try again in a moment."
    ),
    "rate_limited": Explanation(
        "Too many requests for this model right now.", "Wait a moment, or choose another model."
    ),
    "model_unavailable": Explanation(
        "The model cannot answer right now.", "Try again, or choose another model."
    ),
    "timed_out": Explanation(
        "The provider took too long to answer.", "Try again, or choose a faster model."
    ),
    "connection_lost": Explanation(
        "The provider cannot be reached.", "Check the network, then try again."
    ),
    "bad_answer": Explanation(
        "The provider sent something that is not an answer.", "Try again, or choose another model."
    ),
    "interrupted": Explanation(
        "The answer broke off before its end.", "What arrived is kept. Try again for a whole one."
    ),
    "internal": Explanation(
        "Something went wrong on this server.", "Try again; the server's log has the details."
    ),
}

_REFUSALS: dict[RefusalReason, str] = {
    "empty": "There is nothing to send yet.",
    "too_long": "This message is too long: {chars:,} characters, and the limit is {limit:,}.",
    "not_text": "This message has broken characters (half of an emoji, perhaps) and was not sent.",
    "busy": "An answer is still being written. Stop it, or wait for its end, then send.",
    "unknown_conversation": f"{NOT_FOUND} Start a new chat.",
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
BAD_KEY = "Not sent: the key in the sidebar cannot be one."
STORE_AWAY = "This conversation is not being saved right now. It will be, as soon as it can."


def explain(failure: Failure) -> Explanation:
    """The sentences for a failure, with the upstream's own words after ours."""
    base = _FAILURES[failure.kind]
    if not failure.detail:
        return base
    return Explanation(
        f"{base.happened} The reason given: {_one_line(failure.detail)}.", base.to_do
    )


def refuse(reason: RefusalReason, text: str, limit: int) -> str:
    """The sentence for a message that cannot be sent."""
    return _REFUSALS[reason].format(chars=len(text), limit=limit)


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
