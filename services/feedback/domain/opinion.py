"""The rules of an opinion: received, acknowledged, assigned, decided on, answered, and only then closed.

Read ``decide`` for what may be asked, then the function of the same name for the rule.
"""

from datetime import date, timedelta
from typing import TypedDict, assert_never

from services.feedback.domain.opinion_commands import (
    AcknowledgeOpinion,
    AssignOpinion,
    CloseOpinion,
    DecideOpinion,
    ExtendAnswer,
    MoveDue,
    NoticeOverdue,
    OpinionCommand,
    ReceiveOpinion,
    ReplyToOpinion,
)
from services.feedback.domain.opinion_state import Opinion, evolve
from services.feedback.events import (
    CountedDay,
    Duty,
    OpinionAcknowledged,
    OpinionAssigned,
    OpinionClosed,
    OpinionDecided,
    OpinionDueMoved,
    OpinionEvent,
    OpinionExtended,
    OpinionFellOverdue,
    OpinionReceived,
    OpinionReplied,
)
from shared.decider import Decider, Refused
from shared.workdays import DayKind, Reckoning

TEXT_CHARACTERS_MAX = 4000


def decide(state: Opinion, command: OpinionCommand) -> list[OpinionEvent]:
    match command:
        case ReceiveOpinion():
            return receive(state, command)
        case AcknowledgeOpinion():
            return acknowledge(state, command)
        case AssignOpinion():
            return assign(state, command)
        case DecideOpinion():
            return decide_on(state, command)
        case ExtendAnswer():
            return extend(state, command)
        case MoveDue():
            return move_due(state, command)
        case ReplyToOpinion():
            return reply(state, command)
        case CloseOpinion():
            return close(state, command)
        case NoticeOverdue():
            return notice_overdue(state, command)
        case _:
            assert_never(command)


def receive(state: Opinion, command: ReceiveOpinion) -> list[OpinionEvent]:
    """Anyone may give one; it enters the register whatever the channel (FBK-07, FBK-10)."""
    if state.stage != "unknown":
        raise Refused("STEP_OUT_OF_ORDER", "This opinion is already in the register.")
    _must_have_text(command.text)
    return [
        OpinionReceived(
            opinion=command.opinion,
            receipt_number=command.receipt_number,
            town=command.town,
            organisation=command.organisation,
            disclosure=command.disclosure,
            item=command.item,
            version=command.version,
            title=command.title,
            audience=command.audience,
            channel=command.channel,
            giver=command.giver,
            giver_kind=command.giver_kind,
            criticised=command.criticised,
            text=command.text.strip(),
            lookup_digest=command.lookup_digest,
            at=command.at,
            acknowledge_by=command.acknowledge_by.due,
            due=command.answer_by.due,
            reckoning=counted(command.answer_by),
            provisional=command.answer_by.provisional,
        )
    ]


def acknowledge(state: Opinion, command: AcknowledgeOpinion) -> list[OpinionEvent]:
    _must_be_open(state)
    if state.stage != "received":
        return []
    return [OpinionAcknowledged(**_of(state), by=command.by, at=command.at)]


def assign(state: Opinion, command: AssignOpinion) -> list[OpinionEvent]:
    """Never to the person it criticises (FBK-11). Assigning acknowledges what was not acknowledged yet."""
    _must_be_open(state)
    _not_the_criticised(state, command.handler)
    _not_the_criticised(state, command.by)
    if state.stage == "replied":
        raise Refused("STEP_OUT_OF_ORDER", "The opinion has been answered.", accepted="close it")
    if command.handler == state.handler:
        return []
    seen: list[OpinionEvent] = []
    if state.stage == "received":
        seen.append(OpinionAcknowledged(**_of(state), by=command.by, at=command.at))
    return [*seen, OpinionAssigned(**_of(state), handler=command.handler, by=command.by, at=command.at)]


def decide_on(state: Opinion, command: DecideOpinion) -> list[OpinionEvent]:
    """Adopt, partly or not: anything short of adopting says why (FBK-08)."""
    _must_be_open(state)
    _not_the_criticised(state, command.by)
    if state.stage not in ("assigned", "decided"):
        raise Refused("STEP_OUT_OF_ORDER", f"The opinion is {state.stage}.", accepted="assign it to a handler first")
    if command.disposition != "adopt" and not command.reason.strip():
        raise Refused(
            "REASON_REQUIRED",
            "Adopting partly or not at all needs a reason.",
            accepted="a reason",
            pointer="/reason",
        )
    return [
        OpinionDecided(
            **_of(state),
            disposition=command.disposition,
            kept_under=_kept_under(state, command),
            reason=command.reason.strip(),
            by=command.by,
            at=command.at,
        )
    ]


