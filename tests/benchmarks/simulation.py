"""Whether a machine of measured speed carries a county or a province: a queue of arrivals, simulated hour by hour.

Start at :func:`sized`. Work comes in at random (Poisson), more at the end of the month; each stage is a server that
takes one piece at a time and hands it on. ``python -m tests.benchmarks.simulation`` reads the last run's figures.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.benchmarks.rows import percentile

YEAR_HOURS_AT_WORK = 250 * 8
PEAK = 6.0  # the busiest hour at the end of a month, against the mean hour at work
RESULT = Path("var/bench.json")


@dataclass(frozen=True)
class Stage:
    """One server; ``seconds`` is the mean time it takes for a piece, ``fixed`` if it is always the same."""

    name: str
    seconds: float
    fixed: bool = False


@dataclass(frozen=True)
class Waited:
    """What a stage came to: the share of time it was at work, and seconds from arrival at it until done."""

    stage: str
    busy: float
    p50: float
    p99: float
    mean: float


@dataclass(frozen=True)
class Place:
    """How much a place records in a year; ``databases`` share it evenly (a province keeps one for each county)."""

    name: str
    events_a_year: int
    databases: int = 1

    @property
    def peak_a_second(self) -> float:
        """Events for one database in the busiest hour of the month's end."""
        return PEAK * self.events_a_year / self.databases / YEAR_HOURS_AT_WORK / 3600


COUNTY = Place("a county", 2_000_000)
PROVINCE = Place("a province, a database for each county", 200_000_000, databases=100)
ONE_FOR_ALL = Place("a province in one database", 200_000_000)


def simulated(stages: Sequence[Stage], a_second: float, count: int, seed: int = 7) -> Iterator[Waited]:
    """``count`` pieces through all stages in turn, first come first served."""
    chance = Random(seed)
    arrivals, now = list[float](), 0.0
    for _ in range(count):
        now += chance.expovariate(a_second)
        arrivals.append(now)
    for stage in stages:
        done, free, worked = list[float](), 0.0, 0.0
        for at in arrivals:
            took = stage.seconds if stage.fixed else chance.expovariate(1 / stage.seconds)
            free = max(free, at) + took
            worked += took
            done.append(free)
        waits = [end - at for end, at in zip(done, arrivals, strict=True)]
        mean = sum(waits) / count
        yield Waited(stage.name, worked / done[-1], percentile(waits, 0.5), percentile(waits, 0.99), mean)
        arrivals = done


def stages_of(found: dict[str, float]) -> list[Stage]:
    """From figures a second: a command is answered, its event is shipped, a view shows it."""
    return [
        Stage("command over HTTP", 1 / found["command"]),
        Stage("relay", 1 / found["relay"]),
        Stage("view", 1 / found["view"]),
    ]


def measured(result: Path = RESULT) -> dict[str, float]:
    """The figures of the last run. Raises KeyError for one that it does not have."""
    rows = {row["what"]: row for row in json.loads(result.read_text())["rows"]}
    starts = {"command": "a command over HTTP", "relay": "relay into Kafka", "view": "view obligations"}
    found: dict[str, float] = {}
    for name, start in starts.items():
        fitting = [row["ours"] for what, row in rows.items() if what.startswith(start) and row["ours"]]
        if not fitting:
            raise KeyError(f"{result} has no row that begins with: {start}")
        found[name] = min(fitting)
    return found


def sized(found: dict[str, float], places: Sequence[Place] = (COUNTY, PROVINCE, ONE_FOR_ALL)) -> Iterator[str]:
    """A line of Markdown for each place and stage; a stage that more comes to than it can do is said to overflow."""
    yield "| place | events/s in the busiest hour | stage | at work | p50 | p99 |"
    yield "|---|---:|---|---:|---:|---:|"
    for place in places:
        head = f"| {place.name} | {place.peak_a_second:.1f} "
        stages = stages_of(found)
        if over := [stage.name for stage in stages if stage.seconds * place.peak_a_second >= 1]:
            yield f"{head}| {', '.join(over)} | overflows | | |"
            continue
        hour = max(10_000, int(3600 * place.peak_a_second))
        for wait in simulated(stages, place.peak_a_second, hour):
            yield f"{head}| {wait.stage} | {wait.busy:.1%} | {1000 * wait.p50:.1f} ms | {1000 * wait.p99:.1f} ms |"


if __name__ == "__main__":
    for line in sized(measured()):
        sys.stdout.write(f"{line}\n")
