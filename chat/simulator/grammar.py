"""Model id → scenario.

An id is `sim/` and options in any order, joined by dashes; none may come twice. `acme/sim-` (with
any author) does for `sim/`, so that an app that sends `sim/` elsewhere can ask for it as well.
`acme/sim-as-asked` is whichever of them the last user message names:

    rate-N          N tokens a second (50)          len-N            N tokens of answer (200)
    ttft-N          first token after N ms (200)    slow-headers-N   headers after N ms (0)
    jitter-N        rate strays by N percent (0)    seed-N           another text (1)
    think-N         N tokens of reasoning first     style-S          prose code tables lists
    hidden-think-N  reasons for N tokens unseen                      cjk emoji mixed (mixed);
                                                    of one block:    fence table wall
    burst           all tokens at once              echo             says the last user message
    split           bytes cut at awkward places     comments         keep-alives between all events
    dated           answers as a dated model id     usage-repeat     usage repeats the last choice
    length, filter  ends with that finish reason
    fails-N         the first N requests of a prompt meet the fault, then it answers
    resume-S        asked to go on: repeats restarts says-no refuses (goes on exactly)

and at most one fault, one of `FAULTS`. Where a fault counts tokens, those that were sent count,
reasoning included.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, cast, get_args

from chat.simulator.scenario import (
    AVAILABILITY,
    STATUSES,
    Break,
    Drops,
    Fault,
    Instead,
    MidStream,
    OtherBody,
    Pause,
    Refusal,
    Resumes,
    Scenario,
    Style,
)

MAX_TOKENS = 100_000
_AS_ASKED = re.compile(r"[a-z0-9-]+/sim-as-asked")
_START = re.compile(r"sim/(?=.)|[a-z0-9-]+/sim-(?=.)")


class UnknownScenario(ValueError):  # noqa: N818 - it says what happened, as the app's errors do
    """The model id is none of the simulator's; its text is the id."""


_NUMBERS = {  # option → field, least and greatest value
    "rate": ("rate_tok_s", 1, 1_000_000),
    "jitter": ("jitter_percent", 0, 100),
    "len": ("length_tokens", 0, MAX_TOKENS),
    "ttft": ("ttft_ms", 0, 3_600_000),
    "slow-headers": ("headers_ms", 0, 3_600_000),
    "seed": ("seed", 0, 10**9),
    "think": ("think_tokens", 0, MAX_TOKENS),
    "hidden-think": ("hidden_think_tokens", 0, MAX_TOKENS),
    "fails": ("fails", 1, 1000),
}
_SWITCHES: dict[str, tuple[str, bool | str]] = {
    "burst": ("burst", True),
    "split": ("split", True),
    "comments": ("comments", True),
    "echo": ("echo", True),
    "dated": ("dated", True),
    "usage-repeat": ("usage_repeat", True),
    "length": ("finish_reason", "length"),
    "filter": ("finish_reason", "content_filter"),
    **{f"style-{style}": ("style", style) for style in get_args(Style)},
    **{f"resume-{how}": ("resumes", how) for how in get_args(Resumes) if how != "exact"},
}
FAULTS: Mapping[str, Callable[..., Fault]] = MappingProxyType(
    {
        # Every form a fault can have in an id; N stands for a number.
        **{str(status): partial(Refusal, status) for status in STATUSES},
        "429-after-N": partial(Refusal, 429, "after"),
        "429-after-ms-N": partial(Refusal, 429, "after-ms"),
        "429-date-N": partial(Refusal, 429, "date"),
        "429-reset-N": partial(Refusal, 429, "reset"),
        "429-daily": partial(Refusal, 429, "daily"),
        "400-model": partial(Refusal, 400, "model"),
        "400-over-N": partial(Refusal, 400, "over"),
        "401-quoted": partial(Refusal, 401, "quoted"),
        "402-afford-N": partial(Refusal, 402, "afford"),
        "403-key": partial(Refusal, 403, "key"),
        "403-guardrail": partial(Refusal, 403, "guardrail"),
        "404-privacy-text": partial(Refusal, 404, "privacy-text"),
        "404-provider": partial(Refusal, 404, "provider"),
        **{f"404-{code.replace('_', '-')}": partial(Refusal, 404, code) for code in AVAILABILITY},
        **{what: partial(OtherBody, what) for what in cast("list[Instead]", get_args(Instead))},
        **{how: partial(MidStream, how) for how in cast("list[Break]", get_args(Break))},
        "drops-N-at-N": Drops,
        "pause-N-at-N": Pause,
    }
)


def _any_of(words: object) -> str:
    return "|".join(sorted(map(str, cast("list[str]", words)), key=len, reverse=True))


_OPTION = re.compile(
    rf"(?:(?P<number>{_any_of(_NUMBERS)})-(?P<value>[0-9]{{1,10}})|(?P<switch>{_any_of(_SWITCHES)}))"
    r"(?:-(?=.)|$)"
)
_FAULT_FORMS = [
    (re.compile(form.replace("N", "([0-9]{1,7})") + r"(?:-(?=.)|$)"), FAULTS[form])
    for form in sorted(FAULTS, key=len, reverse=True)
]


def read_scenario(model: str, last_user_text: str = "") -> Scenario:
    """What the model of that id does; see the grammar above.

    Args:
        model: The id.
        last_user_text: What `as-asked` is told to be.

    Raises:
        UnknownScenario: the id is not the simulator's, or not of that grammar.
    """
    return _read(last_user_text.strip() if _AS_ASKED.fullmatch(model) else model)


@lru_cache(maxsize=4096)
def _read(model: str) -> Scenario:
    start = _START.match(model)
    if start is None:
        raise UnknownScenario(model)
    fields: dict[str, Any] = {}  # Any: the fields' types differ; Scenario's own types rule below
    at = start.end()
    while at < len(model):
        name, value, at = _next_field(model, at)
        if name in fields:
            raise UnknownScenario(model)
        fields[name] = value
    if "fails" in fields and "fault" not in fields:
        raise UnknownScenario(model)
    if fields.get("split"):  # so that there are characters of several bytes to cut
        fields.setdefault("style", "emoji")
    if not fields.get("echo"):
        fields.setdefault("length_tokens", 200)
    return Scenario(model, **fields)


def _next_field(model: str, at: int) -> tuple[str, object, int]:
    """The Scenario field that the option at that place sets, its value, and where it ends."""
    for form, fault in _FAULT_FORMS:
        found = form.match(model, at)
        if found:
            return "fault", fault(*map(int, found.groups())), found.end()
    option = _OPTION.match(model, at)
    if option is None:
        raise UnknownScenario(model)
    if option["switch"]:
        return (*_SWITCHES[option["switch"]], option.end())
    name, least, greatest = _NUMBERS[option["number"]]
    if not least <= int(option["value"]) <= greatest:
        raise UnknownScenario(model)
    return name, int(option["value"]), option.end()
