"""Connecting OpenRouter: sign-ins that have begun, and the keys that came of them.

    begin ──► the visitor agrees at OpenRouter ──► finish (a code) ──► collect (the key)

A redirect loads the page anew, in another session. So what must outlive it is here, in this
process's memory, under the visitor who began it; each piece is given out once, for ten minutes.

Source: https://openrouter.ai/docs/guides/overview/auth/oauth and RFC 7636 (PKCE).
"""

import base64
import hashlib
import secrets
import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from chat.errors import InvalidKey, ProviderError
from chat.keys import clean_key
from chat.messages import Secret
from chat.ports import Clock

LIFE_S = 600.0
"""OpenRouter's codes live as long."""
HELD = 1000
"""Sign-ins, and likewise results, that are held at most; beyond that the oldest go."""
HELD_BY_VISITOR = 10
FORGOTTEN_S = 2 * LIFE_S
"""What is too old is told so for as long again; then it is forgotten."""
MAX_CODE_CHARS = 512

SignInFault = Literal["unknown", "expired", "denied", "refused", "unreachable"]

Exchange = Callable[[str, str], Awaitable[Secret]]
"""Code and verifier → key; raises `ProviderError`."""


@dataclass(frozen=True, slots=True)
class _Begun:
    visitor: str
    verifier: str
    begun_s: float
    back: str


@dataclass(slots=True)
class _Result:
    """What a sign-in came to; both None while OpenRouter is being asked."""

    visitor: str
    begun_s: float
    key: Secret | None = field(default=None)
    fault: SignInFault | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """Where the visitor's browser goes after a sign-in, and what to collect there."""

    back: str
    claim: str


class SignIns:
    """All sign-ins of this process.

    Args:
        auth_url: OpenRouter's page where a visitor agrees.
        exchange: Asks OpenRouter for the key that a code stands for.
        spawn: Lets a coroutine run on the engine's loop.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        auth_url: str,
        exchange: Exchange,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        clock: Clock,
    ) -> None:
        self._auth_url = auth_url
        self._exchange = exchange
        self._spawn = spawn
        self._clock = clock
        self._begun: dict[str, _Begun] = {}
        self._results: dict[str, _Result] = {}
        self._lock = threading.Lock()

    def begin(self, visitor: str, callback_root: str, back: str) -> str:
        """Begins a sign-in that comes back by itself; gives the address to send the browser to.

        Args:
            visitor: Who it is; only the same one can finish it.
            callback_root: Our address that a code comes back to, without the nonce at its end.
            back: Path of the page to return to.
        """
        nonce = secrets.token_urlsafe(24)
        challenge = self._remember(nonce, visitor, back)
        return self._address(challenge, callback_url=f"{callback_root}{nonce}")

    def begin_with_code(self, visitor: str) -> str:
        """Begins one whose code the visitor copies from OpenRouter's page; replaces the last."""
        return self._address(self._remember(_by_code(visitor), visitor, "/"))

    def finish(self, visitor: str, nonce: str, code: str) -> Finished:
        """Takes the code that came back, and asks for its key; does not wait."""
        return self._finish(visitor, nonce, code)

    def finish_with_code(self, visitor: str, code: str) -> Finished:
        """Takes the code that the visitor has copied, likewise."""
        return self._finish(visitor, _by_code(visitor), code)

    def is_pending(self, visitor: str, claim: str) -> bool:
        """Whether OpenRouter is still being asked."""
        result = self._results.get(claim)
        is_theirs = result is not None and result.visitor == visitor
        return is_theirs and result is not None and result.key is None and result.fault is None

    def collect(self, visitor: str, claim: str) -> Secret | SignInFault:
        """The key, or why there is none; once, and for the visitor who signed in only."""
        with self._lock:
            result = self._results.get(claim)
            if result is None or result.visitor != visitor:
                return "unknown"
            del self._results[claim]
        if self._clock() - result.begun_s > LIFE_S:
            return "expired"
        return result.key or result.fault or "unknown"

    def _remember(self, nonce: str, visitor: str, back: str) -> str:
        verifier = secrets.token_urlsafe(48)
        with self._lock:
            self._begun.pop(nonce, None)
            _make_room(self._begun, visitor, self._clock())
            self._begun[nonce] = _Begun(visitor, verifier, self._clock(), back)
        digest = hashlib.sha256(verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def _address(self, challenge: str, **more: str) -> str:
        query = {**more, "code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{self._auth_url}?{urlencode(query)}"

    def _finish(self, visitor: str, nonce: str, code: str) -> Finished:
        claim, now_s = secrets.token_urlsafe(24), self._clock()
        with self._lock:
            begun = self._begun.get(nonce)
            # Somebody else's stays, for whoever it belongs to.
            begun = self._begun.pop(nonce) if begun and begun.visitor == visitor else None
            result = _Result(visitor, now_s, fault=_fault_of(begun, code, now_s))
            # Nobody could collect it, and requests without a visitor cost a stranger nothing.
            if visitor:
                _make_room(self._results, visitor, now_s)
                self._results[claim] = result
        if begun is not None and result.fault is None:
            self._spawn(self._ask(result, code.strip(), begun.verifier))
        return Finished(begun.back if begun is not None else "/", claim)

    async def _ask(self, result: _Result, code: str, verifier: str) -> None:
        try:
            result.key = await self._exchange(code, verifier)
        except ProviderError as error:
            is_refused = error.failure.kind in {"refused", "invalid_key", "rejected"}
            result.fault = "refused" if is_refused else "unreachable"


def _fault_of(begun: _Begun | None, code: str, now_s: float) -> SignInFault | None:
    """Why there is no point in asking OpenRouter, or None."""
    if begun is None:
        return "unknown"
    if now_s - begun.begun_s > LIFE_S:
        return "expired"
    if not code.strip():
        return "denied"
    try:
        # A code must be able to stand in a request, as a key must.
        is_sendable = len(clean_key(code).value) <= MAX_CODE_CHARS
    except InvalidKey:
        is_sendable = False
    return None if is_sendable else "refused"


def _by_code(visitor: str) -> str:
    return f"code of {visitor}"


def _make_room(held: dict[str, Any], visitor: str, now_s: float) -> None:
    """Room for one more: what is too old goes, then the visitor's own oldest, then anybody's."""
    for place in [place for place, one in held.items() if now_s - one.begun_s > FORGOTTEN_S]:
        del held[place]
    theirs = [place for place, one in held.items() if one.visitor == visitor]
    for place in theirs[: max(0, len(theirs) - HELD_BY_VISITOR + 1)]:
        del held[place]
    while len(held) >= HELD:
        del held[next(iter(held))]
