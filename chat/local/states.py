"""The values this room speaks in: which local models there are, and how each of them is."""

from dataclasses import dataclass, field
from pathlib import Path

from chat.errors import ChatError
from chat.messages import Secret


class LocalModelError(ChatError):
    """A local model cannot be had. The text is one sentence for a visitor, without any path."""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """One model of this machine.

    Attributes:
        id: What a request names it by, such as `local/smollm2-135m-instruct`.
        label: What the picker calls it.
        path: The operator's GGUF file; None for the model whose weights are fetched.
    """

    id: str
    label: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers: an OpenAI-compatible API on loopback.

    Attributes:
        base_url: Ends in `/v1`.
        api_key: Made up for this one process.
    """

    base_url: str
    api_key: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class Off:
    """The operator turned local models off."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fetching:
    """The weights are on their way."""

    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Loading:
    """The child process is reading the weights, or is about to."""


@dataclass(frozen=True, slots=True)
class Ready(Endpoint):
    """The model can be asked."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The model cannot be had; `retry` may help."""

    reason: str


State = Off | Fetching | Loading | Ready | Unavailable
