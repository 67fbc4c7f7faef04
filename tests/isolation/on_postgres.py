"""Every service on PostgreSQL with its two roles and tables laid by ``gongkai migrate``, in one process.

Start at :func:`standing_on`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from services.split.plan import SERVICES, Plan
from services.split.postgres import PostgresServer, owner_of
from tests.journeys import platforms

NAMES = (*SERVICES, "portal")


@dataclass(frozen=True)
class Databases:
    """A server with every service's database."""

    server: PostgresServer

    @property
    def used(self) -> str:
        """The address as services use it; ``{service}`` stands for the name."""
        return self.server.url("SERVICE", user="SERVICE").replace("SERVICE", "{service}")

    @property
    def owned(self) -> str:
        return self.server.url("SERVICE", user=owner_of("SERVICE")).replace("SERVICE", "{service}")

    @property
    def environment(self) -> dict[str, str]:
        return {"GONGKAI_DATABASE_URL": self.used, "GONGKAI_OWNER_URL": self.owned}

    @contextmanager
    def as_service(self, name: str, **settings: str) -> Iterator[psycopg.Connection]:
        """A bare connection of the application's role; ``settings`` are those of shared.reach, for the session."""
        with self._connected(name, name) as connection:
            for setting, value in settings.items():
                connection.execute("SELECT set_config(%s, %s, false)", [f"gongkai.{setting}", value])
            yield connection

    @contextmanager
    def as_superuser(self, name: str) -> Iterator[psycopg.Connection]:
        with self.server.connect(name) as connection:
            yield connection

    @contextmanager
    def _connected(self, name: str, role: str) -> Iterator[psycopg.Connection]:
        url = self.server.url(name, user=role).replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection


def dropped(server: PostgresServer, name: str) -> None:
    """Whatever an earlier test left."""
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def migrated(server: PostgresServer, var: Path) -> Databases:
    """The databases with their roles, and the tables in them, as an operator would have made them."""
    for name in NAMES:
        dropped(server, name)
        server.create_service(name)
    databases = Databases(server)
    told = {**os.environ, **Plan.apart(var).environment("portal", ""), **databases.environment, "GONGKAI_KAFKA": ""}
    done = platforms.gongkai("migrate", env=told)
    assert done.returncode == 0, done.stderr
    return databases


def keys_of_its_own(server: PostgresServer) -> str:
    """The address of an empty key store: another platform's secret opens none of its keys."""
    dropped(server, "keys")
    return server.create_database("keys", "keys")


@contextmanager
def standing_on(databases: Databases, var: Path) -> Iterator[str]:
    """The address at which every service answers, as one process over these databases and the embedded log."""
    told = {"GONGKAI_DATABASE_URL": databases.used, "GONGKAI_KEYS_URL": keys_of_its_own(databases.server)}
    plan = replace(Plan.apart(var), extra=told)
    child = platforms.embedded_child(plan)
    child.start()
    try:
        child.await_ready(f"{plan.portal_url}/readyz")
        yield plan.portal_url
    finally:
        child.stop()
