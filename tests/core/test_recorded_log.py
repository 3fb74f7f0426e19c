"""A log as bytes: everything comes back, in little space, or is refused."""

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import Failure
from chat.events import (
    Continued,
    Event,
    Failed,
    Finished,
    Logged,
    Opened,
    ReasoningDelta,
    Reconnecting,
    RequestLeft,
    RequestSent,
    Retrying,
    StartedOver,
    Stopped,
    SwitchedModel,
    TextDelta,
    Usage,
    UsageReported,
    Waiting,
)
from chat.recorded_log import TICK_S, LogUnreadable, decode_log, encode_log
from chat.reply import ReplyFold

WORDS = st.text(max_size=9)
NUMBERS = st.integers(0, 2**40)
FAILURES = st.builds(
    Failure,
    st.sampled_from(["timed_out", "internal"]),
    WORDS,
    st.none() | NUMBERS,
    st.none() | st.floats(0, 9e9),
    error_type=WORDS,
    affordable_tokens=st.none() | NUMBERS,
    resets_epoch_s=st.none() | st.floats(0, 9e9),
)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(RequestSent, st.integers(1, 20), st.none() | WORDS),
    st.just(RequestLeft()),
    st.builds(Retrying, FAILURES, st.integers(2, 20), st.integers(2, 20), st.floats(0, 60)),
    st.builds(SwitchedModel, WORDS, FAILURES),
    st.builds(Reconnecting, FAILURES, st.integers(1, 9), st.integers(1, 9), st.floats(0, 60)),
    st.builds(Opened, st.none() | WORDS, st.none() | WORDS, st.none() | WORDS),
    st.text(min_size=1).map(TextDelta),
    st.text(min_size=1).map(ReasoningDelta),
    st.builds(
        Usage, NUMBERS, NUMBERS, st.none() | NUMBERS, cost_usd=st.none() | st.floats(0, 9)
    ).map(UsageReported),
    st.builds(Finished, st.sampled_from(["stop", "length"]), st.none() | WORDS),
    FAILURES.map(Failed),
    st.booleans().map(lambda by_visitor: Stopped(by_visitor=by_visitor)),
    WORDS.map(Continued),
    st.just(StartedOver()),
    st.just(Waiting()),
)
TIMED = st.lists(st.tuples(st.floats(0, 1000), EVENTS), max_size=30)
SMALL = [Logged(0, 5.0, RequestSent()), Logged(1, 5.5, TextDelta("Hi")), Logged(2, 6.0, Stopped())]


FIRST_SHAPE = bytes.fromhex(
    "01789c3d8fcd4ec330108443f911126fb1175f42d5161022b7be0377cb8ab7a95bff44f61a0456ee7e6cd695e8cd"
    "f369d633d3755d7753c5bec0841ea32213bc341a86a69fb7d0830b1a2d6bc7ef3c278aa89c9c63f8321a23f3fd6f"
    "8e08cbaa8ad563154f05c6a38a0986d7e5b68afbbb2a4e05725213c25080efdc4c92c2193d7bde7b181958bcc4fe"
    "d38f1e3824056ffc74852f6c55e311f5956cda71229913d7ddac776fcbf250c567818332b675e2bcb3f16d0bef42"
    "698d33849a676824b6304f367cb34ea428b7cabb4b34c51fa90e845132dbaef9df3fd853612b"
)
"""What the program wrote before an answer could have several requests."""


def log_of(timed: list[tuple[float, Event]]) -> list[Logged]:
    at_s, entries = 7.0, []
    for seq, (later_s, event) in enumerate(timed):
        at_s += later_s
        entries.append(Logged(seq, at_s, event))
    return entries


def fold_of(entries: list[Logged]) -> ReplyFold:
    fold = ReplyFold()
    fold.feed(entries)
    return fold


def again(entries: list[Logged]) -> list[Logged]:
    """The log, through its bytes and what the reply's record keeps."""
    fold = fold_of(entries)
    return decode_log(encode_log(entries), fold.text, fold.reasoning)


