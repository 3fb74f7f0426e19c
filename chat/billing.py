"""Which upstream providers stop billing when the connection is closed.

Source: OpenRouter's streaming page, "Stream cancellation", as of 2026-08-22.
"""

# fmt: off
_STOP = frozenset({
    "openai", "azure", "anthropic", "fireworks", "mancer", "recursal", "anyscale", "lepton",
    "octoai", "novita", "deepinfra", "together", "cohere", "hyperbolic", "infermatic", "avian",
    "xai", "cloudflare", "sfcompute", "nineteen", "liquid", "friendli", "chutes", "deepseek",
})
_GO_ON = frozenset({
    "awsbedrock", "amazonbedrock", "groq", "modal", "google", "googleaistudio", "minimax",
    "huggingface", "replicate", "perplexity", "mistral", "ai21", "featherless", "lynn", "lambda",
    "reflection", "sambanova", "inflection", "zerooneai", "aionlabs", "alibaba", "nebius",
    "kluster", "targon", "inferencenet",
})
# fmt: on


def bills_after_cancel(upstream_provider: str | None) -> bool | None:
    """Whether a stopped answer is billed whole; None where nobody has said."""
    name = "".join(c for c in (upstream_provider or "").lower() if c.isalnum())
    if name in _STOP:
        return False
    return True if name in _GO_ON else None
