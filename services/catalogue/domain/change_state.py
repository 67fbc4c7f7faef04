"""What stands of a change: how far it has come, who took which step, what was shown. Start at :class:`Change`."""

from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from services.catalogue.events import (
    AnnouncementDueMoved,
    AnnouncementFellOverdue,
    ChangeAnnounced,
    ChangeApproved,
    ChangeEvent,
    ChangeFiled,
    ChangePassedAudit,
    ChangeRefused,
    ChangeRequested,
    ChangeReturned,
    ChangeShown,
)
from shared.decider import Refused
from shared.due_days import DueDay

Stage = Literal["unknown", "requested", "refused", "approved", "audited", "returned", "filed", "announced"]


@dataclass(frozen=True)
class Change:
    """``persons``: step to who took it, in the present round; ``askers`` and ``approvers`` those of earlier rounds."""

    stage: Stage = "unknown"
    requested: ChangeRequested | None = None
    persons: dict[str, str] = field(default_factory=dict)
    filed: ChangeFiled | None = None
    announce: DueDay | None = None
    overdue: bool = False
    shown: tuple[ChangeShown, ...] = ()
    askers: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()

    @property
    def earlier(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.askers, *self.approvers)))

    @property
    def request(self) -> ChangeRequested:
        if self.requested is None:
            raise Refused("NOT_FOUND", "There is no such thing here.")
        return self.requested


def evolve(change: Change, event: ChangeEvent) -> Change:
    match event:
        case ChangeRequested():
            return _asked(change, event)
        case ChangeApproved():
            return _on(change, "approved", event.approved_by)
        case ChangeRefused():
            return _on(change, "refused", event.refused_by)
        case ChangePassedAudit():
            return _on(change, "audited", event.audited_by)
        case ChangeReturned():
            return _on(change, "returned", event.returned_by)
        case ChangeFiled():
            return replace(_on(change, "filed", event.received_by), filed=event, announce=event.announce)
        case ChangeShown():
            return replace(change, shown=(*change.shown, event))
        case ChangeAnnounced():
            return replace(change, stage="announced")
        case AnnouncementDueMoved():
            still = change.overdue and event.announce.due == event.was
            return replace(change, announce=event.announce, overdue=still)
        case AnnouncementFellOverdue():
            return replace(change, overdue=True)
        case _:
            assert_never(event)


def _asked(change: Change, event: ChangeRequested) -> Change:
    """A new round; who took which step of the rounds before stays known."""
    took = change.persons
    askers = tuple(filter(None, (*change.askers, took.get("requested", ""))))
    approvers = tuple(filter(None, (*change.approvers, took.get("approved", ""))))
    return Change("requested", event, {"requested": event.requested_by}, askers=askers, approvers=approvers)


def _on(change: Change, stage: Stage, by: str) -> Change:
    return replace(change, stage=stage, persons={**change.persons, stage: by})
