"""``gongkai doctor`` sees a wall with a hole in it: each way of making one is tried."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine

from services.split.postgres import PostgresServer
from shared.database import make_engine
from shared.walls_check import wrong_with
from tests.isolation.on_postgres import Databases, migrated

pytestmark = pytest.mark.postgres
NAME = "catalogue"


@pytest.fixture(scope="module")
def databases(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return migrated(postgres, tmp_path_factory.mktemp("migrating"))


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    engine = make_engine(databases.used.replace("{service}", NAME))
    yield engine
    engine.dispose()


def test_nothing_is_wrong_with_what_migrate_has_laid(databases: Databases) -> None:
    for name in ("catalogue", "publication", "feedback", "archive", "audit", "portal"):
        engine = make_engine(databases.used.replace("{service}", name))
        assert wrong_with(engine, name) == []
        engine.dispose()


HOLES = {
    'ALTER TABLE "events" DISABLE ROW LEVEL SECURITY': (
        'ALTER TABLE "events" ENABLE ROW LEVEL SECURITY', "events has towns and no policy"
    ),
    "GRANT UPDATE ON events TO catalogue": ("REVOKE UPDATE ON events FROM catalogue", "rows of events may be changed"),
    "ALTER ROLE catalogue BYPASSRLS": ("ALTER ROLE catalogue NOBYPASSRLS", "above row-level security"),
    "ALTER ROLE catalogue CREATEROLE": ("ALTER ROLE catalogue NOCREATEROLE", "may make roles or tables"),
    "GRANT CREATE ON SCHEMA public TO catalogue": (
        "REVOKE CREATE ON SCHEMA public FROM catalogue", "may make roles or tables"
    ),
    "CREATE TABLE mine (a int); ALTER TABLE mine OWNER TO catalogue": ("DROP TABLE mine", "owns tables"),
    "ALTER ROLE catalogue SET gongkai.reach = 'service'": (
        "ALTER ROLE catalogue RESET gongkai.reach", "the wall is open"
    ),
    "ALTER ROLE catalogue CONNECTION LIMIT 5": ("ALTER ROLE catalogue CONNECTION LIMIT 40", "may open 5 connections"),
    "UPDATE schema_version SET version_num = 'service_0001' WHERE version_num = 'service_0002'": (
        "UPDATE schema_version SET version_num = 'service_0002' WHERE version_num = 'service_0001'", "gongkai migrate"
    ),
}  # fmt: skip


@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_in_the_wall_is_named(databases: Databases, engine: Engine, hole: str) -> None:
    mended, said = HOLES[hole]
    with databases.as_superuser(NAME) as connection:
        connection.execute(hole.encode())
        try:
            found = wrong_with(engine, NAME)
        finally:
            connection.execute(mended.encode())
    assert [said in wrong.what for wrong in found] == [True]
    assert wrong_with(engine, NAME) == []


def test_a_database_that_is_away_is_named_and_no_secret_with_it() -> None:
    away = create_engine("postgresql+psycopg://catalogue:hidden-word@127.0.0.1:1/catalogue")
    found = wrong_with(away, NAME)
    assert "cannot be asked" in found[0].what
    assert "hidden-word" not in str(found)
