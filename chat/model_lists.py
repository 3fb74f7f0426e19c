"""The lists of models: asked for in the background, kept for a while, and on disk for bad days.

1. Whoever reads a list gets the best one that is known, at once; nothing here waits.
2. A read that finds the list too old has it asked for anew, once, on the engine's loop.
3. A list that came is written to disk; the next start begins with that copy.
4. What a visitor's key may use is that visitor's alone: it is held by the caller, not here.
"""

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chat.built_in_models import BUILT_IN
from chat.catalogue import Catalogue
from chat.catalogue_json import CatalogueUnusable, parse_catalogue
from chat.errors import ProviderError
from chat.messages import Secret
from chat.ports import Clock

_log = logging.getLogger(__name__)

RETRY_S = 60.0
"""How soon a list that could not be had is asked for again, in seconds."""
NOT_REACHED = "OpenRouter's list of models cannot be had right now."

FetchModels = Callable[[Secret | None], Awaitable[bytes]]
"""Asks for the list, of everybody or of a key; raises `ProviderError`."""
Spawn = Callable[[Coroutine[Any, Any, None]], None]


class ModelList:
    """One list: everybody's, or what one key may use. Read from any thread.

    Args:
        fetch: Asks for it.
        spawn: Lets the asking run beside everything else.
        clock: Monotonic seconds.
        now: The present moment, UTC.
        lifetime_s: How long a list is good; 0 never asks for one.
        first: What is shown until one came.
        key: Whose list it is, or None for everybody's.
        on_new: Called, on another thread, with the bytes of a list that came.
    """

    def __init__(
        self,
        fetch: FetchModels,
        spawn: Spawn,
        *,
        clock: Clock,
        now: Callable[[], datetime],
        lifetime_s: float,
        first: Catalogue,
        key: Secret | None = None,
        on_new: Callable[[bytes, datetime], None] | None = None,
    ) -> None:
        self._fetch, self._spawn = fetch, spawn
        self._clock, self._now = clock, now
        self._lifetime_s = lifetime_s
        self._key = key
        self._on_new = on_new
        self._best = first
        self._due_s: float | None = None
        self._is_asking = False
        self._lock = threading.Lock()

    @property
    def key(self) -> Secret | None:
        """Whose list it is."""
        return self._key

    @property
    def is_asking(self) -> bool:
        """Whether a newer list is on its way."""
        return self._is_asking

    @property
    def fault(self) -> str:
        """Why the last asking gave nothing, in a sentence, or ""."""
        return self._best.fault

    def read(self) -> Catalogue:
        """The best list that is known; a newer one is asked for where this one is too old."""
        with self._lock:
            is_due = self._due_s is None or self._clock() >= self._due_s
            starts = is_due and not self._is_asking and self._lifetime_s > 0
            if starts:
                self._is_asking = True
        if starts:
            self._spawn(self._ask())
        return self._best

    async def _ask(self) -> None:
        wait_s = min(RETRY_S, self._lifetime_s)
        try:
            body = await self._fetch(self._key)
            # Thousands of entries take a while, and answers share this loop.
            models = await asyncio.to_thread(parse_catalogue, body)
            came_at = self._now()
            is_own = self._key is not None
            self._best = Catalogue(models, "live", came_at, is_own=is_own)
            wait_s = self._lifetime_s
            if self._on_new is not None:
                await asyncio.to_thread(self._on_new, body, came_at)
        except ProviderError as error:
            self._best = replace(self._best, fault=_sentence(error))
        except CatalogueUnusable as error:
            self._best = replace(self._best, fault=str(error))
        finally:
            with self._lock:
                self._due_s = self._clock() + wait_s
                self._is_asking = False


def _sentence(error: ProviderError) -> str:
    status = error.failure.status
    return f"{NOT_REACHED[:-1]} (error {status})." if status is not None else NOT_REACHED


def load_copy(path: Path, base_url: str) -> Catalogue | None:
    """The list that was kept last; None where there is none of that address that can be read."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        said = json.loads(head)
        if said["base_url"] != base_url:
            return None
        as_of = datetime.fromisoformat(said["as_of"]).astimezone(UTC)
        return Catalogue(parse_catalogue(body), "copy", as_of)
    except (OSError, CatalogueUnusable):
        return None
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None  # The head is no JSON of ours; a date may lie beyond the last year there is.


def save_copy(path: Path, base_url: str, body: bytes, as_of: datetime) -> None:
    """Keeps a list; a reader sees the old one or the new one, never a part. Never raises."""
    head = json.dumps({"base_url": base_url, "as_of": as_of.isoformat()}).encode()
    unfinished = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(head + b"\n" + body)
        unfinished.replace(path)
    except OSError as error:
        _log.warning("The list of models could not be kept: %s", type(error).__name__)
        with suppress(OSError):
            unfinished.unlink()


def first_list(path: Path, base_url: str) -> Catalogue:
    """What is shown before any list came: the copy on disk, else the built-in list."""
    return load_copy(path, base_url) or BUILT_IN


@dataclass(frozen=True, slots=True)
class ModelLists:
    """Makes OpenRouter's lists; everybody's is kept on disk, a key's never is.

    Attributes:
        fetch: As in `ModelList`; likewise `spawn`, `clock`, `now` and `lifetime_s`.
        copy: The file of the list that came last.
        base_url: Whose list it is.
    """

    fetch: FetchModels
    spawn: Spawn
    clock: Clock
    lifetime_s: float
    copy: Path
    base_url: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def everybodys(self) -> ModelList:
        """The public list; one for the whole process is enough."""
        return self._list(None, self._keep)

    def of_key(self, key: Secret) -> ModelList:
        """What one key may use, for whoever holds that key and nobody else."""
        return self._list(key, None)

    def _list(
        self, key: Secret | None, on_new: Callable[[bytes, datetime], None] | None
    ) -> ModelList:
        return ModelList(
            self.fetch,
            self.spawn,
            clock=self.clock,
            now=self.now,
            lifetime_s=self.lifetime_s,
            first=first_list(self.copy, self.base_url) if key is None else BUILT_IN,
            key=key,
            on_new=on_new,
        )

    def _keep(self, body: bytes, as_of: datetime) -> None:
        save_copy(self.copy, self.base_url, body, as_of)
