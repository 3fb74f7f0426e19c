"""What goes wrong in a database, in one plain sentence each.

A driver's own words name paths, statements, values and passwords, so none of them gets out.
"""

import errno
import functools
import sqlite3
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from alembic.util import CommandError
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from chat.errors import StoreError, StoreRefused

P = ParamSpec("P")
T = TypeVar("T")

MALFORMED = (
    "The database URL is malformed: expected sqlite:///folder/file.db "
    "or postgresql://user:password@host/name."
)
NOT_TEXT = "The text holds half a character (a lone surrogate), which cannot be stored."
HOLDS_NUL = "The text holds a NUL character, which cannot be stored."
NOT_STORABLE = "The database cannot store that value."
GONE = "The database file is gone."
UNWRITABLE = "The database file cannot be written."
UNREACHABLE = "The database cannot be reached."
UNUSABLE = "The database cannot be used right now."

LOCKED = "The database is locked."
FULL = "The disk is full."
TOO_LONG = "The text is too long to be stored."

# https://www.sqlite.org/rescode.html: the lower byte of the extended code says what it is about.
_SQLITE = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_READONLY: UNWRITABLE,
    sqlite3.SQLITE_PERM: UNWRITABLE,
    sqlite3.SQLITE_AUTH: UNWRITABLE,
    sqlite3.SQLITE_IOERR: "The disk cannot be read or written.",
    sqlite3.SQLITE_CORRUPT: "The database file is damaged.",
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CANTOPEN: "The database file cannot be opened.",
    sqlite3.SQLITE_TOOBIG: TOO_LONG,
    sqlite3.SQLITE_NOTADB: "The database file is not a database.",
}

# https://www.postgresql.org/docs/current/errcodes-appendix.html: a code, or the class it is in.
_LIMIT_EXCEEDED = "54"
_POSTGRESQL = {
    "08": UNREACHABLE,
    "57P": UNREACHABLE,
    "28": "The database refused the user name or the password.",
    "3D": "There is no database of that name.",
    "25006": "The database may only be read.",
    "42501": "The database may not be written by this user.",
    "53100": FULL,
    "53": "The database is busy.",
    _LIMIT_EXCEEDED: TOO_LONG,
    "55P03": LOCKED,
    "40": LOCKED,
    "58": "The database's disk cannot be read or written.",
    "XX001": "The database is damaged.",
    "XX002": "The database is damaged.",
}
_SIGNS = (
    ("authentication failed", _POSTGRESQL["28"]),
    ("does not exist", _POSTGRESQL["3D"]),
)


class NulCharacter(ValueError):  # noqa: N818 - says what there is, as the tree of errors does
    """A text holds a NUL character."""


class FileGone(OSError):  # noqa: N818 - likewise
    """The database's file is not where it was, or another one is there."""


_FAULTS = (
    SQLAlchemyError,
    sqlite3.Error,
    CommandError,
    OSError,
    ImportError,
    ValueError,
    OverflowError,
)
_REFUSALS: tuple[tuple[type[Exception], str], ...] = (
    (NulCharacter, HOLDS_NUL),
    (UnicodeError, NOT_TEXT),
    (ImportError, "The driver for this kind of database is not installed."),
    (CommandError, "The database was made by a newer version of this app."),
    (NoSuchModuleError, "The database URL names a driver that is not known."),
    (ArgumentError, MALFORMED),
    (PoolTimeoutError, "The database is busy."),
    (IntegrityError, "The database refused the change."),
    (DataError, NOT_STORABLE),
    (ValueError, NOT_STORABLE),
    (OverflowError, NOT_STORABLE),
)

_FOR_EVER = (UnicodeError, IntegrityError, DataError, ValueError, OverflowError)
"""Faults of the value itself: the same call would fail again."""


def in_plain_words(call: Callable[P, T]) -> Callable[P, T]:
    """Makes every fault of the database a `StoreError` that carries one sentence and no cause."""

    @functools.wraps(call)
    def plainly(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except _FAULTS as fault:
            error = error_for(fault)
        # Raised outside the handler, so that not even `__context__` holds the driver's words.
        raise error

    return plainly


def error_for(fault: Exception) -> StoreError:
    """What a fault means to us: to be tried again, or, for a value no database takes, never."""
    cause = fault.orig if isinstance(fault, StatementError) and fault.orig else fault
    is_refusal = (
        isinstance(fault, _FOR_EVER)
        or isinstance(cause, _FOR_EVER)
        or _sqlstate_of(cause).startswith(_LIMIT_EXCEEDED)
    )
    return (StoreRefused if is_refusal else StoreError)(sentence_for(fault))


def sentence_for(fault: Exception) -> str:
    """What happened, without path, statement, value or password."""
    cause = fault.orig if isinstance(fault, StatementError) and fault.orig else fault
    if isinstance(cause, sqlite3.Error):
        # The code is missing where Python's own module raised and SQLite was not asked.
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code in _SQLITE:
            return _SQLITE[code]
    elif isinstance(fault, DBAPIError) and not isinstance(fault, _FOR_EVER):
        return _postgresql_sentence(cause)
    if isinstance(cause, FileGone):
        return GONE
    if isinstance(cause, OSError):
        return FULL if cause.errno == errno.ENOSPC else UNWRITABLE
    known = (
        words for kind, words in _REFUSALS if isinstance(fault, kind) or isinstance(cause, kind)
    )
    return next(known, UNUSABLE)


def _sqlstate_of(cause: BaseException) -> str:
    """PostgreSQL's code for what happened; "" where the server did not speak."""
    return getattr(cause, "sqlstate", None) or ""


def _postgresql_sentence(cause: BaseException) -> str:
    state = _sqlstate_of(cause)
    if not state:
        # What fails before there is a connection has no code, only the server's English words.
        said = str(cause)
        return next((words for sign, words in _SIGNS if sign in said), UNREACHABLE)
    known = (_POSTGRESQL.get(state[:length]) for length in (5, 3, 2))
    return next((words for words in known if words), UNUSABLE)
