"""A change whose items come to be several units' is not stuck: any of them may refuse it, and its items are free."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.fengyang import fengyang
from tests.journeys.house import House
from tests.journeys.test_change_chain import CATALOGUE, CHANGES, REASON, requested


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = fengyang(tmp_path)
    yield house
    house.close()


def test_when_the_division_parts_its_items_any_unit_in_charge_of_one_may_refuse(house: House) -> None:  # CAT-16, ORG-09
    lines = [{"kind": "terminate", "sub_item": "4.2"}, {"kind": "terminate", "sub_item": "6.5"}]
    done = requested(house, lines=lines)
    division = {"units": {"C6": "FY-DZB"}, "on": "2026-07-06"}
    house.do("he-jing", "/catalogue/v1/towns/fengyang/division", division)
    path = f"{CHANGES}/{done['id']}"
    for person in ("sun-wei", "qian-li"):
        assert house.refused(person, f"{path}/approval", version=done["version"]) == "NOT_YOUR_REMIT"
    refusal = {"reason": "请分别提出"}
    assert house.refused("li-min", f"{path}/refusal", refusal, version=done["version"]) == "NOT_YOUR_REMIT"
    house.do("qian-li", f"{path}/refusal", refusal, version=done["version"])
    own = {"base_version": 1, "reason": REASON, "lines": lines[1:]}
    again = house.do("ma-xiaoyan", f"{CATALOGUE}/changes", own)
    assert house.get("qian-li", f"{CHANGES}/{again['id']}")["unit"] == "FY-DZB"
