"""Takes an answer up again after a break: appends what is new, and notices a model that cannot.

Beside what `chat.continuation` knows, what stands here was shown already: nothing of it can be
taken back, so a model that begins anew or refuses ends the answer instead.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

from chat.continuation import Joiner
from chat.errors import ReplyInterrupted
from chat.events import Event, Finished, TextDelta

BEGAN_ANEW = "The connection broke, and the model began anew instead of going on."
REFUSED = "The connection broke, and the model would not go on from where it stopped."

# How models speak when they take the beginning for somebody's message instead of their own words.
# In English only; what is not noticed stands in the answer, where it can be seen.
_NOT_GOING_ON = (
    *("i'm sorry", "i am sorry", "i apologize", "i apologise", "sorry, ", "i cannot ", "i can't "),
    *(
        "i'm unable",
        "i am unable",
        "i'm not able",
        "as an ai",
        "it seems your",
        "it seems like your",
    ),
    *("it seems that your", "it looks like your", "your message ", "your response ", "your text "),
    *("you seem to have", "could you please", "sure!", "sure, here", "sure, let", "certainly!"),
    *("certainly, here", "of course!", "of course, here", "here is the continuation"),
    *("here's the continuation", "continuing from"),
)
_QUOTES = "\"'“‘«„"


class CannotGoOn(ReplyInterrupted):
    """The model does not go on from where the answer broke; asking again is useless."""


class Seam:
    """Judges and trims the beginning of what the model says after a break.

    Args:
        shown: All of the answer that stands already.
    """

    def __init__(self, shown: str) -> None:
        self.prefill = shown.rstrip()
        """What the model is to go on from; some providers refuse one that ends in white space."""
        self._joiner = Joiner(self.prefill)
        self._space = shown[len(self.prefill) :]
        # After an opening quote it may be a figure of the story who is sorry.
        self._may_refuse = bool(self.prefill) and self.prefill[-1] not in _QUOTES
        self._held = ""
        self._is_open = False

    def feed(self, piece: str) -> str:
        """What to append now; "" while it is not clear yet what the model does.

        Raises:
            CannotGoOn: it does not go on; nothing of what it said is to be shown.
        """
        return self._through(self._joiner.feed(piece))

    def flush(self) -> str:
        """What is still held, once the model has finished by itself.

        Raises:
            CannotGoOn: as `feed`.
        """
        text = self._through(self._joiner.flush())
        return text + self._release() if not self._is_open else text

    def _through(self, text: str) -> str:
        if self._joiner.verdict == "started_over":
            raise CannotGoOn(BEGAN_ANEW)
        if self._is_open:
            return text
        self._held += text
        if self._is_unclear():
            return ""
        return self._release()

    def _is_unclear(self) -> bool:
        """Whether more must be heard; the model's own beginning is never longer than a few words.

        Raises:
            CannotGoOn: it has turned out that the model does not go on.
        """
        if not self._held or self._space.startswith(self._held):
            return True
        if not self._may_refuse:
            return False
        said = self._held.lower().replace("’", "'")
        if said.startswith(_NOT_GOING_ON):
            raise CannotGoOn(REFUSED)
        return any(opening.startswith(said) for opening in _NOT_GOING_ON)

    def _release(self) -> str:
        """What is held, without the white space that stands there already."""
        held, self._held, self._is_open = self._held, "", True
        same = (a == b for a, b in zip(self._space, held, strict=False))
        repeated = next((n for n, is_same in enumerate(same) if not is_same), None)
        return held[min(len(self._space), len(held)) if repeated is None else repeated :]


async def resumed(seam: Seam, source: AsyncIterator[Event]) -> AsyncGenerator[Event, None]:
    """The events after a break, with only the text that is new.

    Where the source breaks again while it is unclear what the model does, what was held is let
    go of: the next request goes on from the same character, so nothing of it is missed.

    Raises:
        CannotGoOn: the model does not go on.
    """
    async with aclosing(cast("AsyncGenerator[Event, None]", source)) as events:
        async for event in events:
            match event:
                case TextDelta(piece):
                    text = seam.feed(piece)
                case Finished():
                    text = seam.flush()
                case _:
                    text = ""
            if text:
                yield TextDelta(text)
            if not isinstance(event, TextDelta):
                yield event
