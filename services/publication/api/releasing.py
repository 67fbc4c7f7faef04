"""HTTP to the two releases: inside the Party, then outside it; planned ones; and what comes of their channels later."""

import hashlib
from dataclasses import replace
from typing import Annotated

from fastapi import Form, UploadFile

from services.publication.api.bodies import (
    EvidenceBody,
    ReleaseInsideBody,
    ReleaseOutsideBody,
    ScheduleInsideBody,
    ScheduleOutsideBody,
)
from services.publication.api.parts import Parts
from services.publication.domain.channels import Side
from services.publication.domain.disclosure import DISCLOSURE
from services.publication.domain.evidence import AddEvidence
from services.publication.domain.outside_text import as_outside
from services.publication.domain.planning import CancelSchedule, ScheduleRelease
from services.publication.domain.release import ReleaseInside, ReleaseOutside
from services.publication.domain.sheets import examine
from services.publication.events.parts import Attachment
from services.publication.views.almanac import Almanac
from services.publication.views.documents import keep_in_clear, looked_through
from services.publication.views.procedures import to_release
from shared.fields import VersionNumber
from shared.personal_data.gate import covered, find
from shared.web import Api, CommandDesk, Done
from shared.web.desk import Desk

NAME_MAX = 200
PATH = "/disclosures/{disclosure}"


def add(router: Api, parts: Parts) -> None:
    for more in (_releases, _plans, _evidence):
        more(router, parts)


def _releases(router: Api, parts: Parts) -> None:
    @router.post(f"{PATH}/release-inside", action="disclosure.release", versioned=True)
    def release_inside(disclosure: str, body: ReleaseInsideBody, desk: CommandDesk) -> Done:
        """To the audience of the item inside the Party, with the evidence of each channel."""
        _, drafted = parts.disclosure(disclosure)
        parts.acting(desk, drafted)
        parts.must_be_known(body.named, "/named")
        said = (tuple(body.channels), tuple(body.named), body.ground, body.citation)
        town = parts.channels_of(drafted.town, desk.now)
        return _released(
            parts, desk, disclosure, ReleaseInside(desk.standing.person, desk.now, desk.today, *said, town)
        )

    @router.post(f"{PATH}/release-outside", action="disclosure.release", versioned=True)
    def release_outside(disclosure: str, body: ReleaseOutsideBody, desk: CommandDesk) -> Done:
        """INSIDE_FIRST and LEAD_TOO_SHORT stand between (PUB-04); ``facts`` say from when on it may be."""
        state, drafted = parts.disclosure(disclosure)
        parts.acting(desk, drafted)
        policy = Almanac(parts.register, desk.now).parameters(drafted.town)
        looked = looked_through(parts.documents, parts.vault, state)
        leads = (policy.lead, policy.immediate_lead, body.lead_reason)
        said = (desk.standing.person, desk.now, desk.today, tuple(body.channels), *leads)
        town = parts.channels_of(drafted.town, desk.now)
        return _released(parts, desk, disclosure, ReleaseOutside(*said, town, looked=looked))


def _released(parts: Parts, desk: Desk, disclosure: str, command: ReleaseInside | ReleaseOutside) -> Done:
    """What is about to be shown, and nothing else, is kept in clear first: so that readers find it.

    Who saw another version than stands is answered without that: it is refused, or had been done before (PUB-35).
    """
    state, drafted = parts.disclosure(disclosure)
    parts.acting(desk, drafted)
    asked = to_release(state, command, Almanac(parts.register, desk.now))
    command = replace(command, part_of=drafted.part_of, present=parts.present(drafted.item, desk.today))
    if desk.expected_version in (None, parts.handler.state(DISCLOSURE, disclosure)[0]):
        DISCLOSURE.decide(state, command)
        for do in asked:
            do.decider.decide(parts.handler.state(do.decider, do.identity)[1], do.command)
        content = state.current.content
        shown = content if isinstance(command, ReleaseInside) else as_outside(content)
        keep_in_clear(parts.documents, parts.vault, shown.attachments)
    return parts.done(desk, disclosure, command, *asked, released_at=desk.now.isoformat())


