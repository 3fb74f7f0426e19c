"""What a stopped answer cost: known to the upstream only some time after the stop.

OpenRouter sends no usage for a cancelled stream; its `/generation` has it later, and 404 before.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from chat.errors import ProviderError
from chat.events import Usage
from chat.messages import Secret

AskUsage = Callable[[str, str, Secret | None], Awaitable[Usage | None]]
"""Model, generation id and key → what the upstream counted, or None where it does not say yet."""

WAITS_S = (1.0, 2.0, 4.0, 8.0, 15.0)


async def late_usage(
    ask: AskUsage,
    model: str,
    generation_id: str,
    key: Secret | None,
    waits_s: Sequence[float] = WAITS_S,
) -> Usage | None:
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
            usage = await ask(model, generation_id, key)
        except ProviderError:
            continue
        if usage is not None:
            return usage
    return None
