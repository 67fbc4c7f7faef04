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
        on=START,
    )
    placed = c.OrganisationPlaced(organisation=name, superior=superior, on=START)
    return [(f"organisation-{name}", registered)] + ([(f"organisation-{name}", placed)] if superior else [])


def post(org: str, kind: PostKind, person: str, on: date = START, left: date | None = None) -> list[tuple[str, Event]]:
    stream, name = f"organisation-{org}", f"{org}/{kind.value}"
    taken = c.PostTaken(organisation=org, post=name, kind=kind, title_zh="", title_en="", person=person, on=on)
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


def test_a_member_of_a_branch_is_a_member_of_what_stands_above_it_in_the_town_and_no_further() -> None:
    chen = register().standing("chen", noon(4, 10))
    assert chen.member_of == {"FY-R1"}
    assert {scope.members("FY-R1"), scope.members("FY"), scope.town_members("fengyang")} <= chen.audiences
    assert not {scope.members("QS"), scope.members("FY-H1"), scope.town_members("heshan")} & chen.audiences


def test_a_villager_sees_what_is_for_the_unit_and_for_society_and_nothing_inside_the_party() -> None:  # PUB-02, PUB-03
    zhou = register().standing("zhou", noon(4, 10))
    assert zhou.audiences == {scope.SOCIETY, scope.staff("FY-R1"), scope.named("zhou")}


def test_nothing_in_a_town_is_outside_its_oversight_and_nothing_of_another_is_inside() -> None:  # ORG-03, ORG-16
    li = register().standing("li", noon(4, 10))
    assert li.overseen == {"FY", "FY-R1", "FY-H1"}
    assert scope.within("FY-R1") | {scope.oversight("fengyang"), scope.town_members("fengyang")} <= li.audiences
    assert not any("HS" in audience or "heshan" in audience for audience in li.audiences)
    assert li.sees(scope.named("anybody"), "fengyang")
    assert not li.sees(scope.named("anybody"), "heshan")


def test_the_county_sees_what_is_meant_for_the_county_not_what_is_inside_a_branch() -> None:  # ORG-16
    jiang = register().standing("jiang", noon(4, 10))
    assert jiang.audiences == {scope.SOCIETY, scope.named("jiang"), scope.oversight("county")}
    assert not jiang.oversees


def test_a_post_of_the_countys_kind_in_a_town_oversees_no_county() -> None:  # ORG-16
    climber = register(*post("FY-R1", PostKind.COUNTY_CDI, "ma")).standing("ma", noon(4, 10))
    assert scope.oversight("county") not in climber.audiences


def test_an_officer_sees_the_desk_of_their_own_organisation_only() -> None:  # ORG-11
    ma = register().standing("ma", noon(4, 10))
    assert scope.within("FY-R1") <= ma.audiences
    assert scope.desk("FY-H1") not in ma.audiences


def test_a_supervisor_reads_what_members_read_but_not_drafts() -> None:  # ORG-14
    guo = register(*post("FY-H1", PostKind.SUPERVISOR, "guo")).standing("guo", noon(4, 10))
    assert scope.members("FY-H1") in guo.audiences
    assert scope.desk("FY-H1") not in guo.audiences


@pytest.mark.parametrize("who", ["a-stranger", ""])
def test_whom_the_register_does_not_know_stands_nowhere(who: str) -> None:
    nobody = register().standing(who, noon(4, 10))
    assert (nobody.posts, nobody.member_of, nobody.town) == ((), frozenset(), "")
    assert nobody.audiences <= {scope.SOCIETY, scope.named(who)}


def test_a_post_of_an_unknown_kind_or_in_an_unknown_organisation_gives_no_power() -> None:
    strange = c.PostTaken(
        organisation="FY-R1", post="FY-R1/x", kind="emperor", title_zh="", title_en="", person="hu", on=START
    )
    known = register(("organisation-FY-R1", strange), *post("NOWHERE", PostKind.COUNTY_OFFICE, "hu"))
    assert known.standing("hu", noon(4, 10)).posts == ()


def test_superiors_are_those_of_the_day_nearest_first() -> None:  # ORG-02, A-03
    general = organisation("FY-G", "FY", "general-branch")
    moved = c.OrganisationPlaced(organisation="FY-R1", superior="FY-G", on=date(2026, 6, 1))
    known = register(*general, ("organisation-FY-R1", moved))
    assert known.superiors("FY-R1", noon(5, 31)) == ("FY", "QS")
    assert known.superiors("FY-R1", noon(6, 1)) == ("FY-G", "FY", "QS")
    assert known.subordinates("FY", noon(6, 1)) == ("FY-G", "FY-H1", "FY-R1")
    assert known.standing("ma", noon(6, 1)).superiors_of("FY-R1") == ("FY-G", "FY", "QS")
    assert known.standing("ma", noon(6, 1)).superiors_of("NOWHERE") == ()


def test_a_ring_in_the_tree_ends() -> None:
    ring = [("organisation-FY", c.OrganisationPlaced(organisation="FY", superior="FY-R1", on=date(2026, 3, 1)))]
    assert register(*ring).superiors("FY-R1", noon(4, 10)) == ("FY",)


def test_a_vacant_post_has_no_first_person_and_the_past_keeps_its_own() -> None:  # ORG-07
    vacant = [("organisation-FY-R1", c.PostLeft(
        organisation="FY-R1", post="FY-R1/secretary", person="liu", on=date(2026, 9, 1)))]  # fmt: skip
    known = register(*vacant)
    assert known.first_person("FY-R1", noon(9, 1)) is None
    assert known.first_person("FY-R1", noon(8, 31)) == "liu"
    assert known.first_person("FY-R1", noon(4, 1)) == "wang"


