"""The register view: who was what, on which day, however often and in however many processes it is asked."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import event as sql_event

from services.catalogue import events as c
from shared import scope
from shared.clock import at
from shared.events import Event
from shared.identity import PostKind
from shared.identity.register import Register
from shared.testing import recorded, view_of

START = date(2026, 1, 1)


def organisation(
    name: str, superior: str = "", level: str = "branch", town: str = "fengyang"
) -> list[tuple[str, Event]]:
    registered = c.OrganisationRegistered(
        organisation=name,
        town=town,
        type="rural",
        level=level,
        name_zh=name,
        name_en=name,
        on=START,  # type: ignore[arg-type]  # the test's own levels are right
    )
    placed = c.OrganisationPlaced(organisation=name, superior=superior, on=START)
    return [(f"organisation-{name}", registered)] + ([(f"organisation-{name}", placed)] if superior else [])


def post(
    org: str, kind: PostKind, person: str, on: date = START, left: date | None = None
) -> list[tuple[str, Event]]:
    stream, name = f"organisation-{org}", f"{org}/{kind.value}"
    taken = c.PostTaken(
        organisation=org, post=name, kind=kind, title_zh="", title_en="", person=person, on=on
    )
    gone = [(stream, c.PostLeft(organisation=org, post=name, person=person, on=left))] if left else []
    return [(stream, taken), *gone]


def member(org: str, person: str, on: date = START, left: date | None = None) -> list[tuple[str, Event]]:
    stream = f"organisation-{org}"
    gone = [(stream, c.MemberLeft(organisation=org, person=person, on=left))] if left else []
    return [(stream, c.MemberAdmitted(organisation=org, person=person, on=on)), *gone]


def person(name: str) -> tuple[str, Event]:
    return f"person-{name}", c.PersonRegistered(person=name, name_zh=name, name_en=name.title(), on=START)


COUNTY = [
    ("town-fengyang", c.TownRegistered(town="fengyang", name_zh="凤阳镇", name_en="Fengyang Town")),
    ("town-heshan", c.TownRegistered(town="heshan", name_zh="河山镇", name_en="Heshan Town")),
    *organisation("QS", level="county", town=""),
    *organisation("FY", "QS", "town-committee"),
    *organisation("FY-R1", "FY"),
    *organisation("FY-H1", "FY"),
    *organisation("HS", "QS", "town-committee", "heshan"),
    *organisation("HS-R1", "HS", town="heshan"),
    *post("FY-R1", PostKind.SECRETARY, "wang", left=date(2026, 7, 1)),
    *post("FY-R1", PostKind.SECRETARY, "liu", on=date(2026, 7, 1)),
    *post("FY-R1", PostKind.CLERK, "ma"),
    *post("FY", PostKind.CDI_SECRETARY, "li"),
    *post("QS", PostKind.COUNTY_OFFICE, "jiang"),
    *member("FY-R1", "hu", left=date(2026, 5, 1)),
    *member("FY-R1", "chen"),
    *member("HS-R1", "luo"),
    ("organisation-FY-R1", c.StaffRecorded(organisation="FY-R1", person="zhou", on=START)),
    *[person(name) for name in ("wang", "liu", "ma", "li", "jiang", "hu", "chen", "luo", "zhou")],
]  # fmt: skip


def register(*more: tuple[str, Event]) -> Register:
    told = enumerate([*COUNTY, *more], start=1)
    return view_of(Register, [recorded(c.REGISTRY, stream, fact, n) for n, (stream, fact) in told])


def noon(month: int, day: int) -> datetime:
    return at(date(2026, month, day), 12)


def test_a_post_is_held_until_the_end_of_the_day_before_it_was_left() -> None:  # ORG-07
    known = register()
    last, first = at(date(2026, 6, 30), 23, 59), at(date(2026, 7, 1))
    assert known.standing("wang", last).holds(PostKind.SECRETARY, "FY-R1")
    assert not known.standing("wang", first).holds(PostKind.SECRETARY)
    assert known.first_person("FY-R1", last) == "wang"
    assert known.first_person("FY-R1", first) == "liu"


def test_a_member_who_has_left_is_still_a_member_of_the_april_that_was() -> None:  # ORG-11, S02
    known = register()
    assert scope.members("FY-R1") in known.standing("hu", noon(4, 30)).audiences
    assert scope.members("FY-R1") not in known.standing("hu", noon(5, 1)).audiences
    assert known.members("FY-R1", noon(4, 30)) == ("chen", "hu")
    assert known.members("FY-R1", noon(5, 1)) == ("chen",)
