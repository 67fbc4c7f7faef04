"""A dossier is owed once its matter closed, filed as one when it is whole, and every look into it is logged."""

from datetime import date, timedelta
from typing import Any

from services.archive.domain.dossier import (
    DOSSIER,
    DOSSIER_NUMBERS,
    ConsultDossier,
    FileDossier,
    GiveDossierNumber,
    MarkDossierOverdue,
    MoveDossierDue,
    OweDossier,
    PaperFound,
)
from services.archive.events import (
    DossierConsulted,
    DossierDueMoved,
    DossierEvent,
    DossierFellOverdue,
    DossierFiled,
    DossierNumberGiven,
    DossierOwed,
    DossierPaper,
    Kind,
)
from shared import calendars
from shared.clock import at
from shared.decider import Refused
from shared.due_days import DueDay
from shared.testing import scenario

CALENDAR = calendars.load_all()
CLOSED = date(2026, 7, 24)
DUE = DueDay.of(CALENDAR.add(CLOSED, 20), "P-20")
LATER = DueDay.of(CALENDAR.add(CLOSED, 25), "P-20")
NUMBER = "柳树-2026-002"
OF: dict[str, Any] = {
    "matter": "road", "town": "fengyang", "organisation": "FY-R1", "item": "FY-R1/3.8", "title": "东口道路硬化",
    "title_en": "Dongkou road",
}  # fmt: skip
SHOWN: dict[str, Any] = {"closed_on": CLOSED, "disclosures": ("stage-1", "summary"), "due": DUE}
OWED: DossierEvent = DossierOwed(**OF, **SHOWN)


def found(disclosure: str, kind: Kind, serial: int, **more: Any) -> PaperFound:
    paper = DossierPaper(
        file="FY-R1/2026", serial=serial, kind=kind, ref=f"{disclosure}/v1/{kind}", digest=f"sha256:{serial}"
    )
    return PaperFound(paper, disclosure, **more)


KINDS: tuple[Kind, ...] = ("approval", "version", "channel-evidence")
WHOLE = tuple(found(d, kind, n) for n, (d, kind) in enumerate((d, k) for d in ("stage-1", "summary") for k in KINDS))
FILED: DossierEvent = DossierFiled(
    **OF, number=NUMBER, year=2026, papers=tuple(each.paper for each in WHOLE), late_workdays=0, by="ma-xiaoyan",
    on=date(2026, 8, 17),
)  # fmt: skip


def filing(papers: tuple[PaperFound, ...] = WHOLE, note: str = "", today: date = date(2026, 8, 17)) -> FileDossier:
    return FileDossier(NUMBER, papers, note, CALENDAR, "ma-xiaoyan", today)


def test_a_matter_is_to_be_filed_within_20_workdays_of_its_close() -> None:  # ARC-05, P-20, S03
    scenario(DOSSIER, given=[], when=OweDossier(**OF, **SHOWN), then=[OWED])
    assert (DUE.due, DUE.days[0].day, DUE.days[-1].count) == (date(2026, 8, 21), CLOSED, 20)


def test_it_is_owed_once() -> None:  # ARC-05
    scenario(DOSSIER, given=[OWED], when=OweDossier(**OF, **SHOWN), then=[])


def test_all_its_papers_are_filed_as_one_under_one_number() -> None:  # ARC-01, ARC-02, ARC-05
    scenario(DOSSIER, given=[OWED], when=filing(), then=[FILED])


def test_filed_late_stays_late() -> None:  # ARC-05
    late = FILED.model_copy(update={"late_workdays": 2, "on": date(2026, 8, 25)})
    scenario(DOSSIER, given=[OWED], when=filing(today=date(2026, 8, 25)), then=[late])


def test_it_is_filed_once() -> None:  # ARC-05
    scenario(DOSSIER, given=[OWED, FILED], when=filing(), then=Refused("STEP_OUT_OF_ORDER", ""))


def test_nothing_is_filed_that_was_never_closed() -> None:  # ARC-05
    scenario(DOSSIER, given=[], when=filing(), then=Refused("NOT_FOUND", ""))


def test_a_file_without_an_approval_is_not_complete() -> None:  # ARC-05: complete
    scenario(DOSSIER, given=[OWED], when=filing(WHOLE[1:]), then=Refused("FILE_INCOMPLETE", ""))


