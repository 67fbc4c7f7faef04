"""HTTP to writing: draft, revise, attach, submit, correct."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import Form, UploadFile

from services.publication.api.bodies import CorrectBody, DraftBody, ReviseBody, SubmitBody
from services.publication.api.parts import Parts, is_stranger, nothing
from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.drafting import (
    AddAttachment,
    DraftDisclosure,
    OpenCorrection,
    OwedBy,
    RemoveAttachment,
    ReviseDisclosure,
)
from services.publication.domain.examination import SubmitDisclosure, SummaryRule
from services.publication.domain.obligation import OBLIGATION
from services.publication.domain.present import is_of_these_terms
from services.publication.domain.schedule import ItemInForce
from services.publication.domain.sheets import examine
from services.publication.events.parts import Attachment, Mask
from services.publication.views.almanac import Almanac
from services.publication.views.procedures import to_draft
from shared.decider import Refused
from shared.handling import Do
from shared.personal_data.gate import Examined, covered, find
from shared.web import Api, CommandDesk, Done

NAME_MAX = 200
Keep = Callable[[str, bytes, Examined], Attachment]


def add(router: Api, parts: Parts) -> None:
    _drafting(router, parts)
    _sending_on(router, parts)
    _attaching(router, parts)


def _drafting(router: Api, parts: Parts) -> None:
    path = "/disclosures/{disclosure}"

    @router.post("/disclosures", action="disclosure.draft", status_code=201)
    def draft_disclosure(body: DraftBody, desk: CommandDesk) -> Done:
        """For a duty, or for an item in force: OFF_CATALOGUE and NOT_IN_FORCE otherwise."""
        owed = _owed(parts, body.obligation)
        item = body.item or (owed.item if owed else "")
        if not item and not body.obligation:
            raise Refused("MISSING_FIELD", "A draft is for an item or a duty.", pointer="/item")
        organisation = parts.register.organisation(item.partition("/")[0])
        if organisation is None:
            raise nothing()
        hidden = not body.item and is_stranger(desk.standing, organisation.organisation)
        acting = desk.may(organisation.organisation, organisation.town, hidden)
        if body.obligation and (owed is None or owed.item.partition("/")[0] != organisation.organisation):
            raise nothing()
        announced = parts.announcements.to_announce(body.announces, item, desk.today) if body.announces else None
        in_catalogue = announced.item if announced else parts.opened(parts.items.item(item, desk.today))
        owed = _standing(parts, _owed_of(parts, body.obligation, in_catalogue), in_catalogue)
        made, by, on = desk.new_id(), desk.standing.person, desk.today
        command = DraftDisclosure(
            made, in_catalogue, owed, body.content(), by, on, announced=announced, part_of=body.part_of
        )
        asked = to_draft(body.part_of, item, made)
        result = {"disclosure": made, "item": item, "obligation": body.obligation}
        draft = Do(DISCLOSURE, made, command)
        return desk.handle(draft, *asked, acting=acting, town=organisation.town, result=result)

    @router.post(f"{path}/revise", action="disclosure.draft", versioned=True)
    async def revise_disclosure(disclosure: str, body: ReviseBody, desk: CommandDesk) -> Done:
        return await parts.doing(desk, disclosure, ReviseDisclosure(body.content(), desk.standing.person))


def _sending_on(router: Api, parts: Parts) -> None:
    path = "/disclosures/{disclosure}"

    @router.post(f"{path}/submit", action="disclosure.draft", versioned=True)
    def submit_disclosure(disclosure: str, body: SubmitBody, desk: CommandDesk) -> Done:
        """For review, attested as true by the named persons and by whoever sends it; from here on it stands."""
        _, drafted = parts.disclosure(disclosure)
        parts.acting(desk, drafted)
        parts.must_be_in_post(body.attested_by, drafted.organisation, desk.now, "/attested_by")
        policy = Almanac(parts.register, desk.now).parameters(drafted.town)
        rule = SummaryRule(policy.summary_needed, policy.summary_longest)
        return parts.done(desk, disclosure, SubmitDisclosure(desk.standing.person, tuple(body.attested_by), rule))

    @router.post(f"{path}/corrections", action="disclosure.draft", versioned=True, status_code=201)
    def open_correction(disclosure: str, body: CorrectBody, desk: CommandDesk) -> Done:
        """A new version of what was shown; the attachments are carried over."""
        by = desk.standing.person
        parts.acting(desk, parts.disclosure(disclosure)[1])
        parts.must_be_known([body.found_by] if body.found_by else [], "/found_by")
        command = OpenCorrection(body.content(), body.note, body.found_by or by, by, desk.today)
        return parts.done(desk, disclosure, command)


def _attaching(router: Api, parts: Parts) -> None:
    path = "/disclosures/{disclosure}/attachments"

    @router.post(path, action="disclosure.draft", versioned=True, status_code=201)
    def attach(disclosure: str, file: UploadFile, desk: CommandDesk, mask: Annotated[bool, Form()] = False) -> Done:
        """PERSONAL_DATA_FOUND names the cells; with ``mask`` a copy is kept in which they are covered."""
        state, drafted = parts.disclosure(disclosure)
        acting = parts.acting(desk, drafted)
        command = _examined(partial(_kept, parts, state.draft, file), desk.standing.person, file, mask=mask)
        done = desk.handle(
            Do(DISCLOSURE, disclosure, command),
            acting=acting,
            town=drafted.town,
        )
        new = command.attachment
        said = {"digest": new.clear, "name": new.name, "masked": [m.place for m in command.masks], "scan": new.scan}
        return done.model_copy(update={"result": said})  # told, and kept with no command

    @router.post(f"{path}/{{digest}}/remove", action="disclosure.draft", versioned=True)
    def remove_attachment(disclosure: str, digest: str, desk: CommandDesk) -> Done:
        attached = parts.disclosure(disclosure)[0].current.content.attachments
        kept = next((a.digest for a in attached if digest == a.clear), digest)
        return parts.done(desk, disclosure, RemoveAttachment(kept, desk.standing.person))


def _owed(parts: Parts, obligation: str) -> OwedBy | None:
    """None also where there is no such duty, which is said only to whoever may know."""
    raised = parts.handler.state(OBLIGATION, obligation)[1].raised if obligation else None
    return OwedBy(raised.obligation, raised.item, raised.duty, raised.period) if raised else None


def _owed_of(parts: Parts, obligation: str, item: ItemInForce | None) -> OwedBy | None:
    """The duty named; a plan's matter owes one, which is meant with or without its name (CAT-12)."""
    if not obligation and item and item.off_catalogue:
        return _owed(parts, parts.obligations.only_one_of(item.item))
    return _owed(parts, obligation)


