"""``gongkai check FILE.tlog-proof``: whether a receipt of the transparency log holds, without asking the log."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from services.audit.tlog import receipts
from services.audit.tlog.leaves import SHOWN
from services.audit.tlog.receipts import Receipt
from services.cli.output import AsJson, answer, fail, wrong
from shared.clock import SHANGHAI
from shared.transparency.keys import NoteWrong, Verifier
from shared.transparency.merkle import ProofWrong
from shared.transparency.trust import Policy, PolicyWrong

VKey = Annotated[str, typer.Option("--vkey", help="The log's public key as its keeper gave it to you, or a file.")]
PolicyFile = Annotated[Path | None, typer.Option("--policy", help="The log's trust policy: asks for witnesses too.")]


def add_to(app: typer.Typer) -> None:
    app.command()(check)


def check(
    receipt: Annotated[Path, typer.Argument(help="The receipt, a .tlog-proof file.")],
    vkey: VKey = "",
    policy: PolicyFile = None,
    event: Annotated[Path | None, typer.Option(help="The event as JSON: is it the one of the receipt?")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a receipt of the transparency log on this machine alone; ends with 1 if it does not hold."""
    log = trusted(vkey, policy)
    try:
        found = receipts.check_receipt(_read(receipt), log)
        if event:
            receipts.check_event(found, _event(event))
    except ProofWrong as fault:
        fail(f"does not hold: {fault}")
    answer(_value(found, event), as_json, *_lines(found, event))


def trusted(vkey: str, policy: Path | None) -> Verifier | Policy:
    """Whom the one who asks trusts: a key, or a policy. Ends the command where it is neither."""
    if bool(vkey) == bool(policy):
        wrong("say whom you trust: --vkey, or --policy for the witnesses too")
    try:
        if policy:
            return Policy.parse(_read(policy))
        return Verifier.parse(vkey if "+" in vkey else _read(Path(vkey)).decode(errors="replace"))
    except NoteWrong as fault:
        wrong(f"not a log's public key: {fault}")
    except PolicyWrong as fault:
        wrong(f"{policy} is no trust policy: {fault}")


def _lines(found: Receipt, event: Path | None) -> Iterator[str]:
    said, at = found.entry, found.checkpoint
    yield f"holds: {at.origin} has signed for it"
    yield from (f"witness {name} has seen it in the log at {_told(when)}" for name, when in found.cosigned.items())
    yield f"event {said.get('position')} of {said.get('service')}"
    yield f"entry {found.index} of the {at.size} that the log had then"
    if found.shown:
        yield "what was shown, as it stands in the log:"
        told = ((name, found.shown.get(name)) for name in SHOWN)
        yield from (f"  {name}: {_plain(value)}" for name, value in told if value not in ("", [], None, 0))
    if event:
        yield f"{event} is that event, unchanged"


def _value(found: Receipt, event: Path | None) -> dict[str, Any]:
    at = found.checkpoint
    return {
        "holds": True,
        "index": found.index,
        "log": {"origin": at.origin, "size": at.size, "root": at.root.hex()},
        "entry": dict(found.entry),
        "shown": dict(found.shown),
        "cosigned": dict(found.cosigned),
        "event_checked": bool(event),
    }


def _told(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _event(file: Path) -> dict[str, Any]:
    try:
        event = json.loads(_read(file))
    except ValueError:
        wrong(f"{file} is not JSON")
    if not isinstance(event, dict):
        wrong(f"{file} is not one event")
    return event


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        wrong(f"{file} cannot be read: {fault.strerror}")
