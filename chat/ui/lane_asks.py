"""How lanes ask: what a lane's setup amounts to with this tab's key and limits."""

from chat.comparison import LaneSetup
from chat.hosts import host_of
from chat.routing import SIMULATOR_PREFIX
from chat.turn import Ask
from chat.ui import session
from chat.ui.key_box import key_to_ask_with
from chat.ui.limits_box import budget_of
from chat.ui.offered import model_name, offered
from chat.ui.wiring import services


def ask_of(setup: LaneSetup) -> Ask:
    """How an answer of the lane is wanted; nobody else is asked in its place."""
    held, tab, offer = services(), session.tab(), offered()
    model = offer.by_id.get(setup.model)
    needs_key = held.routes.is_openrouter(setup.model)
    return Ask(
        model=setup.model,
        max_tokens=setup.max_tokens,
        temperature=setup.temperature,
        top_p=setup.top_p,
        system_prompt=setup.system_prompt,
        key=key_to_ask_with(tab) if needs_key else None,
        is_lent=needs_key and tab.ring.key is None and held.server_key.has_budget,
        budget=budget_of(offer.models, session.choice(), tab),
        parameters=setup.parameters,
        known={model.id: model} if model is not None else {},
    )


def setup_for(model: str) -> LaneSetup:
    """A new lane of that model: as the chat's sidebar is set, its own providers left open."""
    choice = session.choice()
    return LaneSetup(
        model=model,
        max_tokens=choice.max_tokens,
        temperature=choice.temperature,
        top_p=choice.top_p if choice.top_p < 1 else None,
        system_prompt=choice.system_prompt,
    )


def can_have_hosts(model: str) -> bool:
    """Whether upstream providers can be chosen for the model."""
    return model.startswith(SIMULATOR_PREFIX) or services().routes.is_openrouter(model)


def lane_name(setup: LaneSetup) -> str:
    """What a lane is called: its model, and its upstream provider where there is but one."""
    host = host_of(setup)
    name = model_name(setup.model)
    return f"{name} · {host}" if host is not None else name


def can_answer(model: str) -> bool:
    """Whether this visitor can ask the model: it needs no key, or there is one."""
    return key_to_ask_with(session.tab()) is not None or not services().routes.is_openrouter(model)
