"""Values ↔ rows of comparisons, within a transaction that somebody else has opened."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, true, update

from chat.comparison import MAX_LANES, Ballot, Entry, Lane, LaneSetup, Round, Vote
from chat.conversations import Conversation, title_of
from chat.errors import StoreRefused
from chat.parameters import Parameters, Upstreams
from chat.stores.comparison_tables import (
    comparison_entries,
    comparison_lanes,
    comparison_rounds,
    comparisons,
)
from chat.stores.rows import conversation_row
from chat.stores.schema import conversations


def add_lanes(
    db: Connection, owner: str, comparison_id: str, lanes: Sequence[Lane], first: Round
) -> None:
    """Saves lanes, and makes the conversation of each, named after the round it begins with."""
    for lane in lanes:
        conversation = Conversation(
            lane.id, owner, title_of(first.text), first.created_at, is_hidden=True
        )
        row = conversation_row(conversation, first.created_at)
        db.execute(insert(conversations).values(row))
        setup = json.dumps(asdict(lane.setup))
        db.execute(
            insert(comparison_lanes).values(id=lane.id, comparison_id=comparison_id, setup=setup)
        )


def add_round(db: Connection, comparison_id: str, held: Round) -> None:
    """Saves a round with the lanes' parts in it."""
    db.execute(
        insert(comparison_rounds).values(
            id=held.id, comparison_id=comparison_id, text=held.text, created_at=held.created_at
        )
    )
    db.execute(insert(comparison_entries), [entry_row(held.id, entry) for entry in held.entries])


def entry_row(round_id: str, entry: Entry) -> dict[str, object]:
    """A lane's part in a round."""
    return {"round_id": round_id, **asdict(entry)}


def check_owner(db: Connection, owner: str, comparison_id: str) -> None:
    """Refuses a comparison that the owner cannot see; nobody else changes it meanwhile."""
    visible = (
        select(comparisons.c.id)
        .where(
            comparisons.c.id == comparison_id,
            comparisons.c.owner == owner,
            comparisons.c.deleted_at.is_(None),
        )
        .with_for_update()
    )
    if db.scalar(visible) is None:
        raise StoreRefused("Unknown comparison.")


def check_lanes(db: Connection, comparison_id: str) -> None:
    """Refuses one lane more than there may be."""
    lanes = select(func.count()).where(comparison_lanes.c.comparison_id == comparison_id)
    if (db.scalar(lanes) or 0) >= MAX_LANES:
        raise StoreRefused("The comparison has all its lanes.")


def remove_round(db: Connection, comparison_id: str, round_id: str) -> None:
    """Removes a round with the lanes' parts in it."""
    own = select(comparison_rounds.c.id).where(
        comparison_rounds.c.id == round_id, comparison_rounds.c.comparison_id == comparison_id
    )
    db.execute(delete(comparison_entries).where(comparison_entries.c.round_id.in_(own)))
    db.execute(delete(comparison_rounds).where(comparison_rounds.c.id.in_(own)))


def remove_lane(db: Connection, comparison_id: str, lane_id: str, now: datetime) -> None:
    """Removes a lane with its parts; its conversation is deleted like any other."""
    own = select(comparison_lanes.c.id).where(
        comparison_lanes.c.id == lane_id, comparison_lanes.c.comparison_id == comparison_id
    )
    db.execute(
        update(conversations)
        .where(conversations.c.id.in_(own), conversations.c.hidden.is_(true()))
        .values(deleted_at=now)
    )
    db.execute(delete(comparison_entries).where(comparison_entries.c.lane_id.in_(own)))
    db.execute(delete(comparison_lanes).where(comparison_lanes.c.id.in_(own)))


def owns_round(db: Connection, owner: str, round_id: str) -> bool:
    """Whether the round is of a comparison that the owner can see."""
    query = (
        select(comparison_rounds.c.id)
        .join(comparisons, comparison_rounds.c.comparison_id == comparisons.c.id)
        .where(
            comparison_rounds.c.id == round_id,
            comparisons.c.owner == owner,
            comparisons.c.deleted_at.is_(None),
        )
    )
    return db.scalar(query) is not None