def extend(state: Opinion, command: ExtendAnswer) -> list[OpinionEvent]:
    """The answer's time may be extended once, with a reason (P-11)."""
    _must_be_open(state)
    if state.stage == "replied":
        raise Refused("STEP_OUT_OF_ORDER", "The opinion has been answered.", accepted="close it")
    if state.extended:
        raise Refused("ALREADY_EXTENDED", "The answer's time was extended once.", accepted=f"{state.due}")
    if not command.reason.strip():
        raise Refused("REASON_REQUIRED", "An extension needs a reason.", "a reason", "/reason")
    return [
        OpinionExtended(
            **_of(state),
            kept_under=_kept_under(state, command),
            reason=command.reason.strip(),
            due_before=state.due,
            due=command.answer_by.due,
            reckoning=counted(command.answer_by),
            provisional=command.answer_by.provisional,
            by=command.by,
            at=command.at,
        )
    ]


def move_due(state: Opinion, command: MoveDue) -> list[OpinionEvent]:
    """Whatever is open moves with a newly published calendar (requirements 3.7)."""
    reckoned = command.answer_by
    new = (command.acknowledge_by, reckoned.due, reckoned.provisional)
    if not _open_duties(state) or new == (state.acknowledge_by, state.due, state.provisional):
        return []
    return [
        OpinionDueMoved(
            **_of(state),
            acknowledge_by=command.acknowledge_by,
            due_before=state.due,
            due=reckoned.due,
            reckoning=counted(reckoned),
            provisional=reckoned.provisional,
            calendars=reckoned.calendar_versions,
        )
    ]


def reply(state: Opinion, command: ReplyToOpinion) -> list[OpinionEvent]:
    """Personal to a named giver; for an anonymous or erased one a general notice in the opinion's scope (FBK-09)."""
    _must_be_open(state)
    _not_the_criticised(state, command.by)
    if state.stage not in ("decided", "replied"):
        raise Refused("STEP_OUT_OF_ORDER", f"The opinion is {state.stage}.", accepted="decide on it first")
    _must_have_text(command.text)
    general = not state.giver or command.giver_erased
    return [
        OpinionReplied(
            **_of(state),
            title=state.title,
            kept_under=_kept_under(state, command),
            text=command.text.strip(),
            general=general,
            audience=state.audience if general else f"person:{state.giver}",
            by=command.by,
            at=command.at,
        )
    ]


def _kept_under(state: Opinion, command: DecideOpinion | ExtendAnswer | ReplyToOpinion) -> str:
    """A key of its own, once the opinion's was destroyed with its giver."""
    return f"{state.opinion}/answer" if command.giver_erased else ""


def close(state: Opinion, command: CloseOpinion) -> list[OpinionEvent]:
    """Not without a reply (FBK-09)."""
    if state.stage == "closed":
        return []
    _must_be_open(state)
    if state.stage != "replied":
        raise Refused("REPLY_MISSING", "The giver has had no reply.", accepted="reply, then close")
    return [OpinionClosed(**_of(state), by=command.by, at=command.at)]


def notice_overdue(state: Opinion, command: NoticeOverdue) -> list[OpinionEvent]:
    """Each missed duty is noticed once, from the first day it was late (FBK-08)."""
    return [
        OpinionFellOverdue(**_of(state), duty=duty, from_day=due + timedelta(days=1))
        for duty, due in _open_duties(state)
        if due < command.today and (duty, due) not in state.noticed
    ]


def _open_duties(state: Opinion) -> list[tuple[Duty, date]]:
    duties: list[tuple[Duty, date]] = []
    if state.stage == "received":
        duties.append(("receipt", state.acknowledge_by))
    if state.stage in ("received", "acknowledged", "assigned", "decided"):
        duties.append(("answer", state.due))
    return duties


class _Of(TypedDict):
    opinion: str
    receipt_number: str
    town: str
    organisation: str
    disclosure: str


def _of(state: Opinion) -> _Of:
    return _Of(
        opinion=state.opinion,
        receipt_number=state.receipt_number,
        town=state.town,
        organisation=state.organisation,
        disclosure=state.disclosure,
    )


def counted(reckoning: Reckoning) -> tuple[CountedDay, ...]:
    return tuple(
        CountedDay(day=d.day, count=d.count, note="" if d.kind is DayKind.WORKDAY else d.kind.value)
        for d in reckoning.days
    )


def _must_be_open(state: Opinion) -> None:
    if state.stage == "unknown":
        raise Refused("NOT_FOUND", "There is no such thing here.")
    if state.stage == "closed":
        raise Refused("STEP_OUT_OF_ORDER", "The opinion is closed.")


def _not_the_criticised(state: Opinion, person: str) -> None:
    if state.criticised and person == state.criticised:
        raise Refused(
            "NOT_YOUR_REMIT",
            "An opinion is not handled by the person it criticises.",
            accepted="another handler",
        )


def _must_have_text(text: str) -> None:
    if not text.strip():
        raise Refused("MISSING_FIELD", "There is no text.", accepted="some text", pointer="/text")
    if len(text) > TEXT_CHARACTERS_MAX:
        raise Refused("INVALID", "Too long.", f"at most {TEXT_CHARACTERS_MAX} characters", "/text")


OPINION: Decider[Opinion, OpinionCommand, OpinionEvent] = Decider("opinion", Opinion(), decide, evolve)
