"""A draft that has lain is asked anew when it is to be shown: by the catalogue, by filings, and by who planned it."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from shared.documents import NoSuchDocument
from shared.scope import Scope
from tests.publication.liushu import BOARD, COLUMN, ITEMS, RELEASED_INSIDE, RELEASED_OUTSIDE, Liushu, adopted, at

DUES = ITEMS[0].id
INSIDE_ONLY = {"scope": "inside", "audience_outside": None}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Liushu]:
    standing = Liushu(tmp_path, at(4, 9, 9))
    yield standing
    standing.close()


def approved(world: Liushu) -> str:
    disclosure = world.drafted()
    world.approved(disclosure)
    return disclosure


def shown_inside(world: Liushu) -> str:
    disclosure = approved(world)
    world.go_to(at(4, 10, 14))
    world.released_inside(disclosure)
    return disclosure


def catalogue(world: Liushu, **dues: Any) -> None:
    """The next version of the catalogue, in force at once: the dues otherwise, or without them."""
    items = (ITEMS[0].model_copy(update=dues), *ITEMS[1:]) if dues else ITEMS[1:]
    world.tell(c.REGISTRY, "catalogue-FY-R1", adopted(world.clock.now().date(), 2, items))


def released(world: Liushu, disclosure: str, side: str) -> str:
    channels = RELEASED_INSIDE if side == "inside" else RELEASED_OUTSIDE
    answer = world.step("ma-xiaoyan", disclosure, f"release-{side}", {"channels": world.evidence(channels)})
    return str(answer.json().get("code", answer.status_code))


def withhold(world: Liushu) -> None:
    filed = c.WithholdingFiled(
        withholding=f"{DUES}/1", town="fengyang", organisation="FY-R1", item=DUES, sub_item="3.9", kind="not-suitable",
        ground="state-secret", citation="保密法", until=None, addressed_to="FY", late_workdays=0, reviewer="he-tao",
        filed_by="wang-jianjun", on=world.clock.now().date(),
    )  # fmt: skip
    world.tell(c.REGISTRY, f"withholding-{DUES}/1", filed)


def last(world: Liushu, disclosure: str) -> tuple[str, str]:
    event = world.service.handler.journal.stream(f"disclosure-{disclosure}")[-1]
    return event.name, str(event.data.get("reason", ""))


def test_what_the_catalogue_has_narrowed_meanwhile_is_not_shown_to_society(world: Liushu) -> None:  # PUB-03, CAT-19
    disclosure = shown_inside(world)
    world.go_to(at(4, 13, 9))
    catalogue(world, **INSIDE_ONLY)
    assert released(world, disclosure, "outside") == "NOT_IN_FORCE"
    assert world.ask("", f"/shown/{disclosure}").status_code == 404


def test_what_is_for_named_persons_by_now_is_not_shown_to_all_members(world: Liushu) -> None:  # ORG-11, CAT-19
    disclosure = approved(world)
    world.go_to(at(4, 10, 14))
    catalogue(world, **INSIDE_ONLY, audience_inside=Scope.NAMED)
    assert released(world, disclosure, "inside") == "NOT_IN_FORCE"


def test_an_item_that_was_revoked_is_shown_to_nobody_new(world: Liushu) -> None:  # CAT-16, A-19
    disclosure = approved(world)
    world.go_to(at(4, 10, 14))
    catalogue(world)
    assert released(world, disclosure, "inside") == "NOT_IN_FORCE"


def test_while_a_filing_withholds_an_item_it_is_not_released(world: Liushu) -> None:  # CAT-14, CAT-15
    disclosure = approved(world)
    world.go_to(at(4, 10, 14))
    withhold(world)
    assert released(world, disclosure, "inside") == "WITHHELD"


def test_what_was_shown_is_corrected_whatever_became_of_its_item(world: Liushu) -> None:  # PUB-31
    disclosure = shown_inside(world)
    catalogue(world)
    wrong = {"title": "党费收缴", "text": "应缴6,210.00元。", "note": "金额有误", "found_by": "he-tao"}
    assert world.step("ma-xiaoyan", disclosure, "corrections", wrong).status_code == 201
    world.approved(disclosure)
    assert released(world, disclosure, "inside") == "200"


@pytest.mark.parametrize(("change", "reason"), [("narrowed", "NOT_IN_FORCE"), ("withheld", "WITHHELD")])
def test_a_planned_release_is_asked_the_same(world: Liushu, change: str, reason: str) -> None:  # PUB-04, CAT-15
    disclosure = shown_inside(world)
    when = at(4, 20, 14)
    planned = {"at": when.isoformat(), "channels": [COLUMN | {"posted_at": when.isoformat()}]}
    assert world.step("ma-xiaoyan", disclosure, "schedule-outside", planned).status_code == 201
    world.go_to(at(4, 12, 9))
    if change == "narrowed":
        catalogue(world, **INSIDE_ONLY)
    else:
        withhold(world)
    world.go_to(when)
    assert last(world, disclosure) == ("ScheduledReleaseMissed", reason)


def test_nothing_is_released_in_the_name_of_who_has_left(world: Liushu) -> None:  # ORG-15, PUB-04
    disclosure = approved(world)
    when = at(4, 20, 14)
    planned = {"at": when.isoformat(), "channels": [BOARD | {"posted_at": when.isoformat()}]}
    assert world.step("ma-xiaoyan", disclosure, "schedule-inside", planned).status_code == 201
    world.go_to(at(4, 15, 9))
    left = c.PostLeft(organisation="FY-R1", post="FY-R1/clerk", person="ma-xiaoyan", on=date(2026, 4, 15))
    world.tell(c.REGISTRY, "organisation-FY-R1", left)
    world.go_to(when)
    assert last(world, disclosure) == ("ScheduledReleaseMissed", "NOT_YOUR_REMIT")


def test_a_release_refused_for_its_version_leaves_nothing_in_clear(world: Liushu) -> None:  # PUB-35
    disclosure, content = world.drafted(), "会议讨论稿".encode()
    world.attach(disclosure, "a.txt", content)
    world.approved(disclosure)
    world.go_to(at(4, 10, 14))
    stale = {"channels": world.evidence(RELEASED_INSIDE)}
    answer = world.do("ma-xiaoyan", f"/disclosures/{disclosure}/release-inside", stale, version=2)
    assert answer.json()["code"] == "VERSION_CONFLICT"
    with pytest.raises(NoSuchDocument):
        world.platform.documents.get(f"sha256:{hashlib.sha256(content).hexdigest()}")
