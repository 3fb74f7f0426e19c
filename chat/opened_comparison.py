"""A comparison as it stands now: what each lane has said in each round, or is saying. Values."""

from collections.abc import Mapping
from dataclasses import dataclass

from chat.comparison import Comparison, Entry, Lane, Round
from chat.live import LiveReply
from chat.tree import Turn, turn_of
from chat.turn import Opened


@dataclass(frozen=True, slots=True)
class Cell:
    """A lane's part in a round as it stands now.

    Attributes:
        turn: The prompt and the lane's answer; None where it was never asked, or was deleted.
        live: The log of the answer while it runs in this process.
        is_here: Whether the lane's conversation is there at all.
    """

    lane: Lane
    entry: Entry
    turn: Turn | None = None
    live: LiveReply | None = None
    is_here: bool = True

    @property
    def is_running(self) -> bool:
        """Whether its answer is being written, in this process or another."""
        return self.turn is not None and self.turn.reply.outcome is None


@dataclass(frozen=True, slots=True)
class OpenedComparison:
    """A comparison on screen.

    Attributes:
        cells: For each round, in order, those who take part in it, in the order of the lanes.
    """

    comparison: Comparison
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def is_running(self) -> bool:
        """Whether any lane's answer is being written."""
        return any(cell.is_running for cells in self.cells for cell in cells)

    @property
    def newest(self) -> tuple[Round, tuple[Cell, ...]]:
        """The last round and who takes part in it."""
        return self.comparison.rounds[-1], self.cells[-1]


def opened_comparison(
    comparison: Comparison, opened: Mapping[str, Opened | None]
) -> OpenedComparison:
    """The comparison with its lanes' conversations, by lane id, as they stand now."""
    cells = tuple(
        tuple(
            _cell(lane, entry, opened[lane.id])
            for entry in held.entries
            if (lane := comparison.lane(entry.lane_id)) is not None
        )
        for held in comparison.rounds
    )
    return OpenedComparison(comparison, cells)


def _cell(lane: Lane, entry: Entry, opened: Opened | None) -> Cell:
    turn = turn_of(opened.tree, entry.message_id) if opened is not None else None
    live = opened.live if opened is not None else None
    is_its = turn is not None and live is not None and live.id == turn.reply.id
    # A lane whose first prompt is not there yet is an empty conversation, which nobody deleted.
    return Cell(lane, entry, turn, live if is_its else None, is_here=opened is not None)
