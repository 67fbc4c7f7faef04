"""The rules of a cadre matter (PUB-18): notice, inspection, publicity, appointment, in this order and for full periods.

``decide`` is the table of contents. The publicity and the appointment after it are in ``publicity``.
"""

from datetime import date
from typing import assert_never

from services.publication.domain import publicity
from services.publication.domain.cadre_commands import (
    Cadre,
    CadreCommand,
    DecideAppointment,
    DraftStage,
    EndPublicity,
    HoldInspection,
    MovePublicity,
    OpenMatter,
    PutUpAgain,
    ReceiveObjection,
    SettleObjection,
    ShowStage,
    TakeDown,
    WithdrawCandidate,
    evolve,
)
from services.publication.domain.cadre_guards import (
    must_be_clean,
    names,
    out_of_order,
    reason_given,
    undecided,
    under_way,
)
from services.publication.domain.procedure import CADRE_SUB_ITEMS
from services.publication.events.cadre import (
    CadreEvent,
    CadreMatterEnded,
    CadreMatterOpened,
    CadreStageShown,
    CandidateWithdrawn,
    InspectionHeld,
    ObjectionReceived,
    ObjectionSettled,
)
from shared.decider import Decider, Refused

Keeping = OpenMatter | DraftStage | ShowStage | HoldInspection | WithdrawCandidate


def decide(cadre: Cadre, command: CadreCommand) -> list[CadreEvent]:
    if isinstance(command, Keeping):
        return keep(cadre, command)
    match command:
        case MovePublicity():
            return publicity.move(cadre, command)
        case EndPublicity():
            return publicity.end(cadre, command)
        case TakeDown():
            return publicity.take_down(cadre, command)
        case PutUpAgain():
            return publicity.put_up_again(cadre, command)
        case ReceiveObjection():
            return receive_objection(cadre, command)
        case SettleObjection():
            return settle_objection(cadre, command)
        case DecideAppointment():
            return publicity.decide_appointment(cadre, command)
        case _:
            assert_never(command)


def keep(cadre: Cadre, command: Keeping) -> list[CadreEvent]:
    match command:
        case OpenMatter():
            return open_matter(cadre, command)
        case DraftStage():
            return draft_stage(cadre, command)
        case ShowStage():
            return show_stage(cadre, command)
        case HoldInspection():
            return hold_inspection(cadre, command)
        case WithdrawCandidate():
            return withdraw_candidate(cadre, command)
        case _:
            assert_never(command)


def open_matter(cadre: Cadre, command: OpenMatter) -> list[CadreEvent]:
    if cadre.opened:
        raise Refused("STEP_OUT_OF_ORDER", "This matter has been opened already.")
    if not command.candidates:
        raise Refused("MISSING_FIELD", "A cadre matter is about somebody.", pointer="/candidates")
    for at, candidate in enumerate(command.candidates):
        if not candidate.name.strip() or not candidate.meant_post.strip():
            raise Refused("MISSING_FIELD", "Name and post are needed.", pointer=f"/candidates/{at}")
    return [
        CadreMatterOpened(
            cadre=command.cadre,
            town=command.town,
            organisation=command.organisation,
            unit=command.unit,
            kind=command.kind,
            candidates=command.candidates,
            opened_by=command.by,
            on=command.on,
        )
    ]


def draft_stage(cadre: Cadre, command: DraftStage) -> list[CadreEvent]:
    """Each stage is a disclosure of its own item: 5.4, 5.5 or 5.6 of the organisation's catalogue."""
    organisation, _, sub_item = command.item.partition("/")
    if cadre.opened is None or organisation != cadre.opened.organisation:
        raise Refused("NOT_FOUND", "There is no such thing here.", pointer="/part_of")
    opened = under_way(cadre)
    if CADRE_SUB_ITEMS.get(sub_item) != command.stage:
        stages = ", ".join(f"{stage} of {item}" for item, stage in CADRE_SUB_ITEMS.items())
        raise Refused("OFF_CATALOGUE", "That stage is made public under another item.", stages, "/part_of")
    _must_have(opened, command.stage)
    return []


def _must_have(opened: CadreMatterOpened, stage: str) -> None:
    if opened.kind == "dismissal" and stage != "appointment":
        raise out_of_order("A dismissal has no such stage.", "appointment and dismissal (5.6)")


def show_stage(cadre: Cadre, command: ShowStage) -> list[CadreEvent]:
    """None before the one that precedes it (STEP_OUT_OF_ORDER); the publicity is counted from its widest release."""
    opened = under_way(cadre)
    _must_have(opened, command.stage)
    if command.stage == "publicity":
        return publicity.begin(cadre, command)
    if command.stage == "appointment" and not cadre.decided:
        publicity.must_be_over(cadre, command.count, command.on)
        raise out_of_order("The appointment has not been decided.", "the decision on the appointment")
    if not command.complete or (command.stage == "inspection-notice" and cadre.inspected):
        return []
    stage = "inspection-notice" if command.stage == "inspection-notice" else "appointment"
    version = command.version
    return [
        CadreStageShown(
            **names(cadre), stage=stage, disclosure=command.disclosure, version=version, on=command.on, by=command.by
        )
    ]


