"""OpenRouter's two calls about keys, through the SDK's client: `/key` and `/auth/keys`.

Sources: https://openrouter.ai/docs/api_reference/limits and …/guides/overview/auth/oauth.
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import openai

from chat.errors import BadAnswer, InvalidKey, ProviderError
from chat.key_book import KeyInfo
from chat.keys import clean_key
from chat.messages import Secret
from chat.providers.masking import without_secret
from chat.providers.openai_errors import error_of
from chat.routing import Endpoint

TIMEOUT_S = 10.0
LABEL_CHARS = 40
MAX_COUNT = 10**9
_NO_KEY = Secret("none")
"""The SDK wants one; where none is meant its header is left out."""


class OpenAIKeys:
    """Asks about keys, and for one.

    Args:
        client_of: Makes the client for an endpoint.
        endpoint_of: OpenRouter's endpoint with a key.
    """

    def __init__(
        self,
        client_of: Callable[[Endpoint], openai.AsyncOpenAI],
        endpoint_of: Callable[[Secret], Endpoint],
    ) -> None:
        self._client_of = client_of
        self._endpoint_of = endpoint_of

    async def describe(self, key: Secret) -> KeyInfo:
        """What OpenRouter says of a key.

        Raises:
            ProviderError: it refuses the key, or cannot be asked; holds nothing of the key.
        """
        try:
            body = await self._client_of(self._endpoint_of(key)).get(
                "/key", cast_to=object, options={"timeout": TIMEOUT_S}
            )
        except openai.OpenAIError as error:
            raise _masked(error_of(error), key) from None
        except (ValueError, RecursionError):
            raise BadAnswer("The answer was not valid JSON.") from None
        return info_of(body, key)

    async def exchange(self, code: str, verifier: str) -> Secret:
        """The key that a sign-in's code stands for. A code works once, for ten minutes.

        Raises:
            ProviderError: the code or the verifier is refused, or OpenRouter cannot be asked.
        """
        try:
            body = await self._client_of(self._endpoint_of(_NO_KEY)).post(
                "/auth/keys",
                cast_to=object,
                body={
                    "code": code,
                    "code_verifier": verifier,
                    "code_challenge_method": "S256",
                },
                options={"timeout": TIMEOUT_S, "headers": {"Authorization": openai.omit}},
            )
        except openai.OpenAIError as error:
            raise _masked(error_of(error), Secret(code), Secret(verifier)) from None
        except (ValueError, RecursionError):
            raise BadAnswer("The answer was not valid JSON.") from None
        key = body.get("key") if isinstance(body, Mapping) else None
        try:
            return clean_key(key if isinstance(key, str) else "")
        except InvalidKey:
            raise BadAnswer("The answer holds no key.") from None


def info_of(body: object, key: Secret) -> KeyInfo:
    """The answer of `/key`; what has another shape than documented is taken as not said.

    Raises:
        BadAnswer: it is no such answer at all.
    """
    data = body.get("data") if isinstance(body, Mapping) else None
    if not isinstance(data, Mapping):
        raise BadAnswer("The address answered, but not about a key.")
    label = data.get("label")
    free = data.get("free_model_daily_requests")
    free = free if isinstance(free, Mapping) else {}
    left, limit = _count(free.get("remaining")), _count(free.get("limit"))
    return KeyInfo(
        label=_shown(label if isinstance(label, str) else "", key),
        limit_usd=_amount(data.get("limit")),
        remaining_usd=_amount(data.get("limit_remaining")),
        free_left=(left, limit) if left is not None and limit is not None else None,
        expires_at=_moment(data.get("expires_at")),
        is_management=data.get("is_management_key") is True,
    )


def _shown(label: str, key: Secret) -> str:
    # OpenRouter leaves the middle out; whoever does not, must not have the key shown for it.
    line = "".join(char for char in label.replace(key.value, "") if char.isprintable())
    return line[:LABEL_CHARS].strip() or "OpenRouter key"


def _masked(error: ProviderError, *secrets: Secret) -> ProviderError:
    for secret in secrets:
        error.failure = without_secret(error.failure, secret)
    return error


def _amount(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        amount = float(value)
    except OverflowError:
        return None
    return amount if math.isfinite(amount) else None


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return max(0, value) if is_count and isinstance(value, int) and value <= MAX_COUNT else None


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment is not None else None
