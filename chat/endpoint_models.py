"""The models of the endpoints that the operator added, as each endpoint lists them.

Asked in the background and kept for a while; an endpoint that is away keeps its last list.
"""

import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chat.errors import ProviderError
from chat.ports import Clock
from chat.routing import Endpoint

_log = logging.getLogger(__name__)

FRESH_S = 60.0
MAX_MODELS = 500

ListModels = Callable[[Endpoint], Awaitable[Sequence[str]]]
"""Asks an endpoint for the ids of its models; raises `ProviderError`."""


@dataclass(slots=True)
class EndpointModels:
    """What can be chosen at each endpoint.

    Attributes:
        endpoints: By the prefix of their models, "lab/" for the one named lab.
        spawn: Lets a coroutine run on the engine's loop.
        ask: Asks one endpoint.
        clock: Seconds, monotonic.
    """

    endpoints: Mapping[str, Endpoint]
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    ask: ListModels
    clock: Clock
    _lists: dict[str, list[str]] = field(default_factory=dict, init=False)
    _asked_s: dict[str, float] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def ids(self) -> list[str]:
        """The ids as far as they are known, with their prefixes. Never blocks."""
        for prefix, endpoint in self.endpoints.items():
            if self._is_due(prefix):
                self.spawn(self._learn(prefix, endpoint))
        return [
            f"{prefix}{one}" for prefix in self.endpoints for one in self._lists.get(prefix, [])
        ]

    def _is_due(self, prefix: str) -> bool:
        now_s = self.clock()
        with self._lock:
            asked_s = self._asked_s.get(prefix)
            is_due = asked_s is None or now_s - asked_s >= FRESH_S
            if is_due:
                self._asked_s[prefix] = now_s
        return is_due

    async def _learn(self, prefix: str, endpoint: Endpoint) -> None:
        try:
            self._lists[prefix] = list(await self.ask(endpoint))[:MAX_MODELS]
        except ProviderError as error:
            _log.warning("%s does not list its models: %s", prefix.rstrip("/"), error)
