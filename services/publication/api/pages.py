"""What publication's questions are answered with: duties, work, tasks, and what is shown."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.publication.events.parts import Attachment
from services.publication.views.shown import Renewal
from shared.identity.register import Register
from shared.personal_data import Clear, Shown

PLAIN_MAX = 200


class MissedRelease(BaseModel):
    """A planned release that did not happen: the refusal's code, and who must see to it."""

    side: str
    at: datetime
    reason: str
    owner: str
    version: int


class PlannedRelease(BaseModel):
    """A release that is to happen by itself."""

    schedule: str
    side: str
    at: datetime
    by: str
    version: int


class TaskRow(BaseModel):
    """The next step that waits for the asker."""

    step: str
    organisation: str
    item: str
    title: Clear
    obligation: str
    duty: str
    period: str
    due: date | None
    overdue: bool
    disclosure: str
    version: int
    earliest: datetime | None = Field(description="From when on the step may be taken, where a lead must pass.")
    planned: datetime | None = Field(default=None, description="When it will happen by itself.")
    missed: MissedRelease | None = None


class WorkRow(BaseModel):
    disclosure: str
    town: str
    organisation: str
    item: str
    sub_item: str
    item_title: str
    obligation: str | None
    duty: str | None
    period: str
    stage: str
    version: int
    stream_version: int = Field(description="Send as If-Match with the next command.")
    title: Clear
    register_number: str
    inside_at: datetime | None
    outside_at: datetime | None
    changed_at: datetime
    planned: list[PlannedRelease]
    missed: list[MissedRelease]

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls.model_validate(dict(row) | {"title": row["content"].get("title", "")})


class StepTaken(BaseModel):
    """Who did what to it, in which post (ORG-15)."""

    version: int
    step: str
    actor: str
    actor_zh: Clear
    actor_en: Clear
    post: str
    organisation: str
    note: Clear
    at: datetime


class WorkPage(WorkRow):
    text: Clear
    summary: Clear
    led_text: Clear
    outside_title: Clear = ""
    outside_text: Clear = Field(default="", description="What is shown outside instead; empty: the same.")
    outside_summary: Clear = ""
    outside_note: Clear = ""
    outside_attachments: list[str] = Field(default_factory=list)
    attachments: Annotated[list[Attachment], Shown()]
    authors: list[str]
    attested_by: list[str]
    reviewer: str
    approver: str
    note: Clear
    item_scope: str
    audience_outside: str | None
    kind: str
    content_digest: Clear
    earliest_outside: datetime | None
    steps: list[StepTaken]


class ShownRow(BaseModel):
    """A disclosure as the asker may see it; ``shown_from`` is when it first came to one of their audiences."""

    disclosure: str
    version: int
    town: str
    organisation: str
    organisation_zh: str
    organisation_en: str
    item: str
    period: str
    side: str
    title: str
    summary: str
    shown_from: datetime
    corrected_at: datetime | None
    redisclosed_at: datetime | None = Field(description="When it was made public again; nothing in it was wrong.")
    superseded_at: datetime | None
    superseded_by: str | None
    replaces: int
    renewal: Renewal = Field(description="A correction of the version before, or it made public again after opinions.")
    note: str
    shortened: bool = Field(description="The public text is the longer one with parts left out, as approved (A-05).")

    @classmethod
    def of(cls, row: RowMapping, register: Register) -> Self:
        return cls.model_validate(dict(row) | organisation_names(register, row["organisation"]))


class FeedbackEntry(BaseModel):
    """Where the reader says what they think of it: members of what is for them (PUB-02), everybody of what is public
    (PUB-03).
    """

    kind: Literal["comment", "feedback"]
    post_to: str = "/api/feedback/v1/opinions"
    disclosure: str
    version: int

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        public = row["side"] == "outside"
        return cls(kind="feedback" if public else "comment", disclosure=row["disclosure"], version=row["version"])


class EndNotice(BaseModel):
    """The item was revoked or terminated; what was shown of it stays, with the explanation (A-19)."""

    kind: str = Field(examples=["revoke", "terminate"])
    explanation: str
    number: str
    disclosures: list[str] = Field(description="Where it was announced.")
    on: date


class ShownPage(ShownRow):
    notice: EndNotice | None = None
    text: str
    led_text: str
    attachments: list[Attachment]
    channels: list[dict[str, Any]]
    content_digest: str
    register_number: str
    first_person: str = Field(description="The first person responsible when it was shown; their successor is not.")
    first_person_zh: Clear
    first_person_en: Clear
    feedback: FeedbackEntry

    @classmethod
    def of(cls, row: RowMapping, register: Register) -> Self:
        first = register.first_person(row["organisation"], row["shown_from"]) or ""
        person = register.person(first) if first else None
        named = {"first_person_zh": person.name_zh, "first_person_en": person.name_en} if person else {}
        known: dict[str, Any] = dict.fromkeys(("first_person", "first_person_zh", "first_person_en"), first) | named
        known["feedback"] = FeedbackEntry.of(row)
        return cls.model_validate(dict(row) | organisation_names(register, row["organisation"]) | known)


class KioskEntry(BaseModel):
    """What a touch screen shows of a disclosure, in large type and in plain words first (PUB-14, PUB-32)."""

    disclosure: str
    version: int
    organisation: str
    organisation_zh: str
    organisation_en: str
    item: str
    title: str
    plain: str
    text: str
    shown_from: datetime
    corrected: bool

    @classmethod
    def of(cls, row: RowMapping, register: Register) -> Self:
        said = {"plain": plain(row), "corrected": row["renewal"] == "correction"}
        return cls.model_validate(dict(row) | organisation_names(register, row["organisation"]) | said)


class PlainPage(BaseModel):
    """The short form of a disclosure in plain words, for large type and for being read aloud (PUB-32)."""

    disclosure: str
    version: int
    organisation_zh: str
    organisation_en: str
    title: str
    plain: str
    shown_from: datetime

    @classmethod
    def of(cls, row: RowMapping, register: Register) -> Self:
        return cls.model_validate(dict(row) | organisation_names(register, row["organisation"]) | {"plain": plain(row)})


def plain(row: RowMapping) -> str:
    """The summary; without one the text up to the end of a sentence."""
    if row["summary"]:
        return str(row["summary"])
    text = str(row["text"])
    end = text.rfind("。", 0, PLAIN_MAX)
    return text[: end + 1] if end >= 0 else text[:PLAIN_MAX]


class EvidenceRow(BaseModel):
    """A channel of a release, with what was said of it when it was shown and what came later."""

    version: int
    side: str
    place: int
    channel: str
    at: datetime
    evidence: dict[str, Any]
    later: list[dict[str, Any]]
    may_add: list[str]


class SheetPage(ShownPage):
    """What goes on a printed sheet of the public column."""

    sheet: str
    places: list[str]
    printed_on: date
    first_day: date | None = Field(None, description="Of a publicity before an appointment (A-26).")
    last_day: date | None = None


class LedLine(BaseModel):
    disclosure: str
    organisation: str
    screen: str
    play_list: str = ""
    text: str
    shown_from: datetime
    shown_to: datetime


class ApprovalRow(BaseModel):
    register_number: str
    number: int
    organisation: str
    item: str
    disclosure: str
    version: int
    title: Clear
    approver: str
    on: date


class Count(BaseModel):
    count: int


def organisation_names(register: Register, organisation: str) -> dict[str, str]:
    known = register.organisation(organisation)
    return {
        "organisation_zh": known.name_zh if known else organisation,
        "organisation_en": known.name_en if known else organisation,
    }
