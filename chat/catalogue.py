"""What is known of the models that can be asked: values, and which one is like another.

How a list comes from JSON is in `catalogue_json`, where it is kept and renewed in `model_lists`.
"""

import difflib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Group = Literal["This machine", "Other endpoints", "OpenRouter", "Simulator"]
Origin = Literal["live", "copy", "built_in"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]

NEAR_ENOUGH = 0.5
"""Least likeness, 0 to 1, of a model that is suggested for one that has gone."""


@dataclass(frozen=True, slots=True)
class Reasoning:
    """How a model reasons.

    Attributes:
        is_mandatory: It cannot be turned off.
        efforts: The words that `reasoning.effort` takes; () where the list does not say.
    """

    is_mandatory: bool = False
    efforts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """One model that can be chosen.

    Attributes:
        id: What a request names it by.
        name: What the picker calls it.
        group: Who runs it.
        context_tokens: Longest prompt and answer together, or None where nobody says.
        max_output_tokens: Longest answer, likewise.
        prompt_usd: Price of a million tokens in; None where it varies or is not known.
        completion_usd: Price of a million tokens out, likewise.
        request_usd: Price of each request beside its tokens.
        input_modalities: What it reads ("text", "image", …); None where nobody says.
        supported_parameters: OpenRouter's names of what it takes; None where nobody says.
        reasoning: None where it does not reason.
        created_at: When it appeared, UTC.
        expires_on: The last day on which it can be asked, where one is set.
        canonical_slug: Its permanent name, which answers carry instead of the id.
    """

    id: str
    name: str
    group: Group = "OpenRouter"
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    prompt_usd: float | None = None
    completion_usd: float | None = None
    request_usd: float = 0.0
    input_modalities: frozenset[str] | None = None
    supported_parameters: frozenset[str] | None = None
    reasoning: Reasoning | None = None
    created_at: datetime | None = None
    expires_on: date | None = None
    canonical_slug: str = ""

    @property
    def is_free(self) -> bool:
        """Whether asking costs nothing, by its prices alone; a name proves nothing."""
        return self.prompt_usd == 0 and self.completion_usd == 0 and self.request_usd == 0

    @property
    def sees_images(self) -> bool | None:
        """Whether a message to it may hold images; None where nobody says."""
        return None if self.input_modalities is None else "image" in self.input_modalities

    @property
    def reasons(self) -> bool:
        """Whether it thinks before it answers, or can be told to."""
        return self.reasoning is not None or "reasoning" in (self.supported_parameters or ())

    def takes(self, parameter: str) -> bool:
        """Whether it takes a parameter; where nobody says, it may."""
        return self.supported_parameters is None or parameter in self.supported_parameters


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """A list of models, and where it comes from. Two are equal only if they are the same.

    Attributes:
        models: In the upstream's order.
        origin: Asked of the upstream, kept from an earlier time, or shipped with the app.
        as_of: When the upstream gave it, UTC; the day of the built-in list at midnight.
        fault: Why there is no newer one, in a sentence, or "".
        is_own: It is what one visitor's key may use.
    """

    models: tuple[Model, ...]
    origin: Origin
    as_of: datetime
    fault: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor wants of a model; the default wants nothing.

    Attributes:
        is_free: Its prices are nothing; a name proves nothing.
        sees_images: It is known to take images.
        reasons: It is known to reason.
        context_tokens: Least context.
        completion_usd: Highest price of a million tokens out.
    """

    is_free: bool = False
    sees_images: bool = False
    reasons: bool = False
    context_tokens: int = 0
    completion_usd: float = math.inf

    def fits(self, model: Model) -> bool:
        """Whether the model is known to be all of it; what is not known does not count."""
        price = math.inf if model.completion_usd is None else model.completion_usd
        return (
            (model.is_free or not self.is_free)
            and (model.sees_images is True or not self.sees_images)
            and (model.reasons or not self.reasons)
            and (model.context_tokens or 0) >= self.context_tokens
            and price <= self.completion_usd
        )

    @property
    def count(self) -> int:
        """How many wishes there are."""
        wishes = (self.is_free, self.sees_images, self.reasons, self.context_tokens > 0)
        return sum(wishes) + math.isfinite(self.completion_usd)


def takes_images(model: Model | None) -> bool:
    """Whether a message to it may hold images, as far as is known."""
    return model is None or model.sees_images is not False


def find_model(models: Iterable[Model], model_id: str) -> Model | None:
    """The model of that id, or None."""
    return next((model for model in models if model.id == model_id), None)


def nearest(models: Sequence[Model], model_id: str) -> Model | None:
    """The model whose id is most like one that is not there; None where none is like it."""
    # A variant (":free") or another date of the same model is the likeliest wish of all.
    base = model_id.lower().partition(":")[0]
    ids = {model.id.lower().partition(":")[0]: model for model in reversed(models)}
    found = difflib.get_close_matches(base, ids, n=1, cutoff=NEAR_ENOUGH)
    return ids[found[0]] if found else None
