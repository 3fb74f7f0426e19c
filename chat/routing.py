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
        is_openrouter: It speaks OpenRouter's own fields, beside those of the OpenAI API.
        prefix: What its models' ids begin with here and not there; "" for none.
    """

    base_url: str
    key: Secret
    headers: Mapping[str, str] = field(default_factory=dict)
    is_loopback: bool = False
    prefix: str = ""
    is_openrouter: bool = False


@dataclass(frozen=True, slots=True)
class Routes:
    """Finds the endpoint of a model.

    Attributes:
        openrouter: Takes the visitor's or the server's key and gives OpenRouter's endpoint.
        local: Gives the endpoint of an embedded model; raises `ModelUnavailable` while it loads.
        simulator: The simulator's endpoint, or None where it is off.
        others: The endpoints that the operator added, by the prefix of their models. Their keys
            are their own: a visitor's key never goes there.
    """

    openrouter: Callable[[Secret], Endpoint]
    local: Callable[[str], Endpoint]
    simulator: Callable[[], Endpoint]
    others: Mapping[str, Endpoint] = field(default_factory=dict)

    def endpoint(self, model: str, key: Secret | None) -> Endpoint:
        """Where to ask for this model.

        Raises:
            KeyMissing: OpenRouter's model, and no key to ask with.
            ModelUnavailable: the embedded model or the simulator cannot answer now.
        """
        if model.startswith(SIMULATOR_PREFIX):
            return self.simulator()
        if model.startswith(LOCAL_PREFIX):
            return self.local(model)
        other = self._other(model)
        if other is not None:
            return other
        if key is None:
            raise KeyMissing
        return self.openrouter(key)

    def is_openrouter(self, model: str) -> bool:
        """Whether the model is OpenRouter's, so that a key of OpenRouter's is needed."""
        is_ours = model.startswith((SIMULATOR_PREFIX, LOCAL_PREFIX))
        return not is_ours and self._other(model) is None

    def _other(self, model: str) -> Endpoint | None:
        name, slash, _ = model.partition("/")
        return self.others.get(name + slash)
