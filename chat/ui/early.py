"""The services before anybody asks for them: imported and made while the first browser loads.

The SDK and the database's library take longer to import than all the rest. Whoever has to answer
the first request for a page does not import them: they come in a thread, by name.
"""

import asyncio
import gc
import importlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # an import that runs would be what is put off here
    from chat.api.backend import Backend
    from chat.ui.wiring import Services

LATER_S = 3.0
"""Until after the first page is there, in seconds."""
UNTIL_STOPPED = "Conversations are kept only until the server stops; start it again to try anew."


def services() -> "Services":
    """The process's one set of services; waits until it is made."""
    made: Services = importlib.import_module("chat.ui.wiring").services()
    return made


def backend() -> "Backend":
    """The app as its API sees it; waits likewise."""
    made: Backend = importlib.import_module("chat.ui.api_backend").backend()
    return made


def end_answers() -> None:
    """Ends whatever is being answered; what came is kept."""
    services().engine.close()


def begin() -> "asyncio.Task[Services]":
    """Begins to make the services, beside the server; they are told to its terminal."""
    return asyncio.create_task(_made())


async def _made() -> "Services":
    held = await asyncio.to_thread(services)
    # What was imported stays. Python's full collections need not look through it again: that stood
    # every answer still for 0.13 s (237,000 objects), afterwards for less than a millisecond. No
    # collection before: the first page is being drawn meanwhile.
    gc.freeze()
    fault = [held.store_fault + " " + UNTIL_STOPPED] if held.store_fault is not None else []
    for warning in (*held.settings.warnings, *fault):
        print(warning)  # noqa: T201 - the operator's terminal is where it belongs
    later = threading.Timer(LATER_S, _import_for_later)
    later.daemon = True
    later.start()
    return held


def _import_for_later() -> None:
    """Imports what the metrics page draws with: more than half a second at its first visit."""
    for name in (
        "chat.ui.metrics_view",
        "chat.ui.flight",
        "chat.stores.figures",
        "pyarrow.pandas_compat",
    ):
        importlib.import_module(name)
    gc.freeze()
