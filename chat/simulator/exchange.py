"""A whole answer as it will go over the wire: status, headers, and pieces with their moments.

Pure: nothing waits here. Moments are seconds since the request was read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count, takewhile
from typing import Literal

from chat.simulator.asked import Asked, choose_words
from chat.simulator.refusals import ErrorAnswer, refuse
from chat.simulator.scenario import Break, MidStream, OtherBody, Refusal, Scenario
from chat.simulator.wire import KEEP_ALIVE, Json, Writer, event, write_json

Ending = Literal["close", "drop", "hang"]
"""After the last piece: a proper end, a cut connection, or silence for ever."""

KEEP_ALIVE_AFTER_S = 1.0
KEEP_ALIVE_EVERY_S = 2.0
_STREAM = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
_JSON = {"Content-Type": "application/json"}
_HTML = b"<!doctype html><title>Sign in</title><p>This network asks you to sign in first.</p>"
_LOST: Json = {
    "code": 502,
    "message": "Provider disconnected unexpectedly",
    "metadata": {"error_type": "provider_unavailable", "provider_name": "Simulator"},
}
_LOST_STRING: Json = {"code": "server_error", "message": "Provider disconnected unexpectedly"}
_ENDINGS: dict[Break, Ending] = {"stall": "hang", "drop-at": "drop"}
_GOES_ON = ("no-choices-at", "bad-json-at", "bad-utf8-at")


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes to send at once, and how many tokens are complete with them."""

    at_s: float
    data: bytes
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answer. `pieces` is in order of time and may never end.

    Attributes:
        finish_reason: What the answer ends with; None where it breaks off.
        hidden_tokens: Tokens of reasoning that are counted and not sent.
    """

    status: int
    headers: Mapping[str, str]
    headers_at_s: float
    pieces: Iterable[Piece] = field(repr=False)
    ending: Ending = "close"
    finish_reason: str | None = None
    hidden_tokens: int = 0


def refusal_exchange(error: ErrorAnswer, at_s: float = 0.0) -> Exchange:
    """An HTTP error with its JSON body."""
    body = Piece(at_s, write_json(error.body))
    return Exchange(error.status, {**_JSON, **error.headers}, at_s, [body])


def plan_exchange(scenario: Scenario, asked: Asked, generation_id: str, created: int) -> Exchange:
    """The answer that the scenario gives to the request; `created` is in Unix seconds."""
    words = choose_words(scenario, asked)
    writer = Writer(scenario, asked, words, generation_id, created)
    start_s = scenario.headers_ms / 1000
    fault = scenario.fault
    if isinstance(fault, Refusal):
        error = refuse(fault, scenario.model, asked.max_tokens, created)
        return refusal_exchange(error, start_s)
    if isinstance(fault, OtherBody):
        return _other_body(fault, writer, start_s)
    strikes = _strike(writer, fault)
    if not asked.stream:
        return _whole(writer, strikes)
    pieces = _pieces(writer, strikes)
    if scenario.split:
        pieces = _split(pieces, min(_step_s(scenario), 0.02) / 4)
    if strikes and strikes.how not in _GOES_ON:
        return Exchange(200, _STREAM, start_s, pieces, _ENDINGS.get(strikes.how, "close"))
    finish, hidden = words.finish_reason, words.hidden_tokens
    return Exchange(200, _STREAM, start_s, pieces, "close", finish, hidden)


def _step_s(scenario: Scenario) -> float:
    return 0.0 if scenario.burst else 1 / scenario.rate_tok_s


def _first_s(writer: Writer) -> float:
    """When the first token is sent; hidden reasoning comes before it."""
    scenario = writer.scenario
    waited_s = (scenario.headers_ms + scenario.ttft_ms) / 1000
    return waited_s + writer.words.hidden_tokens * _step_s(scenario)


def _strike(writer: Writer, fault: MidStream | None) -> MidStream | None:
    """The fault in tokens of this answer; None where it does not come to it.

    A fault has its place in the text: an answer that continues beyond that place is healthy.
    """
    words = writer.words
    if fault is None:
        return None
    after = fault.after_tokens - words.already_said
    if words.already_said and after <= len(words.reasoning):
        return None
    if after > len(words.reasoning) + len(words.content):
        return None
    return MidStream(fault.how, after)


def _pieces(writer: Writer, strikes: MidStream | None) -> Iterator[Piece]:
    """The stream of an answer, up to the fault that ends it."""
    words, step_s, at_s = writer.words, _step_s(writer.scenario), _first_s(writer)
    first_s = at_s
    yield from _keep_alives(writer.scenario.headers_ms / 1000, first_s)
    if words.hidden_tokens:
        yield Piece(at_s, writer.encrypted_reasoning())
    said = chain(map(writer.reasoning, words.reasoning), map(writer.text, words.content))
    for sent, token in enumerate(chain([b""], said)):  # none is sent yet when a fault at 0 strikes
        if token:
            at_s = first_s + (sent - 1) * step_s
            yield Piece(at_s, token, 1)
        if strikes and strikes.after_tokens == sent:
            if strikes.how in _BROKEN:
                yield Piece(at_s, _BROKEN[strikes.how](writer))
            if strikes.how not in _GOES_ON:
                return
    yield Piece(at_s, writer.ending())


def _keep_alives(start_s: float, end_s: float) -> Iterator[Piece]:
    moments = count(start_s + KEEP_ALIVE_AFTER_S, KEEP_ALIVE_EVERY_S)
    return (Piece(at_s, KEEP_ALIVE) for at_s in takewhile(lambda at_s: at_s < end_s, moments))


_BROKEN: dict[Break, Callable[[Writer], bytes]] = {
    "error-at": lambda writer: writer.error(_LOST),
    "error-string-code-at": lambda writer: writer.error(_LOST_STRING),
    "error-in-choice-at": lambda writer: writer.error(_LOST, in_choice=True),
    "no-choices-at": lambda writer: event(writer.head()),
    "bad-json-at": lambda writer: writer.text("broken").replace(b'"}', b""),
    "bad-utf8-at": lambda writer: writer.text("broken").replace(b"broken", b"\xc3\x28"),
}


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
            part = data[cuts[turn] : cuts[turn + 1]]
            yield Piece(piece.at_s + turn * later_s, part, piece.tokens if turn == 3 else 0)


def _other_body(fault: OtherBody, writer: Writer, start_s: float) -> Exchange:
    """Status 200 with something else than an answer."""
    if fault.what == "html":
        html = {"Content-Type": "text/html; charset=utf-8"}
        return Exchange(200, html, start_s, [Piece(start_s, _HTML)])
    if fault.what == "json":
        return Exchange(200, _JSON, start_s, [Piece(start_s, write_json({"error": _LOST}))])
    if fault.what == "silent":
        moments = count(start_s, KEEP_ALIVE_EVERY_S)
        endless = (Piece(at_s, KEEP_ALIVE) for at_s in moments)
        return Exchange(200, _STREAM, start_s, endless, "hang")
    last_s = _first_s(writer)
    comments = [Piece(at_s, KEEP_ALIVE) for at_s in (start_s, (start_s + last_s) / 2, last_s)]
    if fault.what == "error-empty-choices":
        comments.append(Piece(last_s, writer.error(_LOST, choices=False)))
    return Exchange(200, _STREAM, start_s, comments)


def _whole(writer: Writer, strikes: MidStream | None) -> Exchange:
    """An answer with `stream: false`: everything when the last token would have come."""
    words = writer.words
    tokens = len(words.reasoning) + len(words.content)
    end_s = _first_s(writer) + max(tokens - 1, 0) * _step_s(writer.scenario)
    body = writer.completion()
    if strikes is None:
        whole = [Piece(end_s, body, tokens)]
        finish, hidden = words.finish_reason, words.hidden_tokens
        return Exchange(200, _JSON, end_s, whole, "close", finish, hidden)
    if strikes.how.startswith("error"):
        return refusal_exchange(ErrorAnswer(502, {"error": _LOST}), end_s)
    half = Piece(end_s, body[: len(body) // 2])
    return Exchange(200, _JSON, end_s, [half], _ENDINGS.get(strikes.how, "close"))
