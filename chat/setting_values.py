"""Single settings as they are written: text from the environment or `.env` → a checked value.

Which settings there are is in `chat.settings`.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv.parser import parse_stream

from chat.errors import InvalidKey
from chat.keys import clean_key
from chat.messages import Secret
from chat.routing import LOCAL_PREFIX, SIMULATOR_PREFIX

LentTo = Literal["nobody", "localhost", "visitors"]
LogFormat = Literal["text", "json"]
MIN_SECRET_CHARS = 16
MAX_BUDGET_USD = 100_000.0

_RESERVED_NAMES = {LOCAL_PREFIX.rstrip("/"), SIMULATOR_PREFIX.rstrip("/"), "openrouter"}
_ENDPOINT = re.compile(r"\s*([a-z0-9][a-z0-9-]{0,30})\s*=\s*(\S+)\s*")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


@dataclass(frozen=True, slots=True)
class NamedEndpoint:
    """An OpenAI-compatible API that the operator added.

    Attributes:
        name: Its models are called `NAME/…`.
        base_url: Without a trailing slash.
        key: Its own; no other key is ever sent there.
    """

    name: str
    base_url: str = field(repr=False)
    key: Secret | None = None


def read_env_file(path: Path, warnings: list[str]) -> dict[str, str]:
    """The settings of a dotenv file, which may be missing."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        warnings.append("The .env file cannot be read as text; it was ignored.")
        return {}
    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            warnings.append(f"Line {binding.original.line} of .env is no setting; it was ignored.")
        elif binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
    return values


def _can_be_asked(url: str) -> bool:
    """Whether an HTTP client takes that URL; one it chokes on would fail every answer."""
    if not (url.isascii() and url.isprintable()):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    has_host = _HOST.fullmatch(parts.hostname or "") is not None
    return parts.scheme in {"http", "https"} and has_host and port != 0


@dataclass(frozen=True, slots=True)
class SettingValues:
    """Reads single settings; a value that cannot be leaves a warning and the default."""

    raw: Mapping[str, str]
    warnings: list[str]

    def text(self, name: str) -> str | None:
        """The text without white space around it, or None where there is none."""
        return self.raw.get(name, "").strip() or None

    def key(self, name: str) -> Secret | None:
        """A key that can stand in a header."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return clean_key(text)
        except InvalidKey as error:
            self.warnings.append(f"{name} cannot be a key: {error.failure.detail} It was ignored.")
            return None

    def url(self, name: str, default: str) -> str:
        """An address that an HTTP client takes, without a trailing slash."""
        text = self.text(name) or default
        if text == default or _can_be_asked(text):
            return text.rstrip("/")
        self.warnings.append(f"{name} should begin with https:// or http://; it was ignored.")
        return default

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        text = self.text(name)
        if text is None:
            return default
        if text.isascii() and text.isdigit() and len(text) <= 12 and least <= int(text) <= most:
            return int(text)
        self.warnings.append(
            f"{name} should be a whole number from {least:,} to {most:,}; {default:,} is used."
        )
        return default

    def amount(self, name: str, default: float) -> float:
        """An amount of money in USD."""
        text = self.text(name)
        if text is None:
            return default
        if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text, re.ASCII) and float(text) <= MAX_BUDGET_USD:
            return float(text)
        self.warnings.append(f"{name} should be an amount like 0.50; {default:.2f} is used.")
        return default

    def lent_to(self, name: str) -> LentTo:
        """Who may use the server's key."""
        match (self.text(name) or "localhost").lower():
            case "nobody":
                return "nobody"
            case "visitors":
                return "visitors"
            case "localhost":
                return "localhost"
            case _:
                # Whoever writes something else may have meant to lock it: the strictest stands.
                self.warnings.append(
                    f"{name} should be nobody, localhost or visitors; nobody is used."
                )
                return "nobody"

    def secret(self, name: str) -> Secret | None:
        """A passphrase long enough to be one."""
        text = self.text(name)
        if text is None or len(text) >= MIN_SECRET_CHARS:
            return Secret(text) if text is not None else None
        self.warnings.append(
            f"{name} should have {MIN_SECRET_CHARS} characters or more; it was ignored."
        )
        return None

    def endpoints(self, name: str) -> tuple[NamedEndpoint, ...]:
        """`NAME=URL`, separated by commas; keys are in `ENDPOINT_NAME_KEY`."""
        found: dict[str, NamedEndpoint] = {}
        # An address may hold a password, so warnings name entries by their place.
        for place, part in enumerate(filter(str.strip, (self.text(name) or "").split(",")), 1):
            match = _ENDPOINT.fullmatch(part)
            own = match[1] if match is not None else ""
            if match is None or own in found or own in _RESERVED_NAMES:
                self.warnings.append(
                    f"{name}: entry {place} should be name=address, with a name of its own in "
                    "small letters, digits and hyphens; it was ignored."
                )
            elif _can_be_asked(match[2]):
                key = self.key(f"ENDPOINT_{own.upper().replace('-', '_')}_KEY")
                found[own] = NamedEndpoint(own, match[2].rstrip("/"), key)
            else:
                self.warnings.append(f"{name}: the address of {own} is none; it was ignored.")
        return tuple(found.values())

    def origins(self, name: str) -> tuple[str, ...]:
        """Origins of other sites, separated by commas, or `*` for any."""
        found: list[str] = []
        for place, part in enumerate(filter(str.strip, (self.text(name) or "").split(",")), 1):
            origin = part.strip().rstrip("/").lower()
            if origin == "*" or (_can_be_asked(origin) and origin.count("/") == 2):
                found.append(origin)
            else:
                self.warnings.append(
                    f"{name}: entry {place} should be like https://example.org; it was ignored."
                )
        return tuple(dict.fromkeys(found))

    def switch(self, name: str, *, default: bool) -> bool:
        """On or off."""
        text = (self.text(name) or ("on" if default else "off")).lower()
        if text in {"on", "true", "yes", "1"}:
            return True
        if text not in {"off", "false", "no", "0"}:
            self.warnings.append(f"{name} should be on or off; {text[:20]!r} was ignored.")
            return default
        return False

    def log_format(self, name: str) -> LogFormat:
        """How log lines are written."""
        text = (self.text(name) or "text").lower()
        if text not in {"text", "json"}:
            self.warnings.append(f"{name} should be text or json; text is used.")
        return "json" if text == "json" else "text"

    def folder(self, name: str) -> Path | None:
        """A folder; `~` stands for the home folder."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return Path(text).expanduser()
        except RuntimeError:
            self.warnings.append(f"{name} begins with a home folder that is not; it was ignored.")
            return None