def load_lanes(db: Connection, comparison_id: str) -> tuple[Lane, ...]:
    """The lanes in the order of the screen."""
    found = db.execute(
        select(comparison_lanes)
        .where(comparison_lanes.c.comparison_id == comparison_id)
        .order_by(comparison_lanes.c.number)
    )
    return tuple(Lane(row.id, setup_of(json.loads(row.setup))) for row in found)


def load_rounds(db: Connection, comparison_id: str) -> tuple[Round, ...]:
    """The rounds, oldest first."""
    found = db.execute(
        select(comparison_rounds)
        .where(comparison_rounds.c.comparison_id == comparison_id)
        .order_by(comparison_rounds.c.number)
    ).all()
    entries = _entries(db, [row.id for row in found])
    return tuple(
        Round(row.id, row.text, row.created_at, tuple(entries[row.id]), _vote_of(row))
        for row in found
    )


def ballots_of(db: Connection, voted: Sequence[Row[Any]]) -> list[Ballot]:
    """The votes on these rounds, with who took part in each."""
    entries = _entries(db, [row.id for row in voted])
    ids = {entry.lane_id for held in entries.values() for entry in held}
    found = db.execute(select(comparison_lanes).where(comparison_lanes.c.id.in_(ids)))
    setups = {row.id: setup_of(json.loads(row.setup)) for row in found}
    return [_ballot_of(row, entries[row.id], setups) for row in voted]


def setup_of(held: dict[str, Any]) -> LaneSetup:
    """How a lane asks, from what `asdict` made of it."""
    parameters = held["parameters"]
    upstreams = parameters["upstreams"]
    lists = {name: tuple(upstreams[name]) for name in ("only", "ignore")}
    upstreams = Upstreams(**{**upstreams, **lists})
    stop = tuple(parameters.get("stop", ()))  # lanes of before have none
    whole = Parameters(**{**parameters, "stop": stop, "upstreams": upstreams})
    return LaneSetup(**{**held, "parameters": whole})


def purge(db: Connection, deadline: datetime) -> None:
    """Removes for good what was deleted before then."""
    gone = select(comparisons.c.id).where(comparisons.c.deleted_at < deadline)
    rounds = select(comparison_rounds.c.id).where(comparison_rounds.c.comparison_id.in_(gone))
    db.execute(delete(comparison_entries).where(comparison_entries.c.round_id.in_(rounds)))
    for table in (comparison_rounds, comparison_lanes):
        db.execute(delete(table).where(table.c.comparison_id.in_(gone)))
    db.execute(delete(comparisons).where(comparisons.c.deleted_at < deadline))


def _ballot_of(row: Row[Any], entries: Sequence[Entry], setups: Mapping[str, LaneSetup]) -> Ballot:
    ids = [entry.lane_id for entry in entries]
    return Ballot(
        row.id,
        tuple(setups[lane_id] for lane_id in ids),
        row.verdict,
        ids.index(row.best_lane_id) if row.best_lane_id in ids else None,
        row.voted_at,
        row.voted_blind,
    )


def _entries(db: Connection, round_ids: Sequence[str]) -> dict[str, list[Entry]]:
    found = db.execute(
        select(comparison_entries)
        .join(comparison_lanes, comparison_entries.c.lane_id == comparison_lanes.c.id)
        .where(comparison_entries.c.round_id.in_(round_ids))
        .order_by(comparison_lanes.c.number)
    )
    entries: dict[str, list[Entry]] = defaultdict(list)
    for row in found:
        entries[row.round_id].append(Entry(row.lane_id, row.message_id, row.start_s))
    return entries


def _vote_of(row: Row[Any]) -> Vote | None:
    return None if row.verdict is None else Vote(row.verdict, row.best_lane_id)
