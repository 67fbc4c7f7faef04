"""Fengyang as requirements 8.0 have it, with two branches' catalogues in force since 2026-02-01, told as facts."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from services.catalogue import events as c
from shared import calendars
from shared.clock import at
from shared.decider import Decider
from shared.events import Context, Event
from shared.handling import Do
from shared.identity import PostKind as P
from shared.scope import Scope
from tests.journeys.house import House

JULY_6 = at(date(2026, 7, 6), 9)
SINCE, ADOPTED, EFFECTIVE = date(2024, 1, 1), date(2026, 1, 20), date(2026, 2, 1)
ORGANISATIONS = (  # id, town, level, superior, name
    ("QS", "", "county", "", "中共青山县委员会"),
    ("FY", "fengyang", "town-committee", "QS", "中共凤阳镇委员会"),
    ("HS", "heshan", "town-committee", "QS", "中共河山镇委员会"),
    ("FY-DZB", "fengyang", "unit", "FY", "凤阳镇党政办"),
    ("FY-DJB", "fengyang", "unit", "FY", "凤阳镇党建办"),
    ("FY-CDI", "fengyang", "unit", "FY", "凤阳镇纪委"),
    ("FY-R1", "fengyang", "branch", "FY", "柳树村党支部"),
    ("FY-S1", "fengyang", "branch", "FY", "中心小学党支部"),
    ("HS-R1", "heshan", "branch", "HS", "东坪村党支部"),
)
POSTS = (
    ("QS", P.COUNTY_OFFICE, "jiang-ping"),
    ("FY", P.COMMITTEE_SECRETARY, "zhao-guoqiang"),
    ("FY", P.LEADING_GROUP_HEAD, "zhao-guoqiang"),
    ("FY", P.LEADING_GROUP_OFFICE, "he-jing"),
    ("FY", P.CLERK, "xu-lan"),
    ("HS", P.LEADING_GROUP_OFFICE, "tang-ning"),
    ("FY-DZB", P.UNIT_OFFICER, "qian-li"),
    ("FY-DJB", P.UNIT_OFFICER, "sun-wei"),
    ("FY-DJB", P.UNIT_OFFICER, "zhou-min"),
    ("FY-CDI", P.CDI_SECRETARY, "li-min"),
    ("FY-R1", P.SECRETARY, "liu-fang"),
    ("FY-R1", P.CLERK, "ma-xiaoyan"),
    ("FY-R1", P.SECRECY_REVIEWER, "he-tao"),
    ("FY-S1", P.SECRETARY, "lin-hua"),
    ("FY-S1", P.CLERK, "gao-jie"),
    ("FY-S1", P.SECRECY_REVIEWER, "ye-qing"),
    ("HS-R1", P.SECRETARY, "han-dong"),
)
MEMBERS = {
    "FY-R1": ("liu-fang", "ma-xiaoyan", "he-tao", "chen-xiuying"),
    "FY-S1": ("lin-hua", "gao-jie", "ye-qing"),
    "FY-DZB": (),
    "HS-R1": ("han-dong", "luo-lan"),
}
DIVISION = {"C1": "FY-DZB", **dict.fromkeys(("C2", "C3", "C4", "C5", "C6"), "FY-DJB"), "C7": "FY-CDI", "C8": "FY"}


def item(
    organisation: str, sub_item: str, kind: str = "long-term", scope: str = "inside-then-outside", **more: Any
) -> c.Item:
    outside = None if scope == "inside" else Scope.SOCIETY
    methods = ("meeting", "activity-room-board") + (() if scope == "inside" else ("public-column",))
    fields: dict[str, Any] = {
        "id": f"{organisation}/{sub_item}",
        "sub_item": sub_item,
        "category": f"C{sub_item[0]}",
        "title_zh": f"事项{sub_item}",
        "title_en": f"Item {sub_item}",
        "content": "内容",
        "basis": "党务公开条例",
        "scope": scope,
        "audience_inside": Scope.MEMBERS,
        "audience_outside": outside,
        "methods": methods,
        "kind": kind,
        "unit": DIVISION[f"C{sub_item[0]}"],
    }
    return c.Item(**fields | more)


def items(organisation: str) -> tuple[c.Item, ...]:
    return (
        item(organisation, "3.9", "periodic", cycle="quarterly", fine_tune="monthly"),
        item(organisation, "4.2"),
        item(organisation, "6.5", "immediate"),
        item(organisation, "7.7", "immediate", "inside"),
    )


def adopted(organisation: str) -> c.CatalogueAdopted:
    return c.CatalogueAdopted(
        catalogue=organisation,
        organisation=organisation,
        town="fengyang",
        version=1,
        items=items(organisation),
        exclusions=(c.Exclusion(sub_item="5.1", reason="不适用"),),
        effective=EFFECTIVE,
        adopted_by="zhao-guoqiang",
        on_behalf_of="FY",
        on=ADOPTED,
    )


def county() -> list[tuple[str, Event]]:
    facts: list[tuple[str, Event]] = []
    for town, name in (("fengyang", "凤阳镇"), ("heshan", "河山镇")):
        facts.append((f"town-{town}", c.TownRegistered(town=town, name_zh=name, name_en=town.title())))
    for organisation, town, level, superior, name in ORGANISATIONS:
        known: dict[str, Any] = {"organisation": organisation, "on": SINCE}
        kind = "rural" if organisation.endswith("R1") else "school" if organisation.endswith("S1") else "organ"
        names = {"town": town, "type": kind, "level": level, "name_zh": name, "name_en": organisation}
        facts.append((f"organisation-{organisation}", c.OrganisationRegistered(**known, **names)))
        if superior:
            facts.append((f"organisation-{organisation}", c.OrganisationPlaced(**known, superior=superior)))
    for organisation, post, person in POSTS:
        taken: dict[str, Any] = {"post": f"{organisation}/{post}", "kind": post, "title_zh": post, "title_en": post}
        fact = c.PostTaken(organisation=organisation, person=person, on=SINCE, **taken)
        facts.append((f"organisation-{organisation}", fact))
    for organisation, members in MEMBERS.items():
        for person in members:
            fact2 = c.MemberAdmitted(organisation=organisation, person=person, on=SINCE)
            facts.append((f"organisation-{organisation}", fact2))
    facts.append(("organisation-FY-R1", c.StaffRecorded(organisation="FY-R1", person="zhou-dahai", on=SINCE)))
    people = {person for _, _, person in POSTS} | {p for roll in MEMBERS.values() for p in roll} | {"zhou-dahai"}
    for person in sorted(people):
        facts.append((f"person-{person}", c.PersonRegistered(person=person, name_zh=person, name_en=person, on=SINCE)))
    for category, unit in DIVISION.items():
        facts.append(("town-fengyang", c.DivisionSet(town="fengyang", category=category, unit=unit, on=SINCE)))
    return [*facts, *_calendars()]


def _calendars() -> list[tuple[str, Event]]:
    known = ("year", "version", "source", "holidays", "make_up_workdays")
    years = [y for y in calendars.load_all().years.values() if y.year <= 2026]
    return [
        (f"calendar-{year.year}", c.CalendarPublished(**{name: getattr(year, name) for name in known}))
        for year in years
    ]


def tell(house: House, facts: list[tuple[str, Event]]) -> None:
    """Write facts into the catalogue's journal as they are, as if their commands had been accepted."""
    handler = house.services["catalogue"].handler
    for stream, fact in facts:
        category, _, identity = stream.partition("-")
        telling: Decider[None, Event, Event] = Decider(category, None, lambda _s, told: [told], lambda s, _e: s)
        handler.handle(Do(telling, identity, fact), context=Context(town="fengyang", actor="zhao-guoqiang"))
        handler.forget(stream)
    house.settle()


def fengyang(folder: Path, now: datetime = JULY_6) -> House:
    """A house in which all this has happened."""
    house = House(folder, at(ADOPTED, 9))
    tell(house, county())
    tell(house, [(f"catalogue-{branch}", adopted(branch)) for branch in ("FY-R1", "FY-S1")])
    house.go_to(now)
    return house
