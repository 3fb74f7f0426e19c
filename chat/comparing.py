"""Runs comparisons: asks all lanes at once, asks one again, adds one, keeps the votes.

Each lane's answer is begun by `Turns` as any other, so it is kept, followed and stopped likewise.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from chat.comparison import (
    MAX_LANES,
    MIN_LANES,
    Comparison,
    Entry,
    Lane,
    LaneSetup,
    Round,
    Vote,
)
from chat.conversations import new_id
from chat.lane_starts import save_starts, when_all_left
from chat.live import LiveReply
from chat.opened_comparison import Cell, OpenedComparison, opened_comparison
from chat.ports import Store
from chat.refusals import MessageRefused
from chat.tree import turn_of
from chat.turn import Ask, Turns

AskOf = Callable[[LaneSetup], Ask]


@dataclass(frozen=True, slots=True)
class Comparing:
    """Begins comparisons and goes on with them.

    Attributes:
        submit: Lets something be done on another thread, for the engine's own must not block.
        shuffle: Puts the lanes of a blind comparison into an order that tells nothing.
        refused: Lanes that could not be asked while others could, and why, by lane id.
    """

    store: Store
    turns: Turns
    submit: Callable[[Callable[[], None]], object]
    shuffle: Callable[[list[Lane]], None] = random.SystemRandom().shuffle
    refused: dict[str, MessageRefused] = field(default_factory=dict, init=False)

    def begin(
        self, owner: str, text: str, setups: Sequence[LaneSetup], ask_of: AskOf, *, is_blind: bool
    ) -> Comparison:
        """Saves a new comparison and asks its lanes.

        Args:
            owner: The visitor.
            text: The first prompt.
            setups: How each lane asks; 2 to 6.
            ask_of: Makes of that how an answer is wanted, with its key.
            is_blind: Whether names are hidden until the first vote.

        Raises:
            ValueError: there are too few or too many lanes.
            MessageRefused: the prompt cannot be sent; nothing was saved.
            StoreError: it cannot be saved now; nothing was sent.
        """
        if not MIN_LANES <= len(setups) <= MAX_LANES:
            raise ValueError(f"expected {MIN_LANES} to {MAX_LANES} lanes, got {len(setups)}")
        for setup in setups:
            self.turns.check(text, ask_of(setup))
        lanes = [Lane(new_id(), setup) for setup in setups]
        if is_blind:
            self.shuffle(lanes)
        first = self._round(text, lanes)
        comparison = Comparison(new_id(), owner, first.created_at, is_blind, tuple(lanes), (first,))
        self.store.comparisons.add(comparison)
        try:
            self._ask(comparison, lanes, ask_of)
        except MessageRefused:
            self.store.comparisons.delete(owner, comparison.id)
            raise
        return comparison

    def follow_up(self, owner: str, comparison_id: str, text: str, ask_of: AskOf) -> None:
        """Asks all lanes something more, each after what it has said itself.

        Raises:
            MessageRefused: the prompt cannot be sent, or a lane still answers.
            StoreError: it cannot be saved now; nothing was sent.
        """
        opened = self._opened(owner, comparison_id)
        comparison = opened.comparison
        if opened.is_running:
            raise MessageRefused("busy")
        lanes = [cell.lane for cell in opened.newest[1] if cell.is_here]
        if not lanes:
            raise MessageRefused("unknown_conversation")
        for lane in lanes:
            self.turns.check(text, ask_of(lane.setup))
        further = self._round(text, lanes)
        self.store.comparisons.add_round(owner, comparison_id, further)
        grown = replace(comparison, rounds=(*comparison.rounds, further))
        try:
            self._ask(grown, lanes, ask_of)
        except MessageRefused:
            self.store.comparisons.remove_round(owner, comparison_id, further.id)
            raise

    def delete(self, owner: str, comparison_id: str) -> None:
        """Deletes a comparison; answers that run are stopped, here or in another process.

        Raises:
            StoreError: it cannot be deleted now.
        """
        opened = self.open(owner, comparison_id)
        for cell in (cell for cells in opened.cells for cell in cells) if opened else ():
            if cell.live is not None:
                self.turns.engine.stop(cell.live.id, owner)
            elif cell.is_running and cell.turn is not None:
                self.store.ask_stop(owner, cell.turn.reply.id)
        self.store.comparisons.delete(owner, comparison_id)

    def retry(self, owner: str, comparison_id: str, lane_ids: Iterable[str], ask_of: AskOf) -> None:
        """Asks lanes again for their answer of the last round; what they said is kept.

        Raises:
            MessageRefused: none of them can be asked now.
            StoreError: they cannot be read now; nothing was sent.
        """
        wanted = set(lane_ids)
        opened = self._opened(owner, comparison_id)
        held, cells = opened.newest
        asked = [cell for cell in cells if cell.lane.id in wanted and cell.is_here]

        def again(cell: Cell) -> LiveReply:
            ask = ask_of(cell.lane.setup)
            if cell.turn is None:
                return self._send(opened.comparison, cell.lane, ask)
            self._turn_back(owner, cell.lane.id, cell.entry.message_id)
            return self.turns.regenerate(owner, cell.lane.id, ask)

        lives = self._together({cell.lane.id: partial(again, cell) for cell in asked})
        # What was known of their earlier answers is not true of these.
        save_starts(self.store, owner, held, lives)
        self._keep_starts(owner, held, lives)

    def go_on(self, owner: str, comparison_id: str, lane_id: str, ask_of: AskOf) -> None:
        """Asks a lane to go on with its answer of the last round.

        Raises:
            MessageRefused, StoreError: as `Turns.go_on`.
        """
        _, cells = self._opened(owner, comparison_id).newest
        cell = next((cell for cell in cells if cell.lane.id == lane_id), None)
        if cell is None or cell.turn is None:
            raise MessageRefused("unknown_conversation")
        self._turn_back(owner, lane_id, cell.entry.message_id)
        self.turns.go_on(owner, lane_id, ask_of(cell.lane.setup))

    def add_lane(self, owner: str, comparison_id: str, setup: LaneSetup, ask_of: AskOf) -> None:
        """Lets one more lane answer the last round's prompt; it knows nothing of earlier rounds.

        Raises:
            ValueError: there are as many as there may be.
            MessageRefused: it cannot be asked; nothing was saved.
            StoreError: it cannot be saved now; nothing was sent.
            StoreRefused: another tab or process has added the last lane there may be.
        """
        comparison = self._opened(owner, comparison_id).comparison
        if len(comparison.lanes) >= MAX_LANES:
            raise ValueError(f"expected at most {MAX_LANES} lanes")
        last = comparison.rounds[-1]
        self.turns.check(last.text, ask_of(setup))
        lane = Lane(new_id(), setup)
        joined = replace(last, entries=(*last.entries, Entry(lane.id, new_id())))
        self.store.comparisons.add_lane(owner, comparison_id, lane, joined)
        lanes = (*comparison.lanes, lane)
        grown = replace(comparison, lanes=lanes, rounds=(*comparison.rounds[:-1], joined))
        try:
            self._send(grown, lane, ask_of(setup))
        except MessageRefused:
            self.store.comparisons.remove_lane(owner, comparison_id, lane.id)
            raise

    def vote(self, owner: str, comparison_id: str, round_id: str, vote: Vote) -> None:
        """Keeps a vote and so reveals who is who; the first one on a round counts.

        Raises:
            MessageRefused: the comparison has no such round or lane, or a lane still answers.
            StoreError: it cannot be saved now.
        """
        opened = self._opened(owner, comparison_id)
        cells = dict(zip(opened.comparison.rounds, opened.cells, strict=True))
        voted = next((cells[held] for held in cells if held.id == round_id), ())
        is_one_of_them = vote.lane_id in {None, *(cell.lane.id for cell in voted)}
        if not voted or not is_one_of_them:
            raise MessageRefused("unknown_conversation")
        if any(cell.is_running for cell in voted):
            raise MessageRefused("busy")
        is_blind = opened.comparison.is_hidden
        self.store.comparisons.vote(owner, round_id, vote, is_blind=is_blind)

    def open(self, owner: str, comparison_id: str) -> OpenedComparison | None:
        """The comparison as it stands now; None where the owner has no such one.

        Raises:
            StoreError: it cannot be read now.
        """
        comparison = self.store.comparisons.load(owner, comparison_id)
        if comparison is None:
            return None
        opened = {lane.id: self.turns.open(owner, lane.id) for lane in comparison.lanes}
        return opened_comparison(comparison, opened)

    def _opened(self, owner: str, comparison_id: str) -> OpenedComparison:
        opened = self.open(owner, comparison_id)
        if opened is None:
            raise MessageRefused("unknown_conversation")
        return opened

    def _round(self, text: str, lanes: Sequence[Lane]) -> Round:
        entries = tuple(Entry(lane.id, new_id()) for lane in lanes)
        return Round(new_id(), text, self.turns.now(), entries)

    def _ask(self, comparison: Comparison, lanes: Sequence[Lane], ask_of: AskOf) -> None:
        """Sends the last round's prompt to lanes, in one go."""
        asks = {lane.id: ask_of(lane.setup) for lane in lanes}
        begin = {lane.id: partial(self._send, comparison, lane, asks[lane.id]) for lane in lanes}
        lives = self._together(begin)
        self._keep_starts(comparison.owner, comparison.rounds[-1], lives)

    def _keep_starts(self, owner: str, held: Round, lives: Sequence[LiveReply]) -> None:
        def keep() -> None:
            if not self.turns.engine.is_closing:
                self.submit(lambda: save_starts(self.store, owner, held, lives))

        when_all_left(lives, keep)

    def _send(self, comparison: Comparison, lane: Lane, ask: Ask) -> LiveReply:
        """Sends the last round's prompt to a lane, after what that said in the rounds before."""
        *earlier, last = (
            (held, entry) for held in comparison.rounds if (entry := held.entry(lane.id))
        )
        held, entry = last
        owner = comparison.owner
        # A lane may have been refused in a round, and is then asked after what it said before.
        is_told = any(self._turn_back(owner, lane.id, e.message_id) for _, e in reversed(earlier))
        return self.turns.begin(
            owner,
            lane.id if is_told else None,
            held.text,
            ask,
            new_as=lane.id,
            is_hidden=True,
            message_id=entry.message_id,
        )

    def _turn_back(self, owner: str, lane_id: str, message_id: str) -> bool:
        """Makes the lane's path end in that message's turn, where it went on as a chat meanwhile.

        Returns:
            False where there is no such turn.
        """
        opened = self.turns.open(owner, lane_id)
        turn = turn_of(opened.tree, message_id) if opened is not None else None
        if opened is None or turn is None:
            return False
        if opened.turns[-1].user.id != message_id:
            self.store.set_leaf(owner, lane_id, turn.reply.id)
        return True

    def _together(self, begin: Mapping[str, Callable[[], LiveReply]]) -> list[LiveReply]:
        """Begins lanes' answers in one go; one that is refused does not keep the others from it.

        Raises:
            MessageRefused: all of them were refused.
        """
        lives: list[LiveReply] = []
        with self.turns.engine.together():
            for lane_id, begin_one in begin.items():
                try:
                    lives.append(begin_one())
                except MessageRefused as refusal:
                    self.refused[lane_id] = refusal
        if begin and not lives:
            raise self.refused[next(iter(begin))]
        return lives
