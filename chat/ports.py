"""The seams: what the core asks of the outside, and what the outside promises."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Protocol

from chat.api_tokens import ApiToken
from chat.choices import Preset
from chat.comparison import Ballot, Comparison, ComparisonLine, Lane, LanePreset, Round, Vote
from chat.conversations import Conversation, Hit, QueuedMessage, ReplyRecord, StoredTurn
from chat.events import Event
from chat.figures import Figures
from chat.messages import ChatRequest, Secret
from chat.tree import Tree

Clock = Callable[[], float]
"""Seconds on a monotonic clock; only differences mean anything."""


class Provider(Protocol):
    """Whom we ask for an answer."""

    def stream(self, request: ChatRequest, key: Secret | None) -> AsyncIterator[Event]:
        """Yields the answer's events as they arrive, `Finished` last.

        Promises: no event after `Finished`; closing or cancelling the iterator closes the
        upstream connection at once; no retry; nothing of `key` in any event or exception.
        Whoever knows when the request leaves says so with `chat.departure.tell_leaving`.

        Raises:
            ProviderError: the answer cannot be had, or broke off; the events before it stand.
        """
        ...


class Tokens(Protocol):
    """Where the tokens of programs are kept, by their hashes. Blocks and raises as `Store` does."""

    def add(self, owner: str, name: str, hashed: str) -> ApiToken:
        """Keeps a new token; raises `StoreRefused` where the owner has as many as may be."""
        ...

    def list_tokens(self, owner: str) -> list[ApiToken]:
        """The owner's tokens, oldest first."""
        ...

    def revoke(self, owner: str, token_id: str) -> None:
        """Makes a token good for nothing from the next request on."""
        ...

    def owner_of(self, hashed: str) -> str | None:
        """Whose token has this hash, and notes that it was used; None where it is nobody's."""
        ...


class Store(Protocol):
    """Where conversations are kept. Every call is made by an owner and sees only that owner's.

    Calls block; none is made on the engine's loop. Each is done whole or not at all.

    Raises:
        StoreError: from every call, when the database cannot do it now.
        StoreRefused: from every call that writes, when it never will.
    """

    def add_turn(self, turn: StoredTurn, conversation: Conversation) -> None:
        """Saves a user message and the empty reply to it, making the conversation if new.

        A message that is there already (its answer is regenerated or continued) only gets the
        reply. The reply becomes the end of the visitor's path. Doing it twice changes nothing.
        """
        ...

    def save_replies(self, records: Sequence[ReplyRecord], logs: Mapping[str, bytes] = ...) -> None:
        """Writes the present state of some replies, running or ended.

        Args:
            records: What they amount to now.
            logs: The recorded logs of the ended ones among them, by reply id.
        """
        ...

    def load_tree(self, owner: str, conversation_id: str) -> Tree | None:
        """The whole conversation; None where the owner has no such one."""
        ...

    def load_log(self, owner: str, reply_id: str) -> bytes | None:
        """The recorded log of a reply, or None."""
        ...

    def set_leaf(self, owner: str, conversation_id: str, reply_id: str) -> None:
        """Makes a reply the end of the visitor's path."""
        ...

    def list_conversations(self, owner: str, limit: int) -> list[Conversation]:
        """Pinned conversations first, then the most recently used."""
        ...

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Gives a conversation another title."""
        ...

    def pin(self, owner: str, conversation_id: str, *, is_pinned: bool) -> None:
        """Pins a conversation to the top of the list, or lets it go."""
        ...

    def delete(self, owner: str, conversation_id: str, *, for_good: bool = False) -> None:
        """Deletes a conversation: it is nowhere to be seen, until `restore` or for good.

        Args:
            owner: Whose it is.
            conversation_id: Which.
            for_good: Whether it is removed at once, with all that was said.
        """
        ...

    def restore(self, owner: str, conversation_id: str) -> None:
        """Takes a deletion back."""
        ...

    def delete_message(self, owner: str, conversation_id: str, message_id: str) -> None:
        """Deletes a user message with all that follows from it."""
        ...

    def restore_message(self, owner: str, conversation_id: str, message_id: str) -> None:
        """Takes the deletion of a message back."""
        ...

    def search(self, owner: str, words: str, limit: int) -> list[Hit]:
        """Where all the words occur in the owner's messages and answers, best first."""
        ...

    def add_trees(self, trees: Sequence[Tree]) -> None:
        """Saves whole conversations, all or none."""
        ...

    def adopt(self, old_owner: str, new_owner: str) -> int:
        """Hands everything of one owner to another; gives the number of conversations."""
        ...

    def queue(self, message: QueuedMessage) -> None:
        """Keeps a message until its turn comes."""
        ...

    def list_queued(self, owner: str, conversation_id: str) -> list[QueuedMessage]:
        """The waiting messages of a conversation, oldest first."""
        ...

    def unqueue(self, owner: str, message_id: str) -> bool:
        """Takes a message out of the queue; False where it was not, or no longer, in it."""
        ...

    def list_replies(self, owner: str, limit: int) -> list[ReplyRecord]:
        """The newest ended replies, newest first, for the metrics page; texts left out."""
        ...

    def ask_stop(self, owner: str, reply_id: str) -> None:
        """Asks whichever process writes a running answer of the owner's to stop it."""
        ...

    def stops_asked(self, reply_ids: Sequence[str]) -> set[str]:
        """Which of these running answers another process was asked to stop."""
        ...

    def ping(self) -> None:
        """Reads something small, to see whether it can."""
        ...

    def beat(self) -> None:
        """Says that this process lives, so that no other declares its answers dead."""
        ...

    def mark_interrupted(self) -> int:
        """Marks the running replies of dead processes as interrupted; gives their number."""
        ...

    @property
    def choices(self) -> "Choices":
        """What the visitors prefer."""
        ...

    @property
    def comparisons(self) -> "Comparisons":
        """What they compare."""
        ...

    @property
    def figures(self) -> Figures:
        """How fast their answers were, summed up."""
        ...

    def close(self) -> None:
        """Lets go of the database."""
        ...


