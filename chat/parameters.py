"""How an answer is to be made, beside its prompt: values, and what a model takes of them."""

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from chat.catalogue import Model

Sort = Literal["price", "throughput", "latency"]
DataCollection = Literal["allow", "deny"]

EFFORTS = ("none", "low", "medium", "high")
"""What `reasoning.effort` is taken to know where the list of models does not say.
https://openrouter.ai/docs/guides/best-practices/reasoning-tokens"""
MAX_PROVIDERS = 30
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9./_-]{0,59}")


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Which of OpenRouter's own providers may answer, and in which order they are asked.

    https://openrouter.ai/docs/guides/routing/provider-selection

    Attributes:
        sort: What is best; None leaves it to OpenRouter.
        only: Nobody else, by their slugs; () for anybody.
        ignore: Not these.
        data_collection: "deny" leaves out whoever keeps prompts.
        max_prompt_usd: Highest price of a million tokens in, or None.
        max_completion_usd: Highest price of a million tokens out, or None.
        fallbacks: Whether another may answer where the first choice cannot.
    """

    sort: Sort | None = None
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    data_collection: DataCollection | None = None
    max_prompt_usd: float | None = None
    max_completion_usd: float | None = None
    fallbacks: bool = True


@dataclass(frozen=True, slots=True)
class Parameters:
    """What few models or only OpenRouter know; None leaves it to the model.

    Attributes:
        seed: Makes the same answer likely.
        effort: How long to reason, in the model's words.
        stop: Texts at the first of which the answer ends.
    """

    seed: int | None = None
    effort: str | None = None
    stop: tuple[str, ...] = ()
    upstreams: Upstreams = field(default_factory=Upstreams)


def efforts_of(model: Model | None) -> tuple[str, ...]:
    """What can be chosen as the effort of reasoning; () for a model that does not reason."""
    if model is None:
        return EFFORTS
    if not (model.reasons or model.takes("reasoning_effort")):
        return ()
    reasoning = model.reasoning
    efforts = (reasoning.efforts if reasoning is not None else ()) or EFFORTS
    is_mandatory = reasoning is not None and reasoning.is_mandatory
    return tuple(word for word in efforts if word != "none" or not is_mandatory)


def taken_by(model: Model | None, wished: Parameters) -> Parameters:
    """What is left of a wish that the model takes; of one that nobody knows, all."""
    if model is None:
        return wished
    return replace(
        wished,
        seed=wished.seed if model.takes("seed") else None,
        effort=wished.effort if wished.effort in efforts_of(model) else None,
        stop=wished.stop if model.takes("stop") else (),
    )


def tokens_within(model: Model | None, wished: int) -> int:
    """The longest answer that may be asked for, in tokens: never over the model's own limit."""
    limit = model.max_output_tokens if model is not None else None
    return wished if limit is None else min(wished, limit)


def read_providers(text: str) -> tuple[str, ...]:
    """The slugs in what was typed, "deepinfra, Together"; what can be none is left out."""
    words = [word.strip().lower().replace(" ", "-") for word in text.split(",")]
    return tuple(dict.fromkeys(w for w in words if _PROVIDER.fullmatch(w)))[:MAX_PROVIDERS]
