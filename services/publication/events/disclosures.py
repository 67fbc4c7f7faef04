"""The facts of a disclosure and its versions: written, examined, registered, shown, corrected.

Stream ``disclosure-<id>``; version 1 is the first text, each correction is one more. An approval also stands in
stream ``register-<organisation>/<year>``. Start at :class:`Written` and :class:`Released`.
"""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from services.publication.events.duties import Duty
from services.publication.events.parts import Attachment, ChannelEvidence, Mask
from shared.events import Event
from shared.personal_data import Personal, Subject

LED_TEXT_MAX = 60
TITLE_MAX = 200
SUMMARY_MAX = 500
TEXT_MAX = 50_000


class DisclosureFact(Event):
    """``draft`` is the writing that the version is in: its words are sealed until they are shown.

    What is refused for secrecy takes the key of its writing along; a version written anew is another writing.
    """

    disclosure: str
    town: str
    organisation: str
    item: str
    version: int
    draft: str = ""


_OF_DRAFT = Personal(of="draft", kind=Subject.DRAFT)
_OF_ATTACHMENT = Personal(of="draft", kind=Subject.DRAFT, within=("name", "clear"))
Unshown = Annotated[str, _OF_DRAFT]


class Written(DisclosureFact):
    """Everything that readers may come to see of one version, while it is being written and examined."""

    title: Unshown
    text: Unshown
    summary: Unshown = ""
    led_text: Unshown = ""
    attachments: Annotated[tuple[Attachment, ...], _OF_ATTACHMENT] = ()


class DisclosureDrafted(Written):
    """``item_scope`` and the audiences are those of the catalogue item in force on that day."""

    sub_item: str
    item_title: str
    kind: str
    duty: Duty | None = None
    period: str = ""
    obligation: str | None = None
    item_scope: str
    audience_inside: str
    audience_outside: str | None = None
    time_limit: str = ""
    author: str
    on: date


class DisclosureRevised(Written):
    author: str


class AttachmentAdded(DisclosureFact):
    title: Unshown
    attachment: Annotated[Attachment, _OF_ATTACHMENT]
    masks: Annotated[tuple[Mask, ...], Personal(of="draft", kind=Subject.DRAFT, within=("place",))] = ()
    author: str


class AttachmentRemoved(DisclosureFact):
    title: Unshown
    digest: str
    author: str


class DisclosureSubmitted(DisclosureFact):
    """Attested as true by the named persons (PUB-31); from here on the content stands under its digest."""

    title: Unshown
    submitted_by: str
    attested_by: tuple[str, ...]
    content_digest: Unshown


class SecrecyCleared(DisclosureFact):
    """The reviewer has also confirmed scope and time limit (CAT-13)."""

    title: Unshown
    reviewer: str
    confirmed_scope: str
    confirmed_time_limit: str
    content_digest: Unshown


class SecrecyRefused(DisclosureFact):
    """Why, by whom and of which content; the content itself is not told, nor its title (PUB-35, CAT-14).

    The digest is sealed too, under a key that stays: it tells the same text if it comes back, and is no dictionary.
    """

    ground: str
    citation: str
    reviewer: str
    digest: Annotated[str, Personal(of="disclosure", kind=Subject.DISCLOSURE)]


class DisclosureReturned(DisclosureFact):
    """Sent back to its authors before release."""

    title: Unshown
    by: str
    reason: Unshown


class DisclosureApproved(DisclosureFact):
    """Approved and so registered: examined, then registered, then made public (先审核、后登记、再公开)."""

    title: Unshown
    approver: str
    author: str
    reviewer: str
    attested_by: tuple[str, ...]
    register_number: str
    content_digest: Unshown
    on: date


class Released(DisclosureFact):
    """Shown from ``at`` on to the audiences (see shared.scope), through the channels, with their evidence.

    What was shown stays readable for ever: its words are in clear, and no key is needed to prove what they were.
    """

    title: str = Field(max_length=TITLE_MAX)
    text: str = Field(max_length=TEXT_MAX)
    summary: str = Field(default="", max_length=SUMMARY_MAX)
    led_text: str = Field(default="", max_length=LED_TEXT_MAX)
    attachments: tuple[Attachment, ...] = ()
    at: datetime
    on: date
    audiences: tuple[str, ...]
    channels: tuple[ChannelEvidence, ...]
    content_digest: str
    register_number: str
    obligation: str | None = None
    duty: Duty | None = None
    period: str = ""
    replaces: int = 0
    note: str = ""
    released_by: str


class DisclosureReleasedInside(Released):
    pass


class DisclosureReleasedOutside(Released):
    pass


class CorrectionOpened(Written):
    """Is to replace version ``replaces``, which stays as it was shown (PUB-31); it has all steps to go."""

    replaces: int
    note: Unshown
    found_by: str
    author: str
    on: date


class VersionCorrected(DisclosureFact):
    """From ``at`` on, for these audiences, ``version`` stands; ``replaces`` is marked and stays readable."""

    title: str
    replaces: int
    note: str
    at: datetime
    audiences: tuple[str, ...]


# --- the register of approvals ---


class RegisterEntered(DisclosureFact):
    """The ``number``-th approval of the organisation's year: ``FY-R1-2026-0001``."""

    title: Unshown
    register_name: str
    number: int
    register_number: str
    approver: str
    on: date


DisclosureEvent = (
    DisclosureDrafted
    | DisclosureRevised
    | AttachmentAdded
    | AttachmentRemoved
    | DisclosureSubmitted
    | SecrecyCleared
    | SecrecyRefused
    | DisclosureReturned
    | DisclosureApproved
    | DisclosureReleasedInside
    | DisclosureReleasedOutside
    | CorrectionOpened
    | VersionCorrected
)
