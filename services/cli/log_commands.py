"""``gongkai audit-log verify``: watch the transparency log, over HTTP as anyone may, or from its files."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from services.audit.tlog import monitor
from services.audit.tlog.monitor import LogAway, OverHttp, Report
from services.audit.tlog.setup import FOLDER, peers_of
from services.audit.tlog.store import Store
from services.audit.tlog.witnesses import Witnesses
from services.audit.views.entries import Entries
from services.cli.check_proof import PolicyFile, VKey, trusted
from services.cli.output import AsJson, answer, fail, wrong
from services.cli.progressing import steps
from shared import reach
from shared.running import LocalPlatform
from shared.settings import Settings
from shared.transparency.keys import NoteWrong
from shared.transparency.notes import Checkpoint, split_note
from shared.transparency.trust import Policy

app = typer.Typer(help="The transparency log, watched from outside.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """So that the one command keeps its name."""


@app.command()
def verify(
    url: Annotated[str, typer.Option(help="The log's address; without it, the files under GONGKAI_VAR.")] = "",
    vkey: VKey = "",
    policy: PolicyFile = None,
    kept: Annotated[list[Path] | None, typer.Option(help="A checkpoint kept from earlier; may be repeated.")] = None,
    witnesses: Annotated[bool, typer.Option(help="Ask the witnesses of the policy what they have seen.")] = False,
    ledger: Annotated[bool, typer.Option(help="Hold it against audit's database too, entry by entry.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hash every entry again and hold tiles and signature against that; ends with 1 and says where if one differs.

    Keep the checkpoint it read: with --kept the next time shows that nothing was taken back in between.
    """
    trust, settings = trusted(vkey, policy), Settings.load()
    reader = OverHttp(url) if url else Store(settings.var / FOLDER)
    earlier = [(str(file), _kept(file)) for file in kept or ()]
    if witnesses and not isinstance(trust, Policy):
        wrong("the witnesses stand in the policy: --policy")
    if witnesses and isinstance(trust, Policy):
        earlier += _seen(trust, settings)
    with steps(quiet=as_json) as show, show.step("transparency log") as progress:
        try:
            rows = _ledger(settings) if ledger else None
            report = monitor.verify(reader, trust, earlier=earlier, ledger=rows, progress=progress)
        except LogAway as away:
            fail(f"the log does not answer: {away}")
    answer(_value(report), as_json, *_lines(report))
    if not report.good:
        raise typer.Exit(1)


def _kept(file: Path) -> Checkpoint:
    try:
        return Checkpoint.parse(split_note(file.read_bytes())[0])
    except OSError as fault:
        wrong(f"{file} cannot be read: {fault.strerror}")
    except NoteWrong as fault:
        wrong(f"{file} is no checkpoint: {fault}")


def _seen(policy: Policy, settings: Settings) -> list[tuple[str, Checkpoint]]:
    """What the witnesses that answer have cosigned last of the policy's logs."""
    found: list[tuple[str, Checkpoint]] = []
    for log in policy.logs:
        known = {known.name: known for known in policy.witnesses}
        asked = Witnesses(log.verifier, known, peers_of(policy, settings, {}))
        found += [(f"witness {name}", checkpoint) for name, checkpoint in asked.views()]
        asked.close()
    return found


def _ledger(settings: Settings) -> Iterator[bytes]:
    platform = LocalPlatform(settings)
    with reach.service(), closing(platform):
        yield from (row.entry for row in Entries(platform.engine("audit"), settings.county).all())


def _value(report: Report) -> dict[str, object]:
    at = report.checkpoint
    log = {"origin": at.origin, "size": at.size, "root": at.root.hex()} if at else None
    faults = [vars(fault) for fault in report.faults]
    return {"good": report.good, "log": log, "entries": report.entries, "cosigned": report.cosigned, "faults": faults}


def _lines(report: Report) -> Iterator[str]:
    at = report.checkpoint
    if at:
        yield f"{at.origin}: {report.entries} of {at.size} entries read and hashed"
    yield from (f"cosigned by {name}" for name in sorted(report.cosigned))
    yield from (f"{fault.kind}: {fault.where}: {fault.what}" for fault in report.faults)
    yield "nothing was changed, taken back or told twice" if report.good else "the log is not what was signed"
