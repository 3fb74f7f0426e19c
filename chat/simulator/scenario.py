"""What a simulated answer does, read from its model id.

Pure: nothing here writes a byte or waits. `plan` says which words, `wire` which bytes and when.

An id is `sim/` and options in any order, joined by dashes; none may come twice. `acme/sim-` (with
any author) does for `sim/`, so that an app that sends `sim/` elsewhere can ask for it as well.
`acme/sim-as-asked` is whichever of them the last user message names:

    rate-N          N tokens a second (50)          len-N            N tokens of answer (200)
    ttft-N          first token after N ms (200)    slow-headers-N   headers after N ms (0)
    seed-N          another text (1)                style-S          prose code tables lists
    think-N         N tokens of reasoning first                      cjk emoji mixed (mixed);
                                                    of one block:    fence table wall
    hidden-think-N  reasons for N tokens unseen     echo             says the last user message
    burst           all tokens at once              split            bytes cut at awkward places
    dated           answers as a dated model id     usage-repeat     usage repeats the last choice
    length, filter  ends with that finish reason

and at most one fault. N counts the tokens that were sent, reasoning included:

    429  429-after-N  429-daily  400 401 402 403 404 408 413 422 500 502 503 524 529
    html  json  comments-only  silent  error-empty-choices         instead of an answer
    stall-N  drop-at-N  cut-at-N  error-at-N  error-string-code-at-N  error-in-choice-at-N
                                                                   the answer ends there
    no-choices-at-N  bad-json-at-N  bad-utf8-at-N                  one bad event, then goes on
"""

import re
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

Style = Literal[
    "prose", "code", "tables", "lists", "cjk", "emoji", "mixed", "fence", "table", "wall"
]
Instead = Literal["html", "json", "comments-only", "silent", "error-empty-choices"]
Break = Literal[
    "stall",
    "drop-at",
    "cut-at",
    "error-at",
    "error-string-code-at",
    "error-in-choice-at",
    "no-choices-at",
    "bad-json-at",
    "bad-utf8-at",
]
FinishReason = Literal["stop", "length", "content_filter"]

MAX_TOKENS = 100_000
STATUSES = (400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503, 524, 529)
_AS_ASKED = re.compile(r"[a-z0-9-]+/sim-as-asked")
_START = re.compile(r"sim/(?=.)|[a-z0-9-]+/sim-(?=.)")


class UnknownScenario(ValueError):  # noqa: N818 - it says what happened, as the app's errors do
    """The model id is none of the simulator's; its text is the id."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP error instead of a stream.

    Attributes:
        retry_after_s: Seconds for the Retry-After header; None sends none.
        daily: A 429 of the account's daily cap on free models, not of one model's pool.
    """

    status: int
    retry_after_s: int | None = None
    daily: bool = False


@dataclass(frozen=True, slots=True)
class OtherBody:
    """Status 200, and then something that is not an answer."""

    what: Instead


@dataclass(frozen=True, slots=True)
class MidStream:
    """A fault once `after_tokens` tokens were sent."""

    how: Break
    after_tokens: int


Fault = Refusal | OtherBody | MidStream


@dataclass(frozen=True, slots=True)
class Scenario:
    """One model id, understood. Times are in the unit of the name, lengths in tokens.

    Attributes:
        length_tokens: Tokens of the answer, without reasoning; None for all that `echo` has.
        finish_reason: How it ends when nothing cuts it short.
    """

    model: str
    rate_tok_s: int = 50
    length_tokens: int | None = None
    ttft_ms: int = 200
    headers_ms: int = 0
    seed: int = 1
    style: Style = "mixed"
    think_tokens: int = 0
    hidden_think_tokens: int = 0
    burst: bool = False
    split: bool = False
    echo: bool = False
    dated: bool = False
    usage_repeat: bool = False
    finish_reason: FinishReason = "stop"
    fault: Fault | None = None


_NUMBERS = {  # option → field, least and greatest value
    "rate": ("rate_tok_s", 1, 1_000_000),
    "len": ("length_tokens", 0, MAX_TOKENS),
    "ttft": ("ttft_ms", 0, 3_600_000),
    "slow-headers": ("headers_ms", 0, 3_600_000),
    "seed": ("seed", 0, 10**9),
    "think": ("think_tokens", 0, MAX_TOKENS),
    "hidden-think": ("hidden_think_tokens", 0, MAX_TOKENS),
}
_SWITCHES: dict[str, tuple[str, bool | str]] = {
    "burst": ("burst", True),
    "split": ("split", True),
    "echo": ("echo", True),
    "dated": ("dated", True),
    "usage-repeat": ("usage_repeat", True),
    "length": ("finish_reason", "length"),
    "filter": ("finish_reason", "content_filter"),
}


def _any_of(words: object) -> str:
    return "|".join(sorted(map(str, cast("list[str]", words)), key=len, reverse=True))


_OPTION = re.compile(
    rf"""(?:(?P<number>{_any_of(_NUMBERS)})-(?P<value>[0-9]{{1,10}})
    |(?P<switch>{_any_of(_SWITCHES)})
    |style-(?P<style>{_any_of(get_args(Style))})
    |(?P<instead>{_any_of(get_args(Instead))})
    |(?P<break>{_any_of(get_args(Break))})-(?P<after>[0-9]{{1,6}})
    |429-after-(?P<retry>[0-9]{{1,6}})
    |(?P<daily>429-daily)
    |(?P<status>{_any_of(STATUSES)})
    )(?:-(?=.)|$)""",
    re.VERBOSE,
)


def read_scenario(model: str, last_user_text: str = "") -> Scenario:
    """What the model of that id does; see the grammar above.

    Args:
        model: The id.
        last_user_text: What `as-asked` is told to be.

    Raises:
        UnknownScenario: the id is not the simulator's, or not of that grammar.
    """
    if _AS_ASKED.fullmatch(model):
        model = last_user_text.strip()
    start = _START.match(model)
    if start is None:
        raise UnknownScenario(model)
    fields: dict[str, Any] = {}  # Any: the fields' types differ; Scenario's own types rule below
    at = start.end()
    while at < len(model):
        option = _OPTION.match(model, at)
        if option is None:
            raise UnknownScenario(model)
        name, value = _field(model, option)
        if name in fields:
            raise UnknownScenario(model)
        fields[name] = value
        at = option.end()
    if fields.get("split"):  # so that there are characters of several bytes to cut
        fields.setdefault("style", "emoji")
    if not fields.get("echo"):
        fields.setdefault("length_tokens", 200)
    return Scenario(model, **fields)


def _field(model: str, option: re.Match[str]) -> tuple[str, object]:
    """The Scenario field that one option of the id sets, and its value."""
    if option["number"]:
        name, least, greatest = _NUMBERS[option["number"]]
        if not least <= int(option["value"]) <= greatest:
            raise UnknownScenario(model)
        return name, int(option["value"])
    if option["switch"]:
        return _SWITCHES[option["switch"]]
    if option["style"]:
        return "style", option["style"]
    return "fault", _fault(option)


def _fault(option: re.Match[str]) -> Fault:
    if option["instead"]:
        return OtherBody(cast("Instead", option["instead"]))
    if option["break"]:
        return MidStream(cast("Break", option["break"]), int(option["after"]))
    if option["retry"]:
        return Refusal(429, retry_after_s=int(option["retry"]))
    if option["daily"]:
        return Refusal(429, daily=True)
    return Refusal(int(option["status"]))
