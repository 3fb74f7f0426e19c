"""Where a continued answer meets what was there: nothing twice, nothing lost."""

import itertools
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat.continuation import OVERLAP_CHARS, START_CHARS, TAIL_CHARS, Joiner, Verdict, continued
from chat.errors import ConnectionLost, ProviderError
from chat.events import (
    Continued,
    Event,
    Finished,
    Logged,
    Opened,
    ReasoningDelta,
    StartedOver,
    TextDelta,
)
from chat.reply import ReplyFold
from chat.simulator.prose import write
from chat.simulator.scenario import Style

BEFORE = "The quick brown fox jumps over the lazy dog, and then"
FINISHED = Finished("stop")
SHORT_TEXTS = st.text("ab ", max_size=40)


def joined(before: str, *pieces: str) -> tuple[str, Verdict]:
    """What is appended, and what the model was found to do."""
    joiner = Joiner(before)
    text = "".join(joiner.feed(piece) for piece in pieces) + joiner.flush()
    return text, joiner.verdict


async def events_of(before: str, *steps: Event | Exception) -> tuple[list[Event], ReplyFold]:
    """The events of the continued answer, and what they amount to."""

    async def source() -> AsyncIterator[Event]:
        for step in steps:
            if isinstance(step, Exception):
                raise step
            yield step

    events: list[Event] = []
    try:
        async for event in continued(before, source()):
            events.append(event)
    except ProviderError:
        pass
    fold = ReplyFold()
    fold.feed(Logged(seq, 0.0, event) for seq, event in enumerate(events))
    return events, fold


@pytest.mark.parametrize(
    ("said", "added"),
    [
        (" it sleeps.", " it sleeps."),
        ("", ""),
        ("lazy dog, and then it sleeps.", " it sleeps."),
        (BEFORE, ""),
        (f"{BEFORE} it sleeps.", " it sleeps."),
        ("then it sleeps.", "then it sleeps."),  # four letters are chance
        ("then", "then"),
        ("n", "n"),
        ("dog, and then", ""),
        ("The end", "The end"),
        ("quick brown fox", "quick brown fox"),  # said before, but not last
    ],
)
def test_what_goes_on_is_appended_without_what_it_repeats(said: str, added: str) -> None:
    assert joined(BEFORE, said) == (added, "joined")


@pytest.mark.parametrize(
    ("before", "said", "added"),
    [("Hi", "Hi there", " there"), ("Hi", " there", " there"), ("H", "Hi", "i"), ("", "a", "a")],
)
def test_a_short_beginning_may_be_repeated_whole(before: str, said: str, added: str) -> None:
    assert joined(before, said) == (added, "joined")


def test_so_many_characters_as_at_the_beginning_are_a_new_start() -> None:
    enough, fewer = BEFORE[:START_CHARS], BEFORE[: START_CHARS - 1]

    assert joined(BEFORE, f"{enough}!") == (f"{enough}!", "started_over")
    assert joined(BEFORE, f"{fewer}!") == (f"{fewer}!", "joined")


def test_a_new_start_may_end_before_it_differs() -> None:
    assert joined(BEFORE, BEFORE[:30]) == (BEFORE[:30], "started_over")


def test_a_repeat_must_have_so_many_characters() -> None:
    enough, fewer = BEFORE[-OVERLAP_CHARS:], BEFORE[-OVERLAP_CHARS + 1 :]

    assert joined(BEFORE, f"{enough}!") == ("!", "joined")
    assert joined(BEFORE, f"{fewer}!") == (f"{fewer}!", "joined")


@pytest.mark.parametrize("last", ["潮汐之间", "ありがと", "🌊🌊🌊🌊"])
def test_a_few_characters_that_are_words_by_themselves_are_a_repeat(last: str) -> None:
    before = f"{BEFORE} {last}"

    assert joined(before, f"{last}，") == ("，", "joined")
    assert joined(before, f"{last[1:]}，") == (f"{last[1:]}，", "joined")


def test_a_long_answer_may_be_repeated_whole_too() -> None:
    before = "".join(f"{n} " for n in range(TAIL_CHARS))[:TAIL_CHARS]

    assert joined(before, *before, "end") == ("end", "joined")


def test_so_much_of_a_new_start_is_waited_for_and_no_more() -> None:
    before = "".join(f"{n} " for n in range(TAIL_CHARS))
    joiner = Joiner(before)

    assert (joiner.feed(before[:TAIL_CHARS]), joiner.is_decided) == ("", False)
    assert joiner.feed(before[TAIL_CHARS]) == before[: TAIL_CHARS + 1]
    assert joiner.verdict == "started_over"
    assert joined(before, before, "end") == (f"{before}end", "started_over")


def test_the_first_words_are_held_back_and_no_others() -> None:
    joiner = Joiner(BEFORE)

    assert (joiner.feed("lazy "), joiner.is_decided) == ("", False)
    assert (joiner.feed("cat"), joiner.is_decided) == ("lazy cat", True)
    assert joiner.feed("lazy ") == "lazy "


