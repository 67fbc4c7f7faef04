"""The facts of a disclosure and its versions: written, examined, registered, shown, corrected.

Stream ``disclosure-<id>``; version 1 is the first text, each correction is one more. An approval also stands in
stream ``register-<organisation>/<year>``. Start at :class:`Written` and :class:`Released`.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.publication.events.duties import Duty
from services.publication.events.parts import Attachment, ChannelEvidence, Condition, Mask, ReadEntry
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
Side = Literal["inside", "outside"]


class Written(DisclosureFact):
    """Everything that readers may come to see of one version, while it is being written and examined.

    With an ``outside_text`` it declares what is shown outside instead: the same, shortened (A-05);
    ``outside_attachments`` are the digests of the attachments that go there too.
    """

    title: Unshown
    text: Unshown
    summary: Unshown = ""
    led_text: Unshown = ""
    attachments: Annotated[tuple[Attachment, ...], _OF_ATTACHMENT] = ()
    outside_title: Unshown = ""
    outside_text: Unshown = ""
    outside_summary: Unshown = ""
    outside_note: Unshown = ""
    outside_attachments: tuple[str, ...] = ()


class DisclosureDrafted(Written):
    """``item_scope``, audiences and ``methods`` are those of the catalogue item in force on that day.

    ``announces`` is the change of the catalogue that it announces (CAT-19), ``barred`` who took its earlier steps.
    ``part_of`` is the procedure's stream and the part that it is of it (``decision-<id>/result``).
    """

    sub_item: str
    item_title: str
    kind: str
    duty: Duty | None = None
    period: str = ""
    obligation: str | None = None
    item_scope: str
    audience_inside: str
    audience_outside: str | None = None
    methods: tuple[str, ...] = ()
    time_limit: str = ""
    conditions: Annotated[
        tuple[Condition, ...], Personal(of="disclosure", kind=Subject.DISCLOSURE, within=("text", "names"))
    ] = ()
    announces: str = ""
    barred: tuple[str, ...] = ()
    major: bool = False
    part_of: str = ""
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
    outside_digest: Unshown = ""


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
    outside_digest: Unshown = ""
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
    announces: str = ""
    opinions: tuple[str, ...] = ()  # for which it is made public again (PUB-30)
    released_by: str


class DisclosureReleasedInside(Released):
    """To named persons alone only on a ``ground``, which ``released_by`` answers for (CAT-14)."""

    ground: str = ""
    citation: str = ""


class DisclosureReleasedOutside(Released):
    """``shortened``: it says less than what was shown inside, as approved (A-05); the digest is of what it says.

    ``lead_reason``: why an immediate matter did not wait the town's usual lead (P-01.immediate).
    """

    shortened: bool = False
    lead_reason: str = ""


class EvidenceAdded(DisclosureFact):
    """What came later of a release's channel, the ``place``-th from 0: that a notice was taken down, a photo, the
    minutes, who has read it in the reading room (A-29). The release stays as it was.
    """

    side: Side
    place: int
    channel: str
    removed_at: datetime | None = None
    minutes: str = ""
    access_log: str = ""
    link: str = ""
    reads: tuple[ReadEntry, ...] = ()
    document: Attachment | None = None
    by: str
    at: datetime


class ReleaseScheduled(DisclosureFact):
    """Is to be shown at ``at``, once everything that a release needs has been asked again."""

    schedule: str
    side: Side
    at: datetime
    channels: tuple[ChannelEvidence, ...]
    named: tuple[str, ...] = ()
    ground: str = ""
    citation: str = ""
    lead_reason: str = ""
    by: str


class ReleaseScheduleCancelled(DisclosureFact):
    schedule: str
    side: Side
    by: str


class ScheduledReleaseMissed(DisclosureFact):
    """It was not shown at ``at``: ``reason`` is the refusal's code; ``owner`` is who must see to it."""

    schedule: str
    side: Side
    at: datetime
    reason: str
    owner: str


class CorrectionOpened(Written):
    """Is to replace version ``replaces``, which stays as it was shown (PUB-31); it has all steps to go."""

    replaces: int
    note: Unshown
    found_by: str
    author: str
    on: date


class RedisclosureOpened(CorrectionOpened):
    """Not because it was wrong, but because of what was said of it (PUB-30): ``opinions`` by id."""

    opinions: tuple[str, ...]


class VersionCorrected(DisclosureFact):
    """From ``at`` on, for these audiences, ``version`` stands; ``replaces`` is marked and stays readable."""

    title: str
    replaces: int
    note: str
    at: datetime
    audiences: tuple[str, ...]


class VersionRedisclosed(VersionCorrected):
    """``replaces`` was no error: it is superseded because of the ``opinions``."""

    opinions: tuple[str, ...]


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
    | EvidenceAdded
    | ReleaseScheduled
    | ReleaseScheduleCancelled
    | ScheduledReleaseMissed
    | CorrectionOpened
    | VersionCorrected
    | RedisclosureOpened
    | VersionRedisclosed
)
