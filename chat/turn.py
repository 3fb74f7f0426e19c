"""One message → one outcome: checks the text, saves it, builds the prompt, starts the answer.

What is typed is in the store before the request leaves; the answer itself is the engine's.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from chat.ask import Ask
from chat.attempts import Attempts
from chat.budget import Fuse, Fused
from chat.conversations import Conversation, ReplyRecord, StoredTurn, UserMessage, new_id, title_of
from chat.deadlines import Deadlines
from chat.engine import Engine
from chat.events import Event
from chat.fitting import requests_of
from chat.images import Image, SoundImages
from chat.live import LiveReply
from chat.messages import ChatRequest, Secret
from chat.one_at_a_time import OneAtATime
from chat.ports import Clock, Provider
from chat.present import present_reply
from chat.prompt import is_text, prompt_of, without_broken
from chat.recorder import Recorder
from chat.refusals import MessageRefused
from chat.retry import Policy
from chat.tree import Tree, Turn, path_of

__all__ = ["Ask", "Opened", "Turns"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation on screen.

    Attributes:
        tree: All of it, as it stands now.
        turns: The path on screen, oldest first; its last reply still grows where `live` is given.
        live: The log of the running answer, or None.
    """

    tree: Tree
    turns: list[Turn]
    live: LiveReply | None


