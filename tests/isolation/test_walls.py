"""The second wall (design 8): on PostgreSQL no connection reads another town's rows, whatever SQL it sends.

A county is planted over HTTP in databases with real roles; then every table with a town is asked with plain SELECTs.
"""

from collections.abc import Iterator
from typing import LiteralString

import httpx2
import psycopg
import pytest
from psycopg import sql

from services.split.plan import SERVICES
from services.split.postgres import PostgresServer, owner_of
from shared import walls
from tests.isolation.county import BRANCHES, KINDS, County, may_read, planted, word
from tests.isolation.crawl import questions
from tests.isolation.on_postgres import NAMES, Databases, migrated, standing_on

pytestmark = pytest.mark.postgres

OPEN = {  # tables of which a reader may see rows of other towns, and for whom these are
    "catalogues_versions": "everyone, what is adopted",
    "catalogues_items": "society",
    "catalogues_exclusions": "everyone, of what is adopted",
    "templates": "whoever is signed in",
    "templates_lines": "whoever is signed in",
    "shown": "society and the named person",
    "shown_contents": "society and the named person",
    "inbox_notices": "whom it is for",
    "inbox_preferences": "whose it is",
    "opinions": "the giver, and unnamed ones answered to society",
    "visible_disclosures": "society and the named person",
    "shown_history_spans": "society and the named person",
    "shown_history_contents": "society and the named person",
    "releases": "society and the named person",
    "releases_events": "society and the named person",
}
FENGYANG = {"reach": "reader", "towns": walls.array_of(["fengyang"])}
Table = tuple[str, str]  # database, table


@pytest.fixture(scope="module")
def databases(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return migrated(postgres, tmp_path_factory.mktemp("migrating"))


@pytest.fixture(scope="module")
def county(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    with (
        standing_on(databases, tmp_path_factory.mktemp("walls")) as url,
        httpx2.Client(base_url=url, timeout=60) as client,
    ):
        yield planted(client)


@pytest.fixture(scope="module")
def walled(databases: Databases) -> list[Table]:
    """Every table with a town, by the databases' own account."""
    return [(name, table) for name in NAMES for table in tables_with_town(databases, name)]


def tables_with_town(databases: Databases, name: str) -> list[str]:
    question = """
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'town'
         WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1
    """
    with databases.as_superuser(name) as connection:
        return [row[0] for row in connection.execute(question)]


def towns_in(connection: psycopg.Connection, table: str, where: LiteralString = "true") -> dict[str, int]:
    query = sql.SQL("SELECT town, count(*) FROM {} WHERE {} GROUP BY town")
    return dict(connection.execute(query.format(sql.Identifier(table), sql.SQL(where))).fetchall())


# --- what the catalogue says ---


def test_every_table_with_a_town_stands_behind_a_wall(databases: Databases, walled: list[Table]) -> None:
    assert {"events", "commands", "shown", "opinions", "files_papers", "entries"} <= {table for _, table in walled}
    question = """
        SELECT c.relrowsecurity, pg_get_userbyid(c.relowner), array_agg(p.polname ORDER BY p.polname)
          FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.oid = %s::regclass
         GROUP BY c.relrowsecurity, c.relowner
    """
    for name, table in walled:
        with databases.as_superuser(name) as connection:
            found = connection.execute(question, [f'"{table}"']).fetchone()
        assert found == (True, owner_of(name), ["readers", "service"]), (name, table)


@pytest.mark.parametrize("name", NAMES)
def test_a_service_connects_as_somebody_who_owns_nothing_and_stands_above_no_wall(
    databases: Databases, name: str
) -> None:
    with databases.as_superuser(name) as connection:
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = %s",
            [name],
        ).fetchone()
        owned = connection.execute(
            "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", [name]
        ).fetchone()
        member = connection.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [name, owner_of(name)]).fetchone()
    assert role == (False, False, False, False)
    assert owned == (0,)
    assert member == (False,)


REFUSED = (
    'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
    'DROP POLICY readers ON "{table}"',
    'CREATE POLICY mine ON "{table}" USING (true)',
    'DROP TABLE "{table}"',
    'TRUNCATE "{table}"',
    "CREATE TABLE mine (a int)",
    "SET ROLE {name}_owner",
    "SET SESSION AUTHORIZATION postgres",
)


