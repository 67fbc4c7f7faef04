"""What a change of the catalogue is to those who publish by it and to those who read."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services.catalogue import events as c
from services.catalogue.events.changes import ItemChange
from shared import calendars
from shared.due_days import DueDay
from shared.events import Recorded
from tests.publication.liushu import ITEMS, WORDS, Liushu, adopted, at, item

CALENDAR = calendars.load_all()
CHANGE = {"change": "C1", "town": "fengyang", "organisation": "FY-R1"}
WHY = "内部说明：此事项改由支部讨论。"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Liushu]:
    standing = Liushu(tmp_path, at(4, 9, 9))
    yield standing
    standing.close()


def filed(world: Liushu, line: ItemChange, on: date) -> None:
    """The county has received the change for the record: it may be announced."""
    asked = {"lines": (line,), "reason": WHY, "on": on}
    requested = c.ChangeRequested(
        **CHANGE, **asked, base_version=1, unit="FY-DJB", on_behalf_of="FY", requested_by="liu-fang"
    )
    due = DueDay.of(CALENDAR.add(on, 3), "P-18.announce")
    received = c.ChangeFiled(
        **CHANGE, **asked, filing="f", number="青1", deemed=False, received_by="j", persons=("liu-fang",), announce=due
    )
    for fact in (requested, received):
        world.tell(c.REGISTRY, "change-C1", fact)


def test_the_change_of_a_cadre_item_is_announced_outside_any_cadre_matter(world: Liushu) -> None:  # CAT-19, PUB-18
    publicity = item("5.5", "immediate", "任前公示")
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 4, 1), 2, (*ITEMS, publicity)))
    filed(world, ItemChange(kind="revoke", item=publicity.id, sub_item="5.5", was=publicity), date(2026, 4, 9))
    announcing = {"item": publicity.id, "announces": "C1", **WORDS}
    assert world.do("ma-xiaoyan", "/disclosures", announcing).status_code == 201
    assert world.do("ma-xiaoyan", "/disclosures", {"item": publicity.id, **WORDS}).json()["code"] == "STEP_OUT_OF_ORDER"


def test_a_reason_announced_inside_only_stays_inside(world: Liushu) -> None:  # CAT-19, ORG-11
    shown = world.drafted()
    world.approved(shown)
    world.go_to(at(4, 10, 14))
    world.released_inside(shown)
    world.go_to(at(4, 13, 9))
    world.released_outside(shown)
    inside = ITEMS[0].model_copy(update={"scope": "inside", "audience_outside": None, "methods": ("meeting",)})
    world.go_to(at(4, 20, 9))
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(date(2026, 4, 20), 2, (inside, *ITEMS[1:])))
    line = ItemChange(kind="revoke", item=inside.id, sub_item="3.9", was=inside)
    filed(world, line, date(2026, 4, 21))
    ended = c.ChangeAnnounced(
        **CHANGE,
        lines=(line,),
        reason=WHY,
        filing="f",
        number="青1",
        disclosures=("dX",),
        approved_by="y",
        announced_by=("ma-xiaoyan",),
        on=date(2026, 4, 22),
    )
    world.tell(c.REGISTRY, "change-C1", ended)
    assert world.ask("", f"/shown/{shown}").json()["notice"] is None
    assert world.ask("chen-xiuying", f"/shown/{shown}").json()["notice"]["explanation"] == WHY


def test_of_two_changes_from_one_day_on_the_second_takes_no_duty_from_the_first(world: Liushu) -> None:  # PUB-22
    first = tuple(i.model_copy(update={"content": "改了"}) if i.sub_item == "4.2" else i for i in ITEMS)
    second = tuple(i.model_copy(update={"basis": "另"}) if i.sub_item == "3.9" else i for i in first)
    world.go_to(at(5, 18, 9))
    told = [heard(world, adopted(date(2026, 5, 18), number, items)) for number, items in ((2, first), (3, second))]
    assert told[0].position < told[1].position
    world.go_to(at(5, 18, 10))
    duties = world.ask("ma-xiaoyan", "/obligations", organisation="FY-R1", limit="100").json()["items"]
    assert "FY-R1/4.2/republication/2026-05-18" in [duty["obligation"] for duty in duties]


def heard(world: Liushu, fact: c.CatalogueAdopted) -> Recorded:
    """By the views alone, as when publication was away and hears several facts in one batch: views come first."""
    reactions, world.service.reactions = world.service.reactions, ()
    try:
        return world.tell(c.REGISTRY, "catalogue-FY-R1", fact)
    finally:
        world.service.reactions = reactions


def test_that_nothing_changed_is_attested_only_of_what_was_shown(tmp_path: Path) -> None:  # PUB-25, PUB-36
    world = Liushu(tmp_path, at(2, 9, 9))
    duty = "FY-R1/3.9/fine-tune/2026-02"
    version = world.service.handler.journal.stream(f"obligation-{duty}")[-1].version
    refused = world.do("ma-xiaoyan", f"/obligations/{duty}/no-change", None, version=version)
    world.close()
    assert refused.json()["code"] == "STEP_OUT_OF_ORDER"
