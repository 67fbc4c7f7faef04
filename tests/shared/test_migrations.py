"""Kept tables change step by step with their rows in place, beside a version that still writes; views are rebuilt."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    RowMapping,
    Select,
    String,
    Table,
    inspect,
    literal_column,
    select,
    text,
)

from services.embedded import BUILDERS
from services.portal.sessions import PLAN as PORTAL
from shared import checkpoints, laying, migrations, reach
from shared.clock import SystemClock
from shared.database import make_engine, make_tables
from shared.follow import TableMaker
from shared.identity.register import Register
from shared.journal import schema as journal_schema
from shared.journal.sql import SqlJournal
from shared.journal.transaction import lock_key
from shared.laying import Plan
from shared.migrations import SchemaWrong
from shared.rebuild import rebuild_view
from shared.running import Flow, LocalPlatform
from shared.service import Service
from shared.settings import Environment, Settings
from tests.shared.laid import DATABASES, lay_before

SERVICES = tuple(BUILDERS)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    with reach.service():
        yield engine
    engine.dispose()


@contextmanager
def service_on(url: str, name: str, var: Path) -> Iterator[tuple[Service, LocalPlatform]]:
    settings = Settings(environment=Environment.DEVELOPMENT, var=var, founder="jiang-ping", database_url=url)
    platform = LocalPlatform(settings)
    try:
        yield BUILDERS[name](platform), platform
    finally:
        platform.close()


def plan_of(name: str, tmp_path: Path) -> Plan:
    if name == "portal":
        return PORTAL
    with service_on("", name, tmp_path / "elsewhere") as (service, _):
        return Plan.of(service)


def everything(engine: Engine, tables: tuple[str, ...]) -> dict[str, list[str]]:
    """All rows of these tables, as text, whatever columns have come since."""
    with engine.connect() as tx:
        asked: dict[str, Select[Any]] = {name: select(literal_column("*")).select_from(text(name)) for name in tables}
        return {name: sorted(map(as_text, tx.execute(question).mappings())) for name, question in asked.items()}


def as_text(row: RowMapping) -> str:
    return json.dumps(dict(row), default=str, sort_keys=True)


def kept_tables(plan: Plan) -> MetaData:
    """One collection of all kept tables of a database, as the models have them."""
    whole = MetaData()
    for metadata in plan.kept:
        for table in metadata.sorted_tables:
            table.to_metadata(whole)
    return whole


# --- the models and the steps say the same ---


@pytest.mark.parametrize("name", [*SERVICES, "portal"])
def test_the_steps_lead_to_the_tables_that_the_models_describe(engine: Engine, name: str, tmp_path: Path) -> None:
    plan = plan_of(name, tmp_path)
    with engine.begin() as tx:
        migrations.upgrade(tx, name)
        Table(migrations.TABLE, whole := kept_tables(plan), Column("version_num", String(32), primary_key=True))
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, whole) == []
        by_steps = details(tx)
    with engine.begin() as tx:
        for table in reversed(inspect(tx).get_table_names()):
            tx.execute(text(f"DROP TABLE {table}"))
        make_tables(tx, *plan.kept)
        if journal_schema.metadata in plan.kept:
            journal_schema.finish(tx)
        by_models = details(tx)
    by_steps.pop(migrations.TABLE)
    assert by_steps == by_models


def details(tx: Connection) -> dict[str, object]:
    """What a comparison of models overlooks: checks, uniqueness, collations, triggers."""
    look = inspect(tx)
    found: dict[str, object] = {}
    for name in look.get_table_names():
        unique = sorted(str(sorted(one["column_names"])) for one in look.get_unique_constraints(name))
        checks = sorted(str(one["sqltext"]) for one in look.get_check_constraints(name))
        indexes = sorted(str((sorted(map(str, one["column_names"])), one["unique"])) for one in look.get_indexes(name))
        columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in look.get_columns(name)}
        found[name] = (unique, checks, indexes, columns, triggers(tx, name))
    return found


def triggers(tx: Connection, table: str) -> list[str]:
    question = (
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = CAST(:t AS regclass) AND NOT tgisinternal"
        if tx.dialect.name == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"
    )
    return sorted(tx.execute(text(question), {"t": table}).scalars())


def test_an_empty_file_is_laid_at_once_as_the_steps_would_lay_it(tmp_path: Path) -> None:
    at_once, by_steps = (make_engine(f"sqlite:///{tmp_path}/{name}.db") for name in ("one", "two"))
    plan = plan_of("audit", tmp_path)
    laying.lay(at_once, replace(plan, views=()))
    with by_steps.begin() as tx:
        migrations.upgrade(tx, "audit")
        wanted = details(tx)
    with at_once.begin() as tx:
        assert details(tx).keys() == wanted.keys()
        assert migrations.standings(tx, "audit") == [
            migrations.Standing(history, at, at) for history, at in (("service", 2), ("audit", 1))
        ]


# --- a database of the version before ---

KEPT_BEFORE = {
    "catalogue": ("events", "commands", "journal", "relays", "follow_parked"),
    "audit": ("events", "commands", "journal", "relays", "entries", "tlog_tree"),
    "portal": ("sessions", "sign_ins"),
}


@pytest.mark.parametrize("name", DATABASES)
def test_a_database_of_the_version_before_is_taken_over_without_losing_a_row(
    database_url: str, engine: Engine, name: str, tmp_path: Path
) -> None:
    lay_before(name, database_url)
    before = everything(engine, KEPT_BEFORE[name])
    assert any(before.values())

    laying.lay(engine, plan_of(name, tmp_path))

    kept = everything(engine, KEPT_BEFORE[name])
    for table, rows in before.items():
        had = [json.loads(row) for row in rows]
        assert [{k: row[k] for k in had[0]} for row in map(json.loads, kept[table])] == had if had else not kept[table]
    with engine.connect() as tx:
        assert migrations.trouble(tx, name) == ""


def test_what_is_migrated_twice_is_migrated_once(engine: Engine) -> None:
    with engine.begin() as tx:
        assert migrations.upgrade(tx, "audit") == ["service_0001", "service_0002", "audit_0001"]
    with engine.begin() as tx:
        assert migrations.upgrade(tx, "audit") == []


def test_two_who_migrate_at_once_do_it_once(engine: Engine) -> None:
    done: list[list[str]] = []

    def migrate() -> None:
        with engine.begin() as tx:
            done.append(migrations.upgrade(tx, "catalogue"))

    together = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert sorted(map(len, done)) == [0, 0, 0, 3]


def test_the_sql_is_shown_and_nothing_done(engine: Engine) -> None:
    with engine.connect() as tx:
        shown = migrations.statements(tx, "catalogue")
    assert "CREATE TABLE IF NOT EXISTS events" in shown
    assert "ADD COLUMN definition" in shown
    with engine.connect() as tx:
        assert inspect(tx).get_table_names() == []


@pytest.mark.postgres
def test_an_appender_of_the_version_before_writes_on_while_the_steps_are_taken(postgres_url: str) -> None:
    lay_before("catalogue", postgres_url)
    engine = make_engine(postgres_url)
    appender = EarlierAppender(make_engine(postgres_url), "catalogue")
    appender.start()
    appender.has_written(20)
    with engine.begin() as tx:
        steps = migrations.upgrade(tx, "catalogue")
    so_far = appender.count
    appender.has_written(so_far + 20)
    appender.stop()

    assert "service_0002" in steps
    assert appender.faults == []
    journal = SqlJournal(engine, "catalogue", SystemClock())
    events = journal.read(0, 10_000)
    assert [event.position for event in events] == list(range(1, journal.head() + 1))
    assert [e.event_id for e in events if e.stream == "note-1"] == appender.acknowledged
    engine.dispose()
    appender.engine.dispose()


class EarlierAppender(threading.Thread):
    """Appends as the version before did, statement by statement, and remembers what was acknowledged."""

    def __init__(self, engine: Engine, service: str) -> None:
        super().__init__(daemon=True)
        self.engine, self.key = engine, lock_key(service)
        self.acknowledged: list[str] = []
        self.faults: list[str] = []
        self._moved, self._stopping = threading.Condition(), threading.Event()

    @property
    def count(self) -> int:
        return len(self.acknowledged)

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                with reach.service(), self.engine.begin() as tx:
                    event_id = self._append(tx)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the test shows it
                self.faults.append(str(fault))
                return
            with self._moved:
                self.acknowledged.append(event_id)
                self._moved.notify_all()

    def has_written(self, count: int) -> None:
        with self._moved:
            assert self._moved.wait_for(lambda: self.count >= count or self.faults, 20), "it does not write"

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def _append(self, tx: Connection) -> str:
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": self.key})
        head = tx.execute(text("SELECT head FROM journal")).scalar_one()
        version, event_id = self.count + 1, f"appended-{self.count + 1}"
        tx.execute(text("UPDATE journal SET head = :head"), {"head": head + 1})
        tx.execute(
            text(
                "INSERT INTO events (position, recorded_at, stream, version, event_id, type, data, town, actor, post,"
                " organisation, command_id, correlation_id, causation_id, traceparent) VALUES (:position, now(),"
                " 'note-1', :version, :id, 'Noted', '{}', 'fengyang', '', '', '', :id, '', '', '')"
            ),
            {"position": head + 1, "version": version, "id": event_id},
        )
        tx.execute(
            text(
                "INSERT INTO commands (command_id, fingerprint, position, versions, result, recorded_at, town)"
                " VALUES (:id, 'f', :position, '{}', '{}', now(), 'fengyang')"
            ),
            {"position": head + 1, "id": event_id},
        )
        return event_id


# --- one version behind, one ahead ---


def standing_at(engine: Engine, step: int) -> str:
    with engine.begin() as tx:
        migrations.upgrade(tx, "catalogue")
        stamp = text("UPDATE schema_version SET version_num = :to WHERE version_num LIKE 'service%'")
        tx.execute(stamp, {"to": f"service_{step:04d}"})
    with engine.connect() as tx:
        return migrations.trouble(tx, "catalogue")


def test_a_program_refuses_tables_that_are_behind_it(engine: Engine) -> None:
    head = migrations.head_of("service")
    assert f"this program needs {head}: gongkai migrate" in standing_at(engine, head - 1)


def test_a_program_runs_on_the_next_step_which_is_being_put_in_place(engine: Engine) -> None:
    head = migrations.head_of("service")
    assert standing_at(engine, head + 1) == ""
    with engine.connect() as tx:
        assert "one step ahead" in migrations.note(tx, "catalogue")


def test_a_program_refuses_tables_two_steps_ahead_and_never_takes_them_back(engine: Engine) -> None:
    head = migrations.head_of("service")
    assert "too old" in standing_at(engine, head + 2)
    with pytest.raises(SchemaWrong), engine.begin() as tx:
        migrations.upgrade(tx, "catalogue")


# --- views are not migrated but built again ---


class Renamed(Register):
    """The register of a next version: persons have a further column."""

    def define(self, table: TableMaker) -> None:
        super().define(table)
        self.people.append_column(Column("initial", String, nullable=False, server_default="?"))


def test_a_view_of_another_definition_is_built_again_and_takes_the_place_of_the_old(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    lay_before("catalogue", database_url)
    with service_on(database_url, "catalogue", tmp_path) as (service, platform):
        laying.lay(engine, Plan.of(service))
        rows = everything(engine, ("register_persons",))["register_persons"]
        view = Renamed(platform.engine("catalogue"))
        service.views = [view, *service.views[1:]]
        assert [stale.name for stale in laying.lay(engine, Plan.of(service)).stale] == ["register"]
        assert "register" in laying.trouble(engine, Plan.of(service))

        rebuilt = migrated(Flow.of(service, platform), view)

    assert rebuilt == ["register"]
    after = [json.loads(row) for row in everything(engine, ("register_persons",))["register_persons"]]
    assert len(after) == len(rows) > 0
    assert {row["initial"] for row in after} == {"?"}
    with engine.connect() as tx:
        assert checkpoints.definitions(tx)["register"][0] == view.definition


def migrated(flow: Flow, view: Register) -> list[str]:
    flow.follower.prepare()
    stale = laying.lay(flow.service.engine, Plan.of(flow.service)).stale
    for one in stale:
        rebuild_view(flow.follower, one, accept_difference=True)
    assert laying.trouble(flow.service.engine, Plan.of(flow.service)) == ""
    return [one.name for one in stale]
