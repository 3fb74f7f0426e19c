"""Takes an answer up again after a break: appends what is new, and notices a model that cannot.

Beside what `chat.continuation` knows, what stands here was shown already: nothing of it can be
taken back, so a model that begins anew or refuses ends the answer instead.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

from chat.continuation import Joiner
from chat.errors import CannotGoOn
from chat.events import Event, Finished, TextDelta
from chat.unwilling import Opening

BEGAN_ANEW = "it began anew"


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
        self._opening = Opening(self.prefill)
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
        return self._opening.is_unclear(self._held)

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
