"""An item of Liushu's is terminated on the running platform: four steps, three services, each hearing the others."""

from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2

from services.cli import demo
from tests.journeys import platforms
from tests.journeys.people import Person, World

CATALOGUE, PUBLICATION, AUDIT = "/api/catalogue/v1", "/api/publication/v1", "/api/audit/v1"
SECONDS_MAX = 60
REASON = "事项已由镇综治中心统一公开"


def until(person: Person, path: str, **wanted: Any) -> dict[str, Any]:
    """What the person finds there, once it has these values: the services hear each other in their own time."""
    end = monotonic() + SECONDS_MAX
    while monotonic() < end:
        answer = person.raw(path)
        if answer.status_code == 200 and all(answer.json()[name] == value for name, value in wanted.items()):
            found: dict[str, Any] = answer.json()
            return found
        sleep(0.1)
    raise AssertionError(f"{path} never came to {wanted}: {answer.text}")


def test_a_termination_on_the_embedded_platform(tmp_path: Path) -> None:  # CAT-16 to CAT-19, A-19, S12
    with platforms.embedded(tmp_path) as standing, httpx2.Client(base_url=standing.url, timeout=60) as client:
        demo.load_demo(client, lambda _step: None)
        tell(World(client))


def tell(world: World) -> None:
    office = world("he-jing")
    version = office.get(f"{CATALOGUE}/organisations/FY-R1/catalogue")["version"]
    line = {"kind": "terminate", "sub_item": "6.5"}
    body = {"base_version": version, "reason": REASON, "lines": [line]}
    done = world("wang-jianjun").does(f"{CATALOGUE}/organisations/FY-R1/changes", body)
    change = done["id"]
    world("sun-wei").does(f"{CATALOGUE}/changes/{change}/approval", version=done["version"])
    case = until(office, f"{AUDIT}/cases/{change}", stage="open")
    assert case["due_on"] == "2026-04-15"  # five working days after 04-08
    world("zhao-guoqiang").does(f"{AUDIT}/cases/{change}/audit", {"note": "同意"}, version=case["version"])
    filing = until(world("jiang-ping"), f"{AUDIT}/filings/{change}", stage="submitted")
    number = world("jiang-ping").does(f"{AUDIT}/filings/{change}/receipt", version=filing["version"])["result"][
        "number"
    ]
    until(office, f"{CATALOGUE}/changes/{change}", stage="filed", number=number)
    _announce(world, change)
    page = until(office, f"{CATALOGUE}/changes/{change}", stage="announced")
    assert [step["state"] for step in page["steps"]] == ["done"] * 4
    now = until(world("anyone"), f"{CATALOGUE}/organisations/FY-R1/catalogue", version=version + 1)
    assert "6.5" not in {item["sub_item"] for item in now["items"]}
    assert [(c["sub_item"], c["kind"], c["reason"]) for c in now["changes"]] == [("6.5", "terminate", REASON)]


def _announce(world: World, change: str) -> None:
    """Drafted by the clerk once publication knows of the receipt, examined by two, released by the clerk."""
    clerk = world("ma-xiaoyan")
    words = {"title": "终止公开事项6.5的公告", "text": REASON, "summary": "终止", "led_text": "终止6.5"}
    end = monotonic() + SECONDS_MAX
    while True:
        answer = clerk.command(f"{PUBLICATION}/disclosures", {"item": "FY-R1/6.5", "announces": change, **words})
        if answer.status_code == 201 or monotonic() > end:
            break
        assert answer.json()["code"] in ("FILING_REQUIRED", "NOT_FOUND"), answer.text
        sleep(0.1)
    done = answer.json()
    path = f"{PUBLICATION}/disclosures/{done['id']}"
    steps: list[tuple[str, str, Any]] = [
        ("ma-xiaoyan", "submit", {"attested_by": ["ma-xiaoyan"]}),
        ("he-tao", "review", {"cleared": True, "confirms_scope": True, "confirms_time_limit": True}),
        ("wang-jianjun", "approve", None),
        ("ma-xiaoyan", "release-inside", {"channels": [demo.BOARD | {"posted_at": "2026-04-08T08:30:00+08:00"}]}),
    ]
    for person, step, what in steps:
        done = world(person).does(f"{path}/{step}", what, version=done["version"])
    world.it_is("2026-04-09T10:00")
    column = demo.COLUMN | {"posted_at": "2026-04-09T10:00:00+08:00"}
    website = {"channel": "website", "url": "https://fengyang.example/6.5"}
    clerk.does(f"{path}/release-outside", {"channels": [column, website]}, version=done["version"])
