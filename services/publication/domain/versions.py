"""A disclosure and its versions as the events make them: what each says, who wrote it, examined it, saw it.

Only :func:`evolve` changes it. The last version is the one being worked on; the others stand as shown.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, assert_never

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
    SecrecyCleared,
    SecrecyRefused,
    VersionCorrected,
)
from services.publication.events.parts import Attachment

Stage = Literal["draft", "submitted", "refused", "cleared", "approved", "inside", "outside"]


@dataclass(frozen=True)
class Content:
    """Everything that readers may come to see."""

    title: str
    text: str
    summary: str = ""
    led_text: str = ""
    attachments: tuple[Attachment, ...] = ()

    @property
    def digest(self) -> str:
        """Same content, same digest: SHA-256 over its canonical JSON."""
        attached = sorted((a.name, a.clear or a.digest) for a in self.attachments)
        parts = [self.title, self.text, self.summary, self.led_text, attached]
        return "sha256:" + hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


BLANK = Content("", "")


@dataclass(frozen=True)
class Shown:
    """A release that has happened: when, through which channels, of which content."""

    at: datetime
    channels: tuple[str, ...]
    digest: str


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
    inside: Shown | None = None
    outside: Shown | None = None
    replaces: int = 0
    note: str = ""
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

    def version(self, number: int) -> Version:
        return self.versions[number - 1]


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
            return replace(disclosure, versions=(*disclosure.versions, opened))
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
            unexamined = replace(version, stage="draft", attested_by=(), digest="")
            return replace(unexamined, reviewer="", approver="", register_number="")
        case DisclosureApproved():
            return replace(
                version,
                stage="approved",
                approver=event.approver,
                register_number=event.register_number,
                attested_by=event.attested_by,
            )
        case DisclosureReleasedInside():
            return replace(version, stage="inside", inside=_shown(event))
        case DisclosureReleasedOutside():
            return replace(version, stage="outside", outside=_shown(event))
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
            content = replace(content, attachments=kept)
    authors = tuple(dict.fromkeys((*version.authors, event.author)))
    return replace(version, stage="draft", content=content, authors=authors)


def _content(event: DisclosureDrafted | DisclosureRevised | CorrectionOpened) -> Content:
    return Content(event.title, event.text, event.summary, event.led_text, event.attachments)


def _shown(event: DisclosureReleasedInside | DisclosureReleasedOutside) -> Shown:
    return Shown(event.at, kinds(event.channels), event.content_digest)
