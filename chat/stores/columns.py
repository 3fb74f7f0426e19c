"""How a value of ours is written into a column and read back. The tables are in `schema`."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator

from chat.stores.faults import NulCharacter

Number = BigInteger().with_variant(Integer, "sqlite")
"""A row's own number. SQLite keeps rows by it, and calls it INTEGER whatever its size."""


def utc_now() -> datetime:
    """The present moment, as such columns take it."""
    return datetime.now(UTC)


def as_id(typed_id: str) -> str:
    """An id that may come from an address bar; "", which nothing has, if it can be none."""
    return typed_id if typed_id.isascii() and typed_id.isprintable() else ""


class PlainText(TypeDecorator[str]):
    """Text without NUL characters, which PostgreSQL cannot hold; SQLite must not differ."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuses a NUL character."""
        if value is not None and "\0" in value:
            raise NulCharacter
        return value


class UtcMoment(TypeDecorator[datetime]):
    """A moment with its time zone; SQLite drops the zone, so UTC is written and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turns an aware moment to UTC; refuses one without a zone, whose meaning is a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("expected a moment with a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - likewise
        """Gives the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
