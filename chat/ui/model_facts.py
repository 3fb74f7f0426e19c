"""What is known of a model, in words: context, prices, how fast it answered here."""

from datetime import tzinfo

from chat.catalogue import Catalogue, Model
from chat.choices import Speed


def tokens_text(tokens: int) -> str:
    """A number of tokens as it is shown: "8k", "131k", "1M", "1.05M"."""
    if tokens >= 999_500:
        return f"{tokens / 1_000_000:.2f}".rstrip("0").rstrip(".") + "M"
    return f"{tokens / 1000:.0f}k" if tokens >= 1000 else str(tokens)


def usd_text(amount_usd: float) -> str:
    """A price as it is shown: "$0.10", "$2", "$0.006"."""
    if amount_usd >= 0.01 or amount_usd == 0:
        text = f"{amount_usd:.2f}"
        return "$" + (text.removesuffix(".00"))
    return f"${amount_usd:.4f}".rstrip("0")


def price_text(model: Model) -> str:
    """Its prices for a million tokens."""
    if model.is_free:
        return "free"
    if model.prompt_usd is None or model.completion_usd is None:
        return "price varies"
    return f"{usd_text(model.prompt_usd)} in, {usd_text(model.completion_usd)} out"


def facts_text(model: Model, speed: Speed | None) -> str:
    """The second line of an entry; prices are for a million tokens."""
    parts = [f"{tokens_text(model.context_tokens)} context"] if model.context_tokens else []
    parts.append(price_text(model))
    if speed is not None and speed.ttft_s is not None:
        parts.append(f"TTFT {speed.ttft_s:.2f} s")
    if speed is not None and speed.tok_s is not None:
        parts.append(f"{speed.tok_s:.0f} tok/s")
    return " · ".join(parts)


def source_text(catalogue: Catalogue, zone: tzinfo) -> str:
    """Which list of OpenRouter's the page shows."""
    moment = catalogue.as_of.astimezone(zone)
    match catalogue.origin:
        case "live":
            whose = "Your key's list" if catalogue.is_own else "OpenRouter's list"
            return f"{whose} of {moment:%H:%M}, {len(catalogue.models):,} models"
        case "copy":
            return f"Saved copy of OpenRouter's list, {moment:%Y-%m-%d %H:%M}"
        case "built_in":
            return f"Built-in list of {catalogue.as_of:%Y-%m-%d}"
