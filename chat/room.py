"""A place where conversations are held: their store, who writes it, who begins turns, who waits.

There are two: one that is kept, and one for temporary chats, whose store is gone with the process.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chat.conversations import title_of
from chat.errors import StoreError
from chat.events import Usage
from chat.late_usage import WAITS_S, AskUsage, late_usage
from chat.live import LiveReply
from chat.metrics import summed
from chat.ports import Store
from chat.queue import GOES_ON_AFTER, Queue
from chat.recorder import Recorder
from chat.reply import ReplyFold
from chat.titles import title_by_model
from chat.tree import leaf_below, path_of
from chat.turn import Ask, Turns
from chat.upstream_says import Says

_log = logging.getLogger(__name__)

TITLE_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Room:
    """One such place.

    Attributes:
        has_model_titles: Whether the model is asked for a conversation's title.
        ask_usage: Asks the upstream what an answer cost, or None where nobody can be asked.
        cost_waits_s: Seconds to wait before each time it is asked.
        note_cost: Told a reply's id and its cost in USD, as soon as it is known.
        says: Asks for the upstream's own figures, or None.
    """

    store: Store
    recorder: Recorder
    turns: Turns
    queue: Queue
    has_model_titles: bool = False
    ask_usage: AskUsage | None = None
    cost_waits_s: Sequence[float] = WAITS_S
    note_cost: Callable[[str, float], None] = lambda _reply_id, _usd: None
    says: Says | None = None

    def after(self, live: LiveReply) -> None:
        """What follows on an answer's end: the next waiting message, and a title. Blocks."""
        ask = self.turns.take_ask(live.id)
        if ask is None:
            return
        fold = ReplyFold()
        fold.feed(live.read())
        self._note_cost(live, fold.usage)
        # A waiting message would run into the same limit, and be used up for nothing.
        if fold.outcome in GOES_ON_AFTER and fold.failure is None:
            self.queue.send_next(live.owner, live.conversation_id)
        if fold.usage is None and (fold.outcome == "stopped" or fold.parts):
            self._learn_cost(live, ask, fold)
        if self.says is not None:
            self.turns.engine.spawn(self.says.learn(live, ask, fold))
        if self.has_model_titles and fold.outcome == "completed":
            self._give_title(live, ask, fold.text)

    def show_branch(self, owner: str, conversation_id: str, node_id: str) -> None:
        """Makes the newest path through a message or a reply the visitor's.

        Raises:
            StoreError: the store is away.
        """
        tree = self.recorder.load_tree(owner, conversation_id)
        leaf_id = leaf_below(tree, node_id) if tree is not None else None
        if leaf_id is not None:
            self.store.set_leaf(owner, conversation_id, leaf_id)

    def remove(self, owner: str, conversation_id: str) -> None:
        """Removes a conversation for good, also from memory.

        Raises:
            StoreError: the store is away.
        """
        self.store.delete(owner, conversation_id, for_good=True)
        self.recorder.forget(owner, conversation_id)

    def close(self) -> None:
        """Saves what is left and lets go of the store."""
        self.recorder.close()
        self.store.close()

    def _learn_cost(self, live: LiveReply, ask: Ask, fold: ReplyFold) -> None:
        """Asks for what no request's stream told: those that were stopped or broke off."""
        ask_usage = self.ask_usage
        # The last one may have reasoned out of sight; an earlier one without a word cost nothing.
        asked = [r for r in fold.requests if r.has_taken or r is fold.requests[-1]]
        if ask_usage is None or any((r.usage or r.generation_id) is None for r in asked):
            return

        async def learn() -> None:
            usages = [request.usage for request in asked]
            for n, request in enumerate(asked):
                if request.usage is None and request.generation_id is not None:
                    model = request.model or ask.model
                    usages[n] = await late_usage(
                        ask_usage, model, request.generation_id, ask.key, self.cost_waits_s
                    )
            usage = summed(usages)
            if usage is not None:
                await asyncio.to_thread(self._save_usage, live, usage)

        self.turns.engine.spawn(learn())

    def _note_cost(self, live: LiveReply, usage: Usage | None) -> None:
        if usage is not None and usage.cost_usd is not None:
            self.note_cost(live.id, usage.cost_usd)

    def _save_usage(self, live: LiveReply, usage: Usage) -> None:
        self._note_cost(live, usage)
        try:
            tree = self.recorder.load_tree(live.owner, live.conversation_id)
            found = [reply for reply in tree.replies if reply.id == live.id] if tree else []
            self.store.save_replies([replace(reply, usage=usage) for reply in found])
        except StoreError as error:
            _log.warning("A cost could not be saved: %s", error)

    def _give_title(self, live: LiveReply, ask: Ask, answer: str) -> None:
        try:
            tree = self.recorder.load_tree(live.owner, live.conversation_id)
            turns = path_of(tree) if tree is not None else []
            if tree is None or not turns or turns[0].reply.id != live.id:
                return
            if tree.conversation.is_hidden:
                # Nobody reads it there, and it would be paid for.
                return
            question = turns[0].user.text
            if tree.conversation.title != title_of(question):
                # The visitor has named it.
                return
            title = self.turns.engine.call(
                title_by_model(self.turns.provider, ask.model, ask.key, question, answer),
                TITLE_WAIT_S,
            )
            if title:
                self.store.rename(live.owner, live.conversation_id, title)
        except Exception as error:  # noqa: BLE001 - whatever it was, the first words stay the title
            _log.warning("A title could not be given: %s", type(error).__name__)
