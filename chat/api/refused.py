"""A request that is not granted, and the sentence that says why."""

from collections.abc import Sequence

from chat.errors import ChatError


class RequestRefused(ChatError):  # noqa: N818 - says what happened, like the rest of the tree
    """A request cannot be understood, is nobody's, or asks for too much.

    Args:
        sentence: What was expected; sent to the client as it is, so it holds no key.
        status: The HTTP status that says so.
        retry_after_s: Seconds after which the same request may be granted, or None.
        allow: The methods that the address takes.
    """

    def __init__(
        self,
        sentence: str,
        status: int = 400,
        retry_after_s: int | None = None,
        allow: Sequence[str] = (),
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status
        self.retry_after_s = retry_after_s
        self.allow = allow

    @property
    def headers(self) -> dict[str, str]:
        """What belongs to the status."""
        if self.retry_after_s is not None:
            return {"retry-after": str(self.retry_after_s)}
        if self.allow:
            return {"allow": ", ".join(self.allow)}
        return {"www-authenticate": "Bearer"} if self.status == 401 else {}
