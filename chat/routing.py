"""Which model id goes where: the prefix of the id decides, and nothing else does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chat.errors import KeyMissing
from chat.messages import Secret

SIMULATOR_PREFIX = "sim/"
LOCAL_PREFIX = "local/"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible API.

    Attributes:
        base_url: Without a trailing slash.
        key: What the bearer header holds.
        headers: Sent with every request beside the bearer.
        is_loopback: It runs on this machine, so no proxy of the environment stands before it.
    """

    base_url: str
    key: Secret
    headers: Mapping[str, str] = field(default_factory=dict)
    is_loopback: bool = False


@dataclass(frozen=True, slots=True)
class Routes:
    """Finds the endpoint of a model.

    Attributes:
        openrouter: Takes the visitor's or the server's key and gives OpenRouter's endpoint.
        server_key: Used where the visitor has none.
        local: Gives the endpoint of an embedded model; raises `ModelUnavailable` while it loads.
        simulator: The simulator's endpoint, or None where it is off.
    """

    openrouter: Callable[[Secret], Endpoint]
    server_key: Secret | None
    local: Callable[[str], Endpoint]
    simulator: Callable[[], Endpoint]

    def endpoint(self, model: str, key: Secret | None) -> Endpoint:
        """Where to ask for this model.

        Raises:
            KeyMissing: OpenRouter's model, and neither the visitor nor the server has a key.
            ModelUnavailable: the embedded model or the simulator cannot answer now.
        """
        if model.startswith(SIMULATOR_PREFIX):
            return self.simulator()
        if model.startswith(LOCAL_PREFIX):
            return self.local(model)
        key = key or self.server_key
        if key is None:
            raise KeyMissing
        return self.openrouter(key)
