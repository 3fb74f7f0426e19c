"""Ends running answers as soon as the server is told to end.

The server waits for its open streams before anything else is told, and a stream for its answer.
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def end_first(end: Callable[[], object]) -> None:
    """Has `end` called, in a thread of its own, before the server's handlers of the signals.

    Elsewhere than in the main thread, where no server of ours runs, nothing is done.
    """
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            _put_before(number, signal.getsignal(number), end)


def _put_before(number: signal.Signals, theirs: object, end: Callable[[], object]) -> None:
    if not callable(theirs):
        return

    def handle(got: int, frame: FrameType | None) -> None:
        threading.Thread(target=end, name="tickertape-end", daemon=True).start()
        theirs(got, frame)

    signal.signal(number, handle)
