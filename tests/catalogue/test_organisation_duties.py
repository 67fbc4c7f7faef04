"""Whatever is owed has exactly one organisation that owes it (ORG-06); coverage counts what each has done (ORG-13)."""

from datetime import date, timedelta

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.catalogue.events import REGISTRY, CatalogueAdopted
from services.catalogue.views.coverage import Coverage
from services.publication.domain import schedule
from services.publication.domain.obligation import OBLIGATION, RaiseObligation, obligation_id
from services.publication.domain.parameters import Parameters
from services.publication.domain.schedule import ItemInForce
from services.publication.views.obligations import Obligations
from shared import calendars
from shared.events import Recorded
from shared.parameters import PARAMETERS
from shared.testing import RECORDED_AT, recorded, view_of
from shared.workdays import Calendar
from tests.catalogue.facts import JAN_5

ORGANISATIONS = ("FY-R1", "FY-E1", "HS-R1", "FY-R11")
UNTIL = date(2026, 12, 31)
CALENDAR = Calendar.of([calendars.load_calendar(2025), calendars.load_calendar(2026)])
USUAL = Parameters.of(lambda parameter: PARAMETERS[parameter].default)
_items = st.builds(
    lambda organisation, kind, days: ItemInForce(
        f"{organisation}/3.9", "3.9", organisation, organisation[:2], "党费", "Dues", kind, JAN_5 + timedelta(days),
        "quarterly" if kind == "periodic" else "",
    ),
    st.sampled_from(ORGANISATIONS),
    st.sampled_from(["periodic", "long-term"]),
    st.integers(0, 200),
)  # fmt: skip


@over(st.lists(_items, max_size=6))
def test_every_duty_that_is_raised_is_owned_by_exactly_one_organisation(items: list[ItemInForce]) -> None:  # ORG-06
    owners: dict[str, set[str]] = {}
    for item in items:
        for planned in schedule.duties(item, until=UNTIL, calendar=CALENDAR, parameters=USUAL):
            raised = OBLIGATION.decide(OBLIGATION.initial, RaiseObligation(item, planned))
            owners.setdefault(obligation_id(item, planned), set()).update(fact.organisation for fact in raised)
    assert all(len(owning) == 1 for owning in owners.values())
    assert all(duty.split("/")[0] in owning for duty, owning in owners.items())


def test_no_view_of_duties_has_room_for_none_or_two_owners() -> None:  # ORG-06
    table = view_of(Obligations, ()).rows
    owner = table.c.organisation
    assert (owner.nullable, owner.primary_key, [c.name for c in table.primary_key]) == (False, False, ["obligation"])


def adopted(effective: date, position: int, version: int = 1) -> Recorded:
    fact = CatalogueAdopted(
        catalogue="FY-R1", organisation="FY-R1", town="fengyang", version=version, items=(), exclusions=(),
        effective=effective, adopted_by="zhao-guoqiang", on_behalf_of="FY", on=JAN_5,
    )  # fmt: skip
    return recorded(REGISTRY, "catalogue-FY-R1", fact, position)


def shown(on: date, position: int) -> Recorded:
    """A release as the log hands it out; coverage reads four fields of it."""
    data = {"disclosure": f"d-{position}", "organisation": "FY-R1", "town": "fengyang", "on": on.isoformat()}
    like = adopted(on, position)
    return Recorded(
        "publication", position, f"disclosure-d-{position}", 1, like.event_id,
        "cn.gongkai.publication.DisclosureReleasedInside.v1", RECORDED_AT, data, like.context,
    )  # fmt: skip


FEB_1, FEB_5, FEB_27 = date(2026, 2, 1), date(2026, 2, 5), date(2026, 2, 27)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_coverage_keeps_the_first_catalogue_and_the_first_disclosure(order: tuple[int, ...]) -> None:  # ORG-13, S01
    told = [adopted(FEB_1, 1), adopted(FEB_27, 2, version=2), shown(FEB_5, 3), shown(FEB_27, 4)]
    rows = view_of(Coverage, [told[n] for n in order]).of_town("fengyang")
    assert (rows["FY-R1"]["catalogue_from"], rows["FY-R1"]["first_shown"]) == (FEB_1, FEB_5)


def test_a_catalogue_alone_covers_nobody() -> None:  # ORG-13
    assert view_of(Coverage, [adopted(FEB_1, 1)]).of_town("fengyang")["FY-R1"]["first_shown"] is None
