"""Supervisors are members, hired for a term that ends by itself, renewed within the limit, and keep a duty log."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.catalogue.domain.organisation import ORGANISATION, Organisation, OrganisationEvent
from services.catalogue.domain.roll import MemberLeaves, RollLine, TakeOverRoll
from services.catalogue.domain.supervision import SUPERVISION, LogDuty
from services.catalogue.domain.supervisor import AppointSupervisor, RemoveSupervisor, years_after
from services.catalogue.domain.tenure import TakePost, TakePosts
from services.catalogue.events import (
    DutyLogged,
    MemberAdmitted,
    MemberLeft,
    PostLeft,
    PostTaken,
    SupervisorAppointed,
    SupervisorRemoved,
)
from shared.decider import Refused
from shared.testing import scenario
from tests.catalogue.facts import JAN_5, JUL_1, LIUSHU, taken

GUO, SEAT = "guo-changfu", "FY-R1/supervisor"
JAN_12, TERM_ENDS, SECOND_ENDS = date(2026, 1, 12), date(2028, 1, 12), date(2030, 1, 12)
MEMBER = MemberAdmitted(organisation="FY-R1", person=GUO, on=JAN_5)


def hiring(on: date = JAN_12, person: str = GUO) -> AppointSupervisor:
    return AppointSupervisor("FY-R1", SEAT, "监督员", "Supervisor", person, on, years=2, renewals=1)


def hired(on: date = JAN_12, until: date = TERM_ENDS, term: int = 1) -> list[OrganisationEvent]:
    who = {"organisation": "FY-R1", "post": SEAT, "person": GUO, "on": on}
    titles = {"kind": "supervisor", "title_zh": "监督员", "title_en": "Supervisor"}
    return [SupervisorAppointed(**who, term=term, until=until), PostTaken(**who, **titles, term=until)]


def gone(on: date, ground: str) -> list[OrganisationEvent]:
    who = {"organisation": "FY-R1", "post": SEAT, "person": GUO, "on": on}
    return [SupervisorRemoved(**who, ground=ground), PostLeft(**who)]


def serving(facts: list[OrganisationEvent], day: date) -> list[str]:
    state: Organisation = ORGANISATION.replay(facts)
    return [t.person for t in state.tenures if t.kind == "supervisor" and t.covers(day)]


def test_a_supervisor_is_hired_for_the_towns_term() -> None:  # ORG-14 P-13
    scenario(ORGANISATION, given=[LIUSHU, MEMBER], when=hiring(), then=hired())


def test_the_post_ends_by_itself_when_the_term_is_over() -> None:  # ORG-14 P-13
    facts = [LIUSHU, MEMBER, *hired()]
    days = [JAN_12 - timedelta(1), JAN_12, TERM_ENDS - timedelta(1), TERM_ENDS]
    assert [serving(facts, day) for day in days] == [[], [GUO], [GUO], []]


def test_only_a_member_of_the_organisation_supervises_it() -> None:  # ORG-14
    left = MemberLeft(organisation="FY-R1", person=GUO, on=JAN_12)
    scenario(ORGANISATION, given=[LIUSHU], when=hiring(), then=Refused("NOT_A_MEMBER", ""))
    scenario(ORGANISATION, given=[LIUSHU, MEMBER, left], when=hiring(), then=Refused("NOT_A_MEMBER", ""))


def test_nobody_supervises_the_desk_they_work_at() -> None:  # ORG-14
    given = [LIUSHU, MEMBER, taken(GUO, JAN_5, "clerk")]
    scenario(ORGANISATION, given=given, when=hiring(), then=Refused("NOT_ELIGIBLE", ""))


@pytest.mark.parametrize("kind", ["clerk", "secretary", "committee-secretary", "secrecy-reviewer"])
def test_who_supervises_takes_no_post_at_the_desk_before_the_supervision_has_ended(kind: str) -> None:  # ORG-14
    def post(on: date) -> TakePosts:
        return TakePosts((TakePost("FY-R1", f"FY-R1/{kind}", kind, "书记", "Secretary", GUO, on),))

    given = [LIUSHU, MEMBER, *hired()]
    scenario(ORGANISATION, given=given, when=post(JUL_1), then=Refused("NOT_ELIGIBLE", ""))
    scenario(ORGANISATION, given=given, when=post(TERM_ENDS), then=[taken(GUO, TERM_ENDS, kind)])
    to_come = [LIUSHU, MEMBER, taken(GUO, JUL_1, kind)]
    scenario(ORGANISATION, given=to_come, when=hiring(), then=Refused("NOT_ELIGIBLE", ""))


def test_a_roll_taken_over_that_says_a_supervisor_left_ends_the_supervision() -> None:  # ORG-14 ORG-11
    scenario(
        ORGANISATION,
        given=[LIUSHU, MEMBER, *hired()],
        when=TakeOverRoll("FY-R1", (RollLine(GUO, JAN_5, JUL_1),)),
        then=[MemberLeft(organisation="FY-R1", person=GUO, on=JUL_1), *gone(JUL_1, "membership-ended")],
    )


def test_a_term_is_renewed_on_the_day_it_ends_and_no_oftener_than_the_town_allows() -> None:  # ORG-14 P-13
    once = [LIUSHU, MEMBER, *hired()]
    scenario(ORGANISATION, given=once, when=hiring(TERM_ENDS), then=hired(TERM_ENDS, SECOND_ENDS, 2))
    scenario(ORGANISATION, given=once, when=hiring(TERM_ENDS - timedelta(1)), then=Refused("WRONG_DATE", ""))
    twice = [*once, *hired(TERM_ENDS, SECOND_ENDS, 2)]
    scenario(ORGANISATION, given=twice, when=hiring(SECOND_ENDS), then=Refused("NOT_ELIGIBLE", ""))


def test_a_supervisor_is_removed_before_the_term_is_over_and_not_after() -> None:  # ORG-14
    given = [LIUSHU, MEMBER, *hired()]
    removing = RemoveSupervisor("FY-R1", SEAT, GUO, "neglect", JUL_1)
    scenario(ORGANISATION, given=given, when=removing, then=gone(JUL_1, "neglect"))
    too_late = replace(removing, on=TERM_ENDS)
    scenario(ORGANISATION, given=given, when=too_late, then=Refused("NOT_IN_POST", ""))
    facts = [*given, *gone(JUL_1, "neglect")]
    assert (serving(facts, JUL_1 - timedelta(1)), serving(facts, JUL_1)) == ([GUO], [])


def test_a_removal_takes_a_renewal_that_was_to_come_along() -> None:  # ORG-14
    facts = [LIUSHU, MEMBER, *hired(), *hired(TERM_ENDS, SECOND_ENDS, 2), *gone(JUL_1, "neglect")]
    assert [serving(facts, day) for day in (JUL_1, TERM_ENDS)] == [[], []]


def test_who_leaves_the_organisation_supervises_it_no_more() -> None:  # ORG-14 ORG-11
    scenario(
        ORGANISATION,
        given=[LIUSHU, MEMBER, *hired()],
        when=MemberLeaves("FY-R1", GUO, JUL_1),
        then=[MemberLeft(organisation="FY-R1", person=GUO, on=JUL_1), *gone(JUL_1, "membership-ended")],
    )


def test_a_supervisors_post_is_not_taken_without_a_term() -> None:  # ORG-14
    command = TakePosts((TakePost("FY-R1", SEAT, "supervisor", "监督员", "Supervisor", GUO, JAN_12),))
    scenario(ORGANISATION, given=[LIUSHU, MEMBER], when=command, then=Refused("NOT_ELIGIBLE", ""))


def test_a_term_from_a_leap_day_ends_on_the_first_of_march() -> None:  # P-13
    assert years_after(date(2028, 2, 29), 2) == date(2030, 3, 1)


LOOKED = LogDuty("FY-R1", "fengyang", GUO, SEAT, "inspected", "column-1", "公开栏内容与系统一致", JUL_1, JUL_1)


def test_the_duty_log_says_who_inspected_what_when() -> None:  # ORG-14
    entry = DutyLogged(
        organisation="FY-R1", town="fengyang", entry=1, supervisor=GUO, post=SEAT, kind="inspected",
        subject="column-1", note="公开栏内容与系统一致", on=JUL_1,
    )  # fmt: skip
    scenario(SUPERVISION, given=[], when=LOOKED, then=[entry])
    second = entry.model_copy(update={"entry": 2})
    scenario(SUPERVISION, given=[entry], when=LOOKED, then=[second])


@pytest.mark.parametrize(
    ("change", "code"), [({"on": JUL_1 + timedelta(1)}, "WRONG_DATE"), ({"subject": "", "note": " "}, "MISSING_FIELD")]
)
def test_an_entry_is_of_something_that_has_been_done(change: dict[str, object], code: str) -> None:  # ORG-14
    scenario(SUPERVISION, given=[], when=replace(LOOKED, **change), then=Refused(code, ""))  # type: ignore[arg-type]  # of many types
