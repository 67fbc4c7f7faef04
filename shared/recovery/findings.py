"""What a check found: each difference with its place, and how much was looked at. Start at :class:`Findings`.

However many differences there are, only the first are kept with their words; all are counted.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT_MAX = 100
Progress = Callable[[int, int], object]


def unseen(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``kind`` is stable for machines; ``first`` to ``last`` are journal positions (0: not about one);
    ``where`` names the place in the log (topic/partition@offset), the transparency log (leaf) or the storage.
    """

    kind: str
    service: str
    what: str
    first: int = 0
    last: int = 0
    stream: str = ""
    where: str = ""

    def __str__(self) -> str:
        positions = f" {self.first}" if self.first else ""
        positions += f"-{self.last}" if self.last > self.first else ""
        stream = f", stream {self.stream}" if self.stream else ""
        where = f", at {self.where}" if self.where else ""
        return f"{self.service}{positions}{stream}{where}: {self.what}"


@dataclass
class Findings:
    """``figures`` are what was counted and hashed, ``waiting`` what is only under way and no difference yet."""

    figures: dict[str, Any] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, difference: Difference) -> None:
        self.counts[difference.kind] += 1
        if len(self.differences) < KEPT_MAX:
            self.differences.append(difference)

    def wait(self, what: str, count: int) -> None:
        if count > 0:
            self.waiting[what] = self.waiting.get(what, 0) + count

    @property
    def good(self) -> bool:
        return not self.counts

    @property
    def total(self) -> int:
        return self.counts.total()

    def as_dict(self) -> dict[str, Any]:
        return {
            "good": self.good,
            "figures": self.figures,
            "waiting": self.waiting,
            "differences": [asdict(one) for one in self.differences],
            "counts": dict(self.counts),
        }
