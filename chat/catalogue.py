"""The models that are offered before any list was fetched: OpenRouter's, small and dated.

Prices swing and ids end; whatever is not here can be typed into the picker.
"""

from dataclasses import dataclass

BUILT_IN_DATE = "2026-11-10"
"""When the ids and prices of the built-in list were seen live on OpenRouter."""


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the picker.

    Attributes:
        id: What a request names it by.
        name: What the picker calls it.
        note: A few words beside the name: price, what it is for.
        prompt_usd: Price of a million tokens in; None where it is not known.
        completion_usd: Price of a million tokens out, likewise.
    """

    id: str
    name: str
    note: str = ""
    prompt_usd: float | None = None
    completion_usd: float | None = None


def _priced(model_id: str, name: str, in_usd: float, out_usd: float) -> Model:
    """An OpenRouter model with its prices in USD per million tokens."""
    note = "free" if in_usd == out_usd == 0 else f"${in_usd:.2f} in, ${out_usd:.2f} out"
    return Model(model_id, name, note, in_usd, out_usd)


BUILT_IN: tuple[Model, ...] = (
    _priced("openrouter/free", "OpenRouter free router", 0, 0),
    _priced("google/gemma-4-31b-it:free", "Gemma 4 31B", 0, 0),
    _priced("nvidia/nemotron-3-ultra-550b-a55b:free", "Nemotron 3 Ultra", 0, 0),
    _priced("openai/gpt-6-luna", "GPT-6 Luna", 0.10, 0.50),
    _priced("openai/gpt-6.1-terra", "GPT-6.1 Terra", 1, 5),
    _priced("openai/gpt-4o-mini", "GPT-4o mini", 0.15, 0.60),
    _priced("anthropic/claude-haiku-5.5", "Claude Haiku 5.5", 0.10, 0.50),
    _priced("anthropic/claude-sonnet-5.5", "Claude Sonnet 5.5", 2, 10),
    _priced("anthropic/claude-opus-5.5", "Claude Opus 5.5", 4, 20),
    _priced("google/gemini-3.7-flash", "Gemini 3.7 Flash", 0.75, 3.75),
    _priced("google/gemini-2.5-flash-lite", "Gemini 2.5 Flash Lite", 0.10, 0.40),
    _priced("x-ai/grok-4.7", "Grok 4.7", 2, 6),
    _priced("mistralai/mistral-large-4-0", "Mistral Large 4", 0.70, 2.10),
    _priced("deepseek/deepseek-v3.2", "DeepSeek V3.2", 0.26, 0.38),
    _priced("qwen/qwen3.8-flash", "Qwen 3.8 Flash", 0.15, 0.47),
    _priced("meta-llama/llama-4-maverick", "Llama 4 Maverick", 0.35, 1.00),
)
