"""Adapters to whom we ask: OpenRouter's wire through the openai SDK, and the embedded model."""
