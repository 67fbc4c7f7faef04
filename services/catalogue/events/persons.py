"""The facts of a person: known under a name, held as evidence, restricted, and erased by decision of two.

Stream ``person-<id>``. Start at :class:`PersonRegistered`; :class:`PersonErased` is the certificate.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from shared.events import Event
from shared.personal_data import Personal

HoldGround = Literal["discipline", "court", "archive", "complaint"]
ErasureGround = Literal[
    "purpose-ended", "retention-ended", "consent-withdrawn", "unlawful-processing", "other-law"
]  # PIPL Art. 47


class PersonRegistered(Event):
    person: str
    name_zh: Annotated[str, Personal(of="person")]
    name_en: Annotated[str, Personal(of="person")]
    on: date


class OfPerson(Event):
    person: str


class HoldPlaced(OfPerson):
    """What is known of the person is evidence: it must not be erased until the hold is lifted."""

    hold: str
    ground: HoldGround
    reason: Annotated[str, Personal(of="person")]
    by: str
    on: date


class HoldLifted(OfPerson):
    hold: str
    reason: Annotated[str, Personal(of="person")]
    by: str
    on: date


class PersonRestricted(OfPerson):
    """Kept and kept safe, and otherwise not used any more (PIPL Art. 47)."""

    ground: ErasureGround
    by: str
    on: date


class RestrictionLifted(OfPerson):
    by: str
    on: date


class ErasureRequested(OfPerson):
    ground: ErasureGround
    by: str
    on: date


class ErasureWithdrawn(OfPerson):
    by: str
    on: date


class ErasureConfirmed(OfPerson):
    """Decided by two: from here on nothing more is kept of the person, and the keys are being destroyed."""

    ground: ErasureGround
    requested_by: str
    confirmed_by: str
    on: date


class PersonErased(OfPerson):
    """The certificate: how many keys were destroyed, and which, told by a digest over their ids."""

    ground: ErasureGround
    requested_by: str
    confirmed_by: str
    keys: int
    keys_digest: str
    destroyed_at: datetime


PersonEvent = (
    PersonRegistered
    | HoldPlaced
    | HoldLifted
    | PersonRestricted
    | RestrictionLifted
    | ErasureRequested
    | ErasureWithdrawn
    | ErasureConfirmed
    | PersonErased
)
