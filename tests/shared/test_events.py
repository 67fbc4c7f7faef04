"""Events keep their meaning for ever: old versions are lifted, strangers refused, readers deaf to what is more."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from shared.decider import Decider
from shared.events import Event, Heard, Recorded, Registry, UnknownEvent, hear
from shared.handling import Do, Handler
from shared.testing import recorded


class Posted(Event):
    """Version 1 said only where; version 2 also says on what; version 3 names the place ``place``."""

    VERSION: ClassVar[int] = 3
    place: str
    sheet: str


def say_the_sheet(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"sheet": "A3"}


def call_it_place(data: dict[str, Any]) -> dict[str, Any]:
    return {"place": data["where"], "sheet": data["sheet"]}


NOW = Registry("made-up", [Posted], {("Posted", 1): say_the_sheet, ("Posted", 2): call_it_place})


def as_written(version: int, **data: Any) -> Recorded:
    fresh = recorded(NOW, "board-1", Posted(place="", sheet=""), 1)
    return Recorded(
        fresh.service,
        fresh.position,
        fresh.stream,
        fresh.version,
        fresh.event_id,
        f"cn.gongkai.made-up.Posted.v{version}",
        fresh.recorded_at,
        data,
        fresh.context,
    )


@pytest.mark.parametrize(
    "old",
    [
        as_written(1, where="村口"),
        as_written(2, where="村口", sheet="A3"),
        as_written(3, place="村口", sheet="A3"),
    ],
    ids=["v1", "v2", "v3"],
)
def test_every_version_ever_written_reads_as_the_present_one(old: Recorded) -> None:
    assert NOW.read(old) == Posted(place="村口", sheet="A3")

    assert NOW.plain(old) == {"place": "村口", "sheet": "A3"}
    assert NOW.plain(as_written(3, place="村口", sheet="A3")) == {"place": "村口", "sheet": "A3"}


def test_plain_data_has_the_fields_that_came_after_it_was_recorded() -> None:
    class Nailed(Event):
        where: str
        nails: int = 4
        tools: tuple[str, ...] = ("hammer",)

    now = Registry("made-up", [Nailed])
    for _ in range(2):
        early = replace(as_written(1, where="村口"), type="cn.gongkai.made-up.Nailed.v1")
        assert now.plain(early) == {"where": "村口", "nails": 4, "tools": ["hammer"]}


@pytest.mark.parametrize("read", [NOW.read, NOW.plain])
def test_a_version_newer_than_the_program_is_refused(read: Callable[[Recorded], object]) -> None:
    with pytest.raises(UnknownEvent, match=r"Posted\.v4"):
        read(as_written(4, place="村口", sheet="A3"))


def test_a_version_without_its_step_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        Registry("made-up", [Posted]).read(as_written(1, where="村口"))


def test_an_event_of_another_registry_is_refused() -> None:
    class Strange(Event):
        """Not listed."""

    with pytest.raises(UnknownEvent):
        NOW.type_of(Strange())


def test_old_facts_fold_into_the_present_state() -> None:
    class Old:
        service = "made-up"

        def stream(self, stream: str, after: int = 0) -> list[Recorded]:
            return [as_written(1, where="村口")] if stream == "board-1" and after == 0 else []

    boards: Decider[str, object, Posted] = Decider("board", "", lambda _s, _c: [], lambda _s, event: event.place)
    handler = Handler(Old(), NOW)  # type: ignore[arg-type]  # only reads
    assert handler.state(boards, Do(boards, "1", None).identity) == (1, "村口")


class PostedAsHeard(Heard):
    SERVICE: ClassVar[str] = "made-up"
    EVENT: ClassVar[str] = "Posted"
    place: str


def test_a_reader_takes_what_it_uses_and_is_deaf_to_the_rest() -> None:
    heard = hear(as_written(3, place="村口", sheet="A3", added_later=True), PostedAsHeard)
    assert heard == PostedAsHeard(place="村口")


def test_what_is_not_meant_for_a_reader_is_not_heard() -> None:
    class Other(Heard):
        SERVICE: ClassVar[str] = "another"
        EVENT: ClassVar[str] = "Posted"

    assert hear(as_written(3, place="村口", sheet="A3"), Other) is None


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Posted(place="村口", sheet="A3").place = "elsewhere"  # type: ignore[misc]  # the mistake that is shown
