"""A whole answer as it will go over the wire: status, headers, and pieces with their moments.

Pure: nothing waits here. Moments are seconds since the request was read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count, takewhile
from random import Random
from typing import Literal

from chat.simulator.asked import Asked, choose_words
from chat.simulator.broken import BROKEN, JSON, LOST, STREAM, empty_choices, plain_body
from chat.simulator.refusals import ErrorAnswer, no_prefill, refuse
from chat.simulator.scenario import (
    Break,
    Drops,
    Fault,
    MidStream,
    OtherBody,
    Pause,
    Refusal,
    Scenario,
)
from chat.simulator.wire import KEEP_ALIVE, Writer, write_json

Ending = Literal["close", "drop", "reset", "hang"]
"""After the last piece: a proper end, a cut connection, a reset one, or silence for ever."""

KEEP_ALIVE_AFTER_S = 1.0
KEEP_ALIVE_EVERY_S = 2.0
_ENDINGS: Mapping[Break, Ending] = {
    "stall-N": "hang",
    "mute-at-N": "hang",
    "drop-at-N": "drop",
    "reset-at-N": "reset",
}
_GOES_ON = ("no-choices-at-N", "bad-json-at-N", "bad-utf8-at-N")


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes to send at once, and how many tokens and characters of text are complete with them."""

    at_s: float
    data: bytes
    tokens: int = 0
    chars: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answer. `pieces` is in order of time and may never end.

    Attributes:
        finish_reason: What the answer ends with; None where it breaks off.
        hidden_tokens: Tokens of reasoning that are counted and not sent.
        from_chars: Where in the model's whole text this answer begins; None where it does not.
    """

    status: int
    headers: Mapping[str, str]
    headers_at_s: float
    pieces: Iterable[Piece] = field(repr=False)
    ending: Ending = "close"
    finish_reason: str | None = None
    hidden_tokens: int = 0
    from_chars: int | None = None


def refusal_exchange(error: ErrorAnswer, at_s: float = 0.0) -> Exchange:
    """An HTTP error with its JSON body."""
    body = Piece(at_s, write_json(error.body))
    return Exchange(error.status, {**JSON, **error.headers}, at_s, [body])


def plan_exchange(scenario: Scenario, asked: Asked, generation_id: str, created: int) -> Exchange:
    """The answer that the scenario gives to the request; `created` is in Unix seconds."""
    words = choose_words(scenario, asked)
    writer = Writer(scenario, asked, words, generation_id, created)
    start_s = scenario.headers_ms / 1000
    fault = scenario.fault
    refused = refuse(fault, asked, created) if isinstance(fault, Refusal) else None
    if scenario.resumes == "refuses" and words.already_said:
        refused = no_prefill()
    if refused is not None:
        return refusal_exchange(refused, start_s)
    if isinstance(fault, OtherBody):
        return _other_body(fault, writer, start_s)
    strikes = _strike(writer, fault)
    if not asked.stream:
        return _whole(writer, strikes)
    pieces = _pieces(writer, strikes, fault if isinstance(fault, Pause) else None)
    if scenario.split:
        pieces = _split(pieces, min(_step_s(scenario), 0.02) / 4)
    from_chars = words.from_chars
    if strikes and strikes.how not in _GOES_ON:
        ending = _ENDINGS.get(strikes.how, "close")
        return Exchange(200, STREAM, start_s, pieces, ending, from_chars=from_chars)
    finish, hidden = words.finish_reason, words.hidden_tokens
    return Exchange(200, STREAM, start_s, pieces, "close", finish, hidden, from_chars)


def _step_s(scenario: Scenario) -> float:
    return 0.0 if scenario.burst else 1 / scenario.rate_tok_s


def _first_s(writer: Writer) -> float:
    """When the first token is sent; hidden reasoning comes before it."""
    scenario = writer.scenario
    waited_s = (scenario.headers_ms + scenario.ttft_ms) / 1000
    return waited_s + writer.words.hidden_tokens * _step_s(scenario)


def _strike(writer: Writer, fault: Fault | None) -> MidStream | None:
    """The fault in tokens of this answer; None where it does not come to it.

    A fault has its place in the text: an answer that continues beyond that place is healthy.
    """
    words = writer.words
    said, thought = words.already_said, len(words.reasoning)
    is_elsewhere = said and writer.scenario.resumes in ("restarts", "says-no")
    if isinstance(fault, Drops):
        every = max(1, fault.every_tokens)
        broken = -(-said // every)
        left = every if is_elsewhere else (broken + 1) * every - said + words.recap_tokens
        strikes = MidStream("drop-at-N", thought + left) if broken < fault.times else None
    elif isinstance(fault, MidStream) and not is_elsewhere:
        after = fault.after_tokens - said + words.recap_tokens
        is_past = said and fault.after_tokens - said <= thought
        strikes = None if is_past else MidStream(fault.how, after)
    else:
        strikes = None
    if strikes and strikes.after_tokens > thought + len(words.content):
        return None
    return strikes


def _pieces(writer: Writer, strikes: MidStream | None, pause: Pause | None) -> Iterator[Piece]:
    """The stream of an answer, up to the fault that ends it."""
    words, at_s = writer.words, _first_s(writer)
    moments = _moments(writer.scenario, at_s)
    late_s = 0.0
    yield from _keep_alives(writer.scenario.headers_ms / 1000, at_s)
    if words.hidden_tokens:
        yield Piece(at_s, writer.encrypted_reasoning())
    for sent, token in enumerate(chain([None], _said(writer))):  # a fault at 0 comes before any
        if token:
            at_s = next(moments) + late_s
            yield Piece(at_s, *token)
        if pause and pause.after_tokens == sent:
            late_s = pause.pause_ms / 1000
            yield from _keep_alives(at_s, at_s + late_s)
        if strikes and strikes.after_tokens == sent:
            if strikes.how in BROKEN:
                yield Piece(at_s, BROKEN[strikes.how](writer, sent))
            if strikes.how == "mute-at-N":
                moments = count(at_s + KEEP_ALIVE_EVERY_S, KEEP_ALIVE_EVERY_S)
                yield from (Piece(moment, KEEP_ALIVE) for moment in moments)
            if strikes.how not in _GOES_ON:
                return
    yield Piece(at_s, writer.ending())


def _said(writer: Writer) -> Iterator[tuple[bytes, int, int]]:
    """Each token's bytes, with the number of tokens (1) and of characters of text."""
    before = KEEP_ALIVE if writer.scenario.comments else b""
    for token in writer.words.reasoning:
        yield before + writer.reasoning(token), 1, 0
    for token in writer.words.content:
        yield before + writer.text(token), 1, len(token)


