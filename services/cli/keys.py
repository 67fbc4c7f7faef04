"""``gongkai keys``: the key store of personal data: rotation of its secret, its own backup, and what follows a restore.

A backup of the keys is as good as the personal data itself: keep it apart from every other, and not for long.
"""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from services.cli.offline import opened
from services.cli.output import AsJson, DryRun, answer, err, wrong
from shared.events import Recorded
from shared.journal import Journal
from shared.personal_data.custody import vault_of
from shared.personal_data.reconciling import decided, reconcile
from shared.settings import Settings

app = typer.Typer(help="The keys of personal data, and of the transparency log.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="The backup of the keys, a file of JSON lines.")]
DECIDING = ("catalogue", "publication")  # whose journals decide that something is forgotten


@app.command()
def rotate(as_json: AsJson = False) -> None:
    """Wrap every key under GONGKAI_KEYS_SECRET; the former one stands in GONGKAI_KEYS_SECRET_BEFORE meanwhile."""
    with closing(vault_of(Settings.load())) as vault, _bar(as_json) as bar:
        task, done, of = bar.add_task("wrapping keys", total=None), 0, 0
        for done, of in vault.store.rotate():
            bar.update(task, completed=done, total=of)
    answer({"wrapped": done, "of": of}, as_json, f"{done} keys are wrapped under the present secret; forget the former")


@app.command()
def export(file: File, as_json: AsJson = False) -> None:
    """Write the key store's backup, its keys wrapped as they are: useless without the secret, and so kept apart."""
    count = 0
    with closing(vault_of(Settings.load())) as vault:
        fresh = file.with_name(f"{file.name}.part")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            for row in vault.store.export():
                count += row["table"] == "keys"
                out.write(json.dumps(row, sort_keys=True) + "\n")
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    answer({"keys": count, "file": str(file)}, as_json, f"{count} keys in {file}")


@app.command("import")
def import_(file: File, as_json: AsJson = False) -> None:
    """Put a backup's keys back, then forget again what has been forgotten since, as the journals say."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    except (OSError, ValueError) as unreadable:
        wrong(f"{file} is no backup of keys: {type(unreadable).__name__}")
    count, gone = put_back(iter(rows))
    said = f"{count} keys put back; {len(gone)} subjects stay forgotten ({sum(gone.values())} keys)"
    answer({"keys": count, "forgotten": gone}, as_json, said)


def put_back(rows: Iterator[dict[str, Any]]) -> tuple[int, dict[str, int]]:
    """How many keys were put back, and how many keys of whom were destroyed again."""
    with opened(*DECIDING, prepare=False) as found:
        vault = found.platform.vault
        count = vault.store.import_(rows)
        return count, reconcile(vault, _told(found.platform.journals))


@app.command("reconcile")
def again(dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """After the key store's database was restored by other means: forget again what the journals say."""
    with opened(*DECIDING, prepare=False) as found:
        events = _told(found.platform.journals)
        gone = dict.fromkeys(s for s, _ in decided(events)) if dry_run else reconcile(found.platform.vault, events)
    said = "would be forgotten" if dry_run else "are forgotten"
    answer({"forgotten": gone}, as_json, f"{len(gone)} subjects {said}")


def _told(journals: "dict[str, Any]") -> Iterator[Recorded]:
    for name in DECIDING:
        journal: Journal = journals[name]
        at = 0
        while events := journal.read(at, 500):
            yield from events
            at = events[-1].position


def _bar(quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=err, disable=quiet)
