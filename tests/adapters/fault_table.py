"""Every form of `chat.simulator.grammar.FAULTS`: what it becomes, and how the page says it.

On the wire they are in `test_fault_table`, on the page in `tests/pages/test_fault_cards`.
"""

from dataclasses import dataclass

from chat.errors import FailureKind
from chat.ui.explanation import Action

QUICK = "sim/ttft-0-rate-1000-len-20"
NOBODY = "Nobody serves this model under the present settings: No endpoints found for"
UNAVAILABLE = "The model cannot answer right now"
NOT_ACCEPTED = "The provider did not accept this request: "
TOO_LONG = "This conversation is longer than the model takes: "
TOO_SLOW = "The provider took too long to answer"
OVERLOADED = "The provider has more requests than it can answer: "
LIMITED = "Too many requests for this model right now: "
POOL = f"{LIMITED}{QUICK}"
LOST = f"{UNAVAILABLE}: Provider disconnected unexpectedly."
ENDED = "The answer ended with an error: Provider disconnected unexpectedly."
GONE = "The connection to the provider broke off."
BROKE_OFF = "The answer broke off before its end."
NO_WORD = "The answer ended before its first word."
UNREADABLE = "The provider sent something unreadable in the middle of the answer."
NO_ANSWER = "The provider sent something that is not an answer."
MODERATED = "Moderation flagged this request: "


@dataclass(frozen=True, slots=True)
class Row:
    """What a fault becomes; `kind` is None where the answer is whole all the same.

    Attributes:
        happened: How the sentence on the page begins.
    """

    kind: FailureKind | None
    happened: str = ""
    action: Action = "retry"
    status: int | None = None


