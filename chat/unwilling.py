"""Tells by its first words that a model speaks of going on with an answer instead of doing it."""

from chat.errors import CannotGoOn

REFUSED = "it said something else instead"

# How models speak when they take the beginning for somebody's message instead of their own words.
# In English only; what is not noticed stands in the answer, where it can be seen.
_NOT_GOING_ON = (
    *("i'm sorry", "i am sorry", "i apologize", "i apologise", "sorry, ", "i cannot ", "i can't "),
    *(
        "i'm unable",
        "i am unable",
        "i'm not able",
        "as an ai",
        "it seems your",
        "it seems like your",
    ),
    *("it seems that your", "it looks like your", "your message ", "your response ", "your text "),
    *("you seem to have", "could you please", "sure!", "sure, here", "sure, let", "certainly!"),
    *("certainly, here", "of course!", "of course, here", "here is the continuation"),
    *("here's the continuation", "continuing from"),
)
_QUOTES = "\"'“‘«„"


class Opening:
    """Judges the first words that a model adds to an answer.

    Args:
        before: What it is to go on from.
    """

    def __init__(self, before: str) -> None:
        # After an opening quote it may be a figure of the story who is sorry.
        self._may_refuse = bool(before) and before.rstrip()[-1:] not in _QUOTES

    def is_unclear(self, said: str) -> bool:
        """Whether more must be heard; no opening is longer than a few words.

        Args:
            said: All that it has added up to now.

        Raises:
            CannotGoOn: the model does not go on.
        """
        if not self._may_refuse:
            return False
        heard = said.lower().replace("’", "'")
        if heard.startswith(_NOT_GOING_ON):
            raise CannotGoOn(REFUSED)
        return any(opening.startswith(heard) for opening in _NOT_GOING_ON)
