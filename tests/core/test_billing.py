"""Who stops billing when the connection is closed."""

import pytest

from chat.billing import bills_after_cancel


@pytest.mark.parametrize(
    "name", ["OpenAI", "Azure", "Anthropic", "DeepInfra", "Together", "xAI", "SF Compute"]
)
def test_some_stop_billing(name: str) -> None:
    assert bills_after_cancel(name) is False


@pytest.mark.parametrize(
    "name", ["Groq", "Google", "Google AI Studio", "Amazon Bedrock", "Mistral", "google-ai-studio"]
)
def test_some_go_on(name: str) -> None:
    assert bills_after_cancel(name) is True


@pytest.mark.parametrize("name", [None, "", "Somebody New", "?"])
def test_of_others_nobody_has_said(name: str | None) -> None:
    assert bills_after_cancel(name) is None
