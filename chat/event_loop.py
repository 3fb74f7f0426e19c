"""The event loops of our own threads and processes: uvloop's; on Windows, unknown to it, asyncio's.

Streamlit's server takes uvloop by itself where it is installed. It matters where many answers run:
asyncio lets go of the interpreter for every wake-up from another thread and for every write, and
then stands in line for it.
"""

import asyncio
import sys

if sys.platform == "win32":  # uvloop has no Windows

    def new_loop() -> asyncio.AbstractEventLoop:
        """A new event loop, not set as the thread's."""
        return asyncio.new_event_loop()

else:
    import uvloop

    def new_loop() -> asyncio.AbstractEventLoop:
        """A new event loop, not set as the thread's."""
        return uvloop.new_event_loop()
