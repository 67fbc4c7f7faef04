"""What pages ask for beside an organisation's own things: a town's own channels, and changes by where they stand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.fengyang import fengyang
from tests.journeys.house import House

CHANNELS = "/catalogue/v1/towns/fengyang/channels"
CHANGES = "/catalogue/v1/changes"
GROUP = {"channel": "wechat-group", "name_zh": "党员微信群", "name_en": "Chat group", "audience": "inside"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = fengyang(tmp_path)
    yield house
    house.close()


def test_anyone_reads_a_towns_own_channels_with_the_days_of_their_terms(house: House) -> None:  # PUB-16
    house.do("he-jing", CHANNELS, GROUP | {"evidence": ["group"], "on": "2026-03-01"})
    house.do("he-jing", CHANNELS, GROUP | {"evidence": ["group", "sent-at"], "on": "2026-05-01"})
    house.do("he-jing", f"{CHANNELS}/wechat-group/withdrawal", {"on": "2026-09-01"})
    first, second = house.get("", CHANNELS)
    assert (first["since"], first["until"], first["evidence"]) == ("2026-03-01", "2026-05-01", ["group"])
    assert (second["since"], second["until"], second["name_en"]) == ("2026-05-01", "2026-09-01", "Chat group")
    assert house.get("", "/catalogue/v1/towns/heshan/channels") == []


def test_changes_are_asked_for_by_where_they_stand(house: House) -> None:  # CAT-16
    body = {"base_version": 1, "reason": "误列", "lines": [{"kind": "revoke", "sub_item": "6.5"}]}
    change = house.do("ma-xiaoyan", "/catalogue/v1/organisations/FY-R1/changes", body)["id"]
    found = {
        stage: [row["change"] for row in house.get("sun-wei", CHANGES, town="fengyang", stage=stage)["items"]]
        for stage in ("requested", "approved", "")
    }
    assert found == {"requested": [change], "approved": [], "": [change]}
