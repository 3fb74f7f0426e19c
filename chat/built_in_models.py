"""The models that are offered where no list could ever be fetched: small and dated.

Prices swing and ids end; whatever is not here can be typed into the picker.
"""

from datetime import UTC, datetime

from chat.catalogue import Catalogue, Model, Reasoning

SEEN_AT = datetime(2026, 11, 10, tzinfo=UTC)
"""When the ids and prices of the list were seen live on OpenRouter."""

_IMAGES = frozenset({"text", "image"})


def _model(
    model_id: str,
    name: str,
    usd: tuple[float, float],
    tokens: tuple[int, int | None],
    *,
    sees: bool = False,
    reasons: bool = False,
) -> Model:
    """An entry; `usd` per million tokens in and out, `tokens` of context and of output at most."""
    return Model(
        model_id,
        name,
        prompt_usd=usd[0],
        completion_usd=usd[1],
        context_tokens=tokens[0],
        max_output_tokens=tokens[1],
        input_modalities=_IMAGES if sees else None,
        reasoning=Reasoning() if reasons else None,
    )


_M = 1_000_000

BUILT_IN = Catalogue(
    (
        _model("openrouter/free", "OpenRouter free router", (0, 0), (200_000, None)),
        _model(
            "google/gemma-4-31b-it:free",
            "Gemma 4 31B",
            (0, 0),
            (262_144, 32_768),
            sees=True,
            reasons=True,
        ),
        _model(
            "nvidia/nemotron-3.5-super-vl:free",
            "Nemotron 3.5 Super VL",
            (0, 0),
            (_M, 131_072),
            sees=True,
        ),
        _model(
            "nvidia/nemotron-3-ultra-550b-a55b:free",
            "Nemotron 3 Ultra",
            (0, 0),
            (_M, 65_536),
            reasons=True,
        ),
        _model(
            "openai/gpt-6-luna",
            "GPT-6 Luna",
            (0.10, 0.50),
            (1_050_000, 128_000),
            sees=True,
            reasons=True,
        ),
        _model("openai/gpt-6.1-terra", "GPT-6.1 Terra", (1, 5), (1_050_000, 128_000)),
        _model("openai/gpt-4o-mini", "GPT-4o mini", (0.15, 0.60), (128_000, 16_384)),
        _model("anthropic/claude-haiku-5.5", "Claude Haiku 5.5", (0.10, 0.50), (_M, 128_000)),
        _model(
            "anthropic/claude-sonnet-5.5",
            "Claude Sonnet 5.5",
            (2, 10),
            (_M, 128_000),
            sees=True,
            reasons=True,
        ),
        _model("anthropic/claude-opus-5.5", "Claude Opus 5.5", (4, 20), (_M, 128_000)),
        _model("google/gemini-3.7-flash", "Gemini 3.7 Flash", (0.75, 3.75), (1_048_576, 65_536)),
        _model(
            "google/gemini-2.5-flash-lite",
            "Gemini 2.5 Flash Lite",
            (0.10, 0.40),
            (1_048_576, 65_535),
        ),
        _model("x-ai/grok-4.7", "Grok 4.7", (2, 6), (500_000, 450_000)),
        _model(
            "mistralai/mistral-large-4-0", "Mistral Large 4", (0.70, 2.10), (1_048_576, 262_144)
        ),
        _model("deepseek/deepseek-v3.2", "DeepSeek V3.2", (0.26, 0.38), (163_840, 147_456)),
        _model(
            "qwen/qwen3.8-flash",
            "Qwen 3.8 Flash",
            (0.15, 0.47),
            (_M, 131_072),
            sees=True,
            reasons=True,
        ),
        _model(
            "meta-llama/llama-4-maverick",
            "Llama 4 Maverick",
            (0.35, 1.00),
            (524_288, 32_768),
            sees=True,
        ),
    ),
    "built_in",
    SEEN_AT,
)
"""What was not seen of a model, such as whether it takes images, is not guessed."""
