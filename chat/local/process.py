"""One child process from the parent's side: started, asked whether it lives, ended."""

import importlib.util
import json
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from chat.local.child import ChildConfig
from chat.local.states import Endpoint, LocalModelError
from chat.messages import Secret

RUNTIME = "xllamacpp"
CHILD = Path(__file__).resolve().with_name("child.py")
GRACE_S: Final = 2.0
NO_RUNTIME = "The embedded model's runtime is not installed, or there is none for this platform."
BROKEN_RUNTIME = "The embedded model's runtime is installed but cannot be loaded on this system."
NOT_LOADED = "The model's file could not be loaded: it is damaged, unsupported or too large."
NOT_STARTED = "The local model's process could not be started."
DIED = "The local model's process ended while it was loading."
UNSUITED = "The local model's process crashed: this processor lacks instructions it needs (AVX2)."


def has_runtime() -> bool:
    """Whether the library is installed; it is not loaded to find out."""
    return importlib.util.find_spec(RUNTIME) is not None


class ChildProcess:
    """A running `chat.local.child`.

    Raises:
        LocalModelError: the process cannot be started.
    """

    def __init__(self, config: ChildConfig) -> None:
        self._api_key = Secret(config.api_key)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - fixed words, no shell
                # -P: nothing is imported from the child's folder or the working directory
                [sys.executable, "-P", str(CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if config.is_talkative else subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows only
            )
        except OSError as error:
            raise LocalModelError(NOT_STARTED) from error
        assert self._process.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
        with suppress(BrokenPipeError):  # it died already; `wait_ready` says so
            self._process.stdin.write(json.dumps(asdict(config)).encode() + b"\n")
            self._process.stdin.flush()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def wait_ready(self) -> Endpoint:
        """Where it answers, once it does. Blocks while the model loads; `end` breaks that off.

        Raises:
            LocalModelError: it could not load the model, or ended before it did.
        """
        assert self._process.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
        with self._process.stdout as reports:
            line = reports.readline()
        if not line:
            raise LocalModelError(_why_it_died(self._process.wait()))
        match json.loads(line):
            case {"port": int(port)}:
                return Endpoint(f"http://127.0.0.1:{port}/v1", self._api_key)
            case {"error": "runtime"}:
                raise LocalModelError(BROKEN_RUNTIME)
            case _:
                raise LocalModelError(NOT_LOADED)

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def end(self) -> None:
        """Ends it, in the middle of whatever it does, and waits until it is gone."""
        self._process.terminate()
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            with suppress(OSError):  # what could not be delivered any more
                self._process.stdin.close()


def _why_it_died(returncode: int) -> str:
    # 0xC000001D is Windows' illegal instruction.
    illegal = {-getattr(signal, "SIGILL", 4), 0xC000001D}
    return UNSUITED if returncode in illegal else DIED
