"""What a model is given: the conversation as messages, and what may stand in them."""

from collections.abc import Callable, Sequence

from chat.images import Image
from chat.messages import Message
from chat.tree import Turn

LEFT_OUT = "(An image was attached here, which this model cannot see.)"
BROKEN = "(An image was attached here, which cannot be opened.)"


def prompt_of(
    earlier: Sequence[Turn],
    text: str,
    system_prompt: str,
    begun: str = "",
    *,
    images: tuple[Image, ...] = (),
) -> tuple[Message, ...]:
    """The whole prompt with its images, oldest first; a reply without any text is left out.

    Args:
        earlier: The turns before.
        text: The message to answer.
        system_prompt: "" for none.
        begun: The beginning of the answer, for a model to go on from ("assistant prefill").
        images: What is shown with the message.
    """
    messages: list[Message] = []
    if system_prompt.strip():
        messages.append(Message("system", system_prompt.strip()))
    for turn in earlier:
        messages.append(Message("user", turn.user.text, turn.user.images))
        if turn.reply.text:
            messages.append(Message("assistant", turn.reply.text))
    messages.append(Message("user", text, images))
    if begun:
        messages.append(Message("assistant", begun))
    return tuple(messages)


def without_broken(message: Message, is_sound: Callable[[Image], bool]) -> Message:
    """The message without images that cannot be opened; the model is told that one was there."""
    sound = tuple(image for image in message.images if is_sound(image))
    if len(sound) == len(message.images):
        return message
    return Message(message.role, f"{message.text}\n\n{BROKEN}".strip(), sound)


def shown(message: Message, *, sees_images: bool) -> Message:
    """The message for a model; to one that takes no images it is said that they were left out."""
    if not message.images or sees_images:
        return message
    return Message(message.role, f"{message.text}\n\n{LEFT_OUT}".strip())


def is_text(text: str) -> bool:
    """Whether every database and every wire can hold the text: no half character, no NUL."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text
