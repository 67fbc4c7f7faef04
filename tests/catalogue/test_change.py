"""The rules of a change: four steps in order, each by another person, on the wording that stands."""

from datetime import date
from typing import Any

from services.catalogue.domain import codes
from services.catalogue.domain.catalogue import (
    CATALOGUE,
    BindChange,
    Catalogue,
    CatalogueEvent,
    DraftCatalogue,
    FreeItems,
    LodgeItems,
)
from services.catalogue.domain.change import CHANGE
from services.catalogue.domain.change_commands import (
    ApproveChange,
    HearAudit,
    HearReceipt,
    HearRelease,
    MarkAnnouncementOverdue,
    MoveAnnouncement,
    RefuseChange,
    RequestChange,
)
from services.catalogue.domain.change_lines import Basis, LineDraft
from services.catalogue.domain.item import checked, item_of
from services.catalogue.events import (
    AnnouncementDueMoved,
    AnnouncementFellOverdue,
    CatalogueAdopted,
    ChangeAnnounced,
    ChangeApproved,
    ChangeEvent,
    ChangeFiled,
    ChangePassedAudit,
    ChangeRefused,
    ChangeRequested,
    ChangeReturned,
    ChangeShown,
    Item,
    ItemAnnounced,
    ItemChange,
    ItemsFreed,
    ItemsLodged,
    Side,
)
from shared import calendars
from shared.decider import Refused
from shared.due_days import DueDay
from shared.testing import scenario
from tests.catalogue.facts import DUES, UNITS, usual

JUL_6, JUL_7, JUL_8, JUL_10 = (date(2026, 7, day) for day in (6, 7, 8, 10))
CALENDAR = calendars.load_all()
ANNOUNCE = DueDay.of(CALENDAR.add(JUL_8, 3), "P-18.announce")
NAMES: dict[str, Any] = {"change": "C1", "town": "fengyang", "organisation": "FY-R1"}
REASON = "并入镇级公开"


def item(sub_item: str) -> Item:
    return item_of("FY-R1", checked(usual(sub_item), codes.Channels()), UNITS[codes.category_of(sub_item)])


DUES_ITEM = item_of("FY-R1", checked(DUES, codes.Channels()), "FY-DJB")


def version(number: int, *items: Item) -> CatalogueAdopted:
    return CatalogueAdopted(
        catalogue="FY-R1",
        organisation="FY-R1",
        town="fengyang",
        version=number,
        items=items,
        exclusions=(),
        effective=date(2026, 2, number),
        adopted_by="zhao-guoqiang",
        on_behalf_of="FY",
        on=date(2026, 1, 20),
    )


V1 = version(1, DUES_ITEM, item("4.3"), item("7.7"))
CATALOGUE_NOW: Catalogue = CATALOGUE.replay([V1])


def asking(*drafts: LineDraft, **more: Any) -> RequestChange:
    basis = Basis("FY-R1", more.pop("catalogue", CATALOGUE_NOW), more.pop("base", 1), UNITS, codes.Channels())
    fields: dict[str, Any] = {
        "change": "C1",
        "town": "fengyang",
        "drafts": drafts,
        "basis": basis,
        "reason": REASON,
        "on_behalf_of": "FY",
        "acting_unit": "FY-R1",
        "by": "ma-xiaoyan",
        "on": JUL_6,
    }
    return RequestChange(**fields | more)


TERMINATE = LineDraft("terminate", "4.3")
LINE = ItemChange(kind="terminate", item="FY-R1/4.3", sub_item="4.3", was=item("4.3"))
DUES_LINE = ItemChange(kind="revoke", item="FY-R1/3.9", sub_item="3.9", was=DUES_ITEM)


def requested(*lines: ItemChange, round: int = 1, by: str = "ma-xiaoyan") -> ChangeEvent:  # noqa: A002 - the word of the fact
    return ChangeRequested(
        **NAMES,
        round=round,
        base_version=1,
        lines=lines or (LINE,),
        reason=REASON,
        unit="FY-DJB",
        on_behalf_of="FY",
        requested_by=by,
        on=JUL_6,
    )


def approved(*lines: ItemChange) -> ChangeEvent:
    return ChangeApproved(
        **NAMES,
        round=1,
        lines=lines or (LINE,),
        reason=REASON,
        unit="FY-DJB",
        on_behalf_of="FY",
        requested_by="ma-xiaoyan",
        approved_by="sun-wei",
        on=JUL_6,
    )


AUDITED: ChangeEvent = ChangePassedAudit(**NAMES, audited_by="zhao-guoqiang", on=JUL_7)
RETURNED: ChangeEvent = ChangeReturned(**NAMES, reason="理由不足", returned_by="zhao-guoqiang", on=JUL_7)


