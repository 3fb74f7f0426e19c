"""Wherever an answer breaks, and whatever the model does then: each character is shown once."""

from hypothesis import given, settings
from hypothesis import strategies as st
from leaping_loop import DONE, QUESTION, Step, Upstream, answer_of, words

from chat.attempts import Attempts
from chat.continuation import OVERLAP_CHARS, START_CHARS
from chat.errors import BadAnswer, ConnectionLost, ModelUnavailable, ReplyInterrupted
from chat.events import TextDelta
from chat.messages import ChatRequest
from chat.retry import Policy
from chat.seam import Seam

SPACES = st.sampled_from([" ", " ", " ", "\n", "\n\n", "\n    ", "  "])
# No words twice: where a text repeats itself nobody can tell a repeat from a going on.
STORIES = st.lists(SPACES, min_size=8, max_size=60).map(
    lambda spaces: "".join(f"w{n * 7919 % 1000:03}{space}" for n, space in enumerate(spaces))
)
BREAKS = st.sampled_from([ConnectionLost, ReplyInterrupted, ModelUnavailable, BadAnswer])
BEHAVIOURS = st.sampled_from(
    ["goes_on", "repeats", "starts_over", "starts_over_differently", "refuses", "is_done"]
)
TURNS = st.lists(st.tuples(BEHAVIOURS, st.integers(0, 60), BREAKS), min_size=1, max_size=6)
ANEW = "Then something else altogether was said."


def said_after(shown: str, story: str, behaviour: str, chance: int) -> str:
    """What a model of that kind says when it is given the beginning."""
    if behaviour == "starts_over_differently" and len(shown) <= START_CHARS + chance:
        # It shows only by what is said again.
        behaviour = "goes_on"
    repeated = min(len(shown), OVERLAP_CHARS + chance)
    return {
        "goes_on": story[len(shown) :],
        "repeats": story[len(shown) - repeated :],
        "starts_over": story,
        "starts_over_differently": story[: START_CHARS + chance] + ANEW,
        "refuses": "I'm sorry, I can't continue this message.",
        "is_done": "",
    }[behaviour]


@settings(max_examples=300)
@given(STORIES, TURNS)
def test_each_character_is_shown_exactly_once(
    story: str, turns: list[tuple[str, int, type[Exception]]]
) -> None:
    def script(request: ChatRequest) -> list[Step]:
        behaviour, chance, error = turns[min(len(upstream.requests), len(turns)) - 1]
        is_last = len(upstream.requests) >= len(turns)
        shown = request.messages[-1].text if request.messages[-1] != QUESTION else ""
        assert story.startswith(shown)
        steps = words(said_after(shown, story, behaviour if shown else "goes_on", chance))
        return [*steps, DONE] if is_last else [*steps[:chance], error()]

    upstream = Upstream(script)
    answer = answer_of(Attempts(upstream, Policy(reconnects=9, tries=9)))

    assert story.startswith(answer.fold.text)
    assert upstream.open == 0
    if answer.fold.outcome == "completed" and turns[-1][0] in {"goes_on", "repeats"}:
        assert answer.fold.text == story


@given(STORIES, st.integers(1, 200), st.integers(1, 9))
def test_a_model_that_goes_on_is_not_held_back(story: str, at: int, size: int) -> None:
    shown = story[:at]
    seam = Seam(shown)
    rest = story[len(seam.prefill) :]

    pieces = [seam.feed(rest[n : n + size]) for n in range(0, len(rest), size)]

    assert shown + "".join(pieces) + seam.flush() == story


def test_a_first_delta_that_is_new_is_shown_at_once() -> None:
    assert Seam("One two").feed(" three") == " three"


def test_a_repeat_cut_short_by_another_break_is_let_go_of() -> None:
    upstream = Upstream(
        [TextDelta("One two three four"), ConnectionLost()],
        [TextDelta("two three"), ConnectionLost()],
        [TextDelta(" five"), DONE],
    )

    assert answer_of(Attempts(upstream)).fold.text == "One two three four five"
