"""What OpenRouter says of the keys in use: asked on the engine's loop, kept in memory only.

A key is known here by a fingerprint that only this process can make; the key itself is not kept.
What a verdict is called on screen is in `chat.ui.key_wording`.
"""

import asyncio
import hashlib
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from chat.errors import Failure, ProviderError
from chat.messages import Secret

_log = logging.getLogger(__name__)

KNOWN = 512
"""Keys whose state is remembered; beyond that the one that was looked at longest ago goes."""
SETTLE_S = 2.0
"""How long after an answer its cost may take to show in the account."""

Verdict = Literal[
    "usable", "wrong", "disabled", "expired", "exhausted", "management", "unchecked", "checking"
]


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What `GET /key` says of a key.

    Attributes:
        label: OpenRouter's name for it, with the middle left out.
        limit_usd: What it may spend, or None for no limit of its own.
        remaining_usd: What is left of that, or None for no limit.
        free_left: Requests to free models left today, and out of how many; None if not said.
        expires_at: When it ends (UTC), or None for never.
        is_management: It manages other keys and cannot ask a model.
    """

    label: str
    limit_usd: float | None = None
    remaining_usd: float | None = None
    free_left: tuple[int, int] | None = None
    expires_at: datetime | None = None
    is_management: bool = False


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """How a key stands.

    Attributes:
        info: What was said of it last, also while it is being asked again.
        failure: Why it was refused or could not be asked, or None.
        is_pending: An answer is being waited for.
    """

    verdict: Verdict = "checking"
    info: KeyInfo | None = None
    failure: Failure | None = None
    is_pending: bool = False


@dataclass(slots=True)
class _Entry:
    check: KeyCheck = KeyCheck()
    waiting: int = 0


class KeyBook:
    """How each key in use stands.

    Args:
        spawn: Lets a coroutine run on the engine's loop.
        ask: Asks OpenRouter about a key; raises `ProviderError`.
        now: The present moment, UTC.
        sleep: Waits some seconds.
    """

    def __init__(
        self,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        ask: Callable[[Secret], Awaitable[KeyInfo]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._spawn = spawn
        self._ask = ask
        self._now = now
        self._sleep = sleep
        self._salt = secrets.token_bytes(32)
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, key: Secret) -> KeyCheck:
        """How it stands now; the first look at a key asks about it. Never blocks."""
        with self._lock:
            entry = self._entries.get(self._print_of(key))
            if entry is not None:
                self._entries.move_to_end(self._print_of(key))
                return replace(entry.check, is_pending=entry.waiting > 0)
        self.ask_again(key)
        return KeyCheck(is_pending=True)

    def ask_again(self, key: Secret) -> None:
        """Asks about a key now."""
        with self._lock:
            entry = self._entries.setdefault(self._print_of(key), _Entry())
            entry.waiting += 1
            while len(self._entries) > KNOWN:
                self._entries.popitem(last=False)
        self._spawn(self._learn(key, entry, 0.0))

    def has_spent(self, key: Secret) -> None:
        """Hears that an answer has ended; a key that was looked at is asked about once more."""
        with self._lock:
            entry = self._entries.get(self._print_of(key))
            if entry is None:
                return
            entry.waiting += 1
        self._spawn(self._learn(key, entry, SETTLE_S))

    def forget(self, key: Secret) -> None:
        """Lets go of all that is known of a key."""
        with self._lock:
            self._entries.pop(self._print_of(key), None)

    async def _learn(self, key: Secret, entry: _Entry, after_s: float) -> None:
        try:
            await self._sleep(after_s)
            entry.check = check_of(await self._ask(key), self._now())
        except ProviderError as error:
            entry.check = _refused(error.failure, entry.check.info)
        except Exception as error:  # noqa: BLE001 - else the key would be "checking" for good
            # Only the kind: what was raised may quote the key.
            _log.warning("A key could not be asked about: %s", type(error).__name__)
            entry.check = KeyCheck("unchecked", entry.check.info)
        finally:
            entry.waiting -= 1

    def _print_of(self, key: Secret) -> bytes:
        return hashlib.blake2b(key.value.encode(), key=self._salt, digest_size=16).digest()


def check_of(info: KeyInfo, now: datetime) -> KeyCheck:
    """The verdict on a key that OpenRouter knows."""
    if info.is_management:
        return KeyCheck("management", info)
    if info.expires_at is not None and info.expires_at <= now:
        return KeyCheck("expired", info)
    if info.remaining_usd is not None and info.remaining_usd <= 0:
        return KeyCheck("exhausted", info)
    return KeyCheck("usable", info)


def _refused(failure: Failure, info: KeyInfo | None) -> KeyCheck:
    """The verdict where the asking failed; OpenRouter has no code for these, only words."""
    words = failure.detail.lower()
    verdict: Verdict = "unchecked"
    if failure.kind == "out_of_credits" or (failure.kind == "refused" and "limit" in words):
        verdict = "exhausted"
    elif failure.kind in {"invalid_key", "refused"}:
        # A 403 may be about anything, a firewall or a country; only a 401 is surely about the key.
        verdict = "wrong" if failure.kind == "invalid_key" else "unchecked"
        if "disabled" in words:
            verdict = "disabled"
        elif "expired" in words:
            verdict = "expired"
    return KeyCheck(verdict, info if verdict == "unchecked" else None, failure)
