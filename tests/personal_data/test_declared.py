"""Every text in every event of every service is sealed, or stands in one table that says why it need not be."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from services.cli.contracts import REGISTRIES, contract_of
from shared.personal_data import Carried, Personal, Subject
from shared.personal_data.sealing import personal_fields

IDS = "an id: opaque where it runs, and what is left of a person when the rest is erased (docs/personal-data.md)"
CODES = "a code of a list, a number or a period: says nothing of anybody"
DIGESTS = "a digest of what is public, sealed or random: nothing can be guessed from it"
SHOWN = "what was shown to its audiences stays readable for ever (PUB-31), and is free of personal data by the gate"
OWED = "what the catalogue says is owed: public, written by the units, of matters and not of persons"
PROCEDURES = "said of a procedure to those it asks, and free of personal data by the gate (PUB-17)"
PLANS = "what work is planned and what happened, as told for a duty: of matters, and free of personal data by the gate"
PLACES = "a name of an organisation, a place or an act of state"
ON_FILE = "what an officer writes on the file of a catalogue: of items and rules, and not of persons"
FIELDS: dict[str, str] = {
    **dict.fromkeys(
        (
            "adopted_by", "approver", "attested_by", "author", "by", "confirmed_by", "criticised", "disclosure",
            "draft", "found_by", "giver", "handler", "hold", "office_person", "on_behalf_of", "opinion",
            "organisation", "person", "post", "released_by", "requested_by", "reviewer", "submitted_by", "superior",
            "body", "from_unit", "head", "joined", "left", "members", "office", "referral", "subject", "supervisor",
            "to_organisation", "to_town", "to_unit",
            "town", "county", "unit", "obligation", "item", "catalogue", "file", "ref", "source_event", "Item.id",
            "owner", "schedule", "named", "reader",
            "decided_by", "plan",
        ),
        IDS,
    ),
    **dict.fromkeys(
        (
            "audience", "audience_inside", "audience_outside", "audiences", "calendars", "category", "confirmed_scope",
            "confirmed_time_limit", "ground", "item_scope", "kind", "media_type", "methods", "parameter", "period",
            "NoticeFailed.reason", "outside_attachments", "channel", "code", "evidence",
            "ScheduledReleaseMissed.reason",
            "receipt_number", "register_name", "register_number", "source", "sub_item", "time_limit", "value",
            "CountedDay.note", "FileOpened.number", "ObligationDueMoved.reason",
        ),
        CODES,
    ),
    **dict.fromkeys(("content_digest", "digest", "keys_digest", "lookup_digest"), DIGESTS),
    **dict.fromkeys(("cause", "opened_by", "stages", "told_by", "trigger", "MatterClosed.summary"), IDS),
    **dict.fromkeys(("ObligationResumed.reason",), CODES),
    **dict.fromkeys(
        (
            "milestone", "MatterFact.title", "MatterOpened.item_title", "MatterReplanned.reason", "Milestone.name",
            "MilestoneReached.name", "ContentChanged.title", "ContentChanged.what", "TriggerRecorded.title",
            "TriggerRecorded.what",
        ),
        PLANS,
    ),
    **dict.fromkeys(
        (
            "Released.title", "Released.text", "Released.summary", "Released.led_text", "Released.note",
            "VersionCorrected.title", "VersionCorrected.note", "Attachment.name", "Attachment.clear",
            "Meeting.minutes", "NumberedDocument.number", "NumberedDocument.distribution", "Briefing.issue",
            "Briefing.recipients", "Intranet.url", "Website.url", "NewsMedia.outlet", "NewsMedia.link",
            "Intranet.access_log", "Website.rendered", "LedScreen.play_list", "TouchScreen.feed", "NewsMedia.clipping",
            "ReadingRoom.shelf", "OtherChannel.details", "EvidenceAdded.minutes", "EvidenceAdded.access_log",
            "EvidenceAdded.link", "DisclosureReleasedOutside.lead_reason", "ReleaseScheduled.lead_reason",
            "ActivityRoomBoard.place", "ReadingRoom.place", "PublicColumn.place", "LedScreen.screen",
            "TouchScreen.device", "OpinionReceived.title", "OpinionReplied.title",
        ),
        SHOWN,
    ),
    **dict.fromkeys(
        (
            "basis", "content", "item_title", "title_en", "title_zh", "Item.summary", "Exclusion.reason",
            "TemplateItemSet.reason", "PlanApproved.title",
            "ObligationFact.title",
        ),
        OWED,
    ),
    **dict.fromkeys(("name_zh", "name_en"), PLACES),
    **dict.fromkeys((
            "SecrecyRefused.citation", "WithholdingFiled.citation", "WithholdingProposed.citation",
            "PlanSecrecyRefused.citation",
        ), PLACES),
    **dict.fromkeys(
        (
            "ChangeRequested.reason", "ChangeApproved.reason", "ChangeRefused.reason", "ChangeReturned.reason",
            "ChangeFiled.reason", "ChangeAnnounced.reason", "CaseOpened.reason", "ChangeAuditReturned.reason",
            "ItemChange.reason", "ItemAnnounced.reason", "CaseLine.reason",
            "ChangeAudited.note", "FilingReturned.missing", "FilingSubmitted.supplement",
        ),
        ON_FILE,
    ),
    **dict.fromkeys(
        (
            "addressed_to", "announced_by", "announces", "approved_by", "audited_by", "barred", "change", "changes",
            "disclosures", "earlier", "filed_by", "filing", "persons", "received_by", "reference", "refused_by",
            "returned_by", "withholding", "proposed_by", "confirmed_by", "taken_back_by",
            "FilingSubmitted.items", "ItemsLodged.items",
        ),
        IDS,
    ),
    **dict.fromkeys(
        (
            "filing_number", "matter", "ChangeAnnounced.number", "ChangeFiled.number", "FilingReceived.number",
            "WithholdingReceipted.number",
        ),
        CODES,
    ),
    **dict.fromkeys(("DisclosureReleasedInside.citation", "ReleaseScheduled.citation"), PLACES),
    **dict.fromkeys(
        ("MajorDecisionOpened.title", "MajorDecisionDropped.reason", "Weighed.gist", "Weighed.reason"), PROCEDURES
    ),
    **dict.fromkeys(("AppraisalCancelled.reason",), ON_FILE),
    **dict.fromkeys(("answered_by", "asker", "question", "session"), IDS),
    **dict.fromkeys(("RedisclosureDecided.reason",), PROCEDURES),
    **dict.fromkeys(("DossierFact.title",), PLANS),
    **dict.fromkeys(("DossierFiled.note",), ON_FILE),
    **dict.fromkeys(("DossierFiled.number", "DossierConsulted.number", "dossier_number", "defects"), CODES),
    **dict.fromkeys(("opinions",), IDS),
    **dict.fromkeys(("cadre", "decision", "opened_by", "part_of"), IDS),
    **dict.fromkeys(("kept_under",), IDS),
}  # fmt: skip


def texts(annotation: Any) -> bool:
    """Whether a field may hold text that somebody writes."""
    if annotation is str:
        return True
    if get_origin(annotation) is Literal or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return False
    return any(texts(part) for part in get_args(annotation))


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def in_clear(model: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str]]:
    """Every text field of a model and of what is in it that is neither sealed nor carried over sealed."""
    for name, field in model.model_fields.items():
        marks = [mark for mark in field.metadata if isinstance(mark, Personal | Carried)]
        within = {inner for mark in marks if isinstance(mark, Personal) for inner in mark.within}
        if texts(field.annotation) and not marks:
            yield model, name
        for inner in models(field.annotation):
            yield from (found for found in in_clear(inner) if found[1] not in within)


def explained(model: type[BaseModel], name: str) -> bool:
    return name in FIELDS or any(f"{cls.__name__}.{name}" in FIELDS for cls in model.__mro__)


EVENTS = [event for registry in REGISTRIES for event in registry.events.values()]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_text_is_sealed_or_public_for_a_reason(event: type[BaseModel]) -> None:
    unexplained = {f"{model.__name__}.{name}" for model, name in in_clear(event) if not explained(model, name)}
    assert unexplained == set(), "declare it Personal, or say in FIELDS why it is public"


def test_no_reason_is_given_for_what_is_not_there() -> None:
    there = {(model, name) for event in EVENTS for model, name in in_clear(event)}
    named = {name for _, name in there} | {f"{cls.__name__}.{name}" for model, name in there for cls in model.__mro__}
    assert FIELDS.keys() - named == set()


def test_a_personal_field_names_siblings_that_are_there() -> None:
    for event in EVENTS:
        for name, mark in personal_fields(event):
            for sibling in (mark.of, mark.owner or mark.of, mark.otherwise or mark.of):
                assert event.model_fields[sibling].annotation is str, f"{event.__name__}.{name} of {sibling}"


def test_the_contract_says_what_readers_get_sealed() -> None:
    registry = next(r for r in REGISTRIES if r.service == "catalogue")
    schema = contract_of(registry, registry.events["PersonRegistered"])
    assert schema["properties"]["name_zh"]["x-personal"] == {"of": "person", "kind": Subject.PERSON}
