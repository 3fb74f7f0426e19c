"""What a simulated answer does: the values that a model id stands for.

Pure: nothing here writes a byte or waits. `grammar` reads them from an id, `plan` and `asked` say
which words, `exchange` which bytes and when.
"""

from dataclasses import dataclass
from typing import Literal

Style = Literal[
    "prose", "code", "tables", "lists", "cjk", "emoji", "mixed", "fence", "table", "wall"
]
FinishReason = Literal["stop", "length", "content_filter"]
Instead = Literal[
    "html", "json", "json-answer", "comments-only", "nothing", "silent", "error-empty-choices"
]
Break = Literal[
    "stall-N",
    "mute-at-N",
    "drop-at-N",
    "reset-at-N",
    "cut-at-N",
    "half-event-at-N",
    "error-at-N",
    "error-usage-at-N",
    "error-string-code-at-N",
    "error-no-code-at-N",
    "error-bare-at-N",
    "error-in-choice-at-N",
    "error-too-long-at-N",
    "error-moderated-at-N",
    "declined-at-N",
    "no-choices-at-N",
    "bad-json-at-N",
    "bad-utf8-at-N",
]
Resumes = Literal["exact", "repeats", "restarts", "says-no", "refuses"]
"""What becomes of a request that ends with the beginning of the answer: it goes on, says the last
words again first, begins from the top, answers that it cannot, or is refused with a 400."""

STATUSES = (
    *(400, 401, 402, 403, 404, 408, 409, 412, 413, 422, 429),
    *(499, 500, 502, 503, 504, 524, 529),
)
AVAILABILITY = (
    "model_not_found",
    "wrong_endpoint",
    "no_endpoints",
    "model_deprecated",
    "model_unavailable_upstream",
    "capacity_exhausted",
    "temporarily_unavailable",
    "region_restricted",
    "privacy_restricted",
    "constraint_filtered",
    "free_variant_ended",
)
"""OpenRouter's words for why nobody serves a model."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP error instead of a stream.

    Attributes:
        form: Which of the errors of that status; "" for the usual one.
        number: What the form has for N: seconds, milliseconds or tokens.
    """

    status: int
    form: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class OtherBody:
    """Status 200, and then something that is not an answer."""

    what: Instead


@dataclass(frozen=True, slots=True)
class MidStream:
    """A fault once `after_tokens` tokens were sent."""

    how: Break
    after_tokens: int


@dataclass(frozen=True, slots=True)
class Drops:
    """The connection is lost after every `every_tokens` tokens of the text, `times` times."""

    times: int
    every_tokens: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing but keep-alive comments for `pause_ms` once `after_tokens` tokens were sent."""

    pause_ms: int
    after_tokens: int


Fault = Refusal | OtherBody | MidStream | Drops | Pause


@dataclass(frozen=True, slots=True)
class Scenario:
    """One model id, understood. Times are in the unit of the name, lengths in tokens.

    Attributes:
        length_tokens: Tokens of the answer, without reasoning; None for all that `echo` has.
        jitter_percent: How far the time between two tokens strays from the rate, at most.
        fails: How many requests with the same prompt meet the fault; 0 for all.
        finish_reason: How it ends when nothing cuts it short.
        host: Which upstream provider answers.
    """

    model: str
    rate_tok_s: int = 50
    jitter_percent: int = 0
    length_tokens: int | None = None
    ttft_ms: int = 200
    headers_ms: int = 0
    seed: int = 1
    style: Style = "mixed"
    think_tokens: int = 0
    hidden_think_tokens: int = 0
    burst: bool = False
    split: bool = False
    comments: bool = False
    echo: bool = False
    dated: bool = False
    usage_repeat: bool = False
    finish_reason: FinishReason = "stop"
    fault: Fault | None = None
    fails: int = 0
    resumes: Resumes = "exact"
    host: str = "Simulator"