TABLE = {
    "400": Row("rejected", NOT_ACCEPTED + "temperature: must be", "choose_model", 400),
    "400-model": Row("unknown_model", "There is no model of this id.", "choose_model", 400),
    "400-over-N": Row("too_long", TOO_LONG + "This endpoint's maximum", "shorten", 400),
    "401": Row("invalid_key", "OpenRouter does not accept this key: User", "enter_key", 401),
    "401-quoted": Row(
        "invalid_key", "OpenRouter does not accept this key: Incorrect API", "enter_key", 401
    ),
    "402": Row("out_of_credits", "The account behind this key cannot pay", "choose_model", 402),
    "402-afford-N": Row(
        "out_of_credits",
        "The account behind this key can pay for 1 tokens of answer only.",
        "lower_max_tokens",
        402,
    ),
    "403": Row("moderated", MODERATED, "reword", 403),
    "403-guardrail": Row(
        "refused", "The provider refused this request: The request was blocked", "choose_model", 403
    ),
    "403-key": Row(
        "refused", "The provider refused this request: This key may not", "choose_model", 403
    ),
    "404": Row("no_endpoint", NOBODY, "choose_model", 404),
    "404-provider": Row("model_unavailable", f"{UNAVAILABLE}: The model is not", "retry", 404),
    "404-privacy-text": Row(
        "no_endpoint", "The account's privacy settings rule out", "choose_model", 404
    ),
    "404-model-not-found": Row(
        "unknown_model", "There is no model of this id.", "choose_model", 404
    ),
    "404-model-deprecated": Row(
        "unknown_model", "This model has been retired.", "choose_model", 404
    ),
    "404-wrong-endpoint": Row(
        "no_endpoint", "This model does not answer chats.", "choose_model", 404
    ),
    "404-no-endpoints": Row(
        "no_endpoint", "No provider serves this model right now.", "choose_model", 404
    ),
    "404-model-unavailable-upstream": Row(
        "model_unavailable", "The provider of this model does not offer it", "retry", 404
    ),
    "404-capacity-exhausted": Row(
        "overloaded", "All providers of this model have as much to do", "wait", 404
    ),
    "404-temporarily-unavailable": Row(
        "model_unavailable", "This model is not there for the moment.", "retry", 404
    ),
    "404-region-restricted": Row(
        "no_endpoint", "This model is not offered in the region", "choose_model", 404
    ),
    "404-privacy-restricted": Row(
        "no_endpoint", "The account's privacy settings rule out", "choose_model", 404
    ),
    "404-constraint-filtered": Row(
        "no_endpoint", "No provider of this model takes these parameters.", "choose_model", 404
    ),
    "404-free-variant-ended": Row(
        "no_endpoint", "The free variant of this model has ended.", "choose_model", 404
    ),
    "408": Row("timed_out", f"{TOO_SLOW}: Request timed out before", "retry", 408),
    "409": Row("model_unavailable", f"{UNAVAILABLE}: Another request", "retry", 409),
    "412": Row("rejected", NOT_ACCEPTED + "A precondition", "choose_model", 412),
    "413": Row("too_long", TOO_LONG + "Request body is too large.", "shorten", 413),
    "422": Row("rejected", NOT_ACCEPTED + "messages.0.content", "choose_model", 422),
    "429": Row("rate_limited", POOL, "wait", 429),
    "429-after-N": Row("rate_limited", POOL, "wait", 429),
    "429-after-ms-N": Row("rate_limited", POOL, "wait", 429),
    "429-date-N": Row("rate_limited", POOL, "wait", 429),
    "429-reset-N": Row("rate_limited", LIMITED + "Rate limit exceeded", "wait", 429),
    "429-daily": Row(
        "daily_limit", "Today's free requests of this account are used up.", "choose_model", 429
    ),
    "499": Row("connection_lost", GONE, "retry", 499),
    "500": Row("model_unavailable", f"{UNAVAILABLE}: Internal Server Error.", "retry", 500),
    "502": Row("model_unavailable", f"{UNAVAILABLE}: upstream connect error.", "retry", 502),
    "503": Row("overloaded", OVERLOADED + "No provider is available", "wait", 503),
    "504": Row("timed_out", f"{TOO_SLOW}: The provider's gateway", "retry", 504),
    "524": Row("timed_out", f"{TOO_SLOW}: The provider did not answer", "retry", 524),
    "529": Row("overloaded", OVERLOADED + "Overloaded.", "wait", 529),
    "html": Row("bad_answer", NO_ANSWER),
    "json": Row("model_unavailable", LOST, "retry", 502),
    "json-answer": Row("bad_answer", NO_ANSWER),
    "comments-only": Row("interrupted", NO_WORD),
    "nothing": Row("interrupted", NO_WORD),
    "silent": Row("timed_out", TOO_SLOW),
    "error-empty-choices": Row("model_unavailable", LOST, "retry", 502),
    "stall-N": Row("timed_out", TOO_SLOW, "continue"),
    "mute-at-N": Row("timed_out", TOO_SLOW, "continue"),
    "drop-at-N": Row("connection_lost", GONE, "continue"),
    "drops-N-at-N": Row("connection_lost", GONE, "continue"),
    "reset-at-N": Row("connection_lost", GONE, "continue"),
    "cut-at-N": Row("interrupted", BROKE_OFF, "continue"),
    "half-event-at-N": Row("interrupted", BROKE_OFF, "continue"),
    "error-at-N": Row("model_unavailable", ENDED, "continue", 502),
    "error-usage-at-N": Row("model_unavailable", ENDED, "continue", 502),
    "error-string-code-at-N": Row("model_unavailable", ENDED, "continue"),
    "error-no-code-at-N": Row("model_unavailable", ENDED, "continue", 502),
    "error-bare-at-N": Row("model_unavailable", ENDED, "continue", 502),
    "error-in-choice-at-N": Row("model_unavailable", ENDED, "continue", 502),
    "error-too-long-at-N": Row("too_long", TOO_LONG, "shorten", 400),
    "error-moderated-at-N": Row("moderated", MODERATED, "reword", 403),
    "declined-at-N": Row(
        "moderated", "The model declined to answer: I can't help with that.", "reword"
    ),
    "bad-json-at-N": Row("bad_answer", UNREADABLE, "continue"),
    "bad-utf8-at-N": Row("bad_answer", UNREADABLE, "continue"),
    "no-choices-at-N": Row(None),
    "pause-N-at-N": Row(None),
}


def model_of(form: str) -> str:
    """A model that meets the fault after three tokens; a limit is one token."""
    number = "1" if form in {"400-over-N", "402-afford-N"} else "3"
    return f"{QUICK}-{form.replace('N', number)}"
