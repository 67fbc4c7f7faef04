"""Units work together on one case: one refers it, consults another, or asks it to countersign; each step is recorded.

A referral is open until the unit asked has answered or countersigned, or the one that asked has withdrawn it (ORG-10).
Who acts for which unit comes in with the command.
"""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from services.catalogue.events import (
    ReferralAnswered,
    ReferralCountersigned,
    ReferralEvent,
    ReferralKind,
    ReferralOpened,
    ReferralWithdrawn,
    SubjectKind,
)
from shared.decider import Decider, Refused


@dataclass(frozen=True)
class OpenReferral:
    referral: str
    town: str
    kind: ReferralKind
    subject_kind: SubjectKind
    subject: str
    from_unit: str
    to_unit: str
    question: str
    due: date
    by: str
    on: date


@dataclass(frozen=True)
class AnswerReferral:
    """``unit``: for whom the person acts."""

    unit: str
    accepted: bool
    answer: str
    by: str
    on: date


@dataclass(frozen=True)
class Countersign:
    unit: str
    agreed: bool
    remark: str
    by: str
    on: date


@dataclass(frozen=True)
class WithdrawReferral:
    unit: str
    reason: str
    by: str
    on: date


ReferralCommand = OpenReferral | AnswerReferral | Countersign | WithdrawReferral


@dataclass(frozen=True)
class Referral:
    opened: ReferralOpened | None = None
    ended: ReferralEvent | None = None


def decide(referral: Referral, command: ReferralCommand) -> list[ReferralEvent]:
    if isinstance(command, OpenReferral):
        return open_referral(referral, command)
    opened = referral.opened
    if opened is None:
        raise Refused("NOT_FOUND", "There is no such referral.")
    _must_be_of(opened.from_unit if isinstance(command, WithdrawReferral) else opened.to_unit, command.unit)
    if referral.ended is not None:
        raise Refused("STEP_OUT_OF_ORDER", "It has been answered or withdrawn.", accepted="a new referral")
    match command:
        case AnswerReferral():
            return answer_referral(opened, command)
        case Countersign():
            return countersign(opened, command)
        case WithdrawReferral():
            return withdraw_referral(opened, command)
        case _:
            assert_never(command)


def open_referral(referral: Referral, command: OpenReferral) -> list[ReferralEvent]:  # ORG-10
    if referral.opened:
        raise Refused("ALREADY_REGISTERED", "The referral has been opened.")
    if command.from_unit == command.to_unit:
        raise Refused("OWN_ORGANISATION", "A unit does not ask itself.", "another unit of the town", "/to_unit")
    for name in ("subject", "question"):
        if not getattr(command, name).strip():
            raise Refused("MISSING_FIELD", f"A referral has a {name}.", pointer=f"/{name}")
    if command.due < command.on:
        raise Refused("WRONG_DATE", "It would be due before it is asked.", "today or later", "/due")
    return [
        ReferralOpened(
            referral=command.referral,
            town=command.town,
            by=command.by,
            on=command.on,
            kind=command.kind,
            subject_kind=command.subject_kind,
            subject=command.subject,
            from_unit=command.from_unit,
            to_unit=command.to_unit,
            question=command.question.strip(),
            due=command.due,
        )
    ]


def answer_referral(opened: ReferralOpened, command: AnswerReferral) -> list[ReferralEvent]:
    if opened.kind == "countersign":
        raise Refused("STEP_OUT_OF_ORDER", "A countersignature was asked for.", accepted="countersigning")
    if not command.answer.strip():
        code = "MISSING_FIELD" if command.accepted else "REASON_REQUIRED"
        raise Refused(code, "An answer says something.", pointer="/answer")
    return [
        ReferralAnswered(
            referral=opened.referral,
            town=opened.town,
            by=command.by,
            on=command.on,
            unit=command.unit,
            accepted=command.accepted,
            answer=command.answer.strip(),
        )
    ]


def countersign(opened: ReferralOpened, command: Countersign) -> list[ReferralEvent]:
    """Not by whoever asked for it, even in another post of theirs; who does not agree says why."""
    if opened.kind != "countersign":
        raise Refused("STEP_OUT_OF_ORDER", "No countersignature was asked for.", accepted="an answer")
    if command.by == opened.by:
        raise Refused("SELF_APPROVAL", "Nobody countersigns their own.", accepted="another person of the unit")
    if not command.agreed and not command.remark.strip():
        raise Refused("REASON_REQUIRED", "Why does the unit not agree?", pointer="/remark")
    return [
        ReferralCountersigned(
            referral=opened.referral,
            town=opened.town,
            by=command.by,
            on=command.on,
            unit=command.unit,
            agreed=command.agreed,
            remark=command.remark.strip(),
        )
    ]


def withdraw_referral(opened: ReferralOpened, command: WithdrawReferral) -> list[ReferralEvent]:
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "Why is it withdrawn?", pointer="/reason")
    reason = command.reason.strip()
    return [ReferralWithdrawn(referral=opened.referral, town=opened.town, by=command.by, on=command.on, reason=reason)]


def _must_be_of(unit: str, acting: str) -> None:
    if unit != acting:
        raise Refused("NOT_YOUR_REMIT", f"That is for {unit} to do.")  # ORG-09


def evolve(referral: Referral, event: ReferralEvent) -> Referral:
    match event:
        case ReferralOpened():
            return Referral(event)
        case ReferralAnswered() | ReferralCountersigned() | ReferralWithdrawn():
            return Referral(referral.opened, event)
        case _:
            assert_never(event)


REFERRAL: Decider[Referral, ReferralCommand, ReferralEvent] = Decider("referral", Referral(), decide, evolve)
