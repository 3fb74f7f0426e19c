"""One message → one outcome: checks the text, saves it, builds the prompt, starts the answer.

What is typed is in the store before the request leaves; the answer itself is the engine's.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from chat.conversations import Conversation, ReplyRecord, StoredTurn, UserMessage, new_id, title_of
from chat.engine import Engine
from chat.errors import ChatError, Failure
from chat.live import LiveReply
from chat.messages import ChatRequest, Message, Secret
from chat.ports import Clock, Provider
from chat.recorder import Recorder, record_of
from chat.reply import ReplyFold

RefusalReason = Literal["empty", "too_long", "not_text", "busy", "unknown_conversation"]


class MessageRefused(ChatError):  # noqa: N818 - says what happened, like the rest of the tree
    """A message cannot be sent as it is; nothing was stored or asked.

    Args:
        reason: Which rule it breaks; `chat.ui.wording` has the sentence.
    """

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason: RefusalReason = reason


@dataclass(frozen=True, slots=True)
class Ask:
    """How an answer is wanted: the model and its parameters, and the key to ask with.

    Attributes:
        max_tokens: Upper limit of the answer, in tokens.
        temperature: 0 to 2, or None for the model's own.
        system_prompt: "" for none.
    """

    model: str
    max_tokens: int
    temperature: float | None = None
    system_prompt: str = ""
    key: Secret | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation on screen.

    Attributes:
        turns: Oldest first; the last one's reply is still growing where `live` is given.
        live: The log of the running answer, or None.
    """

    turns: list[StoredTurn]
    live: LiveReply | None


@dataclass(frozen=True, slots=True)
class Turns:
    """Begins turns.

    Attributes:
        clock: The monotonic clock of the logs, in seconds.
        now: The present moment, UTC.
        max_message_chars: Longest message that is accepted, in characters.
    """

    engine: Engine
    recorder: Recorder
    provider: Provider
    clock: Clock
    max_message_chars: int
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _beginning: set[tuple[str, str]] = field(default_factory=set, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def begin(self, owner: str, conversation_id: str | None, text: str, ask: Ask) -> LiveReply:
        """Saves the message and starts the answer to it.

        Args:
            owner: The visitor.
            conversation_id: Where it goes on, or None to begin a new conversation.
            text: What the visitor typed.
            ask: How the answer is wanted.

        Raises:
            MessageRefused: the text cannot be sent, an answer is still running, or the owner has
                no such conversation.
            StoreError: the conversation cannot be read; nothing was sent.
        """
        self._check(text, ask)
        if conversation_id is None:
            user = UserMessage(new_id(), None, text, self.now())
            return self._start(owner, new_id(), [], user, ask)
        with self._alone_in(owner, conversation_id):
            turns = self._idle_turns(owner, conversation_id)
            user = UserMessage(new_id(), turns[-1].reply.id, text, self.now())
            return self._start(owner, conversation_id, turns, user, ask)

    def open(self, owner: str, conversation_id: str) -> Opened | None:
        """A conversation as it stands now, running answer included; None if it is not there.

        Raises:
            StoreError: the conversation cannot be read now.
        """
        turns, known = self._load(owner, conversation_id)
        if turns is None:
            return None
        # One look at the log decides both: an end right after it is for the next draw.
        is_running = bool(turns) and turns[-1].reply.outcome is None
        return Opened(turns, known.get(turns[-1].reply.id) if is_running else None)

    def regenerate(self, owner: str, conversation_id: str, ask: Ask) -> LiveReply:
        """Asks again for the last answer; the earlier one is kept as its sibling.

        Raises:
            MessageRefused: there is nothing to answer again, or an answer is still running.
            StoreError: the conversation cannot be read; nothing was sent.
        """
        with self._alone_in(owner, conversation_id):
            turns = self._idle_turns(owner, conversation_id)
            self._check(turns[-1].user.text, ask)
            return self._start(owner, conversation_id, turns[:-1], turns[-1].user, ask)

    def _check(self, text: str, ask: Ask) -> None:
        if not text.strip():
            raise MessageRefused("empty")
        if len(text) > self.max_message_chars:
            raise MessageRefused("too_long")
        if not is_text(text + ask.system_prompt + ask.model):
            raise MessageRefused("not_text")

    @contextmanager
    def _alone_in(self, owner: str, conversation_id: str) -> Iterator[None]:
        """Keeps another tab from beginning a turn in the same conversation meanwhile."""
        place = (owner, conversation_id)
        with self._lock:
            if place in self._beginning:
                raise MessageRefused("busy")
            self._beginning.add(place)
        try:
            yield
        finally:
            with self._lock:
                self._beginning.discard(place)

    def _idle_turns(self, owner: str, conversation_id: str) -> list[StoredTurn]:
        turns, known = self._load(owner, conversation_id)
        if any(r.conversation_id == conversation_id and not r.is_closed for r in known.values()):
            raise MessageRefused("busy")
        if not turns:
            raise MessageRefused("unknown_conversation")
        return turns

    def _load(
        self, owner: str, conversation_id: str
    ) -> tuple[list[StoredTurn] | None, Mapping[str, LiveReply]]:
        """The turns as they stand now, None where there are none, and the owner's live replies."""
        # The registry is asked before the store, since a reply that is saved between the two
        # leaves it, and once more after, since one that began between the two is only then in it.
        before = self.engine.known(owner)
        turns = self.recorder.load_turns(owner, conversation_id)
        known = {**self.engine.known(owner), **before}
        if turns is None:
            return None, known
        return [replace(turn, reply=_present(turn.reply, known)) for turn in turns], known

    def _start(
        self,
        owner: str,
        conversation_id: str,
        earlier: Sequence[StoredTurn],
        user: UserMessage,
        ask: Ask,
    ) -> LiveReply:
        now = self.now()
        reply = ReplyRecord(new_id(), owner, conversation_id, user.id, ask.model, now)
        conversation = Conversation(conversation_id, owner, title_of(user.text), now)
        live = LiveReply(reply.id, owner, conversation_id, ask.model, self.clock)
        request = ChatRequest(
            model=ask.model,
            messages=prompt_of(earlier, user.text, ask.system_prompt),
            max_tokens=ask.max_tokens,
            temperature=ask.temperature,
        )
        self.recorder.begin(StoredTurn(user, reply), conversation, live)
        self.engine.start(live, lambda: self.provider.stream(request, ask.key))
        return live


def _present(reply: ReplyRecord, known: Mapping[str, LiveReply]) -> ReplyRecord:
    """The reply with what its log knows and the store does not have yet."""
    live = known.get(reply.id)
    if reply.outcome is not None or (live is not None and not live.is_closed):
        return reply
    if live is None:
        # Nobody here produces it: the process that did has gone.
        return replace(reply, outcome="interrupted", failure=Failure("interrupted"))
    fold = ReplyFold()
    fold.feed(live.read())
    return record_of(reply, fold)


def prompt_of(earlier: Sequence[StoredTurn], text: str, system_prompt: str) -> tuple[Message, ...]:
    """The whole prompt, oldest first; a reply without any text is left out."""
    messages: list[Message] = []
    if system_prompt.strip():
        messages.append(Message("system", system_prompt.strip()))
    for turn in earlier:
        messages.append(Message("user", turn.user.text))
        if turn.reply.text:
            messages.append(Message("assistant", turn.reply.text))
    messages.append(Message("user", text))
    return tuple(messages)


def is_text(text: str) -> bool:
    """Whether the text can be written as UTF-8; a lone surrogate cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
