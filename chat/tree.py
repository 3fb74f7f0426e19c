"""A conversation as a tree, and the path through it that is on screen.

An edited message is a sibling of the one it was made from, a regenerated answer a sibling of the
earlier answer; nothing is overwritten. The path ends in the leaf that was chosen last. Pure.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chat.conversations import Conversation, ReplyRecord, StoredTurn, UserMessage


@dataclass(frozen=True, slots=True)
class Tree:
    """Everything that was said in a conversation.

    Attributes:
        users: All user messages, in the order in which they were made.
        replies: All replies, likewise.
        leaf_id: The reply that the visitor's path ends in, or None for the newest.
    """

    conversation: Conversation
    users: tuple[UserMessage, ...]
    replies: tuple[ReplyRecord, ...]
    leaf_id: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A user message and the reply to it, as they stand on the path.

    Attributes:
        user_siblings: Ids of all messages in this place, oldest first, this one among them.
        reply_siblings: Ids of all replies to this message, likewise.
    """

    user: UserMessage
    reply: ReplyRecord
    user_siblings: tuple[str, ...]
    reply_siblings: tuple[str, ...]


def path_of(tree: Tree) -> list[Turn]:
    """The turns on the visitor's path, oldest first; empty where nothing was said."""
    users = {user.id: user for user in tree.users}
    replies = {reply.id: reply for reply in tree.replies}
    # A reply that a continuation took up whole is no alternative to it.
    continued = {reply.continues_id for reply in tree.replies}
    following, answering = _siblings(tree)
    leaf = replies.get(tree.leaf_id or "") or (tree.replies[-1] if tree.replies else None)
    turns: list[Turn] = []
    while leaf is not None:
        user = users.get(leaf.message_id)
        if user is None:
            break
        shown = (id_ for id_ in answering[user.id] if id_ == leaf.id or id_ not in continued)
        turns.append(Turn(user, leaf, tuple(following[user.parent_id]), tuple(shown)))
        leaf = replies.get(user.parent_id or "")
    return turns[::-1]


def turn_of(tree: Tree, message_id: str) -> Turn | None:
    """The turn of a message: on the visitor's path, or else with its newest reply; None without."""
    on_path = next((turn for turn in path_of(tree) if turn.user.id == message_id), None)
    if on_path is not None:
        return on_path
    ids = [reply.id for reply in tree.replies if reply.message_id == message_id]
    beside = path_of(replace(tree, leaf_id=ids[-1])) if ids else []
    return beside[-1] if beside else None


def _siblings(tree: Tree) -> tuple[dict[str | None, list[str]], dict[str, list[str]]]:
    """Ids of the messages that follow each reply, and of the replies to each message."""
    following: dict[str | None, list[str]] = defaultdict(list)
    for user in tree.users:
        following[user.parent_id].append(user.id)
    answering: dict[str, list[str]] = defaultdict(list)
    for reply in tree.replies:
        answering[reply.message_id].append(reply.id)
    return following, answering


def leaf_below(tree: Tree, node_id: str) -> str | None:
    """The newest reply at or below a message or a reply; None where there is none."""
    below = {node_id}
    leaf = None
    users = {user.id: user for user in tree.users}
    # A child is always made after its parent, so one pass in order of making finds them all.
    for reply in tree.replies:
        user = users.get(reply.message_id)
        if reply.id in below or reply.message_id in below:
            below.add(reply.id)
            leaf = reply.id
        elif user is not None and user.parent_id in below:
            below |= {user.id, reply.id}
            leaf = reply.id
    return leaf


def grown(tree: Tree | None, turns: Sequence[tuple[StoredTurn, Conversation]]) -> Tree | None:
    """The tree with turns that may be new to it; the last of them ends the path."""
    for turn, conversation in turns:
        tree = tree or Tree(conversation, (), ())
        if any(reply.id == turn.reply.id for reply in tree.replies):
            continue
        is_new = all(user.id != turn.user.id for user in tree.users)
        tree = replace(
            tree,
            users=(*tree.users, turn.user) if is_new else tree.users,
            replies=(*tree.replies, turn.reply),
            leaf_id=turn.reply.id,
        )
    return tree
