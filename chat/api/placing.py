"""Where a client's message belongs in the conversation that the store has. Pure.

The store's tree says what was said; a client's list of messages says which of it the client shows.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chat.api.chat_body import ChatBody
from chat.tree import Turn

ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Place:
    """What is to be done with a message.

    Attributes:
        does: Go on at the end, send the message of `message_id` anew and changed, or answer it
            once more, as it is; "" for the last message.
    """

    does: Literal["append", "edit", "again"]
    message_id: str = ""


def own_id_of(owner: str, chat_id: str) -> str:
    """Our id for a conversation that a client named itself: 22 URL-safe characters.

    The same for the same owner and name, another for every other owner, so that nobody's name for
    a conversation can meet another's.
    """
    digest = hashlib.sha256(f"{owner}|{chat_id}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:ID_BYTES]).decode().rstrip("=")


def place_of(turns: Sequence[Turn], body: ChatBody) -> Place:
    """Where the last message of a request belongs.

    A client that sends the whole conversation shows by it which place it means: after all that
    there is, instead of a message that is there, or the same as one there (version 4 asks for
    another answer so). Where its history is not ours, its message goes to the end.

    Args:
        turns: The path that the conversation shows, oldest first; at least one turn.
        body: The request.
    """
    if not body.is_whole:
        return _again(turns, body) if body.wants_another else Place("append")
    theirs = [(message.text, message.images) for message in body.messages if message.role == "user"]
    *before, last = theirs
    place = len(before)
    ours = [(turn.user.text, turn.user.images) for turn in turns]
    if ours[:place] != before or place >= len(ours):
        return _again(turns, body) if body.wants_another else Place("append")
    return Place("again" if ours[place] == last else "edit", turns[place].user.id)


def _again(turns: Sequence[Turn], body: ChatBody) -> Place:
    """Another answer to the message that the client names by its own id or its answer's."""
    named = (turn.user.id for turn in turns if body.about_id in {turn.user.id, turn.reply.id})
    return Place("again", next(named, ""))