@given(TIMED)
def test_every_log_comes_back_from_its_first_entry_on(timed: list[tuple[float, Event]]) -> None:
    entries = log_of(timed)

    found = again(entries)

    assert [(e.seq, e.event) for e in found] == [(e.seq, e.event) for e in entries]
    start_s = entries[0].at_s if entries else 0
    for one, other in zip(found, entries, strict=True):
        assert abs(one.at_s - (other.at_s - start_s)) <= TICK_S


def test_a_clock_that_steps_back_stands_still() -> None:
    entries = [
        Logged(0, 5.0, RequestSent()),
        Logged(1, 6.0, TextDelta("a")),
        Logged(2, 5.5, Stopped()),
    ]

    assert [entry.at_s for entry in again(entries)] == [0.0, 1.0, 1.0]


def test_an_answer_of_2000_deltas_takes_less_than_its_text_besides() -> None:
    chance = random.Random(7)  # noqa: S311 - the same each time
    entries, at_s = [Logged(0, 0.0, RequestSent())], 0.3
    for n in range(2000):
        at_s += chance.expovariate(80)
        word = "".join(chance.choices("abcdefghij", k=chance.randint(1, 6)))
        entries.append(Logged(n + 1, at_s, TextDelta(f" {word}")))
    entries.append(Logged(2001, at_s, Finished("stop")))

    text_bytes = len(fold_of(entries).text.encode())

    assert text_bytes + len(encode_log(entries)) <= 2 * text_bytes


@given(st.binary(max_size=60))
def test_what_is_no_log_is_refused(data: bytes) -> None:
    for wrong in (data, b"\x01" + data):
        with pytest.raises(LogUnreadable):
            decode_log(wrong, "Hi", "")


@given(st.binary(max_size=60))
def test_bytes_that_only_look_like_a_log_are_refused_or_are_one(body: bytes) -> None:
    try:
        found = decode_log(b"\x01" + zlib.compress(body), "Hi", "")
    except LogUnreadable:
        return

    assert [entry.seq for entry in found] == list(range(len(found)))


@pytest.mark.parametrize("place", range(len(encode_log(SMALL))))
def test_a_damaged_byte_is_noticed(place: int) -> None:
    data = bytearray(encode_log(SMALL))
    data[place] ^= 0x55

    with pytest.raises(LogUnreadable):
        decode_log(bytes(data), "Hi", "")


@pytest.mark.parametrize("size", range(len(encode_log(SMALL))))
def test_a_log_cut_off_is_refused(size: int) -> None:
    with pytest.raises(LogUnreadable):
        decode_log(encode_log(SMALL)[:size], "Hi", "")


@pytest.mark.parametrize(("text", "reasoning"), [("H", ""), ("Hi!", ""), ("", "Hi"), ("Hi", "m")])
def test_a_log_of_another_text_is_refused(text: str, reasoning: str) -> None:
    with pytest.raises(LogUnreadable, match="text"):
        decode_log(encode_log(SMALL), text, reasoning)


def test_a_log_of_a_later_format_is_refused() -> None:
    with pytest.raises(LogUnreadable, match="format"):
        decode_log(b"\x02" + encode_log(SMALL)[1:], "Hi", "")


def test_a_log_of_before_there_were_tries_can_still_be_read() -> None:
    found = decode_log(FIRST_SHAPE, "Once upon", "hm")

    assert [entry.event for entry in found] == [
        RequestSent(attempt=1, model=None),
        Opened("gen-1", "m", "Azure"),
        ReasoningDelta("hm"),
        Continued("Once"),
        TextDelta(" upon"),
        UsageReported(Usage(7, 9, 3, 0, 0.25)),
        Failed(Failure("rate_limited", "slow", 429, 1.5)),
    ]


def test_nothing_is_a_log_too() -> None:
    assert again([]) == []
