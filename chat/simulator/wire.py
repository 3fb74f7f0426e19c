"""OpenRouter's stream, byte for byte: chunk objects, keep-alive comments, usage, `[DONE]`.

Pure: an answer is an iterator of pieces with the moment each is due; `playback` waits and sends.
Framing: https://openrouter.ai/docs/api_reference/streaming
"""

import json
from dataclasses import dataclass
from typing import Any

from chat.simulator.asked import Asked, Words
from chat.simulator.scenario import Scenario

KEEP_ALIVE = b": OPENROUTER PROCESSING\n\n"
DONE = b"data: [DONE]\n\n"
PROVIDER = "Simulator"
PROMPT_USD = 0.0000001
COMPLETION_USD = 0.0000004
_NATIVE_FINISH = {"stop": "stop", "length": "max_tokens", "content_filter": "safety"}

Json = dict[str, Any]  # Any: JSON objects, whose values are of every kind


def write_json(value: object) -> bytes:
    """Compact JSON in UTF-8; lone surrogates, which UTF-8 cannot say, stay escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def event(value: object) -> bytes:
    """One server-sent event."""
    return b"data: " + write_json(value) + b"\n\n"


def usage_of(asked: Asked, completion_tokens: int, reasoning_tokens: int) -> Json:
    """OpenRouter's usage object; cost in USD, and nothing for an answer without a token.

    https://openrouter.ai/docs/guides/features/zero-completion-insurance
    """
    prompt_usd = asked.prompt_tokens * PROMPT_USD if completion_tokens else 0.0
    completion_usd = completion_tokens * COMPLETION_USD
    return {
        "prompt_tokens": asked.prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": asked.prompt_tokens + completion_tokens,
        "cost": round(prompt_usd + completion_usd, 10),
        "is_byok": False,
        "prompt_tokens_details": {
            "cached_tokens": 0,
            "cache_write_tokens": 0,
            "audio_tokens": 0,
            "video_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": reasoning_tokens,
            "image_tokens": 0,
            "audio_tokens": 0,
        },
        "cost_details": {
            "upstream_inference_cost": None,
            "upstream_inference_prompt_cost": round(prompt_usd, 10),
            "upstream_inference_completions_cost": round(completion_usd, 10),
        },
    }


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the events of one answer.

    Attributes:
        created: Unix seconds.
    """

    scenario: Scenario
    asked: Asked
    words: Words
    generation_id: str
    created: int

    @property
    def model(self) -> str:
        """The id in the reply; with `dated`, not the one asked for."""
        return self.scenario.model + ("-20260217" if self.scenario.dated else "")

    def head(self) -> Json:
        """What every chunk has, choices left out."""
        return {
            "id": self.generation_id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "provider": self.scenario.host,
        }

    def delta(self, delta: Json, finish: str | None = None, native: str | None = None) -> Json:
        """A chunk with one choice."""
        choice = {
            "index": 0,
            "delta": {"role": "assistant", **delta},
            "finish_reason": finish,
            "native_finish_reason": native,
            "logprobs": None,
        }
        return {**self.head(), "choices": [choice]}

    def text(self, token: str) -> bytes:
        """A piece of the answer."""
        return event(self.delta({"content": token}))

    def reasoning(self, token: str) -> bytes:
        """A piece of visible reasoning, in both of its forms."""
        detail = {"type": "reasoning.text", "text": token, "format": None, "index": 0}
        delta = {"content": "", "reasoning": token, "reasoning_details": [detail]}
        return event(self.delta(delta))

    def encrypted_reasoning(self) -> bytes:
        """All that is told of hidden reasoning."""
        detail = {
            "type": "reasoning.encrypted",
            "data": "c2ltdWxhdGVk",
            "id": "rs_simulated",
            "format": "openai-responses-v1",
            "index": 0,
        }
        return event(self.delta({"content": "", "reasoning": None, "reasoning_details": [detail]}))

    def finish(self) -> Json:
        """The chunk with the finish reason."""
        reason = self.words.finish_reason
        return self.delta({"content": ""}, reason, _NATIVE_FINISH[reason])

    def usage(self) -> Json:
        """The usage of the whole answer."""
        reasoning = len(self.words.reasoning) + self.words.hidden_tokens
        return usage_of(self.asked, reasoning + len(self.words.content), reasoning)

    def ending(self) -> bytes:
        """Finish reason, usage and `[DONE]`, as they end every whole answer.

        Recordings show both forms of the usage chunk: without choices, and with the last one again.
        """
        last = self.finish() if self.scenario.usage_repeat else {**self.head(), "choices": []}
        return event(self.finish()) + event({**last, "usage": self.usage()}) + DONE

    def completion(self) -> bytes:
        """The whole answer as one object, for `stream: false`."""
        reason = self.words.finish_reason
        message = {
            "role": "assistant",
            "content": "".join(self.words.content),
            "refusal": None,
            "reasoning": "".join(self.words.reasoning) or None,
        }
        choice = {
            "index": 0,
            "message": message,
            "finish_reason": reason,
            "native_finish_reason": _NATIVE_FINISH[reason],
            "logprobs": None,
        }
        head = {**self.head(), "object": "chat.completion", "system_fingerprint": None}
        return write_json({**head, "choices": [choice], "usage": self.usage()})
