"""Conversations in a SQL database: the store port's promises as statements.

Opening it is in `chat.stores.database`, the tables are in `chat.stores.schema`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Self

from sqlalchemy import Connection, Engine, Table, func, insert, select, update

from chat.conversations import Conversation, ReplyRecord, StoredTurn
from chat.errors import StoreRefused
from chat.stores.database import WRITES, connect, migrate, parse_url
from chat.stores.faults import in_plain_words
from chat.stores.rows import conversation_of, reply_of, state_of, user_of
from chat.stores.schema import conversations, messages, replies
from chat.stores.statements import FIGURES, SAVE, TURNS

BUSY_TIMEOUT_S = 5.0


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class SqlStore:
    """Keeps conversations in SQLite or PostgreSQL; usable from any thread.

    Every method raises `StoreError` with one plain sentence where the database cannot do it.

    Args:
        engine: A database whose tables are up to date.
        now: The present moment, UTC.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**{WRITES: True})
        self._now = now

    @classmethod
    @in_plain_words
    def open(
        cls,
        url: str,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        now: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Opens a database by its SQLAlchemy URL, making file, folder and tables where missing.

        Args:
            url: `sqlite:///data/file.db` or `postgresql+psycopg://user:password@host/name`.
            busy_timeout_s: How long a call waits for another program's write, in seconds.
            now: The present moment, UTC.

        Raises:
            StoreError: the URL is malformed, its driver missing, or the database cannot be
                written, is locked, damaged, made by a newer version, or no database.
        """
        engine = connect(parse_url(url), busy_timeout_s)
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, now)

    @classmethod
    def open_in_memory(cls, *, now: Callable[[], datetime] = utc_now) -> Self:
        """An empty store that is gone when it is closed."""
        return cls.open("sqlite://", now=now)

    @in_plain_words
    def add_turn(self, turn: StoredTurn, conversation: Conversation) -> None:
        """Saves a user message and the reply to it, making the conversation if new.

        A turn that is already there, as after a repeated call, is left as it is.

        Raises:
            StoreError: besides what is raised everywhere, where the conversation is another
                owner's or deleted, or the turn belongs to another one; nothing is written then.
        """
        user, reply = turn.user, turn.reply
        whose = (reply.owner, reply.conversation_id, reply.message_id)
        if whose != (conversation.owner, conversation.id, user.id):
            raise StoreRefused("The turn does not belong to the conversation.")
        with self._writer.begin() as db:
            _keep_conversation(db, conversation)
            if not _is_in(db, messages, user.id, conversation.id):
                if user.parent_id is not None and not _is_in(
                    db, replies, user.parent_id, conversation.id
                ):
                    raise StoreRefused("The message follows an unknown reply.")
                db.execute(
                    insert(messages).values(
                        id=user.id,
                        conversation_id=conversation.id,
                        parent_id=user.parent_id,
                        created_at=user.created_at,
                        text=user.text,
                    )
                )
            if not _is_in(db, replies, reply.id, conversation.id):
                _insert_reply(db, reply, self._now())

    @in_plain_words
    def save_replies(self, records: Sequence[ReplyRecord]) -> None:
        """Writes the present state of some replies, running or ended, in one transaction.

        Another owner's and unknown replies are passed over, and so is the running state of a
        reply that has ended.
        """
        if not records:
            return
        now = self._now()
        rows = [
            {
                "reply_id": record.id,
                "reply_owner": record.owner,
                "ending": record.outcome,
                "updated_at": now,
                **state_of(record),
            }
            for record in records
        ]
        with self._writer.begin() as db:
            db.execute(SAVE, rows)

    @in_plain_words
    def load_turns(self, owner: str, conversation_id: str) -> list[StoredTurn] | None:
        """The path that ends in the newest reply, oldest turn first.

        Returns:
            One turn for each user message on the path, with the reply that the next message
            follows; None where the conversation is unknown, deleted or another owner's.
        """
        if not (conversation_id.isascii() and conversation_id.isprintable()):
            return None  # Comes from an address bar; a NUL or half a character is no fault of ours.
        known = select(conversations.c.id).where(
            conversations.c.id == conversation_id,
            conversations.c.owner == owner,
            conversations.c.deleted_at.is_(None),
        )
        with self._engine.connect() as db:
            if db.scalar(known) is None:
                return None
            rows = db.execute(TURNS, {"conversation_id": conversation_id})
            return [StoredTurn(user_of(row), reply_of(row)) for row in rows]

    @in_plain_words
    def list_conversations(self, owner: str, limit: int) -> list[Conversation]:
        """The newest conversations, most recently used first; deleted ones left out."""
        newest = (
            select(conversations)
            .where(conversations.c.owner == owner, conversations.c.deleted_at.is_(None))
            .order_by(conversations.c.updated_at.desc(), conversations.c.id)
            .limit(limit)
        )
        with self._engine.connect() as db:
            return [conversation_of(row) for row in db.execute(newest)]

    @in_plain_words
    def list_replies(self, owner: str, limit: int) -> list[ReplyRecord]:
        """The newest ended replies, newest first; `text` and `reasoning` are ""."""
        newest = (
            select(*FIGURES)
            .where(replies.c.owner == owner, replies.c.outcome.is_not(None))
            .order_by(replies.c.started_at.desc(), replies.c.id)
            .limit(limit)
        )
        with self._engine.connect() as db:
            return [reply_of(row) for row in db.execute(newest)]

    @in_plain_words
    def mark_interrupted(self) -> int:
        """Marks every reply that is still running as interrupted; gives their number."""
        running = (
            update(replies)
            .where(replies.c.outcome.is_(None))
            .values(
                outcome="interrupted",
                failure_kind="interrupted",
                failure_detail="",
                updated_at=self._now(),
            )
        )
        with self._writer.begin() as db:
            return db.execute(running).rowcount

    @in_plain_words
    def ping(self) -> None:
        """Reads something; raises `StoreError` where that cannot be done now."""
        with self._engine.connect() as db:
            db.execute(select(conversations.c.id).limit(1))

    @in_plain_words
    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()


def _keep_conversation(db: Connection, conversation: Conversation) -> None:
    """Makes the conversation or moves it to the top; a title that is there stays."""
    same = conversations.c.id == conversation.id
    held = db.execute(select(conversations).where(same)).one_or_none()
    if held is None:
        db.execute(
            insert(conversations).values(
                id=conversation.id,
                owner=conversation.owner,
                title=conversation.title,
                created_at=conversation.updated_at,
                updated_at=conversation.updated_at,
            )
        )
    elif held.owner != conversation.owner or held.deleted_at is not None:
        raise StoreRefused("Unknown conversation.")
    else:
        db.execute(update(conversations).where(same).values(updated_at=conversation.updated_at))


def _is_in(db: Connection, table: Table, row_id: str, conversation_id: str) -> bool:
    """Whether the row exists; one of another conversation is refused."""
    place = db.scalar(select(table.c.conversation_id).where(table.c.id == row_id))
    if place not in {None, conversation_id}:
        raise StoreRefused("Unknown conversation.")
    return place is not None


def _insert_reply(db: Connection, reply: ReplyRecord, now: datetime) -> None:
    next_position = (
        select(func.coalesce(func.max(replies.c.position) + 1, 0))
        .where(replies.c.conversation_id == reply.conversation_id)
        .scalar_subquery()
    )
    db.execute(
        insert(replies).values(
            id=reply.id,
            owner=reply.owner,
            conversation_id=reply.conversation_id,
            message_id=reply.message_id,
            position=next_position,
            updated_at=now,
            **state_of(reply),
        )
    )
