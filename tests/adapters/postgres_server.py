"""A PostgreSQL server of the tests' own, from the system's packages: private, in a folder in /tmp.

It refuses to run as root, so root starts it as the user that the package made. It flushes nothing
to the disk, for nothing of it is to last.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine, text

from chat.stores.schema import metadata
from chat.stores.sql import SqlStore

USER = "tickertape"
PASSWORD = "secret-password"
MISSING = (
    "The tests need PostgreSQL's server programs (initdb, pg_ctl). "
    "Install Debian's package: apt-get install postgresql, or run: sh deploy/postgres.sh"
)
_PATIENCE_S = 60.0
_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "shared_buffers=32MB",
    "autovacuum=off",
)


def _program(name: str) -> str:
    """Where a server program is: Debian keeps them out of the path, newest version last.

    Raises:
        FileNotFoundError: it is not installed.
    """
    kept = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4])
    )
    found = str(kept[-1]) if kept else shutil.which(name)
    if found is None:
        raise FileNotFoundError(MISSING)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class PostgresServer:
    """A running server, whose databases are reached over the loopback with a password.

    Raises:
        FileNotFoundError: the programs are not installed.
    """

    def __init__(self) -> None:
        self._pg_ctl = _program("pg_ctl")
        self.port = _free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="tickertape-pg-"))
        self._as: dict[str, str | int] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self._folder, account.pw_uid, account.pw_gid)
            self._as = {"user": account.pw_uid, "group": account.pw_gid}
        self._data = self._folder / "data"
        self._has_shared = False
        self._make_cluster()
        self._undertaker = self._hire_undertaker()
        self.start()

    def url(self, database: str, password: str = PASSWORD) -> str:
        """A database's address as people write it."""
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def emptied_database(self) -> str:
        """The address of the shared database, all of whose tables are empty now.

        Making one takes ten times as long, and TRUNCATE, which makes files anew, three times.
        """
        url = self.url("shared")
        if not self._has_shared:
            self.new_database("shared")
            SqlStore.open(url).close()
            self._has_shared = True
        tables = [*reversed(metadata.sorted_tables), "search"]
        self.tell("shared", *(f"DELETE FROM {table}" for table in tables))  # noqa: S608 - our own tables' names
        return url

    def new_database(self, name: str, options: str = "") -> str:
        """The address of a new database without tables."""
        self.tell("postgres", f"CREATE DATABASE {name} TEMPLATE template0 {options}")
        return self.url(name)

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        settings = [f"-c {setting}" for setting in (*_SETTINGS, f"port={self.port}")]
        place = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._run(
            [
                *(self._pg_ctl, "start", "-w", "-D", str(self._data)),
                *("-l", str(self._folder / "log"), "-o", " ".join([*settings, place])),
            ]
        )

    def stop(self) -> None:
        """Ends the server under its clients, as a restart does."""
        self._run([self._pg_ctl, "stop", "-w", "-m", "immediate", "-D", str(self._data)])

    def close(self) -> None:
        """Ends the server and removes all that was in it."""
        self._undertaker.communicate(timeout=_PATIENCE_S)

    def _hire_undertaker(self) -> subprocess.Popen[bytes]:
        """A process that ends the server when this one lets go of it, killed or not."""
        return subprocess.Popen(  # noqa: S603 - our own folder and the system's programs
            [
                *("sh", "-c", 'read -r _; "$0" stop -m immediate -D "$1/data"; rm -rf "$1"'),
                *(self._pg_ctl, str(self._folder)),
            ],
            cwd="/tmp",  # noqa: S108 - it removes its folder, so it stands elsewhere
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt from the keyboard is not for it
            user=self._as.get("user"),
            group=self._as.get("group"),
        )

    def _make_cluster(self) -> None:
        password_file = self._folder / "password"
        password_file.write_text(PASSWORD)
        if self._as:
            os.chown(password_file, int(self._as["user"]), int(self._as["group"]))
        self._run(
            [
                *(_program("initdb"), "-D", str(self._data), "--no-sync", "--encoding=UTF8"),
                *("--locale=C.UTF-8", f"--username={USER}", "--auth=scram-sha-256"),
                f"--pwfile={password_file}",
            ]
        )

    def tell(self, database: str, *statements: str) -> None:
        """Has the server do something, each statement by itself."""
        engine = create_engine(
            URL.create("postgresql+psycopg", USER, PASSWORD, "127.0.0.1", self.port, database),
            isolation_level="AUTOCOMMIT",
            poolclass=NullPool,
        )
        with engine.connect() as db:
            for statement in statements:
                db.execute(text(statement))

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(  # noqa: S603 - the system's own programs, fixed arguments
            command,
            cwd=self._folder,
            # The server keeps what it is given open, so a pipe would never end.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=_PATIENCE_S,
            user=self._as.get("user"),
            group=self._as.get("group"),
        )
        if done.returncode:
            log = self._folder / "log"
            words = log.read_text()[-2000:] if log.exists() else ""
            raise RuntimeError(f"{Path(command[0]).name} failed ({done.returncode}): {words}")
