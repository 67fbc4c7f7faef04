"""``gongkai migrate``: bring the tables of services to what this version of the program needs, once, before it starts.

It works as the role that owns the tables (GONGKAI_OWNER_URL), beside the version that still runs: steps only add what
that one does not mind, and views whose definition changed are built beside the live ones and swapped.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Engine, make_url

from services import embedded
from services.cli.output import AsJson, DryRun, answer, err, fail, wrong
from services.portal.sessions import PLAN as PORTAL
from shared import laying, migrations, reach
from shared.follow import View
from shared.laying import Plan
from shared.rebuild import rebuild_view
from shared.running import Flow, LocalPlatform
from shared.service import Service
from shared.settings import Settings

NAMES = (*embedded.BUILDERS, "portal")


@dataclass
class Migrated:
    """What was done to one database, or would be; ``waiting`` are views still to be built again."""

    database: str
    steps: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    walls: int = 0
    rebuilt: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    sql: str = ""

    @property
    def line(self) -> str:
        parts = [", ".join(self.steps), f"tables made: {', '.join(self.tables)}" if self.tables else ""]
        parts += [f"{self.walls} policies" if self.walls else "", *(f"{name} rebuilt" for name in self.rebuilt)]
        parts += [f"{name} waits to be rebuilt: gongkai rebuild {self.database} {name}" for name in self.waiting]
        return f"{self.database}: {'; '.join(part for part in parts if part) or 'nothing to do'}"


def add_to(app: typer.Typer) -> None:
    app.command()(migrate)


def migrate(
    service: Annotated[str, typer.Argument(help="One service or `portal`; without it all of them.")] = "",
    views: Annotated[bool, typer.Option(help="Also build views again whose definition has changed.")] = True,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Bring the tables to what this version needs. Safe to repeat; `--dry-run` prints the SQL."""
    settings = Settings.load()
    names = _names(settings, service)
    platform = LocalPlatform(settings, owner=True)
    try:
        with reach.service():
            found = [_Migration(platform, name, quiet=as_json).run(views=views, dry_run=dry_run) for name in names]
    finally:
        platform.close()
    lines = [one.sql.rstrip() or f"-- {one.database}: nothing to do" for one in found] if dry_run else []
    answer([asdict(one) for one in found], as_json, *(lines or [one.line for one in found]))


def _names(settings: Settings, service: str) -> Sequence[str]:
    if service and service not in NAMES:
        wrong(f"there is no service {service}; there are: {', '.join(NAMES)}")
    url = (settings.owner_url.get_secret_value() or settings.database_url.get_secret_value()).strip()
    if url and not service and "{service}" not in url:
        wrong("name the service whose database GONGKAI_OWNER_URL is, or write {service} where its name stands in it")
    return [service] if service else NAMES


@dataclass
class _Migration:
    platform: LocalPlatform
    name: str
    quiet: bool

    def run(self, *, views: bool, dry_run: bool) -> Migrated:
        service = embedded.BUILDERS[self.name](self.platform) if self.name in embedded.BUILDERS else None
        plan = Plan.of(service) if service else PORTAL
        engine = self.platform.engine(self.name)
        if dry_run:
            return self._would(engine, plan)
        laid = laying.lay(engine, plan, role=_role(self.platform.settings, engine, self.name))
        done = Migrated(self.name, laid.steps, laid.made, sum("CREATE POLICY" in line for line in laid.walls))
        for view in laid.stale:
            if service and views:
                self._rebuild(service, view)
                done.rebuilt.append(view.name)
            else:
                done.waiting.append(view.name)
        return done

    def _would(self, engine: Engine, plan: Plan) -> Migrated:
        with engine.connect() as tx:
            sql = migrations.statements(tx, plan.database)
            missing, stale = laying.judged(tx, plan.views)
        tables = [table for view in missing for table in view.metadata.tables]
        return Migrated(self.name, tables=tables, waiting=[view.name for view in stale], sql=sql)

    def _rebuild(self, service: Service, view: View) -> None:
        """Beside the live one, which the version that still runs goes on writing until the swap."""
        flow = Flow.of(service, self.platform)
        flow.follower.prepare()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=err, disable=self.quiet) as bar:
            task = bar.add_task(f"{self.name}: building {view.name} again", total=None)
            rebuild_view(
                flow.follower,
                view,
                accept_difference=True,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )


def _role(settings: Settings, engine: Engine, name: str) -> str:
    """The application's role, to whom rights are given: whoever GONGKAI_DATABASE_URL names."""
    if engine.dialect.name == "sqlite":
        return ""
    url = settings.database_url.get_secret_value().replace("{service}", name)
    role = make_url(url).username if url else name
    if not role:
        fail("GONGKAI_DATABASE_URL names no role: rights are given to the one the service connects as")
    if role == engine.url.username:
        fail(f"{role} is to own the tables and to use them: GONGKAI_OWNER_URL and GONGKAI_DATABASE_URL need two roles")
    return role
