"""Whether the transparency log holds every event of every journal, as it is. Start at :func:`compare_leaves`.

What a leaf looks like is the audit service's own affair: it hands in the leaves in their order and says whether one
fits an event.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from shared.events import Recorded
from shared.journal import Journal
from shared.recovery.findings import Difference, Findings, Progress, unseen
from shared.recovery.reading import journal_events

PROGRESS_EVERY = 1_000


@dataclass(frozen=True, slots=True)
class Leaf:
    """The ``index``-th entry: of which service's journal, which position. ``fits`` is None where nobody can say."""

    index: int
    service: str
    position: int
    fits: Callable[[Recorded], bool | None]


def compare_leaves(
    leaves: Iterable[Leaf], total: int, journals: Mapping[str, Journal], findings: Findings, progress: Progress = unseen
) -> None:
    """Leaves of services that are not among ``journals`` are passed over; ``total`` is for the progress alone."""
    tracks = {service: _Track(journal, journal.head(), findings) for service, journal in journals.items()}
    for count, leaf in enumerate(leaves, start=1):
        if leaf.service in tracks:
            tracks[leaf.service].take(leaf)
        if count % PROGRESS_EVERY == 0:
            progress(count, total)
    for track in tracks.values():
        track.finish()
    progress(total, total)


@dataclass
class _Track:
    """One journal read beside its leaves, whose positions must be 1, 2, 3 ... in the order of the leaves."""

    journal: Journal
    head: int
    findings: Findings
    at: int = 0
    hashed: int = 0
    events: Iterator[Recorded | int] = field(init=False)

    def __post_init__(self) -> None:
        self.events = journal_events(self.journal, 0, self.head)

    def take(self, leaf: Leaf) -> None:
        if leaf.position <= self.at:
            self._differ("leaf-twice", "a leaf for a position that has one before", leaf.position, leaf)
            return
        if leaf.position > self.at + 1:
            self._differ("leaf-missing", "no leaf for these", self.at + 1, leaf, leaf.position - 1)
        known: Recorded | int | None = None
        while self.at < min(leaf.position, self.head):
            known = next(self.events, None)
            self.at += 1
        self.at = leaf.position
        if leaf.position > self._head_beyond(leaf.position):
            what = "in the transparency log, but not in the journal: was the journal restored from an older backup?"
            self._differ("leaf-beyond", what, leaf.position, leaf)
        elif isinstance(known, Recorded):
            self._hold(leaf, known)

    def finish(self) -> None:
        name = self.journal.service
        self.findings.figures[f"{name}_leaves"] = self.at
        self.findings.figures[f"{name}_leaves_hashed"] = self.hashed
        self.findings.wait(f"{name} to be logged", self.head - self.at)

    def _hold(self, leaf: Leaf, event: Recorded) -> None:
        fits = leaf.fits(event)
        self.hashed += fits is not None
        if fits is False:
            self._differ("leaf-differs", "the leaf commits to other content than the journal has", leaf.position, leaf)

    def _head_beyond(self, position: int) -> int:
        """The head, asked again where a leaf is above it: the journal may have grown meanwhile."""
        if position > self.head and (head := self.journal.head()) > self.head:
            self.events, self.head = journal_events(self.journal, position, head), head
        return self.head

    def _differ(self, kind: str, what: str, first: int, leaf: Leaf, last: int = 0) -> None:
        where = f"leaf {leaf.index}"
        self.findings.add(Difference(kind, self.journal.service, what, first, last or first, where=where))
