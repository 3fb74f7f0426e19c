"""OpenRouter's own figures about an answer, asked for after its end and kept beside ours."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from chat.ask import Ask
from chat.errors import StoreError
from chat.late_usage import WAITS_S, late_usage
from chat.live import LiveReply
from chat.measured import Measured
from chat.measures import UpstreamSays
from chat.messages import Secret
from chat.reply import ReplyFold

_log = logging.getLogger(__name__)

AskSays = Callable[[str, str, Secret | None], Awaitable[UpstreamSays | None]]
"""Model, generation id and key → what the upstream says, or None where it does not say yet."""


@dataclass(frozen=True, slots=True)
class Says:
    """Asks and keeps.

    Attributes:
        ask: Asks once.
        is_asked: Whether a model's upstream knows that call.
        measured: Where it is kept.
        waits_s: Seconds to wait before each try.
    """

    ask: AskSays
    is_asked: Callable[[str], bool]
    measured: Measured
    waits_s: Sequence[float] = WAITS_S

    async def learn(self, live: LiveReply, ask: Ask, fold: ReplyFold) -> None:
        """Asks until the upstream knows; of an answer in parts nothing, for it knows only parts."""
        model = fold.switched_to[-1] if fold.switched_to else ask.model
        if fold.generation_id is None or fold.parts or not self.is_asked(model):
            return
        says = await late_usage(self.ask, model, fold.generation_id, ask.key, self.waits_s)
        if says is None:
            return
        try:
            await asyncio.to_thread(self.measured.save_says, live.owner, live.id, says)
        except StoreError as error:
            _log.warning("An upstream's figures could not be saved: %s", error)