def _moments(scenario: Scenario, first_s: float) -> Iterator[float]:
    """When each token is sent; the seed decides how far each gap strays from the rate."""
    step_s, strays = _step_s(scenario), scenario.jitter_percent / 100
    if not strays:
        for sent in count():
            yield first_s + sent * step_s
    random = Random(f"{scenario.seed}/moments")  # noqa: S311 - times must repeat, not surprise
    at_s = first_s
    while True:
        yield at_s
        at_s += step_s * random.uniform(1 - strays, 1 + strays)


def _keep_alives(start_s: float, end_s: float) -> Iterator[Piece]:
    moments = count(start_s + KEEP_ALIVE_AFTER_S, KEEP_ALIVE_EVERY_S)
    return (Piece(at_s, KEEP_ALIVE) for at_s in takewhile(lambda at_s: at_s < end_s, moments))


def _split(pieces: Iterator[Piece], later_s: float) -> Iterator[Piece]:
    """Cuts each token's event inside its name, a character or string, and the blank line."""
    for piece in pieces:
        if not piece.tokens:
            yield piece
            continue
        data = piece.data
        inside = data.index(b'"content":') + 10
        wide = next((at for at, byte in enumerate(data) if byte >= 0x80), inside)
        cuts = [0, 3, wide + 1, len(data) - 1, len(data)]
        for turn in range(4):
            part, at_s = data[cuts[turn] : cuts[turn + 1]], piece.at_s + turn * later_s
            yield Piece(at_s, part, piece.tokens, piece.chars) if turn == 3 else Piece(at_s, part)


def _other_body(fault: OtherBody, writer: Writer, start_s: float) -> Exchange:
    """Status 200 with something else than an answer."""
    plain = plain_body(fault.what, writer)
    if plain is not None:
        headers, body = plain
        return Exchange(200, headers, start_s, [Piece(start_s, body)])
    if fault.what == "silent":
        moments = count(start_s, KEEP_ALIVE_EVERY_S)
        endless = (Piece(at_s, KEEP_ALIVE) for at_s in moments)
        return Exchange(200, STREAM, start_s, endless, "hang")
    last_s = _first_s(writer)
    comments = [Piece(at_s, KEEP_ALIVE) for at_s in (start_s, (start_s + last_s) / 2, last_s)]
    if fault.what == "error-empty-choices":
        comments.append(Piece(last_s, empty_choices(writer)))
    return Exchange(200, STREAM, start_s, comments)


def _whole(writer: Writer, strikes: MidStream | None) -> Exchange:
    """An answer with `stream: false`: everything when the last token would have come."""
    words = writer.words
    tokens = len(words.reasoning) + len(words.content)
    end_s = _first_s(writer) + max(tokens - 1, 0) * _step_s(writer.scenario)
    body = writer.completion()
    if strikes is None:
        whole = [Piece(end_s, body, tokens, len("".join(words.content)))]
        finish, hidden = words.finish_reason, words.hidden_tokens
        return Exchange(200, JSON, end_s, whole, "close", finish, hidden, words.from_chars)
    if strikes.how.startswith("error"):
        return refusal_exchange(ErrorAnswer(502, {"error": LOST}), end_s)
    half = Piece(end_s, body[: len(body) // 2])
    return Exchange(200, JSON, end_s, [half], _ENDINGS.get(strikes.how, "close"))
