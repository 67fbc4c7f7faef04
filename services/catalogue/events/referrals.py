"""The facts of work between units: one refers a case, consults or asks for a countersignature, the other answers.

Stream ``referral-<id>`` (ORG-10). What the case is about is named, never copied. Start at :class:`ReferralOpened`.
"""

from datetime import date
from typing import Annotated, Literal

from shared.events import Event
from shared.personal_data import Personal

ReferralKind = Literal["refer", "consult", "countersign"]
SubjectKind = Literal[
    "template", "catalogue", "item", "plan", "withholding", "change", "disclosure", "opinion", "other"
]


class OfReferral(Event):
    referral: str
    town: str
    by: str
    on: date


class ReferralOpened(OfReferral):
    """``subject`` is the id of what it is about; ``due`` is when the unit asked should have answered."""

    kind: ReferralKind
    subject_kind: SubjectKind
    subject: str
    from_unit: str
    to_unit: str
    question: Annotated[str, Personal(of="by")]
    due: date


class ReferralAnswered(OfReferral):
    """What the unit answers, to a consultation or of a case it was given; ``accepted``: it has taken the case over."""

    unit: str
    accepted: bool
    answer: Annotated[str, Personal(of="by")]


class ReferralCountersigned(OfReferral):
    """``agreed`` or not, and then why not."""

    unit: str
    agreed: bool
    remark: Annotated[str, Personal(of="by")]


class ReferralWithdrawn(OfReferral):
    reason: Annotated[str, Personal(of="by")]


ReferralEvent = ReferralOpened | ReferralAnswered | ReferralCountersigned | ReferralWithdrawn
