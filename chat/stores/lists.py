"""What an owner's lists show, and how their entries are changed: title, pin, deletion, hands.

Unknown and foreign ids change nothing: to whoever asks, there is no difference between the two.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, literal, select, update

from chat.stores import choices
from chat.stores.batch_tables import batches
from chat.stores.comparison_tables import comparison_entries, comparison_rounds, comparisons
from chat.stores.schema import api_tokens, conversations, messages, queued_messages, replies

_LEFT_OUT = ("text", "reasoning")
FIGURES = (
    *(column for column in replies.c if column.name not in _LEFT_OUT),
    *(literal("").label(name) for name in _LEFT_OUT),
)
"""A reply's columns without its long texts, which read as ""."""


def newest_conversations(owner: str, limit: int) -> Select[tuple[object, ...]]:
    """Pinned ones first, then by last use. Walks an index, so it costs by the limit alone."""
    return (
        select(conversations)
        .where(
            conversations.c.owner == owner,
            conversations.c.deleted_at.is_(None),
            conversations.c.hidden.is_(false()),
        )
        .order_by(
            conversations.c.pinned.desc(),
            conversations.c.updated_at.desc(),
            conversations.c.id.desc(),
        )
        .limit(limit)
    )


def newest_replies(owner: str, limit: int) -> Select[tuple[object, ...]]:
    """Ended ones, newest first, without their texts and without what was deleted."""
    return (
        select(*FIGURES)
        .join(messages, replies.c.message_id == messages.c.id)
        .join(conversations, replies.c.conversation_id == conversations.c.id)
        .where(
            replies.c.owner == owner,
            replies.c.outcome.is_not(None),
            messages.c.deleted_at.is_(None),
            conversations.c.deleted_at.is_(None),
        )
        .order_by(replies.c.started_at.desc(), replies.c.number.desc())
        .limit(limit)
    )


def voted_replies(owner: str, limit: int) -> Select[tuple[object, ...]]:
    """Ended answers of rounds that were voted on, newest first, without their texts."""
    return (
        select(*FIGURES)
        .join(comparison_entries, replies.c.message_id == comparison_entries.c.message_id)
        .join(comparison_rounds, comparison_entries.c.round_id == comparison_rounds.c.id)
        .join(comparisons, comparison_rounds.c.comparison_id == comparisons.c.id)
        .where(
            comparisons.c.owner == owner,
            comparisons.c.deleted_at.is_(None),
            comparison_rounds.c.verdict.is_not(None),
            replies.c.owner == owner,
            replies.c.outcome.is_not(None),
        )
        .order_by(replies.c.number.desc())
        .limit(limit)
    )


def spent_usd(
    owner: str | None, since: datetime, until: datetime, free: Sequence[str], guess_usd: float
) -> Select[float]:
    """What an owner's answers, or everybody's, have cost between two moments, in USD.

    Args:
        owner: None for everybody.
        since: Answers that began then or later,
        until: and before then.
        free: Beginnings of the ids of models that cost nothing.
        guess_usd: What an answer counts for whose cost is not known.
    """
    cost_usd = func.sum(func.coalesce(replies.c.cost_usd, guess_usd))
    query = select(func.coalesce(cost_usd, 0.0)).where(
        replies.c.started_at >= since,
        replies.c.started_at < until,
        *(~replies.c.model.startswith(prefix, autoescape=True) for prefix in free),
    )
    return query if owner is None else query.where(replies.c.owner == owner)


def set_leaf(db: Connection, owner: str, conversation_id: str, reply_id: str) -> None:
    """Makes a reply of the conversation the end of its path."""
    is_its = (
        select(replies.c.id)
        .where(replies.c.id == reply_id, replies.c.conversation_id == conversation_id)
        .exists()
    )
    db.execute(
        update(conversations)
        .where(_is_visible(owner, conversation_id), is_its)
        .values(leaf_id=reply_id)
    )


def change(db: Connection, owner: str, conversation_id: str, **columns: object) -> None:
    """Writes columns of a conversation that is to be seen."""
    db.execute(update(conversations).where(_is_visible(owner, conversation_id)).values(columns))


def restore(db: Connection, owner: str, conversation_id: str) -> None:
    """Takes the deletion of a conversation back."""
    db.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id, conversations.c.owner == owner)
        .values(deleted_at=None)
    )


def delete_message(
    db: Connection, owner: str, conversation_id: str, message_id: str, now: datetime
) -> None:
    """Marks a message and all that follows from it, except what was deleted before."""
    below = (
        select(messages.c.id)
        .join(conversations, messages.c.conversation_id == conversations.c.id)
        .where(messages.c.id == message_id, _is_visible(owner, conversation_id))
        .cte("below", recursive=True)
    )
    below = below.union_all(
        select(messages.c.id)
        .join(replies, messages.c.parent_id == replies.c.id)
        .join(below, replies.c.message_id == below.c.id)
    )
    db.execute(
        update(messages)
        .where(messages.c.id.in_(select(below.c.id)), messages.c.deleted_at.is_(None))
        .values(deleted_at=now, deleted_with=message_id)
    )


def restore_message(db: Connection, owner: str, conversation_id: str, message_id: str) -> None:
    """Unmarks what was deleted with a message; below a deleted one it stays deleted with that."""
    parent = messages.alias()
    above = db.execute(
        select(parent.c.deleted_at, parent.c.deleted_with)
        .select_from(messages)
        .join(conversations, messages.c.conversation_id == conversations.c.id)
        .outerjoin(replies, messages.c.parent_id == replies.c.id)
        .outerjoin(parent, replies.c.message_id == parent.c.id)
        .where(messages.c.id == message_id, _is_visible(owner, conversation_id))
    ).one_or_none()
    if above is None:
        return
    db.execute(
        update(messages)
        .where(messages.c.conversation_id == conversation_id, messages.c.deleted_with == message_id)
        .values(deleted_at=above.deleted_at, deleted_with=above.deleted_with)
    )


def adopt(db: Connection, old_owner: str, new_owner: str) -> int:
    """Hands everything over; gives the number of conversations that can be seen.

    What runs meanwhile is still written by its process under the old name.
    """
    choices.adopt(db, old_owner, new_owner)
    count = db.scalar(
        select(func.count())
        .select_from(conversations)
        .where(
            conversations.c.owner == old_owner,
            conversations.c.deleted_at.is_(None),
            conversations.c.hidden.is_(false()),
        )
    )
    for table in (conversations, queued_messages, api_tokens, comparisons, batches):
        db.execute(update(table).where(table.c.owner == old_owner).values(owner=new_owner))
    db.execute(
        update(replies)
        .where(replies.c.owner == old_owner)
        .values(owner=new_owner, former_owner=old_owner)
    )
    return count or 0


def _is_visible(owner: str, conversation_id: str) -> ColumnElement[bool]:
    """That a conversation is the owner's and not deleted."""
    return and_(
        conversations.c.id == conversation_id,
        conversations.c.owner == owner,
        conversations.c.deleted_at.is_(None),
    )
