"""What this tab's picker has to offer: this machine's models, OpenRouter's and others'."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from chat.catalogue import Catalogue, Model
from chat.catalogue_json import parse_catalogue
from chat.local.states import LocalModel, Off, Unavailable
from chat.messages import Secret
from chat.routing import LOCAL_PREFIX, SIMULATOR_PREFIX
from chat.simulator import list_models
from chat.ui import session
from chat.ui.wiring import Services, services

_SIMULATED = "Simulator: "


@dataclass(frozen=True, slots=True)
class Offer:
    """All models that can be chosen.

    Attributes:
        by_id: In the order of the picker.
        catalogue: OpenRouter's list among them.
    """

    by_id: Mapping[str, Model]
    catalogue: Catalogue

    @property
    def models(self) -> tuple[Model, ...]:
        """Likewise in order."""
        return tuple(self.by_id.values())


def offered() -> Offer:
    """What can be chosen now; the list of the visitor's own key where there is one."""
    held, own = services(), session.tab().own_models
    everybodys = held.models.read()
    catalogue = own.read() if own is not None else everybodys
    if own is not None and not catalogue.is_own:
        # Until the key's own list is there, everybody's is the best guess.
        catalogue = everybodys
    return _offer(
        held.local.models(),
        tuple(held.others.ids()),
        catalogue,
        has_simulator=held.simulator is not None,
    )


def offered_to_all() -> Offer:
    """What can be chosen now without a key of one's own; outside of any tab."""
    held = services()
    return _offer(
        held.local.models(),
        tuple(held.others.ids()),
        held.models.read(),
        has_simulator=held.simulator is not None,
    )


def first_model(held: Services, offer: Offer, *, is_local: bool) -> str:
    """The operator's default, else the first model that can answer this visitor.

    Args:
        held: The app.
        offer: What can be chosen.
        is_local: Whether the visitor is on this machine.
    """
    if held.settings.default_model is not None:
        return held.settings.default_model
    for model in offer.models:
        is_embedded = model.id.startswith(LOCAL_PREFIX)
        if is_embedded and isinstance(held.local.state(model.id), Off | Unavailable):
            continue
        if is_embedded or model.id.startswith(SIMULATOR_PREFIX):
            return model.id
        if held.server_key.key_for(is_local=is_local) is not None:
            return model.id
    return offer.models[0].id


def follow_key(key: Secret | None) -> None:
    """Makes the tab's list that of this key; another key's list is let go of."""
    tab = session.tab()
    if key is None:
        tab.own_models = None
    elif tab.own_models is None or tab.own_models.key != key:
        tab.own_models = services().lists.of_key(key)


def model_name(model_id: str) -> str:
    """What a model is called on screen; an id that is not offered is its own name."""
    model = offered().by_id.get(model_id)
    return model.name if model is not None else model_id


@lru_cache(maxsize=32)
def _offer(
    local: tuple[LocalModel, ...],
    others: tuple[str, ...],
    catalogue: Catalogue,
    *,
    has_simulator: bool,
) -> Offer:
    here = [_local(model) for model in local]
    elsewhere = [Model(model_id, model_id, "Other endpoints") for model_id in others]
    # An id that leads to an endpoint of the operator's is that endpoint's alone.
    leads_there = services().routes.is_openrouter
    remote = [model for model in catalogue.models if leads_there(model.id)]
    simulated = _simulated() if has_simulator else ()
    models = (*here, *elsewhere, *remote, *simulated)
    return Offer({model.id: model for model in models}, catalogue)


def _local(model: LocalModel) -> Model:
    return Model(
        model.id,
        model.label,
        "This machine",
        prompt_usd=0,
        completion_usd=0,
        input_modalities=frozenset({"text"}),
        supported_parameters=frozenset({"temperature", "top_p", "max_tokens", "seed"}),
    )


@cache
def _simulated() -> tuple[Model, ...]:
    listed = parse_catalogue(json.dumps(list_models()).encode(), "Simulator")
    return tuple(
        replace(model, name=model.name.removeprefix(_SIMULATED))
        for model in listed
        if model.id.startswith(SIMULATOR_PREFIX)
    )
