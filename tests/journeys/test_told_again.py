"""No order of deliveries and no lost one leaves a change or a receipt where it is: it is asked again, and done once."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, permutations
from pathlib import Path
from typing import Any

import pytest

from services.catalogue import events as c
from shared.clock import at
from shared.events import Context, Event, Recorded
from tests.catalogue.test_change import REASON
from tests.journeys.fengyang import ADOPTED, JULY_6, adopted, county, fengyang, item, tell
from tests.journeys.house import House
from tests.journeys.test_change_chain import CASES, CATALOGUE, CHANGES, FILINGS, announced, approved, step
from tests.journeys.test_withholding import CASE_OF_X, filed

NUMBER = "青党公备〔2026〕1号"


def a_little_later(house: House) -> list[str]:
    return house.go_to(house.clock.instant + timedelta(minutes=2))


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[House]:
    """Fengyang, where catalogue and audit react to nothing: only the ticker asks."""
    house = fengyang(tmp_path)
    for name in ("catalogue", "audit"):
        house.services[name].reactions = ()
    yield house
    house.close()


def test_a_change_reaches_its_end_though_no_delivery_was_taken_up(deaf: House) -> None:  # CAT-16 to CAT-19
    change = approved(deaf)
    assert deaf.ask("he-jing", f"{CASES}/{change}").status_code == 404
    assert a_little_later(deaf) == ["CaseOpened"]
    step(deaf, "zhao-guoqiang", f"{CASES}/{change}", "audit", {})
    assert sorted(a_little_later(deaf)) == ["ChangePassedAudit", "FilingSubmitted"]
    step(deaf, "jiang-ping", f"{FILINGS}/{change}", "receipt")
    assert a_little_later(deaf) == ["ChangeFiled"]
    announced(deaf, change)
    assert deaf.get("liu-fang", f"{CATALOGUE}/catalogue")["version"] == 1
    a_little_later(deaf)
    assert deaf.get("liu-fang", f"{CATALOGUE}/catalogue")["version"] == 1, "the reactions are still waited for"
    a_little_later(deaf)
    assert a_little_later(deaf) == []
    assert deaf.facts("catalogue", "change").count("ChangeAnnounced") == 1
    assert [s["state"] for s in deaf.get("he-jing", f"{CHANGES}/{change}")["steps"]] == ["done"] * 4
    assert deaf.get("liu-fang", f"{CATALOGUE}/catalogue")["version"] == 2


def test_a_withholding_is_filed_and_its_receipt_recorded_though_nobody_listened(deaf: House) -> None:  # CAT-15, A-04
    done = filed(deaf, "liu-fang", "/catalogue/v1/organisations/FY-R1", CASE_OF_X | {"until": "2026-09-30"})
    assert a_little_later(deaf) == ["FilingSubmitted"]
    step(deaf, "he-jing", f"{FILINGS}/{done['id']}", "receipt")
    assert a_little_later(deaf) == ["WithholdingReceipted"]
    assert a_little_later(deaf) == []


# --- the catalogue alone, told by hand ---

DELIVERIES = ("audit", "receipt", "inside", "outside")
ORDERS = list(permutations(DELIVERIES))
positions = {"audit": count(1), "publication": count(1)}


def test_in_whatever_order_it_is_told_it_is_bound_once(tmp_path: Path) -> None:  # CAT-17 to CAT-19
    house = House(tmp_path, at(ADOPTED, 9), ("catalogue",))
    tell(house, county())
    tell(house, [("catalogue-FY-R1", adopted("FY-R1"))])
    house.go_to(JULY_6)
    for number, order in enumerate(ORDERS, start=1):
        tell(house, under_way(number))
        for delivery in order:
            told(house, delivery, number)
    in_time = [f"C{1 + number}" for number, order in enumerate(ORDERS) if order[:2] == ("audit", "receipt")]
    assert bound(house) == dict.fromkeys(in_time, 1), "whatever came too early was refused"
    a_little_later(house)
    assert bound(house) == {f"C{number}": 1 for number in range(1, len(ORDERS) + 1)}
    assert house.facts("catalogue", "change").count("ChangeAnnounced") == len(ORDERS)
    assert a_little_later(house) == []
    house.close()


def test_what_can_never_be_taken_up_is_shown_to_who_runs_the_platform(tmp_path: Path) -> None:  # CAT-19, A-21
    house = House(tmp_path, at(ADOPTED, 9), ("catalogue",))
    tell(house, county())
    tell(house, [("catalogue-FY-R1", adopted("FY-R1"))])
    house.go_to(JULY_6)
    tell(house, under_way(1))
    for delivery in ("audit", "receipt"):
        told(house, delivery, 1)
    told(house, "inside", 1, released_by="sun-wei")
    told(house, "outside", 1)
    assert a_little_later(house) == []
    assert stalled(house) == 0, "not yet"
    house.go_to(house.clock.instant + timedelta(hours=2))
    assert stalled(house) == 1
    told(house, "inside", 1)
    assert stalled(house) == 0, "announced again, by another person"
    assert bound(house) == {"C1": 1}
    house.close()


def stalled(house: House) -> int:
    text = house.clients["catalogue"].get("/metrics").text
    line = next(row for row in text.splitlines() if row.startswith("gongkai_changes_stalled{"))
    assert 'town="fengyang"' in line
    return int(float(line.rsplit(" ", 1)[1]))


def bound(house: House) -> dict[str, int]:
    """How often each change has become a version."""
    journal = house.services["catalogue"].handler.journal
    adoptions = [e.data["changes"] for e in journal.read(0) if e.name == "CatalogueAdopted"]
    changes = [change for adoption in adoptions for change in adoption]
    return {change: changes.count(change) for change in changes}


def under_way(number: int) -> list[tuple[str, Event]]:
    """A change that adds an item and was approved."""
    new = item("FY-R1", f"3.{11 + number}", "immediate", title_zh="新增", title_en="New")
    line = c.ItemChange(kind="add", item=new.id, sub_item=new.sub_item, becomes=new)
    names: dict[str, Any] = {"change": f"C{number}", "town": "fengyang", "organisation": "FY-R1"}
    asked: dict[str, Any] = {"round": 1, "lines": (line,), "reason": REASON, "unit": "FY-DJB", "on_behalf_of": "FY"}
    asked |= {"requested_by": "ma-xiaoyan", "on": date(2026, 7, 6)}
    requested = c.ChangeRequested(**names, **asked, base_version=1)
    lodged = c.ItemsLodged(**names, items=(new.id,))
    passed = c.ChangeApproved(**names, **asked, approved_by="sun-wei")
    stream = f"change-C{number}"
    return [(stream, requested), ("catalogue-FY-R1", lodged), (stream, passed)]


def told(house: House, delivery: str, number: int, **more: Any) -> None:
    """One fact of audit or publication comes to the catalogue."""
    change, day = f"C{number}", "2026-07-06"
    place = {"town": "fengyang", "organisation": "FY-R1", "on": day}
    shown = place | {"disclosure": f"D{number}", "item": f"FY-R1/3.{11 + number}", "announces": change}
    shown |= {"released_by": "liu-fang"} | more
    filing = {"filing": change, "about": "change", "reference": change, "addressed_to": "QS"}
    facts: dict[str, tuple[str, dict[str, Any]]] = {
        "audit": ("ChangeAudited", place | {"change": change, "round": 1, "note": "", "by": "zhao-guoqiang"}),
        "receipt": ("FilingReceived", place | filing | {"number": NUMBER, "deemed": False, "by": "jiang-ping"}),
        "inside": ("DisclosureReleasedInside", shown),
        "outside": ("DisclosureReleasedOutside", shown),
    }
    name, data = facts[delivery]
    service = "audit" if delivery in ("audit", "receipt") else "publication"
    position = next(positions[service])
    streams = {"audit": f"case-{change}", "receipt": f"filing-{change}"}
    event = Recorded(
        service=service,
        position=position,
        stream=streams.get(delivery, f"disclosure-D{number}"),
        version=1,
        event_id=f"{service}-{position}",
        type=f"cn.gongkai.{service}.{name}.v1",
        recorded_at=house.clock.now(),
        data=data,
        context=Context(town="fengyang", actor="somebody", post="FY-R1/secretary"),
    )
    house._tell(event)
    house.settle()
