"""What goes over the wire: the bodies of commands, and an opinion as its giver or its desk sees it."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.feedback.events import CountedDay, Disposition
from shared.personal_data import Clear

TEXT_CHARACTERS_MAX = 4000
Row = dict[str, Any]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GiveBody(Body):
    text: str = Field(max_length=TEXT_CHARACTERS_MAX)
    disclosure: str = Field(default="", max_length=80)
    organisation: str = Field(default="", max_length=40, description="Needed when it is about no disclosure.")
    anonymous: bool = False
    criticised: str = Field(default="", max_length=80, description="Whom it is about: not its handler.")


class EnterBody(Body):
    """What the desk enters for someone: ``giver`` is empty for an unsigned slip."""

    text: str = Field(max_length=TEXT_CHARACTERS_MAX)
    channel: Literal["suggestion-box", "telephone", "email", "reception-day", "supervisor", "consultation"]
    giver: str = Field(default="", max_length=80)
    disclosure: str = Field(default="", max_length=80)
    criticised: str = Field(default="", max_length=80)


class AssignBody(Body):
    handler: str = Field(min_length=1, max_length=80)


class DecideBody(Body):
    disposition: Disposition
    reason: str = Field(default="", max_length=TEXT_CHARACTERS_MAX)


class ExtendBody(Body):
    reason: str = Field(default="", max_length=TEXT_CHARACTERS_MAX)


class ReplyBody(Body):
    text: str = Field(max_length=TEXT_CHARACTERS_MAX)


class RegisterRow(BaseModel):
    """A line of the register: nothing in it tells who gave the opinion."""

    opinion: str
    version: int
    receipt_number: str
    town: str
    organisation: str
    disclosure: str
    item: str
    title: str
    audience: str
    channel: str
    giver_kind: str
    text: Clear
    at: datetime
    acknowledge_by: date
    due: date
    stage: str
    handler: str
    disposition: str
    extended: bool
    overdue_from: date | None
    replied_at: datetime | None


class Step(BaseModel):
    step: str
    by: str
    at: datetime


class OpinionPage(BaseModel):
    """An opinion with its answer. ``giver`` and ``handler`` are empty for those who may not know them."""

    opinion: str
    version: int
    receipt_number: str
    organisation: str
    disclosure: str
    item: str
    title: str
    channel: str
    giver_kind: str
    giver: str = ""
    giver_zh: Clear = ""
    giver_en: Clear = ""
    giver_erased: bool = Field(default=False, description="Nobody is left to be told: the answer is a general notice.")
    handler: str = ""
    text: Clear
    at: datetime
    acknowledge_by: date
    due: date
    provisional: bool = False
    reckoning: tuple[CountedDay, ...] = ()
    stage: str
    disposition: str
    reason: Clear
    extended: bool
    overdue_from: date | None
    reply: Clear
    replied_at: datetime | None
    steps: tuple[Step, ...] = ()


class Notice(BaseModel):
    """A general reply."""

    receipt_number: str
    disposition: str
    reply: Clear
    replied_at: datetime
    audience: str


class Count(BaseModel):
    channel: str
    stage: str
    disposition: str
    opinions: int


def register_row(row: Row) -> RegisterRow:
    return RegisterRow.model_validate(row)


def own_page(row: Row) -> OpinionPage:
    """For the giver: without who works on it."""
    return OpinionPage.model_validate(_plain(row))


def whole_page(row: Row, steps: Sequence[Row], giver: Row) -> OpinionPage:
    """For the desk: with the steps, and with the giver and their names if this reader may know them."""
    return OpinionPage.model_validate(_plain(row) | {"handler": row["handler"], "steps": steps} | giver)


def _plain(row: Row) -> Row:
    return {**row, "giver": "", "handler": "", **json.loads(row["reckoning"])}
