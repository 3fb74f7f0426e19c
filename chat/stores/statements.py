"""The statements that take more than a line, made once. They are run in `chat.stores.sql`."""

from sqlalchemy import Text, bindparam, literal, or_, select, update

from chat.stores.rows import USER_COLUMNS
from chat.stores.schema import messages, replies

_ENDING = bindparam("ending", type_=Text)
# A checkpoint that comes after the ending changes nothing: only an ending may replace an ending.
SAVE = update(replies).where(
    replies.c.id == bindparam("reply_id"),
    replies.c.owner == bindparam("reply_owner"),
    or_(replies.c.outcome.is_(None), _ENDING.is_not(None)),
)
"""Takes `:reply_id`, `:reply_owner`, `:ending` and the columns to write."""

_NEWEST = (
    select(replies.c.id)
    .where(replies.c.conversation_id == bindparam("conversation_id"))
    .order_by(replies.c.position.desc())
    .limit(1)
    .scalar_subquery()
)
_LEAF = (
    select(replies.c.id, messages.c.parent_id, literal(0).label("height"))
    .join_from(replies, messages, replies.c.message_id == messages.c.id)
    .where(replies.c.id == _NEWEST)
    .cte("path", recursive=True)
)
# From the newest reply, which has none after it, by way of the parents to the root.
_PATH = _LEAF.union_all(
    select(replies.c.id, messages.c.parent_id, _LEAF.c.height + 1)
    .join_from(_LEAF, replies, replies.c.id == _LEAF.c.parent_id)
    .join(messages, replies.c.message_id == messages.c.id)
)
TURNS = (
    select(replies, *USER_COLUMNS)
    .join_from(_PATH, replies, replies.c.id == _PATH.c.id)
    .join(messages, replies.c.message_id == messages.c.id)
    .order_by(_PATH.c.height.desc())
)
"""Every turn of the path that ends in `:conversation_id`'s newest reply, oldest first."""

_LEFT_OUT = ("text", "reasoning")
FIGURES = (
    *(column for column in replies.c if column.name not in _LEFT_OUT),
    *(literal("").label(name) for name in _LEFT_OUT),
)
"""A reply's columns without its long texts, which read as ""."""
