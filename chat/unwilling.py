"""Tells by its first words that a model speaks of going on with an answer instead of doing it.

One that says so in the wire's own field (`refusal`) is a failure already: `errors.DECLINED`.
"""

import re

from chat.errors import CannotGoOn

REFUSED = "it said something else instead"

# How models speak when they take the beginning for somebody's message instead of their own words.
# In English only; what is not noticed stands in the answer, where it can be seen.
_NOT_GOING_ON = (
    *("I'm sorry", "I am sorry", "I apologize", "I apologise", "Sorry, ", "I cannot ", "I can't "),
    *(
        "I'm unable",
        "I am unable",
        "I'm not able",
        "As an AI",
        "It seems your",
        "It seems like your",
    ),
    *("It seems that your", "It looks like your", "Your message ", "Your response ", "Your text "),
    *("You seem to have", "Could you please", "Sure!", "Sure, here", "Sure, let", "Certainly!"),
    *("Certainly, here", "Of course!", "Of course, here", "Here is the continuation"),
    *("Here's the continuation", "Continuing from"),
)
_QUOTES = "\"'“‘«„"
_BEFORE_MORE = (*_QUOTES, ",", ":", ";")
_LIST_MARK = re.compile(r"(?:^|\n)[ \t]*(?:[-*+•]|\d+[.)])$")


class Opening:
    """Judges the first words that a model adds to an answer.

    Args:
        before: What it is to go on from.
    """

    def __init__(self, before: str) -> None:
        end = before.rstrip()
        # After an opening quote it may be a figure of the story who is sorry; in the middle of a
        # sentence or at the beginning of an item the same words may be part of the answer.
        is_inside = end.endswith(_BEFORE_MORE) or _LIST_MARK.search(end) is not None
        self._may_refuse = bool(end) and not is_inside

    def is_unclear(self, said: str) -> bool:
        """Whether more must be heard; no opening is longer than a few words.

        Args:
            said: All that it has added up to now.

        Raises:
            CannotGoOn: the model does not go on.
        """
        if not self._may_refuse:
            return False
        heard = said.replace("’", "'")
        if heard.startswith(_NOT_GOING_ON):
            raise CannotGoOn(REFUSED)
        return any(opening.startswith(heard) for opening in _NOT_GOING_ON)
