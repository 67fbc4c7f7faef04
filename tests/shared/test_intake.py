"""Several topics read by one thread: the trouble of one loses nothing of another."""

from collections.abc import Mapping, Sequence

from shared.checkpoints import Checkpoint
from shared.cloudevents import to_record, topic_of
from shared.intake import LogIntake
from shared.log import LogUnavailable, Record
from shared.merging import AHEAD_MAX
from tests.shared.flows import COUNTY, Numbers, event_at
from tests.shared.towns import Town, engines, town

__all__ = ["engines", "town"]


class Shelf:
    """A log that hands out what has been laid on it, and cannot say how far it reaches while it is away."""

    def __init__(self) -> None:
        self.laid: list[Record] = []
        self.kept: list[Record] = []
        self.away = False

    def lay(self, service: str, position: int, partition: int, after: int, offset: int) -> None:
        sent = to_record(event_at(position, "organisation-A", position, service), COUNTY, 2, after)
        self.laid.append(Record(sent.topic, partition, offset, sent.key, sent.value, sent.headers))
        self.kept.append(self.laid[-1])

    def read(self, offsets: Mapping[tuple[str, int], int], limit: int = 0, wait: float = 0) -> Sequence[Record]:  # noqa: ARG002 - as the port names it
        if len(offsets) == 1:  # somebody looks for his place
            return [r for r in self.kept if r.offset >= offsets.get((r.topic, r.partition), r.offset + 1)][:limit]
        laid, self.laid = self.laid, []
        return laid

    def partitions(self, _topic: str) -> int:
        return 2

    def positions(self, topic: str) -> Mapping[int, int]:
        if self.away:
            raise LogUnavailable("away")
        return {0: 1, 1: AHEAD_MAX} if topic == topic_of(COUNTY, "publication") else {0: 2, 1: 0}

    def publish(self, _records: object) -> None: ...

    def close(self) -> None: ...


def test_a_log_that_goes_away_while_one_source_is_doubted_loses_nothing_of_another() -> None:
    # design 1.3
    log = Shelf()
    intake = LogIntake(log, COUNTY, {"catalogue": Checkpoint(), "publication": Checkpoint()})
    log.lay("catalogue", 1, 0, 0, 0)
    for offset in range(AHEAD_MAX):  # so far ahead of its other partition that a gap is suspected
        log.lay("publication", offset + 2, 1, offset + 1 if offset else 0, offset)
    log.away = True
    handed_out = _positions(intake)
    log.away = False
    log.lay("catalogue", 2, 0, 1, 1)
    assert handed_out + _positions(intake) == [("catalogue", 1), ("catalogue", 2)]


def _positions(intake: LogIntake) -> list[tuple[str, int]]:
    try:
        batches = intake.fetch(0.0)
    except LogUnavailable:
        return []
    return [(batch.source, event.position) for batch in batches for event in batch.events]


def test_what_is_reacted_to_waits_for_what_the_reaction_may_ask() -> None:
    # ARC-05: a file opened while catching up bears the name that the organisation had been given long before
    log = Shelf()
    starts = {"catalogue": Checkpoint(), "publication": Checkpoint()}
    intake = LogIntake(log, COUNTY, starts, first=frozenset({"catalogue"}))
    log.lay("publication", 1, 1, 0, 0)
    log.lay("catalogue", 1, 0, 0, 0)
    assert _positions(intake) == [("catalogue", 1)]
    log.away = True
    log.lay("publication", 2, 1, 1, 1)
    assert _positions(intake) == []
    log.away = False
    log.lay("catalogue", 2, 0, 1, 1)
    assert _positions(intake) == [("catalogue", 2), ("publication", 1), ("publication", 2)]


def test_a_stopped_source_holds_up_no_reaction_to_another() -> None:
    log = Shelf()
    starts = {"catalogue": Checkpoint(), "publication": Checkpoint()}
    intake = LogIntake(log, COUNTY, starts, first=frozenset({"catalogue"}))
    log.lay("catalogue", 2, 0, 1, 0)
    log.lay("catalogue", 3, 0, 2, 1)
    log.lay("publication", 1, 1, 0, 0)
    assert _positions(intake) == [("publication", 1)]
    assert "catalogue" in intake.gaps


class Asked(Numbers):
    hears = ("catalogue", "feedback")


def test_a_follower_reads_first_what_its_reactions_may_ask(town: Town) -> None:
    # of the two that are heard through the log, the reaction hears one
    follower = town.new_follower(Asked(town.engines["publication"]))
    follower.prepare()
    assert follower._open_others().first == {"feedback"}
