"""The store port on SQLite and PostgreSQL: one transaction for each call but an import.

What the calls do is in the neighbouring files; opening the database is in `database`.
"""

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from sqlalchemy import Engine, select

from chat.conversations import Conversation, Hit, QueuedMessage, ReplyRecord, StoredTurn
from chat.errors import StoreRefused
from chat.stores import images, imports, lists, search, stops, turns, upkeep, waiting
from chat.stores.batches import SqlBatches
from chat.stores.choices import SqlChoices
from chat.stores.columns import as_id, utc_now
from chat.stores.comparisons import SqlComparisons
from chat.stores.database import READS, WRITES, connect, migrate, parse_url
from chat.stores.faults import in_plain_words
from chat.stores.measured import SqlMeasured
from chat.stores.rows import conversation_of, reply_of
from chat.stores.schema import conversations
from chat.stores.tokens import SqlTokens
from chat.tree import Tree

if TYPE_CHECKING:  # an import that runs would be what is put off below
    from chat.stores.figures import SqlFigures

BUSY_TIMEOUT_S = 5.0
NO_LOGS: Mapping[str, bytes] = MappingProxyType({})


class SqlStore:
    """Keeps conversations in SQLite or PostgreSQL; usable from any thread.

    Every method raises `StoreError` with one plain sentence where the database cannot do it.
    Unknown, foreign and malformed ids change nothing and find nothing.

    Args:
        engine: A database whose tables are up to date.
        now: The present moment, UTC.
        sleep: Waits so many seconds, between the pieces of an import.
    """

    def __init__(
        self,
        engine: Engine,
        now: Callable[[], datetime] = utc_now,
        sleep: imports.Sleep = time.sleep,
    ) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**READS[engine.dialect.name])
        self._writer = engine.execution_options(**{WRITES: True})
        self._now = now
        self._sleep = sleep
        self._shelf = images.ImageShelf()
        self.choices = SqlChoices(self._reader, self._writer, now)
        self._process_id = upkeep.new_process_id()
        self.batches = SqlBatches(self._reader, self._writer, now, self._process_id)
        self.comparisons = SqlComparisons(self._reader, self._writer, now)
        self.tokens = SqlTokens(self._reader, self._writer, now)
        self.measured = SqlMeasured(self._reader, self._writer)

    @cached_property
    def figures(self) -> "SqlFigures":
        """How fast the visitors' answers were, summed up."""
        # By name, when asked: numpy and pyarrow are 0.2 s that the first page need not wait for.
        module = importlib.import_module("chat.stores.figures")
        made: SqlFigures = module.SqlFigures(self._reader, self._writer, self._now)
        return made

    @classmethod
    @in_plain_words
    def open(
        cls,
        url: str,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        now: Callable[[], datetime] = utc_now,
        sleep: imports.Sleep = time.sleep,
    ) -> Self:
        """Opens a database by its URL: makes what is missing, removes what was deleted long ago.

        Args:
            url: `sqlite:///data/file.db` or `postgresql://user:password@host/name`.
            busy_timeout_s: How long a call waits for another program's write, in seconds.
            now: The present moment, UTC.
            sleep: Waits so many seconds, between the pieces of an import.

        Raises:
            StoreError: the URL is malformed, its driver missing, or the database cannot be
                reached or written, is locked, damaged, made by a newer version, or no database.
        """
        engine = connect(parse_url(url), busy_timeout_s)
        try:
            migrate(engine)
            (store := cls(engine, now, sleep)).beat()
            with store._writer.begin() as db:
                upkeep.purge(db, now() - upkeep.KEEP_DELETED)
        except BaseException:
            engine.dispose()
            raise
        return store

    @classmethod
    def open_in_memory(cls, *, now: Callable[[], datetime] = utc_now) -> Self:
        """An empty store that is gone when it is closed."""
        return cls.open("sqlite://", now=now)

    @in_plain_words
    def add_turn(self, turn: StoredTurn, conversation: Conversation) -> None:
        """Saves a user message and the reply to it, making the conversation if new.

        A turn that is already there, as after a repeated call, is left as it is.

        Raises:
            StoreRefused: the conversation is another owner's or deleted, the turn belongs to
                another one, or follows what was deleted; nothing is written then.
        """
        whose = (turn.reply.owner, turn.reply.conversation_id, turn.reply.message_id)
        if whose != (conversation.owner, conversation.id, turn.user.id):
            raise StoreRefused("The turn does not belong to the conversation.")
        with self._writer.begin() as db:
            turns.add_turn(db, turn, conversation, self._process_id, self._now())

    @in_plain_words
    def save_replies(
        self, records: Sequence[ReplyRecord], logs: Mapping[str, bytes] = NO_LOGS
    ) -> None:
        """Writes the present state of some replies, running or ended, in one transaction.

        Another owner's and unknown replies are passed over, and so is the running state of a
        reply that has ended.
        """
        if records:
            with self._writer.begin() as db:
                turns.save_replies(db, records, logs, self._now())

    @in_plain_words
    def load_tree(self, owner: str, conversation_id: str) -> Tree | None:
        """The whole conversation; None where it is unknown, deleted or another owner's.

        Where the end of the path was deleted, the path ends below the last reply left of it.
        """
        with self._reader.begin() as db:
            return turns.load_tree(db, owner, as_id(conversation_id), self._shelf)

    @in_plain_words
    def load_log(self, owner: str, reply_id: str) -> bytes | None:
        """The recorded log of a reply, or None."""
        with self._reader.begin() as db:
            return turns.load_log(db, owner, as_id(reply_id))

    @in_plain_words
    def set_leaf(self, owner: str, conversation_id: str, reply_id: str) -> None:
        """Makes a reply of the conversation the end of the visitor's path."""
        with self._writer.begin() as db:
            lists.set_leaf(db, owner, as_id(conversation_id), as_id(reply_id))

    @in_plain_words
    def list_conversations(self, owner: str, limit: int) -> list[Conversation]:
        """Pinned conversations first, then the most recently used; deleted ones left out."""
        with self._reader.begin() as db:
            rows = db.execute(lists.newest_conversations(owner, limit))
            return [conversation_of(row) for row in rows]

    @in_plain_words
    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Gives a conversation another title."""
        with self._writer.begin() as db:
            lists.change(db, owner, as_id(conversation_id), title=title)

    @in_plain_words
    def pin(self, owner: str, conversation_id: str, *, is_pinned: bool) -> None:
        """Pins a conversation to the top of the list, or lets it go."""
        with self._writer.begin() as db:
            lists.change(db, owner, as_id(conversation_id), pinned=is_pinned)

    @in_plain_words
    def delete(self, owner: str, conversation_id: str, *, for_good: bool = False) -> None:
        """Hides a conversation; it is removed for good at an opening a week later, or now."""
        with self._writer.begin() as db:
            at = upkeep.LONG_AGO if for_good else self._now()
            lists.change(db, owner, as_id(conversation_id), deleted_at=at)
            if for_good:
                upkeep.purge(db, self._now() - upkeep.KEEP_DELETED)

    @in_plain_words
    def restore(self, owner: str, conversation_id: str) -> None:
        """Takes a deletion back."""
        with self._writer.begin() as db:
            lists.restore(db, owner, as_id(conversation_id))

    @in_plain_words
    def delete_message(self, owner: str, conversation_id: str, message_id: str) -> None:
        """Hides a user message with all that follows from it, likewise."""
        ids = as_id(conversation_id), as_id(message_id)
        with self._writer.begin() as db:
            lists.delete_message(db, owner, *ids, self._now())

    @in_plain_words
    def restore_message(self, owner: str, conversation_id: str, message_id: str) -> None:
        """Takes the deletion of a message back; what was deleted before it stays deleted."""
        with self._writer.begin() as db:
            lists.restore_message(db, owner, as_id(conversation_id), as_id(message_id))

    @in_plain_words
    def search(self, owner: str, words: str, limit: int) -> list[Hit]:
        """Where all the words occur in one message or ended answer, best first.

        The last word may be the beginning of one; case, accents and punctuation do not count.
        """
        with self._reader.begin() as db:
            return search.search(db, owner, words, limit)

    @in_plain_words
    def add_trees(self, trees: Sequence[Tree]) -> None:
        """Saves whole conversations with new ids, all or none, letting others write meanwhile.

        Raises:
            StoreRefused: an id is there already, or a tree is not in order.
        """
        imports.add_trees(self._writer, trees, self._now(), self._sleep)

    @in_plain_words
    def adopt(self, old_owner: str, new_owner: str) -> int:
        """Hands everything of one owner to another; gives the number of conversations."""
        if old_owner == new_owner:
            return 0
        with self._writer.begin() as db:
            return lists.adopt(db, old_owner, new_owner)

    @in_plain_words
    def queue(self, message: QueuedMessage) -> None:
        """Keeps a message until its turn comes; a repeated call changes nothing.

        Raises:
            StoreRefused: the conversation is unknown, deleted or another owner's.
        """
        with self._writer.begin() as db:
            waiting.queue(db, message)

    @in_plain_words
    def list_queued(self, owner: str, conversation_id: str) -> list[QueuedMessage]:
        """The waiting messages of a conversation, oldest first."""
        with self._reader.begin() as db:
            return waiting.list_queued(db, owner, as_id(conversation_id))

    @in_plain_words
    def unqueue(self, owner: str, message_id: str) -> bool:
        """Takes a message out of the queue; False where it was not, or no longer, in it."""
        with self._writer.begin() as db:
            return waiting.unqueue(db, owner, as_id(message_id))

    @in_plain_words
    def list_replies(self, owner: str, limit: int) -> list[ReplyRecord]:
        """The newest ended replies, newest first; `text` and `reasoning` are ""."""
        with self._reader.begin() as db:
            return [*map(reply_of, db.execute(lists.newest_replies(owner, limit)))]

    @in_plain_words
    def ask_stop(self, owner: str, reply_id: str) -> None:
        """Asks the process that writes a running answer to stop it."""
        stops.ask(self._reader, self._writer, owner, as_id(reply_id))

    @in_plain_words
    def stops_asked(self, reply_ids: Sequence[str]) -> set[str]:
        """Which of these answers were asked to be stopped."""
        with self._reader.begin() as db:
            return stops.asked(db, reply_ids)

    @in_plain_words
    def beat(self) -> None:
        """Says that this process lives; wanted well within `upkeep.DEAD_AFTER`."""
        with self._writer.begin() as db:
            upkeep.beat(db, self._process_id, self._now())

    @in_plain_words
    def mark_interrupted(self) -> int:
        """Ends the running replies of dead processes, at each beat; gives their number."""
        with self._writer.begin() as db:
            return upkeep.mark_interrupted(db, self._process_id, self._now())

    @in_plain_words
    def ping(self) -> None:
        """Reads something; raises `StoreError` where that cannot be done now."""
        with self._reader.begin() as db:
            db.execute(select(conversations.c.id).limit(1))

    @in_plain_words
    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()
