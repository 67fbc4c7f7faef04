"""What may be asked of an opinion. Days are reckoned outside and come in with the command."""

from dataclasses import dataclass
from datetime import date, datetime

from services.feedback.events import Channel, Disposition, GiverKind
from shared.workdays import Reckoning


@dataclass(frozen=True)
class ReceiveOpinion:
    opinion: str
    receipt_number: str
    town: str
    organisation: str
    channel: Channel
    giver: str
    giver_kind: GiverKind
    text: str
    at: datetime
    acknowledge_by: Reckoning
    answer_by: Reckoning
    audience: str
    disclosure: str = ""
    item: str = ""
    version: int = 0
    title: str = ""
    criticised: str = ""
    lookup_digest: str = ""


@dataclass(frozen=True)
class AcknowledgeOpinion:
    by: str
    at: datetime


@dataclass(frozen=True)
class AssignOpinion:
    handler: str
    by: str
    at: datetime


@dataclass(frozen=True)
class DecideOpinion:
    """``giver_erased``, here and below: nothing can be kept for its giver any more, nor told them."""

    disposition: Disposition
    reason: str
    by: str
    at: datetime
    giver_erased: bool = False


@dataclass(frozen=True)
class ExtendAnswer:
    reason: str
    answer_by: Reckoning
    by: str
    at: datetime
    giver_erased: bool = False


@dataclass(frozen=True)
class MoveDue:
    """What the calendar now in force makes of an open opinion's days."""

    acknowledge_by: date
    answer_by: Reckoning


@dataclass(frozen=True)
class ReplyToOpinion:
    text: str
    by: str
    at: datetime
    giver_erased: bool = False


@dataclass(frozen=True)
class CloseOpinion:
    by: str
    at: datetime


@dataclass(frozen=True)
class NoticeOverdue:
    today: date


OpinionCommand = (
    ReceiveOpinion
    | AcknowledgeOpinion
    | AssignOpinion
    | DecideOpinion
    | ExtendAnswer
    | MoveDue
    | ReplyToOpinion
    | CloseOpinion
    | NoticeOverdue
)