def test_a_planned_end_can_come_sooner_in_the_register_too() -> None:  # ORG-07
    sooner = [("organisation-FY-R1", c.PostLeft(
        organisation="FY-R1", post="FY-R1/secretary", person="wang", on=date(2026, 6, 20)))]  # fmt: skip
    known = register(*sooner)
    days = (noon(6, 19), noon(6, 20), noon(7, 1))
    assert [known.first_person("FY-R1", day) for day in days] == ["wang", None, "liu"]


def test_whoever_comes_back_has_two_times_and_a_gap() -> None:
    known = register(*post("FY-R1", PostKind.CLERK, "hu", date(2026, 2, 1), date(2026, 3, 1)),
                     *post("FY-R1", PostKind.CLERK, "hu", date(2026, 4, 1)))  # fmt: skip
    held = [known.standing("hu", noon(month, 10)).holds(PostKind.CLERK) for month in (1, 2, 3, 4)]
    assert held == [False, True, False, True]


def test_of_two_clerks_the_longer_in_office_is_named_first() -> None:
    known = register(*post("FY-R1", PostKind.CLERK, "bai", date(2026, 3, 1)))
    assert known.holders(PostKind.CLERK, "FY-R1", noon(4, 1)) == ("ma", "bai")
    assert known.holder(PostKind.CLERK, "FY-R1", noon(4, 1)) == "ma"


def test_the_unit_in_charge_of_a_category_is_that_of_the_day() -> None:  # ORG-08
    known = register(*[
        ("town-fengyang", c.DivisionSet(town="fengyang", category="C3", unit=unit, on=on))
        for unit, on in (("FY-DJB", date(2026, 1, 5)), ("FY-DZB", date(2026, 3, 1)))
    ])  # fmt: skip
    assert known.division("fengyang", "C3", noon(1, 4)) is None
    assert known.division("fengyang", "C3", noon(2, 28)) == "FY-DJB"
    assert known.division("fengyang", "C3", noon(3, 1)) == "FY-DZB"


def test_a_parameter_is_the_towns_of_that_day_else_the_countys_else_the_default() -> None:  # 3.7
    known = register(*[
        ("town-x", c.ParameterSet(town=town, parameter="P-01", value=value, on=on))
        for town, value, on in (("fengyang", "48", date(2026, 3, 1)), ("", "36", date(2026, 2, 1)))
    ])  # fmt: skip
    assert [known.parameter("fengyang", "P-01", noon(month, 10)) for month in (1, 2, 3)] == [24, 36, 48]
    assert known.parameter("heshan", "P-01", noon(3, 10)) == 36
    with pytest.raises(KeyError):
        known.parameter("fengyang", "P-99", noon(3, 10))


def test_the_calendar_is_the_latest_published_and_the_earlier_one_of_earlier_days() -> None:  # 3.7
    def published(version: int, holiday: date) -> c.CalendarPublished:
        return c.CalendarPublished(year=2026, version=version, source="s", holidays=(holiday,), make_up_workdays=())

    facts = [(1, published(1, date(2026, 6, 1)), noon(1, 5)), (2, published(2, date(2026, 6, 2)), noon(5, 1))]
    known = view_of(Register, [recorded(c.REGISTRY, "calendar-2026", f, n, at=when) for n, f, when in facts])
    assert not known.calendar().is_workday(date(2026, 6, 2))
    assert not known.calendar(noon(4, 1)).is_workday(date(2026, 6, 1))
    assert known.calendar(noon(4, 1)).is_workday(date(2026, 6, 2))
    assert not known.calendar(noon(1, 1)).is_workday(date(2026, 6, 1))  # the law was there before we knew of it


def test_what_another_process_wrote_is_seen_at_the_next_question() -> None:
    """Two processes share the tables and not the memory."""
    here = register()
    there = Register(here.engine)
    assert there.first_person("FY-H1", noon(4, 1)) is None
    assert scope.members("FY-H1") not in there.standing("chen", noon(4, 1)).audiences
    told = [*post("FY-H1", PostKind.SECRETARY, "xu"), *member("FY-H1", "chen")]
    with here.engine.begin() as tx:
        for n, (stream, fact) in enumerate(told, start=1000):
            here.apply(tx, recorded(c.REGISTRY, stream, fact, n))
    assert there.first_person("FY-H1", noon(4, 1)) == "xu"
    assert scope.members("FY-H1") in there.standing("chen", noon(4, 1)).audiences


def test_a_standing_asked_again_costs_one_statement() -> None:
    known, seen = register(), []
    known.standing("ma", noon(4, 10))

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sql_event.listen(known.engine, "before_cursor_execute", note)
    known.standing("ma", noon(4, 11))
    assert len(seen) == 1


def test_read_twice_the_register_is_the_same() -> None:
    """A follower that repeats a batch changes nothing."""
    told = [recorded(c.REGISTRY, stream, fact, n) for n, (stream, fact) in enumerate(COUNTY, start=1)]
    once, twice = view_of(Register, told), view_of(Register, [*told, *told])
    for table in once.metadata.sorted_tables:
        with once.reading() as one, twice.reading() as two:
            assert one.execute(table.select()).all() == two.execute(table.select()).all()
