"""`GET /models` of any OpenAI-compatible API, through the SDK's client: ids only."""

import openai

from chat.catalogue_json import is_id
from chat.errors import BadAnswer
from chat.providers.openai_errors import error_of

TIMEOUT_S = 5.0


async def list_models(client: openai.AsyncOpenAI) -> list[str]:
    """The ids of an endpoint's models, in its order.

    Raises:
        ProviderError: it cannot be asked, or answers with something else.
    """
    try:
        page = await client.models.list(timeout=TIMEOUT_S)
        ids = [model.id for model in page.data]
    except openai.OpenAIError as error:
        raise error_of(error) from None
    except (AttributeError, TypeError, ValueError, RecursionError):
        raise BadAnswer("The address answered, but not with a list of models.") from None
    # The SDK checks no shape, so its types are hopes.
    return [one for one in ids if isinstance(one, str) and is_id(one, "Other endpoints")]
