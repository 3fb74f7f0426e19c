"""What the browser says of itself when it opens the page: cookies, time zone, where it is."""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from chat.server_key import is_local_visit


def is_local() -> bool:
    """Whether the visitor's browser is on this machine, as far as can be seen."""
    address: object = st.context.ip_address
    return is_local_visit(
        address if isinstance(address, str) else None, dict(st.context.headers.items())
    )


def is_phone() -> bool:
    """Whether the browser calls itself that of a phone; how wide its window is nobody knows yet."""
    headers: object = st.context.headers.get("User-Agent")
    return isinstance(headers, str) and "Mobi" in headers


def cookie(name: str) -> str | None:
    """A cookie as it was when the page was opened, or None."""
    value: object = st.context.cookies.get(name)
    return value if isinstance(value, str) and value else None


def today() -> tuple[date, tzinfo]:
    """The visitor's date and time zone, as the browser says; UTC where it does not."""
    name: object = st.context.timezone
    try:
        zone: tzinfo = ZoneInfo(name if isinstance(name, str) and name else "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC
    return datetime.now(zone).date(), zone
