"""``gongkai check FILE.tlog-proof``: whether a receipt of the transparency log holds, without asking the log."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from services.audit.tlog import receipts
from services.audit.tlog.receipts import Receipt
from services.cli.output import AsJson, answer, fail, wrong
from shared.transparency.keys import NoteWrong, Verifier
from shared.transparency.merkle import ProofWrong


def add_to(app: typer.Typer) -> None:
    app.command()(check)


def check(
    receipt: Annotated[Path, typer.Argument(help="The receipt, a .tlog-proof file.")],
    vkey: Annotated[str, typer.Option(help="The log's public key, as its keeper gave it to you, or a file of it.")],
    event: Annotated[Path | None, typer.Option(help="The event as JSON: is it the one of the receipt?")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a receipt of the transparency log on this machine alone; ends with 1 if it does not hold."""
    log = _key(vkey)
    try:
        found = receipts.check_receipt(_read(receipt), log)
        if event:
            receipts.check_event(found, _event(event))
    except ProofWrong as fault:
        fail(f"does not hold: {fault}")
    answer(_value(found, event), as_json, *_lines(found, event))


def _lines(found: Receipt, event: Path | None) -> list[str]:
    said, at = found.entry, found.checkpoint
    lines = [
        f"holds: {at.origin} has signed for it",
        f"event {said.get('position')} of {said.get('service')}",
        f"entry {found.index} of the {at.size} that the log had then",
    ]
    return [*lines, f"{event} is that event, unchanged"] if event else lines


def _value(found: Receipt, event: Path | None) -> dict[str, Any]:
    at = found.checkpoint
    log = {"origin": at.origin, "size": at.size, "root": at.root.hex()}
    return {"holds": True, "index": found.index, "log": log, "entry": dict(found.entry), "event_checked": bool(event)}


def _key(vkey: str) -> Verifier:
    text = vkey if "+" in vkey else _read(Path(vkey)).decode(errors="replace")
    try:
        return Verifier.parse(text)
    except NoteWrong as fault:
        wrong(f"not a log's public key: {fault}")


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
