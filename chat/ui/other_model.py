"""The other model to offer when one could not answer: the nearest that can answer this visitor."""

from collections.abc import Iterator

from chat.conversations import ReplyRecord
from chat.errors import Failure, FailureKind
from chat.local.states import Off, Unavailable
from chat.routing import LOCAL_PREFIX, SIMULATOR_PREFIX
from chat.ui import session
from chat.ui.key_box import key_to_ask_with
from chat.ui.offered import offered
from chat.ui.wiring import Services, services

_KEY_IS_OF_NO_USE: frozenset[FailureKind] = frozenset({"key_missing", "invalid_key"})
_ONLY_FREE: frozenset[FailureKind] = frozenset({"out_of_credits"})
_ONLY_PAID: frozenset[FailureKind] = frozenset({"daily_limit"})

_ENDPOINT_IS_CLOSED: frozenset[FailureKind] = frozenset(
    {"invalid_key", "out_of_credits", "daily_limit", "connection_lost", "connect_timeout"}
)
"""What an endpoint of the operator's says of one model and means of all of its."""


def other_model(reply: ReplyRecord) -> str | None:
    """The id of the model to offer instead, or None where no other can answer.

    The visitor's own fallback models come first, then models of the same maker, then the others
    in the picker's order; after OpenRouter's an embedded model, then the simulator's.
    """
    held, choice = services(), session.choice()
    failure = reply.failure
    kind = failure.kind if failure is not None and not failure.endpoint else None
    has_key = key_to_ask_with(session.tab()) is not None
    for model in _by_nearness(reply.model, choice.fallbacks):
        is_useless = model == reply.model or model.startswith(_closed(failure))
        if not is_useless and _can_answer(held, model, kind, has_key=has_key):
            return model
    return None


def _closed(failure: Failure | None) -> tuple[str, ...]:
    """How the ids of all models begin that fail for the same reason."""
    if failure is None or not failure.endpoint or failure.kind not in _ENDPOINT_IS_CLOSED:
        return ()
    return (f"{failure.endpoint}/",)


def _by_nearness(failed: str, fallbacks: tuple[str, ...]) -> Iterator[str]:
    yield from fallbacks
    ids = list(offered().by_id)
    remote = [model for model in ids if not model.startswith((LOCAL_PREFIX, SIMULATOR_PREFIX))]
    simulated = [model for model in ids if model.startswith(SIMULATOR_PREFIX)]
    if failed.startswith(SIMULATOR_PREFIX):
        yield from simulated[:1]  # the first is a healthy one
    maker = failed.partition("/")[0]
    yield from (model for model in remote if model.partition("/")[0] == maker)
    yield from remote
    yield from (model for model in ids if model.startswith(LOCAL_PREFIX))
    yield from simulated[:1]


def _can_answer(held: Services, model: str, kind: FailureKind | None, *, has_key: bool) -> bool:
    if model.startswith(LOCAL_PREFIX):
        return not isinstance(held.local.state(model), Off | Unavailable)
    if model.startswith(SIMULATOR_PREFIX):
        return held.simulator is not None
    if not held.routes.is_openrouter(model):
        return True
    if not has_key or kind in _KEY_IS_OF_NO_USE:
        return False
    listed = offered().by_id.get(model)
    is_free = listed is not None and listed.is_free
    return not (kind in _ONLY_FREE and not is_free) and not (kind in _ONLY_PAID and is_free)
