"""What procedures there are, and what else is asked of them when a disclosure of theirs is drafted or released."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine

from services.publication.domain.decision import DECISION
from services.publication.domain.decision_commands import DraftPart, MakePartPublic
from services.publication.domain.procedure import PartOf
from services.publication.domain.versions import Disclosure
from services.publication.views.decisions import Decisions
from services.publication.views.heard_opinions import HeardOpinions
from shared.decider import Refused
from shared.follow import View
from shared.handling import Do


@dataclass(frozen=True)
class Procedures:
    """Their views, together."""

    decisions: Decisions
    opinions: HeardOpinions

    @classmethod
    def of(cls, engine: Engine) -> "Procedures":
        return cls(Decisions(engine), HeardOpinions(engine))

    @property
    def views(self) -> tuple[View, ...]:
        return (self.decisions, self.opinions)


def to_draft(part_of: str, item: str, disclosure: str) -> tuple[Do, ...]:
    """What is asked in the same transaction as the draft of a part; nothing for a disclosure that is no part."""
    if not part_of:
        return ()
    part = PartOf.read(part_of)
    match part.kind:
        case "decision":
            return (Do(DECISION, part.identity, DraftPart(part.part, item, disclosure)),)
        case _:
            raise Refused("NOT_FOUND", "There is no such procedure.", pointer="/part_of")


def to_release(disclosure: Disclosure, by: str, on: date) -> tuple[Do, ...]:
    """The same for a release: none of both happens unless both may."""
    drafted = disclosure.drafted
    if drafted is None or not drafted.part_of:
        return ()
    part, version = PartOf.read(drafted.part_of), disclosure.current.number
    known: Any = part.part
    return (Do(DECISION, part.identity, MakePartPublic(known, drafted.disclosure, version, by, on)),)
