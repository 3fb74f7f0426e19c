"""All local models of this process: which there are, how each is, and where it answers.

Everything slow happens in background threads; no call here blocks but `wait_ready` and `close`.
"""

import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from chat.local.child import ChildConfig
from chat.local.models import check_file, list_models
from chat.local.process import NO_RUNTIME, ChildProcess, has_runtime
from chat.local.served import FindWeights, ServedModel
from chat.local.states import (
    Endpoint,
    LocalModel,
    LocalModelError,
    Off,
    Ready,
    State,
    Unavailable,
)
from chat.local.weights import fetch

TURNED_OFF = "Local models are turned off (LOCAL_MODELS=off)."
UNKNOWN = "There is no local model of that name."
SHIPPED_SLOT_TOKENS = 2048
"""What SmolLM2 was trained for."""
OWN_SLOT_TOKENS = 4096
DEFAULT_MAX_TOKENS = 512
SHIPPED_REPEAT_PENALTY = 1.0
OWN_REPEAT_PENALTY = 1.1
"""Without it small models loop in long texts; the shipped one loops with it as well."""


class LocalModels:
    """The shipped model and the operator's own, each in a child process of its own.

    Args:
        paths: The operator's GGUF files, beside the shipped model.
        enabled: False for LOCAL_MODELS=off: there are no models then.
        cache_dir: Where the shipped model's weights are kept.
        cores: How many this process may use; None to find out.
        is_talkative: Whether llama.cpp says on stderr what it does.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        enabled: bool,
        cache_dir: Path,
        cores: int | None = None,
        is_talkative: bool = False,
    ) -> None:
        self._models = list_models(paths) if enabled else ()
        self._cache_dir = cache_dir
        self._threads = threads_for_each(cores or usable_cores(), len(self._models))
        self._is_talkative = is_talkative
        self._enabled = enabled
        self._served = {model.id: self._serve(model) for model in self._models}

    def start(self) -> None:
        """Brings the models up in the background. A second call changes nothing."""
        for served in self._served.values():
            served.begin()

    def models(self) -> tuple[LocalModel, ...]:
        """The shipped model first; empty where they are turned off."""
        return self._models

    def state(self, model_id: str) -> State:
        """How a model is right now, seen anew at every call."""
        if served := self._served.get(model_id):
            return served.state()
        return Unavailable(UNKNOWN) if self._enabled else Off(TURNED_OFF)

    def endpoint(self, model_id: str) -> Endpoint | None:
        """Where a model answers; None unless its process lives at this moment."""
        state = self.state(model_id)
        return state if isinstance(state, Ready) else None

    def retry(self) -> None:
        """Tries the unavailable models again, in the background."""
        for served in self._served.values():
            served.retry()

    def wait_ready(self, model_id: str, timeout_s: float) -> State:
        """A model's state once it is ready or cannot be, or when the time is over. Blocks."""
        if served := self._served.get(model_id):
            return served.wait(timeout_s)
        return self.state(model_id)

    def close(self) -> None:
        """Ends all child processes and downloads, for good."""
        for served in self._served.values():
            served.close()

    def _serve(self, model: LocalModel) -> ServedModel:
        def launch(path: Path) -> ChildProcess:
            return ChildProcess(self._config(model, path))

        return ServedModel(model.id, self._weights_of(model), launch)

    def _weights_of(self, model: LocalModel) -> FindWeights:
        own = model.path

        def find(on_progress: Callable[[int, int], None], should_stop: Callable[[], bool]) -> Path:
            if not has_runtime():
                raise LocalModelError(NO_RUNTIME)
            if own is not None:
                return check_file(own)
            return fetch(self._cache_dir, on_progress, should_stop=should_stop)

        return find

    def _config(self, model: LocalModel, path: Path) -> ChildConfig:
        is_shipped = model.path is None
        return ChildConfig(
            model_id=model.id,
            path=str(path),
            threads=self._threads,
            slot_tokens=SHIPPED_SLOT_TOKENS if is_shipped else OWN_SLOT_TOKENS,
            max_tokens=DEFAULT_MAX_TOKENS,
            repeat_penalty=SHIPPED_REPEAT_PENALTY if is_shipped else OWN_REPEAT_PENALTY,
            api_key=secrets.token_urlsafe(24),
            is_talkative=self._is_talkative,
        )


def threads_for_each(cores: int, servers: int) -> int:
    """Half the cores, shared out, at least 1: llama.cpp's threads spin, so more slow all down."""
    return max(1, cores // 2 // max(1, servers))


def usable_cores(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """How many cores this process may use, a container's quota counted in.

    Source: https://docs.kernel.org/admin-guide/cgroup-v2.html, "cpu.max": quota and period.
    """
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    try:
        quota, period = cgroup.read_text("ascii").split()
        return max(1, min(cores, int(quota) // int(period)))
    except (OSError, ValueError):  # no quota is "max", or no such file
        return cores