def hold_inspection(cadre: Cadre, command: HoldInspection) -> list[CadreEvent]:
    """At least P-07 working days after its notice, whose day is day 0."""
    opened = undecided(cadre)
    _must_have(opened, "inspection-notice")
    if cadre.inspected:
        raise Refused("STEP_OUT_OF_ORDER", "The inspection has been recorded.")
    if cadre.noticed is None:
        raise out_of_order("No notice of the inspection has been shown.", "the inspection notice (5.4)")
    if command.on > command.today:
        raise Refused("WRONG_DATE", "It has not been held yet.", f"until {command.today}", "/on")
    earliest = command.calendar.add(cadre.noticed, command.least).due
    if command.on < earliest:
        raise _too_soon(cadre.noticed, command.least, earliest)
    held = command.calendar.workdays_between(cadre.noticed, command.on)
    return [
        InspectionHeld(
            **names(cadre), on=command.on, notice_workdays=held, beyond_most=held > command.most, by=command.by
        )
    ]


def _too_soon(noticed: date, least: int, earliest: date) -> Refused:
    return Refused(
        "PERIOD_TOO_SHORT",
        f"An inspection is held at least {least} working days after its notice of {noticed}.",
        accepted=f"from {earliest} on",
        pointer="/on",
        facts={"earliest": f"{earliest}", "noticed": f"{noticed}"},
    )


def receive_objection(cadre: Cadre, command: ReceiveObjection) -> list[CadreEvent]:
    """From the notice's first release, be it inside, until the appointment; one opinion is one objection.

    What was given in time through the register is heard even after the decision: late, with an owner (PUB-18).
    """
    late = _is_late(cadre, command)
    if cadre.publicity is None and not command.shown:
        raise out_of_order("Nothing has been put up to object to.", "the publicity (5.5)")
    if command.opinion and any(each.opinion == command.opinion for each in cadre.objections):
        return []
    if not command.opinion and not command.text.strip():
        raise Refused("MISSING_FIELD", "An objection says something.", pointer="/text")
    if command.candidate and command.candidate not in cadre.standing:
        raise Refused("NOT_FOUND", "The matter has no such candidate.", pointer="/candidate")
    return [
        ObjectionReceived(
            **names(cadre),
            number=len(cadre.objections) + 1,
            candidate=command.candidate,
            opinion=command.opinion,
            objector=command.objector.strip(),
            text=command.text.strip(),
            on=command.on,
            by=command.by,
            late=late,
            owner=command.owner if late else "",
        )
    ]


def _is_late(cadre: Cadre, command: ReceiveObjection) -> bool:
    under_way(cadre)
    late = bool(command.opinion and cadre.decided_on and command.on <= cadre.decided_on)
    if not late:
        undecided(cadre)
    return late


def settle_objection(cadre: Cadre, command: SettleObjection) -> list[CadreEvent]:
    """Before the appointment; what was heard of late, after it."""
    under_way(cadre)
    known = 1 <= command.number <= len(cadre.objections)
    if not (known and cadre.objections[command.number - 1].late):
        undecided(cadre)
    if not known:
        raise Refused("NOT_FOUND", "There is no such objection.")
    reason = reason_given(command.reason, "Say what was found.")
    must_be_clean(reason)
    told = {"outcome": command.outcome, "reason": reason, "by": command.by, "on": command.on}
    told |= {"candidate": _concerned(cadre, command)}
    return [ObjectionSettled.model_validate({**names(cadre), "number": command.number, **told})]


def _concerned(cadre: Cadre, command: SettleObjection) -> int:
    """The candidate whom it concerns: one that bars names whom, since it bars nobody else (PUB-18)."""
    candidates = tuple(c.number for c in under_way(cadre).candidates)
    named = command.candidate or cadre.objections[command.number - 1].candidate
    if named and named not in candidates:
        raise Refused("NOT_FOUND", "The matter has no such candidate.", pointer="/candidate")
    if named or command.outcome != "established-bars":
        return named
    if len(candidates) > 1:
        accepted = "the number of a candidate"
        raise Refused("MISSING_FIELD", "Say whom the objection bars.", accepted=accepted, pointer="/candidate")
    return candidates[0]


def withdraw_candidate(cadre: Cadre, command: WithdrawCandidate) -> list[CadreEvent]:
    """Whoever withdraws is out; with the last of them the matter ends."""
    undecided(cadre)
    if command.candidate not in cadre.standing:
        raise Refused("NOT_FOUND", "The matter has no such candidate.", pointer="/candidate")
    reason, number = reason_given(command.reason, "Say why."), command.candidate
    withdrawn = CandidateWithdrawn(**names(cadre), candidate=number, reason=reason, by=command.by, on=command.on)
    if cadre.standing == (number,):
        return [withdrawn, CadreMatterEnded(**names(cadre), on=command.on)]
    return [withdrawn]


CADRE: Decider[Cadre, CadreCommand, CadreEvent] = Decider("cadre", Cadre(), decide, evolve)
