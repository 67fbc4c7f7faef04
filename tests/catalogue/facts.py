"""Facts that the catalogue's tests start from: a branch, a complete item, a town with its division."""

from dataclasses import replace
from datetime import date

from services.catalogue.domain import codes
from services.catalogue.domain.item import ItemDraft
from services.catalogue.domain.organisation import OrganisationEvent
from services.catalogue.domain.tenure import TakePost, TakePosts
from services.catalogue.domain.tree import Upper
from services.catalogue.events import OrganisationRegistered, PostLeft, PostTaken

JAN_5, JUL_1 = date(2026, 1, 5), date(2026, 7, 1)
UNITS = {
    "C1": "FY-DZB",
    **dict.fromkeys(("C2", "C3", "C4", "C5", "C6"), "FY-DJB"),
    "C7": "FY-CDI",
    "C8": "FY",
}

LIUSHU: OrganisationEvent = OrganisationRegistered(
    organisation="FY-R1",
    town="fengyang",
    type="rural",
    level="branch",
    name_zh="柳树村党支部",
    name_en="Liushu",
    on=JAN_5,
)
ABOVE = {
    "FY": Upper("fengyang", "town-committee", JAN_5, ((JAN_5, "QS"),)),
    "QS": Upper("", "county", JAN_5),
}
DUES = ItemDraft(
    sub_item="3.9",
    content="党费收缴数额",
    scope="inside-then-outside",
    methods=("meeting", "activity-room-board", "public-column"),
    kind="periodic",
    cycle="quarterly",
    fine_tune="monthly",
)


def usual(sub_item: str) -> ItemDraft:
    """A complete item as the code list proposes it."""
    known = codes.SUB_ITEMS[sub_item]
    return replace(
        DUES,
        sub_item=sub_item,
        scope=known.scope,
        methods=("meeting",),
        kind=known.kind,
        cycle=known.cycle,
        fine_tune="",
    )


def taking(person: str, on: date, succeeds: str = "", kind: str = "secretary") -> TakePosts:
    return TakePosts((TakePost("FY-R1", f"FY-R1/{kind}", kind, "书记", "Secretary", person, on, succeeds),))


def taken(person: str, on: date, kind: str = "secretary") -> OrganisationEvent:
    return PostTaken(
        organisation="FY-R1",
        post=f"FY-R1/{kind}",
        kind=kind,
        title_zh="书记",
        title_en="Secretary",
        person=person,
        on=on,
    )


def left(person: str, on: date) -> OrganisationEvent:
    return PostLeft(organisation="FY-R1", post="FY-R1/secretary", person=person, on=on)
