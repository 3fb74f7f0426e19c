"""Packs past days of figures from time to time, so that the metrics page reads them quickly."""

import asyncio
import logging
from collections.abc import Callable

from chat.errors import StoreError
from chat.figures import Figures

PACK_S = 900
"""Time between two looks, in seconds."""
FIRST_S = 10
"""The first pages are drawn before the first one: both want the same cores."""

_log = logging.getLogger(__name__)


def pack(figures: Callable[[], Figures], *, for_everybody: bool) -> int:
    """Packs what is to be packed; gives the number of days, 0 where the store is away. Blocks."""
    try:
        return figures().pack(for_everybody=for_everybody)
    except StoreError as error:
        _log.warning("Figures could not be packed: %s", error)
        return 0


async def pack_for_ever(figures: Callable[[], Figures], *, for_everybody: bool) -> None:
    """Packs every quarter of an hour; ends when it is cancelled.

    Args:
        figures: Gives those of the store; not asked before the first look.
        for_everybody: Whether there is an operator who may see everybody's.
    """
    await asyncio.sleep(FIRST_S)
    while True:
        await asyncio.to_thread(pack, figures, for_everybody=for_everybody)
        await asyncio.sleep(PACK_S)
