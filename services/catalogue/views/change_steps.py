"""How a fact of the catalogue or of audit reads in the chain of a change: which step, who, in which post, due when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.catalogue import heard
from services.catalogue.events import (
    AnnouncementDueMoved,
    AnnouncementFellOverdue,
    ChangeAnnounced,
    ChangeApproved,
    ChangeFact,
    ChangeFiled,
    ChangeRefused,
    ChangeRequested,
    ChangeShown,
)
from shared.due_days import DueDay
from shared.events import Heard, Recorded

APPROVAL, AUDIT, FILING, ANNOUNCEMENT = 1, 2, 3, 4


@dataclass(frozen=True)
class Due:
    """``was``: the day it had before, if it was moved; ``overdue_from``: it fell overdue, and nothing else is told."""

    change: str
    town: str
    organisation: str
    step: int
    day: DueDay | None = None
    was: date | None = None
    overdue_from: date | None = None

    @property
    def place(self) -> dict[str, str]:
        return {"town": self.town, "organisation": self.organisation}


def due_told(fact: ChangeFact | Heard) -> Due | None:
    match fact:
        case heard.CaseOpened():
            return Due(fact.change, fact.town, fact.organisation, AUDIT, fact.due)
        case heard.CaseDueMoved():
            return Due(fact.change, fact.town, fact.organisation, AUDIT, fact.due, fact.was)
        case heard.CaseFellOverdue():
            return Due(fact.change, fact.town, fact.organisation, AUDIT, overdue_from=fact.from_day)
        case heard.FilingSubmitted() if fact.about == "change":
            return Due(fact.reference, fact.town, fact.organisation, FILING, fact.due)
        case heard.FilingDueMoved() if fact.about == "change":
            return Due(fact.reference, fact.town, fact.organisation, FILING, fact.due, fact.was)
        case heard.FilingReceived() if fact.about == "change" and fact.deemed:
            return Due(fact.reference, fact.town, fact.organisation, FILING, overdue_from=fact.on)
        case ChangeFiled():
            return Due(fact.change, fact.town, fact.organisation, ANNOUNCEMENT, fact.announce)
        case AnnouncementDueMoved():
            return Due(fact.change, fact.town, fact.organisation, ANNOUNCEMENT, fact.announce, fact.was)
        case AnnouncementFellOverdue():
            return Due(fact.change, fact.town, fact.organisation, ANNOUNCEMENT, overdue_from=fact.from_day)
        case _:
            return None


def step_of(fact: ChangeFact | Heard, event: Recorded) -> dict[str, Any] | None:
    """A row of the chain, or None for what is no act of anybody."""
    told = _own(fact) if isinstance(fact, ChangeFact) else _of_audit(fact)
    if told is None:
        return None
    return {"post": event.context.post, "post_organisation": event.context.organisation, "item": "", "note": ""} | told


def _own(fact: ChangeFact) -> dict[str, Any] | None:
    place = {"change": fact.change, "town": fact.town, "organisation": fact.organisation}
    match fact:
        case ChangeRequested():
            act, person, note = "requested", fact.requested_by, fact.reason
        case ChangeApproved():
            act, person, note = "approved", fact.approved_by, ""
        case ChangeRefused():
            act, person, note = "refused", fact.refused_by, fact.reason
        case ChangeShown():
            shown = {"step": ANNOUNCEMENT, "act": f"announced-{fact.side}", "person": fact.released_by}
            acted = {"post": fact.post, "post_organisation": fact.post.partition("/")[0]}
            return place | shown | acted | {"item": fact.item, "note": fact.disclosure, "on": fact.on}
        case ChangeAnnounced():
            return place | {"step": ANNOUNCEMENT, "act": "bound", "person": "", "on": fact.on}
        case _:
            return None
    return place | {"step": APPROVAL, "act": act, "person": person, "note": note, "on": fact.on}


def _of_audit(fact: Heard) -> dict[str, Any] | None:
    match fact:
        case heard.ChangeAudited():
            told = {"step": AUDIT, "act": "audited", "person": fact.by, "note": fact.note}
        case heard.ChangeAuditReturned():
            told = {"step": AUDIT, "act": "returned", "person": fact.by, "note": fact.reason}
        case heard.FilingSubmitted() if fact.about == "change":
            told = {"step": FILING, "act": "submitted", "person": fact.submitted_by, "note": fact.supplement}
        case heard.FilingReceived() if fact.about == "change":
            act = "deemed-received" if fact.deemed else "received"
            told = {"step": FILING, "act": act, "person": fact.by, "note": fact.number}
        case heard.FilingReturned() if fact.about == "change":
            told = {"step": FILING, "act": "returned-for-completion", "person": fact.by, "note": fact.missing}
        case _:
            return None
    change = fact.change if isinstance(fact, heard.OfCase) else getattr(fact, "reference", "")
    place = {"change": change, "town": getattr(fact, "town", ""), "organisation": getattr(fact, "organisation", "")}
    return place | told | {"on": getattr(fact, "on", None)}