@pytest.mark.parametrize("statement", REFUSED)
def test_a_service_cannot_take_the_wall_down(databases: Databases, walled: list[Table], statement: str) -> None:
    for name, table in walled:
        with databases.as_service(name, reach="service") as connection, pytest.raises(psycopg.Error) as refused:
            connection.execute(statement.format(table=table, name=name).encode())
        assert isinstance(refused.value, psycopg.errors.InsufficientPrivilege), (name, table)


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("table", ["events", "commands"])
@pytest.mark.parametrize("act", ["UPDATE {0} SET town = ''", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_what_is_recorded_cannot_even_be_asked_to_change(databases: Databases, name: str, table: str, act: str) -> None:
    with (
        databases.as_service(name, reach="service") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(act.format(table).encode())


def test_no_service_enters_the_database_of_another(databases: Databases) -> None:
    url = databases.server.url("feedback", user="catalogue").replace("+psycopg", "")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url)


# --- what a connection gets ---


def test_the_service_itself_sees_every_town(databases: Databases, county: County, walled: list[Table]) -> None:
    for name, table in walled:
        with databases.as_superuser(name) as connection:
            all_of_it = towns_in(connection, table)
        with databases.as_service(name, reach="service") as connection:
            assert towns_in(connection, table) == all_of_it, (name, table)


@pytest.mark.parametrize("settings", [{}, {"towns": '{"fengyang","heshan"}'}, {"reach": "owner"}, {"reach": ""}])
def test_where_nobody_said_for_whom_there_are_no_rows(
    databases: Databases, county: County, walled: list[Table], settings: dict[str, str]
) -> None:
    for name, table in walled:
        with databases.as_service(name, **settings) as connection:
            assert towns_in(connection, table) == {}, (name, table)


def test_a_reader_of_fengyang_gets_no_row_of_heshan(databases: Databases, county: County, walled: list[Table]) -> None:
    """But those that are for everyone, of the tables that are listed above; and there were some to get."""
    hidden = 0
    for name, table in walled:
        with databases.as_superuser(name) as connection:
            there = towns_in(connection, table)
        with databases.as_service(name, **FENGYANG, person="ma-xiaoyan") as connection:
            got = towns_in(connection, table)
        assert got.get("fengyang", 0) == there.get("fengyang", 0), (name, table)
        if table not in OPEN:
            assert got.keys() <= {"fengyang"}, (name, table)
            hidden += there.get("heshan", 0)
    assert hidden > 50


def test_of_open_tables_a_reader_gets_what_society_sees(databases: Databases, county: County) -> None:
    audience = {"publication": ["shown"], "feedback": ["visible_disclosures"], "archive": ["shown_history_spans"]}
    for name, tables in audience.items():
        for table in tables:
            with databases.as_superuser(name) as connection:
                society = towns_in(connection, table, "town = 'heshan' AND audience = 'society'")
                narrower = towns_in(connection, table, "town = 'heshan' AND audience <> 'society'")
            with databases.as_service(name, **FENGYANG) as connection:
                got = towns_in(connection, table, "town = 'heshan'")
            assert got == society, (name, table)
            assert min(sum(society.values()), sum(narrower.values())) > 0, (name, table)


def test_content_is_open_as_far_as_somebody_was_shown_it(databases: Databases, county: County) -> None:
    with databases.as_service("publication", **FENGYANG) as connection:
        rows = connection.execute("SELECT text, side FROM shown_contents WHERE town = 'heshan'").fetchall()
    told = " ".join(text for text, _ in rows)
    assert word("HS-R1", "outside") in told
    assert word("HS-R1", "inside") not in told
    assert {side for _, side in rows} == {"outside"}


def test_a_named_person_sees_what_is_for_them_wherever_they_are_from(databases: Databases, county: County) -> None:
    with databases.as_superuser("publication") as connection:
        connection.execute(
            "UPDATE shown SET audience = 'person:somebody' WHERE town = 'heshan' AND audience = 'society'"
        )
    try:
        for person, expected in (("somebody", True), ("somebody-else", False), ("", False)):
            with databases.as_service("publication", **FENGYANG, person=person) as connection:
                assert bool(towns_in(connection, "shown", "town = 'heshan'")) == expected
                assert bool(towns_in(connection, "shown_contents", "town = 'heshan'")) == expected
    finally:
        with databases.as_superuser("publication") as connection:
            connection.execute("UPDATE shown SET audience = 'society' WHERE audience = 'person:somebody'")


def test_a_giver_sees_their_own_opinion_in_another_town_and_no_other(databases: Databases, county: County) -> None:
    giver = county.desk["HS-R1"]["secretary"]
    for person, expected in ((giver, {"heshan": 1}), ("ma-xiaoyan", {})):
        with databases.as_service("feedback", **FENGYANG, person=person) as connection:
            assert towns_in(connection, "opinions", "town = 'heshan'") == expected


def test_a_post_of_the_county_reaches_every_town_to_read_and_none_to_write(
    databases: Databases, county: County, walled: list[Table]
) -> None:
    for name, table in walled:
        with databases.as_superuser(name) as connection:
            there = towns_in(connection, table)
        with databases.as_service(name, reach="county") as connection:
            assert towns_in(connection, table) == there, (name, table)


@pytest.mark.parametrize("reach", ["reader", "county"])
def test_a_reader_changes_nothing(databases: Databases, county: County, reach: str) -> None:
    with databases.as_service("publication", reach=reach, towns='{"fengyang"}') as connection:
        assert connection.execute("UPDATE desk_work SET note = 'changed'").rowcount == 0
        assert connection.execute("DELETE FROM shown").rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO desk_steps SELECT * FROM desk_steps LIMIT 1")


# --- the wall lets through what the first one lets through ---


@pytest.mark.parametrize(
    "reader", ["anyone", "fang-zheng", "zhao-guoqiang", "ma-xiaoyan", "guo-changfu", "luo-lan", "tang-ning"]
)
def test_who_may_read_something_finds_it_behind_the_wall_too(county: County, reader: str) -> None:
    """The same questions as tests/isolation/test_reading_paths.py asks on SQLite, where there is no second wall."""
    told = ""
    broken = set()
    for question in questions(county):
        answer = county.get(reader, question.path, **dict(question.params))
        told += answer.text
        if answer.status_code >= 500:
            broken.add((question.path, answer.status_code))
    found = {(branch, kind) for branch in BRANCHES for kind in KINDS if word(branch, kind) in told}
    allowed = {(branch, kind) for branch in BRANCHES for kind in KINDS if reader in may_read(county, branch, kind)}
    assert broken == set()
    assert found == allowed
