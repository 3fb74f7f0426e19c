"""Comparisons as rows: their lanes, rounds and votes, and lanes saved under a name.

The lanes' conversations are made here, so that they are never listed; what is said in them is
written as any other turn.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import delete, insert, select, true, update

from chat.comparison import Ballot, Comparison, ComparisonLine, Lane, LanePreset, Round, Vote
from chat.conversations import ReplyRecord, title_of
from chat.errors import StoreRefused
from chat.stores import comparison_rows as rows
from chat.stores import lists
from chat.stores.columns import as_id
from chat.stores.comparison_tables import (
    comparison_entries,
    comparison_lanes,
    comparison_rounds,
    comparisons,
    lane_presets,
)
from chat.stores.faults import in_plain_words
from chat.stores.part_of_store import PartOfStore
from chat.stores.rows import insert_new, reply_of
from chat.stores.schema import conversations


class SqlComparisons(PartOfStore):
    """The `Comparisons` port on SQLite and PostgreSQL; one transaction for each call."""

    @in_plain_words
    def add(self, comparison: Comparison) -> None:
        """Saves a new comparison with its lanes and its first rounds."""
        row = {
            "id": comparison.id,
            "owner": comparison.owner,
            "title": title_of(comparison.rounds[0].text),
            "created_at": comparison.created_at,
            "is_blind": comparison.is_blind,
        }
        first = comparison.rounds[0]
        with self._writer.begin() as db:
            db.execute(insert(comparisons).values(row))
            rows.add_lanes(db, comparison.owner, comparison.id, comparison.lanes, first)
            for held in comparison.rounds:
                rows.add_round(db, comparison.id, held)

    @in_plain_words
    def add_round(self, owner: str, comparison_id: str, held: Round) -> None:
        """Saves a further round.

        Raises:
            StoreRefused: the owner has no such comparison.
        """
        with self._writer.begin() as db:
            rows.check_owner(db, owner, comparison_id)
            rows.add_round(db, comparison_id, held)

    @in_plain_words
    def remove_round(self, owner: str, comparison_id: str, round_id: str) -> None:
        """Takes a round back that nobody was asked in."""
        with self._writer.begin() as db:
            rows.check_owner(db, owner, comparison_id)
            rows.remove_round(db, comparison_id, round_id)

    @in_plain_words
    def remove_lane(self, owner: str, comparison_id: str, lane_id: str) -> None:
        """Takes a lane back that was never asked."""
        with self._writer.begin() as db:
            rows.check_owner(db, owner, comparison_id)
            rows.remove_lane(db, comparison_id, lane_id, self._now())

    @in_plain_words
    def add_lane(self, owner: str, comparison_id: str, lane: Lane, held: Round) -> None:
        """Saves a further lane that takes part in a round.

        Raises:
            StoreRefused: the owner has no such comparison, it has all the lanes there may be,
                or the lane has no part in the round.
        """
        entry = held.entry(lane.id)
        if entry is None:
            raise StoreRefused("The lane takes no part in the round.")
        with self._writer.begin() as db:
            rows.check_owner(db, owner, comparison_id)
            rows.check_lanes(db, comparison_id)
            rows.add_lanes(db, owner, comparison_id, [lane], held)
            db.execute(insert(comparison_entries).values(rows.entry_row(held.id, entry)))

    @in_plain_words
    def save_starts(self, owner: str, round_id: str, starts_s: Mapping[str, float | None]) -> None:
        """Writes when each lane started, in seconds after the first; None where it was alone."""
        with self._writer.begin() as db:
            if not rows.owns_round(db, owner, round_id):
                return
            for lane_id, start_s in starts_s.items():
                db.execute(
                    update(comparison_entries)
                    .where(
                        comparison_entries.c.round_id == round_id,
                        comparison_entries.c.lane_id == lane_id,
                    )
                    .values(start_s=start_s)
                )

    @in_plain_words
    def load(self, owner: str, comparison_id: str) -> Comparison | None:
        """The comparison; None where it is unknown, deleted or another owner's."""
        with self._reader.begin() as db:
            row = db.execute(
                select(comparisons).where(
                    comparisons.c.id == as_id(comparison_id),
                    comparisons.c.owner == owner,
                    comparisons.c.deleted_at.is_(None),
                )
            ).one_or_none()
            if row is None:
                return None
            lanes, rounds = rows.load_lanes(db, row.id), rows.load_rounds(db, row.id)
        return Comparison(row.id, row.owner, row.created_at, row.is_blind, lanes, rounds)

    @in_plain_words
    def list_newest(self, owner: str, limit: int) -> list[ComparisonLine]:
        """The newest comparisons, newest first."""
        with self._reader.begin() as db:
            found = db.execute(
                select(comparisons.c.id, comparisons.c.title, comparisons.c.created_at)
                .where(comparisons.c.owner == owner, comparisons.c.deleted_at.is_(None))
                .order_by(comparisons.c.number.desc())
                .limit(limit)
            )
            return [ComparisonLine(row.id, row.title, row.created_at) for row in found]

    @in_plain_words
    def vote(self, owner: str, round_id: str, vote: Vote, *, is_blind: bool) -> bool:
        """Keeps the vote on a round; False where there is one already, or no such round."""
        with self._writer.begin() as db:
            if not rows.owns_round(db, owner, round_id):
                return False
            voted = db.execute(
                update(comparison_rounds)
                .where(comparison_rounds.c.id == round_id, comparison_rounds.c.verdict.is_(None))
                .values(
                    verdict=vote.verdict,
                    best_lane_id=vote.lane_id,
                    voted_at=self._now(),
                    voted_blind=is_blind,
                )
            )
            return voted.rowcount == 1

    @in_plain_words
    def list_ballots(self, owner: str, limit: int) -> list[Ballot]:
        """The newest votes, newest first."""
        with self._reader.begin() as db:
            voted = db.execute(
                select(comparison_rounds)
                .join(comparisons, comparison_rounds.c.comparison_id == comparisons.c.id)
                .where(
                    comparisons.c.owner == owner,
                    comparisons.c.deleted_at.is_(None),
                    comparison_rounds.c.verdict.is_not(None),
                )
                .order_by(comparison_rounds.c.voted_at.desc(), comparison_rounds.c.number.desc())
                .limit(limit)
            ).all()
            return rows.ballots_of(db, voted)

    @in_plain_words
    def list_voted_replies(self, owner: str, limit: int) -> list[ReplyRecord]:
        """The newest answers that were voted on, newest first; texts left out."""
        with self._reader.begin() as db:
            return [reply_of(row) for row in db.execute(lists.voted_replies(owner, limit))]

    @in_plain_words
    def keep_as_chat(self, owner: str, lane_id: str) -> None:
        """Makes a lane's conversation one that the sidebar lists; it stays the lane's."""
        with self._writer.begin() as db:
            db.execute(
                update(conversations)
                .where(conversations.c.id == as_id(lane_id), conversations.c.owner == owner)
                .values(hidden=False, updated_at=self._now())
            )

    @in_plain_words
    def delete(self, owner: str, comparison_id: str) -> None:
        """Hides a comparison with the lanes that are listed nowhere; for good a week later."""
        with self._writer.begin() as db:
            hidden = db.execute(
                update(comparisons)
                .where(comparisons.c.id == as_id(comparison_id), comparisons.c.owner == owner)
                .values(deleted_at=self._now())
            )
            if hidden.rowcount:
                own = select(comparison_lanes.c.id).where(
                    comparison_lanes.c.comparison_id == comparison_id
                )
                db.execute(
                    update(conversations)
                    .where(conversations.c.id.in_(own), conversations.c.hidden.is_(true()))
                    .values(deleted_at=self._now())
                )

    @in_plain_words
    def list_presets(self, owner: str) -> tuple[LanePreset, ...]:
        """The saved lanes, by name."""
        with self._reader.begin() as db:
            found = db.execute(
                select(lane_presets.c.name, lane_presets.c.setups)
                .where(lane_presets.c.owner == owner)
                .order_by(lane_presets.c.name)
            )
            return tuple(
                LanePreset(row.name, tuple(map(rows.setup_of, json.loads(row.setups))))
                for row in found
            )

    @in_plain_words
    def save_preset(self, owner: str, preset: LanePreset) -> None:
        """Keeps lanes; those of the same name are replaced."""
        setups = json.dumps([asdict(setup) for setup in preset.setups])
        with self._writer.begin() as db:
            insert_new(db, lane_presets, {"owner": owner, "name": preset.name, "setups": setups})
            db.execute(
                update(lane_presets)
                .where(lane_presets.c.owner == owner, lane_presets.c.name == preset.name)
                .values(setups=setups)
            )

    @in_plain_words
    def delete_preset(self, owner: str, name: str) -> None:
        """Forgets saved lanes."""
        with self._writer.begin() as db:
            db.execute(
                delete(lane_presets).where(
                    lane_presets.c.owner == owner, lane_presets.c.name == name
                )
            )
