"""The facts of an opinion: it is received, acknowledged, assigned, decided on, answered and closed.

Every fact of an opinion names its organisation, its disclosure (or '') and its receipt number, so that a
follower can show it without asking back. The giver stands in ``OpinionReceived`` alone.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from shared.events import Event
from shared.personal_data import Personal, Subject

Channel = Literal[
    "online", "suggestion-box", "telephone", "email", "reception-day", "supervisor", "consultation"
]  # FBK-01 to FBK-06; "online" is the form beside a disclosure
GiverKind = Literal["anonymous", "member", "masses"]
Disposition = Literal["adopt", "partly", "not-adopt"]
Duty = Literal["receipt", "answer"]


class CountedDay(BaseModel):
    """One day of a reckoning: the ``count``-th working day, or a day passed over and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    count: int
    note: str = ""


class ReceiptNumberGiven(Event):
    """The register of an organisation's year gave its next number to an opinion."""

    organisation: str
    year: int
    number: int
    receipt_number: str
    opinion: str


class OfOpinion(Event):
    opinion: str
    receipt_number: str
    town: str
    organisation: str
    disclosure: str = ""


OfItsGiver = Annotated[str, Personal(of="kept_under", otherwise="opinion", kind=Subject.OPINION)]
"""What is said about an opinion goes with it: erased with its giver, where there is a name. Said after that, it is kept
under a key of its own, which ``kept_under`` names (decision 0052).
"""


class OpinionReceived(OfOpinion):
    """``audience`` is who may see the disclosure it is about, at its narrowest: '' when it is about none.

    ``acknowledge_by`` and ``due`` were reckoned on the day (P-11), by the steps in ``reckoning``. Of the code
    that an anonymous giver was handed, only ``lookup_digest`` is kept.
    """

    item: str = ""
    version: int = 0
    title: str = ""
    audience: str = ""
    channel: Channel
    giver: str = ""
    giver_kind: GiverKind
    criticised: str = ""
    text: Annotated[str, Personal(of="opinion", kind=Subject.OPINION, owner="giver")]
    lookup_digest: str = ""
    at: datetime
    acknowledge_by: date
    due: date
    reckoning: tuple[CountedDay, ...] = ()
    provisional: bool = False

    @property
    def anonymous(self) -> bool:
        return self.giver_kind == "anonymous"


class OpinionAcknowledged(OfOpinion):
    by: str
    at: datetime


class OpinionAssigned(OfOpinion):
    handler: str
    by: str
    at: datetime


class OpinionDecided(OfOpinion):
    disposition: Disposition
    kept_under: str = ""
    reason: OfItsGiver = ""
    by: str
    at: datetime


class OpinionExtended(OfOpinion):
    """The answer's one extension (P-11)."""

    kept_under: str = ""
    reason: OfItsGiver
    due_before: date
    due: date
    reckoning: tuple[CountedDay, ...] = ()
    provisional: bool = False
    by: str
    at: datetime


class OpinionDueMoved(OfOpinion):
    """A calendar was published that changes the reckoning of an open opinion; the old days stay in history."""

    acknowledge_by: date
    due_before: date
    due: date
    reckoning: tuple[CountedDay, ...] = ()
    provisional: bool = False
    calendars: tuple[str, ...] = ()


class OpinionReplied(OfOpinion):
    """To the named giver alone, or as a general notice to ``audience`` (FBK-09)."""

    title: str = ""
    kept_under: str = ""
    text: OfItsGiver
    general: bool
    audience: str = ""
    by: str
    at: datetime


class OpinionClosed(OfOpinion):
    by: str
    at: datetime


class OpinionFellOverdue(OfOpinion):
    """Noticed once for each duty: ``from_day`` is the first day it was late."""

    duty: Duty
    from_day: date


OpinionEvent = (
    OpinionReceived
    | OpinionAcknowledged
    | OpinionAssigned
    | OpinionDecided
    | OpinionExtended
    | OpinionDueMoved
    | OpinionReplied
    | OpinionClosed
    | OpinionFellOverdue
)
