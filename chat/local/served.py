"""One local model brought up and kept up in the background: weights, child process, one restart.

Which models there are, and what each is configured with, is the supervisor's business.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from chat.local.process import ChildProcess
from chat.local.states import (
    Fetching,
    Loading,
    LocalModelError,
    Ready,
    State,
    Unavailable,
)

DIED_AGAIN = "The local model's process ended twice; it is not started again by itself."
CLOSED = "The app is closing."
FAULT = "The local model could not be started because of a fault; the server's log has it."

log = logging.getLogger(__name__)

FindWeights = Callable[[Callable[[int, int], None], Callable[[], bool]], Path]
"""Given a progress callback and a "should stop", the file; raises LocalModelError."""
Launch = Callable[[Path], ChildProcess]


class ServedModel:
    """One model's state and the thread that changes it.

    Args:
        find_weights: Called in the thread; may take minutes.
        launch: Starts the child process on the file.
    """

    def __init__(self, name: str, find_weights: FindWeights, launch: Launch) -> None:
        self._name = name
        self._find_weights = find_weights
        self._launch = launch
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._state: State = Loading()
        self._child: ChildProcess | None = None
        self._is_working = False
        self._has_restarted = False

    def begin(self) -> None:
        """Starts bringing the model up, unless that is going on or done. Does not block."""
        with self._changed:
            if self._is_working or self._closing.is_set() or isinstance(self._state, Ready):
                return
            self._is_working = True
            self._settle(Loading())
            threading.Thread(
                target=self._bring_up, name=f"bring up {self._name}", daemon=True
            ).start()

    def state(self) -> State:
        """How it is now. A child that died is noticed here and started again, once."""
        with self._changed:
            if isinstance(self._state, Ready) and not (self._child and self._child.is_alive()):
                self._settle(Unavailable(DIED_AGAIN))
                if not self._has_restarted:
                    self._has_restarted = True
                    self.begin()
            return self._state

    def retry(self) -> None:
        """Tries again if it is unavailable. Does not block."""
        with self._changed:
            if isinstance(self.state(), Unavailable):
                self._has_restarted = False
                self.begin()

    def wait(self, timeout_s: float) -> State:
        """Its state once it is ready or unavailable, or when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: isinstance(self.state(), Ready | Unavailable), timeout_s)
            return self._state

    def close(self) -> None:
        """Ends the child process or the download, for good."""
        with self._changed:
            self._closing.set()
            self._settle(Unavailable(CLOSED))
            child = self._child
        if child is not None:
            child.end()

    def _bring_up(self) -> None:
        state: State = Unavailable(FAULT)
        try:
            path = self._find_weights(self._note_progress, self._closing.is_set)
            state = self._start_child(path)
        except LocalModelError as error:
            state = Unavailable(str(error))
        except Exception:
            log.exception("bringing up %s", self._name)  # a thread's last stop
        finally:
            with self._changed:
                self._is_working = False
                self._settle(state)

    def _start_child(self, path: Path) -> State:
        with self._changed:
            self._settle(Loading())
            if self._closing.is_set():
                return Unavailable(CLOSED)
            if self._child is not None:  # dead, or it would not be replaced
                self._child.end()
            self._child = child = self._launch(path)
        try:
            endpoint = child.wait_ready()
        except LocalModelError:
            child.end()
            raise
        return Ready(endpoint.base_url, endpoint.api_key)

    def _note_progress(self, done_bytes: int, total_bytes: int) -> None:
        with self._changed:
            self._settle(Fetching(done_bytes, total_bytes))

    def _settle(self, state: State) -> None:
        self._state = Unavailable(CLOSED) if self._closing.is_set() else state
        self._changed.notify_all()
