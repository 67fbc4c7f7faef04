"""A filing for the record is a receipted notice, no approval: submitted, then received under a number or returned.

What nobody receipts within P-18 is deemed received, and flagged (CAT-18, CAT-15, A-04). Numbers run without a gap in
each receiver's register of a year. Start at :func:`decide`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, assert_never

from services.audit.events import (
    FilingAbout,
    FilingDueMoved,
    FilingEvent,
    FilingFact,
    FilingNumberGiven,
    FilingReceived,
    FilingReturned,
    FilingSubmitted,
)
from shared.decider import Decider, Refused
from shared.due_days import DueDay

COMMITTEE = "委员会"


@dataclass(frozen=True)
class SubmitFiling:
    """By the platform, when what is filed has happened. ``persons`` took part in it and give no receipt."""

    filing: str
    about: FilingAbout
    reference: str
    town: str
    organisation: str
    addressed_to: str
    items: tuple[str, ...]
    matter: str
    ground: str
    persons: tuple[str, ...]
    late_workdays: int
    due: DueDay
    on: date


@dataclass(frozen=True)
class ResubmitFiling:
    """Completed after a return; ``supplement`` says with what.

    ``by_office``: the leading group's office does it; ``by_filer``: an officer of the organisation that withholds.
    """

    supplement: str
    due: DueDay
    by: str
    by_office: bool
    on: date
    by_filer: bool = False


@dataclass(frozen=True)
class ReceiveFiling:
    """``number`` is the next of the receiver's register, entered in the same breath."""

    number: str
    by: str
    on: date


@dataclass(frozen=True)
class ReturnFiling:
    missing: str
    by: str
    on: date


@dataclass(frozen=True)
class DeemReceived:
    today: date


@dataclass(frozen=True)
class MoveFilingDue:
    due: DueDay


FilingCommand = SubmitFiling | ResubmitFiling | ReceiveFiling | ReturnFiling | DeemReceived | MoveFilingDue


@dataclass(frozen=True)
class Filing:
    """``deemed`` is received without a number, which may still come."""

    stage: Literal["unknown", "submitted", "returned", "deemed", "received"] = "unknown"
    submitted: FilingSubmitted | None = None
    due: DueDay | None = None

    @property
    def submission(self) -> FilingSubmitted:
        if self.submitted is None:
            raise Refused("NOT_FOUND", "There is no such thing here.")
        return self.submitted


def decide(filing: Filing, command: FilingCommand) -> list[FilingEvent]:
    match command:
        case SubmitFiling():
            return submit(filing, command)
        case ResubmitFiling():
            return resubmit(filing, command)
        case ReceiveFiling():
            return receive(filing, command)
        case ReturnFiling():
            return return_filing(filing, command)
        case DeemReceived():
            return deem_received(filing, command)
        case MoveFilingDue():
            return move_due(filing, command)
        case _:
            assert_never(command)


def submit(filing: Filing, command: SubmitFiling) -> list[FilingEvent]:
    if filing.submitted is not None:
        return []
    return [FilingSubmitted(round=1, **{name: getattr(command, name) for name in command.__dataclass_fields__})]


def resubmit(filing: Filing, command: ResubmitFiling) -> list[FilingEvent]:
    last = filing.submission
    if last.about == "change" and not command.by_office:  # CAT-18
        raise Refused("NOT_YOUR_REMIT", "The leading group's office files changes with the county.")
    if last.about == "withholding" and not command.by_filer:  # CAT-15
        raise Refused("NOT_YOUR_REMIT", "Who withholds something completes its filing.", f"{last.organisation}'s own")
    if filing.stage != "returned":
        raise Refused("STEP_OUT_OF_ORDER", f"The filing is {filing.stage}.", accepted="a returned filing")
    if not command.supplement.strip():
        raise Refused("REASON_REQUIRED", "With what was it completed?", pointer="/supplement")
    again = {
        "round": last.round + 1,
        "supplement": command.supplement.strip(),
        "submitted_by": command.by,
        "due": command.due,
        "on": command.on,
    }
    return [last.model_copy(update=again)]


def receive(filing: Filing, command: ReceiveFiling) -> list[FilingEvent]:  # CAT-18, A-04
    _must_be_for(filing, command.by)
    received = FilingReceived(**_of(filing), number=command.number, deemed=False, by=command.by, on=command.on)
    return [received]


