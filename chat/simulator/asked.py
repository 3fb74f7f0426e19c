"""What a request to the simulator asks for, and the words it gets. Pure; no bytes, no times."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from chat.simulator.grammar import read_scenario
from chat.simulator.prose import tokens_of, write
from chat.simulator.scenario import FinishReason, Scenario

_RECAP_TOKENS = 8
_NO = "I am sorry, but I cannot go on with an answer that is already begun."


class BadRequest(ValueError):  # noqa: N818 - it says what happened, as the app's errors do
    """The body is not a chat request; its text is the sentence to answer with."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A chat request, as far as the simulator cares.

    Attributes:
        max_tokens: Upper limit of the answer in tokens, reasoning included; None for none.
        prompt_tokens: Words in all messages.
        last_user_text: What `echo` says.
        prefix: The assistant's text at the end of the prompt that is to be continued, or "".
        key: The bearer's, for the fault that quotes it; kept nowhere.
    """

    model: str
    stream: bool
    max_tokens: int | None
    prompt_tokens: int
    last_user_text: str
    prefix: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Words:
    """The tokens of one answer.

    Attributes:
        hidden_tokens: Tokens of reasoning that cost time and money and are not sent.
        already_said: Tokens of the text that the prefix of the request had.
        recap_tokens: How many of them are said again first.
        from_chars: Where in the whole text the content begins; None where it is not of it.
    """

    reasoning: tuple[str, ...]
    content: tuple[str, ...]
    finish_reason: FinishReason
    hidden_tokens: int = 0
    already_said: int = 0
    recap_tokens: int = 0
    from_chars: int | None = 0


def read_request(body: bytes, key: str = "") -> Asked:
    """Understands the JSON of POST /chat/completions, which came with that key.

    Raises:
        BadRequest: not JSON, or without a model or messages.
    """
    try:
        asked: Any = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise BadRequest("Invalid JSON in request body") from fault
    if not isinstance(asked, dict) or not isinstance(asked.get("model"), str):
        raise BadRequest("No models provided")
    messages = asked.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest('Input required: specify "prompt" or "messages"')
    if not all(isinstance(message, dict) for message in messages):
        raise BadRequest("Invalid input: each message must be an object")
    max_tokens = asked.get("max_completion_tokens", asked.get("max_tokens"))
    if max_tokens is not None and (not isinstance(max_tokens, int) or max_tokens < 1):
        raise BadRequest("max_tokens must be at least 1")
    texts = [(message.get("role"), _text(message.get("content"))) for message in messages]
    return Asked(
        model=asked["model"],
        stream=asked.get("stream") is True,
        max_tokens=max_tokens,
        prompt_tokens=sum(len(text.split()) for _, text in texts),
        last_user_text=next((text for role, text in reversed(texts) if role == "user"), ""),
        prefix=texts[-1][1] if texts[-1][0] == "assistant" else "",
        key=key,
    )


def _text(content: object) -> str:
    """A message's text, whether it came as a string or as content parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def full_text(model: str, prompt: str) -> str:
    """The whole text that a simulated model means to say to a prompt, faults and limits apart.

    Args:
        model: The model's id.
        prompt: The last user message; only `echo` cares.

    Raises:
        UnknownScenario: no such model.
    """
    return "".join(_whole(read_scenario(model, prompt), prompt))


def choose_words(scenario: Scenario, asked: Asked) -> Words:
    """What to say. A prefix that the text begins with is continued, any other is ignored."""
    words = _resumed(scenario, asked)
    said = len(words.reasoning) + len(words.content) + words.hidden_tokens
    if asked.max_tokens is None or asked.max_tokens >= said:
        return words
    hidden = min(asked.max_tokens, words.hidden_tokens)
    reasoning = words.reasoning[: asked.max_tokens - hidden]
    content = words.content[: asked.max_tokens - hidden - len(reasoning)]
    return replace(
        words, reasoning=reasoning, content=content, finish_reason="length", hidden_tokens=hidden
    )


def _resumed(scenario: Scenario, asked: Asked) -> Words:
    whole = _whole(scenario, asked.last_user_text)
    rest, had = _after(whole, asked.prefix)
    reasoning = write("prose", scenario.seed + 1, scenario.think_tokens)
    hidden = scenario.hidden_think_tokens
    words = Words(reasoning, rest, scenario.finish_reason, hidden, had)
    if not had:
        return words
    match scenario.resumes:
        case "restarts":
            return replace(words, content=whole)
        case "says-no":
            return replace(words, content=tokens_of(_NO), from_chars=None)
        case "repeats":
            recap = whole[max(0, had - _RECAP_TOKENS) : had]
            rest = whole[had - len(recap) :]
            return replace(
                words,
                content=rest,
                recap_tokens=len(recap),
                from_chars=len("".join(whole)) - len("".join(rest)),
            )
        case _:
            return replace(words, from_chars=len("".join(whole)) - len("".join(rest)))


def _whole(scenario: Scenario, prompt: str) -> tuple[str, ...]:
    if scenario.echo:
        return tokens_of(prompt)[: scenario.length_tokens]
    return write(scenario.style, scenario.seed, scenario.length_tokens or 0)


def _after(content: tuple[str, ...], prefix: str) -> tuple[tuple[str, ...], int]:
    """What follows the prefix, and how many tokens it had; a token cut in two is had.

    White space at the seam is forgiven, because callers strip what they stored.
    """
    text = "".join(content)
    kept = next((kept for kept in (prefix, prefix.rstrip()) if text.startswith(kept)), "")
    had = len(kept)
    seen = 0
    for count, token in enumerate(content):
        if seen >= had:
            return content[count:], count
        seen += len(token)
        if seen > had:
            return (token[len(token) - (seen - had) :], *content[count + 1 :]), count + 1
    return (), len(content)
