"""What is asked and answered about withholdings, field by field."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import RowMapping

from services.catalogue.api.bodies import Body, PersonId, Short, Slug, Text
from shared.fields import Day


class WithholdingBody(Body):
    """Why and until when; never what. ``reviewer`` is the secrecy reviewer who is asked to confirm the ground."""

    sub_item: Annotated[str, StringConstraints(max_length=10)]
    kind: Short = Field(examples=["not-suitable", "temporarily-not"])
    ground: Short = Field(examples=["case-under-investigation"])
    citation: Text = ""
    until: Day | None = None
    addressed_to: Slug
    reviewer: PersonId


class ReviewRefusalBody(Body):
    """Why the reviewer finds that it does not hold; a code, for no word of the content is needed to say so."""

    ground: Short = Field(examples=["ground-does-not-apply", "part-may-be-made-public"])


class WithholdingRow(BaseModel):
    """Until it is filed ``filed_by`` and ``filed_on`` say who proposed it and when, ``reviewer`` who was asked."""

    withholding: str
    stage: str = Field(examples=["proposed", "refused", "taken-back", "filed"])
    town: str
    organisation: str
    item: str
    sub_item: str
    kind: str
    ground: str
    citation: str
    until: date | None
    addressed_to: str
    late_workdays: int
    reviewer: str
    proposed_by: str
    proposed_on: date
    filed_by: str
    filed_on: date
    refused_for: str = Field(description="The reviewer's ground, of the list of grounds; empty unless refused.")
    number: str
    deemed: bool
    received_on: date | None
    ended: str
    ended_on: date | None
    version: int = Field(description="Send as If-Match with the next command.")


NOTICES = {
    "temporarily-not": ("暂不公开，已备案", "Not made public for now; filed for the record"),
    "not-suitable": ("不宜公开，已备案", "Not suitable to be made public; filed for the record"),
}
"""What readers inside the Party are told of a withholding, by its kind, in Chinese and English."""


class WithheldMark(BaseModel):
    """All that the item's readers inside the Party learn: that it is withheld and on file (CAT-15)."""

    item: str
    sub_item: str
    kind: str
    notice_zh: str
    notice_en: str
    until: date | None
    number: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        zh, en = NOTICES[row["kind"]]
        said = {name: row[name] for name in ("item", "sub_item", "kind", "until", "number")}
        return cls(**said, notice_zh=zh, notice_en=en)
