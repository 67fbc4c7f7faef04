"""Writing: a draft for an item in force, its revision, its attachments, and the correction of what was shown.

Nothing with personal data in it passes (PERSONAL_DATA_FOUND), and nothing that was shown is ever overwritten.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.publication.domain.explaining import Announced, must_be_ready
from services.publication.domain.outside_text import with_attachments
from services.publication.domain.procedure import must_be_a_stage
from services.publication.domain.schedule import ItemInForce
from services.publication.domain.versions import Content, Disclosure, Version, draft_of
from services.publication.events import (
    AttachmentAdded,
    AttachmentRemoved,
    CorrectionOpened,
    DisclosureDrafted,
    DisclosureEvent,
    DisclosureRevised,
    Duty,
    RedisclosureOpened,
    ReleaseScheduleCancelled,
)
from services.publication.events.parts import Attachment, Mask
from shared.decider import Refused
from shared.personal_data import gate
from shared.personal_data.gate import MENDED, Found, must_hold_nothing_personal

MADE_AGAIN = "the same without it: mend the source and make the PDF again, since a PDF is not masked here"


@dataclass(frozen=True)
class OwedBy:
    """The duty that a draft is to meet: whether it has been met, and by which disclosure; ``at_hand`` is another
    draft of the item as it stands that is on its way for it.
    """

    obligation: str
    item: str
    duty: Duty
    period: str
    met: bool = False
    met_by: str = ""
    at_hand: str = ""


@dataclass(frozen=True)
class DraftDisclosure:
    """``item`` is the organisation's catalogue item as adopted, or None if its catalogue does not have it."""

    disclosure: str
    item: ItemInForce | None
    owed: OwedBy | None
    content: Content
    by: str
    on: date
    announced: Announced | None = None
    part_of: str = ""


@dataclass(frozen=True)
class ReviseDisclosure:
    """New words; the attachments stay."""

    content: Content
    by: str


@dataclass(frozen=True)
class AddAttachment:
    """``found`` is what the gate saw in it; with ``masks`` the document at hand is the covered copy; ``coverable``:
    whether there could be one.
    """

    attachment: Attachment
    found: tuple[Found, ...]
    masks: tuple[Mask, ...]
    by: str
    coverable: bool = True


@dataclass(frozen=True)
class RemoveAttachment:
    digest: str
    by: str


@dataclass(frozen=True)
class OpenCorrection:
    """With ``opinions`` it is a re-disclosure: nothing was wrong (PUB-30)."""

    content: Content
    note: str
    found_by: str
    by: str
    on: date
    opinions: tuple[str, ...] = ()


def draft(disclosure: Disclosure, command: DraftDisclosure) -> list[DisclosureEvent]:
    if disclosure.drafted:
        raise Refused("STEP_OUT_OF_ORDER", "This disclosure has been drafted already.")
    announced = command.announced
    if announced:
        must_be_ready(announced)
    item = _in_force(command)
    if not announced or command.part_of:
        must_be_a_stage(item.sub_item, command.part_of)
    _must_be_the_only_one(command)
    content = with_attachments(command.content, command.content.attachments)
    must_be_complete(content)
    must_be_clean(content)
    owed = command.owed
    return [
        DisclosureDrafted(
            disclosure=command.disclosure,
            town=item.town,
            organisation=item.organisation,
            item=item.item,
            version=1,
            draft=draft_of(command.disclosure, 1),
            **_words(content),
            attachments=content.attachments,
            sub_item=item.sub_item,
            item_title=item.title,
            kind=item.kind,
            duty=owed.duty if owed else None,
            period=owed.period if owed else "",
            obligation=owed.obligation if owed else None,
            item_scope=item.scope,
            audience_inside=item.audience_inside,
            audience_outside=item.audience_outside,
            methods=item.methods,
            time_limit=time_limit(item),
            conditions=item.conditions,
            announces=announced.change if announced else "",
            barred=announced.persons if announced else (),
            major=item.major,
            part_of=command.part_of,
            author=command.by,
            on=command.on,
        )
    ]


def _in_force(command: DraftDisclosure) -> ItemInForce:
    item = command.item
    if item is None:
        raise Refused(
            "OFF_CATALOGUE",
            "The organisation's catalogue has no such item.",
            accepted="an item of the catalogue, or an approved off-catalogue plan",
            pointer="/item",
        )
    if item.since > command.on:
        facts = {"effective": item.since.isoformat()}
        raise Refused("NOT_IN_FORCE", f"The item is in force from {item.since}.", pointer="/item", facts=facts)
    if command.owed and command.owed.item != item.item:
        raise Refused("OFF_CATALOGUE", "The duty belongs to another item.", pointer="/obligation")
    return item


def _must_be_the_only_one(command: DraftDisclosure) -> None:
    """A duty is met by one disclosure; what is to be put right in it is a correction, with its note (PUB-31, PUB-36).

    The steps of a procedure and an announcement are not held to it: they have an order of their own.
    """
    owed = command.owed
    if owed is None or command.part_of or command.announced:
        return
    if owed.met:
        detail, accepted = "This duty has been met.", f"a correction of {owed.met_by}" if owed.met_by else "no duty"
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted=accepted, pointer="/obligation")
    if owed.at_hand:
        detail = "Another draft is on its way for this duty."
        raise Refused("STEP_OUT_OF_ORDER", detail, accepted=f"the draft {owed.at_hand}", pointer="/obligation")


