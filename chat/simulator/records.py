"""What the simulator remembers of the answers it gave, so that others can measure against it.

In memory, the newest thousand; no prompt, no text, no key.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

KEPT = 1000


@dataclass(slots=True)
class Record:
    """One request to /chat/completions and what became of it.

    Attributes:
        requested_at_ms: Unix milliseconds when the request was read; likewise the other `_at_ms`.
        requested_s: The same on `time.monotonic`, in seconds; likewise the other `_s`.
        status: HTTP status of the answer; None until it is known.
        token_at_ms: When each token's last byte was handed to the socket.
        client_closed_s: When the end of the client's connection was seen while the answer was
            still going on; None when the client stayed.
        finished: Everything the scenario has was sent.
        finish_reason: How the answer ended; None if it did not come to its end.
        hidden_tokens: Tokens of reasoning that were counted and not sent.
        from_chars: Where in the model's `full_text` the text that was sent begins; None where it is
            no part of that, as in a refusal.
        fields: What was asked for beside the messages; see `request_fields`.
        images: Which images were in the messages.
        text_chars: How many characters of the text were sent.
        open: The answer is still going on.
        key_sha256: Of the bearer's key; the key itself is not kept.
        header_names: Names of the request's headers, in small letters.
    """

    generation_id: str
    requested_at_ms: float
    requested_s: float
    model: str = ""
    streamed: bool = False
    prompt_tokens: int = 0
    status: int | None = None
    token_at_ms: list[float] = field(default_factory=list)
    token_s: list[float] = field(default_factory=list)
    bytes_sent: int = 0
    client_closed_at_ms: float | None = None
    client_closed_s: float | None = None
    finished: bool = False
    finish_reason: str | None = None
    hidden_tokens: int = 0
    from_chars: int | None = None
    text_chars: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    images: list[dict[str, Any]] = field(default_factory=list)
    open: bool = True
    key_sha256: str = ""
    header_names: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """The line of this record in a list."""
        return {
            "id": self.generation_id,
            "model": self.model,
            "open": self.open,
            "status": self.status,
            "requested_at_ms": self.requested_at_ms,
        }

    def details(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return self.summary() | {
            "streamed": self.streamed,
            "fields": self.fields,
            "images": self.images,
            "requested_s": self.requested_s,
            "tokens": len(self.token_s),
            "token_at_ms": self.token_at_ms,
            "token_s": self.token_s,
            "bytes_sent": self.bytes_sent,
            "client_closed_at_ms": self.client_closed_at_ms,
            "client_closed_s": self.client_closed_s,
            "finished": self.finished,
            "finish_reason": self.finish_reason,
            "key_sha256": self.key_sha256,
            "header_names": self.header_names,
            "from_chars": self.from_chars,
            "text_chars": self.text_chars,
        }


class Records:
    """The newest records by generation id."""

    def __init__(self) -> None:
        self._records: OrderedDict[str, Record] = OrderedDict()
        self.open_now = 0

    def begin(self, record: Record) -> None:
        """Remembers an answer that starts; the oldest record over the limit is forgotten."""
        self._records[record.generation_id] = record
        self.open_now += 1
        if len(self._records) > KEPT:
            self._records.popitem(last=False)

    def end(self, record: Record) -> None:
        """The answer is over, however it ended."""
        record.open = False
        self.open_now -= 1

    def find(self, generation_id: str) -> Record | None:
        """That record, or None."""
        return self._records.get(generation_id)

    def newest_first(self) -> list[Record]:
        """All that are remembered."""
        return list(reversed(self._records.values()))