def filed(*lines: ItemChange) -> ChangeEvent:
    return ChangeFiled(
        **NAMES,
        lines=lines or (LINE,),
        reason=REASON,
        filing="C1",
        number="青党公备〔2026〕1号",
        deemed=False,
        received_by="jiang-ping",
        persons=("ma-xiaoyan", "sun-wei", "zhao-guoqiang", "jiang-ping"),
        announce=ANNOUNCE,
        on=JUL_8,
    )


def shown(side: Side, line: ItemChange = LINE) -> ChangeEvent:
    return ChangeShown(
        **NAMES,
        item=line.item,
        disclosure="D1",
        side=side,
        released_by="liu-fang",
        post="FY-R1/secretary",
        on=JUL_10,
    )


def bound(*lines: ItemChange) -> ChangeEvent:
    return ChangeAnnounced(
        **NAMES,
        lines=lines or (LINE,),
        reason=REASON,
        filing="C1",
        number="青党公备〔2026〕1号",
        disclosures=("D1",),
        approved_by="sun-wei",
        announced_by=("liu-fang",),
        on=JUL_10,
        items=tuple(ItemAnnounced(item=line.item, reason=REASON, disclosures=("D1",)) for line in lines or (LINE,)),
    )


def releasing(side: Side, by: str = "liu-fang", line: ItemChange = LINE) -> HearRelease:
    return HearRelease(line.item, "D1", side, by, "FY-R1/secretary", JUL_10)


APPROVE = ApproveChange("FY-DJB", "FY-DJB", "sun-wei", JUL_6)
AUDIT = HearAudit(1, True, "", "zhao-guoqiang", JUL_7)
RECEIPT = HearReceipt("C1", "青党公备〔2026〕1号", False, "jiang-ping", ANNOUNCE, JUL_8)
FIRST_TWO = [requested(), approved()]
FIRST_THREE = [*FIRST_TWO, AUDITED, filed()]


# --- step 1: request and approval ---


def test_the_organisation_asks_with_kind_reason_and_item() -> None:  # CAT-16, A-19
    scenario(CHANGE, given=[], when=asking(TERMINATE), then=[requested()])


def test_a_change_without_a_reason_is_refused() -> None:  # CAT-16
    scenario(CHANGE, given=[], when=asking(TERMINATE, reason=" "), then=Refused("REASON_REQUIRED", ""))


def test_the_unit_in_charge_may_ask_and_no_other_unit() -> None:  # CAT-16, ORG-09
    of_unit = asking(TERMINATE, acting_unit="FY-DJB")
    scenario(CHANGE, given=[], when=of_unit, then=[requested()])
    stranger = asking(TERMINATE, acting_unit="FY-DZB")
    scenario(CHANGE, given=[], when=stranger, then=Refused("NOT_YOUR_REMIT", ""))


def test_a_new_wording_has_all_four_fields() -> None:  # CAT-16, CAT-03
    blank = usual("4.3").__class__("4.3", content="新内容", scope="inside", methods=("meeting",))
    scenario(CHANGE, given=[], when=asking(LineDraft("change", "4.3", blank)), then=Refused("MISSING_FIELD", ""))
    scenario(CHANGE, given=[], when=asking(LineDraft("change", "4.3")), then=Refused("MISSING_FIELD", ""))


def test_an_unchanged_wording_is_no_change() -> None:  # CAT-16
    scenario(CHANGE, given=[], when=asking(LineDraft("change", "4.3", usual("4.3"))), then=Refused("INVALID", ""))


def test_an_item_that_is_not_there_cannot_end() -> None:  # CAT-16
    scenario(CHANGE, given=[], when=asking(LineDraft("revoke", "4.4")), then=Refused("OFF_CATALOGUE", ""))


def test_the_first_catalogue_is_drafted_and_not_changed() -> None:  # CAT-21
    scenario(CHANGE, given=[], when=asking(TERMINATE, catalogue=Catalogue()), then=Refused("NOT_IN_FORCE", ""))


def test_an_item_of_ones_own_is_added_by_a_change() -> None:  # CAT-21, S01
    text = usual("3.10").__class__(
        "3.12", "党员志愿服务时长", "Volunteer hours", "时长", "", "inside", methods=("meeting",), kind="immediate"
    )
    state = CHANGE.replay(CHANGE.decide(CHANGE.initial, asking(LineDraft("add", "3.12", text))))
    (line,) = state.request.lines
    assert (line.item, line.was, line.becomes and line.becomes.unit) == ("FY-R1/3.12", None, "FY-DJB")


