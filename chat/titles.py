"""A conversation's title by the model itself, where the operator wants that; else its first words.

Asked once, after the first answer, of the model that gave it.
"""

from chat.conversations import TITLE_CHARS, title_of
from chat.errors import ProviderError
from chat.events import TextDelta
from chat.messages import ChatRequest, Message, Secret
from chat.ports import Provider

TITLE_TOKENS = 24
EXCERPT_CHARS = 1_500
INSTRUCTION = "Give this conversation a title of at most six words. Answer with the title only."


async def title_by_model(
    provider: Provider, model: str, key: Secret | None, question: str, answer: str
) -> str | None:
    """A title of at most `TITLE_CHARS` characters; None where the model gave nothing usable."""
    excerpt = f"{question[:EXCERPT_CHARS]}\n\n{answer[:EXCERPT_CHARS]}"
    request = ChatRequest(
        model=model,
        messages=(Message("user", f"{excerpt}\n\n{INSTRUCTION}"),),
        max_tokens=TITLE_TOKENS,
        temperature=0.2,
    )
    text = ""
    try:
        async for event in provider.stream(request, key):
            if isinstance(event, TextDelta):
                text += event.text
    except ProviderError:
        return None
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    title = first_line.strip().strip("\"'“”*#. ")
    return title_of(title)[: TITLE_CHARS + 1] if title else None
