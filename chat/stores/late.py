"""A database server that is away when the app starts: it is tried again until it is there.

Meanwhile the store is one whose calls fail, as they would had the server gone away later.
"""

import logging
import threading
from collections.abc import Callable

from sqlalchemy import Engine, event

from chat.errors import StoreError
from chat.stores.database import connect, parse_url
from chat.stores.faults import in_plain_words
from chat.stores.sql import BUSY_TIMEOUT_S, SqlStore

RETRY_S = 2.0

_log = logging.getLogger(__name__)


def open_or_wait(url: str, retry_s: float = RETRY_S) -> SqlStore:
    """The store of a database, without running replies of dead processes.

    One on a server that cannot be used yet opens as soon as it can.

    Args:
        url: As in `SqlStore.open`.
        retry_s: Seconds between two tries.

    Raises:
        StoreError: as `SqlStore.open`, where it is a file, or where no later try could help.
    """
    try:
        store = SqlStore.open(url)
        store.mark_interrupted()
    except StoreError as error:
        engine = _engine_of(url)
        if engine.dialect.name == "sqlite":
            raise
        fault = str(error)
    else:
        return store
    _log.warning("%s It is tried again until it can be used.", fault)
    _Door(engine, fault, lambda: SqlStore.open(url).close()).start(retry_s)
    return SqlStore(engine)


@in_plain_words
def _engine_of(url: str) -> Engine:
    return connect(parse_url(url), BUSY_TIMEOUT_S)


class _Door:
    """Lets nobody connect until the tables are there.

    Args:
        engine: Whose connections it keeps shut.
        fault: Why, in a sentence.
        prepare: Opens the database another way and brings its tables up to date.
    """

    def __init__(self, engine: Engine, fault: str, prepare: Callable[[], None]) -> None:
        self._fault: str | None = fault
        self._prepare = prepare
        self._is_over = threading.Event()
        event.listen(engine, "do_connect", self._refuse)
        event.listen(engine, "engine_disposed", lambda *_: self._is_over.set())

    def start(self, retry_s: float) -> None:
        """Begins to try, on a thread of its own; ends with the store."""
        threading.Thread(
            target=self._try_for_ever, args=(retry_s,), name="tickertape-database", daemon=True
        ).start()

    def _refuse(self, *_event: object) -> None:
        if self._fault is not None:
            raise StoreError(self._fault)

    def _try_for_ever(self, retry_s: float) -> None:
        while not self._is_over.wait(retry_s):
            try:
                self._prepare()
            except StoreError as error:
                self._fault = str(error)
            else:
                self._fault = None
                _log.warning("The database can be used now.")
                return