def test_who_saw_an_older_wording_learns_which_version_stands() -> None:  # CAT-21
    changed = item("4.3").model_copy(update={"content": "新内容"})
    now = CATALOGUE.replay([V1, version(2, DUES_ITEM, changed, item("7.7"))])
    scenario(CHANGE, given=[], when=asking(TERMINATE, catalogue=now), then=Refused("VERSION_CONFLICT", ""))
    other = asking(LineDraft("terminate", "7.7"), catalogue=now)
    assert len(CHANGE.decide(CHANGE.initial, other)) == 1


def test_items_of_several_units_are_several_changes() -> None:  # CAT-16, ORG-09
    both = asking(TERMINATE, LineDraft("terminate", "7.7"))
    scenario(CHANGE, given=[], when=both, then=Refused("NOT_YOUR_REMIT", ""))


def test_the_unit_in_charge_approves_on_behalf_of_the_committee() -> None:  # CAT-16, A-02
    scenario(CHANGE, given=[requested()], when=APPROVE, then=[approved()])


def test_another_unit_does_not_approve() -> None:  # CAT-16, ORG-09
    other = ApproveChange("FY-DZB", "FY-DJB", "qian-li", JUL_6)
    scenario(CHANGE, given=[requested()], when=other, then=Refused("NOT_YOUR_REMIT", ""))


def test_nobody_approves_their_own_request() -> None:  # CAT-16, A-21
    given = [requested(by="sun-wei")]
    scenario(CHANGE, given=given, when=APPROVE, then=Refused("SELF_APPROVAL", ""))