class Choices(Protocol):
    """Where a visitor's preferences are kept; every call sees only one owner's.

    Raises:
        StoreError: from every call, when the database cannot do it now.
    """

    def list_favourites(self, owner: str) -> tuple[str, ...]:
        """The ids of the favourite models, in the order in which they became that."""
        ...

    def set_favourite(self, owner: str, model: str, *, is_favourite: bool) -> None:
        """Makes a model a favourite, or lets it go."""
        ...

    def list_presets(self, owner: str) -> tuple[Preset, ...]:
        """The saved system prompts, by name."""
        ...

    def save_preset(self, owner: str, preset: Preset) -> None:
        """Keeps a system prompt; one of the same name is replaced."""
        ...

    def delete_preset(self, owner: str, name: str) -> None:
        """Forgets a system prompt."""
        ...


class Comparisons(Protocol):
    """Where comparisons are kept; every call sees only one owner's. What lanes say is in `Store`.

    Raises:
        StoreError: from every call, when the database cannot do it now.
        StoreRefused: from every call that writes, when it never will.
    """

    def add(self, comparison: Comparison) -> None:
        """Saves a new comparison, and makes its lanes' conversations, which are in no list."""
        ...

    def add_round(self, owner: str, comparison_id: str, held: Round) -> None:
        """Saves a further round."""
        ...

    def remove_round(self, owner: str, comparison_id: str, round_id: str) -> None:
        """Takes a round back that nobody was asked in."""
        ...

    def remove_lane(self, owner: str, comparison_id: str, lane_id: str) -> None:
        """Takes a lane back that was never asked."""
        ...

    def add_lane(self, owner: str, comparison_id: str, lane: Lane, held: Round) -> None:
        """Saves a further lane, one of at most six, that takes part in a round that is there."""
        ...

    def save_starts(self, owner: str, round_id: str, starts_s: Mapping[str, float | None]) -> None:
        """Writes when each lane started, in seconds after the first; None where it was alone."""
        ...

    def load(self, owner: str, comparison_id: str) -> Comparison | None:
        """The comparison; None where the owner has no such one."""
        ...

    def list_newest(self, owner: str, limit: int) -> list[ComparisonLine]:
        """The newest comparisons, newest first."""
        ...

    def vote(self, owner: str, round_id: str, vote: Vote, *, is_blind: bool) -> bool:
        """Keeps the vote on a round; False where there is one already, or no such round."""
        ...

    def list_ballots(self, owner: str, limit: int) -> list[Ballot]:
        """The newest votes, newest first."""
        ...

    def list_voted_replies(self, owner: str, limit: int) -> list[ReplyRecord]:
        """The newest answers that were voted on, newest first, without texts."""
        ...

    def keep_as_chat(self, owner: str, lane_id: str) -> None:
        """Makes a lane's conversation one that is listed; it stays the lane's."""
        ...

    def delete(self, owner: str, comparison_id: str) -> None:
        """Deletes a comparison with what its lanes said, except what became a chat."""
        ...

    def list_presets(self, owner: str) -> tuple[LanePreset, ...]:
        """The saved lanes, by name."""
        ...

    def save_preset(self, owner: str, preset: LanePreset) -> None:
        """Keeps lanes under a name; those of the same name are replaced."""
        ...

    def delete_preset(self, owner: str, name: str) -> None:
        """Forgets saved lanes."""
        ...
