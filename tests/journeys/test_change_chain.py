"""A change of a catalogue goes through four steps by four persons, and binds only when it was announced."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.clock import at
from tests.journeys.fengyang import fengyang
from tests.journeys.house import House

CATALOGUE = "/catalogue/v1/organisations/FY-R1"
CHANGES, CASES, FILINGS = "/catalogue/v1/changes", "/audit/v1/cases", "/audit/v1/filings"
DISCLOSURES, SHOWN = "/publication/v1/disclosures", "/publication/v1/shown"
REASON = "事项已并入镇综治中心统一公开"
MEETING = {"channel": "meeting", "on": "2026-07-10", "present": 30, "of": 43, "minutes": "第7号"}
BOARD = {"channel": "activity-room-board", "place": "党员活动室", "posted_at": "2026-07-10T14:00:00+08:00"}
COLUMN = {"channel": "public-column", "place": "村口", "sheet": "A3", "posted_at": "2026-07-13T09:00:00+08:00"}
WORDS = {"title": "关于终止公开事项6.5的公告", "text": "自公告之日起终止，原因如下。", "summary": "终止6.5"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = fengyang(tmp_path)
    yield house
    house.close()


def requested(house: House, person: str = "ma-xiaoyan", **more: Any) -> dict[str, Any]:
    body = {"base_version": 1, "reason": REASON, "lines": [{"kind": "terminate", "sub_item": "6.5"}]} | more
    return house.do(person, f"{CATALOGUE}/changes", body)


def approved(house: House, **more: Any) -> str:
    done = requested(house, **more)
    house.do("sun-wei", f"{CHANGES}/{done['id']}/approval", version=done["version"])
    return str(done["id"])


def step(house: House, person: str, path: str, act: str, body: Any = None) -> dict[str, Any]:
    return house.do(person, f"{path}/{act}", body, version=house.get("he-jing", path)["version"])


def refused(house: House, person: str, path: str, act: str, body: Any = None) -> str:
    return house.refused(person, f"{path}/{act}", body, version=house.get("he-jing", path)["version"])


def filed(house: House, **more: Any) -> str:
    change = approved(house, **more)
    step(house, "zhao-guoqiang", f"{CASES}/{change}", "audit", {"note": "同意"})
    step(house, "jiang-ping", f"{FILINGS}/{change}", "receipt")
    return change


def drafted(house: House, change: str, item: str = "FY-R1/6.5") -> str:
    """An announcement, examined by two others."""
    body = {"item": item, "announces": change, **WORDS}
    done = house.do("ma-xiaoyan", DISCLOSURES, body)
    steps: list[tuple[str, str, Any]] = [
        ("ma-xiaoyan", "submit", {"attested_by": ["ma-xiaoyan"]}),
        ("he-tao", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}),
        ("liu-fang", "approve", None),
    ]
    for person, act, what in steps:
        done = house.do(person, f"{DISCLOSURES}/{done['id']}/{act}", what, version=done["version"])
    return str(done["id"])


def release(house: House, person: str, disclosure: str, side: str, *channels: Any) -> Any:
    version = house.services["publication"].handler.journal.stream(f"disclosure-{disclosure}")[-1].version
    path = f"{DISCLOSURES}/{disclosure}/release-{side}"
    return house.command(person, path, {"channels": list(channels)}, version=version)


def announced(house: House, change: str, item: str = "FY-R1/6.5") -> str:
    disclosure = drafted(house, change, item)
    house.clock.instant = at(date(2026, 7, 10), 14)
    assert release(house, "liu-fang", disclosure, "inside", MEETING, BOARD).status_code == 200
    house.clock.instant = at(date(2026, 7, 13), 9)
    assert release(house, "liu-fang", disclosure, "outside", COLUMN).status_code == 200
    return disclosure


def test_a_change_binds_after_all_four_steps_and_the_chain_is_one_answer(house: House) -> None:  # CAT-16 to CAT-19
    change = filed(house)
    page = house.get("liu-fang", f"{CHANGES}/{change}")
    assert [s["state"] for s in page["steps"]] == ["done", "done", "done", "waiting"]
    assert house.get("liu-fang", f"{CATALOGUE}/catalogue")["version"] == 1
    announced(house, change)
    page = house.get("liu-fang", f"{CHANGES}/{change}")
    acts = {(a["act"], a["person"], a["post"]) for s in page["steps"] for a in s["acts"]}
    assert acts >= {
        ("requested", "ma-xiaoyan", "FY-R1/clerk"),
        ("approved", "sun-wei", "FY-DJB/unit-officer"),
        ("audited", "zhao-guoqiang", "FY/leading-group-head"),
        ("received", "jiang-ping", "QS/county-office"),
        ("announced-inside", "liu-fang", "FY-R1/secretary"),
        ("announced-outside", "liu-fang", "FY-R1/secretary"),
    }
    assert [s["state"] for s in page["steps"]] == ["done"] * 4
    assert [s["due"]["due"] if s["due"] else None for s in page["steps"]] == [
        None,
        "2026-07-13",
        "2026-07-13",
        "2026-07-09",
    ]
    assert [d["count"] for d in page["steps"][3]["due"]["days"]] == [0, 1, 2, 3]
    version = house.get("liu-fang", f"{CATALOGUE}/catalogue")
    assert (version["version"], version["effective"]) == (2, "2026-07-13")
    assert "6.5" not in {item["sub_item"] for item in version["items"]}