def _standing(parts: Parts, owed: OwedBy | None, item: ItemInForce | None) -> OwedBy | None:
    """With what has been written for it so far: of terms that no longer hold, a draft is in nobody's way."""
    if owed is None or item is None:
        return owed
    duty = parts.obligation(owed.obligation)
    drafts = [parts.disclosure(disclosure)[1] for disclosure in parts.work.drafts_for(owed.obligation)]
    at_hand = next((drafted.disclosure for drafted in drafts if is_of_these_terms(drafted, item)), "")
    return replace(owed, met=duty.stage == "fulfilled", met_by=duty.met_by, at_hand=at_hand)


def _examined(kept: Keep, by: str, file: UploadFile, *, mask: bool) -> AddAttachment:
    """The document is kept only once the gate lets it pass: as it is, or covered."""
    name, content = (file.filename or "attachment")[-NAME_MAX:], file.file.read()
    seen = examine(name, content)
    found = (*find([("name", name)]), *seen.found)
    if not found:
        return AddAttachment(kept(name, content, seen), (), (), by)
    coverable = seen.covered is not None or not seen.found
    if not mask or not coverable:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        unkept = Attachment(name=covered(name), digest=digest, media_type="", bytes=len(content))
        return AddAttachment(unkept, found, (), by, coverable)
    hidden = content if seen.covered is None else seen.covered
    masks = tuple(Mask(place=f.place, kind=f.kind) for f in found)
    masked = kept(covered(name), hidden, seen).model_copy(update={"scan": "masked"})
    return AddAttachment(masked, (), masks, by)


def _kept(parts: Parts, draft: str, file: UploadFile, name: str, content: bytes, seen: Examined) -> Attachment:
    return Attachment(
        name=name,
        digest=parts.keep(content, draft),
        clear=f"sha256:{hashlib.sha256(content).hexdigest()}",
        media_type=(file.content_type or "application/octet-stream")[:200],
        bytes=len(content),
        scan="clean" if seen.readable else "not-readable",
    )
