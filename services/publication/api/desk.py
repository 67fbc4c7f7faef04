"""HTTP to the desk: what waits for me, what is on its way, one disclosure with all that was done to it."""

from dataclasses import asdict
from typing import Any

from fastapi import Response
from sqlalchemy import RowMapping

from services.publication.api.downloads import download
from services.publication.api.pages import StepTaken, TaskRow, WorkPage, WorkRow
from services.publication.api.parts import Parts, nothing
from services.publication.events.parts import Attachment
from services.publication.views.almanac import Almanac
from services.publication.views.tasks import Asked, tasks
from shared.web import Api, Page, Reader
from shared.web.reader import Reading


def add(router: Api, parts: Parts) -> None:
    @router.get("/tasks", action="disclosure.read")
    def my_tasks(reader: Reader) -> list[TaskRow]:
        """The next steps that one of my posts may take; none for someone without a post."""
        reader.may()
        lead = Almanac(parts.register, reader.now).parameters(reader.standing.town).lead
        asked = Asked(reader.standing, reader.today, lead)
        return [TaskRow(**asdict(task)) for task in tasks(asked, parts.obligations, parts.work)]

    @router.get("/disclosures", action="disclosure.work")
    def disclosures(reader: Reader, organisation: str, stage: str = "") -> Page[WorkRow]:
        """Every disclosure of an organisation, at whatever step."""
        known = parts.register.organisation(organisation)
        reader.may(organisation, known.town if known else "", hidden=True)
        rows = parts.work.listed([organisation], [stage] if stage else [])
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


def _worked_on(parts: Parts, reader: Reading, disclosure: str) -> RowMapping:
    row = parts.work.one(disclosure)
    if row is None:
        reader.may(hidden=True)
        raise nothing()
    reader.may(row["organisation"], row["town"], hidden=True)
    return row


def _page(parts: Parts, reader: Reading, row: RowMapping) -> WorkPage:
    content = dict.fromkeys(("title", "text", "summary", "led_text"), "") | row["content"]
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
