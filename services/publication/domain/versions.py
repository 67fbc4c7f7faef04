"""A disclosure and its versions as the events make them: what each says, who wrote it, examined it, saw it.

Only :func:`evolve` changes it. The last version is the one being worked on; the others stand as shown.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, assert_never

from services.publication.domain.channels import kinds
from services.publication.events import (
    AttachmentAdded,
    AttachmentRemoved,
    CorrectionOpened,
    DisclosureApproved,
    DisclosureDrafted,
    DisclosureEvent,
    DisclosureReleasedInside,
    DisclosureReleasedOutside,
    DisclosureReturned,
    DisclosureRevised,
    DisclosureSubmitted,
    EvidenceAdded,
    RedisclosureOpened,
    ReleaseScheduleCancelled,
    ReleaseScheduled,
    ScheduledReleaseMissed,
    SecrecyCleared,
    SecrecyRefused,
    VersionCorrected,
)
from services.publication.events.parts import Attachment, ChannelEvidence

Stage = Literal["draft", "submitted", "refused", "cleared", "approved", "inside", "outside"]


@dataclass(frozen=True)
class OutsideWords:
    """What is shown outside instead (A-05); of the attachments those with these digests go there too."""

    title: str
    text: str
    summary: str = ""
    note: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Content:
    """Everything that readers may come to see."""

    title: str
    text: str
    summary: str = ""
    led_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    outside: OutsideWords | None = None

    @property
    def digest(self) -> str:
        """Same content, same digest: SHA-256 over its canonical JSON."""
        attached = sorted((a.name, a.clear or a.digest) for a in self.attachments)
        parts: list[Any] = [self.title, self.text, self.summary, self.led_text, attached]
        if self.outside:
            also = [(a.name, a.clear or a.digest) for a in self.attachments if a.digest in self.outside.attachments]
            parts.append([self.outside.title, self.outside.text, self.outside.summary, self.outside.note, sorted(also)])
        return "sha256:" + hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


BLANK = Content("", "")


@dataclass(frozen=True)
class Shown:
    """A release that has happened: when, through which channels, of which content."""

    at: datetime
    channels: tuple[str, ...]
    digest: str
    evidence: tuple[ChannelEvidence, ...] = ()


@dataclass(frozen=True)
class Version:
    number: int
    content: Content
    authors: tuple[str, ...]
    stage: Stage = "draft"
    attested_by: tuple[str, ...] = ()
    digest: str = ""
    reviewer: str = ""
    approver: str = ""
    register_number: str = ""
    approved_on: date | None = None
    inside: Shown | None = None
    outside: Shown | None = None
    planned: tuple[ReleaseScheduled, ...] = ()
    replaces: int = 0
    note: str = ""
    opinions: tuple[str, ...] = ()  # for which it is made public again
    refused_digests: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Disclosure:
    drafted: DisclosureDrafted | None = None
    versions: tuple[Version, ...] = field(default=())

    @property
    def current(self) -> Version:
        return self.versions[-1]

    @property
    def draft(self) -> str:
        """The writing that the version at hand is in."""
        drafted = self.drafted.disclosure if self.drafted else ""
        return draft_of(drafted, self.current.number, len(self.current.refused_digests))

    def shown_by(self, moment: datetime) -> bool:
        """Whether somebody, inside or outside, had it shown to them by then."""
        shown = (release for version in self.versions for release in (version.inside, version.outside))
        return any(release is not None and release.at <= moment for release in shown)

    def version(self, number: int) -> Version:
        return self.versions[number - 1]

    def planned(self, side: str) -> ReleaseScheduled | None:
        """The release to a side that is still to happen, of whatever version."""
        return next((p for version in self.versions for p in version.planned if p.side == side), None)


def draft_of(disclosure: str, version: int, refusals: int = 0) -> str:
    """What a version's words are sealed under; after each refusal for secrecy it is another writing.

    >>> draft_of("D1", 2), draft_of("D1", 2, refusals=1)
    ('D1/2', 'D1/2/2')
    """
    return f"{disclosure}/{version}" + (f"/{refusals + 1}" if refusals else "")


def evolve(disclosure: Disclosure, event: DisclosureEvent) -> Disclosure:
    match event:
        case DisclosureDrafted():
            return Disclosure(event, (Version(1, _content(event), (event.author,)),))
        case CorrectionOpened():
            opened = Version(event.version, _content(event), (event.author,), replaces=event.replaces, note=event.note)
            if isinstance(event, RedisclosureOpened):
                opened = replace(opened, opinions=event.opinions)
            before = (replace(version, planned=()) for version in disclosure.versions)
            return replace(disclosure, versions=(*before, opened))
        case EvidenceAdded():
            return disclosure  # what is known of a release grows; the release is as it was
        case ReleaseScheduleCancelled() | ScheduledReleaseMissed():
            return replace(disclosure, versions=tuple(_unplanned(v, event.schedule) for v in disclosure.versions))
        case _:
            current = _advance(disclosure.current, event)
            return replace(disclosure, versions=(*disclosure.versions[:-1], current))


def _advance(version: Version, event: DisclosureEvent) -> Version:
    match event:
        case DisclosureRevised() | AttachmentAdded() | AttachmentRemoved():
            return _rewritten(version, event)
        case DisclosureSubmitted():
            return replace(version, stage="submitted", attested_by=event.attested_by, digest=event.content_digest)
        case SecrecyCleared():
            return replace(version, stage="cleared", reviewer=event.reviewer)
        case SecrecyRefused():
            return _destroyed(version, event.digest)
        case DisclosureReturned():
            unexamined = replace(version, stage="draft", attested_by=(), digest="", approved_on=None)
            return replace(unexamined, reviewer="", approver="", register_number="")
        case DisclosureApproved():
            return replace(
                version,
                stage="approved",
                approver=event.approver,
                register_number=event.register_number,
                attested_by=event.attested_by,
                approved_on=event.on,
            )
        case ReleaseScheduled():
            return replace(version, planned=(*version.planned, event))
        case DisclosureReleasedInside():
            return replace(_unplanned(version, "", "inside"), stage="inside", inside=_shown(event))
        case DisclosureReleasedOutside():
            return replace(_unplanned(version, "", "outside"), stage="outside", outside=_shown(event, version.digest))
        case EvidenceAdded() | ReleaseScheduleCancelled() | ScheduledReleaseMissed():
            return version
        case VersionCorrected() | DisclosureDrafted() | CorrectionOpened():
            return version
        case _:
            assert_never(event)


def _destroyed(version: Version, digest: str) -> Version:
    """What was refused for secrecy is not kept; its digest is, so that it is known if it comes back."""
    refused = version.refused_digests | {digest}
    return replace(version, stage="refused", content=BLANK, digest="", attested_by=(), refused_digests=refused)


def _rewritten(version: Version, event: DisclosureRevised | AttachmentAdded | AttachmentRemoved) -> Version:
    content = version.content
    match event:
        case DisclosureRevised():
            content = _content(event)
        case AttachmentAdded():
            content = replace(content, attachments=(*content.attachments, event.attachment))
        case AttachmentRemoved():
            kept = tuple(a for a in content.attachments if a.digest != event.digest)
            content = replace(content, attachments=kept, outside=_without(content.outside, event.digest))
    authors = tuple(dict.fromkeys((*version.authors, event.author)))
    return replace(version, stage="draft", content=content, authors=authors)


def _without(outside: OutsideWords | None, digest: str) -> OutsideWords | None:
    if outside is None:
        return None
    return replace(outside, attachments=tuple(d for d in outside.attachments if d != digest))


def _unplanned(version: Version, schedule: str, side: str = "") -> Version:
    """What has been shown to a side, or was called off, is no longer to come."""
    return replace(version, planned=tuple(p for p in version.planned if p.schedule != schedule and p.side != side))


def _content(event: DisclosureDrafted | DisclosureRevised | CorrectionOpened) -> Content:
    outside = None
    if event.outside_text:
        words = (event.outside_title, event.outside_text, event.outside_summary, event.outside_note)
        outside = OutsideWords(*words, event.outside_attachments)
    return Content(event.title, event.text, event.summary, event.led_text, event.attachments, outside)


def _shown(event: DisclosureReleasedInside | DisclosureReleasedOutside, whole: str = "") -> Shown:
    """Under the digest of the whole version, though a shortened one has a digest of its own."""
    return Shown(event.at, kinds(event.channels), whole or event.content_digest, event.channels)
