"""A process of the platform that ends itself (kill -9) or stands still at a named step, when it is told to.

``python -m tests.faults.crashing FILE serve all`` is ``gongkai serve all`` with a watch on :data:`STEPS`. Nothing
happens until FILE says ``<signal>@<step>@<n>``: the n-th passage from then on sends the process the signal. Signal 0
holds only the thread that passes, until FILE says something else; FILE with ``.met`` says which it is. Leases are
short here, so that a pause outlasts them. The platform's own code knows nothing of this.
"""

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from threading import Lock, current_thread
from time import sleep
from typing import Any

LEASE_SECONDS = 1.5


@dataclass(frozen=True)
class Step:
    """Before or after a call of ``module:name``."""

    module: str
    name: str
    after: bool

    def owner(self) -> tuple[Any, str]:
        """What holds the attribute, and its name. Raises AttributeError where the code has moved on."""
        *path, last = self.name.split(".")
        owner: Any = importlib.import_module(self.module)  # noqa: TID251 - the module to be broken is a parameter
        for part in path:
            owner = getattr(owner, part)
        getattr(owner, last)
        return owner, last


def _both(label: str, module: str, name: str) -> dict[str, Step]:
    return {f"before {label}": Step(module, name, False), f"after {label}": Step(module, name, True)}


STEPS: dict[str, Step] = {
    **_both("the journal's commit", "shared.journal.transaction", "Transactions.write"),
    **_both("the relay's publish", "shared.log.embedded", "EmbeddedLog.publish"),
    "after the relay confirmed": Step("shared.relay", "Relay._confirm", True),
    **_both("a checkpoint is saved with its views", "shared.checkpoints", "save"),
    "after the views' commit": Step("shared.applying", "Applier.views_see", True),
    **_both("a reaction's commands", "shared.reacting", "Reactor.react"),
    "before a ticker's commands": Step("shared.reacting", "Reactor.tick", False),
    **_both("a document is kept", "shared.documents", "Documents.put"),
    **_both("a subject's keys are destroyed", "shared.personal_data.vault", "Vault.destroy"),
    **_both("a rebuilt view is swapped in", "shared.rebuild", "_Rebuild._swap"),
    **_both("a tile", "services.audit.tlog.store", "Store.write"),
    **_both("the tree's state", "services.audit.tlog.writer", "Writer._keep"),
    **_both("the checkpoint is published", "services.audit.tlog.store", "Store.publish"),
}


def watch(file: Path) -> None:
    """Put the watch around every step."""
    lock, passed = Lock(), {"": 0}

    def passing(label: str) -> None:
        try:
            said = file.read_text()
        except FileNotFoundError:
            return
        number, _, rest = said.partition("@")
        told, _, last = rest.partition("@")
        if told != label:
            return
        with lock:
            passed[said] = passed.get(said, 0) + 1
            met = passed[said] == int(last)
        if met and int(number):
            os.kill(os.getpid(), int(number))
        elif met:
            file.with_suffix(".met").write_text(current_thread().name)
            while file.read_text() == said:
                sleep(0.05)
            file.with_suffix(".met").unlink()

    for label, step in STEPS.items():
        owner, name = step.owner()
        setattr(owner, name, _watched(getattr(owner, name), label, step.after, passing))


def shorten_leases() -> None:
    from shared.lease import Lease

    acquire = Lease.acquire

    @wraps(acquire)
    def short(self: Lease) -> bool:
        self.seconds = min(self.seconds, LEASE_SECONDS)
        return acquire(self)

    Lease.acquire = short  # type: ignore[method-assign]  # planted


def _watched(function: Callable[..., Any], label: str, after: bool, passing: Callable[[str], None]) -> Any:
    @wraps(function)
    def watched(*args: Any, **named: Any) -> Any:
        if not after:
            passing(label)
        answer = function(*args, **named)
        if after:
            passing(label)
        return answer

    return watched


if __name__ == "__main__":
    watch(Path(sys.argv.pop(1)))
    shorten_leases()
    from services.cli import main

    main()