def time_limit(item: ItemInForce) -> str:
    return f"{item.kind}/{item.cycle}" if item.cycle else item.kind


def revise(disclosure: Disclosure, command: ReviseDisclosure) -> list[DisclosureEvent]:
    version = open_for_writing(disclosure)
    content = with_attachments(command.content, version.content.attachments)
    must_be_complete(content)
    must_be_clean(content)
    must_not_be_refused_words(disclosure, content)
    if content == version.content:
        return []
    return [
        DisclosureRevised(**names(disclosure), **_words(content), attachments=content.attachments, author=command.by)
    ]


def add_attachment(disclosure: Disclosure, command: AddAttachment) -> list[DisclosureEvent]:
    version = open_for_writing(disclosure)
    must_hold_nothing_personal(command.found, "/file", MENDED if command.coverable else MADE_AGAIN)
    new = command.attachment
    if any((a.clear or a.digest) == (new.clear or new.digest) for a in version.content.attachments):
        return []
    return [
        AttachmentAdded(
            **names(disclosure),
            title=version.content.title,
            attachment=new,
            masks=command.masks,
            author=command.by,
        )
    ]


def remove_attachment(disclosure: Disclosure, command: RemoveAttachment) -> list[DisclosureEvent]:
    version = open_for_writing(disclosure)
    if all(a.digest != command.digest for a in version.content.attachments):
        raise Refused("NOT_FOUND", "This version has no such attachment.")
    title = version.content.title
    return [AttachmentRemoved(**names(disclosure), title=title, digest=command.digest, author=command.by)]


def open_correction(disclosure: Disclosure, command: OpenCorrection) -> list[DisclosureEvent]:
    """Of a version that was shown; it stays as it was, and the new one goes through every step again. What was still
    planned of it is called off.
    """
    if disclosure.drafted is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    wrong = disclosure.current
    if wrong.inside is None:
        raise Refused("STEP_OUT_OF_ORDER", "Only what has been shown is corrected; a draft is revised.")
    if not command.note.strip():
        raise Refused("REASON_REQUIRED", "A correction says what was wrong.", pointer="/note")
    content = with_attachments(command.content, wrong.content.attachments)
    must_be_complete(content)
    must_be_clean(content, note=command.note)
    must_not_be_refused_words(disclosure, content)
    opened: dict[str, Any] = {
        **names(disclosure),
        **_words(content),
        "version": wrong.number + 1,
        "draft": draft_of(disclosure.drafted.disclosure, wrong.number + 1),
        "attachments": content.attachments,
        "replaces": wrong.number,
        "note": command.note.strip(),
        "found_by": command.found_by,
        "author": command.by,
        "on": command.on,
    }
    if command.opinions:
        return [*_called_off(disclosure, command.by), RedisclosureOpened(**opened, opinions=command.opinions)]
    return [*_called_off(disclosure, command.by), CorrectionOpened(**opened)]


def _called_off(disclosure: Disclosure, by: str) -> list[DisclosureEvent]:
    """The plans of the version that is now replaced, or they would stand in the way of others (PUB-04)."""
    plans = [plan for version in disclosure.versions for plan in version.planned]
    about = names(disclosure)
    return [
        ReleaseScheduleCancelled(**about | {"version": plan.version}, schedule=plan.schedule, side=plan.side, by=by)
        for plan in plans
    ]


def open_for_writing(disclosure: Disclosure) -> Version:
    """The version at hand, as long as nobody examines it. A refused one may be written anew."""
    if disclosure.drafted is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    if disclosure.current.stage not in ("draft", "refused"):
        raise Refused("STEP_OUT_OF_ORDER", "This version is no draft any more.", accepted="a return, or a correction")
    return disclosure.current


def must_not_be_refused_words(disclosure: Disclosure, content: Content) -> None:
    """What was refused for secrecy does not come back under another writing, so that no key opens it (PUB-35)."""
    refused = {digest for version in disclosure.versions for digest in version.refused_digests}
    if refused and content.digest in refused:
        raise Refused("SECRECY_REFUSED", "This text was refused; it must be written anew first.")


def must_be_complete(content: Content) -> None:
    for at, words in (("", content), ("/outside", content.outside)):
        for name in ("title", "text") if words else ():
            if not getattr(words, name).strip():
                raise Refused("MISSING_FIELD", f"A disclosure needs a {name}.", pointer=f"{at}/{name}")


def must_be_clean(content: Content, note: str = "") -> None:
    fields = [(name, words) for name, words in _words(content).items() if isinstance(words, str)]
    must_hold_nothing_personal(gate.find([*fields, ("note", note)]), "/text")


def names(disclosure: Disclosure) -> dict[str, str | int]:
    """What every fact of a disclosure says of it."""
    drafted = disclosure.drafted
    if drafted is None:
        raise Refused("NOT_FOUND", "There is no such thing here.")
    return {
        "disclosure": drafted.disclosure,
        "town": drafted.town,
        "organisation": drafted.organisation,
        "item": drafted.item,
        "version": disclosure.current.number,
        "draft": disclosure.draft,
    }


def _words(content: Content) -> dict[str, Any]:
    words: dict[str, Any] = {name: getattr(content, name).strip() for name in ("title", "text", "summary", "led_text")}
    if content.outside:
        outside = {name: getattr(content.outside, name).strip() for name in ("title", "text", "summary", "note")}
        words |= {f"outside_{name}": text for name, text in outside.items()}
        words["outside_attachments"] = content.outside.attachments
    return words
