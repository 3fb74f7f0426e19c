"""All that passes between a browser and the server, and whether a key is in it in any form."""

import base64
from dataclasses import dataclass, field
from urllib.parse import quote

from playwright.sync_api import Download, Error, Page, Response, WebSocket

START = "sk-or-v1-"


def holds_key(data: bytes, key: str) -> bool:
    """Whether the key is in it: as it is, backwards, encoded; a quarter would be found as well."""
    mark = key.removeprefix(START)
    forms = (
        mark[:16].encode(),
        mark[-16:].encode(),
        mark[::-1][:16].encode(),
        base64.b64encode(key.encode())[4:-4],
        base64.b64encode(mark.encode())[4:-4],
        quote(key).encode()[9:30],
    )
    return any(form in data for form in forms)


@dataclass
class Wiretap:
    """All that passes between the browser and the server, by where it was seen."""

    page: Page
    received: dict[str, bytes] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)
    _answers: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("response", self.hear)
        self.page.on("websocket", self._listen)

    def leave(self) -> None:
        """Hears no more."""
        self.page.remove_listener("response", self.hear)
        self.page.remove_listener("websocket", self._listen)

    def hear(self, answer: Response) -> None:
        """Keeps an answer until its body is read."""
        self._answers.append(answer)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self._note("frame", data))
        socket.on("framesent", lambda data: self.sent.append(as_bytes(data)))

    def _note(self, where: str, data: str | bytes) -> None:
        self.received[f"{where} {len(self.received)}"] = as_bytes(data)

    def read_answers(self) -> None:
        """Reads the bodies that the browser still has; before each change of page."""
        for answer in self._answers:
            request = f"{answer.request.method} {answer.request.url}"
            head = repr((answer.headers_array(), request))
            try:
                body = answer.body()
            except Error:  # A redirect has no body, and an old one may be gone.
                body = b""
            self._note(request, head.encode() + body)
        self._answers.clear()

    def note_download(self, download: Download) -> None:
        """Keeps a file that the page gave."""
        self._note(f"download {download.suggested_filename}", download.path().read_bytes())

    def leaks(self, key: str) -> list[str]:
        """Where the key was received."""
        return [where for where, data in self.received.items() if holds_key(data, key)]


def as_bytes(data: str | bytes) -> bytes:
    """Text as it goes over the wire."""
    return data.encode() if isinstance(data, str) else data
