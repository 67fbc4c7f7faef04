"""What was shown to whom at an instant, as it was and as it was known; held against a naive model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.archive.views.shown_history import Instants, ShownHistory
from shared.events import Recorded
from shared.testing import recorded, view_of
from tests.feedback.world import corrected, noon, released

MEMBERS, SOCIETY = "members:FY-R1", "society"
STORY = [
    recorded(*released(True, [MEMBERS], at=noon(4, 10, 14)), 1, at=noon(4, 10, 14)),
    recorded(*released(False, [SOCIETY], at=noon(4, 13, 9)), 2, at=noon(4, 13, 9)),
    recorded(*released(True, [MEMBERS], version=2, at=noon(4, 14, 10), replaces=1), 3, at=noon(4, 14, 10)),
    recorded(*corrected([MEMBERS], at=noon(4, 14, 10)), 4, at=noon(4, 14, 10)),
    recorded(*released(False, [SOCIETY], version=2, at=noon(4, 15, 10), replaces=1), 5, at=noon(4, 15, 10)),
    recorded(*corrected([SOCIETY], at=noon(4, 15, 10)), 6, at=noon(4, 15, 10)),
]


def versions(view: ShownHistory, audiences: Sequence[str], at: datetime, known_at: datetime | None = None) -> list[int]:
    return [row["version"] for row in view.shown(audiences, Instants(at, known_at))]


def test_a_villager_and_a_member_saw_different_things_on_the_same_day() -> None:  # ARC-02, PUB-02, PUB-03
    history = view_of(ShownHistory, STORY)
    seen = {day: (versions(history, [MEMBERS], noon(4, day, 18)), versions(history, [SOCIETY], noon(4, day, 18)))
            for day in (9, 10, 13, 14, 15)}  # fmt: skip
    assert seen == {9: ([], []), 10: ([1], []), 13: ([1], [1]), 14: ([2], [1]), 15: ([2], [2])}


def test_a_version_is_shown_from_its_very_instant_until_just_before_the_next() -> None:  # ARC-02
    history = view_of(ShownHistory, STORY)
    moment = timedelta(microseconds=1)
    assert versions(history, [MEMBERS], noon(4, 10, 14) - moment) == []
    assert versions(history, [MEMBERS], noon(4, 14, 10) - moment) == [1]
    assert versions(history, [MEMBERS], noon(4, 14, 10)) == [2]


def test_what_was_known_then_is_not_what_is_known_now() -> None:  # ARC-02, SUP-13
    late = recorded(*corrected([MEMBERS], at=noon(4, 12)), 2, at=noon(5, 4))
    history = view_of(ShownHistory, [STORY[0], late])
    assert versions(history, [MEMBERS], noon(4, 20)) == []
    assert versions(history, [MEMBERS], noon(4, 20), known_at=noon(4, 30)) == [1]
    assert versions(history, [MEMBERS], noon(4, 11), known_at=noon(5, 5)) == [1]


def test_a_correction_ends_every_earlier_version_that_its_audience_still_had() -> None:  # ARC-02, PUB-31
    third = [
        recorded(*released(True, [MEMBERS], version=3, at=noon(4, 16, 10), replaces=2), 5, at=noon(4, 16, 10)),
        recorded(*corrected([MEMBERS], version=3, at=noon(4, 16, 10)), 6, at=noon(4, 16, 10)),
        recorded(*released(False, [SOCIETY], version=3, at=noon(4, 17, 10), replaces=2), 7, at=noon(4, 17, 10)),
        recorded(*corrected([SOCIETY], version=3, at=noon(4, 17, 10)), 8, at=noon(4, 17, 10)),
    ]
    history = view_of(ShownHistory, [*STORY[:4], *third])
    assert versions(history, [SOCIETY], noon(4, 16, 18)) == [1], "version 2 never came outside"
    assert versions(history, [SOCIETY], noon(4, 17, 18)) == [3]
    assert versions(history, [MEMBERS], noon(4, 17, 18)) == [3]


def test_one_version_over_two_audiences_is_one_row() -> None:  # ARC-02
    [row] = view_of(ShownHistory, STORY[:2]).shown([MEMBERS, SOCIETY], Instants(noon(4, 13)))
    assert row["audiences"] == [MEMBERS, SOCIETY]


# --- a naive model: believe each release from its recording on; a correction ends what it replaces ---


@dataclass(frozen=True)
class Belief:
    disclosure: str
    version: int
    audience: str
    since: datetime
    until: datetime | None = None


def naive(events: Sequence[Recorded], audience: str, at: datetime, known_at: datetime) -> set[tuple[str, int]]:
    beliefs: list[Belief] = []
    for event in (e for e in events if e.recorded_at <= known_at):
        data = event.data
        instant = datetime.fromisoformat(data["at"])
        if event.name == "VersionCorrected":
            beliefs = [_ended(b, data["disclosure"], data["replaces"], data["audiences"], instant) for b in beliefs]
        else:
            beliefs += [Belief(data["disclosure"], data["version"], a, instant) for a in data["audiences"]]
    standing = (b for b in beliefs if b.audience == audience and b.since <= at and (b.until is None or at < b.until))
    return {(b.disclosure, b.version) for b in standing}


def _ended(belief: Belief, disclosure: str, version: int, audiences: Sequence[str], at: datetime) -> Belief:
    earlier = belief.disclosure == disclosure and belief.version <= version
    same = earlier and belief.audience in audiences
    return replace(belief, until=min(at, belief.until or at)) if same else belief


HOURS = st.integers(0, 9)  # few, so that instants often coincide
AUDIENCES = st.lists(st.sampled_from([MEMBERS, SOCIETY]), min_size=1, unique=True)
STEP = st.tuples(st.booleans(), st.sampled_from(["a", "b"]), st.integers(1, 2), AUDIENCES, HOURS, st.integers(0, 2))


def history_of(steps: Sequence[tuple[bool, str, int, list[str], int, int]]) -> list[Recorded]:
    """Releases and corrections with any valid instants, recorded in order."""
    events, hour = [], 0
    for position, (is_release, disclosure, version, audiences, valid, later) in enumerate(steps, 1):
        hour += later
        at = noon(4, 1) + timedelta(hours=valid)
        fact = (
            released(True, audiences, disclosure=disclosure, version=version, at=at)
            if is_release
            else corrected(audiences, disclosure=disclosure, version=version + 1, at=at)
        )
        events.append(recorded(*fact, position, at=noon(4, 1) + timedelta(hours=hour)))
    return events


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(STEP, max_size=10), asked=st.lists(st.tuples(HOURS, HOURS), min_size=8, max_size=16))
def test_any_history_answers_as_the_naive_model_does(
    steps: list[tuple[bool, str, int, list[str], int, int]], asked: list[tuple[int, int]]
) -> None:  # ARC-02
    events = history_of(steps)
    view = view_of(ShownHistory, events)
    for hour, known in asked:
        at, known_at = noon(4, 1) + timedelta(hours=hour), noon(4, 1) + timedelta(hours=known)
        for audience in (MEMBERS, SOCIETY):
            rows = view.shown([audience], Instants(at, known_at))
            assert {(r["disclosure"], r["version"]) for r in rows} == naive(events, audience, at, known_at)
    view.engine.dispose()
