"""``gongkai migrate`` on a database of the version before, whose one role owned everything: nothing is lost, and the
service's role ends up behind the wall.
"""

import json
import os
from pathlib import Path

import pytest

from services.split.plan import Plan
from services.split.postgres import PostgresServer, owner_of
from services.split.processes import UpFailed
from shared.database import make_engine
from shared.walls_check import wrong_with
from tests.isolation.on_postgres import dropped, keys_of_its_own
from tests.journeys import platforms
from tests.shared.laid import lay_before

pytestmark = pytest.mark.postgres
NAME = "audit"


def environment(server: PostgresServer, var: Path, **more: str) -> dict[str, str]:
    told = Plan.apart(var).environment("portal", server.url(NAME, user=NAME)) | {"GONGKAI_KAFKA": ""}
    return {**os.environ, **told, "GONGKAI_OWNER_URL": server.url(NAME, user=owner_of(NAME)), **more}


@pytest.fixture
def before(postgres: PostgresServer) -> PostgresServer:
    """The database as it was: made and owned by the service's role."""
    dropped(postgres, NAME)
    lay_before(NAME, postgres.create_database(NAME, NAME))
    return postgres


def rows(server: PostgresServer, table: str) -> list[tuple[object, ...]]:
    with server.connect(NAME) as connection:
        columns = "index, event_id, entry" if table == "entries" else "*"
        return connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1".encode()).fetchall()  # noqa: S608 - our own


def test_a_database_with_one_role_is_taken_over_by_two(before: PostgresServer, tmp_path: Path) -> None:
    kept = {table: rows(before, table) for table in ("events", "commands", "entries", "relays")}
    assert len(kept["entries"]) > 100

    before.create_service(NAME)
    done = platforms.gongkai("migrate", NAME, "--no-views", "--json", env=environment(before, tmp_path))

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)[0]
    assert told["database"] == NAME
    assert told["steps"][:2] == ["service_0001", "service_0002"]
    assert told["rebuilt"] == []
    assert {table: rows(before, table) for table in kept} == kept
    engine = make_engine(before.url(NAME, user=NAME))
    assert wrong_with(engine, NAME) == []
    engine.dispose()
    again = platforms.gongkai("migrate", NAME, "--no-views", "--json", env=environment(before, tmp_path))
    assert json.loads(again.stdout)[0]["steps"] == []
    assert json.loads(again.stdout)[0]["walls"] == 0


def test_the_sql_can_be_read_first(before: PostgresServer, tmp_path: Path) -> None:
    before.create_service(NAME)
    done = platforms.gongkai("migrate", NAME, "--dry-run", env=environment(before, tmp_path))
    assert done.returncode == 0, done.stderr
    assert "ALTER TABLE follow_checkpoints ADD COLUMN definition" in done.stdout
    with before.connect(NAME) as connection:
        assert connection.execute("SELECT to_regclass('schema_version')").fetchone() == (None,)


def test_one_role_for_both_is_refused(before: PostgresServer, tmp_path: Path) -> None:
    same = {"GONGKAI_OWNER_URL": before.url(NAME, user=NAME)}
    done = platforms.gongkai("migrate", NAME, env=environment(before, tmp_path, **same))
    assert done.returncode == 1
    assert "need two roles" in done.stderr


def test_a_service_before_its_tables_says_so_and_begins_when_they_are_there(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    dropped(postgres, "archive")
    postgres.create_service("archive")
    kept = {"GONGKAI_KEYS_URL": keys_of_its_own(postgres)}
    used = kept | {"GONGKAI_DATABASE_URL": postgres.url("archive", user="archive")}
    owned = {"GONGKAI_OWNER_URL": postgres.url("archive", user=owner_of("archive"))}
    plan = Plan.apart(tmp_path)
    child = platforms.embedded_child(plan)
    child.command[-1] = "archive"
    child.environment |= used
    child.start()
    try:
        with pytest.raises(UpFailed, match="gongkai migrate"):
            child.await_ready(f"{plan.portal_url}/readyz", 15.0)
        done = platforms.gongkai("migrate", "archive", env={**os.environ, **child.environment, **owned})
        assert done.returncode == 0, done.stderr
        child.await_ready(f"{plan.portal_url}/readyz")
    finally:
        child.stop()