def test_a_paper_that_was_changed_or_cannot_be_read_is_told() -> None:  # ARC-05: intact, readable
    changed = (found("stage-1", "approval", 0, intact=False), *WHOLE[1:])
    gone = (found("stage-1", "approval", 0, readable=False), *WHOLE[1:])
    for papers in (changed, gone):
        scenario(DOSSIER, given=[OWED], when=filing(papers), then=Refused("FILE_INCOMPLETE", ""))


def test_what_is_missing_takes_a_note_and_is_recorded() -> None:  # ARC-05
    noted = {"papers": tuple(each.paper for each in WHOLE[1:]), "defects": ("missing approval stage-1",)}
    filed = FILED.model_copy(update=noted | {"note": "原件在镇档案室"})
    scenario(DOSSIER, given=[OWED], when=filing(WHOLE[1:], " 原件在镇档案室 "), then=[filed])


def test_its_due_day_moves_while_it_is_owed_and_keeps_the_old_one() -> None:  # P-20, requirements 3.7
    moved: DossierEvent = DossierDueMoved(**OF, was=DUE.due, due=LATER)
    scenario(DOSSIER, given=[OWED], when=MoveDossierDue(LATER), then=[moved])
    scenario(DOSSIER, given=[OWED, moved], when=MoveDossierDue(LATER), then=[])
    scenario(DOSSIER, given=[OWED, FILED], when=MoveDossierDue(LATER), then=[])


def test_it_is_overdue_from_the_day_after_once_for_each_due_day() -> None:  # ARC-05
    day_after = DUE.due + timedelta(days=1)
    missed: DossierEvent = DossierFellOverdue(**OF, due=DUE.due, from_day=day_after)
    scenario(DOSSIER, given=[OWED], when=MarkDossierOverdue(DUE.due), then=[])
    scenario(DOSSIER, given=[OWED], when=MarkDossierOverdue(day_after), then=[missed])
    scenario(DOSSIER, given=[OWED, missed], when=MarkDossierOverdue(date(2026, 9, 30)), then=[])
    scenario(DOSSIER, given=[OWED, FILED], when=MarkDossierOverdue(day_after), then=[])
    moved: DossierEvent = DossierDueMoved(**OF, was=DUE.due, due=LATER)
    again: DossierEvent = DossierFellOverdue(**OF, due=LATER.due, from_day=LATER.due + timedelta(days=1))
    scenario(DOSSIER, given=[OWED, missed, moved], when=MarkDossierOverdue(date(2026, 9, 30)), then=[again])


def test_a_look_into_it_is_logged_with_what_it_was_for() -> None:  # ARC-06
    when = at(date(2026, 9, 1), 10)
    looked: DossierEvent = DossierConsulted(**OF, number=NUMBER, purpose="核对工期", by="chen-xiuying", at=when)
    scenario(DOSSIER, given=[OWED, FILED], when=ConsultDossier(" 核对工期 ", "chen-xiuying", when), then=[looked])
    scenario(
        DOSSIER,
        given=[OWED, FILED],
        when=ConsultDossier(" ", "chen-xiuying", when),
        then=Refused("REASON_REQUIRED", ""),
    )
    scenario(DOSSIER, given=[OWED], when=ConsultDossier("核对", "ma", when), then=Refused("STEP_OUT_OF_ORDER", ""))


def test_numbers_follow_the_years_running_file_without_a_gap() -> None:  # ARC-01
    place: dict[str, Any] = {"organisation": "FY-R1", "town": "fengyang", "year": 2026}
    second, third = (place | {"number": n, "dossier_number": f"柳树-2026-{n:03d}", "matter": "road"} for n in (2, 3))
    given = [DossierNumberGiven(**second)]
    scenario(DOSSIER_NUMBERS, given=[], when=GiveDossierNumber(**second), then=given)
    scenario(DOSSIER_NUMBERS, given=given, when=GiveDossierNumber(**third), then=[DossierNumberGiven(**third)])
    scenario(DOSSIER_NUMBERS, given=given, when=GiveDossierNumber(**second), then=Refused("VERSION_CONFLICT", ""))