def cut(text: str, places: Sequence[int]) -> list[str]:
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[a:b] for a, b in itertools.pairwise(ends)]


@given(
    SHORT_TEXTS,
    st.integers(0, 40),
    st.integers(0, 40),
    SHORT_TEXTS,
    st.lists(st.integers(0, 99), max_size=9),
)
@example(BEFORE, 30, 40, " it sleeps", [*range(60)])
def test_wherever_the_text_is_cut_the_result_is_the_same(
    before: str, start: int, end: int, more: str, places: list[int]
) -> None:
    said = before[start:end] + more

    assert joined(before, *cut(said, places)) == joined(before, said) == joined(before, *said)


@given(SHORT_TEXTS, st.integers(0, 40), st.integers(0, 40), SHORT_TEXTS)
def test_only_what_is_there_at_the_seam_is_left_out(
    before: str, start: int, end: int, more: str
) -> None:
    said = before[start:end] + more

    added, verdict = joined(before, said)

    left_out = said.removesuffix(added)
    assert left_out + added == said
    assert before.endswith(left_out)
    assert verdict == "joined" or not left_out
    assert not left_out or len(left_out) >= OVERLAP_CHARS or left_out == before


async def test_the_answer_begins_with_what_was_there() -> None:
    events, fold = await events_of(BEFORE, Opened("gen-1"), TextDelta(" it sleeps."), FINISHED)

    assert events == [Continued(BEFORE), Opened("gen-1"), TextDelta(" it sleeps."), FINISHED]
    assert (fold.text, fold.text_chars) == (f"{BEFORE} it sleeps.", 11)


async def test_a_new_start_is_told_before_its_text() -> None:
    events, fold = await events_of(BEFORE, *map(TextDelta, (BEFORE[:20], BEFORE[20:30], "?")))

    assert events == [Continued(BEFORE), StartedOver(), TextDelta(f"{BEFORE[:30]}?")]
    assert fold.text == f"{BEFORE[:30]}?"


@pytest.mark.parametrize("end", [FINISHED, ConnectionLost(), ValueError("ours"), None])
async def test_what_is_held_back_at_the_end_is_given(end: Event | Exception | None) -> None:
    steps = [TextDelta("lazy "), *([end] if end is not None else [])]

    if isinstance(end, ValueError):
        with pytest.raises(ValueError, match="ours"):
            await events_of(BEFORE, *steps)
    else:
        events, fold = await events_of(BEFORE, *steps)
        assert events[1] == TextDelta("lazy ")
        assert fold.text == f"{BEFORE}lazy "


async def test_a_break_stays_a_break() -> None:
    async def source() -> AsyncIterator[Event]:
        yield TextDelta("lazy ")
        raise ConnectionLost

    seen: list[Event] = []

    async def read() -> None:
        async for event in continued(BEFORE, source()):
            seen.append(event)

    with pytest.raises(ConnectionLost):
        await read()

    assert seen == [Continued(BEFORE), TextDelta("lazy ")]


async def test_what_may_become_a_refusal_is_held_back_and_let_go_of() -> None:
    steps = map(TextDelta, ("I'm ", "sorr", "owful, said the dog"))

    events, _ = await events_of(BEFORE, *steps, FINISHED)

    assert events[1:] == [TextDelta("I'm sorrowful, said the dog"), FINISHED]


async def test_a_refusal_to_go_on_is_not_shown() -> None:
    events, fold = await events_of(BEFORE, *map(TextDelta, ("I'm ", "sorry, ", "but")), FINISHED)

    assert events == [Continued(BEFORE)]
    assert fold.text == BEFORE


async def test_reasoning_passes_through_while_text_is_held_back() -> None:
    thought = ReasoningDelta("hm")

    events, _ = await events_of(BEFORE, TextDelta("lazy "), thought, TextDelta("cat"), FINISHED)

    assert events[1:] == [thought, TextDelta("lazy cat"), FINISHED]


async def test_closing_the_continuation_closes_its_source() -> None:
    closed: list[bool] = []

    async def source() -> AsyncIterator[Event]:
        try:
            yield TextDelta(" it")
            yield TextDelta(" sleeps")
        finally:
            closed.append(True)

    events = continued(BEFORE, source())
    assert [await anext(events), await anext(events)] == [Continued(BEFORE), TextDelta(" it")]
    await events.aclose()

    assert closed == [True]


@pytest.mark.parametrize("style", ["prose", "code", "tables", "lists", "cjk", "emoji", "mixed"])
def test_no_text_of_the_simulators_repeats_itself_where_it_breaks(style: Style) -> None:
    for tokens in (write(style, seed, 90) for seed in range(1, 40)):
        for place in range(9, 90, 7):
            before, rest = "".join(tokens[:place]), "".join(tokens[place:])

            assert joined(before, rest)[0] == rest
