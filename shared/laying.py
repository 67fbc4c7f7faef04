"""A service's database as its program needs it: kept tables at their last step, views' tables made, walls and rights.

Start at :func:`lay`, which ``gongkai migrate`` runs as the owner of the tables and an embedded platform at its start.
A service on PostgreSQL owns nothing and only looks: :func:`trouble`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, MetaData, inspect

from shared import checkpoints, lease, migrations, parking, relay, walls
from shared.database import make_tables
from shared.follow import View
from shared.journal import schema as journal
from shared.migrations import SchemaWrong
from shared.service import Service

KEPT: tuple[MetaData, ...] = (
    journal.metadata, relay.metadata, lease.metadata, checkpoints.metadata, parking.metadata
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What belongs into a database: its kept tables (of which models and steps say the same), and its views."""

    database: str
    kept: tuple[MetaData, ...] = KEPT
    views: Sequence[View] = ()

    @classmethod
    def of(cls, service: Service) -> "Plan":
        ledgers = (ledger.metadata for ledger in service.ledgers)
        return cls(service.name, (*KEPT, *ledgers, *service.tables), service.views)


@dataclass
class Laid:
    """``stale`` are views whose tables are of another definition: they wait to be built again."""

    steps: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    walls: list[str] = field(default_factory=list)
    stale: list[View] = field(default_factory=list)


def lay(engine: Engine, plan: Plan, *, role: str = "") -> Laid:
    """Bring the database to what the plan says, in one transaction. ``role`` is the application's on PostgreSQL.

    Raises :class:`SchemaWrong` if the tables are of a newer program.
    """
    laid = Laid()
    with engine.begin() as tx:
        laid.steps = _steps(tx, plan)
        laid.made, laid.stale = _views(tx, plan.views)
        stale = {table.name for view in laid.stale for table in view.metadata.tables.values()}
        tables = [
            table for metadata in (*plan.kept, *(v.metadata for v in plan.views)) for table in metadata.sorted_tables
        ]
        laid.walls = walls.put_up(tx, [table for table in tables if table.name not in stale])
        laid.walls += walls.put_up(tx, walls.bare(tx))  # of views that wait to be rebuilt: closed but to their towns
        if role and tx.dialect.name == "postgresql":
            walls.grant(tx, role, final=_final(plan), only_read={migrations.TABLE})
    return laid


def trouble(engine: Engine, plan: Plan) -> str:
    """Why a program of this plan must not use the database; '' if it may."""
    with engine.connect() as tx:
        if wrong := migrations.trouble(tx, plan.database):
            return wrong
        if any(s.at > s.head for s in migrations.standings(tx, plan.database)):
            return ""  # the next version's tables are being put in place; what of its views differs, its follower sees
        made, stale = judged(tx, plan.views)
    if names := sorted({view.name for view in (*made, *stale)}):
        return f"views are missing or of another version: {', '.join(names)}: gongkai migrate"
    return ""


def must_fit(engine: Engine, plan: Plan) -> None:
    """Raises :class:`SchemaWrong`."""
    if wrong := trouble(engine, plan):
        raise SchemaWrong(wrong)


def settle(tx: Connection, view: View) -> None:
    """The view's tables are now those of its definition."""
    checkpoints.ensure(tx, [(view.name, source) for source in view.hears])
    checkpoints.define(tx, view.name, view.definition)


def fits(tx: Connection, view: View) -> bool:
    """Whether the tables there are have the columns and keys of the view."""
    look = inspect(tx)
    there = set(look.get_table_names())
    for table in view.metadata.sorted_tables:
        if table.name not in there:
            return False
        found = {(c["name"], bool(c["nullable"])) for c in look.get_columns(table.name)}
        if found != {(c.name, bool(c.nullable)) for c in table.columns}:
            return False
        if set(look.get_pk_constraint(table.name)["constrained_columns"]) != set(table.primary_key.columns.keys()):
            return False
    return True


def _steps(tx: Connection, plan: Plan) -> list[str]:
    """An empty SQLite file is laid at once from the models; every other database takes the steps it lacks."""
    if tx.dialect.name == "sqlite" and not inspect(tx).get_table_names():
        make_tables(tx, *plan.kept)
        if journal.metadata in plan.kept:
            journal.finish(tx)
        migrations.stamp(tx, plan.database)
        return []
    return migrations.upgrade(tx, plan.database)


def _views(tx: Connection, views: Sequence[View]) -> tuple[list[str], list[View]]:
    """Names of the tables made, and the views that must be built again."""
    missing, stale = judged(tx, views)
    for view in missing:
        make_tables(tx, view.metadata)
    for view in views:
        if view not in stale:
            settle(tx, view)
    return [table for view in missing for table in view.metadata.tables], stale


def judged(tx: Connection, views: Sequence[View]) -> tuple[list[View], list[View]]:
    """The views without any table that have read nothing yet, and those whose tables are of another definition."""
    there = set(inspect(tx).get_table_names())
    known = checkpoints.definitions(tx)
    missing, stale = [], []
    for view in views:
        recorded, position = known.get(view.name, ("", 0))
        if not there & set(view.metadata.tables) and not position:
            missing.append(view)
        elif (recorded or view.definition) != view.definition or not fits(tx, view):
            stale.append(view)
    return missing, stale


def _final(plan: Plan) -> Collection[str]:
    """Tables whose rows are added and never changed."""
    kept = {table.name for metadata in plan.kept for table in metadata.sorted_tables if table.info.get(walls.KEPT)}
    return kept | set(journal.FINAL)
