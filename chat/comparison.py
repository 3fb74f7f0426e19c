"""What a comparison is: lanes that answer the same prompts, round by round, and the votes on them.

Values only. Each lane is a conversation of its own, which the sidebar does not list; its answers
are replies like any other.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from chat.parameters import Parameters

MIN_LANES, MAX_LANES = 2, 6
PRESET_NAME_CHARS = 60

Verdict = Literal["best", "tie", "all_bad"]


@dataclass(frozen=True, slots=True)
class LaneSetup:
    """How a lane asks.

    Attributes:
        model: The id that is asked for.
        max_tokens: Upper limit of an answer, in tokens.
        temperature: 0 to 2, or None for the model's own.
        top_p: Above 0 to 1, likewise.
        system_prompt: "" for none.
        parameters: What else is wished, as which upstream provider is to answer.
    """

    model: str
    max_tokens: int
    temperature: float | None = None
    top_p: float | None = None
    system_prompt: str = ""
    parameters: Parameters = field(default_factory=Parameters)


@dataclass(frozen=True, slots=True)
class Lane:
    """One of those that are compared.

    Attributes:
        id: Also the id of its conversation.
    """

    id: str
    setup: LaneSetup


@dataclass(frozen=True, slots=True)
class Entry:
    """A lane's part in a round.

    Attributes:
        message_id: The round's prompt as it stands in the lane's conversation; the replies to it
            are the lane's answers.
        start_s: How long after the round's first request this lane's left, in seconds; None where
            that is not known (yet), or it was not started with the others.
    """

    lane_id: str
    message_id: str
    start_s: float | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """What the visitor thinks of a round's answers.

    Attributes:
        lane_id: The best one; None where the verdict is another.
    """

    verdict: Verdict
    lane_id: str | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One prompt to all lanes.

    Attributes:
        entries: A lane that was added later is in no earlier round.
    """

    id: str
    text: str
    created_at: datetime
    entries: tuple[Entry, ...]
    vote: Vote | None = None

    def entry(self, lane_id: str) -> Entry | None:
        """The lane's part in it, or None."""
        return next((entry for entry in self.entries if entry.lane_id == lane_id), None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of it.

    Attributes:
        is_blind: Whether names are hidden until the first vote.
        lanes: In the order of the screen; shuffled where it is blind.
        rounds: Oldest first; there is at least one.
    """

    id: str
    owner: str
    created_at: datetime
    is_blind: bool
    lanes: tuple[Lane, ...]
    rounds: tuple[Round, ...]

    @property
    def is_hidden(self) -> bool:
        """Whether nobody may see yet who is who."""
        return self.is_blind and all(held.vote is None for held in self.rounds)

    def lane(self, lane_id: str) -> Lane | None:
        """The lane of that id, or None."""
        return next((lane for lane in self.lanes if lane.id == lane_id), None)


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """One line of the list of earlier comparisons; it names no model.

    Attributes:
        title: The first prompt's first words.
    """

    id: str
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote as a ranking needs it.

    Attributes:
        setups: Those that took part in the round, in no meaningful order.
        best: Place of the best among them; None where the verdict is another.
        is_blind: Whether the names were hidden until this vote.
    """

    round_id: str
    setups: tuple[LaneSetup, ...]
    verdict: Verdict
    best: int | None
    voted_at: datetime
    is_blind: bool


@dataclass(frozen=True, slots=True)
class LanePreset:
    """Lanes under a name."""

    name: str
    setups: tuple[LaneSetup, ...]