def return_filing(filing: Filing, command: ReturnFiling) -> list[FilingEvent]:
    _must_be_for(filing, command.by)
    if filing.stage == "deemed":
        raise Refused("STEP_OUT_OF_ORDER", "It is deemed received; only its number is missing.", "a receipt")
    if not command.missing.strip():
        raise Refused("REASON_REQUIRED", "What is missing?", accepted="what is missing", pointer="/missing")
    return [FilingReturned(**_of(filing), missing=command.missing.strip(), by=command.by, on=command.on)]


def _must_be_for(filing: Filing, person: str) -> None:
    if person in filing.submission.persons or person == filing.submission.submitted_by:
        raise Refused("SELF_APPROVAL", "Nobody receipts what they had a part in.", accepted="another person")
    if filing.stage not in ("submitted", "deemed"):
        facts = {"stage": filing.stage}
        raise Refused("STEP_OUT_OF_ORDER", f"The filing is {filing.stage}.", "a filing that waits", facts=facts)


def deem_received(filing: Filing, command: DeemReceived) -> list[FilingEvent]:
    """On the day after the last one for a receipt, whenever it is noticed (P-18)."""
    if filing.stage != "submitted" or filing.due is None or command.today <= filing.due.due:
        return []
    since = filing.due.due + timedelta(days=1)
    return [FilingReceived(**_of(filing), number="", deemed=True, by="", on=since)]


def move_due(filing: Filing, command: MoveFilingDue) -> list[FilingEvent]:
    if filing.stage != "submitted" or filing.due is None or not filing.due.differs(command.due):
        return []
    return [FilingDueMoved(**_of(filing), was=filing.due.due, due=command.due)]


def _of(filing: Filing) -> dict[str, str]:
    return {name: getattr(filing.submission, name) for name in FilingFact.model_fields}


def evolve(filing: Filing, event: FilingEvent) -> Filing:
    match event:
        case FilingSubmitted():
            return Filing("submitted", event, event.due)
        case FilingReceived():
            return replace(filing, stage="deemed" if event.deemed else "received")
        case FilingReturned():
            return replace(filing, stage="returned")
        case FilingDueMoved():
            return replace(filing, due=event.due)
        case _:
            assert_never(event)


FILING: Decider[Filing, FilingCommand, FilingEvent] = Decider("filing", Filing(), decide, evolve)


# --- numbers ---


@dataclass(frozen=True)
class GiveFilingNumber:
    """``number`` is what the receipt was promised; if another took it meanwhile, neither is recorded."""

    addressed_to: str
    year: int
    number: int
    filing_number: str
    filing: str


def register_identity(addressed_to: str, year: int) -> str:
    return f"{addressed_to}/{year}"


def filing_number(receiver_zh: str, year: int, number: int, others_zh: Iterable[str] = ()) -> str:
    """``others_zh``: all organisations' names, among which the receiver is told by as little of its own as will do.

    >>> filing_number("中共凤阳镇委员会", 2026, 12)
    '凤党公备〔2026〕12号'
    >>> filing_number("中共凤阳镇委员会", 2026, 12, ["中共凤凰镇委员会"])
    '凤阳党公备〔2026〕12号'
    """
    return f"{_short(receiver_zh, others_zh)}党公备〔{year}〕{number}号"


def _short(receiver_zh: str, others_zh: Iterable[str]) -> str:
    """A committee goes before what is below it by its name; what is no committee is called by its whole name."""
    place = _place(receiver_zh)
    if not receiver_zh.endswith(COMMITTEE):
        return place
    committees = {_place(other) for other in others_zh if other.endswith(COMMITTEE)}
    rivals = [other for other in committees if not other.startswith(place)]
    starts = (place[:length] for length in range(1, len(place)))
    return next((start for start in starts if not any(rival.startswith(start) for rival in rivals)), place)


def _place(name_zh: str) -> str:
    return name_zh.removeprefix("中共").removesuffix(COMMITTEE)


def give_number(given: int, command: GiveFilingNumber) -> list[FilingNumberGiven]:
    if command.number != given + 1:
        raise Refused("VERSION_CONFLICT", "Another filing took this number.", facts={"next": given + 1})
    return [FilingNumberGiven(**{name: getattr(command, name) for name in command.__dataclass_fields__})]


def number_given(given: int, event: FilingNumberGiven) -> int:
    return max(given, event.number)


FILING_NUMBERS: Decider[int, GiveFilingNumber, FilingNumberGiven] = Decider("filings", 0, give_number, number_given)
