"""What the simulator says that it sent, when, and when it saw its client go."""

from dataclasses import dataclass
from typing import Any

import httpx2

from bench.processes import wait_until


@dataclass(frozen=True, slots=True)
class Sent:
    """One answer as the upstream saw it; moments in Unix milliseconds.

    Attributes:
        requested_at_ms: When the request was read.
        token_at_ms: When each token was handed to the socket.
        closed_at_ms: When the end of the connection was seen, or None if it never was.
    """

    requested_at_ms: float
    token_at_ms: tuple[float, ...]
    closed_at_ms: float | None


class Upstream:
    """The simulator's records.

    Args:
        origin: Of a running simulator.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._seen: set[str] = set()

    @property
    def settings(self) -> dict[str, str]:
        """What makes the app ask this simulator instead of OpenRouter."""
        return {"OPENROUTER_BASE_URL": f"{self._origin}/api/v1"}

    def wait_request(self) -> str:
        """The id of a request that was not seen before, once one has come.

        Raises:
            TimeoutError: none came.
        """
        wait_until(lambda: bool(self._new()), 10, "a request at the upstream")
        new = self._new()[0]
        self._seen.add(new)
        return new

    def wait_tokens(self, generation: str, tokens: int) -> None:
        """Returns when that many tokens were sent.

        Raises:
            TimeoutError: they were not.
        """
        wait_until(lambda: self._details(generation)["tokens"] >= tokens, 20, f"token {tokens}")

    def wait_end(self, generation: str, within_s: float = 20, look_s: float = 0.01) -> Sent:
        """What was sent, once the answer is over.

        Args:
            generation: Its id.
            within_s: How long it may take, in seconds.
            look_s: Time between two looks, which cost the upstream something, in seconds.

        Raises:
            TimeoutError: it went on.
        """
        wait_until(lambda: not self._is_open(generation), within_s, "the answer's end", look_s)
        details = self._details(generation)
        return Sent(
            details["requested_at_ms"],
            tuple(details["token_at_ms"]),
            details["client_closed_at_ms"],
        )

    def find(self, model: str) -> str | None:
        """The id of the newest request for a model, or None."""
        rows = httpx2.get(f"{self._origin}/sim/generations").json()
        return next((row["id"] for row in rows if row["model"] == model), None)

    def _new(self) -> list[str]:
        rows = httpx2.get(f"{self._origin}/sim/generations").json()
        return [row["id"] for row in rows if row["id"] not in self._seen]

    def _is_open(self, generation: str) -> bool:
        rows = httpx2.get(f"{self._origin}/sim/generations").json()
        return any(row["id"] == generation and row["open"] for row in rows)

    def _details(self, generation: str) -> Any:  # Any: the simulator's JSON
        return httpx2.get(f"{self._origin}/sim/generations/{generation}").json()
