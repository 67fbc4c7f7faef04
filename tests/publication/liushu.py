"""Liushu Village's branch for tests of publication: its catalogue in force from 2026-02-01 and the year's calendar."""

from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from httpx2 import Response
from openpyxl import Workbook

from services.catalogue import events as c
from services.publication.main import build
from shared import calendars
from shared.clock import business_day
from shared.scope import Scope
from tests.feedback.world import World, noon

EFFECTIVE = date(2026, 2, 1)
DUES_ITEM = "FY-R1/3.9"
DUES = f"{DUES_ITEM}/replacement/2026-Q1"
WORDS = {
    "title": "2026年第一季度党费收缴情况",
    "text": "党员43名，应缴党费6,120.00元，实缴并上缴6,120.00元。",
    "summary": "一季度党费6,120元已全部上缴。",
    "led_text": "柳树村党支部一季度党费6120元已上缴",
}
MEETING = {"channel": "meeting", "on": "2026-04-10", "present": 38, "of": 43, "minutes": "会议记录第4号"}
BOARD = {"channel": "activity-room-board", "place": "党员活动室", "posted_at": "2026-04-10T14:30:00+08:00"}
COLUMN = {"channel": "public-column", "place": "村口", "sheet": "A3", "posted_at": "2026-04-13T09:00:00+08:00"}
WEBSITE = {"channel": "website", "url": "https://fengyang.example/3.9"}
LED = {
    "channel": "led",
    "screen": "village-hall",
    "shown_from": "2026-04-13T09:00:00+08:00",
    "shown_to": "2026-04-30T18:00:00+08:00",
}
ID_NUMBER = "110101199003074514"
RELEASED_INSIDE: list[dict[str, Any]] = [MEETING, BOARD]
RELEASED_OUTSIDE: list[dict[str, Any]] = [COLUMN, WEBSITE, LED]


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return noon(month, day, hour) + timedelta(minutes=minute)


def item(sub_item: str, kind: str, title: str, **more: Any) -> c.Item:
    fields: dict[str, Any] = {
        "id": f"FY-R1/{sub_item}",
        "sub_item": sub_item,
        "category": f"C{sub_item[0]}",
        "title_zh": title,
        "title_en": title,
        "content": title,
        "basis": "党务公开条例",
        "scope": "inside-then-outside",
        "audience_inside": Scope.MEMBERS,
        "audience_outside": Scope.SOCIETY,
        "methods": ("meeting", "activity-room-board", "public-column"),
        "kind": kind,
        "unit": "FY-DJB",
    }
    return c.Item(**fields | more)


ITEMS = (
    item("3.9", "periodic", "党费收缴", cycle="quarterly", fine_tune="monthly"),
    item("4.2", "long-term", "议事规则"),
    item("4.3", "immediate", "民主生活会", scope="inside", audience_outside=None),
)


def adopted(effective: date = EFFECTIVE, version: int = 1, items: tuple[c.Item, ...] = ITEMS) -> c.CatalogueAdopted:
    return c.CatalogueAdopted(
        catalogue="FY-R1",
        organisation="FY-R1",
        town="fengyang",
        version=version,
        items=items,
        exclusions=(),
        effective=effective,
        adopted_by="zhao-guoqiang",
        on_behalf_of="FY",
        on=date(2026, 1, 20),
    )


class Liushu(World):
    """Publication over HTTP on a given day, its duties raised; ``steps`` below carry a disclosure as far as asked."""

    def __init__(self, folder: Path, now: datetime) -> None:
        super().__init__(build, folder, now)
        self.written = False
        for year in calendars.load_all().years.values():
            fields = {name: getattr(year, name) for name in ("year", "source", "holidays", "make_up_workdays")}
            notice = c.CalendarPublished(version=year.version + 1, **fields)
            self.tell(c.REGISTRY, f"calendar-{year.year}", notice)
        self.tell(c.REGISTRY, "catalogue-FY-R1", adopted())
        self.tick()

    def catch_up(self) -> None:
        """Also with what its own reactions have written."""
        while self.own < self.service.handler.journal.head():
            super().catch_up()

    def go_to(self, when: datetime) -> None:
        """All that falls due by then falls due."""
        self.clock.instant = when
        while self.tick():
            pass

    def step(self, person: str, disclosure: str, act: str, body: dict[str, Any] | None = None) -> Response:
        """The next command to a disclosure, in knowledge of its present version."""
        version = self.service.handler.journal.stream(f"disclosure-{disclosure}")[-1].version
        return self.do(person, f"/disclosures/{disclosure}/{act}", body, version=version)

    def drafted(self, **more: str) -> str:
        """For the quarter's dues; once that duty has its disclosure, for the item alone (PUB-36)."""
        about = {"item": DUES_ITEM} if self.written and "obligation" not in more else {"obligation": DUES}
        answer = self.do("ma-xiaoyan", "/disclosures", about | WORDS | more)
        assert answer.status_code == 201, answer.text
        self.written = True
        return str(answer.json()["id"])

    def approved(self, disclosure: str) -> None:
        """Attested, reviewed and approved by the three who may."""
        people = {"submit": "ma-xiaoyan", "review": "he-tao", "approve": "wang-jianjun"}
        bodies: dict[str, dict[str, Any] | None] = {
            "submit": {"attested_by": ["wang-jianjun", "ma-xiaoyan"]},
            "review": {"cleared": True, "confirms_scope": True, "confirms_time_limit": True},
            "approve": None,
        }
        for act, person in people.items():
            answer = self.step(person, disclosure, act, bodies[act])
            assert answer.status_code == 200, answer.text

    def released_inside(self, disclosure: str) -> None:
        answer = self.step("ma-xiaoyan", disclosure, "release-inside", {"channels": self.evidence(RELEASED_INSIDE)})
        assert answer.status_code == 200, answer.text

    def released_outside(self, disclosure: str) -> None:
        answer = self.step("ma-xiaoyan", disclosure, "release-outside", {"channels": self.evidence(RELEASED_OUTSIDE)})
        assert answer.status_code == 200, answer.text

    def evidence(self, channels: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """These channels, held, posted and switched on now."""
        now = self.clock.now()
        stamps = {"on": business_day(now).isoformat(), "posted_at": now.isoformat(), "shown_from": now.isoformat()}
        later = (now + timedelta(days=14)).isoformat()
        ended = {"shown_to": later} if now >= datetime.fromisoformat(str(LED["shown_to"])) else {}
        return [{name: (stamps | ended).get(name, value) for name, value in c.items()} for c in channels]

    def attach(self, disclosure: str, name: str, content: bytes, *, mask: bool = False) -> Response:
        version = self.service.handler.journal.stream(f"disclosure-{disclosure}")[-1].version
        answer = self.client.post(
            f"/api/publication/v1/disclosures/{disclosure}/attachments",
            files={"file": (name, content)},
            data={"mask": str(mask).lower()},
            headers={
                "Authorization": "Bearer ma-xiaoyan",
                "Idempotency-Key": f"{name}-{mask}",
                "If-Match": f'"{version}"',
            },
        )
        self.catch_up()
        return answer


def sheet(number: str | int = ID_NUMBER) -> bytes:
    """The dues sheet, with something in Sheet1!C7."""
    workbook = Workbook()
    page = workbook.active
    assert page is not None
    page.title = "Sheet1"
    page["A1"], page["B2"], page["C7"] = "党费明细", 6120, number
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()
