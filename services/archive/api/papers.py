"""What all routes of the archive stand on, and how a paper reads for whoever asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from services.archive.views.dossiers import Dossiers
from services.archive.views.files import Files, Row
from services.archive.views.shown_history import ShownHistory
from shared.handling import Handler
from shared.identity import Standing
from shared.identity.register import Register
from shared.personal_data import Clear, Shown
from shared.policy import permits

OF_OPINIONS = frozenset({"opinion", "handling", "reply"})  # the kinds of paper that quote them
NOT_HERE = "There is no such thing here."


@dataclass(frozen=True)
class Parts:
    handler: Handler
    register: Register
    files: Files
    history: ShownHistory
    dossiers: Dossiers

    def town_of(self, organisation: str) -> str:
        known = self.register.organisation(organisation)
        return known.town if known else ""


class PaperRow(BaseModel):
    """``at`` is when the thing happened, ``filed_at`` when it was recorded as filed."""

    serial: int
    kind: str
    ref: str
    title: Clear
    digest: str
    retention: str
    at: datetime
    filed_at: datetime
    disclosure: str
    version: int
    source_event: str
    matter: str = Field(description="Of a plan of staged work; else empty.")
    content: Annotated[dict[str, Any], Shown()]


def as_read_by(who: Standing, paper: Row, organisation: str, town: str) -> Row:
    """That there is an opinion is the file's; what it says is for those who keep or supervise the register of
    opinions (FBK-07, ORG-14).
    """
    if paper["kind"] not in OF_OPINIONS or permits("opinion.register", who, organisation, town):
        return paper
    return {**paper, "content": {}}