@dataclass(frozen=True, slots=True)
class Turns:
    """Begins turns.

    Attributes:
        clock: The monotonic clock of the logs, in seconds.
        now: The present moment, UTC.
        max_message_chars: Longest message that is accepted, in characters.
        spend: Told of each answer that the server is to pay for; may refuse it.
    """

    engine: Engine
    recorder: Recorder
    provider: Provider
    clock: Clock
    max_message_chars: int
    policy: Policy = field(default_factory=Policy)
    deadlines: Deadlines = field(default_factory=Deadlines)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    spend: Callable[[str, str, Ask, Sequence[ChatRequest]], None] = lambda *_: None
    _asks: dict[str, Ask] = field(default_factory=dict, init=False, repr=False)
    _sound_images: SoundImages = field(default_factory=SoundImages, init=False, repr=False)
    _beginning: OneAtATime = field(default_factory=OneAtATime, init=False, repr=False)

    def begin(
        self,
        owner: str,
        conversation_id: str | None,
        text: str,
        ask: Ask,
        *,
        new_as: str = "",
        is_hidden: bool = False,
        message_id: str = "",
    ) -> LiveReply:
        """Saves the message and starts the answer to it.

        Args:
            owner: The visitor.
            conversation_id: Where it goes on, or None to begin a new conversation.
            text: What the visitor typed.
            ask: How the answer is wanted.
            new_as: The id of the new conversation; one is made up where none is given.
            is_hidden: Whether the new conversation is kept out of the lists.
            message_id: The id of the message; one is made up where none is given.

        Raises:
            MessageRefused: the text cannot be sent, an answer is still running, the owner has
                no such conversation, or has one already under `new_as`.
            StoreError: the conversation cannot be read; nothing was sent.
        """
        self.check(text, ask)
        if conversation_id is None:
            user = UserMessage(message_id or new_id(), None, text, self.now(), ask.images)
            return self._begin_new(owner, new_as, user, ask, is_hidden=is_hidden)
        with self._alone_in(owner, conversation_id):
            turns = self._idle_turns(owner, conversation_id)
            after = turns[-1].reply.id
            user = UserMessage(message_id or new_id(), after, text, self.now(), ask.images)
            return self._start(owner, conversation_id, turns, user, ask)

    def edit(
        self,
        owner: str,
        conversation_id: str,
        message_id: str,
        text: str,
        ask: Ask,
        *,
        keeps_images: bool = True,
    ) -> LiveReply:
        """Sends a message anew, with its images or those of `ask`: a branch beside the earlier one.

        Raises:
            MessageRefused, StoreError: as `begin`.
        """
        with self._alone_in(owner, conversation_id):
            turns = self._idle_turns(owner, conversation_id)
            place = _place(turns, message_id)
            was = turns[place].user
            images = was.images if keeps_images else ask.images
            self.check(text, ask, images)
            user = UserMessage(new_id(), was.parent_id, text, self.now(), images)
            return self._start(owner, conversation_id, turns[:place], user, ask)

    def regenerate(
        self, owner: str, conversation_id: str, ask: Ask, message_id: str = ""
    ) -> LiveReply:
        """Asks again for the answer to a message, else for the last; the earlier one is kept.

        Raises:
            MessageRefused, StoreError: as `begin`.
        """
        with self._alone_in(owner, conversation_id):
            turns = self._idle_turns(owner, conversation_id)
            place = _place(turns, message_id) if message_id else len(turns) - 1
            user = turns[place].user
            self.check(user.text, ask, user.images)
            return self._start(owner, conversation_id, turns[:place], user, ask)

    def go_on(self, owner: str, conversation_id: str, ask: Ask) -> LiveReply:
        """Asks the model to go on with the last answer, from its last character.

        Raises:
            MessageRefused, StoreError: as `begin`.
        """
        with self._alone_in(owner, conversation_id):
            *earlier, last = self._idle_turns(owner, conversation_id)
            self.check(last.user.text, ask, last.user.images)
            return self._start(
                owner, conversation_id, earlier, last.user, ask, goes_on_from=last.reply
            )

    def open(self, owner: str, conversation_id: str) -> Opened | None:
        """A conversation as it stands now, running answer included; None if it is not there.

        Raises:
            StoreError: the conversation cannot be read now.
        """
        tree, known = self._load(owner, conversation_id)
        if tree is None:
            return None
        turns = path_of(tree)
        # One look at the log decides both: an end right after it is for the next draw.
        is_running = bool(turns) and turns[-1].reply.outcome is None
        return Opened(tree, turns, known.get(turns[-1].reply.id) if is_running else None)

    def check(self, text: str, ask: Ask, kept: Sequence[Image] = ()) -> None:
        """Looks whether a message could be sent, with what it had already been shown with.

        Raises:
            MessageRefused: it could not.
        """
        if not (text.strip() or ask.images or kept):
            raise MessageRefused("empty")
        if ask.images and not ask.sees_images:
            raise MessageRefused("no_images")
        if len(text) > self.max_message_chars:
            raise MessageRefused("too_long")
        beside = (ask.system_prompt, ask.model, *ask.fallbacks, *(m.text for m in ask.messages))
        if not is_text(text + "".join(beside)):
            raise MessageRefused("not_text")

    def take_ask(self, reply_id: str) -> Ask | None:
        """How an answer was asked for; once, and only in the process that began it."""
        return self._asks.pop(reply_id, None)

    def key_of(self, reply_id: str) -> Secret | None:
        """The key an answer was asked for with, until `take_ask`."""
        ask = self._asks.get(reply_id)
        return ask.key if ask is not None else None

    def is_answering(self, owner: str, conversation_id: str) -> bool:
        """Whether an answer of this process is running in the conversation."""
        known = self.engine.known(owner).values()
        return any(r.conversation_id == conversation_id and not r.is_closed for r in known)

    def _begin_new(
        self, owner: str, new_as: str, user: UserMessage, ask: Ask, *, is_hidden: bool
    ) -> LiveReply:
        with self._alone_in(owner, new_as or user.id):
            # Who names it may name it twice at once. Else the store, perhaps away, is not asked.
            tree = self._load(owner, new_as)[0] if new_as else None
            if tree is not None and path_of(tree):
                raise MessageRefused("busy")
            return self._start(owner, new_as or new_id(), [], user, ask, is_hidden=is_hidden)

    def _alone_in(self, owner: str, conversation_id: str) -> AbstractContextManager[None]:
        """Keeps another tab from beginning a turn in the same conversation meanwhile."""
        return self._beginning.within((owner, conversation_id), MessageRefused("busy"))

    def _idle_turns(self, owner: str, conversation_id: str) -> list[Turn]:
        tree, _ = self._load(owner, conversation_id)
        turns = path_of(tree) if tree is not None else []
        is_elsewhere = bool(turns) and turns[-1].reply.outcome is None  # in another process
        if is_elsewhere or self.is_answering(owner, conversation_id):
            raise MessageRefused("busy")
        if not turns:
            raise MessageRefused("unknown_conversation")
        return turns

    def _load(
        self, owner: str, conversation_id: str
    ) -> tuple[Tree | None, Mapping[str, LiveReply]]:
        """The conversation as it stands now, or None, and the owner's live replies."""
        # The registry is asked before the store, since a reply that is saved between the two
        # leaves it, and once more after, since one that began between the two is only then in it.
        before = self.engine.known(owner)
        tree = self.recorder.load_tree(owner, conversation_id)
        known = {**self.engine.known(owner), **before}
        if tree is None:
            return None, known
        present = tuple(present_reply(reply, known) for reply in tree.replies)
        return replace(tree, replies=present), known

    def _start(
        self,
        owner: str,
        conversation_id: str,
        earlier: Sequence[Turn],
        user: UserMessage,
        ask: Ask,
        *,
        goes_on_from: ReplyRecord | None = None,
        is_hidden: bool = False,
    ) -> LiveReply:
        now = self.now()
        # Some providers refuse a beginning that ends in white space.
        begun = goes_on_from.text.rstrip() if goes_on_from is not None else ""
        reply = ReplyRecord(
            new_id(),
            owner,
            conversation_id,
            user.id,
            ask.model,
            now,
            text=begun,
            continues_id=goes_on_from.id if goes_on_from is not None and begun else None,
        )
        title = title_of(user.text)
        conversation = Conversation(conversation_id, owner, title, now, is_hidden=is_hidden)
        live = LiveReply(reply.id, owner, conversation_id, ask.model, self.clock)
        system = ask.system_prompt
        prompt = ask.messages or prompt_of(earlier, user.text, system, begun, images=user.images)
        whole = [without_broken(message, self._sound_images.has) for message in prompt]
        request, *fallbacks = requests_of(ask, whole)

        def source() -> AsyncIterator[Event]:
            provider = Fused(self.provider, Fuse(ask.budget))
            attempts = Attempts(provider, self.policy, self.deadlines)
            return attempts.stream(request, ask.key, begun=begun, fallbacks=fallbacks)

        if ask.is_lent:
            self.spend(owner, reply.id, ask, [request, *fallbacks])
        self.recorder.begin(StoredTurn(user, reply), conversation, live)
        self._asks[live.id] = ask
        self.engine.start(live, source)
        return live


def _place(turns: Sequence[Turn], message_id: str) -> int:
    place = next((n for n, turn in enumerate(turns) if turn.user.id == message_id), None)
    if place is None:
        raise MessageRefused("unknown_conversation")
    return place
