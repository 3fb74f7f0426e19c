"""The SDK's exceptions → our error tree.

Nothing of an exception's cause is ever quoted: for a malformed key the cause holds the key. Only
the types of the causes are looked at.
Source: the SDK's behaviour as measured (402, 408 and 413 come as a plain APIStatusError; an error
inside the stream as APIError; what its decoder trips over is no exception of the SDK's at all).
"""

import socket
from collections.abc import Iterator, Mapping
from typing import Final

import httpx2
import openai

from chat.errors import (
    BROKE_OFF,
    WHOLE_ANSWER,
    BadAnswer,
    ConnectionLost,
    ConnectTimeout,
    InternalFault,
    Moderated,
    ProviderError,
    ReplyInterrupted,
    TimedOut,
)
from chat.providers.error_bodies import error_in, parsed

NO_STREAM: Final = "The address answered, but not with a stream of an answer."
_BROKEN: Final = "The connection broke off."
_LOST: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (socket.gaierror, "No host of that name is known."),
    (ConnectionRefusedError, "Nobody listens at the address."),
    (httpx2.ConnectError, "No connection could be made."),
    (httpx2.LocalProtocolError, "The request could not be sent."),
    (httpx2.TransportError, _BROKEN),
)
_BESIDE: Final[Mapping[type[openai.OpenAIError], type[ProviderError]]] = {
    # Raised by the SDK's helpers for whole answers.
    openai.LengthFinishReasonError: ReplyInterrupted,
    openai.ContentFilterFinishReasonError: Moderated,
}


def error_of(error: openai.OpenAIError) -> ProviderError:
    """What an exception of the SDK means to us.

    Those that belong to parts of the SDK that are not used here are faults of ours.
    """
    match error:
        case openai.APIConnectionError():
            return _error_of_connection(error)
        case openai.APIStatusError():
            return error_in(error.body, status=error.status_code, headers=error.response.headers)
        case openai.APIResponseValidationError():
            return BadAnswer("The answer has a shape that is not the API's.")
        case openai.APIError():
            return error_in(error.body)
        case _:
            return _BESIDE.get(type(error), InternalFault)(type(error).__name__)


def error_of_body(body: str) -> ProviderError:
    """What a 200 that is no stream means: an error as JSON, or a page of something else."""
    found = parsed(body)
    if isinstance(found, Mapping) and found.get("error"):
        return error_in(found["error"])
    is_whole = isinstance(found, Mapping) and bool(found.get("choices"))
    return BadAnswer(NO_STREAM, error_type=WHOLE_ANSWER if is_whole else "")


def _error_of_connection(error: openai.APIConnectionError) -> ProviderError:
    causes = list(_causes(error))

    def is_due_to(kind: type[BaseException]) -> bool:
        return any(isinstance(cause, kind) for cause in causes)

    if is_due_to(httpx2.ConnectTimeout):
        return ConnectTimeout()
    if isinstance(error, openai.APITimeoutError):
        return TimedOut("Nothing came for too long.")
    words = next((words for kind, words in _LOST if is_due_to(kind)), "")
    return ConnectionLost(words, error_type=BROKE_OFF if words == _BROKEN else "")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Everything that led to an exception, groups taken apart; at most a few levels deep."""
    waiting = [error]
    for _ in range(20):
        if not waiting:
            return
        cause = waiting.pop()
        yield cause
        waiting += [one for one in (cause.__cause__, cause.__context__) if one is not None]
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions
