"""``gongkai verify [SERVICE]``: whether journal, logs, documents and views say the same, and if not, where.

It changes nothing and can run beside the services: what is only under way is said to be waiting, and is no difference.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from services import embedded
from services.cli.leaves import Published
from services.cli.offline import Opened, opened
from services.cli.output import AsJson, answer
from services.cli.progressing import Steps, steps
from shared.rebuild import AlreadyRebuilding, rebuild_view
from shared.recovery.comparing import compare_with_log
from shared.recovery.findings import KEPT_MAX, Difference, Findings
from shared.recovery.leaves import compare_leaves
from shared.recovery.papers import Papers
from shared.running import Flow, LocalPlatform


def add_to(app: typer.Typer) -> None:
    app.command()(verify)


@dataclass
class Verification:
    """Findings by service, and of the transparency log."""

    show: Steps
    findings: dict[str, Findings] = field(default_factory=dict)

    def of(self, name: str) -> Findings:
        return self.findings.setdefault(name, Findings())

    @property
    def good(self) -> bool:
        return all(found.good for found in self.findings.values())


def verify(
    service: Annotated[str, typer.Argument(help="One service; without it, all of them.")] = "",
    views: Annotated[bool, typer.Option("--views", help="Also make every view again beside the live one.")] = False,
    complete: Annotated[bool, typer.Option("--complete", help="What is only under way counts as missing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold the journal to the log, the transparency log and the documents, by counting and by hash; ends with 1 if
    they differ. Reads everything and changes nothing."""
    names = [service] if service else list(embedded.BUILDERS)
    with opened(*names, prepare=False) as found, steps(quiet=as_json) as show:
        done = Verification(show)
        for name, flow in found.flows.items():
            _one(done, name, flow, found.platform)
            _views(done, name, flow) if views else None
        _transparency(done, found)
    if complete:
        _count_waiting(done)
    value = {"good": done.good, "checked": {name: each.as_dict() for name, each in done.findings.items()}}
    answer(value, as_json, *_lines(done))
    if not done.good:
        raise typer.Exit(1)


def _one(done: Verification, name: str, flow: Flow, platform: LocalPlatform) -> None:
    found, papers = done.of(name), Papers(name)
    with done.show.step(f"{name}: journal and log") as progress:
        confirmed, county = flow.relay.stored(), platform.settings.county
        journal = platform.journals[name]
        compare_with_log(journal, platform.log, county, confirmed, found, progress=progress, see=papers.see)
    with done.show.step(f"{name}: documents") as progress:
        papers.check(platform.documents, found, progress)


def _views(done: Verification, name: str, flow: Flow) -> None:
    found = done.of(name)
    for view in flow.service.views:
        with done.show.step(f"{name}: view {view.name}") as progress:
            try:
                made = rebuild_view(flow.follower, view, progress=progress, dry_run=True)
            except AlreadyRebuilding as busy:
                found.wait(str(busy), 1)
                continue
        found.figures[f"view {view.name}"] = made.digest
        if not made.same:
            what = f"the view {view.name} has other rows than the events make; `gongkai rebuild {name} {view.name}`"
            found.add(Difference("view-differs", name, what))


def _transparency(done: Verification, found: Opened) -> None:
    """The log is audit's; where it is not on this machine, that is said."""
    platform = found.platform
    findings = done.of("transparency log")
    published = Published(platform.settings.var / "tlog", platform.settings.county, _ledger(found), findings)
    if published.checkpoint is None:
        if findings.good:
            findings.wait(f"no checkpoint in {published.folder}: asked on another machine than audit's?", 1)
        return
    with done.show.step("transparency log") as progress:
        journals = {name: platform.journals[name] for name in found.flows}
        compare_leaves(published.leaves(), published.size, journals, findings, progress)


def _ledger(found: Opened) -> Engine | None:
    """Audit's database, if it can be reached from here; with the one of another service only leaves are counted."""
    url = found.platform.settings.database_url.get_secret_value()
    if "audit" not in found.flows and url and "{service}" not in url:
        return None
    engine = found.platform.engine("audit")
    try:
        return engine if inspect(engine).has_table("entries") else None
    except SQLAlchemyError:
        return None


def _count_waiting(done: Verification) -> None:
    for name, found in done.findings.items():
        for what, count in found.waiting.items():
            found.add(Difference("waiting", name, f"{count} {what}"))


def _lines(done: Verification) -> Iterator[str]:
    for name, found in done.findings.items():
        figures = ", ".join(f"{_told(value)} {what.replace('_', ' ')}" for what, value in found.figures.items())
        yield f"{name}: {'good' if found.good else f'{found.total} DIFFERENCES'}; {figures or 'nothing read'}"
        yield from (f"  waiting: {count} {what}" for what, count in found.waiting.items())
        yield from (f"  {one.kind}: {one}" for one in found.differences)
        if found.total > KEPT_MAX:
            yield f"  and {found.total - KEPT_MAX} more: {dict(found.counts)}"
    yield "everything agrees" if done.good else "what differs is listed above; docs/recovery.md says what to do"


def _told(value: Any) -> str:
    return value[:16] if isinstance(value, str) else str(value)
