"""What an upstream knows of an answer only some time after its end, as what a stopped one cost.

OpenRouter sends no usage for a cancelled stream; its `/generation` has it later, and 404 before.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from chat.errors import ProviderError
from chat.events import Usage
from chat.messages import Secret

AskUsage = Callable[[str, str, Secret | None], Awaitable[Usage | None]]
"""Model, generation id and key → what the upstream counted, or None where it does not say yet."""

WAITS_S = (1.0, 2.0, 4.0, 8.0, 15.0)


Told = TypeVar("Told")


async def late_usage(
    ask: Callable[[str, str, Secret | None], Awaitable[Told | None]],
    model: str,
    generation_id: str,
    key: Secret | None,
    waits_s: Sequence[float] = WAITS_S,
) -> Told | None:
    """Asks until the upstream knows; None where it never says.

    Args:
        ask: Asks once.
        model: The model that was asked for an answer.
        generation_id: The answer's id there.
        key: The key it was asked with.
        waits_s: Seconds to wait before each try.
    """
    for wait_s in waits_s:
        await asyncio.sleep(wait_s)
        try:
            told = await ask(model, generation_id, key)
        except ProviderError:
            continue
        if told is not None:
            return told
    return None
