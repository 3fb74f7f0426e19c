"""Which address each model is asked at: OpenRouter, the operator's own, this machine's."""

from urllib.parse import urlsplit, urlunsplit

from chat.errors import ModelUnavailable
from chat.local.states import Fetching, Ready, Unavailable
from chat.local.supervisor import LocalModels
from chat.messages import Secret
from chat.routing import Endpoint, Routes
from chat.setting_values import NamedEndpoint
from chat.settings import Settings

_ATTRIBUTION = {"HTTP-Referer": "http://localhost:8501", "X-OpenRouter-Title": "Tickertape"}
_SIMULATOR_KEY = Secret("simulator")


def routes_of(settings: Settings, local: LocalModels, simulator_url: str | None) -> Routes:
    """The table of all of them."""
    return Routes(
        openrouter=lambda key: Endpoint(
            settings.openrouter_base_url, key, _ATTRIBUTION, is_openrouter=True
        ),
        local=lambda model: _local_endpoint(local, model),
        simulator=lambda: _simulator_endpoint(simulator_url),
        others={f"{named.name}/": _other_endpoint(named) for named in settings.endpoints},
    )


def auth_url_of(settings: Settings) -> str:
    """OpenRouter's sign-in page: as set, or beside the API."""
    beside = urlsplit(settings.openrouter_base_url)._replace(path="/auth", query="", fragment="")
    return settings.openrouter_auth_url or urlunsplit(beside)


def _other_endpoint(named: NamedEndpoint) -> Endpoint:
    host = urlsplit(named.base_url).hostname
    # The SDK wants a key; servers that need none ignore it.
    return Endpoint(
        named.base_url,
        named.key or Secret("none"),
        is_loopback=host in {"localhost", "127.0.0.1", "::1"},
        prefix=f"{named.name}/",
    )


def _local_endpoint(local: LocalModels, model: str) -> Endpoint:
    ready = local.endpoint(model)
    if ready is not None:
        return Endpoint(ready.base_url, ready.api_key, is_loopback=True)
    match local.state(model):
        case Unavailable(reason):
            raise ModelUnavailable(reason)
        case Fetching():
            raise ModelUnavailable("The local model is still being downloaded.")
        case Ready():
            raise ModelUnavailable("The local model has just restarted.")
        case _:
            raise ModelUnavailable("The local model is still loading.")


def _simulator_endpoint(base_url: str | None) -> Endpoint:
    if base_url is None:
        raise ModelUnavailable("The simulator is turned off on this server.")
    return Endpoint(base_url, _SIMULATOR_KEY, is_loopback=True, is_openrouter=True)
