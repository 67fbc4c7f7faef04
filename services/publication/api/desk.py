"""HTTP to the desk: what waits for me, what is on its way, one disclosure with all that was done to it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from fastapi import Response
from sqlalchemy import RowMapping

from services.publication.api.downloads import download
from services.publication.api.pages import EvidenceRow, StepTaken, TaskRow, WorkPage, WorkRow
from services.publication.api.parts import Parts, nothing
from services.publication.domain.channels import Side, code_of
from services.publication.domain.evidence import fields_of
from services.publication.domain.versions import Shown, Version
from services.publication.events.parts import Attachment
from services.publication.views.almanac import Almanac
from services.publication.views.desk import WORDS
from services.publication.views.tasks import Asked, of_redisclosure, tasks
from shared.decider import Refused
from shared.web import Api, Page, Reader
from shared.web.reader import Reading


def add(router: Api, parts: Parts) -> None:
    @router.get("/tasks", action="disclosure.read")
    def my_tasks(reader: Reader) -> list[TaskRow]:
        """The next steps that one of my posts may take; none for someone without a post."""
        reader.may()
        lead = Almanac(parts.register, reader.now).parameters(reader.standing.town).lead
        asked = Asked(reader.standing, reader.today, lead)
        again = of_redisclosure(asked, parts.procedures.redisclosures, parts.work)
        return [TaskRow(**asdict(task)) for task in (*tasks(asked, parts.obligations, parts.work), *again)]

    @router.get("/disclosures", action="disclosure.work")
    def disclosures(reader: Reader, organisation: str, stage: str = "", planned: bool = False) -> Page[WorkRow]:
        """At whatever step; ``planned``: those alone of which a release is planned, or should have happened."""
        known = parts.register.organisation(organisation)
        reader.may(organisation, known.town if known else "", hidden=True)
        rows = parts.work.listed([organisation], [stage] if stage else [], planned=planned)
        return reader.page((WorkRow.of(row) for row in rows), lambda row: row.disclosure)

    @router.get("/disclosures/{disclosure}", action="disclosure.work")
    def disclosure(disclosure: str, reader: Reader) -> WorkPage:
        """The version at hand and the history of all; the ETag goes into the next command's If-Match."""
        row = _worked_on(parts, reader, disclosure)
        reader.etag(row["stream_version"])
        return _page(parts, reader, row)

    @router.get("/disclosures/{disclosure}/attachments/{digest}", action="disclosure.work")
    def draft_attachment(disclosure: str, digest: str, reader: Reader) -> Response:
        row = _worked_on(parts, reader, disclosure)
        for attachment in map(Attachment.model_validate, row["content"].get("attachments", [])):
            if reader.opened(attachment.clear or attachment.digest) == digest:
                return download(parts, attachment.model_copy(update={"name": reader.opened(attachment.name)}))
        raise nothing()

    _evidence(router, parts)


def _evidence(router: Api, parts: Parts) -> None:
    path = "/disclosures/{disclosure}/evidence"

    @router.get(path, action="file.read")
    def evidence(disclosure: str, reader: Reader) -> list[EvidenceRow]:
        """Every channel of every release with its evidence, and what may still be added (PUB-05 to PUB-16)."""
        _inspected(parts, reader, disclosure)
        state, _ = parts.disclosure(disclosure)
        later = parts.evidence.of(disclosure)
        return [row for version in state.versions for row in _channels_of(version, later)]

    @router.get(f"{path}/documents/{{digest}}", action="file.read")
    def evidence_document(disclosure: str, digest: str, reader: Reader) -> Response:
        _inspected(parts, reader, disclosure)
        found = parts.evidence.document(disclosure, digest)
        if found is None:
            raise Refused("INVALID", "No evidence of it has that digest.", pointer="digest")
        return download(parts, found)


def _inspected(parts: Parts, reader: Reading, disclosure: str) -> None:
    row = parts.work.one(disclosure)
    if row is None:
        reader.may(hidden=True)
        raise nothing()
    reader.may(row["organisation"], row["town"], hidden=True)


def _channels_of(version: Version, later: list[RowMapping]) -> Iterator[EvidenceRow]:
    sides: tuple[Side, ...] = ("inside", "outside")
    for side in sides:
        shown: Shown | None = getattr(version, side)
        if shown is None:
            continue
        for place, evidence in enumerate(shown.evidence):
            key = (version.number, side, place)
            yield EvidenceRow(
                version=version.number,
                side=side,
                place=place,
                channel=code_of(evidence),
                at=shown.at,
                evidence=evidence.model_dump(mode="json"),
                later=[
                    dict(row["said"]) | {"by": row["by"], "at": row["at"]}
                    for row in later
                    if (row["version"], row["side"], row["place"]) == key
                ],
                may_add=list(fields_of(code_of(evidence))),
            )


def _worked_on(parts: Parts, reader: Reading, disclosure: str) -> RowMapping:
    row = parts.work.one(disclosure)
    if row is None:
        reader.may(hidden=True)
        raise nothing()
    reader.may(row["organisation"], row["town"], hidden=True)
    return row


def _page(parts: Parts, reader: Reading, row: RowMapping) -> WorkPage:
    content = dict.fromkeys(WORDS, "") | row["content"]
    known = {a["digest"]: a.get("clear") or a["digest"] for a in content.get("attachments", [])}
    content["outside_attachments"] = [
        reader.opened(known[d]) for d in content.get("outside_attachments", []) if d in known
    ]
    content["attachments"] = [_as_known(attachment) for attachment in content.get("attachments", [])]
    lead = Almanac(parts.register, reader.now).parameters(row["town"]).lead
    earliest = row["inside_at"] + lead if row["inside_at"] and not row["outside_at"] else None
    steps = [_step(parts, step) for step in parts.work.history(row["disclosure"])]
    return WorkPage.model_validate(dict(row) | content | {"earliest_outside": earliest, "steps": steps})


def _as_known(attachment: dict[str, Any]) -> dict[str, Any]:
    """To people a document goes by its own digest, whatever it is kept under."""
    return attachment | {"digest": attachment.get("clear") or attachment["digest"], "clear": ""}


def _step(parts: Parts, row: RowMapping) -> StepTaken:
    person = parts.register.person(row["actor"])
    names: dict[str, Any] = {
        "actor_zh": person.name_zh if person else row["actor"],
        "actor_en": person.name_en if person else row["actor"],
    }
    return StepTaken.model_validate(dict(row) | names)
