"""What a benchmark says: one figure beside its peer or its limit, and whether the target is reached."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

T = TypeVar("T")
REACHED, MISSED = "reached", "NOT reached"


@dataclass(frozen=True)
class Row:
    """``at_least`` is of the ratio to the peer; ``at_most`` of our own figure; a row with neither only tells."""

    what: str
    ours: float
    unit: str
    peer: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return round(self.ours / self.peer, 2) if self.peer else None

    @property
    def target(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}x"
        return f"≤ {self.at_most:g} {self.unit}" if self.at_most is not None else ""

    @property
    def verdict(self) -> str:
        if self.at_least is not None:
            return REACHED if (self.ratio or 0.0) >= self.at_least else MISSED
        if self.at_most is not None:
            return REACHED if self.ours <= self.at_most else MISSED
        return ""

    def as_dict(self) -> dict[str, Any]:
        return {**vars(self), "ratio": self.ratio, "target": self.target, "verdict": self.verdict}


@dataclass(frozen=True)
class Effort:
    """How long to look. ``quick`` is for a first impression on a developer's machine."""

    quick: bool = False

    def pick(self, whole: T, quick: T) -> T:
        return quick if self.quick else whole


def in_turns(rounds: int, *ways: Callable[[], float]) -> list[float]:
    """Each way once a round, one after the other, so that what disturbs one disturbs all; the median of each."""
    found: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for figures, way in zip(found, ways, strict=True):
            figures.append(way())
    return [round(median(figures), 1) for figures in found]


def a_second(count: int, work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return count / (perf_counter() - started)


def percentile(values: Iterable[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