def test_a_refused_change_says_why_and_is_over() -> None:  # CAT-16
    refuse = RefuseChange("不予同意", "FY-DJB", "FY-DJB", "sun-wei", JUL_7)
    refused: ChangeEvent = ChangeRefused(**NAMES, reason="不予同意", unit="FY-DJB", refused_by="sun-wei", on=JUL_7)
    scenario(CHANGE, given=[requested()], when=refuse, then=[refused])
    silent = RefuseChange("", "FY-DJB", "FY-DJB", "sun-wei", JUL_7)
    scenario(CHANGE, given=[requested()], when=silent, then=Refused("REASON_REQUIRED", ""))
    other = ApproveChange("FY-DJB", "FY-DJB", "zhou-min", JUL_8)
    scenario(CHANGE, given=[requested(), refused], when=other, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_the_unit_may_refuse_what_the_audit_returned_and_nobody_their_own() -> None:  # CAT-16, CAT-17
    refuse = RefuseChange("不予同意", "FY-DJB", "FY-DJB", "sun-wei", JUL_8)
    refused: ChangeEvent = ChangeRefused(**NAMES, reason="不予同意", unit="FY-DJB", refused_by="sun-wei", on=JUL_8)
    scenario(CHANGE, given=[*FIRST_TWO, RETURNED], when=refuse, then=[refused])
    scenario(CHANGE, given=[requested(by="sun-wei")], when=refuse, then=Refused("SELF_APPROVAL", ""))


# --- steps 2 and 3, as audit tells them ---


def test_the_audit_comes_after_the_approval() -> None:  # CAT-17
    scenario(CHANGE, given=[requested()], when=AUDIT, then=Refused("STEP_OUT_OF_ORDER", ""))
    scenario(CHANGE, given=FIRST_TWO, when=AUDIT, then=[AUDITED])


def test_told_twice_the_audit_counts_once() -> None:  # CAT-17
    scenario(CHANGE, given=[*FIRST_TWO, AUDITED], when=AUDIT, then=[])


def test_a_returned_change_is_asked_for_anew_in_the_next_round() -> None:  # CAT-17
    back = HearAudit(1, False, "理由不足", "zhao-guoqiang", JUL_7)
    scenario(CHANGE, given=FIRST_TWO, when=back, then=[RETURNED])
    scenario(CHANGE, given=[*FIRST_TWO, RETURNED], when=asking(TERMINATE), then=[requested(round=2)])


def test_what_was_said_of_an_earlier_round_is_not_heard() -> None:  # CAT-17
    given = [*FIRST_TWO, RETURNED, requested(round=2), approved().model_copy(update={"round": 2})]
    scenario(CHANGE, given=given, when=AUDIT, then=[])


def test_the_receipt_comes_after_the_audit() -> None:  # CAT-18
    scenario(CHANGE, given=FIRST_TWO, when=RECEIPT, then=Refused("STEP_OUT_OF_ORDER", ""))
    scenario(CHANGE, given=[*FIRST_TWO, AUDITED], when=RECEIPT, then=[filed()])


def test_a_number_that_comes_after_the_deemed_receipt_changes_nothing() -> None:  # CAT-18, A-04
    scenario(CHANGE, given=FIRST_THREE, when=RECEIPT, then=[])


# --- step 4: announced, and only then bound ---


def test_nothing_is_announced_before_the_receipt() -> None:  # CAT-19
    scenario(CHANGE, given=[*FIRST_TWO, AUDITED], when=releasing("inside"), then=Refused("FILING_REQUIRED", ""))


def test_an_inside_item_is_announced_inside() -> None:  # CAT-19, A-20
    scenario(CHANGE, given=FIRST_THREE, when=releasing("inside"), then=[shown("inside"), bound()])


def test_an_item_that_goes_outside_binds_only_when_announced_there_too() -> None:  # CAT-19, A-20
    given = [requested(DUES_LINE), approved(DUES_LINE), AUDITED, filed(DUES_LINE)]
    inside, outside = releasing("inside", line=DUES_LINE), releasing("outside", line=DUES_LINE)
    scenario(CHANGE, given=given, when=inside, then=[shown("inside", DUES_LINE)])
    given = [*given, shown("inside", DUES_LINE)]
    scenario(CHANGE, given=given, when=outside, then=[shown("outside", DUES_LINE), bound(DUES_LINE)])


def test_who_took_an_earlier_step_does_not_announce() -> None:  # CAT-19, A-21
    for person in ("ma-xiaoyan", "sun-wei", "zhao-guoqiang", "jiang-ping"):
        command = releasing("inside", by=person)
        scenario(CHANGE, given=FIRST_THREE, when=command, then=Refused("SELF_APPROVAL", ""))


def test_an_announcement_falls_overdue_once() -> None:  # CAT-19, P-18
    overdue: ChangeEvent = AnnouncementFellOverdue(**NAMES, due=date(2026, 7, 13), from_day=date(2026, 7, 14))
    scenario(CHANGE, given=FIRST_THREE, when=MarkAnnouncementOverdue(date(2026, 7, 13)), then=[])
    scenario(CHANGE, given=FIRST_THREE, when=MarkAnnouncementOverdue(date(2028, 7, 14)), then=[overdue])
    scenario(CHANGE, given=[*FIRST_THREE, overdue], when=MarkAnnouncementOverdue(date(2028, 7, 15)), then=[])


def test_a_new_calendar_moves_the_day_of_the_announcement_and_keeps_the_old() -> None:  # P-18
    later = ANNOUNCE.model_copy(update={"due": date(2026, 7, 14)})
    moved: ChangeEvent = AnnouncementDueMoved(**NAMES, was=ANNOUNCE.due, announce=later)
    scenario(CHANGE, given=FIRST_THREE, when=MoveAnnouncement(later), then=[moved])
    scenario(CHANGE, given=FIRST_THREE, when=MoveAnnouncement(ANNOUNCE), then=[])


# --- the catalogue itself ---


LODGED: CatalogueEvent = ItemsLodged(organisation="FY-R1", town="fengyang", change="C1", items=("FY-R1/4.3",))


def test_a_bound_change_is_the_next_version_and_names_its_change() -> None:  # CAT-19, CAT-21
    bind = BindChange("C1", (LINE,), "sun-wei", JUL_10)
    two = V1.model_copy(
        update={
            "version": 2,
            "items": (DUES_ITEM, item("7.7")),
            "effective": JUL_10,
            "adopted_by": "sun-wei",
            "on": JUL_10,
            "changes": ("C1",),
        }
    )
    scenario(CATALOGUE, given=[V1, LODGED], when=bind, then=[two])
    scenario(CATALOGUE, given=[V1, LODGED, two], when=bind, then=[])
    assert CATALOGUE.replay([V1, LODGED, two]).in_force(date(2026, 7, 9)).version == 1


def test_nothing_binds_that_was_not_lodged() -> None:  # CAT-19
    bind = BindChange("C9", (LINE,), "sun-wei", JUL_10)
    scenario(CATALOGUE, given=[V1, LODGED], when=bind, then=Refused("STEP_OUT_OF_ORDER", ""))


def test_two_changes_of_one_item_are_not_under_way_at_once() -> None:  # CAT-21
    second = LodgeItems("C2", ("FY-R1/4.3",))
    scenario(CATALOGUE, given=[V1, LODGED], when=second, then=Refused("VERSION_CONFLICT", ""))
    freed: CatalogueEvent = ItemsFreed(organisation="FY-R1", town="fengyang", change="C1")
    scenario(CATALOGUE, given=[V1, LODGED], when=FreeItems("C1"), then=[freed])
    lodged = LODGED.model_copy(update={"change": "C2"})
    scenario(CATALOGUE, given=[V1, LODGED, freed], when=second, then=[lodged])


def test_a_catalogue_in_force_is_not_drafted_over() -> None:  # CAT-21, S01
    draft = DraftCatalogue("FY-R1", "fengyang", (DUES_ITEM,), (), "template:rural/2", frozenset(codes.CATEGORIES))
    scenario(CATALOGUE, given=[V1], when=draft, then=Refused("STEP_OUT_OF_ORDER", ""))
