"""Progress of long commands: a line per step on stderr, gone when the step is done; silent for machines."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from services.cli.output import err
from shared.recovery.findings import Progress


@dataclass(frozen=True)
class Steps:
    bar: Bar

    @contextmanager
    def step(self, text: str) -> Iterator[Progress]:
        task = self.bar.add_task(text, total=None)
        try:
            yield lambda done, total: self._move(task, done, total)
        finally:
            self.bar.remove_task(task)

    def _move(self, task: TaskID, done: int, total: int) -> None:
        self.bar.update(task, completed=done, total=total)


@contextmanager
def steps(*, quiet: bool) -> Iterator[Steps]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=err, disable=quiet) as bar:
        yield Steps(bar)