def _plans(router: Api, parts: Parts) -> None:
    @router.post(f"{PATH}/schedule-inside", action="disclosure.release", versioned=True, status_code=201)
    def schedule_inside(disclosure: str, body: ScheduleInsideBody, desk: CommandDesk) -> Done:
        """Is released inside at ``at``, if everything still stands then; else somebody is told."""
        return _scheduled(parts, desk, disclosure, "inside", body)

    @router.post(f"{PATH}/schedule-outside", action="disclosure.release", versioned=True, status_code=201)
    def schedule_outside(disclosure: str, body: ScheduleOutsideBody, desk: CommandDesk) -> Done:
        """Of what is shown inside, or planned to be, long enough before."""
        return _scheduled(parts, desk, disclosure, "outside", body)

    @router.post(f"{PATH}/schedules/{{side}}/cancel", action="disclosure.release", versioned=True)
    def cancel_schedule(disclosure: str, side: Side, desk: CommandDesk) -> Done:
        return parts.done(desk, disclosure, CancelSchedule(side, desk.standing.person))


def _scheduled(
    parts: Parts, desk: Desk, disclosure: str, side: Side, body: ScheduleInsideBody | ScheduleOutsideBody
) -> Done:
    _, drafted = parts.disclosure(disclosure)
    parts.acting(desk, drafted)
    policy = Almanac(parts.register, desk.now).parameters(drafted.town)
    inside = body if isinstance(body, ScheduleInsideBody) else None
    parts.must_be_known(inside.named if inside else [], "/named")
    command = ScheduleRelease(
        schedule=desk.new_id(),
        side=side,
        at=body.at,
        channels=tuple(body.channels),
        by=desk.standing.person,
        now=desk.now,
        today=desk.today,
        lead=policy.lead,
        immediate_lead=policy.immediate_lead,
        lead_reason=body.lead_reason if isinstance(body, ScheduleOutsideBody) else "",
        named=tuple(inside.named) if inside else (),
        ground=inside.ground if inside else "",
        citation=inside.citation if inside else "",
        town=parts.channels_of(drafted.town, desk.now),
    )
    return parts.done(desk, disclosure, command, schedule=command.schedule, at=body.at.isoformat())


def _evidence(router: Api, parts: Parts) -> None:
    @router.post(f"{PATH}/evidence", action="disclosure.release", versioned=True, status_code=201)
    def add_evidence(disclosure: str, body: EvidenceBody, desk: CommandDesk) -> Done:
        """What came later of a channel: taken down, minutes, who has read; the release stays as it was (A-29)."""
        parts.acting(desk, parts.disclosure(disclosure)[1])
        parts.must_be_known([entry.reader for entry in body.reads], "/reads")
        said = body.model_dump(exclude={"reads"})
        command = AddEvidence(**said, reads=tuple(body.reads), by=desk.standing.person, at=desk.now)
        return parts.done(desk, disclosure, command)

    @router.post(f"{PATH}/evidence/documents", action="disclosure.release", versioned=True, status_code=201)
    def add_evidence_document(
        disclosure: str,
        file: UploadFile,
        desk: CommandDesk,
        version: Annotated[VersionNumber, Form()] = 1,
        side: Annotated[Side, Form()] = "inside",
        place: Annotated[int, Form(ge=0, le=99)] = 0,
    ) -> Done:
        """A photo, a clipping, a page of the register: never asked for, kept where somebody has it (A-29)."""
        state, drafted = parts.disclosure(disclosure)
        parts.acting(desk, drafted)
        name, content = (file.filename or "document")[-NAME_MAX:], file.file.read()
        seen = examine(name, content)
        found = (*find([("name", name)]), *seen.found)
        document = Attachment(
            name=covered(name),
            digest=f"sha256:{hashlib.sha256(content).hexdigest()}",
            media_type=(file.content_type or "application/octet-stream")[:200],
            bytes=len(content),
            scan="clean" if seen.readable else "not-readable",
        )
        command = AddEvidence(version, side, place, desk.standing.person, desk.now, document=document, found=found)
        DISCLOSURE.decide(state, command)
        parts.documents.put(content)
        return parts.done(desk, disclosure, command, digest=document.digest)
