"""OpenRouter's `/models` as JSON → models. Pure, and lenient: what cannot be used is left out.

Fields and their oddities: https://openrouter.ai/docs/guides/overview/models. Prices are strings, in
USD per token; "-1" means that it varies; fields are added, and may be null, without notice.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime

from chat.catalogue import Group, Model, Reasoning
from chat.errors import ChatError
from chat.prompt import is_text
from chat.routing import LOCAL_PREFIX, SIMULATOR_PREFIX

MAX_BYTES = 50_000_000
MAX_MODELS = 10_000
MAX_ID_CHARS = 200
MAX_NAME_CHARS = 120
MAX_WORDS = 100
MAX_WORD_CHARS = 60
_MAX_TOKENS = 10**9
_MAX_USD = 1_000_000.0
_AUTO = "openrouter/auto"


class CatalogueUnusable(ChatError):  # noqa: N818 - says what happened, like the rest of the tree
    """What came is no list of models; the text is one sentence for the page."""


def parse_catalogue(body: bytes, group: Group = "OpenRouter") -> tuple[Model, ...]:
    """The models of an answer to GET /models, in its order; entries that cannot be used left out.

    Raises:
        CatalogueUnusable: it is no such list, or has nothing in it that can be used.
    """
    if len(body) > MAX_BYTES:
        raise CatalogueUnusable("The list of models is too long to be read.")
    if body.lstrip()[:1] == b"<":
        raise CatalogueUnusable("A web page came instead of the list of models.")
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        raise CatalogueUnusable("The list of models came only in part, or is no JSON.") from None
    entries = content.get("data") if isinstance(content, Mapping) else None
    if not isinstance(entries, list):
        raise CatalogueUnusable("What came is not a list of models.")
    models: dict[str, Model] = {}
    for entry in entries[:MAX_MODELS]:
        model = _model(entry, group) if isinstance(entry, Mapping) else None
        if model is not None:
            models.setdefault(model.id, model)
    if not models:
        raise CatalogueUnusable("The list of models has none in it that can be used.")
    return tuple(models.values())


def _model(entry: Mapping[str, object], group: Group) -> Model | None:
    model_id = entry.get("id")
    if not isinstance(model_id, str) or not is_id(model_id, group):
        return None
    architecture, pricing = _mapping(entry, "architecture"), _mapping(entry, "pricing")
    if "text" not in _words(architecture.get("output_modalities"), ("text",)):
        return None
    top = _mapping(entry, "top_provider")
    context = _tokens(entry.get("context_length")) or _tokens(top.get("context_length"))
    # The routers that choose a model themselves have no price of their own, whatever they state.
    varies = model_id.startswith(_AUTO)
    parameters = entry.get("supported_parameters")
    return Model(
        id=model_id,
        name=_name(entry.get("name")) or model_id,
        group=group,
        context_tokens=context,
        max_output_tokens=_tokens(top.get("max_completion_tokens")),
        prompt_usd=None if varies else _per_million(pricing.get("prompt")),
        completion_usd=None if varies else _per_million(pricing.get("completion")),
        request_usd=_price(pricing.get("request")) or 0.0,
        input_modalities=_inputs(architecture),
        supported_parameters=(
            frozenset(_words(parameters, ())) if isinstance(parameters, list) else None
        ),
        reasoning=_reasoning(entry.get("reasoning")),
        created_at=_moment(entry.get("created")),
        expires_on=_day(entry.get("expiration_date")),
        canonical_slug=_name(entry.get("canonical_slug")),
    )


def is_id(text: str, group: Group) -> bool:
    """Whether a request can name it, and it leads to where the list is from."""
    is_word = text.isascii() and text.isprintable() and " " not in text
    is_elsewhere = group == "OpenRouter" and text.startswith((LOCAL_PREFIX, SIMULATOR_PREFIX))
    return is_word and 0 < len(text) <= MAX_ID_CHARS and not is_elsewhere


def _mapping(entry: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = entry.get(name)
    return value if isinstance(value, Mapping) else {}


def _name(value: object) -> str:
    """One line of text that can be shown and stored, or ""."""
    if not isinstance(value, str) or not is_text(value):
        return ""
    line = " ".join(value.split())
    return "".join(char for char in line if char.isprintable())[:MAX_NAME_CHARS].strip()


def _words(value: object, default: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list):
        return default
    words = (word for word in value[:MAX_WORDS] if isinstance(word, str))
    return tuple(word for word in words if word.isprintable() and 0 < len(word) <= MAX_WORD_CHARS)


def _inputs(architecture: Mapping[str, object]) -> frozenset[str] | None:
    """What it reads; older entries say it in one word, "text+image->text"."""
    modality = architecture.get("modality")
    said = modality.partition("->")[0].split("+") if isinstance(modality, str) else []
    return frozenset(_words(architecture.get("input_modalities"), tuple(said))) or None


def _tokens(value: object) -> int | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not isinstance(value, int | float) or not 0 < value <= _MAX_TOKENS:
        return None
    return int(value)


def _price(value: object) -> float | None:
    """A price in USD; None where it varies (below 0), is missing, or is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        price = float(value)
    except (ValueError, OverflowError):
        return None
    return price if math.isfinite(price) and 0 <= price <= _MAX_USD else None


def _per_million(value: object) -> float | None:
    price = _price(value)
    return None if price is None else round(price * 1_000_000, 6)


def _reasoning(value: object) -> Reasoning | None:
    if not isinstance(value, Mapping):
        return None
    return Reasoning(value.get("mandatory") is True, _words(value.get("supported_efforts"), ()))


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
